//! Callers: when they call, and the luck they bring.

use super::{Cluster, Event};
use crate::cluster::call::Call;
use crate::domain::{CallName, Ending, Refusal, SourceId};
use crate::engine::{Exponentials, Stream, Time, stream_number, unit_exponential};
use crate::plan::{Arrivals, ModulationState, Plan, RateCurve, RoutePoint, Source, Treatment};
use crate::record::{Fact, Recorder};

/// The draws of one caller: one block of the generator, a word for each purpose. The first is the time since the
/// caller before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Luck {
    Patience = 1,
    Talk,
    Lookup,
    Answer,
    Treatment,
    /// Three choices of 21 bits each.
    Choices,
}

/// The word of a caller's further draws that says to which of several route points the call goes: hardly a call needs it,
/// so that it does not travel.
pub(super) const ROUTE_POINT: usize = 7;

impl Luck {
    /// The words of a first and a second row.
    const ROWS: [[Luck; 4]; 2] = [
        [Luck::Talk, Luck::Lookup, Luck::Answer, Luck::Choices],
        [Luck::Patience, Luck::Treatment, Luck::Patience, Luck::Treatment],
    ];

    /// Where it is kept: the row and the place in it.
    const fn place(self) -> (usize, usize) {
        match self {
            Luck::Talk => (0, 0),
            Luck::Lookup => (0, 1),
            Luck::Answer => (0, 2),
            Luck::Choices => (0, 3),
            Luck::Patience => (1, 0),
            Luck::Treatment => (1, 1),
        }
    }
}

/// The luck of the calls in progress, by the slot of the call: of each caller's block what the plan may have a use for once
/// the caller has dialled.
pub(super) struct Lucks {
    /// One, or two if calls are treated or transferred.
    rows_per_call: usize,
    rows: Vec<Row>,
}

/// Half a line of the cache, and never part of two.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Row([u64; 4]);

impl Row {
    fn of([a, b, c, d]: [Luck; 4], block: &[u64; 8]) -> Row {
        Row([block[a as usize], block[b as usize], block[c as usize], block[d as usize]])
    }
}

impl Lucks {
    pub(super) fn new(plan: &Plan) -> Lucks {
        let treats = |it: &RoutePoint| matches!(it.treatment, Treatment::Answer(Some(_)));
        let second = plan.port_groups.iter().any(|group| group.treatment.is_some() || group.transfer.is_some())
            || plan.route_points.iter().any(treats);
        Lucks { rows_per_call: if second { 2 } else { 1 }, rows: Vec::new() }
    }

    /// Keeps the luck of the caller whose call has this slot.
    #[inline]
    fn keep(&mut self, slot: usize, block: &[u64; 8]) {
        let first = slot * self.rows_per_call;
        if first == self.rows.len() {
            self.rows.resize(first + self.rows_per_call, Row([0; 4]));
        }
        self.rows[first] = Row::of(Luck::ROWS[0], block);
        if self.rows_per_call == 2 {
            self.rows[first + 1] = Row::of(Luck::ROWS[1], block);
        }
    }

    /// A word of a call's luck.
    #[inline]
    pub(super) fn word(&self, slot: usize, word: Luck) -> u64 {
        let (row, place) = word.place();
        assert!(row < self.rows_per_call, "what the plan has a use for is kept");
        self.rows[slot * self.rows_per_call + row].0[place]
    }
}

/// A source in a run.
pub(super) struct SourceState {
    callers: Stream,
    /// For draws that a call makes a second time, as on a second look-up, or that few make: a block for each caller and hop.
    again: Stream,
    modulation: Exponentials,
    /// The block of the next caller.
    next: [u64; 8],
    /// The number of the next caller.
    number: u32,
    /// When the caller before dialled.
    clock: Time,
    /// Which step of the rate curve holds at `clock`.
    step: usize,
    /// Which state of the modulation holds at `clock`, and until when.
    state: usize,
    state_ends: Time,
}

impl SourceState {
    pub(super) fn new(source: &Source) -> SourceState {
        let stream = |purpose| Stream::new(0, 0, stream_number(purpose, &source.name));
        SourceState {
            callers: stream("caller"),
            again: stream("caller again"),
            modulation: Exponentials::new(stream("modulation")),
            next: [0; 8],
            number: 0,
            clock: Time::ZERO,
            step: 0,
            state: 0,
            state_ends: Time::ZERO,
        }
    }

    fn reset(&mut self, seed: u64, replication: u64) {
        self.callers.reset(seed, replication);
        self.again.reset(seed, replication);
        self.modulation.reset(seed, replication);
        (self.number, self.clock, self.step, self.state) = (0, Time::ZERO, 0, 0);
        self.state_ends = Time::ZERO;
    }

