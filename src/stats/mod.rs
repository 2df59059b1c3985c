//! Numbers about numbers: intervals over replications.
