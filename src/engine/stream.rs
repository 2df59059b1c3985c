//! Random number streams: every draw is addressed by (seed, replication, purpose, name, caller), so that designs are compared
//! under common random numbers.
//!
//! ChaCha8 is a keyed pseudorandom function of a stream number and a position. The key is made of the seed and the
//! replication; the stream number of the purpose and a name; the position is the caller's. So a caller's random numbers do not
//! depend on how many draws came before, and two designs meet the same callers. It is also fast: 64 bytes, a caller's eight
//! words, take some 20 nanoseconds when they are read in order.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// 32-bit words in a block of ChaCha.
const WORDS: u128 = 16;
/// The rest of the key: a purpose and a version, so that a later version can differ. Results depend on these bytes.
const KEY_END: [u8; 16] = *b"ctisim luck v1\0\0";

/// A random number stream: a sequence of random words that depends only on its seed, replication and number.
///
/// It is divided into blocks (substreams) of eight words. Seeking a block costs about as much as reading four; reading them
/// in order is cheaper.
#[derive(Clone, Debug)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Stream {
    /// Stream `number` of a replication, at its beginning. See [`stream_number`].
    pub fn new(seed: u64, replication: u64, number: u64) -> Stream {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&replication.to_le_bytes());
        key[16..].copy_from_slice(&KEY_END);
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(number);
        Stream { generator }
    }

    /// The beginning of the stream of the same number in another replication, or under another seed.
    pub fn reset(&mut self, seed: u64, replication: u64) {
        *self = Stream::new(seed, replication, self.generator.get_stream());
    }

    /// The next word, uniformly distributed.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// The next words, all at once.
    #[inline]
    pub fn fill<const N: usize>(&mut self, words: &mut [u64; N]) {
        let mut bytes = [[0; 8]; N];
        self.generator.fill_bytes(bytes.as_flattened_mut());
        *words = bytes.map(u64::from_le_bytes);
    }

    /// The next block. If only blocks are read from the beginning, the nth one (from zero) is block n.
    ///
    /// # Panics
    /// In debug builds, if the stream is not at the beginning of a block.
    #[inline]
    pub fn block(&mut self) -> [u64; 8] {
        let mut words = [0; 8];
        self.read_block(&mut words);
        words
    }

    /// The next block, written word by word to its destination: copying a block that has just been written would stall.
    #[inline]
    pub fn read_block(&mut self, words: &mut [u64; 8]) {
        debug_assert_eq!(self.generator.get_word_pos() % WORDS, 0, "a block is read from the middle of another");
        for word in words {
            *word = self.generator.next_u64();
        }
    }

    /// Moves to the beginning of block `n`.
    ///
    /// The stream has 2^64 blocks and is cyclic.
    pub fn seek_block(&mut self, n: u64) {
        self.generator.set_word_pos(u128::from(n) * WORDS);
    }
}

/// The number of the stream for a purpose of something named: the first eight bytes, read as little-endian, of the
/// SHA-256 digest of the purpose, a zero byte and the name.
///
/// A name keeps its stream when others are added, removed or reordered.
pub fn stream_number(purpose: &str, name: &str) -> u64 {
    let digest = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(name).finalize();
    u64::from_le_bytes(std::array::from_fn(|i| digest[i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_sought_is_the_block_read_in_order() {
        let mut in_order = Stream::new(1, 2, 3);
        let blocks: Vec<[u64; 8]> = (0..40).map(|_| in_order.block()).collect();
        let mut sought = Stream::new(1, 2, 3);
        // Backwards, and then in an order that leaves the generator's buffer half read.
        for n in (0..40).rev().chain((0..40).map(|i| i * 7 % 40)) {
            sought.seek_block(n);
            assert_eq!(sought.block(), blocks[n as usize], "block {n}");
        }
        // On from there, across the end of the buffer.
        sought.seek_block(5);
        assert_eq!(std::array::from_fn(|_| sought.block()), *blocks[5..15].as_array::<10>().unwrap());
    }

    #[test]
    fn a_block_is_eight_words() {
        let mut blocks = Stream::new(1, 2, 3);
        let mut words = Stream::new(1, 2, 3);
        for _ in 0..10 {
            assert_eq!(blocks.block(), std::array::from_fn(|_| words.next_u64()));
        }
    }

    #[test]
    fn the_last_block_can_be_sought() {
        let mut stream = Stream::new(1, 2, 3);
        let first = stream.block();
        stream.seek_block(u64::MAX);
        assert_ne!(stream.block(), first);
        assert_eq!(stream.block(), first);
    }

    #[test]
    fn seed_replication_and_number_each_make_another_stream() {
        let mut firsts: Vec<u64> = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1 << 63, 0, 0)]
            .map(|(seed, replication, number)| Stream::new(seed, replication, number).next_u64())
            .into();
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), 7);
    }

    #[test]
    fn a_reset_stream_is_a_new_one() {
        let mut stream = Stream::new(1, 2, 3);
        stream.seek_block(100);
        stream.next_u64();
        stream.reset(4, 5);
        assert_eq!(stream.block(), Stream::new(4, 5, 3).block());
    }

    #[test]
    fn a_purpose_and_a_name_do_not_run_into_each_other() {
        assert_ne!(stream_number("ab", "c"), stream_number("a", "bc"));
        assert_ne!(stream_number("a", ""), stream_number("", "a"));
    }

    /// Computed from the definitions of SHA-256 and ChaCha8 by a program that shares nothing with this one. If one of
    /// these changes, the results of every study do.
    #[test]
    fn streams_are_the_same_everywhere() {
        assert_eq!(stream_number("arrivals", "main"), 0xff0677c06c7673ba);
        let mut stream = Stream::new(42, 7, stream_number("arrivals", "main"));
        assert_eq!(
            stream.block(),
            [
                0x078bebf53efad6a5,
                0xe45fb22ec680d98b,
                0x8b5001337c9a8a37,
                0xb5532cf6f73045e8,
                0xa4242d16a6bdac0a,
                0x3e6c2917d6d9e0a0,
                0xf344ee25fff7449d,
                0x658c8b0f7b1fab03
            ]
        );
        stream.seek_block(1 << 40);
        assert_eq!(stream.next_u64(), 0xcfdad7974db348df);
    }
}
