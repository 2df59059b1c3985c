//! How many people for 4,200 calls an hour? A planner's question, calculated independently: an event simulation of its own, which
//! knows nothing of CallManager and CTI, and shares no line and no random number with the engine.
//!
//! 4,200 calls an hour (Poisson) reach 140 ports; a call that finds all of them busy is lost. A menu takes 95 s on
//! average (Erlang, three phases). Then 35 % ask for a person, and the others leave. Whoever finds nobody free waits
//! at the port, first come first served, for 2 min at most on average (Weibull, shape 1.3). The phone of a person
//! rings for 4 s, and the port is free once somebody takes the call; the talk takes 250 s on average (lognormal, c.v.
//! 1.2). Patience counts until the phone is answered. In time is who talks within 20 s of asking; who gives up is
//! not.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const CALLS_AN_HOUR: f64 = 4200.0;
const PORTS: u32 = 140;
const MENU: f64 = 95.0;
const TO_PEOPLE: f64 = 0.35;
const PATIENCE: f64 = 120.0;
const SHAPE: f64 = 1.3;
const RING: f64 = 4.0;
const TALK: f64 = 250.0;
const CV: f64 = 1.2;
const IN_TIME: f64 = 20.0;
/// What is measured of a run, in seconds: forty hours after one of warm-up.
const MEASURED: std::ops::Range<f64> = 3_600.0..41.0 * 3_600.0;

/// A random number generator (splitmix64).
struct Draws(u64);

impl Draws {
    /// Above 0 and below 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((word ^ (word >> 31)) >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(self.uniform())
    }

    fn menu(&mut self) -> f64 {
        (0..3).map(|_| self.exponential(MENU / 3.0)).sum()
    }

    fn patience(&mut self) -> f64 {
        PATIENCE / libm::tgamma(1.0 + 1.0 / SHAPE) * libm::pow(-libm::log(self.uniform()), 1.0 / SHAPE)
    }

    fn talk(&mut self) -> f64 {
        let variance = libm::log(1.0 + CV * CV);
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        let normal = radius * libm::cos(2.0 * std::f64::consts::PI * self.uniform());
        TALK * libm::exp(variance.sqrt() * normal - variance / 2.0)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrives,
    /// A menu is over.
    Asks,
    /// The patience of this caller is over.
    GivesUp(u64),
    /// A person is free.
    Free,
}

/// A caller who waits for a person.
struct Waiting {
    caller: u64,
    since: f64,
    patience: f64,
}

struct Centre {
    now: f64,
    draws: Draws,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    scheduled: u64,
    free_ports: u32,
    free_people: u32,
    waiting: VecDeque<Waiting>,
    asked: u64,
    in_time: u64,
}

impl Centre {
    fn after(&mut self, seconds: f64, event: Event) {
        self.scheduled += 1;
        self.events.push(Reverse((((self.now + seconds) * 1e9) as u64, self.scheduled, event)));
    }

    /// A person takes a call, which leaves its port. Whoever loses patience while it rings is gone when it would be answered.
    fn taken(&mut self, since: f64, patience: f64) {
        self.free_ports += 1;
        let waits = self.now - since;
        if waits + RING > patience {
            return self.after(patience - waits, Event::Free);
        }
        self.in_time += u64::from(MEASURED.contains(&since) && waits + RING <= IN_TIME);
        let talk = self.draws.talk();
        self.after(RING + talk, Event::Free);
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Arrives => {
                let next = self.draws.exponential(3600.0 / CALLS_AN_HOUR);
                self.after(next, Event::Arrives);
                if self.free_ports > 0 {
                    self.free_ports -= 1;
                    let menu = self.draws.menu();
                    self.after(menu, Event::Asks);
                }
            }
            Event::Asks if self.draws.uniform() >= TO_PEOPLE => self.free_ports += 1,
            Event::Asks => {
                self.asked += u64::from(MEASURED.contains(&self.now));
                let patience = self.draws.patience();
                if self.free_people > 0 {
                    self.free_people -= 1;
                    return self.taken(self.now, patience);
                }
                let caller = self.scheduled;
                self.waiting.push_back(Waiting { caller, since: self.now, patience });
                self.after(patience, Event::GivesUp(caller));
            }
            Event::GivesUp(caller) => {
                if let Some(at) = self.waiting.iter().position(|it| it.caller == caller) {
                    self.waiting.remove(at);
                    self.free_ports += 1;
                }
            }
            Event::Free => match self.waiting.pop_front() {
                Some(Waiting { since, patience, .. }) => self.taken(since, patience),
                None => self.free_people += 1,
            },
        }
    }
}

