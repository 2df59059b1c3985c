//! How many callers of Erlang A are answered in time.
//!
//! Source: A. Mandelbaum, S. Zeltyn, "Service engineering in action: the Palm/Erlang-A queue, with applications to call centers"
//! (2007), which has the waits of M/M/c+M by incomplete gamma functions. Here they are added up over the callers who wait: for
//! one who finds `n` others waiting, the time to a free server is a sum of exponential times with the rates `c/h + i/patience`,
//! `i` from 0 to `n`. With `s = c patience / h`, `exp(-X / patience)` has the beta distribution of `s` and `n + 1`: both have
//! the moments `(s (s+1) .. (s+n)) / ((s+r) (s+r+1) .. (s+r+n))`.

use super::queueing::{fewest, states_below};

/// The share of all customers of Erlang A ([`super::erlang_a`]) that are served after a wait of at most `within`; those who abandon
/// are not served. The share of those who are served is this divided by `1 - abandons`.
///
/// A customer who finds `n` others waiting is served in time if the server is free in time and before its own patience ends:
/// `E[exp(-X / patience); X <= within] = s / (s + n + 1) (1 - I_y(s + 1, n + 1))` with `y = exp(-within / patience)` and the
/// regularised incomplete beta function. To about 12 digits; a step for each server and each customer that may wait.
pub fn erlang_a_answered_within(
    arrival_rate: f64,
    service_mean: f64,
    patience_mean: f64,
    servers: u32,
    within: f64,
) -> f64 {
    let mut below = states_below(arrival_rate, service_mean, servers);
    let all_busy_rate = f64::from(servers) / service_mean;
    let patiences = all_busy_rate * patience_mean;
    let mut beta = IncompleteBeta::new(patiences + 1.0, within / patience_mean);
    let (mut from_all_busy, mut late, mut relative, mut waiting) = (0.0, 0.0, 1.0, 0.0);
    loop {
        from_all_busy += relative;
        late += relative * (1.0 - patiences / (patiences + waiting + 1.0) * (1.0 - beta.value()));
        // As in `erlang_a`: the states rise as long as arrivals outpace departures, and then fall faster than any power.
        let rises = arrival_rate > all_busy_rate + waiting / patience_mean;
        if !rises && relative * (waiting + 1.0) <= from_all_busy * 1e-18 {
            break;
        }
        waiting += 1.0;
        relative *= arrival_rate / (all_busy_rate + waiting / patience_mean);
        beta.step();
        if relative > 1e200 {
            for sum in [&mut below, &mut from_all_busy, &mut late, &mut relative] {
                *sum *= 1e-200;
            }
        }
    }
    1.0 - late / (below + from_all_busy)
}

/// The fewest servers with which at least a share `level`, less than 1, of all customers of Erlang A are served within `within`.
pub fn servers_for_answered_within(
    arrival_rate: f64,
    service_mean: f64,
    patience_mean: f64,
    within: f64,
    level: f64,
) -> u32 {
    // No more are served than the servers can serve.
    let least = (arrival_rate * service_mean * level).floor() as u32;
    fewest(least.saturating_sub(1), |servers| {
        erlang_a_answered_within(arrival_rate, service_mean, patience_mean, servers, within) >= level
    })
}

/// The regularised incomplete beta function `I_x(a, n + 1)` for `n` = 0, 1, 2 and so on: the sum of
/// `x^a (1 - x)^k a (a + 1) .. (a + k - 1) / k!` for `k` up to `n`. All terms are positive. They are kept relative to a power of
/// which only the logarithm is known, because `x^a` may be below the range of numbers.
struct IncompleteBeta {
    a: f64,
    /// `1 - x`.
    rest: f64,
    k: f64,
    term: f64,
    sum: f64,
    /// The logarithm of what the terms are multiples of, and that.
    log: f64,
    unit: f64,
}

impl IncompleteBeta {
    /// For `n = 0` and `x = exp(-log)`.
    fn new(a: f64, log: f64) -> IncompleteBeta {
        let unit = -a * log;
        IncompleteBeta { a, rest: -libm::expm1(-log), k: 0.0, term: 1.0, sum: 1.0, log: unit, unit: libm::exp(unit) }
    }

