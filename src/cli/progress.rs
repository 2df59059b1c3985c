//! The progress bar, and remarks while a study runs.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::experiment::Progress;
use crate::report::span;
use crate::studies::{Observer, Remark};

use super::terminal::{Verbosity, message};

/// A bar on standard error with an estimate of the time left; hidden if standard error is not a terminal.
pub(super) struct Bar {
    bar: ProgressBar,
    verbosity: Verbosity,
    /// The names of the points of a sweep, or of the values of a search, in remarks.
    pub(super) titles: Vec<String>,
    /// The number of these that are finished.
    finished: AtomicUsize,
}

impl Bar {
    /// A bar for so many replications.
    pub(super) fn new(replications: u64, verbosity: Verbosity) -> Bar {
        let bar = match verbosity {
            Verbosity::Normal if std::io::stderr().is_terminal() => visible(replications),
            _ => ProgressBar::hidden(),
        };
        Bar { bar, verbosity, titles: Vec::new(), finished: AtomicUsize::new(0) }
    }

    /// The number of finished points or values.
    pub(super) fn finished(&self) -> usize {
        self.finished.load(Ordering::Relaxed)
    }

    /// The text of a remark, and the verbosity that shows it: warnings are shown with --quiet, too.
    fn words(&self, remark: &Remark) -> (String, Verbosity) {
        match remark {
            Remark::NotSteady { workload, length } => {
                let text = format!(
                    "warning: {} of `{workload}` are too short for a steady state: the number of calls in progress has not settled by the \
                     middle of the run (MSER-5)\n  help: increase `run.length`; where load exceeds capacity there is no steady state",
                    span(*length)
                );
                (text, Verbosity::Quiet)
            }
            Remark::ShortWarmUp { given, settles } => {
                let text = format!(
                    "warning: a `warm_up` of {} is short: the number of calls in progress settles after {} (MSER-5)",
                    span(*given),
                    span(*settles)
                );
                (text, Verbosity::Quiet)
            }
            Remark::SteadyAfter(length) => (
                format!("warm-up of {} (MSER-5): the initial transient is not measured", span(*length)),
                Verbosity::Normal,
            ),
            Remark::Kept(at) => (format!("{}: already done", self.titles[*at]), Verbosity::Normal),
            Remark::Done(at) => (format!("{}: done", self.titles[*at]), Verbosity::Normal),
            Remark::Evaluated { at, verdict, replications } => (
                format!("{}: {} after {replications} replications", self.titles[*at], verdict.name()),
                Verbosity::Normal,
            ),
        }
    }
}

fn visible(replications: u64) -> ProgressBar {
    // Without colours, so that NO_COLOR holds.
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} replications, {left}")
        .expect("the template is well formed")
        .with_key("left", |state: &ProgressState, text: &mut dyn std::fmt::Write| {
            // There is no estimate before the first one is done.
            let _ = match state.pos() {
                0 => write!(text, "time left not yet known"),
                _ => write!(text, "{} left", HumanDuration(state.eta())),
            };
        });
    let bar = ProgressBar::with_draw_target(Some(replications), ProgressDrawTarget::stderr()).with_style(style);
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    bar
}

impl Progress for Bar {
    fn replication_done(&self) {
        self.bar.inc(1);
    }
}

impl Observer for Bar {
    fn expect(&self, replications: u64) {
        self.bar.set_length(replications);
        self.bar.reset();
    }

    /// Shown on a line above the bar.
    fn remark(&self, remark: Remark) {
        if matches!(remark, Remark::Kept(_) | Remark::Done(_) | Remark::Evaluated { .. }) {
            self.finished.fetch_add(1, Ordering::Relaxed);
        }
        let (text, least) = self.words(&remark);
        if least == Verbosity::Quiet || self.verbosity == Verbosity::Normal {
            self.bar.suspend(|| message(&text));
        }
    }
}

/// The bar is cleared before anything else is printed.
impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
