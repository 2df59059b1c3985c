//! The connection of an application to a CTIManager, and to the next one (R20, R21).

use super::event::Event;
use super::machine::Cluster;
use super::rows::application::Health;
use crate::domain::{ApplicationId, NodeId, OutBecause};
use crate::engine::{Span, uniform};
use crate::facts::{Fact, Recorder};
use crate::plan::{CtiManagerWork, HeartbeatReading, Topology};
use crate::rules::manager_choice;

/// An application that finds no CTIManager tries again after its reconnect time, but not sooner than this: at no
/// distance, it would try for ever in one instant.
const SHORTEST_RETRY: Span = Span::from_millis(10);

impl<'p, R: Recorder> Cluster<'p, R> {
    /// The node whose CTIManager the application is connected to.
    pub(super) fn manager_of(&self, application: ApplicationId) -> NodeId {
        self.plan.applications[application.index()].ctimanagers[self.applications[application.index()].manager]
    }

    pub(super) fn ctimanager_work(&self, node: NodeId) -> &'p CtiManagerWork {
        self.plan.nodes[node.index()].ctimanager.as_ref().expect("applications connect where a CTIManager runs")
    }

    /// The CTIManager that an application is connected to is gone. The registrations of its devices stay where they are,
    /// but nobody controls them.
    pub(super) fn lose_manager(&mut self, application: ApplicationId, silently: bool) {
        let plan = &self.plan.applications[application.index()];
        let state = &mut self.applications[application.index()];
        state.connected = false;
        state.connection = state.connection.wrapping_add(1);
        state.attempt = state.attempt.wrapping_add(1);
        if state.health == Health::Up {
            state.failed_at = self.now;
        }
        let attempt = state.attempt;
        // A process that ends closes its connections; a host that is lost is missed like a heartbeat, after one to two
        // intervals.
        let noticed = if silently {
            let luck = uniform(state.heartbeat_luck.next_u64());
            plan.heartbeat + Span::from_nanos((luck * plan.heartbeat.nanos() as f64) as u64)
        } else {
            self.plan.links.to_application
        };
        for &device in &plan.devices {
            self.release_device(device, self.now, OutBecause::CtiManagerFailed);
        }
        self.strand_calls(application, true);
        self.schedule(self.now + noticed, Event::LossNoticed { application: application.0, attempt });
    }

    pub(super) fn loss_noticed(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        if state.attempt != attempt || state.health == Health::Down {
            return;
        }
        if let Health::Stalled(until) = state.health {
            return self.schedule(until, Event::LossNoticed { application, attempt });
        }
        let (delay, lost) = (self.now - state.failed_at, state.manager);
        self.note(Fact::ManagerLossNoticed { application: id, delay });
        self.connect(id, Some(lost));
    }

    pub(super) fn reconnects(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        if state.attempt != attempt || state.health == Health::Down {
            return;
        }
        if let Health::Stalled(until) = state.health {
            return self.schedule(until, Event::Reconnects { application, attempt });
        }
        // It tries first where it was.
        let before = (state.manager + self.plan.applications[id.index()].ctimanagers.len() - 1)
            % self.plan.applications[id.index()].ctimanagers.len();
        self.connect(id, Some(before));
    }

    /// Asks the next live CTIManager of the application's list for a connection, or tries again later.
    pub(super) fn connect(&mut self, application: ApplicationId, lost: Option<usize>) {
        let plan = &self.plan.applications[application.index()];
        if !plan.may_use_cti {
            // R2: it is turned away, and one whose first attempt fails does not try again.
            return;
        }
        let list = match self.plan.topology {
            Topology::CtiManager => &plan.ctimanagers[..],
            Topology::Direct => &plan.ctimanagers[..1],
        };
        let lost = lost.map(|lost| lost.min(list.len() - 1));
        let next = manager_choice::next(list, lost, |node| self.can_connect(application, node));
        let id = application;
        let state = &mut self.applications[application.index()];
        let (application, attempt) = (application.0, state.attempt);
        match next {
            Some(manager) => {
                state.manager = manager;
                let asks = self.arrives_at_application(id, self.now);
                self.schedule(asks, Event::ProviderAsks { application, attempt });
            }
            None => {
                let again = self.now + plan.reconnect.max(SHORTEST_RETRY);
                self.schedule(again, Event::Reconnects { application, attempt });
            }
        }
    }

    /// R21 as of release 15: an application leaves its least-priority CTIManager once another one is up.
    pub(super) fn falls_back(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let plan = &self.plan.applications[id.index()];
        let state = &self.applications[id.index()];
        let Some((least, after)) = plan.least_priority else { return };
        if state.attempt != attempt || !state.connected || !state.acts() || self.manager_of(id) != least {
            return;
        }
        let better = |node: &NodeId| *node != least && self.can_connect(id, *node);
        if plan.ctimanagers.iter().any(better) {
            self.lose_manager(id, false);
            let attempt = self.applications[id.index()].attempt;
            // It knows what it did: it need not notice.
            self.applications[id.index()].attempt = attempt.wrapping_add(1);
            self.connect(id, None);
        } else {
            self.schedule(self.now + after, Event::FallsBack { application, attempt });
        }
    }

    /// The application's request for a connection reaches its CTIManager.
    pub(super) fn provider_asks(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        // One that stands still asks nothing; when it goes on it asks anew.
        if state.attempt != attempt || state.health != Health::Up {
            return;
        }
        let manager = self.manager_of(id);
        if !self.ctimanager_up(manager) {
            // It died while the request was under way; another one may be up.
            return self.schedule(self.now + SHORTEST_RETRY, Event::Reconnects { application, attempt });
        }
        let done = self.work(self.plan.ctimanager(manager), &self.ctimanager_work(manager).request);
        self.schedule(self.arrives_at_application(id, done), Event::ProviderOpens { application, attempt });
    }

    pub(super) fn provider_opens(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let interval = self.plan.applications[id.index()].heartbeat;
        let manager = self.manager_of(id);
        let up = self.ctimanager_up(manager);
        let state = &mut self.applications[id.index()];
        if state.attempt != attempt {
            return;
        }
        if !up {
            return self.schedule(self.now + SHORTEST_RETRY, Event::Reconnects { application, attempt });
        }
        state.connected = true;
        state.connection = state.connection.wrapping_add(1);
        state.deadline = self.now + interval.times(2);
        (state.heard, state.misses) = (true, 0);
        state.opening = 0;
        let connection = state.connection;
        self.note(Fact::ManagerChanged { application: id, manager });
        if let Some((least, after)) = self.plan.applications[id.index()].least_priority
            && least == manager
        {
            self.schedule(self.now + after, Event::FallsBack { application, attempt });
        }
        self.schedule(self.now + interval, Event::HeartbeatDue { application, attempt });
        let first_look = match self.plan.parameters.heartbeat_reading {
            HeartbeatReading::Timer => interval.times(2),
            HeartbeatReading::Grid => {
                let luck = self.applications[id.index()].heartbeat_luck.next_u64();
                Span::from_nanos((uniform(luck) * interval.nanos() as f64) as u64)
            }
        };
        self.schedule(self.now + first_look, Event::HeartbeatChecked { application, connection });
        self.asks_for_device(application, attempt);
    }

    /// The application asks for the next of its devices, and for the one after that a while later.
    pub(super) fn asks_for_device(&mut self, application: u16, attempt: u16) {
        let plan = &self.plan.applications[application as usize];
        let state = &mut self.applications[application as usize];
        if state.attempt != attempt {
            return;
        }
        if let Health::Stalled(until) = state.health {
            return self.schedule(until, Event::AsksForDevice { application, attempt });
        }
        let Some(&device) = plan.devices.get(state.opening) else {
            return;
        };
        state.opening += 1;
        let more = state.opening < plan.devices.len();
        self.ask_to_open(device);
        if more {
            self.schedule(self.now + plan.open_interval, Event::AsksForDevice { application, attempt });
        }
    }
}
