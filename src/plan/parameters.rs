//! Service parameters of a cluster, and its delays.

use crate::engine::Span;
use crate::workload::{self as source, HeartbeatReading};

/// Service parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// The time an application has to act on a new call at a route point; [`Span::FOREVER`] where there is no limit.
    pub new_call_accept: Span,
    /// How long a phone or a number outside rings before its CallManager clears the call; [`Span::FOREVER`]: without limit.
    pub t301: Span,
    /// How long an application waits for the answer to a request before it gives up the call.
    pub request_timeout: Span,
    /// A call forwarded more often than this is refused.
    pub forward_hops: u8,
    /// The shortest and the longest interval of heartbeats that a CTIManager grants.
    pub heartbeat_minimum: Span,
    /// See there.
    pub heartbeat_maximum: Span,
    /// Which of the two readings of R23 is simulated.
    pub heartbeat_reading: HeartbeatReading,
    /// From a CallManager's failure, or return, until CTIManagers notice it (R13).
    pub callmanager_notice: Span,
    /// How long a CTIManager waits for a CallManager that does not answer when it is asked to open a device (R13).
    pub open_timeout: Span,
    /// The time between two devices that a CTIManager opens while it recovers them.
    pub reopen_interval: Span,
    /// The time between two phones that rehome to a CallManager that is back.
    pub phone_return_interval: Span,
    /// The expected delays at which a CallManager starts and stops refusing new calls (Code Yellow); `None`: never.
    pub code_yellow: Option<(Span, Span)>,
}

impl Parameters {
    pub(super) fn of(source: &source::Cti) -> Parameters {
        Parameters {
            new_call_accept: source.new_call_accept,
            t301: source.t301,
            request_timeout: source.request_timeout,
            forward_hops: source.forward_hops,
            heartbeat_minimum: source.heartbeat_minimum,
            heartbeat_maximum: source.heartbeat_maximum,
            heartbeat_reading: source.heartbeat_reading,
            callmanager_notice: source.callmanager_notice,
            open_timeout: source.open_timeout,
            reopen_interval: Span::from_seconds(1.0 / source.reopen_rate),
            phone_return_interval: Span::from_seconds(1.0 / source.phone_return_rate),
            code_yellow: source.code_yellow,
        }
    }
}

/// One-way delays. Messages stay in order, and there is no delay within a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Links {
    /// From node to node.
    pub between_nodes: Span,
    /// From a CTIManager to an application, and back.
    pub to_application: Span,
    /// From a caller to the ingress node.
    pub from_caller: Span,
}

impl Links {
    pub(super) fn of(source: &source::Network) -> Links {
        Links {
            between_nodes: source.between_nodes,
            to_application: source.to_application,
            from_caller: source.from_caller,
        }
    }
}
