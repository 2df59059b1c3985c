//! Baselines: recorded results that later studies are compared with.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::record::{Better, Count, Measure, Unit};
use crate::stats::{Confidence, estimate};

use super::cell::full;
use super::comparison::{Sample, samples};
use super::measure::Values;
use super::reason::{Reason, Unsound, Workloads};
use super::study::Study;

/// The format of baselines. No other format is read.
const FORMAT: u32 = 2;

/// A measure in a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The measure, by name.
    pub measure: String,
    /// Its unit.
    pub unit: String,
    /// Which direction is better.
    pub better: Better,
    /// A change for the worse up to this margin is accepted, in the unit. Meant to be reviewed and edited.
    pub margin: f64,
    /// Its value in each replication, `-` for a missing one.
    pub values: String,
}

impl Kept {
    /// The values; `None` if one of them cannot be read.
    pub fn values(&self) -> Option<Values> {
        let each = |text: &str| match text {
            "-" => Some(None),
            number => number.parse::<f64>().ok().filter(|number| number.is_finite()).map(Some),
        };
        self.values.split(' ').filter(|text| !text.is_empty()).map(each).collect()
    }
}

/// The instructions per event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speed {
    /// Instructions per event, without the program's start and end.
    pub instructions_per_event: f64,
    /// An increase up to this margin, in percent, is accepted.
    pub margin_percent: f64,
    /// The build that was measured.
    pub build: String,
}

/// Recorded results that later studies are compared with. Written by `ctisim gate --record`, reviewed like source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The format of this file.
    pub format: u32,
    /// The version of the program that recorded it.
    pub version: String,
    /// The workload's name.
    pub workload: String,
    /// The digest of the workload and of every file it names.
    pub digest: String,
    /// The seed.
    pub seed: u64,
    /// The number of the first replication.
    pub first_replication: u64,
    /// The number of replications.
    pub replications: u64,
    /// The warm-up, in nanoseconds.
    pub warm_up_ns: u64,
    /// The command that recorded it.
    pub command: String,
    /// The SHA-256 of all result files of the study together.
    pub fingerprint: String,
    /// The requested measures; if empty, the standard ones.
    pub asked: Vec<String>,
    /// The speed, if it was recorded.
    pub speed: Option<Speed>,
    /// The SHA-256 of everything here that must not be edited: all but the margins and directions.
    pub checksum: String,
    /// The SHA-256 of the margins and directions as they were recorded: that they were edited since is reported.
    pub terms: String,
    /// The measures.
    pub measures: Vec<Kept>,
}

/// A digest as text.
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn written(values: &Values) -> String {
    let each = |value: &Option<f64>| value.map_or_else(|| "-".to_owned(), full);
    values.iter().map(each).collect::<Vec<_>>().join(" ")
}

/// The subject of a gate: a study, its workload, and the measures to compare.
#[derive(Clone, Debug)]
pub struct Gated<'a> {
    /// The study.
    pub study: &'a Study<'a>,
    /// The digest of its workload.
    pub digest: &'a str,
    /// The requested measures; if empty, the standard ones.
    pub asked: &'a [Measure],
    /// The SHA-256 of all its result files together: it differs if anything in the results does.
    pub fingerprint: String,
}

