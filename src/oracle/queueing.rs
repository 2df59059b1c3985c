//! Queues: one server, several, with and without patience (abandonment), and loss systems (blocking).
//!
//! Everything is in steady state, with Poisson arrivals of `arrival_rate` and first come, first served. `offered` is the
//! offered load in erlangs: arrival rate times mean service time.
//!
//! Sources: L. Kleinrock, *Queueing Systems* I (1975), chapters 3 and 5; R. B. Cooper, *Introduction to Queueing Theory*
//! (1981), chapter 3, which has Engset's formula too; for Erlang A: O. Garnett, A. Mandelbaum, M. Reiman, "Designing a call center with impatient
//! customers", M&SOM 4 (2002) 208-227; for M/M/c/K: D. Gross, C. M. Harris, *Fundamentals of Queueing Theory* (1998), section 2.5.

/// The mean wait in M/M/1: `rho h / (1 - rho)` with service times of mean `h`; infinite from `rho = 1`.
pub fn mm1_mean_wait(arrival_rate: f64, service_mean: f64) -> f64 {
    mg1_mean_wait(arrival_rate, service_mean, 1.0)
}

/// The mean wait in M/D/1: half that of M/M/1.
pub fn md1_mean_wait(arrival_rate: f64, service_mean: f64) -> f64 {
    mg1_mean_wait(arrival_rate, service_mean, 0.0)
}

/// The mean wait in M/G/1 (Pollaczek and Khinchine): `rho h (1 + cv^2) / (2 (1 - rho))`, where `cv_squared` is the
/// squared coefficient of variation of the service times; infinite from `rho = 1`.
pub fn mg1_mean_wait(arrival_rate: f64, service_mean: f64, cv_squared: f64) -> f64 {
    let load = arrival_rate * service_mean;
    if load >= 1.0 {
        return f64::INFINITY;
    }
    load * service_mean * (1.0 + cv_squared) / (2.0 * (1.0 - load))
}

/// The probability of waiting longer than `wait` in M/M/1: `rho exp(-(1 - rho) wait / h)`.
pub fn mm1_wait_exceeds(arrival_rate: f64, service_mean: f64, wait: f64) -> f64 {
    mmc_wait_exceeds(arrival_rate, service_mean, 1, wait)
}

/// The `q` quantile of the wait in M/M/1: zero up to the share `1 - rho` that does not wait, then `h ln(rho / (1 - q)) / (1 -
/// rho)`; infinite from `rho = 1`.
pub fn mm1_wait_quantile(arrival_rate: f64, service_mean: f64, q: f64) -> f64 {
    let load = arrival_rate * service_mean;
    if load >= 1.0 {
        return f64::INFINITY;
    }
    (service_mean * libm::log(load / (1.0 - q)) / (1.0 - load)).max(0.0)
}

/// The share of calls blocked at `servers` lines without a queue (Erlang's loss formula), whatever the distribution of
/// holding times. `B(0) = 1; B(c) = A B(c-1) / (c + A B(c-1))`: the recursion, because the quotient of powers and
/// factorials is beyond the range of numbers from some 170 lines on.
pub fn erlang_b(offered: f64, servers: u32) -> f64 {
    (1..=servers).fold(1.0, |blocked, server| {
        let carried = offered * blocked;
        carried / (f64::from(server) + carried)
    })
}

/// The share of calls blocked at `servers` lines without a queue that come from `sources` callers, of whom each calls at a rate
/// of `offered_idle` divided by the mean holding time while it has no call (Engset's loss formula, call congestion), whatever
/// the distribution of holding times. A call meets what the others leave, so `M = sources - 1`: `B(0) = 1;
/// B(c) = a (M - c + 1) B(c-1) / (c + a (M - c + 1) B(c-1))`. With as many lines as sources no call is blocked.
pub fn engset(sources: u32, offered_idle: f64, servers: u32) -> f64 {
    let others = sources.saturating_sub(1);
    (1..=servers).fold(1.0, |blocked, server| {
        let carried = offered_idle * f64::from(others.saturating_sub(server - 1)) * blocked;
        carried / (f64::from(server) + carried)
    })
}

