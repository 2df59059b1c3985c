//! A CallManager that hangs, until that is noticed or it is restarted.

use super::event::Event;
use super::machine::Cluster;
use crate::domain::{ConnectionId, Control, NodeId, Phase, Target};
use crate::engine::Handle;
use crate::facts::{Fact, Recorder};
use crate::rules::hang::{self, Meanwhile};
use crate::rules::notice;

impl<R: Recorder> Cluster<'_, R> {
    /// A CallManager hangs from now on. The calls through it wait until that is noticed.
    pub(super) fn hang_begins(&mut self, node: NodeId) {
        self.nodes[node.index()].hangs_unnoticed = true;
        self.hangs_unnoticed += 1;
        self.note(Fact::CallManagerHangs { node });
        let mut held = self.collect(|cluster, handle, call| {
            call.control != Control::Lost
                && cluster.goes_through(handle, call, node)
                && hang::meanwhile(call.phase) == Meanwhile::Waits
        });
        for (_, _, handle) in held.drain(..) {
            self.hold(handle, node);
        }
        self.stranded = held;
        let noticed = self.now + self.plan.parameters.callmanager_notice;
        self.schedule(noticed, Event::HangNoticed { node: node.0 });
    }

    pub(super) fn hang_noticed(&mut self, node: u16) {
        let node = NodeId(node);
        let since = self.nodes[node.index()].failed_at;
        if notice::is_noticed(since, self.plan.parameters.callmanager_notice, self.now) {
            self.hang_is_known(node);
        }
    }

    /// Everybody knows that a CallManager hung: it was noticed, or it is restarted. The calls through it fare as after any
    /// failure (R15).
    pub(super) fn hang_is_known(&mut self, node: NodeId) {
        if std::mem::replace(&mut self.nodes[node.index()].hangs_unnoticed, false) {
            self.hangs_unnoticed -= 1;
            let delay = self.now - self.nodes[node.index()].failed_at;
            self.note(Fact::HangNoticed { node, delay });
            self.lose_calls_of(node);
        }
    }

    /// Whether a CallManager seems to be up to those that send calls to it.
    pub(super) fn seems_up(&self, node: NodeId) -> bool {
        hang::seems_up(self.callmanager_up(node), self.nodes[node.index()].hangs_unnoticed)
    }

    /// A call waits for a CallManager that hangs: what was to happen to it does not. Its device may be opened elsewhere
    /// meanwhile.
    pub(super) fn hold(&mut self, handle: Handle, node: NodeId) {
        let mut phase = self.call(handle).phase;
        if phase == Phase::Waiting {
            // It no longer waits for a phone: nothing could connect it.
            self.leaves_queue(handle, false);
            phase = Phase::Changing;
        }
        let call = self.call(handle);
        (call.control, call.node) = (Control::Held, node);
        call.enter(phase);
        let call = call.name();
        self.note(Fact::HeldUp { call, node });
    }

    /// The CallManager that a call would now be sent to and that hangs unnoticed, if any. A port or phone of a CallManager
    /// that hangs is not chosen: it is out of service from the fault on, like any device of a failed one.
    pub(super) fn hung_node_of(&mut self, handle: Handle, target: Target) -> Option<NodeId> {
        let endpoint = match target {
            Target::RoutePoint(id) => self.route_point_of(handle, id),
            Target::Numbers(id) => {
                let it = &self.plan.numbers[id.index()];
                if !matches!(it.group, Target::RoutePoint(_)) {
                    return None;
                }
                self.one_of(handle, it.first, it.count)
            }
            Target::Outside(id) => self.outside(id),
            Target::Ports(_) | Target::Phones(_) => return None,
        };
        let node = self.endpoints[endpoint as usize].node;
        self.nodes[node.index()].hangs_unnoticed.then_some(node)
    }

    /// A CTIManager that hung is restarted, which closes the connections of those applications that have not noticed yet.
    pub(super) fn restart_is_seen(&mut self, manager: NodeId) {
        for connection in (0..self.connections.len() as u16).map(ConnectionId) {
            let state = &self.connections[connection.index()];
            let may_use_cti = self.plan.applications[state.application.index()].may_use_cti;
            let waits = state.waits_for_hung == Some(state.attempt);
            if waits && may_use_cti && self.manager_of(connection) == manager {
                let state = &mut self.connections[connection.index()];
                state.attempt = state.attempt.wrapping_add(1);
                let attempt = state.attempt;
                state.lost = state.lost.map(|(_, since)| (attempt, since));
                let seen = self.arrives_at_application(connection, self.now);
                self.schedule(seen, Event::LossNoticed { connection: connection.0, attempt });
            }
        }
    }
}
