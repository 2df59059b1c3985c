//! The identities of devices: where they are in service, why they are not, and how they rehome.

use crate::domain::{ApplicationId, DeviceId, DeviceKind, FaultTarget, GiveUpReason, NodeId, OutageCause};
use crate::engine::{Span, Time};
use crate::facts::Fact;
use crate::plan::Topology;

use super::ledger::{AuditedDevice, AuditedRehoming, Auditor, Occupied};
use super::rest::can_serve;

impl Auditor<'_> {
    /// The position of a node in a device's group.
    pub(super) fn rank(&self, device: DeviceId, node: Option<NodeId>) -> Option<usize> {
        let group = &self.plan.devices[device.index()].group;
        group.iter().position(|&member| Some(member) == node)
    }

    /// Devices that rehomed at this instant are now at an earlier member of their group.
    pub(super) fn check_rehomed(&mut self) {
        for (device, before) in std::mem::take(&mut self.rehomed) {
            // Or were, if they went out of service again in the same instant.
            let device_state = &self.devices[device.index()];
            let at = device_state.at.or(device_state.last);
            let rank = self.rank(device, at);
            let better = rank.is_some() && before.is_none_or(|before| rank < Some(before));
            self.require(better, |_| {
                format!("{device:?} rehomed, but it is at {at:?}, position {rank:?} of its group")
            });
        }
    }

    /// No device is in service at a CallManager that failed at this instant.
    pub(super) fn check_failed(&mut self) {
        for node in std::mem::take(&mut self.failed) {
            let left = self.devices.iter().position(|device_state| device_state.at == Some(node));
            let up = !self.callmanagers[node.index()].down;
            self.require(up || left.is_none(), |_| {
                format!("device {left:?} is in service at {node:?}, whose CallManager has failed")
            });
        }
    }

    /// No device that failed at this instant is in service, or has a call that is not connected.
    pub(super) fn check_struck(&mut self) {
        for device in std::mem::take(&mut self.struck) {
            let AuditedDevice { at, failed, taken_by, .. } = self.devices[device.index()].clone();
            self.require(!failed || at.is_none(), |_| format!("{device:?} has failed, but is in service at {at:?}"));
            let waits = taken_by.and_then(|name| Some((name, self.calls.get(&name)?))).filter(|(_, it)| !it.connected);
            let left = waits.map(|(name, _)| name);
            self.require(!failed || left.is_none(), |_| format!("{left:?} is left at {device:?}, which has failed"));
        }
    }

    /// A device failed by itself.
    pub(super) fn device_failed(&mut self, fact: Fact, device: DeviceId) {
        let planned = self.plan.faults.iter().any(|fault| match fault.failing {
            FaultTarget::Devices(target, count) => {
                let first = self.plan.first_device(target).0;
                (first..first + count).contains(&device.0)
            }
            _ => false,
        });
        self.require(planned, |_| format!("{fact:?}: no fault of the workload takes this device"));
        let was_down = std::mem::replace(&mut self.devices[device.index()].failed, true);
        self.require(!was_down, |_| format!("{fact:?}: the device was already down"));
        self.struck.push(device);
    }

    /// A device is back.
    pub(super) fn device_returned(&mut self, fact: Fact, device: DeviceId) {
        let was_down = std::mem::replace(&mut self.devices[device.index()].failed, false);
        self.require(was_down, |_| format!("{fact:?}: the device was not down"));
    }

    /// No unanswered call is left at a device that closed at this instant.
    pub(super) fn check_closed(&mut self) {
        for device in std::mem::take(&mut self.closed) {
            let left = self.calls.iter().find(|(_, call)| {
                // A call waits for a CallManager that hangs.
                !call.connected
                    && self.hangs[call.ingress.index()].is_none()
                    && call.presented_by.is_none_or(|node| self.hangs[node.index()].is_none())
                    && match call.held {
                        Occupied::RoutePoint { device: held, .. } => held == device,
                        // A call on its way to a port is rejected only when it arrives there.
                        Occupied::Pool { .. } | Occupied::Waits { .. } | Occupied::Nothing => false,
                    }
            });
            let left = left.map(|(name, _)| *name);
            let hangs = self.devices[device.index()].last.is_some_and(|node| self.hangs[node.index()].is_some());
            let open = self.serves(device) || hangs;
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
        let mut owners = self.plan.applications_of(device);
        let owned = match application {
            Some(application) => owners.any(|owner| owner == application),
            None => owners.next().is_none(),
        };
        self.require(owned, |auditor| {
            let owners: Vec<ApplicationId> = auditor.plan.applications_of(device).collect();
            format!("{fact:?}: the device belongs to {owners:?}")
        });
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
        self.require(able, |_| format!("{fact:?}: the device can never be in service there"));
        let up = !self.callmanagers[node.index()].down;
        self.require(up, |_| format!("{fact:?}: the CallManager is down"));
        let failed = self.devices[device.index()].failed;
        self.require(!failed, |_| format!("{fact:?}: the device has failed and is not back"));
        let device_state = &mut self.devices[device.index()];
        let was = device_state.at.replace(node);
        device_state.holder = application.filter(|_| plan.kind != DeviceKind::Phone);
        device_state.given_up = None;
        let closed = device_state.closed;
        self.require(was.is_none(), |_| format!("{fact:?}: the device was already in service at {was:?}"));
        // The fault precedes its detection, and is not before the beginning of the run.
        let (now, least) = (self.now, closed.map_or(Span::ZERO, |(at, _)| self.now.since(at)));
        let possible = out_of_service >= least && out_of_service <= now.since(Time::ZERO);
        self.require(possible, |_| format!("{fact:?} reports {out_of_service}, but the device closed {least} ago"));
    }

    pub(super) fn closed(
        &mut self,
        fact: Fact,
        device: DeviceId,
        application: Option<ApplicationId>,
        because: OutageCause,
        since: Time,
    ) {
        self.owned(fact, device, application);
        let now = self.now;
        self.require(since <= now, |_| format!("{fact:?}: that is still to come"));
        let is_phone = self.plan.devices[device.index()].kind == DeviceKind::Phone;
        let holder = self.devices[device.index()].holder.take();
        let was_open = self.devices[device.index()].at.is_some();
        self.require(is_phone || !was_open || holder == application, |_| {
            format!("{fact:?}: it was open to {holder:?}")
        });
        let device_state = &mut self.devices[device.index()];
        let was = device_state.at.take();
        device_state.closed = Some((now, because));
        device_state.last = was.or(device_state.last);
        let (calls, left, failed) = (device_state.calls, device_state.left, device_state.failed);
        let taken_by_none = device_state.taken_by.is_none();
        let controlled = !device_state.controllers.is_empty();
        self.require(!controlled, |_| format!("{fact:?}: some application still controls it"));
        self.require(was.is_some(), |_| format!("{fact:?}: the device was already out of service"));
        let supported = match because {
            OutageCause::ApplicationClosed => application.is_some(),
            OutageCause::CallManagerFailed => was.is_none_or(|node| self.callmanagers[node.index()].down),
            OutageCause::CtiManagerFailed => application.is_some() && self.managers().any(|it| it.down),
            OutageCause::LinkCut => application.is_some() && self.link_cut == now,
            OutageCause::DeviceFailed => failed && self.struck.contains(&device),
            OutageCause::Rehoming => calls == 0 && left == Some(now),
            OutageCause::HandedOver => calls == 0 && taken_by_none && self.plan.devices[device.index()].stands_by(),
        };
        self.require(supported, |_| format!("{fact:?}: the facts before it do not support this cause"));
        self.closed.push(device);
    }

    /// An application controls a phone, or a route point that another one has open.
    pub(super) fn controlled(&mut self, fact: Fact, device: DeviceId, application: ApplicationId, first: bool) {
        self.owned(fact, device, Some(application));
        let plan = &self.plan.devices[device.index()];
        let may_claim = plan.kind == DeviceKind::Phone || plan.is_shared();
        let device_state = &mut self.devices[device.index()];
        let (at, holder) = (device_state.at, device_state.holder);
        let alone = device_state.controllers.is_empty() && holder.is_none();
        let before = device_state.controllers.contains(&application) || holder == Some(application);
        device_state.controllers.push(application);
        self.require(may_claim && at.is_some() && !before && first == alone, |_| {
            format!(
                "{fact:?}: the device is in service at {at:?}; controlled before: {before}; by nobody else: {alone}"
            )
        });
    }

    /// An application has lost control of such a device.
    pub(super) fn control_lost(&mut self, fact: Fact, device: DeviceId, application: ApplicationId, last: bool) {
        self.owned(fact, device, Some(application));
        let device_state = &mut self.devices[device.index()];
        let before = device_state.controllers.len();
        device_state.controllers.retain(|&controller| controller != application);
        let mut lost = device_state.controllers.len() < before;
        if !lost && device_state.holder == Some(application) {
            // The next one that has it open is registered for it from now on: the facts name it when it closes.
            lost = !device_state.controllers.is_empty();
            device_state.holder = None;
            if lost {
                let next = self.next_holder(device);
                self.devices[device.index()].holder = Some(next);
            }
        }
        let device_state = &self.devices[device.index()];
        let alone = device_state.controllers.is_empty() && device_state.holder.is_none();
        self.require(lost, |_| format!("{fact:?}: the application did not control it, or nobody else does"));
        self.require(last == alone, |_| format!("{fact:?}: left to nobody: {alone}"));
    }

    /// The first in the order of the plan of those that have a device open beside its holder; it is no longer beside it.
    fn next_holder(&mut self, device: DeviceId) -> ApplicationId {
        let controllers = &mut self.devices[device.index()].controllers;
        let next = self.plan.applications_of(device).find(|application| controllers.contains(application));
        let next = next.expect("some application has it open");
        controllers.retain(|&controller| controller != next);
        next
    }

    pub(super) fn given_up(&mut self, fact: Fact, device: DeviceId, because: GiveUpReason) {
        let at = self.devices[device.index()].at;
        self.require(at.is_none(), |_| format!("{fact:?}: the device is in service at {at:?}"));
        let plan = &self.plan.devices[device.index()];
        let allowed = match because {
            GiveUpReason::CannotOpen => !plan.cannot_open_on.is_empty(),
            GiveUpReason::RecoveryForbidden => {
                self.plan.applications_of(device).any(|application| !self.plan.recovers(device, application))
            }
            GiveUpReason::OutOfReach => self.plan.topology == Topology::Direct,
        };
        self.require(allowed, |_| format!("{fact:?}: the workload does not allow this"));
        self.devices[device.index()].given_up = Some(because);
    }

    pub(super) fn home_returned(&mut self, fact: Fact, device: DeviceId, ago: Span) {
        let since = Time::from_nanos(self.now.nanos().saturating_sub(ago.nanos()));
        self.require(ago <= self.now.since(Time::ZERO), |_| format!("{fact:?}: that was before the run began"));
        let device_state = &self.devices[device.index()];
        let (at, rehoming) = (device_state.at, device_state.rehoming);
        let away = at.is_none() || self.rank(device, at) > Some(0);
        self.require(away, |_| format!("{fact:?}: the device is at home"));
        self.require(!matches!(rehoming, AuditedRehoming::Waiting(_)), |_| {
            format!("{fact:?}: the device is already waiting")
        });
        self.devices[device.index()].rehoming = AuditedRehoming::Waiting(since);
    }

    pub(super) fn rehome_started(&mut self, fact: Fact, device: DeviceId, waited: Span) {
        let AuditedDevice { rehoming, taken_by, calls, waiting, at, .. } = self.devices[device.index()].clone();
        if let AuditedRehoming::Waiting(since) = rehoming {
            // It may have been due for a while before its turn came.
            let most = self.now.since(since);
            self.require(waited <= most, |_| {
                format!("{fact:?} reports {waited}, but its home has been back for {most}")
            });
            self.devices[device.index()].rehoming = AuditedRehoming::Leaving(since);
        } else {
            self.require(false, |_| format!("{fact:?}: the device was not waiting to rehome"));
        }
        self.require(calls == 0 && taken_by.is_none() && waiting == 0, |_| {
            format!("{fact:?}: the device has {calls} calls, and is taken by {taken_by:?}")
        });
        let now = self.now;
        let device_state = &mut self.devices[device.index()];
        device_state.left = Some(now);
        device_state.last = at.or(device_state.last);
    }

    pub(super) fn rehomed(&mut self, fact: Fact, device: DeviceId, delay: Span) {
        let AuditedDevice { rehoming, last, .. } = self.devices[device.index()].clone();
        let AuditedRehoming::Leaving(since) = rehoming else {
            return self.require(false, |_| format!("{fact:?}: the device had not started to rehome"));
        };
        self.check_span(fact, delay, since);
        self.devices[device.index()].rehoming = AuditedRehoming::Settled;
        self.rehomed.push((device, self.rank(device, last)));
    }
}