/// The fewest lines with at most this blocking of so many sources: never more than there are sources.
pub fn engset_servers(sources: u32, offered_idle: f64, blocking: f64) -> u32 {
    let mut blocked = 1.0;
    let others = sources.saturating_sub(1);
    for servers in 0..sources {
        if servers > 0 {
            let carried = offered_idle * f64::from(others.saturating_sub(servers - 1)) * blocked;
            blocked = carried / (f64::from(servers) + carried);
        }
        if blocked <= blocking {
            return servers;
        }
    }
    sources
}

/// The fewest lines with at most this blocking; `None` if more than `most` are needed.
pub fn erlang_b_servers(offered: f64, blocking: f64, most: u32) -> Option<u32> {
    let mut blocked = 1.0;
    for servers in 0..=most {
        if servers > 0 {
            let carried = offered * blocked;
            blocked = carried / (f64::from(servers) + carried);
        }
        if blocked <= blocking {
            return Some(servers);
        }
    }
    None
}

/// The largest offered load, in erlangs, with which `servers` lines have at most the blocking `most`, less than 1. To about 12
/// digits; some 60 times as many steps as there are lines.
pub fn load_for_blocking(servers: u32, most: f64) -> f64 {
    // The carried load is at most the number of lines, so beyond this more than the share is blocked.
    let (mut low, mut high) = (0.0, f64::from(servers) / (1.0 - most));
    while high - low > 1e-12 * high {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if erlang_b(middle, servers) <= most { low = middle } else { high = middle }
    }
    low
}

/// The share of customers that wait in M/M/c (Erlang's delay formula): `B / (1 - (A / c) (1 - B))`; all of them from
/// `A = c`.
pub fn erlang_c(offered: f64, servers: u32) -> f64 {
    let load = offered / f64::from(servers);
    if load >= 1.0 {
        return 1.0;
    }
    let blocked = erlang_b(offered, servers);
    blocked / (1.0 - load * (1.0 - blocked))
}

/// The mean wait of all customers of M/M/c: `C h / (c - A)`; infinite from `A = c`.
pub fn mmc_mean_wait(arrival_rate: f64, service_mean: f64, servers: u32) -> f64 {
    let offered = arrival_rate * service_mean;
    let spare = f64::from(servers) - offered;
    if spare <= 0.0 { f64::INFINITY } else { erlang_c(offered, servers) * service_mean / spare }
}

/// The mean time that a customer spends in a row of M/M/c stations, each given by its mean service and its servers: every one is passed
/// as if it were alone (J. R. Jackson, 1957); infinite if one is overloaded.
pub fn tandem_mean_sojourn(arrival_rate: f64, stations: &[(f64, u32)]) -> f64 {
    let sojourn = |&(mean, servers): &(f64, u32)| mmc_mean_wait(arrival_rate, mean, servers) + mean;
    stations.iter().map(sojourn).sum()
}

/// The mean waits of the customers of each priority, the best first, who come at these rates to `servers` servers; a service is
/// not interrupted (Cobham). `W_k = R / ((1 - s_(k-1)) (1 - s_k))`, where `s_k` is the load of the priorities up to `k` on a
/// server, and `R` the mean time until a customer who finds all busy sees a server free again, times the probability of that:
/// `rho h (1 + cv^2) / 2` for one server, `C h / c` for several, whose service times are exponential (`cv_squared = 1`). Infinite
/// from the priority on at which the load reaches 1.
///
/// A. Cobham, "Priority assignment in waiting line problems", Operations Research 2 (1954) 70-76; for one server any service
/// time, the same for all.
pub fn priority_mean_waits(arrival_rates: &[f64], service_mean: f64, servers: u32, cv_squared: f64) -> Vec<f64> {
    let capacity = f64::from(servers) / service_mean;
    let all: f64 = arrival_rates.iter().sum();
    let remaining = match servers {
        1 => (all / capacity).min(1.0) * service_mean * (1.0 + cv_squared) / 2.0,
        _ => erlang_c(all * service_mean, servers) / capacity,
    };
    let mut before = 0.0;
    let waits = arrival_rates.iter().map(|rate| {
        let (spare_before, upto) = (1.0 - before / capacity, before + rate);
        before = upto;
        let spare = 1.0 - upto / capacity;
        if spare <= 0.0 { f64::INFINITY } else { remaining / (spare_before * spare) }
    });
    waits.collect()
}

