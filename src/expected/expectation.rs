//! An expectation: of which measure, within which range, and why.

use crate::domain::{ApplicationId, RoutePointId};

/// What a closed form speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Predicted {
    /// Calls offered in a replication.
    Offered,
    /// The share of those that find everything taken and are refused.
    RefusedBusy,
    /// The share of those that find everything taken and are forwarded by CFB.
    ForwardedBusy,
    /// The share of those that find no CallManager up.
    Unreachable,
    /// The mean number of calls at a route point.
    Calls(RoutePointId),
    /// The mean wait for a worker of an application, in seconds.
    QueueDelay(ApplicationId),
    /// The mean time until the death of an application is noticed, in seconds.
    Detection(ApplicationId),
    /// Failures of CallManagers in a replication.
    Failures,
    /// The share of replications in which a route point is home at the end.
    HomeByEnd(RoutePointId),
    /// The mean time that a route point waits to go home, in seconds.
    RehomeWait(RoutePointId),
}

/// What theory expects of one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// Of what.
    pub measure: Predicted,
    /// The least it can be.
    pub low: f64,
    /// The most: the same where the form is exact.
    pub high: f64,
    /// The name of the form.
    pub form: &'static str,
    /// Why it applies, and to which numbers.
    pub why: String,
}
