//! A source of callers: when they call, and the random numbers they bring.

use crate::engine::{Exponentials, Stream, Time, stream_number, unit_exponential};
use crate::plan::{Arrivals, ModulationState, RateCurve, Source};

/// The draws of one caller: one block of the generator, a word for each purpose. The first is the time since the
/// caller before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Luck {
    Patience = 1,
    Talk,
    Lookup,
    Answer,
    Treatment,
    /// Three choices of 21 bits each.
    Choices,
}

/// The word of a caller's further draws that says to which of several route points the call goes.
pub(crate) const ROUTE_POINT: usize = 7;

/// The draws of so many callers are kept, of all sources together: those of the last to dial. Whoever needs one later has it
/// made again, which takes less time than fetching it from memory, where it would lie if each call kept its own.
pub(crate) const RECENT: usize = 512;

/// A caller's block, on a line of the cache of its own.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Block([u64; 8]);

/// A source in a run.
pub(crate) struct SourceState {
    pub(crate) callers: Stream,
    /// For draws that a call makes a second time, as on a second look-up, or that few make: a block for each caller and hop.
    pub(crate) again: Stream,
    pub(crate) modulation: Exponentials,
    /// The same, for the draws of callers of long ago.
    pub(crate) former: Stream,
    /// The blocks of the last callers and of the next one, each in the place of its number modulo their count, which is a
    /// power of two.
    pub(crate) recent: Box<[Block]>,
    /// The number of the next caller.
    pub(crate) number: u32,
    /// When the caller before dialled.
    pub(crate) clock: Time,
    /// Which step of the rate curve holds at `clock`.
    pub(crate) step: usize,
    /// Which state of the modulation holds at `clock`, and until when.
    pub(crate) state: usize,
    pub(crate) state_ends: Time,
}

impl SourceState {
    /// One of `sources` sources.
    pub(crate) fn new(source: &Source, sources: usize) -> SourceState {
        let recent = (RECENT / sources.next_power_of_two()).max(16);
        let stream = |purpose| Stream::new(0, 0, stream_number(purpose, &source.name));
        SourceState {
            callers: stream("caller"),
            former: stream("caller"),
            recent: vec![Block([0; 8]); recent].into(),
            again: stream("caller again"),
            modulation: Exponentials::new(stream("modulation")),
            number: 0,
            clock: Time::ZERO,
            step: 0,
            state: 0,
            state_ends: Time::ZERO,
        }
    }

    pub(crate) fn reset(&mut self, seed: u64, replication: u64) {
        self.callers.reset(seed, replication);
        self.former.reset(seed, replication);
        self.again.reset(seed, replication);
        self.modulation.reset(seed, replication);
        (self.number, self.clock, self.step, self.state) = (0, Time::ZERO, 0, 0);
        self.state_ends = Time::ZERO;
    }

    /// Draws the next caller and gives the time at which that one dials; [`Time::NEVER`] if nobody does before `end`.
    pub(crate) fn draw(&mut self, source: &Source, end: Time) -> Time {
        let endpoint = self.endpoint(self.number);
        self.callers.read_block(&mut self.recent[endpoint].0);
        self.clock = match &source.arrivals {
            Arrivals::Listed(calls) => calls.get(self.number as usize).map_or(Time::NEVER, |call| call.at),
            Arrivals::Poisson(curve) => self.advance(curve, &[], end),
            Arrivals::Modulated(curve, states) => self.advance(curve, states, end),
        };
        self.clock
    }

    /// Lets a unit exponential's worth of expected calls go by: an arrival of a Poisson process whose rate changes.
    pub(crate) fn advance(&mut self, curve: &RateCurve, states: &[ModulationState], end: Time) -> Time {
        let mut left = unit_exponential(self.recent[self.endpoint(self.number)].0[0]);
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
    pub(crate) fn modulate(&mut self, now: Time, states: &[ModulationState]) -> f64 {
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

    pub(crate) fn endpoint(&self, number: u32) -> usize {
        number as usize & (self.recent.len() - 1)
    }

    /// One of the draws of a caller who has dialled.
    #[inline]
    pub(crate) fn luck(&mut self, number: u32, purpose: Luck) -> u64 {
        if (self.number - number) as usize >= self.recent.len() {
            return self.luck_of_long_ago(number, purpose);
        }
        self.recent[self.endpoint(number)].0[purpose as usize]
    }

    #[inline(never)]
    pub(crate) fn luck_of_long_ago(&mut self, number: u32, purpose: Luck) -> u64 {
        self.former.seek_block(u64::from(number));
        self.former.block()[purpose as usize]
    }

    /// The draws of a caller's further hop: as fixed as the first ones, whatever happens in between.
    pub(crate) fn again(&mut self, number: u32, hop: u8) -> [u64; 8] {
        self.again.seek_block(u64::from(number) << 6 | u64::from(hop));
        self.again.block()
    }
}