/// The probability of waiting longer than `wait` in M/M/c: `C exp(-(c - A) wait / h)`.
pub fn mmc_wait_exceeds(arrival_rate: f64, service_mean: f64, servers: u32, wait: f64) -> f64 {
    let offered = arrival_rate * service_mean;
    let spare = f64::from(servers) - offered;
    if spare <= 0.0 { 1.0 } else { erlang_c(offered, servers) * libm::exp(-spare * wait / service_mean) }
}

/// The fewest servers with which at least a share `level`, less than 1, of the customers of M/M/c wait no longer than `within`
/// (the service level). It is monotone in the number of servers, and found by bisection.
pub fn servers_for_service_level(arrival_rate: f64, service_mean: f64, within: f64, level: f64) -> u32 {
    let fits = |servers: u32| 1.0 - mmc_wait_exceeds(arrival_rate, service_mean, servers, within) >= level;
    fewest((arrival_rate * service_mean) as u32, fits)
}

/// The fewest servers with which at most a share `most`, above zero, of the customers of Erlang A abandon.
pub fn servers_for_abandonment(arrival_rate: f64, service_mean: f64, patience_mean: f64, most: f64) -> u32 {
    // However patient they are, at least the share that the servers cannot serve leaves.
    let least = (arrival_rate * service_mean * (1.0 - most)).floor() as u32;
    fewest(least.saturating_sub(1), |servers| {
        erlang_a(arrival_rate, service_mean, patience_mean, servers).abandons <= most
    })
}

/// About the most callers that wait at once in such a queue, of which [`erlang_a`] adds up the probabilities: those who stay in
/// an overload, and the scatter beyond that, after which nothing is left of them in double precision.
pub fn erlang_a_waiting(arrival_rate: f64, service_mean: f64, patience_mean: f64, servers: f64) -> f64 {
    let overload = (arrival_rate - servers / service_mean).max(0.0) * patience_mean;
    overload + 10.0 * (arrival_rate * patience_mean).sqrt()
}

/// The least number above `none` that fits, if all larger ones fit too.
pub(super) fn fewest(none: u32, fits: impl Fn(u32) -> bool) -> u32 {
    let (mut none, mut step) = (none, 1_u32);
    while !fits(none.saturating_add(step)) {
        (none, step) = (none.saturating_add(step), step.saturating_mul(2));
    }
    let mut enough = none.saturating_add(step);
    while enough - none > 1 {
        let middle = none + (enough - none) / 2;
        if fits(middle) { enough = middle } else { none = middle }
    }
    enough
}

/// M/M/c/K in steady state: `servers`, and room for `capacity` customers in all, including those in service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mmck {
    /// The blocking: the share of customers that find it full and are lost.
    pub blocked: f64,
    /// The mean number of customers present.
    pub present: f64,
    /// The mean number of customers that wait.
    pub queue: f64,
    /// The mean sojourn time of the customers that are admitted.
    pub mean_stay: f64,
    /// Their mean wait.
    pub mean_wait: f64,
}

/// M/M/c/K; `capacity` is at least `servers`, and both at least 1. Any load has a steady state.
///
/// A birth and death process: beyond `c` customers each state is `A / c` times as likely as the one before, up to `K`;
/// below it the states add up to `1 / B(c)` of the state `c`. Summed relative to the likelier end of the queue, so that
/// nothing leaves the range of numbers. One step per place.
pub fn mmck(arrival_rate: f64, service_mean: f64, servers: u32, capacity: u32) -> Mmck {
    let offered = arrival_rate * service_mean;
    let ratio = offered / f64::from(servers);
    let places = capacity - servers;
    let busy_or_less = 1.0 / erlang_b(offered, servers);
    let (mut all, mut queue, mut full) = (busy_or_less, 0.0, 1.0);
    if ratio <= 1.0 {
        for waiting in 1..=places {
            full *= ratio;
            all += full;
            queue += f64::from(waiting) * full;
        }
    } else {
        let mut relative = 1.0;
        all = 0.0;
        for waiting in (1..=places).rev() {
            all += relative;
            queue += f64::from(waiting) * relative;
            relative /= ratio;
        }
        all += relative * busy_or_less;
    }
    let (blocked, queue) = (full / all, queue / all);
    let admitted = arrival_rate * (1.0 - blocked);
    let mean_wait = queue / admitted;
    Mmck { blocked, present: queue + admitted * service_mean, queue, mean_stay: mean_wait + service_mean, mean_wait }
}

