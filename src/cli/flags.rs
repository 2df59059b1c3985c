//! Flags that many commands have.

use std::num::NonZeroUsize;
use std::ops::Range;

use clap::Args;

use super::terminal::Talk;
use super::values::{jobs, replications, seed, setting};

/// What every command that runs replications is told.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct StudyArguments {
    /// How many replications, or which: 200, or 200..400 (the last not included) [default: the workload's]
    #[arg(long, value_name = "N|A..B", value_parser = replications, allow_hyphen_values = true)]
    pub(super) replications: Option<Range<u64>>,

    /// Seed, decimal or hexadecimal (0x...) [default: the workload's]
    #[arg(long, value_name = "S", value_parser = seed, allow_hyphen_values = true)]
    pub(super) seed: Option<u64>,

    /// How many threads; the results do not depend on it [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = jobs, allow_hyphen_values = true)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// Change a value of the workload, e.g. run.length=10m; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub(super) settings: Vec<String>,

    /// No progress bar and no remarks
    #[arg(long, short)]
    pub(super) quiet: bool,
}

impl StudyArguments {
    /// Whether the command makes remarks.
    pub(super) fn talk(&self) -> Talk {
        if self.quiet { Talk::Quiet } else { Talk::Remarks }
    }
}
