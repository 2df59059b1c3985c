//! The recorder that keeps records.

use std::collections::BTreeMap;

use super::call::{At, CallRecord, ForwardTaken, TurnedAway};
use super::detail::Party;
use super::sink::{Records, Sink};
use super::story::{Exchange, Story};
use crate::domain::{CallName, DeviceId, DeviceKind, NodeId, SourceId, Target};
use crate::engine::{Span, Time};
use crate::facts::{Fact, Path, Place, PoolId, Recorder, SentTo};
use crate::plan::{Plan, Window};

/// Keeps a record of every call in progress, and hands it out when the call is over.
pub struct Clerk<'p> {
    plan: &'p Plan,
    warm_up: Time,
    records: &'p dyn Records,
    sink: Option<Box<dyn Sink + 'p>>,
    exchange: Exchange,
    /// Of each place, the call that has it or had it last.
    calls: Vec<Progress>,
    places: BTreeMap<CallName, u32>,
    /// The call of the fact before: mostly the next one is about it too.
    last: Option<(CallName, u32)>,
}

/// A call in progress.
struct Progress {
    record: CallRecord,
    story: Story,
    /// Where it was sent last.
    target: Option<Target>,
    /// Where it was turned away last, if it has not been sent on since.
    turned_away: Option<Place>,
    /// Where it is, or is on its way to.
    at: Option<At>,
    /// Since when it is connected to an application or to a person there.
    since: Option<Time>,
}

impl<'p> Clerk<'p> {
    /// A clerk for runs of a plan; who takes the records.
    pub fn new(plan: &'p Plan, window: Window, records: &'p dyn Records) -> Clerk<'p> {
        Clerk {
            plan,
            warm_up: window.warm_up,
            records,
            sink: None,
            exchange: Exchange::new(plan),
            calls: Vec::new(),
            places: BTreeMap::new(),
            last: None,
        }
    }

    /// A replication begins.
    pub fn start(&mut self, replication: u64) {
        self.sink = Some(self.records.begin(replication));
        self.exchange.start(self.plan);
        self.places.clear();
        self.last = None;
    }

    /// The replication is over: so are the records of the calls that are still in progress, in order of their names.
    pub fn finish(&mut self) {
        let Some(mut sink) = self.sink.take() else { return };
        for &place in std::mem::take(&mut self.places).values() {
            sink.call(&self.calls[place as usize].record);
        }
        sink.finish();
    }

    fn offered(&mut self, now: Time, call: CallName, place: u32, ingress: NodeId) {
        let SourceId(source) = call.source;
        let dialled = self.plan.sources[usize::from(source)].to;
        let call_id = self.exchange.number(ingress);
        let story = Story::new(now, call, ingress, call_id, dialled, &mut self.exchange);
        let record = CallRecord {
            call,
            offered: now,
            in_warm_up: now < self.warm_up,
            dialled_from: None,
            path: Path { ingress, route_point: None, application: None },
            connected_at: None,
            post_dial_delay: None,
            setup_delay: None,
            queue_wait: None,
            treatment: None,
            talk: None,
            transfers: 0,
            transfer_delay: None,
            hops: 0,
            forwards: Vec::new(),
            turned_away: Vec::new(),
            ending: None,
            over: None,
            call_id,
        };
        let progress = Progress { record, story, target: None, turned_away: None, at: None, since: None };
        match self.calls.get_mut(place as usize) {
            Some(free) => *free = progress,
            // Places are given out in order.
            None => self.calls.push(progress),
        }
        self.places.insert(call, place);
        self.last = Some((call, place));
    }

    /// The place of a call in progress.
    fn place_of(&mut self, call: CallName) -> Option<u32> {
        if let Some((last, place)) = self.last
            && last == call
        {
            return Some(place);
        }
        let place = *self.places.get(&call)?;
        self.last = Some((call, place));
        Some(place)
    }
}

impl Recorder for Clerk<'_> {
    fn note(&mut self, now: Time, fact: Fact) {
        let place = match fact {
            Fact::Offered { call, place, ingress } => return self.offered(now, call, place, ingress),
            Fact::DeviceOpened { device, node, .. } => {
                self.exchange.devices[device.index()] = node;
                return;
            }
            Fact::Sent { place, .. } => Some(place),
            // Most facts, and in no record.
            Fact::Served { .. } | Fact::Sending { .. } => return,
            _ => fact.call().and_then(|call| self.place_of(call)),
        };
        let (Some(place), Some(sink)) = (place, &mut self.sink) else { return };
        let Some(progress) = self.calls.get_mut(place as usize) else { return };
        progress.note(self.plan, now, fact, &mut self.exchange, sink.as_mut());
        if let Fact::Ended { call, .. } = fact {
            sink.call(&progress.record);
            self.places.remove(&call);
            self.last = None;
        }
    }
}

