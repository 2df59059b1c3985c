//! How far it is, and what is worth saying meanwhile, for people who watch.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::experiment::Progress;
use crate::report::span;
use crate::studies::{Observer, Remark};

use super::terminal::{Talk, say};

/// A bar on standard error with an estimate of the time left; nothing where nobody watches.
pub(super) struct Bar {
    bar: ProgressBar,
    talk: Talk,
    /// What the points of a sweep, or the values of a search, are called in remarks.
    pub(super) titles: Vec<String>,
    /// How many of these are finished.
    finished: AtomicUsize,
}

impl Bar {
    /// A bar for so many replications.
    pub(super) fn new(replications: u64, talk: Talk) -> Bar {
        let bar = match talk {
            Talk::Remarks if std::io::stderr().is_terminal() => visible(replications),
            _ => ProgressBar::hidden(),
        };
        Bar { bar, talk, titles: Vec::new(), finished: AtomicUsize::new(0) }
    }

    /// How many points or values were finished.
    pub(super) fn finished(&self) -> usize {
        self.finished.load(Ordering::Relaxed)
    }

    /// What a remark says, and whether it is said to those who want no remarks as well: a warning is.
    fn words(&self, remark: &Remark) -> (String, Talk) {
        match remark {
            Remark::NotSteady { workload, length } => {
                let text = format!(
                    "warning: {} of `{workload}` are too short to be steady: the number of calls in progress has not settled by the \
                     middle of the run (MSER-5)\n  help: a longer `run.length`; where load exceeds capacity nothing settles",
                    span(*length)
                );
                (text, Talk::Quiet)
            }
            Remark::ShortWarmUp { given, settles } => {
                let text = format!(
                    "warning: a `warm_up` of {} is short: the number of calls in progress settles after {} (MSER-5)",
                    span(*given),
                    span(*settles)
                );
                (text, Talk::Quiet)
            }
            Remark::SteadyAfter(length) => {
                (format!("steady after {}: what was before is not measured (MSER-5)", span(*length)), Talk::Remarks)
            }
            Remark::Kept(at) => (format!("{}: had it", self.titles[*at]), Talk::Remarks),
            Remark::Done(at) => (format!("{}: done", self.titles[*at]), Talk::Remarks),
            Remark::Evaluated { at, verdict, replications } => {
                (format!("{}: {} after {replications} replications", self.titles[*at], verdict.name()), Talk::Remarks)
            }
        }
    }
}

fn visible(replications: u64) -> ProgressBar {
    // No colours, so there is nothing that NO_COLOR would have to take away.
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} replications, {left}")
        .expect("the template is well formed")
        .with_key("left", |state: &ProgressState, text: &mut dyn std::fmt::Write| {
            // Nothing is known before the first one is done.
            let _ = match state.pos() {
                0 => write!(text, "time left not known yet"),
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

    /// On a line of its own, above the bar.
    fn remark(&self, remark: Remark) {
        if matches!(remark, Remark::Kept(_) | Remark::Done(_) | Remark::Evaluated { .. }) {
            self.finished.fetch_add(1, Ordering::Relaxed);
        }
        let (text, to) = self.words(&remark);
        if to == Talk::Quiet || self.talk == Talk::Remarks {
            self.bar.suspend(|| say(&text));
        }
    }
}

/// The bar makes room for what comes after it.
impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
