//! Whether a change made anything worse: a study held against a baseline that was recorded earlier and reviewed.
//!
//! Whatever cannot be judged is not a pass: a baseline of another workload, with other replications, with fewer measures
//! or with values that were changed by hand is not comparable, and an interval that may hide a regression is inconclusive.

use serde::Serialize;

use crate::record::{Better, Measure, ReplicationSummary};

use super::baseline::{Baseline, Gated, Speed};
use super::comparison::{Compared, Sample, compare, samples};
use super::reason::Reason;

/// What a gate says. The words are those of files: they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Not worse.
    Pass,
    /// Better, with confidence, by more than the margin.
    Improvement,
    /// It may be worse by more than the margin, and it may not.
    Inconclusive,
    /// Worse, with confidence, by more than the margin.
    Regression,
    /// There is nothing to hold it against.
    NotComparable,
}

impl Gate {
    /// The word in files.
    pub const fn name(self) -> &'static str {
        match self {
            Gate::Pass => "pass",
            Gate::Improvement => "improvement",
            Gate::Inconclusive => "inconclusive",
            Gate::Regression => "regression",
            Gate::NotComparable => "not_comparable",
        }
    }
}

/// A measure beside its baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct GateRow {
    /// The two, the baseline first.
    pub compared: Compared,
    /// Which way is better.
    pub better: Better,
    /// What that says.
    pub verdict: Gate,
}

impl GateRow {
    /// How many replications in all would settle an inconclusive one, if the difference is about what it seems; `None`
    /// where that cannot be told.
    pub fn settled_by(&self) -> Option<u64> {
        let paired = self.compared.paired.as_ref().filter(|_| self.verdict == Gate::Inconclusive)?;
        let (low, high) = self.compared.interval()?;
        let matters = self.compared.matters;
        let worse = match self.better {
            Better::Lower => paired.mean(),
            Better::Higher => -paired.mean(),
            Better::Neither => paired.mean().abs(),
        };
        let (half, wanted) = ((high - low) / 2.0, (worse - matters).abs());
        let pairs = paired.pairs() as f64 * (half / wanted) * (half / wanted);
        (wanted > 0.0 && pairs < 1e9).then(|| pairs.ceil() as u64 + 1)
    }
}

/// Why speed could not be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncounted {
    /// Instructions could not be counted: why.
    Failed(String),
    /// It was recorded with another build.
    OtherBuild {
        /// What the recorded one was for.
        recorded: String,
        /// What this one is for.
        this: String,
    },
}

/// How fast it is, beside how fast it was.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeedHeld {
    /// Instructions an event then.
    pub before: f64,
    /// Instructions an event now; `None` if they could not be counted.
    pub now: Option<f64>,
    /// So many more, in percent, do not matter.
    pub margin_percent: f64,
    /// What that says.
    pub verdict: Gate,
    /// Why it could not be judged.
    pub why: Option<Uncounted>,
}

impl SpeedHeld {
    /// Holds a count of this build, or the reason why there is none, against a baseline's.
    pub fn new(before: &Speed, now: Result<f64, String>, build: &str) -> SpeedHeld {
        let now = now.map_err(Uncounted::Failed).and_then(|now| match before.build == build {
            true => Ok(now),
            false => Err(Uncounted::OtherBuild { recorded: before.build.clone(), this: build.to_owned() }),
        });
        let margin = before.margin_percent / 100.0;
        let verdict = match &now {
            Err(_) => Gate::NotComparable,
            Ok(now) if *now > before.instructions_per_event * (1.0 + margin) => Gate::Regression,
            Ok(now) if *now < before.instructions_per_event * (1.0 - margin) => Gate::Improvement,
            Ok(_) => Gate::Pass,
        };
        SpeedHeld {
            before: before.instructions_per_event,
            now: now.as_ref().ok().copied(),
            margin_percent: before.margin_percent,
            verdict,
            why: now.err(),
        }
    }
}

/// All that a gate has found.
#[derive(Clone, Debug, PartialEq)]
pub struct GateReport {
    /// The workload's name.
    pub workload: String,
    /// What all of it says.
    pub verdict: Gate,
    /// Why it is not comparable.
    pub reasons: Vec<Reason>,
    /// Whether every result file is the same, byte for byte; `None` if it was not run.
    pub same: Option<bool>,
    /// Every measure beside its baseline.
    pub held: Vec<GateRow>,
    /// Its speed, if the baseline has one and it was to be judged.
    pub speed: Option<SpeedHeld>,
}

