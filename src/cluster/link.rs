//! Links between nodes, and from applications to nodes. They delay messages, never reorder them, and can be cut or slow.

use super::event::Event;
use super::machine::Cluster;
use super::rows::application::Health;
use super::rows::endpoint::{Endpoint, EndpointKind};
use super::rows::link::LinkState;
use crate::domain::{ConnectionId, LinkEnd, NodeId, OpenerId, OutageCause};
use crate::engine::{Span, Time};
use crate::facts::{Fact, Recorder};
use crate::rules::device_recovery::RegistrationStatus;
use crate::rules::notice;
use crate::rules::rehoming::Rehoming;

impl<R: Recorder> Cluster<'_, R> {
    /// The row of a link. Those between nodes are the same in both directions.
    pub(super) fn link(&self, from: LinkEnd, to: NodeId) -> usize {
        let nodes = self.plan.nodes.len();
        match from {
            LinkEnd::Node(from) => from.min(to).index() * nodes + from.max(to).index(),
            LinkEnd::Application(application) => (nodes + application.index()) * nodes + to.index(),
        }
    }

    /// Resets the links, one for each pair that a plan can have.
    pub(super) fn reset_links(&mut self) {
        let nodes = self.plan.nodes.len();
        self.links.clear();
        self.links.resize((nodes + self.plan.applications.len()) * nodes, LinkState::default());
    }

    /// When a message that leaves at `departs` arrives.
    pub(super) fn over(&self, link: usize, departs: Time, delay: Span) -> Time {
        let link = &self.links[link];
        departs.max(link.held_until) + delay + link.slower
    }

    /// When a message from one node arrives at another.
    pub(super) fn arrives(&self, from: NodeId, to: NodeId, departs: Time) -> Time {
        if from == to {
            return departs;
        }
        if !self.links_fail {
            return departs + self.plan.links.between_nodes;
        }
        self.over(self.link(LinkEnd::Node(from), to), departs, self.plan.links.between_nodes)
    }

    /// The link that a connection takes.
    pub(super) fn link_of(&self, connection: ConnectionId) -> &LinkState {
        &self.links[self.link(LinkEnd::Application(self.application_of(connection)), self.manager_of(connection))]
    }

    /// When a message between an application and its CTIManager arrives.
    pub(super) fn arrives_at_application(&self, connection: ConnectionId, departs: Time) -> Time {
        if !self.links_fail {
            return departs + self.plan.links.to_application;
        }
        let link = self.link(LinkEnd::Application(self.application_of(connection)), self.manager_of(connection));
        self.over(link, departs, self.plan.links.to_application)
    }

    /// Since when the link between an application and its CTIManager is cut, if it is.
    pub(super) fn cut_off_since(&self, connection: ConnectionId) -> Option<Time> {
        let link = self.link_of(connection);
        (link.cuts > 0).then_some(link.changed_at)
    }

    /// From when an application can read what has been sent to it.
    pub(super) fn readable_from(&self, connection: ConnectionId) -> Time {
        self.now.max(self.link_of(connection).held_until)
    }

    /// Whether two nodes consider each other reachable.
    pub(super) fn reaches(&self, from: NodeId, to: NodeId) -> bool {
        from == to || !self.links_fail || !self.links[self.link(LinkEnd::Node(from), to)].noticed
    }

    /// Whether a message from one node gets through to the other, and one back: the other's host is there, and no link
    /// between them is cut.
    pub(super) fn gets_through(&self, from: NodeId, to: NodeId) -> bool {
        let whole = || !self.links_fail || self.links[self.link(LinkEnd::Node(from), to)].cuts == 0;
        from == to || (self.nodes[to.index()].host_down == 0 && whole())
    }

    /// Since when one node has been reachable from another again.
    pub(super) fn in_reach_since(&self, from: NodeId, to: NodeId) -> Time {
        if from == to { Time::ZERO } else { self.links[self.link(LinkEnd::Node(from), to)].healed_at }
    }

    /// Whether an application can connect to a CTIManager.
    pub(super) fn can_connect(&self, connection: ConnectionId, manager: NodeId) -> bool {
        let application = self.application_of(connection);
        self.ctimanager_up(manager) && self.links[self.link(LinkEnd::Application(application), manager)].cuts == 0
    }

    /// A link is cut, or slower by `slower`, until `ends`.
    pub(super) fn link_fails(&mut self, from: LinkEnd, to: NodeId, slower: Option<Span>, ends: Time) {
        let row = self.link(from, to);
        let link = &mut self.links[row];
        if let Some(slower) = slower {
            link.slower += slower;
            return self.strain(from, to);
        }
        link.held_until = link.held_until.max(ends);
        link.cuts += 1;
        if link.cuts == 1 {
            link.changed_at = self.now;
            self.watch_link(from, to);
        }
        self.strain(from, to);
    }

    /// An application watches its CTIManager while messages from there may arrive late or not at all.
    fn strain(&mut self, from: LinkEnd, to: NodeId) {
        if let LinkEnd::Application(application) = from {
            self.note(Fact::ApplicationLinkFailed { application, node: to });
            for connection in self.plan.applications[application.index()].all_connections() {
                if self.manager_of(connection) == to {
                    self.watch_manager(connection);
                }
            }
        }
    }

    pub(super) fn link_heals(&mut self, from: LinkEnd, to: NodeId, slower: Option<Span>) {
        let row = self.link(from, to);
        let link = &mut self.links[row];
        if let Some(slower) = slower {
            link.slower = Span::from_nanos(link.slower.nanos() - slower.nanos());
            // Messages that leave now must not overtake earlier ones.
            link.held_until = link.held_until.max(self.now + slower);
            return;
        }
        link.cuts -= 1;
        if link.cuts == 0 {
            link.changed_at = self.now;
            self.watch_link(from, to);
        }
    }

    /// Nodes notice after a while that they cannot, or can again, reach each other. An application and its CTIManager notice by
    /// what no longer comes (R23).
    pub(super) fn watch_link(&mut self, from: LinkEnd, to: NodeId) {
        if let LinkEnd::Node(from) = from {
            let noticed = self.now + self.plan.parameters.callmanager_notice;
            self.schedule(noticed, Event::LinkNoticed { from: from.0, to: to.0 });
        }
    }

    pub(super) fn link_noticed(&mut self, from: u16, to: u16) {
        let (from, to) = (NodeId(from), NodeId(to));
        let row = self.link(LinkEnd::Node(from), to);
        let link = &mut self.links[row];
        let due = notice::is_noticed(link.changed_at, self.plan.parameters.callmanager_notice, self.now);
        let cut = link.cuts > 0;
        if !due {
            // It has changed again since.
            return;
        }
        if cut == link.noticed {
            // The cut was never noticed, but what was due to rehome over the link has stayed where it was.
            for (manager, node) in [(from, to), (to, from)] {
                if self.ctimanager_up(manager) {
                    self.recover_lost(manager);
                    self.consider_rehoming_to(manager, node);
                }
            }
            return;
        }
        link.noticed = cut;
        let changed_at = link.changed_at;
        if cut {
            self.note(Fact::LinkCutNoticed { from, to, ago: self.now - changed_at });
            self.lose_over_link(from, to, changed_at);
            self.lose_over_link(to, from, changed_at);
            self.lose_calls_over(from, to);
        } else {
            link.healed_at = changed_at;
            self.note(Fact::LinkHealNoticed { from, to, ago: self.now - changed_at });
        }
        for (manager, node) in [(from, to), (to, from)] {
            if self.ctimanager_up(manager) {
                self.recover_lost(manager);
                if !cut {
                    self.reopen_phones_on(manager, node);
                    self.consider_rehoming_to(manager, node);
                }
            }
        }
    }

    /// Takes the devices that a CTIManager controls on a node it can no longer reach out of service: the CallManager there
    /// has lost their CTIManager, and the CTIManager has lost them.
    pub(super) fn lose_over_link(&mut self, manager: NodeId, node: NodeId, cut_at: Time) {
        let plan = self.plan;
        for connection in self.connected_to(manager) {
            if self.health_of(connection) == Health::Up {
                self.connections[connection.index()].failed_at = cut_at;
            }
            for &opener in &plan.connections[connection.index()].devices {
                self.lose_device_over_link(opener, connection, node, cut_at);
            }
            self.strand_calls_at(connection, node);
        }
    }

    fn lose_device_over_link(&mut self, opener: OpenerId, connection: ConnectionId, node: NodeId, cut_at: Time) {
        let device = self.plan.device_of(opener);
        let Endpoint { kind, service, rehoming, node: at, connection: holder, .. } = self.endpoints[device.index()];
        if kind != EndpointKind::Phone && holder != Some(connection) {
            if at == node {
                self.lose_claim(opener, Some(cut_at));
            }
            return;
        }
        let home = self.registrations[device.index()].home;
        let stays = matches!(rehoming, Rehoming::Waiting | Rehoming::Due);
        if home == node && stays && kind != EndpointKind::Phone {
            self.cancel_rehoming(device);
        }
        if at != node {
            return;
        }
        if kind == EndpointKind::Phone {
            // The phone goes on working where it is; only its control is lost.
            self.lose_claim(opener, Some(cut_at));
            self.registrations[device.index()].status = RegistrationStatus::Unregistered;
            return;
        }
        if self.pass_on(opener, connection, Some(cut_at)) {
            return;
        }
        self.void_requests(device);
        self.close_device(device, cut_at, OutageCause::LinkCut);
        self.registrations[device.index()].status = RegistrationStatus::Unregistered;
        self.endpoints[device.index()].service = service.after_loss();
    }
}
