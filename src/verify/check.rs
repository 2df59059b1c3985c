//! What is checked, and what came of it.

use serde::{Serialize, Serializer};

/// What a check is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Closed forms beside the model.
    Theory,
    /// The identities of the books, kept by an auditor who sees every fact.
    Identities,
    /// The same bytes whichever way they are computed.
    Sameness,
    /// The bytes of the release.
    Fingerprints,
    /// How often 95 % intervals hold the truth.
    Coverage,
}

impl Part {
    /// All of them, in the order of reports.
    pub const ALL: [Part; 5] = [Part::Theory, Part::Identities, Part::Sameness, Part::Fingerprints, Part::Coverage];

    /// The name by which it can be asked for.
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

/// A number, or what is said in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// A number.
    Number(f64),
    /// Words.
    Text(String),
}

/// What a check came to.
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
    /// What it is part of.
    pub part: Part,
    /// What is checked.
    pub name: String,
    /// What should come out.
    pub expected: Figure,
    /// What came out.
    pub found: Figure,
    /// The confidence interval of what came out, where chance plays a part.
    pub interval: Option<(f64, f64)>,
    /// Whether that is as expected.
    pub verdict: CheckVerdict,
}

impl Check {
    /// A check in which chance plays no part.
    pub(super) fn exact(part: Part, name: String, expected: Figure, found: Figure, passed: bool) -> Check {
        Check { part, name, expected, found, interval: None, verdict: CheckVerdict::of(passed) }
    }
}