impl GateReport {
    /// Of a workload that cannot be held against its baseline.
    pub fn not_comparable(workload: &str, reasons: Vec<Reason>) -> GateReport {
        GateReport {
            workload: workload.to_owned(),
            verdict: Gate::NotComparable,
            reasons,
            same: None,
            held: Vec::new(),
            speed: None,
        }
    }

    /// Of a study beside its baseline.
    pub fn new(gated: &Gated<'_>, baseline: &Baseline, speed: Option<SpeedHeld>) -> GateReport {
        let study = gated.study;
        let name = &study.plan.name;
        let summaries: &[ReplicationSummary] = &study.outcome.summaries;
        let replications = (study.seed, summaries[0].replication, summaries.len() as u64);
        if replications != (baseline.seed, baseline.first_replication, baseline.replications) {
            return GateReport::not_comparable(name, vec![Reason::Replications]);
        }
        let ours: Vec<String> = gated.measures().iter().map(Measure::to_string).collect();
        let theirs: Vec<&str> = baseline.measures.iter().map(|kept| &*kept.measure).collect();
        if ours != theirs {
            let missing = |from: Vec<&str>, of: Vec<&str>| -> Vec<String> {
                from.into_iter().filter(|name| !of.contains(name)).map(str::to_owned).collect()
            };
            let ours: Vec<&str> = ours.iter().map(String::as_str).collect();
            let some = |of: fn(Vec<String>) -> Reason, names: Vec<String>| (!names.is_empty()).then(|| of(names));
            let lacks = some(Reason::Lacks, missing(ours.clone(), theirs.clone()));
            let mut reasons: Vec<Reason> = lacks.into_iter().chain(some(Reason::Gone, missing(theirs, ours))).collect();
            if reasons.is_empty() {
                reasons.push(Reason::Order);
            }
            return GateReport::not_comparable(name, reasons);
        }
        let now = samples(study, &gated.measures());
        let before: Vec<Sample> = baseline
            .measures
            .iter()
            .zip(&now)
            .map(|(kept, now)| Sample { measure: now.measure.clone(), values: kept.values().unwrap_or_default() })
            .collect();
        let compared = compare(&before, &now, 0.0);
        let held: Vec<GateRow> = compared
            .into_iter()
            .zip(&baseline.measures)
            .map(|(compared, kept)| {
                let compared = Compared { matters: kept.margin, ..compared };
                GateRow { verdict: judge(&compared, kept.better), better: kept.better, compared }
            })
            .collect();
        let worst = held.iter().map(|held| held.verdict).chain(speed.as_ref().map(|speed| speed.verdict)).max();
        GateReport {
            workload: name.clone(),
            verdict: worst.unwrap_or(Gate::NotComparable),
            reasons: Vec::new(),
            same: Some(gated.fingerprint == baseline.fingerprint),
            held,
            speed,
        }
    }
}

/// Judges a measure by the interval of its difference: the whole of it has to lie beyond the margin.
fn judge(compared: &Compared, better: Better) -> Gate {
    if compared.same {
        return Gate::Pass;
    }
    let Some((low, high)) = compared.interval() else {
        return match (compared.first, compared.second) {
            // What neither has, nobody has lost.
            (None, None) => Gate::Pass,
            // A measure that came or went is a change that nobody has looked at.
            (Some(_), None) | (None, Some(_)) => Gate::Regression,
            (Some(_), Some(_)) => Gate::Inconclusive,
        };
    };
    let matters = compared.matters;
    // Worse is up.
    let (low, high) = if better == Better::Higher { (-high, -low) } else { (low, high) };
    match better {
        _ if low > matters => Gate::Regression,
        Better::Neither if high < -matters => Gate::Regression,
        Better::Neither if low < -matters => Gate::Inconclusive,
        _ if high > matters => Gate::Inconclusive,
        Better::Lower | Better::Higher if high < -matters => Gate::Improvement,
        _ => Gate::Pass,
    }
}
