//! Reused slots with generations: a handle that outlives its row finds nothing.

use super::growth::grow;

/// Identifies a row of a [`Pool`] as long as the row exists. Six bytes, so that an event with one fits in eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(2))]
pub struct Handle {
    slot: u32,
    generation: u16,
}

impl Handle {
    /// The index of its slot, for data kept beside a pool.
    #[inline]
    pub const fn slot(self) -> usize {
        self.slot as usize
    }
}

/// At most one cache line: a call is looked up at each of its events.
#[repr(align(64))]
struct Slot<T> {
    row: T,
    /// Counts the rows that were here. It never wraps: a slot that has used up its generations is retired.
    generation: u16,
    occupied: bool,
}

/// Rows by handle. Removing a row makes every handle to it stale: this is how events are cancelled.
pub struct Pool<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    live: usize,
}

impl<T: Copy> Pool<T> {
    /// An empty pool.
    pub const fn new() -> Pool<T> {
        Pool { slots: Vec::new(), free: Vec::new(), live: 0 }
    }

    /// Empties the pool and keeps its memory.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.free.clear();
        self.live = 0;
    }

    /// The number of rows.
    pub const fn len(&self) -> usize {
        self.live
    }

    /// Whether there are no rows.
    pub const fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Inserts a row and returns its handle.
    ///
    /// # Panics
    /// With more than 2^32 rows at once.
    #[inline(always)]
    pub fn insert(&mut self, row: T) -> Handle {
        self.live += 1;
        if let Some(slot) = self.free.pop() {
            let free = &mut self.slots[slot as usize];
            free.row = row;
            free.occupied = true;
            return Handle { slot, generation: free.generation };
        }
        let slot = u32::try_from(self.slots.len()).expect("a pool holds at most 2^32 rows");
        if self.slots.len() == self.slots.capacity() {
            self.grow();
        }
        self.slots.push(Slot { row, generation: 0, occupied: true });
        Handle { slot, generation: 0 }
    }

    /// Makes room for more slots, and for all of them to be free.
    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        grow(&mut self.slots);
        self.free.reserve_exact(self.slots.capacity() - self.free.len());
    }

    /// The row, if it still exists.
    pub fn get(&self, handle: Handle) -> Option<&T> {
        let slot = &self.slots[handle.slot as usize];
        (slot.generation == handle.generation && slot.occupied).then_some(&slot.row)
    }

    /// Prefetches a row into the cache.
    #[inline]
    pub fn fetch(&self, handle: Handle) {
        std::hint::black_box(self.slots[handle.slot()].generation);
    }

    /// The row, mutably, if it still exists.
    pub fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        let slot = &mut self.slots[handle.slot as usize];
        (slot.generation == handle.generation && slot.occupied).then_some(&mut slot.row)
    }

    /// Removes the row, if it still exists.
    pub fn remove(&mut self, handle: Handle) -> Option<T> {
        let slot = &mut self.slots[handle.slot as usize];
        if slot.generation != handle.generation || !slot.occupied {
            return None;
        }
        slot.occupied = false;
        self.live -= 1;
        if let Some(next) = slot.generation.checked_add(1) {
            slot.generation = next;
            self.free.push(handle.slot);
        }
        Some(slot.row)
    }

    /// Every row with its handle, in order of slots.
    pub fn iter(&self) -> impl Iterator<Item = (Handle, &T)> {
        self.slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.occupied)
            .map(|(index, slot)| (Handle { slot: index as u32, generation: slot.generation }, &slot.row))
    }
}

impl<T: Copy> Default for Pool<T> {
    fn default() -> Self {
        Pool::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_handle_finds_nothing_even_after_the_slot_is_used_again() {
        let mut pool = Pool::new();
        let first = pool.insert('a');
        assert_eq!(pool.remove(first), Some('a'));
        let second = pool.insert('b');
        assert_eq!(pool.get(first), None);
        assert_eq!(pool.remove(first), None);
        assert_eq!(pool.get(second), Some(&'b'));
        assert_eq!(pool.len(), 1);
    }

    #[test]
    fn a_slot_retires_rather_than_repeat_a_generation() {
        let mut pool = Pool::new();
        let first = pool.insert(0u32);
        pool.remove(first);
        for number in 1..200_000 {
            let handle = pool.insert(number);
            assert_ne!(handle, first);
            pool.remove(handle);
        }
        assert_eq!(pool.get(first), None);
    }

    #[test]
    fn a_handle_takes_six_bytes() {
        assert_eq!(size_of::<Handle>(), 6);
    }
}
