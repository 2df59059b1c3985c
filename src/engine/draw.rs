//! temporary
#![allow(missing_docs)]
use super::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
pub struct Stream(ChaCha8Rng);
impl Stream {
    pub fn new(seed: u64, replication: u64, number: u64) -> Stream {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&replication.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(number);
        Stream(rng)
    }
    pub fn reset(&mut self, seed: u64, replication: u64, number: u64) {
        *self = Stream::new(seed, replication, number);
    }
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }
    pub fn block(&mut self) -> [u64; 8] {
        std::array::from_fn(|_| self.next_u64())
    }
    pub fn seek_block(&mut self, n: u64) {
        self.0.set_word_pos(u128::from(n) * 16);
    }
}
pub fn stream_number(purpose: &str, name: &str) -> u64 {
    let mut h = Sha256::new();
    h.update(purpose);
    h.update([0]);
    h.update(name);
    u64::from_le_bytes(h.finalize()[..8].try_into().unwrap())
}
pub fn uniform(luck: u64) -> f64 {
    ((luck >> 11) as f64 + 0.5) * (1.0 / (1u64 << 53) as f64)
}
pub fn unit_exponential(luck: u64) -> f64 {
    -libm::log(uniform(luck))
}
