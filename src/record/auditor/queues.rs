//! Whether queues are served in order, and no call waits in vain (R10).

use crate::domain::{CallName, DeviceId, PhoneGroupId, QueueId, QueueOrder, Target};
use crate::engine::Span;
use crate::facts::Fact;
use crate::plan::People;

use super::ledger::{Auditor, Occupied};

impl Auditor<'_> {
    /// A call begins to wait.
    pub(super) fn queued(&mut self, fact: Fact, name: CallName, queue: QueueId) {
        self.comes_to_queue(fact, name, queue);
        let waits = self.queues.iter().flatten().any(|(other, _)| *other == name);
        self.require(!waits, |_| format!("{fact:?}: it waits already"));
        self.queues[queue.index()].push_back((name, self.now));
    }

    /// A call is at a device whose calls are transferred to this queue.
    fn comes_to_queue(&mut self, fact: Fact, name: CallName, queue: QueueId) {
        let Some(call) = self.call(name, fact) else { return };
        let device = device_of(call.held);
        let transferred = device.is_some_and(|device| {
            let transfer = self.plan.transfer_at(self.group_of(device));
            transfer.is_some_and(|it| it.to.all().any(|people| people == People::Queue(queue)))
        });
        self.require(call.connected && transferred, |_| {
            format!("{fact:?}: the call is at {device:?}, which transfers no connected call there")
        });
    }

    fn group_of(&self, device: DeviceId) -> Target {
        use crate::domain::{DeviceKind, PortGroupId, RoutePointId};
        let plan = &self.plan.devices[device.index()];
        match plan.kind {
            DeviceKind::RoutePoint => Target::RoutePoint(RoutePointId(plan.row)),
            DeviceKind::CtiPort => Target::Ports(PortGroupId(plan.row)),
            DeviceKind::Phone => Target::Phones(PhoneGroupId(plan.row)),
        }
    }

    /// A call no longer waits.
    pub(super) fn left_queue(&mut self, fact: Fact, name: CallName, queue: QueueId, waited: Span) {
        let place = self.queues[queue.index()].iter().position(|(other, _)| *other == name);
        match place.and_then(|place| self.queues[queue.index()].remove(place)) {
            Some((_, since)) => self.check_span(fact, waited, since),
            None => self.require(false, |_| format!("{fact:?}: it does not wait there")),
        }
    }

    /// A phone is found for a call.
    pub(super) fn distributed(&mut self, fact: Fact, name: CallName, queue: QueueId, waited: Option<Span>) {
        match waited {
            None => self.comes_to_queue(fact, name, queue),
            Some(waited) => {
                let ready = self.can_be_transferred(name);
                self.require(ready, |_| format!("{fact:?}: its application cannot transfer it"));
                let first = self.first_ready(queue);
                self.require(first == Some(name), |_| format!("{fact:?}: {first:?} comes before it"));
                self.left_queue(fact, name, queue, waited);
            }
        }
        self.distributed = Some((name, queue));
    }

    /// A call takes a phone: if it is one of a queue, nobody with a better claim to that phone waits.
    pub(super) fn takes_phone(&mut self, fact: Fact, name: CallName, group: PhoneGroupId) {
        let Some((_, queue)) = self.distributed.take_if(|(other, _)| *other == name) else { return };
        let it = &self.plan.queues[queue.index()];
        let place = it.groups.iter().position(|other| *other == group);
        self.require(place.is_some(), |_| format!("{fact:?}: the phone takes no calls of {queue:?}"));
        let before = self.plan.phone_groups[group.index()].queues.iter().take_while(|other| **other != queue);
        let better = before.copied().find_map(|other| self.first_ready(other));
        self.require(better.is_none(), |_| format!("{fact:?}: {better:?} waits with a better priority"));
        if it.order == QueueOrder::TopDown {
            let passed = it.groups.iter().take(place.unwrap_or_default()).find(|group| self.has_free_phone(**group));
            self.require(passed.is_none(), |_| format!("{fact:?}: a phone of {passed:?} is free"));
        }
    }

    /// Time advances: no phone is free while a call waits for it that could be transferred.
    pub(super) fn check_queues(&mut self) {
        for row in 0..self.queues.len() {
            let Some(first) = self.first_ready(QueueId(row as u16)) else { continue };
            let groups = &self.plan.queues[row].groups;
            let free = groups.iter().find(|group| self.has_free_phone(**group));
            self.require(free.is_none(), |_| format!("{first:?} waits while a phone of {free:?} is free"));
        }
    }

    fn first_ready(&self, queue: QueueId) -> Option<CallName> {
        let mut waiting = self.queues[queue.index()].iter().map(|(name, _)| *name);
        waiting.find(|name| self.can_be_transferred(*name))
    }

    fn can_be_transferred(&self, name: CallName) -> bool {
        let device = self.calls.get(&name).and_then(|call| device_of(call.held));
        device.is_some_and(|device| {
            let state = &self.devices[device.index()];
            state.at.is_some() && state.holder.is_some_and(|it| !self.applications[it.index()].down)
        })
    }

    fn has_free_phone(&self, group: PhoneGroupId) -> bool {
        let it = &self.plan.phone_groups[group.index()];
        let mut phones = self.devices[it.first.index()..it.first.index() + it.count as usize].iter();
        phones.any(|phone| phone.at.is_some() && !phone.is_in_use() && phone.waiting == 0)
    }
}

/// The device of the cluster at which a call is.
fn device_of(held: Occupied) -> Option<DeviceId> {
    match held {
        Occupied::RoutePoint { device, .. } | Occupied::Waits { device, .. } => Some(device),
        Occupied::Pool { device, .. } => device,
        Occupied::Nothing => None,
    }
}
