//! Nodes, and their service times.

use crate::engine::{Distribution, Span};
use crate::workload as source;

/// A server. Its CallManager is station `2 * id`, its CTIManager station `2 * id + 1`.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name in the workload.
    pub name: String,
    /// The service times of its CallManager.
    pub callmanager: CallManagerWork,
    /// The service times of its CTIManager, if it runs one (R1: at most one).
    pub ctimanager: Option<CtiManagerWork>,
    /// How many connections that takes; [`u32::MAX`]: any number.
    pub cti_connections: u32,
}

/// The service time of each kind of message at a CallManager.
#[derive(Clone, Debug, PartialEq)]
pub struct CallManagerWork {
    /// Digit analysis and set-up of a new call, at its ingress.
    pub setup: Distribution,
    /// Offering a call at a device.
    pub offer: Distribution,
    /// Redirecting, forwarding or transferring a call.
    pub redirect: Distribution,
    /// Putting a call on hold, retrieving it, or putting it aside to consult somebody.
    pub hold: Distribution,
    /// Joining three parties on a conference bridge.
    pub conference: Distribution,
    /// Connecting an answered call.
    pub answer: Distribution,
    /// Releasing a call.
    pub release: Distribution,
    /// Registering and opening a device, its first line included.
    pub device_open: Distribution,
    /// Opening each further line of a device.
    pub line_open: Distribution,
}

/// The service time of each kind of message at a CTIManager.
#[derive(Clone, Debug, PartialEq)]
pub struct CtiManagerWork {
    /// Passing an event to an application.
    pub event: Distribution,
    /// Passing an application's request to a CallManager.
    pub request: Distribution,
    /// Noting a heartbeat.
    pub heartbeat: Distribution,
    /// Opening a device for an application, its first line included.
    pub device_open: Distribution,
    /// Opening each further line of a device.
    pub line_open: Distribution,
    /// Telling an application that a device is out of service, or back; `None`: that costs nothing.
    pub notice: Option<Distribution>,
}

pub(super) fn node(node: &source::Node) -> Node {
    let work = node.work.clone();
    Node {
        name: node.name.value.clone(),
        callmanager: CallManagerWork {
            setup: work.setup,
            offer: work.offer,
            redirect: work.redirect,
            hold: work.hold,
            conference: work.conference,
            answer: work.answer,
            release: work.release,
            line_open: work.line_open.unwrap_or_else(|| work.device_open.clone()),
            device_open: work.device_open,
        },
        ctimanager: node.ctimanager.then(|| ctimanager_work(node)),
        cti_connections: node.cti_connections.as_ref().map_or(u32::MAX, |limit| limit.value),
    }
}

pub(super) fn ctimanager_work(node: &source::Node) -> CtiManagerWork {
    let work = node.work.clone();
    CtiManagerWork {
        event: work.event,
        request: work.request,
        heartbeat: work.heartbeat,
        line_open: work.cti_line_open.unwrap_or_else(|| work.cti_device_open.clone()),
        device_open: work.cti_device_open,
        notice: (work.notice != Distribution::Constant(Span::ZERO)).then_some(work.notice),
    }
}