    /// Draws the next caller and gives the time at which that one dials; [`Time::NEVER`] if nobody does before `end`.
    fn draw(&mut self, source: &Source, end: Time) -> Time {
        self.callers.read_block(&mut self.next);
        self.clock = match &source.arrivals {
            Arrivals::Listed(calls) => calls.get(self.number as usize).map_or(Time::NEVER, |call| call.at),
            Arrivals::Poisson(curve) => self.advance(curve, &[], end),
            Arrivals::Modulated(curve, states) => self.advance(curve, states, end),
        };
        self.clock
    }

    /// Lets a unit exponential's worth of expected calls go by: an arrival of a Poisson process whose rate changes.
    fn advance(&mut self, curve: &RateCurve, states: &[ModulationState], end: Time) -> Time {
        let mut left = unit_exponential(self.next[0]);
        let mut now = self.clock;
        loop {
            while curve.steps.get(self.step + 1).is_some_and(|(from, _)| *from <= now) {
                self.step += 1;
            }
            let curve_ends = curve.steps.get(self.step + 1).map_or(Time::NEVER, |(from, _)| *from);
            let factor = self.modulate(now, states);
            let until = if states.is_empty() { curve_ends } else { curve_ends.min(self.state_ends) };
            let per_nano = curve.steps[self.step].1 * factor * 1e-9;
            let room = until.since(now).nanos() as f64 * per_nano;
            if per_nano > 0.0 && left <= room {
                return Time::from_nanos(now.nanos() + (left / per_nano + 0.5) as u64);
            }
            // Where the rate stays zero, states would follow one another for ever.
            if until > end {
                return Time::NEVER;
            }
            left -= room;
            now = until;
        }
    }

    /// The factor of the state that holds at `now`; moves on to the next states as they end.
    fn modulate(&mut self, now: Time, states: &[ModulationState]) -> f64 {
        let Some(_) = states.first() else { return 1.0 };
        while self.state_ends <= now {
            // The first state is entered at time zero; each one lasts an exponential time of its own.
            if self.state_ends > Time::ZERO {
                self.state = (self.state + 1) % states.len();
            }
            let lasts = states[self.state].mean.nanos() as f64 * self.modulation.draw();
            self.state_ends = Time::from_nanos(self.state_ends.nanos().saturating_add(lasts as u64 + 1));
        }
        states[self.state].factor
    }

    /// The draws of a caller's further hop: as fixed as the first ones, whatever happens in between.
    pub(super) fn again(&mut self, number: u32, hop: u8) -> [u64; 8] {
        self.again.seek_block(u64::from(number) << 6 | u64::from(hop));
        self.again.block()
    }
}

impl<R: Recorder> Cluster<'_, R> {
    pub(super) fn reset_sources(&mut self, seed: u64, replication: u64) {
        for row in 0..self.sources.len() {
            self.sources[row].reset(seed, replication);
            self.schedule_next_caller(row as u16);
        }
    }

    fn schedule_next_caller(&mut self, source: u16) {
        let dials = self.sources[source as usize].draw(&self.plan.sources[source as usize], self.plan.length);
        let reaches = dials + self.plan.links.from_caller;
        if reaches <= self.plan.length {
            self.schedule(reaches, Event::CallerDials { source });
        }
    }

    /// A call begins: its set-up reaches the ingress CallManager, which analyses the digits.
    pub(super) fn caller_dials(&mut self, source: u16) {
        let plan = &self.plan.sources[source as usize];
        let state = &mut self.sources[source as usize];
        let name = CallName { source: SourceId(source), number: state.number };
        state.number += 1;
        let (ingress, alive) = self.ingress_of(source, name.number);

        let call = self.calls.insert(Call::new(name, ingress, plan.to, self.now));
        let luck = &self.sources[source as usize].next;
        self.lucks.keep(call.slot(), luck);
        let patience = luck[Luck::Patience as usize];
        self.note(Fact::Offered { call: name, ingress });
        if let Some(patience) = self.patience(name, patience) {
            self.schedule(self.now + patience, Event::PatienceEnds { call });
        }
        self.schedule_next_caller(source);
        if !alive {
            self.end(call, Ending::Refused(Refusal::NoCallManager));
        } else if self.refuses_new_calls(ingress) {
            self.end(call, Ending::Refused(Refusal::Throttled));
        } else {
            let work = &self.plan.nodes[ingress.index()].callmanager.setup;
            let done = self.work(self.plan.callmanager(ingress), work);
            self.schedule(done, Event::Routes { call, step: 0 });
        }
    }
}
