//! The call detail records of one call: which rows its story leaves.
//!
//! A row lasts until the call changes. A redirect or a forward changes where the row leads; a transfer or a conference ends it, and
//! leaves a row of its own for the consultation, even if nobody was consulted.

use super::detail::{CALL_IDS, Called, Detail, Leg, OnBehalfOf, Party, Reason, cause};
use super::sink::Sink;
use crate::domain::{
    CallName, ConferenceBridgeId, DeviceId, Ending, Forward, NodeId, Refusal, Rejection, Target, TransferredBy,
};
use crate::engine::Time;
use crate::plan::Plan;

/// What CallManagers know of calls and devices: the numbers that they give out, and which devices they have.
#[derive(Debug)]
pub(super) struct Exchange {
    /// How many calls each node has numbered, and how many legs.
    calls: Vec<u32>,
    legs: Vec<u32>,
    /// Where each device is registered, or was last.
    pub(super) devices: Vec<NodeId>,
    egress: Vec<NodeId>,
}

impl Exchange {
    pub(super) fn new(plan: &Plan) -> Exchange {
        Exchange {
            calls: vec![0; plan.nodes.len()],
            legs: vec![0; plan.nodes.len()],
            devices: Vec::new(),
            egress: plan.destinations.iter().map(|it| it.egress).collect(),
        }
    }

    /// A replication begins.
    pub(super) fn start(&mut self, plan: &Plan) {
        self.calls.fill(0);
        self.legs.fill(0);
        self.devices.clear();
        self.devices.extend(plan.devices.iter().map(|device| device.group[0]));
    }

    /// A call gets a number; 0 is none.
    pub(super) fn number(&mut self, node: NodeId) -> u32 {
        let last = &mut self.calls[node.index()];
        *last = *last % (CALL_IDS - 1) + 1;
        *last
    }

    fn leg(&mut self, party: Party, ingress: NodeId) -> Leg {
        let node = match party {
            Party::Device(device, _) => self.devices[device.index()],
            Party::Outside(id) => self.egress[id.index()],
            Party::Caller(_) | Party::Bridge(_) | Party::Nobody => ingress,
        };
        let last = &mut self.legs[node.index()];
        *last = *last % (CALL_IDS - 1) + 1;
        Leg { id: (u32::from(node.0) + 1) << 24 | *last, party, node: Some(node) }
    }
}

/// A row that is not complete.
#[derive(Clone, Copy, Debug)]
struct Open {
    row: Detail,
    /// Whether the call was sent to what was dialled.
    sent: bool,
    /// Whether it was sent on from there.
    sent_on: bool,
}

/// What the rows of a call in progress are made of.
#[derive(Clone, Debug)]
pub(super) struct Story {
    /// The caller and whom it is connected to, or is to be.
    main: Open,
    /// Who transfers the call, or calls a third party for it, and whom that calls.
    consult: Option<Open>,
    /// Since when the call is away from the port or route point that transfers it, if its rows are still to be written: the device
    /// that is called may not be known yet.
    leaves: Option<Time>,
    /// Since when it is aside at a phone whose person calls somebody else for it.
    aside: Option<Time>,
    forward: Option<Forward>,
    rejected: Option<Rejection>,
    bridge: Option<ConferenceBridgeId>,
    /// The other parties of a conference: where they are connected to the bridge.
    others: Option<Box<[Detail; 2]>>,
    /// How many rows were written.
    rows: u16,
}

impl Story {
    /// A call is offered.
    pub(super) fn new(
        now: Time,
        call: CallName,
        ingress: NodeId,
        call_id: u32,
        dialled: Target,
        exchange: &mut Exchange,
    ) -> Story {
        let dialled = Called::Target(dialled);
        let row = Detail {
            call,
            row: 0,
            node: ingress,
            call_id,
            from: exchange.leg(Party::Caller(call), ingress),
            to: Leg::NONE,
            original_called: dialled,
            final_called: dialled,
            last_redirect: dialled,
            original_reason: Reason::None,
            last_reason: Reason::None,
            joined: OnBehalfOf::Unknown,
            split_by: OnBehalfOf::Unknown,
            began: now,
            connected: None,
            ended: now,
            from_cause: 0,
            to_cause: 0,
        };
        Story {
            main: Open { row, sent: false, sent_on: false },
            consult: None,
            leaves: None,
            aside: None,
            forward: None,
            rejected: None,
            bridge: None,
            others: None,
            rows: 0,
        }
    }

