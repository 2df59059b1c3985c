//! The future event list.
//!
//! The order is (time, then insertion) and nothing else. A heap would give it too, but pays for every event with
//! mispredicted branches and, once the set outgrows the cache, with memory. Here an event is written a few times to
//! the end of a list, read back in a stream, and sorted only among the few events that are about to happen. No
//! sequence number is stored: lists keep the order in which events came.
//!
//! **Far.** Times are numbers of eleven digits in base 64. An event is filed by the *highest digit in which its time
//! differs from the base*: that digit's place is its level, the digit its slot. So a level holds times that agree with
//! the base in all higher digits, every slot of a level precedes every slot of the levels above it, and the first
//! occupied slot of the lowest occupied level holds the next events; bit maps find it in two instructions.
//!
//! **Near.** That slot is *opened*: its few events are sorted, latest first, and taken from the end. Short delays land
//! close to the end of such an array, so that little has to move. A slot that holds more than one chunk is *spread*
//! instead: the base moves to the slot's beginning, and its events, filed anew in order, fall to lower levels.
//!
//! An event for a time before the base goes near, any other far, and no far event is due before a near one: each step below
//! preserves this.
//!
//! **Bursts**, as in a failover, must not meet a long sorted array:
//! - A slot of the lowest level is a single tick and needs no sorting. While it is being processed, further events for the
//!   same tick are far: they gather in a list of their own, which is the next to be opened.
//! - A near part that grows too long is filed back under an earlier base.
//!
//! **Few** events need no ladder. While nothing is far, the base may be anywhere behind the near events: up to eight of them
//! stay near, whatever their times.
//!
//! The ladder's lists are chains of fixed chunks from one arena. A vector for each would sooner or later grow to the
//! size of the fullest slot and stay so; chunks are as many as the events need.

use super::growth::grow;
use super::time::Time;
use std::cmp::Reverse;
use std::hint::select_unpredictable;

/// Bits of a digit: 64 slots make a level, so that one word maps it.
const DIGIT_BITS: u32 = 6;
const SLOTS: usize = 1 << DIGIT_BITS;
/// Digits of a 64-bit time; of the highest only sixteen values occur.
const LEVELS: usize = u64::BITS.div_ceil(DIGIT_BITS) as usize;
/// Events in a chunk, and so the most that are sorted when a slot is opened: with fewer, slots would be spread too often; more
/// would cost more to sort.
const CHUNK: usize = 32;
/// The longest near part, except in a burst: four times a chunk, so that filing it back is rare and worthwhile.
const NEAR_LIMIT: usize = 4 * CHUNK;
/// Up to this many events need no ladder: they are all near.
const FEW: usize = 8;
/// The end of a chain.
const NONE: u32 = u32::MAX;

/// The set of pending events, taken in order of time and, within one instant, of insertion.
///
/// Events are small and `Copy`; with an event of 8 bytes a pending one costs 16. Time only moves forward: an event may
/// be scheduled for the instant of the one taken last, or later, not before.
///
/// Memory follows the most that was ever pending, in chunks of 32 events with an eighth to spare, with a
/// chunk for every occupied slot however few it holds; a burst at one instant is copied once more when its time comes.
/// It is never released, so that the next run need not allocate it again. At most 2^32 - 32 events can be far.
#[derive(Clone, Debug)]
pub struct Calendar<E> {
    /// The time of the event taken last.
    now: u64,
    /// Far events are at or after it and are filed by how they differ from it; all events before it are near.
    base: u64,
    /// The next events, latest first.
    near: Vec<Pending<E>>,
    /// How many events the slots hold.
    far: usize,
    /// A bit for every level that holds events.
    occupied_levels: u32,
    /// A bit for every slot that holds events.
    occupied_slots: [u64; LEVELS],
    /// The slots, level after level.
    slots: Box<[Slot; LEVELS * SLOTS]>,
    chunks: Chunks<E>,
}