impl Progress {
    fn note(&mut self, plan: &Plan, now: Time, fact: Fact, exchange: &mut Exchange, sink: &mut dyn Sink) {
        let Progress { record, story, .. } = self;
        match fact {
            Fact::OffHook { device, .. } => {
                record.dialled_from = Some(device);
                story.dialled_from(device);
            }
            Fact::Sent { to: SentTo::Target(target), .. } => {
                record.hops += u32::from(self.target.is_some());
                (self.target, self.turned_away) = (Some(target), None);
                story.sent(now, target, exchange, sink);
            }
            Fact::Presented { device, line, .. } | Fact::CallWaits { device, line, .. } => {
                self.at = Some(At::Device { device, line });
                story.reached(Party::Device(device, line), exchange, sink);
            }
            Fact::Seized { pool, device, line, .. } => {
                let (at, party) = match (pool, device) {
                    (PoolId::Outside(id), _) => (At::Outside(id), Party::Outside(id)),
                    (_, Some(device)) => (At::Device { device, line }, Party::Device(device, line)),
                    (_, None) => return,
                };
                self.at = Some(at);
                story.reached(party, exchange, sink);
            }
            Fact::TurnedAway { at, because, .. } => {
                record.turned_away.push(TurnedAway { because, at });
                self.turned_away = Some(at);
                story.turned_away(because, sink);
            }
            Fact::Forwards { node, forward, to, .. } => {
                // A forward of all calls is taken before the call is turned away.
                let sent = self.target.map_or(Place::Target(to), Place::Target);
                record.forwards.push(ForwardTaken { forward, node, from: self.turned_away.unwrap_or(sent), to });
                story.forwards(forward);
            }
            Fact::Distributed { waited, .. } => add(&mut record.queue_wait, waited.unwrap_or(Span::ZERO)),
            Fact::LeftQueue { waited, .. } => add(&mut record.queue_wait, waited),
            Fact::Alerting { path, since_offered, .. } => {
                (record.path, record.post_dial_delay) = (path, Some(since_offered));
            }
            Fact::Connected { path, since_offered, first_sign, .. } => {
                (record.path, record.setup_delay) = (path, Some(since_offered));
                if first_sign {
                    record.post_dial_delay = Some(since_offered);
                }
                story.connected(now, sink);
                self.connects(now);
            }
            Fact::ReachedMachine { .. } => {
                story.connected(now, sink);
                self.connects(now);
            }
            Fact::Transferred { by, delay, .. } => {
                record.transfers += 1;
                add(&mut record.transfer_delay, delay);
                story.transferred(now, by, sink);
                self.connects(now);
            }
            // From here on it waits, or ends.
            Fact::TreatmentEnded { .. } => self.disconnects(plan, now),
            Fact::PutAside { .. } => {
                story.put_aside(now);
                self.disconnects(plan, now);
            }
            Fact::TakenBack { .. } => story.taken_back(now, sink),
            Fact::LetGo { .. } => story.let_go(now, sink),
            Fact::Consulted { .. } => story.consulted(now),
            Fact::BridgeTaken { bridge, .. } => story.takes_bridge(bridge),
            Fact::Joined { .. } => {
                story.joined(now, exchange, sink);
                self.connects(now);
            }
            Fact::Ended { ending, reached, .. } => {
                story.ends(now, ending, sink);
                self.disconnects(plan, now);
                self.record.path = reached.path;
                (self.record.ending, self.record.over) = (Some(ending), Some(now));
            }
            Fact::Unfinished { reached, .. } => record.path = reached.path,
            _ => {}
        }
    }

    /// Somebody or something answers it where it is.
    fn connects(&mut self, now: Time) {
        self.record.connected_at = self.at;
        self.since = Some(now);
    }

    /// It is no longer connected to whom it was.
    fn disconnects(&mut self, plan: &Plan, now: Time) {
        let (Some(since), Some(at)) = (self.since.take(), self.at) else { return };
        let is_person = match at {
            At::Outside(_) => true,
            At::Device { device: DeviceId(row), .. } => plan.devices[row as usize].kind == DeviceKind::Phone,
        };
        let total = if is_person { &mut self.record.talk } else { &mut self.record.treatment };
        add(total, now.since(since));
    }
}

fn add(total: &mut Option<Span>, more: Span) {
    *total = Some(total.unwrap_or(Span::ZERO) + more);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The memory that a run needs is estimated with this.
    #[test]
    fn a_call_in_progress_takes_no_more_than_twice_the_512_bytes_of_the_call_itself() {
        let place = size_of::<(CallName, u32)>();
        assert!(size_of::<Progress>() + 2 * place <= 1024, "{}", size_of::<Progress>());
    }
}