/// M/M/c with impatient customers (Erlang A, M/M/c+M) in steady state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErlangA {
    /// The share of customers that find every server busy.
    pub waits: f64,
    /// The share of customers that abandon.
    pub abandons: f64,
    /// The mean number of customers in the queue.
    pub queue: f64,
    /// The mean wait of all customers, until they are served or abandon.
    pub mean_wait: f64,
}

/// Erlang A with exponential service times and exponential patience of these means. A customer in service does not leave.
///
/// The number of customers is a birth and death process: with `j` present, arrivals have the rate `lambda`, and departures the
/// rate `min(j, c) / h + max(j - c, 0) / patience`. Its stationary probabilities are summed outwards from the state
/// `c`, relative to it and scaled down where they would leave the range of numbers. Then `P(wait) = P(j >= c)`, since Poisson
/// arrivals see time averages; `P(abandon) = Lq / (patience lambda)`; and by Little's law the mean wait is
/// `Lq / lambda`. It takes a step for each customer that may be in the queue: under overload, as many as arrive in the
/// time of their patience.
pub fn erlang_a(arrival_rate: f64, service_mean: f64, patience_mean: f64, servers: u32) -> ErlangA {
    let mut below = states_below(arrival_rate, service_mean, servers);
    let (mut from_all_busy, mut queue, mut relative, mut waiting) = (1.0, 0.0, 1.0, 0.0);
    let all_busy_rate = f64::from(servers) / service_mean;
    // The terms rise as long as arrivals outpace departures and then fall faster than any power.
    while relative * (waiting + 1.0) > from_all_busy * 1e-18 || arrival_rate > all_busy_rate + waiting / patience_mean {
        waiting += 1.0;
        relative *= arrival_rate / (all_busy_rate + waiting / patience_mean);
        from_all_busy += relative;
        queue += waiting * relative;
        if relative > 1e200 {
            for sum in [&mut below, &mut from_all_busy, &mut queue, &mut relative] {
                *sum *= 1e-200;
            }
        }
    }
    let queue = queue / (below + from_all_busy);
    ErlangA {
        waits: from_all_busy / (below + from_all_busy),
        abandons: queue / (patience_mean * arrival_rate),
        queue,
        mean_wait: queue / arrival_rate,
    }
}

/// The probability that fewer customers than servers are present, relative to that of as many as servers.
pub(super) fn states_below(arrival_rate: f64, service_mean: f64, servers: u32) -> f64 {
    let (mut below, mut relative) = (0.0, 1.0);
    for customers in (1..=servers).rev() {
        relative *= f64::from(customers) / (arrival_rate * service_mean);
        below += relative;
    }
    below
}

/// The fewest servers that are busy for at most a share `most`, above zero, of their time with this load, in erlangs.
pub fn servers_for_occupancy(offered: f64, most: f64) -> u32 {
    whole_above(offered / most)
}

/// How many people have to be on the roster for so many to be there, if each is absent for a share `shrinkage`, less than 1, of the
/// time: breaks, training, holidays.
pub fn rostered(present: u32, shrinkage: f64) -> u32 {
    whole_above(f64::from(present) / (1.0 - shrinkage))
}

/// Rounded up, but for what a division of decimal fractions leaves: 7 / 0.7 is 10.
fn whole_above(number: f64) -> u32 {
    (number * (1.0 - 1e-12)).ceil() as u32
}

/// The probability of exactly `count` customers in M/G/infinity, whatever the distribution of stays: Poisson with mean
/// `offered`, `A^n e^-A / n!`, through the logarithm.
pub fn poisson_exactly(offered: f64, count: u32) -> f64 {
    if offered <= 0.0 {
        return if count == 0 { 1.0 } else { 0.0 };
    }
    let count = f64::from(count);
    libm::exp(count * libm::log(offered) - offered - libm::lgamma(count + 1.0))
}

