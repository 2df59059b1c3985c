//! Random workloads that need memory in different ways: callers who wait at overloaded stations, in queues and for ever, many
//! devices, slow work, bursts, failures, and many replications.

use crate::engine::Stream;

/// A random study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnStudy {
    /// The text of its workload.
    pub text: String,
    /// The number of replications.
    pub replications: u64,
    /// The number of threads.
    pub jobs: u64,
}

/// Draws at random.
struct Draw(Stream);

impl Draw {
    /// From 0 up to but not including `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(limit)) >> u64::BITS) as u64
    }

    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// A number of any size between these two: each power of two as likely as the next.
    fn magnitude(&mut self, least: u64, most: u64) -> u64 {
        let doublings = u64::from((most / least).max(1).ilog2());
        let low = least << self.below(doublings + 1);
        self.between(low, (2 * low).min(most))
    }

    /// A distribution with this mean in microseconds.
    fn around(&mut self, micros: u64) -> String {
        match self.below(4) {
            0 => format!("\"{micros}us\""),
            1 => format!("{{ uniform = [\"{}us\", \"{}us\"] }}", micros / 2, micros + micros / 2),
            2 => format!("{{ lognormal = {{ mean = \"{micros}us\", cv = 1.5 }} }}"),
            _ => format!("{{ exponential = \"{micros}us\" }}"),
        }
    }

    /// A distribution with a mean of any size between these two, in microseconds.
    fn of_magnitude(&mut self, least: u64, most: u64) -> String {
        let mean = self.magnitude(least, most);
        self.around(mean)
    }
}

impl DrawnStudy {
    /// The one of this number, with up to about `most` calls in a replication; the same on every machine.
    pub fn new(number: u64, most: u64) -> DrawnStudy {
        let mut stream = Stream::new(0, 0, 0);
        stream.reset(18, number);
        let draw = &mut Draw(stream);
        let calls = draw.magnitude(64, most);
        let seconds = draw.magnitude(10, 1000);
        let small = calls < 2000;
        let (replications, jobs) = match small {
            true if draw.one_in(3) => (draw.magnitude(100, (4 * most / calls).clamp(200, 20_000)), draw.between(1, 3)),
            _ => (draw.between(1, 3), draw.between(1, 3)),
        };
        // A sixth of the studies each have more work than a CallManager, an application or people can do.
        let overloaded = draw.below(6);
        let per_call = seconds * 1_000_000 / calls;
        let work = |draw: &mut Draw, this: u64| {
            let share = if overloaded == this { draw.between(100, 400) } else { draw.between(1, 15) };
            draw.around((per_call * share / 100).max(1))
        };
        let setup = work(draw, 0);
        let decide = work(draw, 1);
        let talk = if overloaded == 2 { seconds * 1_000_000 } else { draw.magnitude(1000, seconds * 500_000) };
        let talk = draw.around(talk);
        let devices = draw.magnitude(1, (most / 16).clamp(10, 200_000));
        let (ports, phones) = (devices, draw.magnitude(1, 2000));
        let treatment = draw.of_magnitude(1000, seconds * 200_000);
        let workers = if overloaded == 1 { 1 } else { draw.between(1, 64) };
        let to = ["hotline", "duty", "desk", "hotline"][draw.below(4) as usize];
        let queue = if draw.one_in(2) { "queue = true\n" } else { "" };
        let patience = match draw.below(3) {
            0 => String::new(),
            1 => format!("patience = {}\n", draw.of_magnitude(1000, seconds * 100_000)),
            _ => format!("patience = {}\n", draw.of_magnitude(seconds * 200_000, seconds * 2_000_000)),
        };
        let rate = (calls * 3600 / seconds).max(1);
        let arrivals = match draw.below(4) {
            0 => format!(
                "{{ poisson = \"{}/h\", steps = [{{ at = \"{}s\", for = \"{}s\", times = {} }}] }}",
                (rate / 2).max(1),
                seconds / 3,
                (seconds / 20).max(1),
                draw.between(2, 20)
            ),
            1 => format!(
                "{{ poisson = \"{rate}/h\", states = [{{ times = 1, mean = \"{}ms\" }}, {{ times = 0.2, mean = \"{}ms\" }}] }}",
                seconds * 20,
                seconds * 10
            ),
            _ => format!("{{ poisson = \"{rate}/h\" }}"),
        };
        let fault = match draw.below(6) {
            0 => "application = \"ivr\"\nkind = \"silent\"",
            1 => "application = \"ivr\"\nkind = \"stall\"",
            2 => "callmanager = \"a\"",
            3 => "ctimanager = \"a\"",
            4 => "node = \"a\"",
            _ => "",
        };
        let fault = if fault.is_empty() {
            String::new()
        } else {
            format!("[[fault]]\n{fault}\nat = \"{}s\"\nfor = \"{}s\"\n", seconds / 2, (seconds / 4).max(1))
        };
        let text = format!(
            "format = 1\nquestion = \"How much memory does this take?\"\nprofile = \"12.5\"\n\
             [run]\nlength = \"{seconds}s\"\nreplications = {replications}\nseed = {number}\n\
             [work]\nsetup = {setup}\n\
             [[node]]\nname = \"a\"\n[[node]]\nname = \"b\"\n\
             [[callmanager_group]]\nname = \"main\"\nmembers = [\"a\", \"b\"]\n\
             [[device_pool]]\nname = \"pool\"\ncallmanager_group = \"main\"\n\
             [[user]]\nname = \"robot\"\ncti_enabled = true\ndevices = \"all\"\n\
             [[application]]\nname = \"ivr\"\nuser = \"robot\"\nctimanagers = [\"a\", \"b\"]\nworkers = {workers}\n\
             decide = {decide}\n\
             [[route_point]]\nname = \"hotline\"\ndevice_pool = \"pool\"\napplication = \"ivr\"\nredirect_to = \"ports\"\n\
             cfna = \"duty\"\ncfb = \"duty\"\ncfof = \"duty\"\n\
             [[cti_port]]\nname = \"ports\"\ncount = {ports}\ndevice_pool = \"pool\"\napplication = \"ivr\"\n\
             treatment = {treatment}\ntransfer_to = \"desk\"\ntransfer_share = \"30%\"\ncfb = \"duty\"\n\
             [[phone]]\nname = \"desk\"\ncount = {phones}\ndevice_pool = \"pool\"\nanswer = \"5s\"\n{queue}\
             [[destination]]\nname = \"duty\"\nanswer = \"2s\"\n\
             [[traffic]]\nname = \"callers\"\nto = \"{to}\"\narrivals = {arrivals}\n{patience}talk = {talk}\n{fault}"
        );
        DrawnStudy { text, replications, jobs }
    }
}
