//! Queues: waiting for one server, for several, with and without patience, and not waiting at all.
//!
//! Everything is in steady state, with Poisson arrivals of `arrival_rate` and first come, first served. `offered` is the
//! offered load in erlangs: arrival rate times mean service time.
//!
//! Sources: L. Kleinrock, *Queueing Systems* I (1975), chapters 3 and 5; R. B. Cooper, *Introduction to Queueing Theory*
//! (1981), chapter 3; for Erlang A: O. Garnett, A. Mandelbaum, M. Reiman, "Designing a call center with impatient
//! customers", M&SOM 4 (2002) 208-227.

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

/// The wait that a share `q` of customers of M/M/1 does not exceed: zero up to the share `1 - rho` that waits not at
/// all, then `h ln(rho / (1 - q)) / (1 - rho)`; infinite from `rho = 1`.
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

/// How many lines it takes for no more than this share of calls to be blocked; `None`: more than `most`.
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

/// The probability of waiting longer than `wait` in M/M/c: `C exp(-(c - A) wait / h)`.
pub fn mmc_wait_exceeds(arrival_rate: f64, service_mean: f64, servers: u32, wait: f64) -> f64 {
    let offered = arrival_rate * service_mean;
    let spare = f64::from(servers) - offered;
    if spare <= 0.0 { 1.0 } else { erlang_c(offered, servers) * libm::exp(-spare * wait / service_mean) }
}

/// What M/M/c with impatient customers (Erlang A, M/M/c+M) does in steady state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErlangA {
    /// The share of customers that find every server busy.
    pub waits: f64,
    /// The share of customers that leave the queue unserved.
    pub abandons: f64,
    /// The mean number of customers in the queue.
    pub queue: f64,
    /// The mean wait of all customers: of those that are served, and of those that leave until they leave.
    pub mean_wait: f64,
}

/// Erlang A with exponential service times and exponential patience of these means. Who is being served does not leave.
///
/// The number of customers is a birth and death process: with `j` there, one comes at rate `lambda`, and one goes at
/// rate `min(j, c) / h + max(j - c, 0) / patience`. Its stationary probabilities are summed outwards from the state
/// `c`, relative to it and scaled down where they would leave the range of numbers. Then `P(wait) = P(j >= c)`, since Poisson
/// arrivals see time averages; `P(abandon) = Lq / (patience lambda)`; and by Little's law the mean wait is
/// `Lq / lambda`. It takes a step for each customer that may be in the queue: under overload, as many as arrive in the
/// time of their patience.
pub fn erlang_a(arrival_rate: f64, service_mean: f64, patience_mean: f64, servers: u32) -> ErlangA {
    let (mut below, mut relative) = (0.0, 1.0);
    for customers in (1..=servers).rev() {
        relative *= f64::from(customers) / (arrival_rate * service_mean);
        below += relative;
    }
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

    #[test]
    fn enough_lines_are_the_fewest_that_block_no_more_than_that() {
        for offered in [0.1, 6.5, 100.0, 1800.0] {
            let enough = erlang_b_servers(offered, 0.01, 10_000).expect("there are so many");
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

    /// Patience without end makes it Erlang C; no patience at all Erlang B. Heavy overload stays within range.
    #[test]
    fn erlang_a_lies_between_erlang_c_and_erlang_b() {
        assert!((erlang_a(8.0, 1.0, 1e9, 10).waits - erlang_c(8.0, 10)).abs() < 1e-6);
        assert!((erlang_a(8.0, 1.0, 1e-9, 10).abandons - erlang_b(8.0, 10)).abs() < 1e-6);
        let overload = erlang_a(1000.0, 1.0, 100.0, 10);
        assert!((overload.abandons - 0.99).abs() < 1e-9, "{overload:?}");
    }

    #[test]
    fn a_crowd_without_a_limit_is_poisson() {
        anchored(poisson_exactly(5.0, 0), "0.006737947");
        anchored(poisson_exactly(5.0, 5), "0.175467370");
        anchored(poisson_at_most(5.0, 5), "0.615960655");
        anchored(poisson_at_most(400.0, 600), "1.000000000");
        assert_eq!(poisson_exactly(0.0, 0), 1.0);
        assert_eq!(poisson_at_most(0.0, 3), 1.0);
    }
}