impl Gated<'_> {
    /// The measures to compare.
    pub fn measures(&self) -> Vec<Measure> {
        if self.asked.is_empty() { Measure::standard(self.study.plan) } else { self.asked.to_vec() }
    }

    /// A baseline of this study. `margin` is a share of the mean. By default the margin is 1 % of the mean or, if that is
    /// more, one call in 10,000 or 0.1 % of a station's time.
    pub fn baseline(&self, margin: Option<f64>, command: String, speed: Option<Speed>) -> Baseline {
        let Gated { study, digest, asked, fingerprint } = self;
        let mean = |values: &[f64]| estimate(values, Confidence::P95).map_or(0.0, |estimate| estimate.mean.abs());
        let offered = mean(&study.counts(Count::Offered));
        let accepted = |sample: &Sample| {
            let values: Vec<f64> = sample.values.iter().flatten().copied().collect();
            let least = match sample.measure.unit() {
                _ if margin.is_some() => 0.0,
                Unit::Count => offered / 10_000.0,
                Unit::Ratio => 0.001,
                Unit::Millis => 0.0,
            };
            least.max(margin.unwrap_or(0.01) * mean(&values))
        };
        let kept = |sample: Sample| Kept {
            measure: sample.measure.to_string(),
            unit: sample.measure.unit().name().to_owned(),
            better: sample.measure.better(),
            margin: accepted(&sample),
            values: written(&sample.values),
        };
        let measures: Vec<Kept> = samples(study, &self.measures()).into_iter().map(kept).collect();
        Baseline {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            workload: study.plan.name.clone(),
            digest: (*digest).to_owned(),
            seed: study.seed,
            first_replication: study.outcome.summaries[0].replication,
            replications: study.outcome.summaries.len() as u64,
            warm_up_ns: study.window.warm_up.nanos(),
            command,
            fingerprint: fingerprint.clone(),
            asked: asked.iter().map(Measure::to_string).collect(),
            speed,
            checksum: String::new(),
            terms: String::new(),
            measures,
        }
        .sealed()
    }
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn read(text: &str) -> Result<Baseline, Unsound> {
        /// What a baseline of any format has.
        #[derive(Deserialize)]
        struct Any {
            format: u32,
        }
        let unreadable = |error: serde_json::Error| Unsound::Unreadable(error.to_string());
        let Any { format } = serde_json::from_str(text).map_err(unreadable)?;
        if format != FORMAT {
            return Err(Unsound::Format { found: format, read: FORMAT });
        }
        let baseline: Baseline = serde_json::from_str(text).map_err(unreadable)?;
        if baseline.measures.is_empty() || baseline.replications < 2 {
            return Err(Unsound::Empty);
        }
        if baseline.sum() != baseline.checksum {
            return Err(Unsound::Changed);
        }
        for kept in &baseline.measures {
            let values = kept.values().map_or(0, |values| values.len() as u64);
            if values != baseline.replications {
                let (measure, replications) = (kept.measure.clone(), baseline.replications);
                return Err(Unsound::Values { measure, values, replications });
            }
            let valid = kept.margin.is_finite() && kept.margin >= 0.0;
            if !valid {
                return Err(Unsound::Margin(kept.measure.clone()));
            }
        }
        if baseline.speed.as_ref().is_some_and(|speed| speed.margin_percent.is_nan() || speed.margin_percent < 0.0) {
            return Err(Unsound::Margin("speed".to_owned()));
        }
        Ok(baseline)
    }

    /// Which replications were recorded.
    pub fn range(&self) -> Range<u64> {
        self.first_replication..self.first_replication.saturating_add(self.replications)
    }

    /// This baseline with its checksum set.
    #[must_use]
    pub fn sealed(mut self) -> Baseline {
        self.checksum = self.sum();
        self.terms = self.sum_of_terms();
        self
    }

    /// Whether margins or directions were edited since it was recorded.
    pub fn has_other_terms(&self) -> bool {
        self.terms != self.sum_of_terms()
    }

    fn sum_of_terms(&self) -> String {
        let mut hash = Sha256::new();
        for kept in &self.measures {
            let better = serde_json::to_string(&kept.better).expect("a name is JSON");
            hash.update(format!("{better} {:016x}\n", kept.margin.to_bits()));
        }
        if let Some(speed) = &self.speed {
            hash.update(format!("{:016x}\n", speed.margin_percent.to_bits()));
        }
        hex(&hash.finalize())
    }

    fn sum(&self) -> String {
        let mut hash = Sha256::new();
        let Baseline { version, workload, digest, seed, first_replication, replications, warm_up_ns, .. } = self;
        hash.update(format!(
            "{version}\n{workload}\n{digest}\n{seed}\n{first_replication}\n{replications}\n{warm_up_ns}\n"
        ));
        hash.update(format!("{}\n{}\n{}\n", self.fingerprint, self.command, self.asked.join("\n")));
        for kept in &self.measures {
            hash.update(format!("{}\n{}\n{}\n", kept.measure, kept.unit, kept.values));
        }
        match &self.speed {
            None => hash.update("no speed\n"),
            Some(Speed { instructions_per_event, build, .. }) => {
                hash.update(format!("{:016x}\n{build}\n", instructions_per_event.to_bits()));
            }
        }
        hex(&hash.finalize())
    }

    /// The file.
    pub fn json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("numbers and texts are JSON");
        json.push(b'\n');
        json
    }

    /// Why a study of a workload cannot be compared with it; empty if it can.
    pub fn not_comparable(&self, digest: &str, asked: &[Measure], workloads: Workloads) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let major = |version: &str| {
            let mut parts = version.split('.').map(str::to_owned);
            // Before 1.0 the second number counts as the major one.
            match (parts.next(), parts.next()) {
                (Some(zero), Some(minor)) if zero == "0" => format!("0.{minor}"),
                (major, _) => major.unwrap_or_default(),
            }
        };
        if major(&self.version) != major(env!("CARGO_PKG_VERSION")) {
            reasons.push(Reason::Version(self.version.clone()));
        }
        if self.digest != digest && workloads == Workloads::Recorded {
            reasons.push(Reason::Workload);
        }
        let asked: Vec<String> = asked.iter().map(Measure::to_string).collect();
        if !asked.is_empty() && asked != self.asked {
            reasons.push(Reason::OtherMeasures);
        }
        reasons
    }
}
