//! The regression gate: a study compared with a baseline that was recorded earlier and reviewed.
//!
//! What cannot be judged does not pass: a baseline of another workload, with other replications, with fewer measures or with
//! edited values is not comparable, and a confidence interval that may hide a regression is inconclusive.

use serde::Serialize;

use crate::record::{Better, Measure, ReplicationSummary};
use crate::stats::replications_to_settle;

use super::baseline::{Baseline, Gated, Speed};
use super::comparison::{Compared, Sample, compare, samples};
use super::reason::Reason;

/// The verdict of a gate. Its names stand in files and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Not worse.
    Pass,
    /// Better by more than the margin: the whole interval is.
    Improvement,
    /// The interval does not exclude that it is worse by more than the margin.
    Inconclusive,
    /// Worse by more than the margin: the whole interval is.
    Regression,
    /// There is no baseline to compare it with.
    NotComparable,
}

impl Gate {
    /// The name in files.
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
    /// Which direction is better.
    pub better: Better,
    /// The verdict.
    pub verdict: Gate,
}

impl GateRow {
    /// How many replications in all settle an inconclusive one in eight of ten cases, if the estimate is right; `None` if
    /// unknown.
    pub fn settled_by(&self) -> Option<u64> {
        let paired = self.compared.paired.as_ref().filter(|_| self.verdict == Gate::Inconclusive)?;
        let (low, high) = self.compared.interval()?;
        let margin = self.compared.margin;
        let worse = match self.better {
            Better::Lower => paired.mean(),
            Better::Higher => -paired.mean(),
            Better::Neither => paired.mean().abs(),
        };
        replications_to_settle(paired.pairs(), (high - low) / 2.0, (worse - margin).abs(), self.compared.confidence)
    }
}

/// Why speed could not be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncounted {
    /// Instructions could not be counted, with the reason.
    Failed(String),
    /// It was recorded with another build.
    OtherBuild {
        /// The target of the recorded build.
        recorded: String,
        /// The target of this build.
        this: String,
    },
}

/// The speed compared with that of the baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeedResult {
    /// Instructions per event in the baseline.
    pub before: f64,
    /// Instructions per event now; `None` if they could not be counted.
    pub now: Option<f64>,
    /// An increase up to this margin, in percent, is accepted.
    pub margin_percent: f64,
    /// The verdict.
    pub verdict: Gate,
    /// Why it could not be judged.
    pub why: Option<Uncounted>,
}

impl SpeedResult {
    /// Compares the count of this build, or the reason why there is none, with the baseline's.
    pub fn new(before: &Speed, now: Result<f64, String>, build: &str) -> SpeedResult {
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
        SpeedResult {
            before: before.instructions_per_event,
            now: now.as_ref().ok().copied(),
            margin_percent: before.margin_percent,
            verdict,
            why: now.err(),
        }
    }
}

/// The result of a gate.
#[derive(Clone, Debug, PartialEq)]
pub struct GateReport {
    /// The workload's name.
    pub workload: String,
    /// The worst verdict.
    pub verdict: Gate,
    /// Why it is not comparable.
    pub reasons: Vec<Reason>,
    /// Whether every result file is the same, byte for byte; `None` if it was not run.
    pub same: Option<bool>,
    /// Every measure beside its baseline.
    pub rows: Vec<GateRow>,
    /// The speed, if the baseline has one and it was to be judged.
    pub speed: Option<SpeedResult>,
    /// Whether margins or directions of the baseline were edited since it was recorded.
    pub other_terms: bool,
}

impl GateReport {
    /// For a workload that cannot be compared with its baseline.
    pub fn not_comparable(workload: &str, reasons: Vec<Reason>) -> GateReport {
        GateReport {
            workload: workload.to_owned(),
            verdict: Gate::NotComparable,
            reasons,
            same: None,
            rows: Vec::new(),
            speed: None,
            other_terms: false,
        }
    }

    /// For a study that is compared with its baseline.
    pub fn new(gated: &Gated<'_>, baseline: &Baseline, speed: Option<SpeedResult>) -> GateReport {
        let study = gated.study;
        let name = &study.plan.name;
        let summaries: &[ReplicationSummary] = &study.outcome.summaries;
        let replications = (summaries[0].replication, summaries.len() as u64);
        if replications != (baseline.first_replication, baseline.replications) {
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
        let rows: Vec<GateRow> = compared
            .into_iter()
            .zip(&baseline.measures)
            .map(|(compared, kept)| {
                let compared = Compared { margin: kept.margin, ..compared };
                GateRow { verdict: judge(&compared, kept.better), better: kept.better, compared }
            })
            .collect();
        let worst = rows.iter().map(|row| row.verdict).chain(speed.as_ref().map(|speed| speed.verdict)).max();
        GateReport {
            workload: name.clone(),
            verdict: worst.unwrap_or(Gate::NotComparable),
            reasons: Vec::new(),
            same: Some(gated.fingerprint == baseline.fingerprint),
            rows,
            speed,
            other_terms: baseline.has_other_terms(),
        }
    }
}

/// Judges a measure by the confidence interval of its difference: all of it has to lie beyond the margin.
fn judge(compared: &Compared, better: Better) -> Gate {
    if compared.same {
        return Gate::Pass;
    }
    let Some((low, high)) = compared.interval() else {
        return match (compared.first, compared.second) {
            // Neither has a value: nothing is lost.
            (None, None) => Gate::Pass,
            // A value that appeared or disappeared is a change that has to be reviewed.
            (Some(_), None) | (None, Some(_)) => Gate::Regression,
            (Some(_), Some(_)) => Gate::Inconclusive,
        };
    };
    let margin = compared.margin;
    // Turned so that higher is worse.
    let (low, high) = if better == Better::Higher { (-high, -low) } else { (low, high) };
    match better {
        _ if low > margin => Gate::Regression,
        Better::Neither if high < -margin => Gate::Regression,
        Better::Neither if low < -margin => Gate::Inconclusive,
        _ if high > margin => Gate::Inconclusive,
        Better::Lower | Better::Higher if high < -margin => Gate::Improvement,
        _ => Gate::Pass,
    }
}
