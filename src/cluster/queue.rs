//! Calls that an application transfers to people: where to, and the queues in which they wait at their devices (R10).

use super::call::place;
use super::machine::Cluster;
use super::rows::endpoint::{Endpoint, EndpointKind};
use super::rows::group::Waiting;
use super::rows::source::Purpose;
use crate::domain::{CallName, Phase, PhoneGroupId, QueueId, QueueOrder, Target, WishId};
use crate::engine::{Handle, Span};
use crate::facts::{Fact, Recorder, SentTo, Task};
use crate::plan::{Arrivals, People, Transfer, TransferTo};
use crate::rules::queue;

impl<'p, R: Recorder> Cluster<'p, R> {
    pub(super) fn reset_queues(&mut self) {
        self.queues.iter_mut().for_each(|state| state.waiting.clear());
        let plan = self.plan;
        let by_idle_time = plan.queues.iter().any(|it| it.order == QueueOrder::LongestIdle && it.groups.len() > 1);
        self.idle_since.clear();
        self.idle_since.resize(if by_idle_time { plan.devices.len() } else { 0 }, self.now);
    }

    /// What the application at a device does with calls after their treatment, if it transfers any.
    #[inline(always)]
    pub(super) fn transfer_from(&self, index: u32) -> Option<&'p Transfer> {
        let plan = self.plan;
        let Endpoint { kind, row, .. } = self.endpoints[index as usize];
        match kind {
            EndpointKind::Port => plan.port_groups[row as usize].transfer.as_ref(),
            EndpointKind::RoutePoint => plan.route_points[row as usize].treatment.transfer(),
            EndpointKind::Phone | EndpointKind::Outside => None,
        }
    }

    /// The people to whom a call at a device is transferred.
    fn people_for(&mut self, name: CallName, index: u32) -> People {
        let transfer = self.transfer_from(index).expect("only a device with a transfer target transfers");
        match &transfer.to {
            TransferTo::One(people) => *people,
            TransferTo::ByWish(by_wish) => {
                let wish = self.wish(name).and_then(|wish| by_wish[wish.index()]);
                wish.expect("a plan has a place for every wish of the callers that get here")
            }
        }
    }

    /// What a caller wants: it is in the list of calls, or drawn from the caller's own random numbers.
    fn wish(&mut self, name: CallName) -> Option<WishId> {
        let source = &self.plan.sources[name.source.index()];
        let listed = match &source.arrivals {
            Arrivals::Listed(calls) => calls[name.number as usize].wish,
            _ => None,
        };
        match listed {
            Some(position) => Some(source.wishes.listed[usize::from(position)]),
            None => source.wishes.draw(self.sources[name.source.index()].random_word(name.number, Purpose::Wish)),
        }
    }

    /// The transfer takes effect: the call leaves its device for a phone, or waits there in a queue.
    pub(super) fn transfers(&mut self, handle: Handle) {
        let (name, index) = (self.call(handle).name(), self.call(handle).endpoint);
        let node = self.endpoints[index as usize].node;
        match self.people_for(name, index) {
            People::At(target) => {
                self.leave(handle);
                self.next_hop(handle, target, node);
            }
            People::Queue(id) => {
                let it = &self.plan.queues[id.index()];
                // A group forwards what is sent to itself. A queue for several finds phones, whatever they forward.
                if self.plan.forwards_all
                    && it.of_group
                    && self.forwards_all(handle, Target::Phones(it.groups[0])).is_some()
                {
                    self.leave(handle);
                    return self.next_hop(handle, Target::Phones(it.groups[0]), node);
                }
                let Some(group) = self.group_of_queue(id) else { return self.wait_in(handle, id) };
                self.sent(handle, SentTo::Queue(id));
                self.note(Fact::Distributed { call: name, queue: id, waited: None });
                self.leave(handle);
                if self.may_go_on(handle) {
                    self.sent(handle, SentTo::Target(Target::Phones(group)));
                    self.route_to_device(handle, Target::Phones(group), node);
                }
            }
        }
    }

    /// The group of which a phone takes the next call of a queue, if one is free.
    fn group_of_queue(&mut self, id: QueueId) -> Option<PhoneGroupId> {
        let it = &self.plan.queues[id.index()];
        let groups = it.groups.iter().map(|&group| {
            let first = self.phone_is_free(group).then(|| self.phones[group.index()].free[0]);
            // Where no queue needs them, the times are not kept.
            (group, first.map(|phone| self.idle_since.get(phone as usize).copied()))
        });
        queue::group(it.order, groups)
    }

    /// A call waits at its device until a phone is free.
    fn wait_in(&mut self, handle: Handle, queue: QueueId) {
        let now = self.now;
        let call = self.call(handle);
        let name = call.name();
        // Entering a phase of its own makes the request's timers stale.
        call.enter(Phase::Waiting);
        self.queues[queue.index()].waiting.push_back(Waiting { call: handle, since: now });
        self.sent(handle, SentTo::Queue(queue));
        self.note(Fact::Queued { call: name, place: place(handle), queue });
    }

    /// A call that waits at a device no longer does: its caller has hung up, or it is lost.
    #[cold]
    #[inline(never)]
    pub(super) fn leaves_queue(&mut self, handle: Handle, hung_up: bool) {
        let (name, index) = (self.call(handle).name(), self.call(handle).endpoint);
        let People::Queue(queue) = self.people_for(name, index) else {
            unreachable!("a call waits only for a phone of a queue")
        };
        let waited = self.take_out(queue, handle);
        self.note(Fact::LeftQueue { call: name, queue, waited, hung_up });
    }

    /// Takes a call out of its queue, and returns how long it waited there.
    fn take_out(&mut self, queue: QueueId, handle: Handle) -> Span {
        let waiting = &mut self.queues[queue.index()].waiting;
        let place = waiting.iter().position(|it| it.call == handle);
        let it = place.and_then(|place| waiting.remove(place)).expect("a call that waits is in its queue");
        self.now - it.since
    }

    /// Sends calls that wait to the free phones of a group.
    pub(super) fn serve_waiting(&mut self, group: PhoneGroupId) {
        let plan = self.plan;
        while self.phone_is_free(group) {
            let queues = &plan.phone_groups[group.index()].queues;
            let next = queue::next(queues, |queue: QueueId| {
                let mut waiting = self.queues[queue.index()].waiting.iter().map(|it| it.call);
                waiting.find(|&call| self.can_leave_queue(call))
            });
            let Some((queue, call)) = next else { return };
            self.transfer_to_free_phone(call, queue);
        }
    }

    /// Sends calls that wait to the free phones of all groups: their application acts again.
    pub(super) fn serve_all_waiting(&mut self) {
        if self.queues.iter().all(|state| state.waiting.is_empty()) {
            return;
        }
        for group in 0..self.phones.len() {
            self.serve_waiting(PhoneGroupId(group as u16));
        }
    }

    /// Whether the application of a waiting call can transfer it now.
    fn can_leave_queue(&self, call: Handle) -> bool {
        let at = self.calls.get(call).map(|call| self.endpoints[call.endpoint as usize]);
        at.is_some_and(|it| {
            let acts = |connection| self.applications[self.application_of(connection).index()].acts();
            queue::can_leave(it.is_open(), it.connection.is_some_and(acts))
        })
    }

    /// A phone is free for a call that waited at its device.
    fn transfer_to_free_phone(&mut self, handle: Handle, queue: QueueId) {
        let call = self.call(handle);
        let (name, index) = (call.name(), call.endpoint);
        // It does not leave the queue a second time when it leaves its device.
        call.phase = Phase::Changing;
        let waited = self.take_out(queue, handle);
        self.note(Fact::Distributed { call: name, queue, waited: Some(waited) });
        let node = self.endpoints[index as usize].node;
        let work = &self.plan.nodes[node.index()].callmanager.redirect;
        let done = self.work(self.plan.callmanager(node), work, Task::Redirect, Some(name));
        self.leave(handle);
        let group = self.group_of_queue(queue).expect("a phone was free just now");
        self.sent(handle, SentTo::Target(Target::Phones(group)));
        let phone = self.seize(handle, Target::Phones(group)).expect("a phone was free just now");
        self.call(handle).hops += 1;
        self.send(handle, phone, done, node);
    }
}
