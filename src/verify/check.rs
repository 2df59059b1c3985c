//! A check and its outcome.

use serde::{Serialize, Serializer};

/// The part of the verification that a check belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The model against closed forms.
    Theory,
    /// The identities that the auditor checks on every fact.
    Identities,
    /// The same bytes, however they are computed.
    Sameness,
    /// The bytes of the released results.
    Fingerprints,
    /// How often 95 % intervals contain the true value.
    Coverage,
}

impl Part {
    /// All of them, in the order of reports.
    pub const ALL: [Part; 5] = [Part::Theory, Part::Identities, Part::Sameness, Part::Fingerprints, Part::Coverage];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Part::Theory => "theory",
            Part::Identities => "identities",
            Part::Sameness => "sameness",
            Part::Fingerprints => "fingerprints",
            Part::Coverage => "coverage",
        }
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A number or a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// A number.
    Number(f64),
    /// Words.
    Text(String),
}

/// The verdict of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckVerdict {
    /// As expected.
    Passed,
    /// Not as expected.
    Failed,
}

impl CheckVerdict {
    pub(super) const fn of(passed: bool) -> CheckVerdict {
        if passed { CheckVerdict::Passed } else { CheckVerdict::Failed }
    }
}

/// One row of the report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// The part it belongs to.
    pub part: Part,
    /// What is checked.
    pub name: String,
    /// The expected value.
    pub expected: Figure,
    /// The value found.
    pub found: Figure,
    /// The confidence interval of the value found, if it is random.
    pub interval: Option<(f64, f64)>,
    /// Whether it is as expected.
    pub verdict: CheckVerdict,
}

impl Check {
    /// A check of something that is not random.
    pub(super) fn exact(part: Part, name: String, expected: Figure, found: Figure, passed: bool) -> Check {
        Check { part, name, expected, found, interval: None, verdict: CheckVerdict::of(passed) }
    }
}
