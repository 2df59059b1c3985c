//! Exponential values of mean 1, which is what most luck becomes first.
//!
//! A logarithm takes long to arrive and little to work out: some forty operations of which each waits for the one before.
//! So whoever needs one after another has them made [`BATCH`] at a time, side by side; the values are the same.

use super::draw::Stream;
use super::uniform::{uniform, whole};

/// As many values as a stream makes words at a time.
const BATCH: usize = 32;

/// The exponential quantile of mean 1 that a uniform word of luck stands for.
#[inline(never)]
pub fn unit_exponential(luck: u64) -> f64 {
    quantile(luck)
}

#[inline]
fn quantile(luck: u64) -> f64 {
    // What is left of one above the uniform number: exactly, and in fewer operations than by way of that.
    const TWO_TO_MINUS_53: f64 = 1.0 / (1_u64 << 53) as f64;
    let above = 2.0 - f64::from_bits(1.0_f64.to_bits() | luck >> 12) - TWO_TO_MINUS_53;
    debug_assert_eq!(above, 1.0 - uniform(luck));
    -logarithm(above)
}

/// A sequence of exponential values of mean 1: those that the words of a stream stand for, in their order.
#[derive(Clone, Debug)]
pub struct Exponentials {
    luck: Stream,
    values: [f64; BATCH],
    /// Which value is next; none if all were taken.
    next: usize,
}

impl Exponentials {
    /// Those of the words that the stream gives from here on.
    pub const fn new(luck: Stream) -> Exponentials {
        Exponentials { luck, values: [0.0; BATCH], next: BATCH }
    }

    /// The beginning of the sequence of the same stream in another replication, or under another seed.
    pub fn reset(&mut self, seed: u64, replication: u64) {
        self.luck.reset(seed, replication);
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
        self.luck.fill(&mut words);
        self.values = words.map(quantile);
        self.next = 0;
    }
}

/// The natural logarithm of a number above 0 and below 1 that is not subnormal, to the bit what [`libm::log`] gives.
///
/// The same operations in the same order, without the cases that cannot occur here. No branch is left, so that several can
/// be worked out at once.
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
        let mut luck = Stream::new(1, 2, 3);
        let mut values = Exponentials::new(luck.clone());
        for _ in 0..3 * BATCH + 5 {
            assert_eq!(values.draw().to_bits(), unit_exponential(luck.next_u64()).to_bits());
        }
        values.reset(4, 5);
        assert_eq!(values.draw(), unit_exponential(Stream::new(4, 5, 3).next_u64()));
    }

    #[test]
    fn the_ends_of_what_is_asked_for_are_logarithms() {
        for luck in [0, 1 << 12, 1 << 63, (1 << 63) - 1, u64::MAX - (1 << 12), u64::MAX] {
            let x = 1.0 - uniform(luck);
            assert_eq!(logarithm(x).to_bits(), libm::log(x).to_bits(), "{luck}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_logarithm_is_libm_s_to_the_bit(luck: u64, fewer in 0..52_u32) {
            // Small numbers as often as large ones, and those just below 1.
            for x in [1.0 - uniform(luck), uniform(luck >> fewer), 1.0 - uniform(luck >> fewer)] {
                prop_assert_eq!(logarithm(x).to_bits(), libm::log(x).to_bits(), "{}", x);
            }
        }
    }
}
