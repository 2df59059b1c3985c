//! People who have work after a call: servers whose service is the talk and that work.

use crate::engine::{Span, Time};
use crate::facts::{Fact, PoolId, Recorder};
use crate::oracle;

use super::comparison::{Cell, Comparison, free, watch};

const REPLICATIONS: u64 = 40;

fn cell(name: String, expected: f64, twin: f64) -> Cell {
    Cell { name, expected, twin, precision: 0.016 }
}

/// What people do, from the end of the warm-up on.
#[derive(Default)]
struct People {
    warm_up: Time,
    now: Time,
    in_use: u64,
    /// Phone-nanoseconds in use.
    used: u128,
    offered: u64,
    refused: u64,
    talks: u64,
    talked: u128,
    taken: u64,
    waited: u128,
    /// Those who waited no longer than this.
    within: Span,
    taken_within: u64,
    hung_up: u64,
}

impl Recorder for People {
    fn note(&mut self, now: Time, fact: Fact) {
        self.used += u128::from(self.in_use) * u128::from((now - self.now.max(self.warm_up).min(now)).nanos());
        self.now = now;
        let measured = now >= self.warm_up;
        match fact {
            Fact::Seized { pool: PoolId::Phones(_), .. } | Fact::WrapUpBegan { .. } => self.in_use += 1,
            Fact::Freed { pool: PoolId::Phones(_), .. } | Fact::WrapUpEnded { .. } => self.in_use -= 1,
            Fact::Offered { .. } if measured => self.offered += 1,
            Fact::Ended { offered, ending: crate::domain::Ending::Refused(_), .. } if offered >= self.warm_up => {
                self.refused += 1;
            }
            Fact::Talked { lasted, cut: false, .. } if measured => {
                self.talks += 1;
                self.talked += u128::from(lasted.nanos());
            }
            Fact::Distributed { waited, .. } if measured => {
                let waited = waited.unwrap_or(Span::ZERO);
                self.taken += 1;
                self.waited += u128::from(waited.nanos());
                self.taken_within += u64::from(waited <= self.within);
            }
            Fact::LeftQueue { hung_up: true, .. } if measured => self.hung_up += 1,
            _ => {}
        }
    }
}

/// Callers for a group of people, who have this work after a call.
struct Group<'a> {
    /// Whether callers wait for people: then ports send them on at once.
    queue: bool,
    people: u32,
    rate: &'a str,
    talk: &'a str,
    wrap_up: &'a str,
    patience: Option<&'a str>,
    hours: u32,
}

impl Group<'_> {
    fn workload(&self) -> String {
        let Group { queue, people, rate, talk, wrap_up, hours, .. } = self;
        let patience = self.patience.map(|patience| format!("patience = {patience}\n")).unwrap_or_default();
        let to = if *queue { "ports" } else { "people" };
        free(&format!(
            r#"
            run = {{ length = "{hours}h", warm_up = "5m" }}
            [[node]]
            name = "sub1"
            [[application]]
            name = "ivr"
            workers = 100
            decide = "0s"
            [[cti_port]]
            name = "ports"
            count = 2000
            device_pool = "main"
            application = "ivr"
            treatment = "0s"
            transfer_to = "people"
            [[phone]]
            name = "people"
            count = {people}
            queue = {queue}
            device_pool = "main"
            answer = "0s"
            wrap_up = {wrap_up}
            [[traffic]]
            name = "callers"
            to = "{to}"
            arrivals = {{ poisson = "{rate}" }}
            talk = {talk}
            {patience}"#
        ))
    }

    fn compared(
        &self,
        name: String,
        within: Span,
        cells: Vec<Cell>,
        values: fn(&People, f64) -> Vec<f64>,
    ) -> Comparison {
        let watch = watch(
            move |plan| People { warm_up: plan.window().warm_up, within, ..People::default() },
            move |plan, mut people| {
                // Until the end of the run.
                people.note(plan.length, Fact::Throttling { node: crate::domain::NodeId(0), refuses: false });
                let phones = plan.length.since(people.warm_up).nanos() as f64 * f64::from(plan.phone_groups[0].count);
                Ok(values(&people, phones))
            },
        );
        Comparison { name, workload: self.workload(), replications: REPLICATIONS, cells, watch }
    }
}