    /// A device of the cluster has dialled it.
    pub(super) fn dialled_from(&mut self, device: DeviceId) {
        self.main.row.from.party = Party::Device(device, 0);
    }

    fn current(&mut self) -> &mut Open {
        self.consult.as_mut().unwrap_or(&mut self.main)
    }

    /// It is sent somewhere: to what was dialled, on from there, or to whom it is transferred to.
    pub(super) fn sent(&mut self, now: Time, to: Target, exchange: &mut Exchange, sink: &mut dyn Sink) {
        self.catches_up(sink);
        let forward = self.forward.take();
        if self.consult.is_none() && self.main.row.connected.is_some() {
            self.consult = Some(self.consultation(now, to, exchange));
            // A person keeps the phone for as long as that takes.
            self.leaves = self.aside.is_none().then_some(now);
            return;
        }
        let open = self.current();
        let row = &mut open.row;
        if open.sent {
            row.last_redirect = row.final_called;
            row.last_reason = forward.map_or(Reason::None, Reason::of);
            if !open.sent_on {
                row.original_reason = row.last_reason;
            }
            open.sent_on = true;
        } else {
            (row.original_called, row.last_redirect) = (Called::Target(to), Called::Target(to));
            open.sent = true;
        }
        (row.final_called, row.to) = (Called::Target(to), Leg::NONE);
    }

    /// The call of whoever the caller is connected to, to somebody else.
    fn consultation(&self, now: Time, to: Target, exchange: &mut Exchange) -> Open {
        let own = &self.main.row;
        let node = own.to.node.unwrap_or(own.node);
        let to = Called::Target(to);
        let row = Detail {
            node,
            call_id: exchange.number(node),
            from: exchange.leg(own.to.party, node),
            to: Leg::NONE,
            original_called: to,
            final_called: to,
            last_redirect: to,
            original_reason: Reason::None,
            last_reason: Reason::None,
            joined: OnBehalfOf::Unknown,
            began: now,
            connected: None,
            ..*own
        };
        Open { row, sent: true, sent_on: false }
    }

    /// It has reached a device, or is on its way to one that it has taken.
    pub(super) fn reached(&mut self, party: Party, exchange: &mut Exchange, sink: &mut dyn Sink) {
        let ingress = self.main.row.node;
        let row = &mut self.current().row;
        // A call that waits for a phone reaches it once more when that is free.
        if row.to.party != party {
            (row.to, row.final_called) = (exchange.leg(party, ingress), Called::Party(party));
        }
        self.catches_up(sink);
    }

    pub(super) fn turned_away(&mut self, because: Rejection, sink: &mut dyn Sink) {
        self.catches_up(sink);
        self.rejected = Some(because);
    }

    pub(super) fn forwards(&mut self, forward: Forward) {
        self.forward = Some(forward);
    }

    /// Somebody or something answers the caller.
    pub(super) fn connected(&mut self, now: Time, sink: &mut dyn Sink) {
        self.catches_up(sink);
        self.main.row.connected = Some(now);
    }

    /// The call is put aside at its phone.
    pub(super) fn put_aside(&mut self, now: Time) {
        self.aside = Some(now);
    }

    /// That phone has no part in it any more. If it leaves at once, it has transferred the call without consulting; otherwise it
    /// has completed a transfer, or the call is about to end.
    pub(super) fn let_go(&mut self, now: Time, sink: &mut dyn Sink) {
        let Some(aside) = self.aside.take() else { return };
        if aside == now && self.consult.is_some_and(|it| it.row.connected.is_none()) {
            self.completes(now, sink);
        }
    }

    /// The third party has answered.
    pub(super) fn consulted(&mut self, now: Time) {
        if let Some(consult) = &mut self.consult {
            consult.row.connected = Some(now);
        }
    }

    /// The third party was not reached: the person has the caller again.
    pub(super) fn taken_back(&mut self, now: Time, sink: &mut dyn Sink) {
        self.aside = None;
        if let Some(Open { row, .. }) = self.consult.take() {
            self.writes(Detail { ended: now, to_cause: cause::of_rejection(self.rejected), ..row }, sink);
        }
    }

