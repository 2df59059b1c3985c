//! Millions of wrong and nearly right inputs: nothing may panic, hang, ask for memory without bound, or say what is not so.
//!
//! A case is a function of the seed, the target and its number. `CTISIM_FUZZ_CASES` is the number of cases, such as `1e7`
//! (default: some thousands), `CTISIM_FUZZ_SEED` and `CTISIM_FUZZ_FIRST` choose others, `CTISIM_FUZZ_TARGET` one target.
//! A case that fails is made shorter while it fails in the same place, and is left in `target/tmp`, with the command that
//! repeats it. What a target looks at is in its file; CONTRIBUTING.md says how to run it for long.

mod corpus;
mod file;
mod kept;
mod luck;
mod mutate;
mod simulated;
mod small;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use corpus::Corpus;
use luck::Luck;
use mutate::{Matter, mutated};
use rayon::prelude::*;

/// A kind of input.
struct Target {
    name: &'static str,
    /// Of a hundred cases, so many are of this kind.
    share: u64,
    /// The texts that its cases begin from.
    from: fn(&Corpus) -> &[Vec<u8>],
    /// Lines that fit into them.
    lines: fn(&Corpus) -> &[String],
    /// Reads a case; whether it was accepted.
    read: fn(&[u8]) -> bool,
}

/// Short texts are read much sooner than files, and so are most of the cases.
const TARGETS: [Target; 8] = [
    Target { name: "quantity", share: 40, from: |it| &it.quantities, lines: |_| &[], read: small::quantity },
    Target { name: "phrase", share: 30, from: |it| &it.phrases, lines: |_| &[], read: small::phrase },
    Target { name: "command", share: 14, from: |it| &it.commands, lines: |it| &it.flags, read: small::command },
    Target { name: "table", share: 8, from: |it| &it.tables, lines: |it| &it.rows, read: small::table },
    Target { name: "kept", share: 3, from: |it| &it.kept, lines: |_| &[], read: kept::read },
    Target { name: "file", share: 3, from: |it| &it.workloads, lines: |it| &it.keys, read: file::read },
    Target { name: "setting", share: 1, from: |it| &it.good, lines: |it| &it.keys, read: small::setting },
    Target { name: "run", share: 1, from: |it| &it.good, lines: |it| &it.keys, read: simulated::run },
];

/// How long a case may take: in a debug build all is slower, and other tests run beside it.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });

impl Target {
    fn case(&self, corpus: &Corpus, seed: u64, number: u64) -> Vec<u8> {
        let mut luck = Luck::of(seed, self.name, number);
        let texts = (self.from)(corpus);
        if self.name == "setting" {
            return one_value(&mut luck, texts, &corpus.keys);
        }
        mutated(&mut luck, &Matter { others: texts, lines: (self.lines)(corpus), is_gentle: self.name == "run" })
    }

    /// Reads a case: whether it was accepted, or what failed.
    fn outcome(&self, case: &[u8]) -> Result<bool, String> {
        let began = now();
        let read = catch_unwind(AssertUnwindSafe(|| (self.read)(case)));
        let read = read.map_err(|_| PANIC.with_borrow_mut(std::mem::take))?;
        // A busy machine may have delayed it once.
        if now() - began > LONGEST {
            let began = now();
            let _ = (self.read)(case);
            let took = now() - began;
            if took > LONGEST {
                return Err(format!("it takes {} s", took.as_secs()));
            }
        }
        Ok(read)
    }
}

/// A line of a workload with another value of its key: the number of the line, the value, and the workload.
fn one_value(luck: &mut Luck, texts: &[Vec<u8>], keys: &[String]) -> Vec<u8> {
    let text = String::from_utf8_lossy(luck.pick::<Vec<u8>>(texts)).into_owned();
    let lines: Vec<(usize, &str)> =
        text.lines().enumerate().filter_map(|(at, line)| Some((at, line.split_once(" = ")?.0))).collect();
    let (number, key) = *luck.pick(&lines);
    let fitting: Vec<&str> =
        keys.iter().filter_map(|line| line.split_once(" = ")).filter(|it| it.0 == key).map(|it| it.1).collect();
    let value = match fitting.is_empty() || luck.one_in(4) {
        true => luck.pick(keys).split_once(" = ").map_or("true", |it| it.1),
        false => luck.pick(&fitting),
    };
    format!("{number}\n{value}\n{text}").into_bytes()
}

/// A clock, which decides nothing but whether a case takes too long.
#[expect(clippy::disallowed_methods, reason = "no result depends on it")]
fn now() -> Instant {
    Instant::now()
}

thread_local! {
    /// The place and the words of the last panic of this thread.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps panics instead of printing them.
fn keep_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let what = said(panic.payload());
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        PANIC.with_borrow_mut(|kept| *kept = format!("{place}: {what}"));
    }));
}

/// What distinguishes a failure from others: its place, or its first words without numbers.
fn kind(why: &str) -> String {
    let place = why.split(": ").next().unwrap_or_default();
    if place.contains(".rs:") {
        place.to_owned()
    } else {
        why.chars().filter(|it| !it.is_ascii_digit()).take(60).collect()
    }
}

/// A failure, and how often its kind was seen.
struct Finding {
    number: u64,
    why: String,
    times: u64,
}

/// What many cases of a target had.
#[derive(Default)]
struct Tally {
    cases: u64,
    accepted: u64,
    findings: BTreeMap<String, Finding>,
}