/// The probability of at most `count` customers in M/G/infinity.
pub fn poisson_at_most(offered: f64, count: u32) -> f64 {
    (0..=count).map(|count| poisson_exactly(offered, count)).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equal in all the digits that are given: half a unit of the last one.
    #[track_caller]
    fn anchored(found: f64, digits: &str) {
        let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        assert_eq!(format!("{found:.decimals$}"), digits);
    }

    #[test]
    fn erlang_b_at_the_published_points() {
        for (offered, lines, blocked) in [
            (1.0, 1, "0.500000000"),
            (3.0, 5, "0.110054348"),
            (5.0, 10, "0.018384570"),
            (10.0, 15, "0.036496945"),
            (50.0, 60, "0.021668473"),
            (100.0, 117, "0.009790071"),
            (200.0, 220, "0.011041624"),
        ] {
            anchored(erlang_b(offered, lines), blocked);
        }
        assert_eq!(erlang_b(3.0, 0), 1.0);
    }

    #[test]
    fn erlang_c_at_the_published_points() {
        for (offered, servers, waits) in [
            (0.5, 1, "0.500000000"),
            (1.5, 2, "0.642857143"),
            (8.0, 10, "0.409180151"),
            (10.0, 14, "0.174131934"),
            (123.0, 132, "0.321116179"),
            (12345.0, 12421, "0.381225015"),
        ] {
            anchored(erlang_c(offered, servers), waits);
        }
        for (offered, servers, wait) in
            [(0.5, 1, "1.000000000"), (1.5, 2, "1.285714286"), (8.0, 10, "0.204590075"), (10.0, 14, "0.043532983")]
        {
            anchored(mmc_mean_wait(offered, 1.0, servers), wait);
        }
        assert_eq!(erlang_c(2.0, 2), 1.0);
        assert_eq!(mmc_mean_wait(3.0, 1.0, 2), f64::INFINITY);
        // Rates of 1 and 0.8: 1 / 0.5 and 1 / 0.3.
        anchored(tandem_mean_sojourn(0.5, &[(1.0, 1), (1.25, 1)]), "5.333333");
        assert_eq!(tandem_mean_sojourn(0.9, &[(1.0, 1), (1.25, 1)]), f64::INFINITY);
        assert_eq!(mmc_wait_exceeds(3.0, 1.0, 2, 9.0), 1.0);
    }

    /// The cases that other tools print: pyworkforce and CRAN's ErlangC (100 calls in 30 minutes of 180 s, 14 agents),
    /// call-center-tools (1000 calls an hour of 120 s, 40 agents; service level 0.7339 at 123 erlangs, 130 agents).
    #[test]
    fn erlang_c_as_other_tools_have_it() {
        let rate = 100.0 / 1800.0;
        anchored(erlang_c(rate * 180.0, 14), "0.1741319");
        anchored(1.0 - mmc_wait_exceeds(rate, 180.0, 14, 20.0), "0.88835");
        anchored(mmc_mean_wait(rate, 180.0, 14), "7.83594");
        let rate = 1000.0 / 3600.0;
        anchored(erlang_c(rate * 120.0, 40) * 100.0, "19.07");
        anchored(100.0 - 100.0 * mmc_wait_exceeds(rate, 120.0, 40, 20.0), "93.72");
        anchored(mmc_mean_wait(rate, 120.0, 40), "3.43");
        anchored(erlang_c(123.0, 130), "0.4244");
        anchored(1.0 - mmc_wait_exceeds(123.0 / 300.0, 300.0, 130, 20.0), "0.7339");
    }

    /// By the states: with `k` lines in use the other `M - k + 1` phones call, so of 4 phones on 2 lines, each with as much to do as
    /// to wait, 12 of 28 calls are blocked. With very many phones it is Erlang B.
    #[test]
    fn engset_by_hand_and_at_its_limits() {
        anchored(engset(3, 0.5, 1), "0.500000000");
        anchored(engset(4, 1.0, 2), "0.428571429");
        assert_eq!(engset(4, 1.0, 4), 0.0);
        assert_eq!(engset(1, 9.0, 1), 0.0);
        for most in [0.5, 0.1, 0.01] {
            let enough = engset_servers(24, 0.4, most);
            assert!(engset(24, 0.4, enough) <= most && engset(24, 0.4, enough - 1) > most, "{most}: {enough}");
        }
        assert_eq!(engset_servers(3, 9.0, 0.0), 3);
        let many = 10_000_000;
        assert!((engset(many, 8.0 / f64::from(many), 10) / erlang_b(8.0, 10) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn the_fewest_lines_for_a_blocking() {
        for offered in [0.1, 6.5, 100.0, 1800.0] {
            let enough = erlang_b_servers(offered, 0.01, 10_000).expect("enough lines");
            assert!(erlang_b(offered, enough) <= 0.01 && erlang_b(offered, enough - 1) > 0.01, "{offered}: {enough}");
        }
        assert_eq!(erlang_b_servers(100.0, 0.01, 116), None);
        assert_eq!(erlang_b_servers(0.0, 0.01, 10), Some(1));
    }

    #[test]
    fn one_server_by_pollaczek_and_khinchine() {
        for (cv_squared, wait) in
            [(0.0, "2.000000000"), (0.5, "3.000000000"), (1.0, "4.000000000"), (4.0, "10.000000000")]
        {
            anchored(mg1_mean_wait(0.8, 1.0, cv_squared), wait);
        }
        anchored(mm1_mean_wait(0.8, 1.0), "4.000000000");
        anchored(md1_mean_wait(0.8, 1.0), "2.000000000");
        anchored(mm1_mean_wait(160.0, 0.005), "0.020000000");
        anchored(mmc_mean_wait(0.8, 1.0, 1), "4.000000000");
        assert_eq!(mm1_mean_wait(1.0, 1.0), f64::INFINITY);
    }

    #[test]
    fn a_quantile_is_the_wait_that_the_rest_exceeds() {
        for q in [0.5, 0.9, 0.99, 0.999] {
            let wait = mm1_wait_quantile(0.8, 1.0, q);
            assert!((mm1_wait_exceeds(0.8, 1.0, wait) - (1.0 - q)).abs() < 1e-12, "{q}");
        }
        assert_eq!(mm1_wait_quantile(0.8, 1.0, 0.1), 0.0);
        assert_eq!(mm1_wait_quantile(1.0, 1.0, 0.5), f64::INFINITY);
    }

    #[test]
    fn priorities_at_the_published_points() {
        let waits = priority_mean_waits(&[0.3, 0.4], 1.0, 1, 1.0);
        anchored(waits[0], "1.000000000");
        anchored(waits[1], "3.333333333");
        let waits = priority_mean_waits(&[0.3, 0.4], 1.0, 1, 0.0);
        anchored(waits[0], "0.500000000");
        anchored(waits[1], "1.666666667");
    }

    /// Kleinrock's conservation law: whatever the priorities, the waits weighted with the loads are those of M/M/c.
    #[test]
    fn priorities_only_change_who_waits() {
        for (servers, rates) in [(1, vec![0.2, 0.3, 0.1]), (4, vec![1.0, 0.5, 1.5]), (20, vec![15.0, 4.0])] {
            let waits = priority_mean_waits(&rates, 1.0, servers, 1.0);
            let all: f64 = rates.iter().sum();
            let weighted: f64 = rates.iter().zip(&waits).map(|(rate, wait)| rate * wait / all).sum();
            let without = mmc_mean_wait(all, 1.0, servers);
            assert!((weighted / without - 1.0).abs() < 1e-12, "{weighted} is not {without}");
            assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
        }
        // The better priority has a steady state although not all have.
        let waits = priority_mean_waits(&[0.5, 0.6], 1.0, 1, 1.0);
        assert!((waits[0] - 2.0).abs() < 1e-12 && waits[1] == f64::INFINITY, "{waits:?}");
    }

    #[test]
    fn erlang_a_at_the_published_points() {
        for (rate, service_rate, leaving_rate, servers, waits, abandons, queue, wait) in [
            (10.0, 1.0, 1.0, 10, "0.542070286", "0.125110036", "1.251100357", "0.125110036"),
            (10.0, 1.0, 0.5, 10, "0.619655231", "0.103913212", "2.078264247", "0.207826425"),
            (48.0, 1.0, 0.5, 50, "0.467774069", "0.030912249", "2.967575920", "0.061824498"),
            (100.0, 1.0, 0.5, 95, "0.807124377", "0.062710846", "12.542169200", "0.125421692"),
        ] {
            let found = erlang_a(rate, 1.0 / service_rate, 1.0 / leaving_rate, servers);
            anchored(found.waits, waits);
            anchored(found.abandons, abandons);
            anchored(found.queue, queue);
            anchored(found.mean_wait, wait);
        }
    }

    #[test]
    fn a_finite_queue_at_the_published_points() {
        for (rate, service_rate, servers, capacity, found) in [
            (0.9, 1.0, 1, 5, ["0.126022550", "2.194782301", "1.408202596", "2.790285952", "1.790285952"]),
            (1.2, 1.0, 1, 10, ["0.192586495", "6.710708678", "5.741812473", "6.926137844", "5.926137844"]),
            (8.0, 1.0, 10, 12, ["0.066255629", "7.685285760", "0.215330795", "1.028826251", "0.028826251"]),
            (12.0, 1.0, 10, 20, ["0.179665916", "16.104497935", "6.260488923", "1.635969442", "0.635969442"]),
            (8.0, 4.0, 5, 12, ["0.00005869125", "2.039346065", "0.039463447", "0.254933220", "0.004933220"]),
        ] {
            let it = mmck(rate, 1.0 / service_rate, servers, capacity);
            for (value, digits) in [it.blocked, it.present, it.queue, it.mean_stay, it.mean_wait].into_iter().zip(found)
            {
                anchored(value, digits);
            }
        }
    }

    /// The stationary probabilities of a chain with given rates up and down, by solving its balance equations directly: Gauss
    /// with pivots on a matrix without any queueing theory.
    fn brute_force(up: impl Fn(usize) -> f64, down: impl Fn(usize) -> f64, states: usize) -> Vec<f64> {
        let mut rows = vec![vec![0.0; states + 1]; states];
        for state in 0..states {
            if state + 1 < states {
                rows[state][state] -= up(state);
                rows[state + 1][state] += up(state);
            }
            if state > 0 {
                rows[state][state] -= down(state);
                rows[state - 1][state] += down(state);
            }
        }
        // One of the equations follows from the others; instead of it, all add up to 1.
        rows[states - 1] = vec![1.0; states + 1];
        for column in 0..states {
            let pivot = (column..states).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()));
            rows.swap(column, pivot.expect("a row is left"));
            let pivot = rows[column].clone();
            for (_, cells) in rows.iter_mut().enumerate().filter(|(row, _)| *row != column) {
                let factor = cells[column] / pivot[column];
                cells.iter_mut().zip(&pivot).for_each(|(cell, pivot)| *cell -= factor * pivot);
            }
        }
        (0..states).map(|state| rows[state][states] / rows[state][state]).collect()
    }

    /// Agrees to 9 digits, and not with what is 1 % off.
    #[track_caller]
    fn agrees(found: f64, brute_force: f64, twin: f64) {
        let close = |value: f64| (value - brute_force).abs() <= 1e-9 * brute_force;
        assert!(close(found), "{found} is not {brute_force}");
        assert!(!close(twin), "the wrong {twin} passes for {brute_force}");
    }

    #[test]
    fn a_finite_queue_is_its_markov_chain() {
        for (rate, service, servers, capacity) in
            [(0.9, 1.0, 1, 1), (3.0, 2.0, 4, 4), (3.0, 2.0, 4, 19), (30.0, 0.5, 7, 40), (2.0, 1.0, 3, 12)]
        {
            let up = |_| rate;
            let down = |state: usize| state.min(servers as usize) as f64 / service;
            let chain = brute_force(up, down, capacity as usize + 1);
            let (found, twin) = (mmck(rate, service, servers, capacity), mmck(1.01 * rate, service, servers, capacity));
            agrees(found.blocked, chain[capacity as usize], twin.blocked);
            let present: f64 = chain.iter().enumerate().map(|(state, p)| state as f64 * p).sum();
            agrees(found.present, present, twin.present);
            let waiting = |(state, p): (usize, &f64)| state.saturating_sub(servers as usize) as f64 * p;
            let queue: f64 = chain.iter().enumerate().map(waiting).sum();
            assert!((found.queue - queue).abs() < 1e-9, "{} is not {queue}", found.queue);
            assert!((found.mean_stay * rate * (1.0 - found.blocked) - present).abs() < 1e-9, "Little's law");
        }
        assert_eq!(mmck(3.0, 1.0, 5, 5).blocked, erlang_b(3.0, 5));
        assert!((mmck(8.0, 1.0, 10, 1000).mean_wait - mmc_mean_wait(8.0, 1.0, 10)).abs() < 1e-12);
        assert!(
            (mmck(1e6, 1.0, 10, 1_000_000).blocked - (1.0 - 1e-5)).abs() < 1e-12,
            "heavy overload stays within range"
        );
    }

    #[test]
    fn erlang_a_is_its_markov_chain() {
        for (rate, service, patience, servers) in [(3.0, 1.0, 2.0, 4), (8.0, 0.5, 0.3, 3), (2.0, 1.0, 5.0, 1)] {
            let up = |_| rate;
            let down = |state: usize| {
                state.min(servers as usize) as f64 / service + state.saturating_sub(servers as usize) as f64 / patience
            };
            let chain = brute_force(up, down, 120);
            let (found, twin) =
                (erlang_a(rate, service, patience, servers), erlang_a(1.01 * rate, service, patience, servers));
            agrees(found.waits, chain[servers as usize..].iter().sum(), twin.waits);
            let waiting = |(state, p): (usize, &f64)| state.saturating_sub(servers as usize) as f64 * p;
            agrees(found.queue, chain.iter().enumerate().map(waiting).sum(), twin.queue);
        }
    }

    /// 8.5 erlangs at 85 % are 10 people, 8.6 are 11; 7 at 30 % shrinkage are 10, 8 are 11.43, so 12.
    #[test]
    fn people_for_an_occupancy_and_for_a_roster() {
        assert_eq!([8.5, 8.6, 0.1].map(|offered| servers_for_occupancy(offered, 0.85)), [10, 11, 1]);
        assert_eq!([7, 8, 14].map(|present| rostered(present, 0.3)), [10, 12, 20]);
        assert_eq!((rostered(10, 1.0 / 3.0), rostered(1, 0.99)), (15, 100));
    }

    /// The result fits, and one less does not.
    #[test]
    fn the_inverse_functions() {
        for (offered, most) in [(12.5, 0.01), (0.3, 0.05), (200.0, 0.001), (5.0, 0.9)] {
            let lines = erlang_b_servers(offered, most, 1000).expect("that is enough");
            assert!(erlang_b(offered, lines) <= most && erlang_b(offered, lines - 1) > most, "{offered}, {most}");
            let load = load_for_blocking(lines, most);
            assert!(offered <= load && erlang_b(load, lines) <= most && erlang_b(1.0001 * load, lines) > most);
        }
        assert_eq!(erlang_b_servers(100.0, 0.01, 116), None);
        assert_eq!(erlang_b_servers(100.0, 0.01, 117), Some(117));
        let rate = 100.0 / 1800.0;
        assert_eq!(servers_for_service_level(rate, 180.0, 20.0, 0.8), 14, "as pyworkforce has it");
        for (rate, within, level) in [(0.01, 0.0, 0.99), (5.0, 60.0, 0.5), (100.0, 20.0, 0.999)] {
            let agents = servers_for_service_level(rate, 180.0, within, level);
            let served = |agents| 1.0 - mmc_wait_exceeds(rate, 180.0, agents, within);
            assert!(served(agents) >= level && served(agents - 1) < level, "{rate}: {agents}");
        }
        for (rate, most) in [(10.0, 0.02), (10.0, 0.3), (0.1, 0.5)] {
            let agents = servers_for_abandonment(rate, 1.0, 2.0, most);
            let lost = |agents| erlang_a(rate, 1.0, 2.0, agents).abandons;
            assert!(lost(agents) <= most && (agents == 1 || lost(agents - 1) > most), "{rate}: {agents}");
        }
    }

    /// Patience without end makes it Erlang C; no patience at all Erlang B. Heavy overload stays within range.
    #[test]
    fn erlang_a_lies_between_erlang_c_and_erlang_b() {
        assert!((erlang_a(8.0, 1.0, 1e9, 10).waits - erlang_c(8.0, 10)).abs() < 1e-6);
        assert!((erlang_a(8.0, 1.0, 1e-9, 10).abandons - erlang_b(8.0, 10)).abs() < 1e-6);
        let overload = erlang_a(1000.0, 1.0, 100.0, 10);
        assert!((overload.abandons - 0.99).abs() < 1e-9, "{overload:?}");
    }

    #[test]
    fn an_infinite_server_queue_is_poisson() {
        anchored(poisson_exactly(5.0, 0), "0.006737947");
        anchored(poisson_exactly(5.0, 5), "0.175467370");
        anchored(poisson_at_most(5.0, 5), "0.615960655");
        anchored(poisson_at_most(400.0, 600), "1.000000000");
        assert_eq!(poisson_exactly(0.0, 0), 1.0);
        assert_eq!(poisson_at_most(0.0, 3), 1.0);
    }
}