    fn value(&self) -> f64 {
        (self.sum * self.unit).min(1.0)
    }

    fn step(&mut self) {
        const DOWN: f64 = 1e-200;
        const LOG_UP: f64 = 200.0 * std::f64::consts::LN_10;
        self.term *= self.rest * (self.a + self.k) / (self.k + 1.0);
        self.k += 1.0;
        self.sum += self.term;
        if self.sum > 1e200 {
            self.term *= DOWN;
            self.sum *= DOWN;
            self.log += LOG_UP;
            self.unit = libm::exp(self.log);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{erlang_a, mmc_wait_exceeds};

    /// Arrival rate, mean service, mean patience, servers, time; and the share.
    const TABLE: [(f64, f64, f64, u32, f64, f64); 7] = [
        (3.0, 1.0, 2.0, 4, 0.5, 0.820397667072),
        (10.0, 1.0, 1.0, 10, 0.2, 0.671758513238),
        (48.0, 1.0, 2.0, 50, 0.1, 0.738621717938),
        (100.0, 1.0, 2.0, 95, 0.3, 0.854999916966),
        (8.0, 0.5, 0.3, 3, 0.25, 0.559805012122),
        (600.0 / 3600.0, 180.0, 120.0, 30, 20.0, 0.749435751412),
        (2.0, 2.0, 4.0, 4, 1.0, 0.629961643583),
    ];

    /// Computed apart, in Python: the balance equations of the chain of customers, and for each caller who waits the chain of those
    /// ahead and the caller, until it is served or leaves, by uniformisation with 400 states (see the table).
    #[test]
    fn the_shares_by_uniformisation_of_the_chain() {
        for (rate, service, patience, servers, within, share) in TABLE {
            let found = erlang_a_answered_within(rate, service, patience, servers, within);
            assert!((found - share).abs() < 1e-9, "{found} is not {share}");
            let twin = erlang_a_answered_within(1.001 * rate, service, patience, servers, within);
            assert!((twin - share).abs() > 1e-6, "the wrong {twin} passes for {share}");
        }
    }

    #[test]
    fn at_once_and_at_last() {
        for (rate, service, patience, servers) in [(3.0, 1.0, 2.0, 4), (100.0, 1.0, 2.0, 95), (2.0, 1.0, 5.0, 1)] {
            let all = erlang_a(rate, service, patience, servers);
            let within = |time| erlang_a_answered_within(rate, service, patience, servers, time);
            assert!((within(0.0) - (1.0 - all.waits)).abs() < 1e-12, "only who need not wait is served at once");
            assert!((within(1e6) - (1.0 - all.abandons)).abs() < 1e-12, "in the end all others are");
            assert!(within(0.1) < within(0.2));
        }
    }

    /// Patience without end makes it Erlang C. Ten thousand servers: `x^a` is `e^-1100`.
    #[test]
    fn it_stays_within_the_range_of_numbers() {
        let found = erlang_a_answered_within(8.0, 1.0, 1e9, 10, 0.3);
        assert!((found - (1.0 - mmc_wait_exceeds(8.0, 1.0, 10, 0.3))).abs() < 1e-6, "{found}");
        let many = erlang_a_answered_within(60.0, 180.0, 120.0, 10_000, 20.0);
        assert!((0.0..1.0).contains(&many), "{many}");
        let (served, all) = (many, 1.0 - erlang_a(60.0, 180.0, 120.0, 10_000).abandons);
        assert!(served < all && (all - 10_000.0 / 10_800.0).abs() < 1e-3, "{served} of {all}");
        assert_eq!(erlang_a_answered_within(1.0, 1.0, 1.0, 1_000, 0.0), 1.0);
    }

    #[test]
    fn the_fewest_servers_for_a_service_level() {
        for (rate, within, level) in [(100.0 / 1800.0, 20.0, 0.8), (2.0, 5.0, 0.95), (0.01, 0.0, 0.5), (1.0, 60.0, 0.3)]
        {
            let agents = servers_for_answered_within(rate, 180.0, 120.0, within, level);
            let share = |agents| erlang_a_answered_within(rate, 180.0, 120.0, agents, within);
            assert!(share(agents) >= level && (agents == 1 || share(agents - 1) < level), "{rate}: {agents}");
        }
    }
}
