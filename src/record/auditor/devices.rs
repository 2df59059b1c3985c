//! The identities of devices: where they are in service, why they are not, and their ways home.

use crate::domain::{ApplicationId, DeviceId, GiveUpReason, NodeId, OutageCause};
use crate::engine::{Span, Time};
use crate::facts::Fact;
use crate::plan::Topology;

use super::books::{AuditedRehoming, Auditor, DeviceBook, Occupied};
use super::rest::can_serve;

impl Auditor<'_> {
    /// The place of a node in a device's group.
    pub(super) fn rank(&self, device: DeviceId, node: Option<NodeId>) -> Option<usize> {
        let group = &self.plan.devices[device.index()].group;
        group.iter().position(|&member| Some(member) == node)
    }

    /// What came home at this instant is now where it comes earlier in its group.
    pub(super) fn check_rehomed(&mut self) {
        for (device, before) in std::mem::take(&mut self.rehomed) {
            // Or was, if that very instant took it away again.
            let book = &self.devices[device.index()];
            let at = book.at.or(book.last);
            let rank = self.rank(device, at);
            let better = rank.is_some() && before.is_none_or(|before| rank < Some(before));
            self.require(better, |_| format!("{device:?} came home, but it is at {at:?}, place {rank:?}"));
        }
    }

    /// At a CallManager that failed at this instant, nothing is in service.
    pub(super) fn check_failed(&mut self) {
        for node in std::mem::take(&mut self.failed) {
            let left = self.devices.iter().position(|book| book.at == Some(node));
            let up = !self.callmanagers[node.index()].down;
            self.require(up || left.is_none(), |_| {
                format!("device {left:?} is in service at {node:?}, whose CallManager has failed")
            });
        }
    }

    /// No unanswered call is left at a device that closed at this instant.
    pub(super) fn check_closed(&mut self) {
        for device in std::mem::take(&mut self.closed) {
            let left = self.calls.iter().find(|(_, call)| {
                !call.connected
                    && match call.held {
                        Occupied::RoutePoint { device: held, .. } => held == device,
                        // A call on its way to a port finds it closed only when it arrives there.
                        Occupied::Pool { .. } | Occupied::Nothing => false,
                    }
            });
            let left = left.map(|(name, _)| *name);
            let open = self.serves(device);
            self.require(left.is_none() || open, |_| {
                format!("{left:?} is left unanswered at {device:?}, which is closed")
            });
        }
    }

    /// Whether a device is in service at a CallManager that is up.
    pub(super) fn serves(&self, device: DeviceId) -> bool {
        self.devices[device.index()].at.is_some_and(|node| !self.callmanagers[node.index()].down)
    }

    pub(super) fn owned(&mut self, fact: Fact, device: DeviceId, application: Option<ApplicationId>) {
        let owner = self.plan.devices[device.index()].application;
        self.require(owner == application, |_| format!("{fact:?}: it belongs to {owner:?}"));
    }

    pub(super) fn opened(
        &mut self,
        fact: Fact,
        device: DeviceId,
        application: Option<ApplicationId>,
        node: NodeId,
        out_of_service: Span,
    ) {
        self.owned(fact, device, application);
        let plan = &self.plan.devices[device.index()];
        let able = can_serve(plan) && plan.group.contains(&node);
        self.require(able, |_| format!("{fact:?}: that can never be"));
        let up = !self.callmanagers[node.index()].down;
        self.require(up, |_| format!("{fact:?}: the CallManager is down"));
        let book = &mut self.devices[device.index()];
        let was = book.at.replace(node);
        book.given_up = None;
        let closed = book.closed;
        self.require(was.is_none(), |_| format!("{fact:?}: it was in service at {was:?} already"));
        // The fault came before its detection, and not before the beginning.
        let (now, least) = (self.now, closed.map_or(Span::ZERO, |(at, _)| self.now.since(at)));
        let possible = out_of_service >= least && out_of_service <= now.since(Time::ZERO);
        self.require(possible, |_| format!("{fact:?} tells {out_of_service}, but it closed {least} ago"));
    }

    pub(super) fn closed(
        &mut self,
        fact: Fact,
        device: DeviceId,
        application: Option<ApplicationId>,
        because: OutageCause,
    ) {
        self.owned(fact, device, application);
        let now = self.now;
        let book = &mut self.devices[device.index()];
        let was = book.at.take();
        book.closed = Some((now, because));
        book.last = was.or(book.last);
        let (calls, left) = (book.calls, book.left);
        self.require(was.is_some(), |_| format!("{fact:?}: it was out of service already"));
        let true_to_it = match because {
            OutageCause::ApplicationClosed => application.is_some(),
            OutageCause::CallManagerFailed => was.is_none_or(|node| self.callmanagers[node.index()].down),
            OutageCause::CtiManagerFailed => application.is_some() && self.managers().any(|it| it.down),
            OutageCause::LinkCut => application.is_some() && self.link_cut == now,
            OutageCause::Rehoming => calls == 0 && left == Some(now),
        };
        self.require(true_to_it, |_| format!("{fact:?}: that is not what has happened"));
        self.closed.push(device);
    }

    pub(super) fn given_up(&mut self, fact: Fact, device: DeviceId, because: GiveUpReason) {
        let at = self.devices[device.index()].at;
        self.require(at.is_none(), |_| format!("{fact:?}: it is in service at {at:?}"));
        let plan = &self.plan.devices[device.index()];
        let said = match because {
            GiveUpReason::CannotOpen => !plan.cannot_open_on.is_empty(),
            GiveUpReason::RecoveryForbidden => {
                plan.application.is_some_and(|application| !self.plan.applications[application.index()].recovery)
            }
            GiveUpReason::OutOfReach => self.plan.topology == Topology::Direct,
        };
        self.require(said, |_| format!("{fact:?}: the workload does not say so"));
        self.devices[device.index()].given_up = Some(because);
    }

    pub(super) fn home_returned(&mut self, fact: Fact, device: DeviceId, ago: Span) {
        let since = Time::from_nanos(self.now.nanos().saturating_sub(ago.nanos()));
        self.require(ago <= self.now.since(Time::ZERO), |_| format!("{fact:?}: that was before the beginning"));
        let book = &self.devices[device.index()];
        let (at, rehoming) = (book.at, book.rehoming);
        let away = at.is_none() || self.rank(device, at) > Some(0);
        self.require(away, |_| format!("{fact:?}: it is at home"));
        self.require(!matches!(rehoming, AuditedRehoming::Waiting(_)), |_| format!("{fact:?}: it waits already"));
        self.devices[device.index()].rehoming = AuditedRehoming::Waiting(since);
    }

    pub(super) fn rehome_started(&mut self, fact: Fact, device: DeviceId, waited: Span) {
        let DeviceBook { rehoming, taken_by, calls, at, .. } = self.devices[device.index()];
        if let AuditedRehoming::Waiting(since) = rehoming {
            self.told(fact, waited, since);
            self.devices[device.index()].rehoming = AuditedRehoming::Leaving(since);
        } else {
            self.require(false, |_| format!("{fact:?}: it did not wait for that"));
        }
        self.require(calls == 0 && taken_by.is_none(), |_| {
            format!("{fact:?}: it has {calls} calls, and {taken_by:?} has it")
        });
        let now = self.now;
        let book = &mut self.devices[device.index()];
        book.left = Some(now);
        book.last = at.or(book.last);
    }

    pub(super) fn rehomed(&mut self, fact: Fact, device: DeviceId, delay: Span) {
        let DeviceBook { rehoming, last, .. } = self.devices[device.index()];
        let AuditedRehoming::Leaving(since) = rehoming else {
            return self.require(false, |_| format!("{fact:?}: it had not left for home"));
        };
        self.told(fact, delay, since);
        self.devices[device.index()].rehoming = AuditedRehoming::Settled;
        self.rehomed.push((device, self.rank(device, last)));
    }
}
