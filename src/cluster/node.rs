//! Nodes: their CallManagers and CTIManagers fail and come back, and new calls are throttled.

use super::event::Event;
use super::machine::Cluster;
use super::rows::endpoint::EndpointKind;
use super::rows::node::NodeState;
use crate::domain::{FailureMode, FaultTarget, NodeId};
use crate::engine::{Server, Time};
use crate::facts::{Fact, Recorder};
use crate::plan::Occurs;
use crate::rules::code_yellow::{self, NewCalls};
use crate::rules::direct_topology::{self, Process};
use crate::rules::egress;

impl<R: Recorder> Cluster<'_, R> {
    pub(super) fn reset_nodes(&mut self, seed: u64, replication: u64) {
        for state in &mut self.nodes {
            let (mut reopening, mut phones_to_rehome) =
                (std::mem::take(&mut state.reopening), std::mem::take(&mut state.phones_to_rehome));
            reopening.clear();
            phones_to_rehome.clear();
            *state = NodeState { reopening, phones_to_rehome, ..NodeState::default() };
        }
        // Faults and changes of settings come first, so that they precede the traffic of the same instant.
        for row in 0..self.plan.faults.len() {
            self.fault_streams[row].reset(seed, replication);
            match &self.plan.faults[row].occurs {
                Occurs::Once { at, .. } => self.schedule(*at, Event::FaultStrikes { fault: row as u16 }),
                Occurs::Random { .. } => self.schedule_random_fault(row as u16),
            }
        }
        for (row, change) in self.plan.changes.iter().enumerate() {
            self.calendar.push(change.at, Event::SettingChanges { change: row as u16 });
        }
    }

    pub(super) fn schedule_random_fault(&mut self, row: u16) {
        if let Occurs::Random { time_to_failure, .. } = &self.plan.faults[row as usize].occurs {
            let strikes = self.now + time_to_failure.sample(self.fault_streams[row as usize].next_u64());
            self.schedule(strikes, Event::FaultStrikes { fault: row });
        }
    }

    pub(super) fn callmanager_up(&self, node: NodeId) -> bool {
        self.nodes[node.index()].callmanager_down == 0
    }

    /// Whether a node's CTIManager is up; in the direct topology the CallManager itself does its work (R25).
    pub(super) fn ctimanager_up(&self, node: NodeId) -> bool {
        self.plan.nodes[node.index()].ctimanager.is_some()
            && self.nodes[node.index()].ctimanager_down == 0
            && (direct_topology::serves(self.plan.topology) == Process::CtiManager || self.callmanager_up(node))
    }

    // Faults.

    pub(super) fn fault_strikes(&mut self, row: u16) {
        let fault = &self.plan.faults[row as usize];
        let duration = match &fault.occurs {
            Occurs::Once { duration, .. } => *duration,
            Occurs::Random { time_to_repair, .. } => time_to_repair.sample(self.fault_streams[row as usize].next_u64()),
        };
        let ends = self.now + duration;
        self.schedule(ends, Event::FaultEnds { fault: row });
        match fault.failing {
            FaultTarget::Application(application, kind) => self.application_fails(application, kind, row, ends),
            FaultTarget::CallManager(node, kind) => self.callmanager_fails(node, kind.into()),
            FaultTarget::CtiManager(node, kind) => self.ctimanager_fails(node, kind.into()),
            FaultTarget::Devices(target, count) => self.devices_fail(target, count),
            FaultTarget::Link(from, to, slower) => self.link_fails(from, to, slower, ends),
            FaultTarget::Node(node) => {
                self.nodes[node.index()].host_down += 1;
                self.callmanager_fails(node, FailureMode::HostLost);
                self.ctimanager_fails(node, FailureMode::HostLost);
            }
        }
    }

    pub(super) fn fault_ends(&mut self, row: u16) {
        match self.plan.faults[row as usize].failing {
            FaultTarget::Application(application, _) => self.application_returns(application, row),
            FaultTarget::CallManager(node, _) => self.callmanager_returns(node),
            FaultTarget::CtiManager(node, _) => self.ctimanager_returns(node),
            FaultTarget::Devices(target, count) => self.devices_return(target, count),
            FaultTarget::Link(from, to, slower) => self.link_heals(from, to, slower),
            FaultTarget::Node(node) => {
                self.nodes[node.index()].host_down -= 1;
                self.ctimanager_returns(node);
                self.callmanager_returns(node);
            }
        }
        self.schedule_random_fault(row);
    }

    pub(super) fn callmanager_fails(&mut self, node: NodeId, mode: FailureMode) {
        let state = &mut self.nodes[node.index()];
        state.callmanager_down += 1;
        if state.callmanager_down > 1 {
            return;
        }
        state.new_calls = NewCalls::Taken;
        state.failed_at = self.now;
        state.epoch = state.epoch.wrapping_add(1);
        state.phones_to_rehome.clear();
        state.rehomes_phones = false;
        state.next_phone = Time::ZERO;
        // Its CTIManager's work goes on.
        let (reopens, epoch, next) = (state.reopens, state.epoch, state.next_reopening.max(self.now));
        if reopens {
            self.schedule(next, Event::ManagerReopens { manager: node.0, epoch });
        }
        self.processors[self.plan.callmanager(node).index()].server = Server::default();
        self.note(Fact::CallManagerFailed { node });
        self.move_outside_lines(node);
        self.lose_devices_of(node);
        match mode {
            FailureMode::ProcessExits | FailureMode::HostLost => self.lose_calls_of(node),
            FailureMode::Hangs => self.hang_begins(node),
        }
        for manager in 0..self.nodes.len() as u16 {
            let notices = self.now + self.plan.parameters.callmanager_notice;
            self.schedule(notices, Event::FailureNoticed { manager, node: node.0 });
        }
        if direct_topology::serves(self.plan.topology) == Process::CallManager {
            self.applications_lose(node, mode);
        }
    }

    pub(super) fn callmanager_returns(&mut self, node: NodeId) {
        if self.nodes[node.index()].callmanager_down == 1 {
            // A restart ends a hang: if nobody has noticed it, they do now.
            self.hang_is_known(node);
        }
        let state = &mut self.nodes[node.index()];
        state.callmanager_down -= 1;
        if state.callmanager_down > 0 {
            return;
        }
        state.returned_at = self.now;
        self.note(Fact::CallManagerReturned { node });
        if direct_topology::serves(self.plan.topology) == Process::CallManager {
            self.restart_is_seen(node);
        }
        for (row, destination) in self.plan.destinations.iter().enumerate() {
            let endpoint = &mut self.endpoints[self.plan.devices.len() + row];
            let live = |node: NodeId| self.nodes[node.index()].callmanager_down == 0;
            endpoint.node = egress::after_return(destination.egress, endpoint.node, node, live);
        }
        let noticed = self.now + self.plan.parameters.callmanager_notice;
        for manager in 0..self.nodes.len() as u16 {
            self.schedule(noticed, Event::ReturnNoticed { manager, node: node.0 });
        }
        self.schedule(noticed, Event::PhonesNoticeReturn { node: node.0 });
    }

    pub(super) fn ctimanager_fails(&mut self, node: NodeId, mode: FailureMode) {
        if self.plan.nodes[node.index()].ctimanager.is_none() {
            return;
        }
        let state = &mut self.nodes[node.index()];
        state.ctimanager_down += 1;
        if state.ctimanager_down > 1 {
            return;
        }
        state.epoch = state.epoch.wrapping_add(1);
        state.reopening.clear();
        state.reopens = false;
        state.next_reopening = Time::ZERO;
        // Its CallManager's work goes on.
        let (rehomes_phones, epoch, next) = (state.rehomes_phones, state.epoch, state.next_phone.max(self.now));
        if rehomes_phones {
            self.schedule(next, Event::PhoneRehomes { node: node.0, epoch });
        }
        self.processors[self.plan.ctimanager(node).index()].server = Server::default();
        self.note(Fact::CtiManagerFailed { node });
        self.applications_lose(node, mode);
    }

    pub(super) fn applications_lose(&mut self, manager: NodeId, mode: FailureMode) {
        for connection in self.connected_to(manager) {
            self.lose_manager(connection, mode);
        }
        self.lose_left(manager);
    }

    pub(super) fn ctimanager_returns(&mut self, node: NodeId) {
        if self.plan.nodes[node.index()].ctimanager.is_none() {
            return;
        }
        let state = &mut self.nodes[node.index()];
        state.ctimanager_down -= 1;
        if state.ctimanager_down == 0 {
            state.ctimanager_started = self.now;
            self.note(Fact::CtiManagerReturned { node });
            self.restart_is_seen(node);
        }
    }

    /// The outside lines of a failed CallManager register with the next one that is up.
    pub(super) fn move_outside_lines(&mut self, node: NodeId) {
        let next = egress::next(node, self.nodes.len() as u16, |node| self.callmanager_up(node));
        let first = self.plan.devices.len();
        for endpoint in &mut self.endpoints[first..] {
            debug_assert_eq!(endpoint.kind, EndpointKind::Outside);
            if endpoint.node == node
                && let Some(next) = next
            {
                endpoint.node = next;
            }
        }
    }

    // Code Yellow.

    /// Whether the CallManager takes a new call now.
    pub(super) fn takes_new_call(&mut self, node: NodeId) -> NewCalls {
        let Some((entry, exit)) = self.plan.parameters.code_yellow else { return NewCalls::Taken };
        let delay = self.processors[self.plan.callmanager(node).index()].server.backlog(self.now);
        let state = &mut self.nodes[node.index()];
        let new_calls = code_yellow::next_call(state.new_calls, delay, entry, exit);
        if std::mem::replace(&mut state.new_calls, new_calls) != new_calls {
            self.note(Fact::Throttling { node, refuses: new_calls == NewCalls::Refused });
        }
        new_calls
    }
}
