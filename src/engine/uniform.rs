//! Uniform numbers between 0 and 1 from random words.

/// A number strictly between 0 and 1: the middle of one of 2^52 equal intervals.
///
/// With 53 bits the middle of the upper half's intervals would not be representable, and the last one would round to 1.
/// With 52, this and its difference from 1 are both exact.
#[inline]
pub fn uniform(word: u64) -> f64 {
    const INTERVAL: f64 = 1.0 / (1_u64 << 52) as f64;
    (whole(word >> 12) + 0.5) * INTERVAL
}

/// A whole number below 2^52 as a `f64`. Processors without AVX-512 convert one at a time, but do these two
/// operations on several.
#[inline]
pub(super) fn whole(number: u64) -> f64 {
    const TWO_52: f64 = (1_u64 << 52) as f64;
    debug_assert!(number < 1 << 52, "{number} does not fit in a mantissa");
    f64::from_bits(TWO_52.to_bits() | number) - TWO_52
}
