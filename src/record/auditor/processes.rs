//! The identities of processes and their stations.

use std::cmp::Reverse;

use crate::domain::{ApplicationId, StationId};
use crate::engine::{Span, Time};
use crate::facts::Fact;
use crate::plan::Topology;

use super::ledger::{AuditedCall, AuditedDevice, Auditor, Occupied, Process};

impl Auditor<'_> {
    pub(super) fn served(&mut self, fact: Fact, station: usize, arrived: Time, started: Time, finished: Time) {
        let down = self.is_down(station);
        self.require(!down, |_| format!("{fact:?}: its process is down"));
        self.require(arrived <= started && started <= finished, |_| format!("{fact:?}: its times are out of order"));
        let in_order = started >= self.last_start[station];
        self.require(in_order, |_| format!("{fact:?}: it started before work that arrived earlier"));
        self.last_start[station] = started;
        let busy = &mut self.stations[station];
        while busy.peek().is_some_and(|finishes| finishes.0 <= started) {
            busy.pop();
        }
        busy.push(Reverse(finished));
        let (at_once, servers) = (busy.len(), self.servers[station]);
        self.require(at_once <= servers as usize, |_| {
            format!("{fact:?}: {at_once} pieces of work at once at {servers} servers")
        });
    }

    /// A process failed.
    pub(super) fn failed(&mut self, fact: Fact, process: impl FnOnce(&mut Self) -> &mut Process) {
        let now = self.now;
        let process = process(self);
        let was_down = std::mem::replace(&mut process.down, true);
        process.failures.push(now);
        self.require(!was_down, |_| format!("{fact:?}: the process was already down"));
    }

    /// A process is back.
    pub(super) fn returned(&mut self, fact: Fact, process: impl FnOnce(&mut Self) -> &mut Process) {
        let was_down = std::mem::replace(&mut process(self).down, false);
        self.require(was_down, |_| format!("{fact:?}: the process was already up"));
    }

    /// No call waits for a CallManager once its hang is known.
    pub(super) fn check_hangs(&mut self) {
        for node in std::mem::take(&mut self.hangs_known) {
            let waits = |call: &AuditedCall| {
                let stays = match call.held {
                    Occupied::RoutePoint { device, .. }
                    | Occupied::Waits { device, .. }
                    | Occupied::Pool { device: Some(device), .. } => {
                        let AuditedDevice { at, last, .. } = self.devices[device.index()];
                        at.is_none() && last == Some(node)
                    }
                    Occupied::Pool { .. } | Occupied::Nothing => false,
                };
                // A call of this instant may have found the CallManager restarted.
                !call.connected && call.offered < self.now && (call.ingress == node || stays)
            };
            let left = self.calls.iter().find(|(_, call)| waits(call)).map(|(name, _)| *name);
            self.require(left.is_none(), |_| format!("{left:?} still waits for {node:?}, whose hang is known"));
        }
    }

    /// The processes that applications are connected to: CTIManagers, or CallManagers in the direct topology (R25).
    pub(super) fn managers(&self) -> impl Iterator<Item = &Process> {
        match self.plan.topology {
            Topology::CtiManager => self.ctimanagers.iter(),
            Topology::Direct => self.callmanagers.iter(),
        }
    }

    /// Whether the process failed exactly `delay` ago.
    pub(super) fn failed_before(&self, process: &Process, delay: Span) -> bool {
        process.failures.iter().any(|&failure| self.now.since(failure) == delay)
    }

    /// Whether a link from the application failed just so long ago.
    pub(super) fn cut_off_before(&self, application: ApplicationId, delay: Span) -> bool {
        self.failed_before(&self.application_links[application.index()], delay)
    }

    /// A station's process ends: the work it had begun, and what waited, is gone.
    pub(super) fn start_afresh(&mut self, station: StationId) {
        self.stations[station.index()].clear();
        self.last_start[station.index()] = Time::ZERO;
    }

    /// Whether the process of a station is down; databases never are.
    pub(super) fn is_down(&self, station: usize) -> bool {
        let nodes = self.plan.nodes.len();
        match station.checked_sub(nodes * 2) {
            None if station.is_multiple_of(2) => self.callmanagers[station / 2].down,
            None => self.ctimanagers[station / 2].down,
            Some(application) => self.applications.get(application).is_some_and(|process| process.down),
        }
    }
}
