//! A source of callers: their arrivals, and their random numbers.

use crate::engine::{Exponentials, Stream, Time, stream_number, unit_exponential};
use crate::plan::{Arrivals, Day, ModulationState, RateCurve, Source};

/// What a random word of a caller is for. Each caller has one block of the generator with a word for each purpose; the
/// first word is the time since the previous caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Patience = 1,
    Talk,
    Lookup,
    Answer,
    Treatment,
    /// Three choices of 21 bits each.
    Choices,
    /// What the caller wants. Never drawn anew: it stays the same as long as the call lasts.
    Wish,
}

/// The word of the block of a caller and hop that chooses among several devices.
pub(crate) const ONE_OF_SEVERAL: usize = 7;

/// The word of the same block of a caller that chooses the phone from which the caller calls.
pub(crate) const CALLING_PHONE: usize = 0;

/// The words of the block of a caller and hop for what is done with its call at a phone: whether it is put on hold and for how
/// long, what is done at the end, how long a third party is consulted, how long all three talk.
pub(crate) const HOLDS: usize = 0;
pub(crate) const HOLD_LASTS: usize = 1;
pub(crate) const AT_END: usize = 2;
pub(crate) const CONSULT_TALK: usize = 3;
pub(crate) const CONFERENCE_LASTS: usize = 4;

/// The word of the same block for the after-call work of the person who answered at that hop.
pub(crate) const WRAP_UP: usize = 5;

/// A number from 0 up to but not including 1.
pub(crate) fn fraction(word: u64) -> f64 {
    (word >> 11) as f64 / (1_u64 << 53) as f64
}

/// Which of `count` a random word chooses: uniform to within `count` in 2^64.
pub(crate) fn share_of(word: u64, count: u32) -> u32 {
    ((u128::from(word) * u128::from(count)) >> 64) as u32
}

/// The blocks of this many callers are kept, those of the last to dial, over all sources together. Older blocks are
/// generated again, which takes less time than fetching them from memory, where they would be if each call kept its own.
pub(crate) const RECENT: usize = 512;

/// A caller's block, on a cache line of its own.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Block([u64; 8]);

/// The factor of a day in a replication. It depends on its name and on nothing else of the workload: compared designs meet the
/// same days.
fn factor_of(day: &Day, seed: u64, replication: u64) -> f64 {
    day.factor(Stream::new(seed, replication, stream_number("day", &day.name)).next_u64())
}

/// A source in a run.
pub(crate) struct SourceState {
    pub(crate) callers: Stream,
    /// For words that a call draws a second time, as on a second look-up, or that few calls draw: a block for each caller
    /// and hop.
    pub(crate) again: Stream,
    /// For look-ups of callers who ring at a phone: a block for each caller and hop.
    pub(crate) pops: Stream,
    /// For what is done with calls at phones: a block for each caller and hop.
    pub(crate) changes: Stream,
    pub(crate) modulation: Exponentials,
    /// The same stream as `callers`, for blocks that are no longer kept.
    pub(crate) former: Stream,
    /// The blocks of the last callers and of the next one, each in the slot of its number modulo the number of slots, which
    /// is a power of two.
    pub(crate) recent: Box<[Block]>,
    /// The number of the next caller.
    pub(crate) number: u32,
    /// When the previous caller dialled.
    pub(crate) clock: Time,
    /// The step of the rate curve at `clock`.
    pub(crate) step: usize,
    /// The factor of the day.
    pub(crate) day: f64,
    /// The state of the modulation at `clock`, and when it ends.
    pub(crate) state: usize,
    pub(crate) state_ends: Time,
}

impl SourceState {
    /// The state of one of `sources` sources.
    pub(crate) fn new(source: &Source, sources: usize) -> SourceState {
        let recent = (RECENT / sources.next_power_of_two()).max(16);
        let stream = |purpose| Stream::new(0, 0, stream_number(purpose, &source.name));
        SourceState {
            callers: stream("caller"),
            former: stream("caller"),
            recent: vec![Block([0; 8]); recent].into(),
            again: stream("caller again"),
            pops: stream("screen pop"),
            changes: stream("caller changes"),
            modulation: Exponentials::new(stream("modulation")),
            number: 0,
            clock: Time::ZERO,
            step: 0,
            day: 1.0,
            state: 0,
            state_ends: Time::ZERO,
        }
    }

