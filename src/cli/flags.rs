//! Options that several commands have.

use std::num::NonZeroUsize;
use std::ops::Range;

use clap::Args;

use super::input::Allowed;
use super::terminal::Verbosity;
use super::values::{jobs, replications, seed, setting};

/// The options of every command that runs replications.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct StudyArguments {
    /// Change a value of the workload, e.g. run.length=10m, or add to a list, e.g. 'fault+={...}'; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub(super) settings: Vec<String>,

    #[command(flatten)]
    pub(super) allowed: Allowed,

    /// Number of replications, or which ones: 200, or 200..400 (without 400) [default: the workload's]
    #[arg(long, value_name = "N|A..B", value_parser = replications, allow_hyphen_values = true)]
    pub(super) replications: Option<Range<u64>>,

    /// Random seed, decimal or hexadecimal (0x...) [default: the workload's]
    #[arg(long, value_name = "S", value_parser = seed, allow_hyphen_values = true)]
    pub(super) seed: Option<u64>,

    /// Number of threads; it does not change the results [default: the number of cores]
    #[arg(long, display_order = 800, value_name = "N", value_parser = jobs, allow_hyphen_values = true)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// Show no progress bar and no remarks
    #[arg(long, short, display_order = 900)]
    pub(super) quiet: bool,
}

impl StudyArguments {
    /// Whether remarks and progress are shown.
    pub(super) fn verbosity(&self) -> Verbosity {
        if self.quiet { Verbosity::Quiet } else { Verbosity::Normal }
    }
}