#[derive(Clone, Copy, Debug)]
struct Pending<E> {
    at: u64,
    event: E,
}

/// A chain of chunks, all full but the last.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// The first chunk.
    first: u32,
    /// The place in the arena of the next event. On a chunk's border there is no such place yet: the last chunk is
    /// full, or there is none.
    end: u32,
}

/// Chunks of places for events, and the chains they form.
#[derive(Clone, Debug)]
struct Chunks<E> {
    /// Chunk `c` is the `CHUNK` places from `c * CHUNK` on.
    places: Vec<Pending<E>>,
    /// The chunk after each in its chain.
    next: Vec<u32>,
    /// The chain of freed chunks. The one freed last is used first: it is still in the cache.
    free: u32,
    /// Chunks from this one on have not been used since the last clearing.
    unused: u32,
}

impl<E: Copy> Calendar<E> {
    /// An empty calendar at time zero.
    pub fn new() -> Calendar<E> {
        Calendar {
            now: 0,
            base: 0,
            near: Vec::with_capacity(FEW),
            far: 0,
            occupied_levels: 0,
            occupied_slots: [0; LEVELS],
            slots: Box::new([Slot::default(); LEVELS * SLOTS]),
            chunks: Chunks { places: Vec::new(), next: Vec::new(), free: NONE, unused: 0 },
        }
    }

    /// Removes all events and goes back to time zero, keeping the memory: a run that repeats the one before it allocates
    /// nothing.
    pub fn clear(&mut self) {
        self.now = 0;
        self.base = 0;
        self.near.clear();
        self.far = 0;
        self.occupied_levels = 0;
        self.occupied_slots = [0; LEVELS];
        self.slots.fill(Slot::default());
        self.chunks.free = NONE;
        self.chunks.unused = 0;
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.near.len() + self.far
    }

    /// Whether no event is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes it holds on the heap, used or not.
    pub fn memory_bytes(&self) -> usize {
        (self.near.capacity() + self.chunks.places.capacity()) * size_of::<Pending<E>>()
            + self.chunks.next.capacity() * size_of::<u32>()
            + size_of_val(&*self.slots)
    }

    /// Schedules `event` for `at`, after everything that is already pending for that instant.
    ///
    /// [`Time::NEVER`] is an instant like any other: the last one.
    ///
    /// # Panics
    /// If `at` is before the time of the event taken last.
    #[inline(always)]
    pub fn push(&mut self, at: Time, event: E) {
        let nanos = at.nanos();
        if nanos < self.now {
            past(at, self.now);
        }
        if self.far == 0 && self.near.len() < FEW {
            self.insert_among_few(nanos, event);
        } else {
            self.insert_among_many(nanos, event);
        }
    }

    /// Takes the next event, and time moves on to it; `None` if nothing is pending.
    #[inline]
    pub fn pop(&mut self) -> Option<(Time, E)> {
        self.pop_until(Time::NEVER, |_| ())
    }

    /// Takes the next event if it happens at `end` or before. Otherwise it stays, and time does not move.
    ///
    /// Now and then several events become near together. `soon` is called with each of these, so that their data can be
    /// prefetched at once instead of being read one after the other.
    #[inline]
    pub fn pop_until(&mut self, end: Time, mut soon: impl FnMut(E)) -> Option<(Time, E)> {
        if self.near.is_empty() {
            if !self.refill(end.nanos()) {
                return None;
            }
            self.near.iter().for_each(|pending| soon(pending.event));
        }
        let next = self.near.pop_if(|next| next.at <= end.nanos())?;
        self.now = next.at;
        Some((Time::from_nanos(next.at), next.event))
    }

    // Time and event are passed as two words. Written to memory and copied as one, they would cause a store-forwarding stall,
    // which was a twelfth of the time of a run.

