//! The length of a run and the number of replications: `[run]`.

use super::clock::Clock;
use super::read::{At, Key, Table, Value};
use super::vocabulary::{BINS_MAX, RUN_LONGEST};
use crate::engine::Span;

/// `[run]`
#[derive(Clone, Debug)]
pub struct Run {
    /// Whether the study is terminating or steady-state.
    pub study: Study,
    /// The length of a run.
    pub length: At<Span>,
    /// The warm-up; `None` if pilot runs have to find it.
    pub warm_up: Option<At<Span>>,
    /// The number of replications.
    pub replications: u32,
    /// The random seed.
    pub seed: u64,
    /// The length of a bin of the timeline.
    pub bin: At<Span>,
    /// The clock, if the workload says what it shows when a run starts.
    pub clock: Option<Clock>,
    /// The times within which callers are to be answered.
    pub answered_within: Vec<Span>,
}

impl Run {
    pub(super) fn read(table: &Table<'_>) -> Run {
        let length = table
            .duration("length")
            .check(|length| *length <= RUN_LONGEST, "must not be more than 366 days")
            .at(Key::value);
        let study = table
            .key("study", |value| value.choice(&[Study::Terminating, Study::Steady].map(|study| (study.name(), study))))
            .value();
        let warm_up =
            table.duration("warm_up").check(|warm_up| *warm_up < length.value, "leaves nothing of the run to measure");
        let warm_up = match study {
            Study::Steady if !warm_up.is_present() => None,
            Study::Steady | Study::Terminating => Some(warm_up.at(Key::value)),
        };
        let second = Span::from_secs(1);
        let bin = table
            .duration("bin")
            .check(|bin| *bin <= length.value, "is longer than the run")
            .check(|bin| length.value.nanos() / bin.nanos() < BINS_MAX, "makes more than 100000 bins")
            .at(|bin| bin.default(Span::from_nanos(length.value.nanos() / 60).max(second).min(length.value)));
        let answered_within = table.list("answered_within", Value::duration).length("has more than 20 times").value();
        Run {
            study,
            length,
            warm_up,
            replications: table.whole("replications").value() as u32,
            seed: table.whole("seed").value(),
            bin,
            clock: table.key("starts", Value::clock).optional(),
            answered_within,
        }
    }
}

/// The kind of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Study {
    /// A period with a beginning and an end: a day, or an outage and what follows.
    Terminating,
    /// The steady state, after the initial transient.
    Steady,
}

impl Study {
    /// The word in workload files.
    pub const fn name(self) -> &'static str {
        match self {
            Study::Terminating => "terminating",
            Study::Steady => "steady",
        }
    }
}