/// Callers who find all people busy, with a call or after one, are refused: Erlang B with the sum of both times, whatever its
/// distribution. The people are busy for the load that is carried, and talk as long as the callers do.
pub(super) fn erlang_b() -> Vec<Comparison> {
    const PEOPLE: u32 = 5;
    let with = |distribution: &str, wrap_up: &str| {
        let name = format!("Erlang B (1 s + 2 s, {PEOPLE}), wrap-up {distribution}");
        let blocked = |wrap_up: f64| oracle::erlang_b(1.0 + wrap_up, PEOPLE);
        let occupancy = |wrap_up: f64| (1.0 + wrap_up) * (1.0 - blocked(wrap_up)) / f64::from(PEOPLE);
        let cells = vec![
            cell(format!("{name}: blocked"), blocked(2.0), blocked(2.1)),
            cell(format!("{name}: occupancy"), occupancy(2.0), occupancy(2.1)),
            cell(format!("{name}: mean talk, s"), 1.0, 1.05),
        ];
        let talk = r#"{ exponential = "1s" }"#;
        let group = Group { queue: false, people: PEOPLE, rate: "1/s", talk, wrap_up, patience: None, hours: 16 };
        group.compared(name, Span::ZERO, cells, |people, phones| {
            vec![
                people.refused as f64 / people.offered as f64,
                people.used as f64 / phones,
                people.talked as f64 * 1e-9 / people.talks as f64,
            ]
        })
    };
    vec![
        with("exponential", r#"{ exponential = "2s" }"#),
        with("lognormal, cv 2", r#"{ lognormal = { mean = "2s", cv = 2.0 } }"#),
    ]
}

/// Callers who wait for people: exact where the sum of talk and work is exponential, because the talk takes no time, or where there
/// is one person (Pollaczek and Khinchine).
pub(super) fn waits() -> Vec<Comparison> {
    let values = |people: &People, phones: f64| {
        vec![people.waited as f64 * 1e-9 / people.taken as f64, people.used as f64 / phones]
    };
    let cells = |name: &str, wait: &dyn Fn(f64) -> f64, occupancy: &dyn Fn(f64) -> f64, mean: f64| {
        let wait = Cell { precision: 0.03, ..cell(format!("{name}: mean wait, s"), wait(mean), wait(1.05 * mean)) };
        vec![wait, cell(format!("{name}: occupancy"), occupancy(mean), occupancy(1.05 * mean))]
    };
    let erlang_c =
        {
            let name = "Erlang C (0.9/s, 3 s of wrap-up, 4)".to_owned();
            let wait = |mean: f64| oracle::mmc_mean_wait(0.9, mean, 4);
            let cells = cells(&name, &wait, &|mean| 0.9 * mean / 4.0, 3.0);
            let wrap_up = r#"{ exponential = "3s" }"#;
            Group { queue: true, people: 4, rate: "0.9/s", talk: "\"0s\"", wrap_up, patience: None, hours: 30 }
                .compared(name, Span::ZERO, cells, values)
        };
    let one_person =
        {
            let name = "M/G/1 (0.35/s, 1 s of talk, 1 s of wrap-up)".to_owned();
            // The variance is that of the talk.
            let wait = |wrap_up: f64| {
                let mean = 1.0 + wrap_up;
                oracle::mg1_mean_wait(0.35, mean, 1.0 / (mean * mean))
            };
            let cells = cells(&name, &wait, &|wrap_up| 0.35 * (1.0 + wrap_up), 1.0);
            let talk = r#"{ exponential = "1s" }"#;
            Group { queue: true, people: 1, rate: "0.35/s", talk, wrap_up: "\"1s\"", patience: None, hours: 30 }
                .compared(name, Span::ZERO, cells, values)
        };
    vec![erlang_c, one_person]
}

/// Callers who hang up: how many are answered in time, of all and of those who are answered.
pub(super) fn erlang_a() -> Vec<Comparison> {
    const WITHIN: u64 = 1;
    let name = "Erlang A (2/s, 2 s of wrap-up, patience 4 s, 4)".to_owned();
    let found = |mean: f64| {
        let within = oracle::erlang_a_answered_within(2.0, mean, 4.0, 4, WITHIN as f64);
        let abandons = oracle::erlang_a(2.0, mean, 4.0, 4).abandons;
        [within, within / (1.0 - abandons)]
    };
    let (expected, twin) = (found(2.0), found(2.1));
    let names = ["answered within 1 s, of all", "answered within 1 s, of the answered"];
    let cells = names.into_iter().zip(expected.into_iter().zip(twin));
    let cells = cells.map(|(what, (expected, twin))| cell(format!("{name}: {what}"), expected, twin)).collect();
    let wrap_up = r#"{ exponential = "2s" }"#;
    let patience = Some(r#"{ exponential = "4s" }"#);
    let group = Group { queue: true, people: 4, rate: "2/s", talk: "\"0s\"", wrap_up, patience, hours: 10 };
    vec![group.compared(name, Span::from_secs(WITHIN), cells, |people, _| {
        let within = people.taken_within as f64;
        vec![within / (people.taken + people.hung_up) as f64, within / people.taken as f64]
    })]
}