    // Rare cases are tail calls: so no registers need be saved and restored, which took a fiftieth of all instructions of a
    // run.
    #[inline(never)]
    fn insert_among_many(&mut self, at: u64, event: E) {
        if self.near.len() == self.near.capacity() {
            return self.insert_after_growing(at, event);
        }
        if at >= self.base {
            self.file(at, event);
        } else {
            self.insert(at, event);
            if self.near.len() > NEAR_LIMIT {
                self.narrow();
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn insert_after_growing(&mut self, at: u64, event: E) {
        self.near.reserve(1);
        self.insert_among_many(at, event);
    }

    /// Inserts an event among the near ones, so that it is taken after those of the same time.
    #[inline]
    fn insert(&mut self, at: u64, event: E) {
        self.near.push(Pending { at, event });
        let mut place = self.near.len() - 1;
        while place > 0 && self.near[place - 1].at <= at {
            self.near[place] = self.near[place - 1];
            place -= 1;
        }
        self.near[place] = Pending { at, event };
    }

    /// Inserts an event among few events, which are then all near. Its position is unpredictable, so there is no branch on it.
    #[inline]
    fn insert_among_few(&mut self, at: u64, event: E) {
        // Nothing is far: the base may be wherever no near event is after it.
        self.base = self.base.max(at);
        let mut carried = Pending { at, event };
        for place in &mut self.near {
            let here = *place;
            let later = here.at > at;
            *place = select_unpredictable(later, here, carried);
            carried = select_unpredictable(later, carried, here);
        }
        self.near.push(carried);
    }

    /// Puts an event at the end of its slot.
    #[inline(always)]
    fn file(&mut self, at: u64, event: E) {
        let level = level(self.base, at);
        let digit = (at >> (level as u32 * DIGIT_BITS)) as usize % SLOTS;
        let slot = &mut self.slots[level * SLOTS + digit];
        // If there are many events, one in 32 does so; the others do not even read the maps.
        if (slot.end as usize).is_multiple_of(CHUNK) {
            return self.file_in_new_chunk(level, digit, at, event);
        }
        self.chunks.places[slot.end as usize] = Pending { at, event };
        slot.end += 1;
        self.far += 1;
    }

    #[inline(never)]
    fn file_in_new_chunk(&mut self, level: usize, digit: usize, at: u64, event: E) {
        let slot = &mut self.slots[level * SLOTS + digit];
        let chunk = self.chunks.take(event);
        if self.occupied_slots[level] & (1 << digit) == 0 {
            self.occupied_slots[level] |= 1 << digit;
            self.occupied_levels |= 1 << level;
            slot.first = chunk;
        } else {
            self.chunks.next[slot.last()] = chunk;
        }
        slot.end = chunk * CHUNK as u32 + 1;
        self.chunks.places[chunk as usize * CHUNK] = Pending { at, event };
        self.far += 1;
    }

    /// Opens the slot with the next events, if it begins at `end` or before. Nothing may be near.
    #[inline(never)]
    fn refill(&mut self, end: u64) -> bool {
        while self.occupied_levels != 0 {
            let level = self.occupied_levels.trailing_zeros() as usize;
            let digit = self.occupied_slots[level].trailing_zeros() as usize;
            let shift = level as u32 * DIGIT_BITS;
            // Two shifts, because a single one would be by more than 63 bits at the highest level.
            let higher_digits = u64::MAX << shift << DIGIT_BITS;
            let start = self.base & higher_digits | (digit as u64) << shift;
            if start > end {
                return false;
            }
            let mut slot = self.vacate(level, digit);
            if level == 0 || slot.last() == slot.first as usize {
                while self.draw(&mut slot) {}
                self.near.reverse();
                // The sort is stable, so reversing leaves events of one time in the order in which they are taken.
                self.near.sort_by_key(|pending| Reverse(pending.at));
                // The slot's last tick: events for that tick, or later, are far.
                self.base = start | !(u64::MAX << shift);
                return true;
            }
            self.base = start;
            while self.draw(&mut slot) {
                self.file_near();
            }
        }
        false
    }

    /// Makes all near events far, under a base that is early enough for them.
    #[cold]
    fn narrow(&mut self) {
        self.near.reverse();
        let base = self.near[0].at;
        // Far events on levels below the one where the old base and the new one part are filed by digits that no longer
        // tell them apart from the base. None of them precedes a near event. Nor does one at the old base itself, where near
        // ones may be as well: all on the lowest level go the same way.
        for level in 0..level(base, self.base).max(1) {
            while self.occupied_slots[level] != 0 {
                let digit = self.occupied_slots[level].trailing_zeros() as usize;
                let mut slot = self.vacate(level, digit);
                while self.draw(&mut slot) {}
            }
        }
        self.base = base;
        self.file_near();
    }

    /// Files the events of the near part, in the order in which they lie there.
    fn file_near(&mut self) {
        for place in 0..self.near.len() {
            let Pending { at, event } = self.near[place];
            self.file(at, event);
        }
        self.near.clear();
    }

    /// Marks a slot empty and returns its chain.
    fn vacate(&mut self, level: usize, digit: usize) -> Slot {
        self.occupied_slots[level] &= !(1 << digit);
        if self.occupied_slots[level] == 0 {
            self.occupied_levels &= !(1 << level);
        }
        std::mem::take(&mut self.slots[level * SLOTS + digit])
    }

    /// Moves the events of a chain's first chunk to the end of the near part, and frees the chunk; false if none is
    /// left.
    #[inline]
    fn draw(&mut self, slot: &mut Slot) -> bool {
        if slot.end == 0 {
            return false;
        }
        let chunk = slot.first;
        let begin = chunk as usize * CHUNK;
        let end = if slot.last() == chunk as usize {
            std::mem::take(&mut slot.end) as usize
        } else {
            slot.first = self.chunks.next[chunk as usize];
            begin + CHUNK
        };
        if self.near.capacity() - self.near.len() < CHUNK {
            grow(&mut self.near);
        }
        self.near.extend_from_slice(&self.chunks.places[begin..end]);
        self.far -= end - begin;
        self.chunks.release(chunk);
        true
    }
}

impl Slot {
    /// The last chunk of a chain that is not empty.
    fn last(&self) -> usize {
        (self.end as usize - 1) / CHUNK
    }
}

impl<E: Copy> Chunks<E> {
    /// A free chunk. New memory is filled with `filler`, because it must be filled with some event.
    fn take(&mut self, filler: E) -> u32 {
        if self.free != NONE {
            let chunk = self.free;
            self.free = self.next[chunk as usize];
            return chunk;
        }
        let chunk = self.unused;
        if chunk as usize == self.next.len() {
            assert!((chunk as usize) < NONE as usize / CHUNK, "more than 2^32 events are pending");
            if self.next.len() == self.next.capacity() {
                grow(&mut self.next);
                self.places.reserve_exact(self.next.capacity() * CHUNK - self.places.len());
            }
            self.next.push(NONE);
            self.places.resize(self.places.len() + CHUNK, Pending { at: 0, event: filler });
        }
        self.unused += 1;
        chunk
    }

    fn release(&mut self, chunk: u32) {
        self.next[chunk as usize] = self.free;
        self.free = chunk;
    }
}

impl<E: Copy> Default for Calendar<E> {
    fn default() -> Calendar<E> {
        Calendar::new()
    }
}

/// The place of the highest digit in which two times differ; zero if they do not.
#[inline]
fn level(one: u64, other: u64) -> usize {
    (((one ^ other) | 1).ilog2() / DIGIT_BITS) as usize
}

#[cold]
#[inline(never)]
fn past(at: Time, now: u64) -> ! {
    panic!("an event was scheduled for {at}, but it is {} already", Time::from_nanos(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Handle, Pool};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BinaryHeap;

    /// As large and as aligned as the simulator's events.
    type Event = [u16; 4];

    fn event(number: u64) -> Event {
        [number as u16, (number >> 16) as u16, (number >> 32) as u16, 0]
    }

    /// A calendar beside the simplest ordered list, compared at every step.
    #[derive(Default)]
    struct Checked {
        calendar: Calendar<Event>,
        model: BinaryHeap<Reverse<(u64, u64)>>,
        pushed: u64,
        now: u64,
    }

    impl Checked {
        fn push(&mut self, at: u64) {
            self.calendar.push(Time::from_nanos(at), event(self.pushed));
            self.model.push(Reverse((at, self.pushed)));
            self.pushed += 1;
        }

        fn pop_until(&mut self, end: u64) -> bool {
            let expected = match self.model.peek() {
                Some(&Reverse((at, number))) if at <= end => {
                    self.model.pop();
                    self.now = at;
                    Some((Time::from_nanos(at), event(number)))
                }
                _ => None,
            };
            assert_eq!(self.calendar.pop_until(Time::from_nanos(end), |_| ()), expected);
            assert_eq!(self.calendar.len(), self.model.len());
            expected.is_some()
        }

        fn clear(&mut self) {
            self.calendar.clear();
            self.model.clear();
            self.now = 0;
        }

        fn drain(&mut self) {
            while self.pop_until(u64::MAX) {}
            assert!(self.calendar.is_empty());
            assert_eq!(self.calendar.pop(), None);
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        /// Events that far after now.
        Push {
            delay: u64,
            count: usize,
        },
        /// Events so many ticks apart, the last first.
        Descend {
            delay: u64,
            step: u64,
            count: u64,
        },
        /// One event for each of the given instants, if not past.
        At(u64),
        Pop(usize),
        PopUntil(u64),
        Clear,
    }

    fn delays() -> impl Strategy<Value = u64> {
        prop_oneof![
            Just(0),
            0..4_u64,
            0..200_u64,
            0..100_000_u64,
            // Any number of bits, and numbers next to a border between digits.
            (0..64_u32, any::<u64>()).prop_map(|(bits, random)| random >> bits),
            (0..64_u32, 0..3_u64).prop_map(|(bits, offset)| (1_u64 << bits).saturating_add(offset) - 1),
        ]
    }

    fn steps() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => (delays(), 1..4_usize).prop_map(|(delay, count)| Step::Push { delay, count }),
            1 => (delays(), 30..400_usize).prop_map(|(delay, count)| Step::Push { delay, count }),
            1 => (delays(), 0..100_u64, 1..300_u64).prop_map(|(delay, step, count)| Step::Descend { delay, step, count }),
            1 => prop_oneof![Just(u64::MAX), Just(0), any::<u64>()].prop_map(Step::At),
            6 => (1..8_usize).prop_map(Step::Pop),
            1 => (30..300_usize).prop_map(Step::Pop),
            6 => delays().prop_map(Step::PopUntil),
            1 => Just(Step::Clear),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_order_is_that_of_time_and_then_of_insertion(steps in vec(steps(), 1..60)) {
            let mut checked = Checked::default();
            for step in steps {
                match step {
                    Step::Push { delay, count } => {
                        (0..count).for_each(|_| checked.push(checked.now.saturating_add(delay)));
                    }
                    Step::Descend { delay, step, count } => {
                        let last = checked.now.saturating_add(delay).saturating_add(step * count);
                        (0..count).for_each(|i| checked.push((last - step * i).max(checked.now)));
                    }
                    Step::At(at) => checked.push(at.max(checked.now)),
                    Step::Pop(count) => (0..count).for_each(|_| { checked.pop_until(u64::MAX); }),
                    Step::PopUntil(delay) => {
                        let end = checked.now.saturating_add(delay);
                        while checked.pop_until(end) {}
                    }
                    Step::Clear => checked.clear(),
                }
            }
            checked.drain();
        }
    }

    /// An operation on events that can be cancelled.
    #[derive(Clone, Debug)]
    enum Change {
        Push(u64),
        /// Cancels a pending event, by its index in order of time.
        Cancel(usize),
        Pop,
    }

    fn changes() -> impl Strategy<Value = Change> {
        prop_oneof![
            3 => delays().prop_map(Change::Push),
            1 => any::<usize>().prop_map(Change::Cancel),
            2 => Just(Change::Pop),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        /// An event of a row that was removed from a pool finds nothing, even once the row's slot is used again: the events are
        /// exactly those of a sorted list from which cancelled ones are removed.
        #[test]
        fn what_is_cancelled_does_not_happen(changes in vec(changes(), 1..400)) {
            let mut calendar = Calendar::new();
            let mut rows = Pool::new();
            let mut list: Vec<(u64, u64, Handle)> = Vec::new();
            let mut now = 0_u64;
            let everything_left = vec![Change::Pop; changes.len() + 1];
            for (number, change) in (0..).zip(changes.into_iter().chain(everything_left)) {
                match change {
                    Change::Push(delay) => {
                        let at = now.saturating_add(delay);
                        let handle = rows.insert(number);
                        calendar.push(Time::from_nanos(at), handle);
                        // After everything for the same instant.
                        list.insert(list.partition_point(|event| event.0 <= at), (at, number, handle));
                    }
                    Change::Cancel(which) if !list.is_empty() => {
                        let (_, number, handle) = list.remove(which % list.len());
                        prop_assert_eq!(rows.remove(handle), Some(number));
                    }
                    Change::Cancel(_) => {}
                    Change::Pop => {
                        // A cancelled event is taken like any other, and time advances to it.
                        let taken = std::iter::from_fn(|| calendar.pop().inspect(|(at, _)| now = at.nanos()));
                        let next = taken.filter_map(|(at, handle)| Some((at, rows.remove(handle)?))).next();
                        let expected = (!list.is_empty()).then(|| list.remove(0));
                        let expected = expected.map(|(at, number, _)| (Time::from_nanos(at), number));
                        prop_assert_eq!(next, expected);
                    }
                }
            }
            prop_assert!(rows.is_empty() && calendar.is_empty());
        }

        /// An event that becomes near is announced before it is taken.
        #[test]
        fn what_is_announced_comes_next(delays in vec(delays(), 1..300)) {
            let mut calendar = Calendar::new();
            (0..).zip(&delays).for_each(|(number, &delay)| calendar.push(Time::from_nanos(delay), event(number)));
            // The announced events are exactly the next ones to be taken.
            let (mut announced, mut all_soon) = (Vec::new(), 0);
            while let Some((_, event)) = calendar.pop_until(Time::NEVER, |event| {
                announced.push(event);
                all_soon += 1;
            }) {
                if !announced.is_empty() {
                    let place = announced.iter().position(|other| *other == event);
                    prop_assert!(place.is_some(), "{event:?} before {announced:?}");
                    announced.swap_remove(place.unwrap());
                }
            }
            prop_assert!(announced.is_empty());
            // All but those that were near from the beginning.
            prop_assert!(all_soon + NEAR_LIMIT >= delays.len());
        }
    }

    /// The hold model with a population that changes, on delays made of a congruential generator's words.
    fn hold(checked: &mut Checked, population: usize, holds: usize, delay: impl Fn(u64) -> u64) {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state ^ state >> 32
        };
        for _ in 0..population {
            let at = checked.now + delay(next());
            checked.push(at);
        }
        for _ in 0..holds {
            checked.pop_until(u64::MAX);
            // None, one or two, and one on average.
            for _ in 0..next() % 3 {
                let at = checked.now + delay(next());
                checked.push(at);
            }
        }
        checked.drain();
    }

    fn exponential(word: u64, mean: f64) -> u64 {
        (-mean * libm::log(((word >> 12) as f64 + 0.5) / (1_u64 << 52) as f64)) as u64
    }

    #[test]
    fn exponential_delays() {
        for population in [10, 1000, 30_000] {
            hold(&mut Checked::default(), population, 60_000, |word| exponential(word, 1e9));
        }
    }

    #[test]
    fn mostly_short_and_some_very_long_delays() {
        hold(&mut Checked::default(), 4000, 60_000, |word| match word % 10 {
            0 => exponential(word, 180e9),
            _ => 5_000_000,
        });
    }

    #[test]
    fn many_ties() {
        hold(&mut Checked::default(), 4000, 60_000, |word| exponential(word, 4.0));
    }

    /// Near and far events share the last tick of what is near, and the near part is then filed back.
    #[test]
    fn ties_on_the_border_between_near_and_far() {
        let mut checked = Checked::default();
        (0..20).for_each(|i| checked.push(64 + 7 * i));
        checked.push(127);
        checked.pop_until(u64::MAX);
        checked.push(127);
        (0..200).for_each(|i| checked.push(65 + i % 50));
        checked.drain();
    }

    #[test]
    fn a_burst_at_one_instant_among_others() {
        let mut checked = Checked::default();
        for i in 0..1000 {
            checked.push(i * 1_000_003);
        }
        for _ in 0..500 {
            checked.pop_until(u64::MAX);
        }
        // Ahead, then now, then now again from within the burst.
        let ahead = checked.now + 2_000_000;
        (0..20_000).for_each(|_| checked.push(ahead));
        let now = checked.now;
        (0..20_000).for_each(|_| checked.push(now));
        for _ in 0..30_000 {
            checked.pop_until(u64::MAX);
            if checked.pushed.is_multiple_of(2) {
                let now = checked.now;
                checked.push(now);
                checked.push(now + 1);
            }
        }
        checked.drain();
    }

    #[test]
    fn a_run_after_clearing_repeats_the_order_and_asks_for_no_memory() {
        let mut checked = Checked::default();
        let mut run = || {
            checked.clear();
            checked.pushed = 0;
            hold(&mut checked, 3000, 20_000, |word| exponential(word, 1e9));
            checked.calendar.memory_bytes()
        };
        let memory = run();
        assert_eq!(run(), memory);
    }

    #[test]
    fn events_for_now_follow_those_already_pending_for_now() {
        let mut calendar = Calendar::new();
        calendar.push(Time::from_nanos(7), 'a');
        calendar.push(Time::from_nanos(7), 'b');
        assert_eq!(calendar.pop(), Some((Time::from_nanos(7), 'a')));
        calendar.push(Time::from_nanos(7), 'c');
        assert_eq!(calendar.pop(), Some((Time::from_nanos(7), 'b')));
        assert_eq!(calendar.pop(), Some((Time::from_nanos(7), 'c')));
    }

    #[test]
    fn looking_ahead_does_not_move_time() {
        let mut calendar = Calendar::new();
        calendar.push(Time::from_nanos(120), 'b');
        assert_eq!(calendar.pop_until(Time::from_nanos(119), |_| ()), None);
        calendar.push(Time::from_nanos(0), 'a');
        assert_eq!(calendar.pop_until(Time::from_nanos(119), |_| ()), Some((Time::ZERO, 'a')));
        assert_eq!(calendar.pop_until(Time::from_nanos(120), |_| ()), Some((Time::from_nanos(120), 'b')));
    }

    #[test]
    #[should_panic(expected = "scheduled for 0.000000004s, but it is 0.000000005s already")]
    fn the_past_cannot_be_changed() {
        let mut calendar = Calendar::new();
        calendar.push(Time::from_nanos(5), ());
        calendar.pop();
        calendar.push(Time::from_nanos(4), ());
    }

    #[test]
    fn a_pending_event_takes_sixteen_bytes() {
        assert_eq!(size_of::<Pending<Event>>(), 16);
    }
}
