//! What happens to calls when something on their path fails (R15, R20, R24).

use super::machine::Cluster;
use super::rows::call::{Call, NONE, some};
use super::rows::endpoint::{Endpoint, EndpointKind, NOWHERE};
use crate::domain::{ConnectionId, Control, DeviceId, NodeId, Phase};
use crate::engine::{Handle, Time};
use crate::facts::{Fact, Recorder};
use crate::rules::application_failure::{self, Fate, Lost};
use crate::rules::call_survival::{self, Request};

impl<R: Recorder> Cluster<'_, R> {
    /// Handles the calls at the devices of an application that lost its CTIManager or was closed by it, in the order in
    /// which they reached the devices. If the CTIManager failed, the media continues (R20), and a call that waits for a
    /// person goes on waiting; if the application failed, both follow R24.
    pub(super) fn strand_calls(&mut self, connection: ConnectionId, lost: Lost) {
        self.strand(connection, lost, |cluster, index| !cluster.is_held(index));
    }

    /// The same for its devices on a node that its CTIManager can no longer reach.
    pub(super) fn strand_calls_at(&mut self, connection: ConnectionId, node: NodeId) {
        self.strand(connection, Lost::CtiManager, |cluster, index| cluster.endpoints[index as usize].node == node);
    }

    /// The same for the devices that are open over a connection that it has left.
    pub(super) fn strand_held_calls(&mut self, connection: ConnectionId, lost: Lost) {
        self.strand(connection, lost, |cluster, index| cluster.is_held(index));
    }

    /// The same for one device, which is opened over another connection.
    pub(super) fn strand_calls_of(&mut self, connection: ConnectionId, device: DeviceId) {
        self.strand(connection, Lost::CtiManager, |_, index| index == device.0);
    }

    fn strand(&mut self, connection: ConnectionId, lost: Lost, concerned: impl Fn(&Self, u32) -> bool) {
        let mut stranded = self.collect_calls(|cluster, call| {
            call.endpoint != NOWHERE
                && call.control != Control::Held
                && cluster.endpoints[call.endpoint as usize].connection == Some(connection)
                && needs_control(&cluster.endpoints[call.endpoint as usize])
                && concerned(cluster, call.endpoint)
                && cluster.fate(call, lost).is_some()
        });
        for (_, _, handle) in stranded.drain(..) {
            // The end of one call can free the phone that another waits for.
            let Some(fate) = self.calls.get(handle).and_then(|call| self.fate(call, lost)) else { continue };
            match fate {
                Fate::Redirected(rejection) => self.reject(handle, rejection),
                Fate::Preserved => self.preserve(handle),
                Fate::Lost(ending) => self.end(handle, ending),
            }
        }
        self.stranded = stranded;
        if self.devices_dial {
            self.strand_dialled(connection, lost, concerned);
        }
        if self.some_are_shared {
            self.strand_notified();
        }
    }

    /// The same for the calls that ports of the application dialled.
    #[cold]
    #[inline(never)]
    fn strand_dialled(&mut self, connection: ConnectionId, lost: Lost, concerned: impl Fn(&Self, u32) -> bool) {
        for &opener in &self.plan.connections[connection.index()].devices {
            let port = self.plan.device_of(opener).0;
            let Endpoint { kind, connection: holder, .. } = self.endpoints[port as usize];
            let is_its = kind == EndpointKind::Port && holder == Some(connection) && concerned(self, port);
            let Some(handle) = self.dialling[port as usize].filter(|_| is_its) else { continue };
            let call = *self.call(handle);
            if call.control == Control::Held {
                continue;
            }
            match application_failure::fate_of_dialled(call.phase, call.contact, lost, self.media_at(port)) {
                Some(Fate::Lost(ending)) => self.end(handle, ending),
                Some(Fate::Preserved) => self.preserve(handle),
                Some(Fate::Redirected(_)) | None => {}
            }
        }
    }

    /// What happens to a call at a device of the application.
    fn fate(&self, call: &Call, lost: Lost) -> Option<Fate> {
        application_failure::fate(call.phase, lost, self.media_at(call.endpoint))
    }

    /// Handles the calls that go through a failed CallManager (R15), in the order of their last step.
    pub(super) fn lose_calls_of(&mut self, node: NodeId) {
        let mut stranded = self.collect(|cluster, handle, call| {
            (call.control != Control::Lost && cluster.goes_through(handle, call, node))
                || (cluster.plan.changes_calls && cluster.bridge_fails(handle, node))
        });
        self.survive(&mut stranded);
        self.stranded = stranded;
    }

    /// Whether a call goes through the CallManager of a node.
    pub(super) fn goes_through(&self, handle: Handle, call: &Call, node: NodeId) -> bool {
        let held_by = call.control == Control::Held && call.node == node;
        held_by || self.legs(handle, call).contains(&node)
    }

    /// Handles the calls with a leg on each side of a cut link in the same way.
    pub(super) fn lose_calls_over(&mut self, one: NodeId, other: NodeId) {
        let mut stranded = self.collect(|cluster, handle, call| {
            let legs = cluster.legs(handle, call);
            call.control != Control::Lost && legs.contains(&one) && legs.contains(&other)
        });
        self.survive(&mut stranded);
        self.stranded = stranded;
    }

    /// The CallManagers that a call goes through: that of the caller, that of where it is or is going, that of the device
    /// which sent it on, for as long as it counts, and those of the phone at which it was put aside and of its bridge.
    pub(super) fn legs(&self, handle: Handle, call: &Call) -> [NodeId; 5] {
        let at = if call.endpoint == NOWHERE { call.node } else { self.node_at(call.endpoint, call.node) };
        let sent_by = some(call.sent_by).filter(|_| call_survival::goes_through_sender(call.phase, call.contact));
        let [aside, bridge] = if self.plan.changes_calls { self.further_legs(handle) } else { [None; 2] };
        let further = [sent_by.map(NodeId), aside, bridge].map(|node| node.unwrap_or(call.ingress));
        [call.ingress, at, further[0], further[1], further[2]]
    }

    /// The request of an application that is being carried out for a call.
    fn carried_out(&self, call: &Call) -> Option<Request> {
        match call.phase {
            Phase::Requested => Some(self.requested(call.endpoint, call.phase)),
            Phase::Routing if call.sent_by != NONE && call.forward.is_none() => Some(Request::SendOn),
            _ => None,
        }
    }

    pub(super) fn survive(&mut self, stranded: &mut Vec<(Time, u32, Handle)>) {
        for (_, _, handle) in stranded.drain(..) {
            let Some(call) = self.calls.get(handle) else { continue };
            let (phase, contact, carried_out) = (call.phase, call.contact, self.carried_out(call));
            let media = self.media_of_call(handle, call);
            match call_survival::callmanager_failed(phase, contact, carried_out, media) {
                Some(ending) => self.end(handle, ending),
                None => {
                    self.preserve(handle);
                    self.call(handle).control = Control::Lost;
                }
            }
        }
    }

    /// The calls for which `concerned` holds, in the order of their last step; calls of one instant in the order of their
    /// slots, which is deterministic too.
    pub(super) fn collect_calls(&mut self, concerned: impl Fn(&Self, &Call) -> bool) -> Vec<(Time, u32, Handle)> {
        self.collect(|cluster, _, call| concerned(cluster, call))
    }

    /// The same, for what is kept beside calls.
    pub(super) fn collect(&mut self, concerned: impl Fn(&Self, Handle, &Call) -> bool) -> Vec<(Time, u32, Handle)> {
        let mut collected = std::mem::take(&mut self.stranded);
        collected.clear();
        let concerned = self.calls.iter().filter(|&(handle, call)| concerned(self, handle, call));
        collected.extend(concerned.zip(0..).map(|((handle, call), row)| (call.since, row, handle)));
        // A stable sort would allocate memory.
        collected.sort_unstable_by_key(|&(since, row, _)| (since, row));
        collected
    }

    /// A connected call keeps its media through a failure. The fact is noted once per call.
    pub(super) fn preserve(&mut self, handle: Handle) {
        let call = self.call(handle);
        let name = call.name();
        if call.control == Control::Full {
            call.control = Control::Interrupted;
            self.note(Fact::Preserved { call: name });
        }
    }

    /// Whether a connected call survives the failure of a CallManager: both its ends must support that. Of a caller outside
    /// nothing is known.
    fn media_of_call(&self, handle: Handle, call: &Call) -> call_survival::Media {
        let caller = self.plan.sources[usize::from(call.source)].from.map(|callers| callers.group);
        let at = (call.endpoint != NOWHERE).then(|| self.target_of(call.endpoint));
        let further = match self.plan.changes_calls {
            true => self.further_media(handle),
            false => call_survival::Media::Continues,
        };
        caller
            .into_iter()
            .chain(at)
            .fold(further, |media, end| call_survival::media_between(media, self.plan.media_without_callmanager(end)))
    }

    /// Where the media of calls at this device comes from.
    pub(super) fn media_at(&self, index: u32) -> application_failure::Media {
        self.plan.media_at(self.target_of(index))
    }
}

/// Whether R20 and R24 apply to the calls at an endpoint: a phone works without its application.
fn needs_control(endpoint: &Endpoint) -> bool {
    endpoint.kind != EndpointKind::Phone
}
