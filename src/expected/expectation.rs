//! The expectation of a measure: a range, and the reason.

use crate::domain::{ApplicationId, QueueId, RoutePointId};

/// A measure that a closed form predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Predicted {
    /// Calls offered per replication.
    Offered,
    /// The share of those that find all busy and are refused.
    RefusedBusy,
    /// The share of those that find all busy and are forwarded by CFB.
    ForwardedBusy,
    /// The share of those that find no CallManager up.
    Unreachable,
    /// The mean number of calls at a route point.
    Calls(RoutePointId),
    /// The mean wait for a worker of an application, in seconds.
    QueueDelay(ApplicationId),
    /// The mean wait in a queue for people, in seconds.
    QueueWait(QueueId),
    /// The mean time until the failure of an application is detected, in seconds.
    Detection(ApplicationId),
    /// Failures of CallManagers per replication.
    Failures,
    /// The share of replications in which a route point has rehomed by the end.
    HomeByEnd(RoutePointId),
    /// The mean time that a route point waits to rehome, in seconds.
    RehomeWait(RoutePointId),
}

/// The theoretical value of one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The measure.
    pub measure: Predicted,
    /// The lower end of the range.
    pub low: f64,
    /// The upper end; the same where the form is exact.
    pub high: f64,
    /// The name of the form.
    pub form: &'static str,
    /// Why it applies, and with which numbers.
    pub why: String,
}
