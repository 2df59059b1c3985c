//! Random numbers for random workloads.

use ctisim::engine::Stream;

/// Draws at random.
pub(crate) struct Draw(pub(crate) Stream);

impl Draw {
    /// From 0 up to but not including `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(limit)) >> u64::BITS) as u64
    }

    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// A number of any size between these two: each power of two as likely as the next.
    pub(crate) fn magnitude(&mut self, least: u64, most: u64) -> u64 {
        let doublings = u64::from((most / least).max(1).ilog2());
        let low = least << self.below(doublings + 1);
        self.between(low, (2 * low).min(most))
    }

    /// Some of these in a random order, one at least.
    pub(crate) fn some<T: Copy>(&mut self, from: &[T], most: usize) -> Vec<T> {
        let mut rest = from.to_vec();
        let count = self.between(1, most.min(from.len()) as u64) as usize;
        (0..count).map(|_| rest.swap_remove(self.below(rest.len() as u64) as usize)).collect()
    }

    /// A distribution of durations with this mean in microseconds; none takes no time.
    pub(crate) fn distribution(&mut self, micros: u64) -> String {
        if micros == 0 {
            return "\"0s\"".to_owned();
        }
        match self.below(7) {
            0 | 1 => format!("\"{micros}us\""),
            2 | 3 => format!("{{ exponential = \"{micros}us\" }}"),
            4 => format!("{{ uniform = [\"{}us\", \"{}us\"] }}", micros / 2, micros + micros / 2),
            5 => {
                let cv = self.pick(&["0.3", "1.2", "3.0"]);
                format!("{{ lognormal = {{ mean = \"{micros}us\", cv = {cv} }} }}")
            }
            _ if self.chance(50) => {
                let phases = self.between(1, 5);
                format!("{{ erlang = {{ mean = \"{micros}us\", phases = {phases} }} }}")
            }
            _ => {
                let shape = self.pick(&["0.5", "2.0", "8.0"]);
                format!("{{ weibull = {{ mean = \"{micros}us\", shape = {shape} }} }}")
            }
        }
    }

    /// A distribution with a mean of this magnitude.
    pub(crate) fn distribution_around(&mut self, least: u64, most: u64) -> String {
        let mean = self.magnitude(least, most);
        self.distribution(mean)
    }
}

/// The kinds of work of nodes.
pub(crate) const WORK: [&str; 15] = [
    "setup",
    "offer",
    "redirect",
    "hold",
    "conference",
    "answer",
    "release",
    "device_open",
    "event",
    "request",
    "heartbeat",
    "cti_device_open",
    "notice",
    "line_open",
    "cti_line_open",
];
