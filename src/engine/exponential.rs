//! Exponential values of mean 1, from which most random times are made.
//!
//! A logarithm has a long latency and takes little work: some forty operations, each of which waits for the one before. So a
//! sequence of values is computed [`BATCH`] at a time, in parallel; the values are the same.

use super::stream::Stream;
use super::uniform::{uniform, whole};

/// The number of words that a stream generates at a time.
const BATCH: usize = 32;

/// The quantile of the exponential distribution of mean 1 at a uniform random word.
#[inline(never)]
pub fn unit_exponential(word: u64) -> f64 {
    quantile(word)
}

#[inline]
fn quantile(word: u64) -> f64 {
    // One minus the uniform number: exactly, and in fewer operations than by computing that first.
    const TWO_TO_MINUS_53: f64 = 1.0 / (1_u64 << 53) as f64;
    let above = 2.0 - f64::from_bits(1.0_f64.to_bits() | word >> 12) - TWO_TO_MINUS_53;
    debug_assert_eq!(above, 1.0 - uniform(word));
    -logarithm(above)
}

/// A sequence of exponential values of mean 1, one for each word of a stream, in order.
#[derive(Clone, Debug)]
pub struct Exponentials {
    stream: Stream,
    values: [f64; BATCH],
    /// The index of the next value; `BATCH` if all were taken.
    next: usize,
}

impl Exponentials {
    /// The values of the words of the stream from its current position.
    pub const fn new(stream: Stream) -> Exponentials {
        Exponentials { stream, values: [0.0; BATCH], next: BATCH }
    }

    /// The beginning of the sequence of the same stream in another replication, or under another seed.
    pub fn reset(&mut self, seed: u64, replication: u64) {
        self.stream.reset(seed, replication);
        self.next = BATCH;
    }

    /// The next value.
    #[inline]
    pub fn draw(&mut self) -> f64 {
        if self.next == BATCH {
            self.refill();
        }
        let value = self.values[self.next];
        self.next += 1;
        value
    }

    #[inline(never)]
    fn refill(&mut self) {
        let mut words = [0; BATCH];
        self.stream.fill(&mut words);
        self.values = words.map(quantile);
        self.next = 0;
    }
}

/// The natural logarithm of a number above 0 and below 1 that is not subnormal, to the bit what [`libm::log`] gives.
///
/// The same operations in the same order, without the cases that cannot occur here. No branch is left, so that several can
/// be computed in parallel.
// They are those of FreeBSD's e_log.c, which asks for this notice to be kept:
//
// Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
// Developed at SunSoft, a Sun Microsystems, Inc. business.
// Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
#[inline]
fn logarithm(x: f64) -> f64 {
    /// The upper half of the square root of 1/2.
    const ROOT_HALF: u64 = 0x3fe6_a09e << 32;
    const ONE: u64 = 0x3ff0_0000 << 32;
    const MANTISSA: u64 = (1 << 52) - 1;
    const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
    const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    const G: [f64; 7] = [
        f64::from_bits(0x3fe5_5555_5555_5593),
        f64::from_bits(0x3fd9_9999_9997_fa04),
        f64::from_bits(0x3fd2_4924_9422_9359),
        f64::from_bits(0x3fcc_71c5_1d8e_78af),
        f64::from_bits(0x3fc7_4664_96cb_03de),
        f64::from_bits(0x3fc3_9a09_d078_c69f),
        f64::from_bits(0x3fc2_f112_df3e_5244),
    ];
    // x = 2^k (1 + f), with 1 + f between the square roots of 1/2 and 2.
    let shifted = x.to_bits() + (ONE - ROOT_HALF);
    let k = whole(shifted >> 52) - 1023.0;
    let f = f64::from_bits((shifted & MANTISSA) + ROOT_HALF) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (G[1] + w * (G[3] + w * G[5]));
    let odd = z * (G[0] + w * (G[2] + w * (G[4] + w * G[6])));
    let half_square = 0.5 * f * f;
    s * (half_square + (odd + even)) + k * LN2_LOW - half_square + f + k * LN2_HIGH
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sequence_is_its_words_one_by_one() {
        let mut stream = Stream::new(1, 2, 3);
        let mut values = Exponentials::new(stream.clone());
        for _ in 0..3 * BATCH + 5 {
            assert_eq!(values.draw().to_bits(), unit_exponential(stream.next_u64()).to_bits());
        }
        values.reset(4, 5);
        assert_eq!(values.draw(), unit_exponential(Stream::new(4, 5, 3).next_u64()));
    }

    #[test]
    fn the_ends_of_the_range_are_logarithms() {
        for word in [0, 1 << 12, 1 << 63, (1 << 63) - 1, u64::MAX - (1 << 12), u64::MAX] {
            let x = 1.0 - uniform(word);
            assert_eq!(logarithm(x).to_bits(), libm::log(x).to_bits(), "{word}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_logarithm_is_libm_s_to_the_bit(word: u64, fewer in 0..52_u32) {
            // Small numbers as often as large ones, and those just below 1.
            for x in [1.0 - uniform(word), uniform(word >> fewer), 1.0 - uniform(word >> fewer)] {
                prop_assert_eq!(logarithm(x).to_bits(), libm::log(x).to_bits(), "{}", x);
            }
        }
    }
}