impl Tally {
    fn of(target: &Target, corpus: &Corpus, seed: u64, number: u64) -> Tally {
        let case = target.case(corpus, seed, number);
        let mut tally = Tally { cases: 1, ..Tally::default() };
        match target.outcome(&case) {
            Ok(accepted) => tally.accepted = u64::from(accepted),
            Err(why) => drop(tally.findings.insert(kind(&why), Finding { number, why, times: 1 })),
        }
        tally
    }

    fn and(mut self, other: Tally) -> Tally {
        self.cases += other.cases;
        self.accepted += other.accepted;
        for (kind, finding) in other.findings {
            match self.findings.get_mut(&kind) {
                None => drop(self.findings.insert(kind, finding)),
                Some(known) => {
                    known.times += finding.times;
                    if finding.number < known.number {
                        (known.number, known.why) = (finding.number, finding.why);
                    }
                }
            }
        }
        self
    }
}

/// The same failure with as few lines, and then bytes, as possible.
fn shrink(target: &Target, mut case: Vec<u8>, kind_of: &str) -> Vec<u8> {
    let fails = |case: &[u8]| target.outcome(case).is_err_and(|why| kind(&why) == kind_of);
    let mut size = case.len().next_power_of_two() / 2;
    let mut left = 4_000;
    while size > 0 && left > 0 {
        let mut at = 0;
        while at < case.len() && left > 0 {
            left -= 1;
            let without = [&case[..at], &case[(at + size).min(case.len())..]].concat();
            if fails(&without) {
                case = without;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    case
}

/// Where a failing case is left.
fn left_in(target: &Target, number: u64) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}-{number}", target.name))
}

/// A number from the environment, such as 200000 or 1e7.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| {
        let number = value.parse::<f64>().ok().filter(|number| *number >= 0.0 && number.fract() == 0.0);
        value
            .parse()
            .ok()
            .or(number.map(|number| number as u64))
            .unwrap_or_else(|| panic!("{name} is no number: {value}"))
    })
}

/// So many cases are run on one thread before another takes over; if the process dies, a file names them.
const BATCH: u64 = 512;

fn tried(target: &Target, corpus: &Corpus, seed: u64, first: u64, cases: u64) -> Tally {
    let batches: Vec<u64> = (first..first + cases).step_by(BATCH as usize).collect();
    let end = first + cases;
    let batch = |start: u64| {
        let running = left_in(target, start).with_extension("running");
        std::fs::write(
            &running,
            format!("CTISIM_FUZZ_SEED={seed} CTISIM_FUZZ_TARGET={} CTISIM_FUZZ_FIRST={start}\n", target.name),
        )
        .expect("target/tmp takes a file");
        let numbers = start..end.min(start + BATCH);
        let tally = numbers.map(|number| Tally::of(target, corpus, seed, number)).fold(Tally::default(), Tally::and);
        std::fs::remove_file(running).expect("it was written just now");
        tally
    };
    batches.into_par_iter().map(batch).reduce(Tally::default, Tally::and)
}

#[test]
fn no_input_breaks_the_program() {
    let cases = setting("CTISIM_FUZZ_CASES", 20_000);
    let (seed, first) = (setting("CTISIM_FUZZ_SEED", 1), setting("CTISIM_FUZZ_FIRST", 0));
    let only = std::env::var("CTISIM_FUZZ_TARGET").ok();
    let corpus = Corpus::read();
    keep_panics();
    let mut failures = Vec::new();
    for target in TARGETS.iter().filter(|target| only.as_ref().is_none_or(|only| only == target.name)) {
        let count = if only.is_some() { cases } else { cases * target.share / 100 };
        let began = now();
        let Tally { cases, accepted, findings } = tried(target, &corpus, seed, first, count);
        println!(
            "{:<9} {cases:>9} cases, {:>5.1} % accepted, {:>8.1} s, {} kinds of failure",
            target.name,
            100.0 * accepted as f64 / cases.max(1) as f64,
            (now() - began).as_secs_f64(),
            findings.len()
        );
        // What is always refused, or never, shows little.
        let both = cases < 200 || accepted > 0 && accepted < cases;
        if !both {
            failures.push(format!("{}: {accepted} of {cases} cases are accepted", target.name));
        }
        for (kind, Finding { number, why, times }) in findings {
            let small = shrink(target, target.case(&corpus, seed, number), &kind);
            let file = left_in(target, number);
            std::fs::write(&file, &small).expect("target/tmp takes a file");
            let why: String = why.chars().take(2_000).collect();
            let shown: String = String::from_utf8_lossy(&small).escape_debug().take(600).collect();
            failures.push(format!(
                "{} case {number} ({times} like it): {why}\n  made shorter: {shown}\n  in {}\n  repeat it: CTISIM_FUZZ_SEED={seed} \
                 CTISIM_FUZZ_TARGET={} CTISIM_FUZZ_FIRST={number} CTISIM_FUZZ_CASES=1 cargo test --test fuzz",
                target.name,
                file.display(),
                target.name,
            ));
        }
    }
    drop(std::panic::take_hook());
    assert!(failures.is_empty(), "{} kinds of failure:\n{}", failures.len(), failures.join("\n"));
}

/// What the project has is read as it is, and cut in half.
#[test]
fn what_the_cases_begin_from_is_read_too() {
    let corpus = Corpus::read();
    for target in &TARGETS {
        for text in (target.from)(&corpus) {
            (target.read)(text);
            (target.read)(&text[..text.len() / 2]);
        }
    }
}

/// What a panic says.
fn said(payload: &(dyn std::any::Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message")
}