    pub(crate) fn reset(&mut self, source: &Source, seed: u64, replication: u64) {
        self.callers.reset(seed, replication);
        self.former.reset(seed, replication);
        self.again.reset(seed, replication);
        self.pops.reset(seed, replication);
        self.changes.reset(seed, replication);
        self.modulation.reset(seed, replication);
        (self.number, self.clock, self.step, self.state) = (0, Time::ZERO, 0, 0);
        self.state_ends = Time::ZERO;
        if let Arrivals::Modulated(_, modulation) = &source.arrivals {
            self.day = modulation.day.as_ref().map_or(1.0, |day| factor_of(day, seed, replication));
            self.state = self.first_state(&modulation.states);
        }
    }

    /// The state in which a run begins: each with the probability with which it is the present one at any other time. What is
    /// left of it is as long as the whole, since an exponential time has no memory.
    fn first_state(&mut self, states: &[ModulationState]) -> usize {
        let Some(last) = states.len().checked_sub(1) else { return 0 };
        let cycle: f64 = states.iter().map(|state| state.mean.seconds()).sum();
        // The distribution function of the exponential distribution makes the draw uniform.
        let mut left = -libm::expm1(-self.modulation.draw()) * cycle;
        let reaches = |state: &ModulationState| {
            left -= state.mean.seconds();
            left < 0.0
        };
        states.iter().position(reaches).unwrap_or(last)
    }

    /// Draws the next caller and returns the time at which it dials; [`Time::NEVER`] if none does before `end`.
    pub(crate) fn draw_next(&mut self, source: &Source, end: Time) -> Time {
        let slot = self.slot(self.number);
        self.callers.read_block(&mut self.recent[slot].0);
        self.clock = match &source.arrivals {
            Arrivals::Listed(calls) => calls.get(self.number as usize).map_or(Time::NEVER, |call| call.at),
            Arrivals::Poisson(curve) => self.advance(curve, &[], end),
            Arrivals::Modulated(curve, modulation) => self.advance(curve, &modulation.states, end),
        };
        self.clock
    }

    /// The next arrival of a Poisson process whose rate changes: the time at which the integral of the rate has grown by a
    /// unit exponential.
    pub(crate) fn advance(&mut self, curve: &RateCurve, states: &[ModulationState], end: Time) -> Time {
        let mut left = unit_exponential(self.recent[self.slot(self.number)].0[0]);
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
            // If the rate stays zero, the states would go on for ever.
            if until > end {
                return Time::NEVER;
            }
            left -= room;
            now = until;
        }
    }

    /// The factor of the day and the state at `now`; advances the state as needed.
    pub(crate) fn modulate(&mut self, now: Time, states: &[ModulationState]) -> f64 {
        let Some(_) = states.first() else { return self.day };
        while self.state_ends <= now {
            // The first state is there at time zero; each state lasts an exponential time.
            if self.state_ends > Time::ZERO {
                self.state = (self.state + 1) % states.len();
            }
            let lasts = states[self.state].mean.nanos() as f64 * self.modulation.draw();
            self.state_ends = Time::from_nanos(self.state_ends.nanos().saturating_add(lasts as u64 + 1));
        }
        states[self.state].factor * self.day
    }

    pub(crate) fn slot(&self, number: u32) -> usize {
        number as usize & (self.recent.len() - 1)
    }

    /// A random word of a caller who has dialled.
    #[inline(always)]
    pub(crate) fn random_word(&mut self, number: u32, purpose: Purpose) -> u64 {
        if (self.number - number) as usize >= self.recent.len() {
            return self.regenerate_word(number, purpose);
        }
        self.recent[self.slot(number)].0[purpose as usize]
    }

    #[inline(never)]
    pub(crate) fn regenerate_word(&mut self, number: u32, purpose: Purpose) -> u64 {
        self.former.seek_block(u64::from(number));
        self.former.block()[purpose as usize]
    }

    /// The block of a caller and hop for look-ups at a phone: a word for each application.
    pub(crate) fn screen_pops(&mut self, number: u32, hop: u8) -> [u64; 8] {
        self.pops.seek_block(u64::from(number) << 6 | u64::from(hop));
        self.pops.block()
    }

    /// The block of a caller and hop for what is done with its call at a phone.
    pub(crate) fn for_changes(&mut self, number: u32, hop: u8) -> [u64; 8] {
        self.changes.seek_block(u64::from(number) << 6 | u64::from(hop));
        self.changes.block()
    }

    /// The block of a caller and hop: as reproducible as the caller's own block, whatever happens in between.
    pub(crate) fn again(&mut self, number: u32, hop: u8) -> [u64; 8] {
        self.again.seek_block(u64::from(number) << 6 | u64::from(hop));
        self.again.block()
    }
}