    /// A transfer has reached a person.
    pub(super) fn transferred(&mut self, now: Time, by: TransferredBy, sink: &mut dyn Sink) {
        match by {
            TransferredBy::Consultation => self.completes(now, sink),
            TransferredBy::Application | TransferredBy::Person => self.catches_up(sink),
        }
        self.main.row.connected = Some(now);
    }

    pub(super) fn takes_bridge(&mut self, bridge: ConferenceBridgeId) {
        self.bridge = Some(bridge);
    }

    /// The third party is joined in: each of the three is connected to the bridge from now on.
    pub(super) fn joined(&mut self, now: Time, exchange: &mut Exchange, sink: &mut dyn Sink) {
        let (Some(consult), Some(bridge)) = (self.consult.take(), self.bridge) else { return };
        let (before, third) = (self.main.row, consult.row);
        self.splits(now, before, OnBehalfOf::Conference, sink);
        self.splits(now, third, OnBehalfOf::Conference, sink);
        let bridge = Party::Bridge(bridge);
        let called = Called::Party(bridge);
        let own = |from: Leg, exchange: &mut Exchange| Detail {
            from,
            to: exchange.leg(bridge, before.node),
            original_called: called,
            final_called: called,
            last_redirect: Called::Party(before.to.party),
            original_reason: Reason::Conference,
            last_reason: Reason::Conference,
            joined: OnBehalfOf::Conference,
            began: now,
            connected: Some(now),
            ..before
        };
        self.main = Open { row: own(before.from, exchange), sent: true, sent_on: true };
        self.others = Some(Box::new([before.to, third.to].map(|leg| own(leg, exchange))));
    }

    /// The call is over.
    pub(super) fn ends(&mut self, now: Time, ending: Ending, sink: &mut dyn Sink) {
        self.catches_up(sink);
        let (from_cause, to_cause) = match ending {
            // No CallManager knew of it.
            Ending::Refused(Refusal::NoCallManager) => return,
            Ending::Completed | Ending::Abandoned => (cause::NORMAL, 0),
            Ending::Refused(refusal) => (0, cause::of_refusal(refusal)),
            Ending::DroppedInSetup | Ending::DroppedInChange | Ending::DroppedConnected => {
                (0, cause::TEMPORARY_FAILURE)
            }
        };
        let consult = self.consult.take().map(|it| it.row);
        let others = self.others.take().map(|others| *others);
        for row in consult.into_iter().chain([self.main.row]).chain(others.into_iter().flatten()) {
            self.writes(Detail { ended: now, from_cause, to_cause, ..row }, sink);
        }
    }

    /// Writes the rows of a transfer that a port or route point has made.
    fn catches_up(&mut self, sink: &mut dyn Sink) {
        if let Some(at) = self.leaves.take() {
            self.completes(at, sink);
        }
    }

    /// A transfer is complete: its two calls end, and the caller's goes on to whom the other led.
    fn completes(&mut self, at: Time, sink: &mut dyn Sink) {
        let Some(Open { row: consult, .. }) = self.consult.take() else { return };
        let before = self.main.row;
        self.splits(at, before, OnBehalfOf::Transfer, sink);
        self.splits(at, consult, OnBehalfOf::Transfer, sink);
        let row = Detail {
            to: consult.to,
            original_called: consult.original_called,
            final_called: consult.final_called,
            last_redirect: Called::Party(consult.from.party),
            original_reason: Reason::None,
            last_reason: Reason::Transfer,
            joined: OnBehalfOf::Transfer,
            began: at,
            connected: None,
            ..before
        };
        self.main = Open { row, sent: true, sent_on: false };
    }

    fn splits(&mut self, now: Time, row: Detail, split_by: OnBehalfOf, sink: &mut dyn Sink) {
        self.writes(Detail { ended: now, from_cause: cause::SPLIT, to_cause: cause::SPLIT, split_by, ..row }, sink);
    }

    fn writes(&mut self, row: Detail, sink: &mut dyn Sink) {
        sink.detail(&Detail { row: self.rows, ..row });
        self.rows += 1;
    }
}