/// How many callers asked for one of so many people, and how many were in time.
fn asked_and_in_time(people: u32, seed: u64) -> (u64, u64) {
    let mut centre = Centre {
        now: 0.0,
        draws: Draws(seed),
        events: BinaryHeap::new(),
        scheduled: 0,
        free_ports: PORTS,
        free_people: people,
        waiting: VecDeque::new(),
        asked: 0,
        in_time: 0,
    };
    centre.after(0.0, Event::Arrives);
    while let Some(Reverse((at, _, event))) = centre.events.pop() {
        centre.now = at as f64 / 1e9;
        if centre.now > MEASURED.end {
            break;
        }
        centre.happens(event);
    }
    (centre.asked, centre.in_time)
}

/// The share of callers in time with so many people, over some runs, and its standard error.
fn share_in_time(people: u32) -> (f64, f64) {
    const RUNS: u64 = 10;
    let shares: Vec<f64> = (1..=RUNS)
        .map(|seed| {
            let (asked, in_time) = asked_and_in_time(people, seed);
            in_time as f64 / asked as f64
        })
        .collect();
    let mean = shares.iter().sum::<f64>() / RUNS as f64;
    let variance = shares.iter().map(|share| (share - mean) * (share - mean)).sum::<f64>() / (RUNS - 1) as f64;
    (mean, (variance / RUNS as f64).sqrt())
}

/// The table of the answer: 104 or 105 people, which four hundred hours leave open.
#[test]
fn the_independent_calculation_has_its_table() {
    let table =
        [(100, 0.6826), (102, 0.7495), (103, 0.7772), (104, 0.8129), (105, 0.8231), (106, 0.8507), (108, 0.8832)];
    for (people, pinned) in table {
        let (share, error) = share_in_time(people);
        assert!((share - pinned).abs() < 5e-5, "{people}: {share:.4} +- {error:.4}, not {pinned}");
        // What is far from the goal of 80 % in 20 s is so beyond its error.
        if !(104..=105).contains(&people) {
            assert!((share - 0.8).abs() > 3.0 * error, "{people}: {share:.4} +- {error:.4}");
            assert_eq!(share > 0.8, people > 105, "{people}");
        }
    }
}

/// The JSON document of a command about the centre, which `init` writes without an edit by hand.
fn asked(arguments: &[&str]) -> Value {
    let directory = tempfile::tempdir().unwrap();
    let ctisim = |arguments: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
        command.current_dir(directory.path() as &Path).args(arguments).output().unwrap()
    };
    let site = "init w.toml --applications 1 --nodes 1 --calls-per-hour 4200 --ports 140 --menu 95s --to-agents 35% --talk 250s --patience 2m --fail none";
    assert!(ctisim(&site.split(' ').collect::<Vec<_>>()).status.success());
    let same = ["--set", "phone.agents.answer=4s", "--set", "traffic.callers-7000.patience.weibull.shape=1.3"];
    let output = ctisim(&[arguments, &same, &["--quiet", "--no-files", "--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// The engine and the independent calculation agree on how many people it takes: 104 or 105. 98, 101, 107 and 110 are so far from
/// the goal that few replications decide; 101 misses it, and 107 meets it.
#[test]
fn capacity_answers_as_the_independent_calculation() {
    let found = asked(&[
        "capacity",
        "w.toml",
        "--vary",
        "sum(phone.*.count)=98,101,107,110",
        "--goal",
        "answered_within.20s>=80%",
        "--replications",
        "600",
    ]);
    assert_eq!((&found["missed"], &found["met"]), (&"101".into(), &"107".into()), "{found:#}");
    // At both, the shares are those of the calculation, within what both leave open.
    for people in [101, 107] {
        let walked = found["walked"].as_array().unwrap().iter();
        let goal = walked.clone().find(|it| it["value"] == people.to_string().as_str()).unwrap()["goals"][0].clone();
        // A share of a goal is in percent if its unit says so.
        let scale = if goal["unit"] == "%" { 0.01 } else { 1.0 };
        let number = |key: &str| goal[key].as_f64().unwrap() * scale;
        let agrees = |people: u32| {
            let (share, error) = share_in_time(people);
            (number("low") - 3.0 * error..=number("high") + 3.0 * error).contains(&share)
        };
        assert!(agrees(people), "{people}: {goal} {:?}", share_in_time(people));
    }
}
