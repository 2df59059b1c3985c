//! The luck of a case: a function of the seed, the target and the case's number.

/// SplitMix64: good enough to vary inputs, and the same everywhere.
pub(crate) struct Luck(u64);

impl Luck {
    /// That of a case.
    pub(crate) fn of(seed: u64, target: &str, case: u64) -> Luck {
        let name = target.bytes().fold(seed, |sum, byte| mixed(sum ^ u64::from(byte)));
        Luck(mixed(name ^ mixed(case)))
    }

    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// A whole number below this one, which is not zero.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.word()) * count as u128) >> 64) as usize
    }

    /// True once in so many times.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these, of which there is at least one.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

const fn mixed(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
