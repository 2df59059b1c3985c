//! The progress bar, and remarks while a study runs.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::experiment::Progress;
use crate::report::span;
use crate::studies::{Observer, Remark};

use super::terminal::{Verbosity, message};

/// A bar on standard error with an estimate of the time left; where nothing can be drawn again, as in the log of a pipeline,
/// a line from time to time.
pub(super) struct Bar {
    bar: ProgressBar,
    /// Ends the lines when it is dropped.
    _lines: Option<Sender<()>>,
    verbosity: Verbosity,
    /// The names of the points of a sweep, or of the values of a search, in remarks.
    pub(super) titles: Vec<String>,
    /// The number of these that are finished.
    finished: AtomicUsize,
}

impl Bar {
    /// A bar for so many replications.
    pub(super) fn new(replications: u64, verbosity: Verbosity) -> Bar {
        let (bar, lines) = match verbosity {
            Verbosity::Normal if can_draw() => (visible(replications), None),
            Verbosity::Normal => {
                let bar = ProgressBar::hidden();
                bar.set_length(replications);
                let lines = lines(bar.clone(), FIRST, LATER, |line| message(&line));
                (bar, Some(lines))
            }
            Verbosity::Quiet => (ProgressBar::hidden(), None),
        };
        Bar { bar, _lines: lines, verbosity, titles: Vec::new(), finished: AtomicUsize::new(0) }
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

/// Whether standard error is a terminal on which a line can be drawn again.
fn can_draw() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The time until the first line of progress; each of the others takes twice as long as the one before.
const FIRST: Duration = Duration::from_secs(10);
/// But not longer than this.
const LATER: Duration = Duration::from_secs(60);

/// Shows how far a bar is, again and again until the sender is dropped.
fn lines(bar: ProgressBar, first: Duration, later: Duration, show: impl Fn(String) + Send + 'static) -> Sender<()> {
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let mut wait = first;
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(wait) {
            wait = (2 * wait).min(later);
            show(format!("{} of {} replications", bar.position(), bar.length().unwrap_or_default()));
        }
    });
    sender
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_has_a_line_from_time_to_time_and_none_after_the_end() {
        let bar = ProgressBar::hidden();
        bar.set_length(30);
        bar.inc(7);
        let (shown, lines_shown) = mpsc::channel();
        let sender = lines(bar, Duration::from_millis(5), Duration::from_millis(5), move |line| drop(shown.send(line)));
        assert_eq!(lines_shown.recv().unwrap(), "7 of 30 replications");
        assert_eq!(lines_shown.recv().unwrap(), "7 of 30 replications");
        drop(sender);
        // The thread ends, and with it the channel: whatever was shown until then is all.
        assert!(lines_shown.iter().all(|line| line == "7 of 30 replications"));
    }
}
