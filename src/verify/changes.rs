//! Changes of calls: conference bridges are lines, and what people do beside talking is a load that can be worked out by hand.

use crate::domain::PhoneGroupId;
use crate::engine::Time;
use crate::facts::{Fact, PoolId, Recorder};
use crate::oracle;

use super::comparison::{Cell, Comparison, free, watch};

const REPLICATIONS: u64 = 40;

/// The conferences that were asked for, and those that found no room.
#[derive(Default)]
struct Conferences {
    warm_up: Time,
    taken: u64,
    blocked: u64,
}

impl Recorder for Conferences {
    fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::BridgeTaken { .. } if now >= self.warm_up => self.taken += 1,
            Fact::ConferenceBlocked { .. } if now >= self.warm_up => self.blocked += 1,
            _ => {}
        }
    }
}

/// Conferences begin at the ends of talks at plenty of phones, which are a Poisson process of one a second, and last for 3 s, of
/// which the third party takes 1 s to answer: Erlang B, whatever the distribution.
pub(super) fn bridges() -> Vec<Comparison> {
    const ROOM: u32 = 5;
    let with = |distribution: &str, lasts: &str| {
        let name = format!("Erlang B (3, {ROOM}), conferences, {distribution}");
        let workload = free(&format!(
            r#"
            run = {{ length = "16h", warm_up = "2m" }}
            [[node]]
            name = "sub1"
            [[phone]]
            name = "agents"
            count = 40
            device_pool = "main"
            answer = "0s"
            conference = {{ share = 1, with = "experts", bridge = "bridge", lasts = {lasts} }}
            [[phone]]
            name = "experts"
            count = 10
            device_pool = "main"
            answer = "1s"
            [[conference_bridge]]
            name = "bridge"
            node = "sub1"
            conferences = {ROOM}
            [[traffic]]
            name = "callers"
            to = "agents"
            talk = {{ exponential = "2s" }}
            arrivals = {{ poisson = "1/s" }}
            "#
        ));
        let watch = watch(
            |plan| Conferences { warm_up: plan.window().warm_up, ..Conferences::default() },
            |_, it| Ok(vec![it.blocked as f64 / (it.blocked + it.taken) as f64]),
        );
        let (expected, twin) = (oracle::erlang_b(3.0, ROOM), oracle::erlang_b(1.05 * 3.0, ROOM));
        let cells = vec![Cell { name: format!("{name}: blocked"), expected, twin, precision: 0.016 }];
        Comparison { name, workload, replications: REPLICATIONS, cells, watch }
    };
    vec![with("exponential", r#"{ exponential = "2s" }"#), with("fixed", r#""2s""#)]
}

/// How many phones of each of two groups are in use, added up over time.
struct InUse {
    warm_up: Time,
    last: Time,
    now: [u64; 2],
    sums: [u128; 2],
}

impl InUse {
    fn step(&mut self, now: Time, phones: PhoneGroupId, up: bool) {
        self.advance(now);
        let reading = &mut self.now[phones.index()];
        *reading = if up { *reading + 1 } else { *reading - 1 };
    }

    fn advance(&mut self, now: Time) {
        let since = self.last.max(self.warm_up);
        if now > since {
            for (sum, reading) in self.sums.iter_mut().zip(self.now) {
                *sum += u128::from(reading) * u128::from(now.since(since).nanos());
            }
        }
        self.last = now;
    }
}

impl Recorder for InUse {
    fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::Seized { pool: PoolId::Phones(phones), .. } => self.step(now, phones, true),
            Fact::Freed { pool: PoolId::Phones(phones), .. } | Fact::LetGo { phones, .. } => {
                self.step(now, phones, false)
            }
            _ => {}
        }
    }
}

/// One call a second at plenty of phones. An agent is busy for 1 s of ringing, 4 s of talk, half of a hold of 2 s, and a quarter
/// of the 1 s in which an expert answers and the 3 s in which the two talk: 7 erlangs. An expert is busy for these 4 s and for
/// the talk of 4 s with the caller: a quarter of 8 s, 2 erlangs.
pub(super) fn people() -> Vec<Comparison> {
    let name = "Agents and experts".to_owned();
    let workload = free(
        r#"
        run = { length = "8h", warm_up = "2m" }
        [[node]]
        name = "sub1"
        [[phone]]
        name = "agents"
        count = 60
        device_pool = "main"
        answer = { exponential = "1s" }
        hold = { share = "50%", lasts = { exponential = "2s" } }
        consult = { share = "25%", to = "experts", talk = { lognormal = { mean = "3s", cv = 1.0 } } }
        [[phone]]
        name = "experts"
        count = 30
        device_pool = "main"
        answer = "1s"
        [[traffic]]
        name = "callers"
        to = "agents"
        talk = { exponential = "4s" }
        arrivals = { poisson = "1/s" }
        "#,
    );
    let watch = watch(
        |plan| InUse { warm_up: plan.window().warm_up, last: Time::ZERO, now: [0; 2], sums: [0; 2] },
        |plan, mut it| {
            it.advance(plan.length);
            let measured = plan.length.since(it.warm_up).nanos() as f64;
            Ok(it.sums.map(|sum| sum as f64 / measured).to_vec())
        },
    );
    let cell = |who: &str, erlangs: f64| {
        let name = format!("{name}: {who} in use");
        Cell { name, expected: erlangs, twin: 1.05 * erlangs, precision: 0.016 }
    };
    let cells = vec![cell("agents", 7.0), cell("experts", 2.0)];
    vec![Comparison { name, workload, replications: REPLICATIONS, cells, watch }]
}
