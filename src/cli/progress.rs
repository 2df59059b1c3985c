//! How far it is, for people who watch.

use std::io::IsTerminal;

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::experiment::Progress;

/// A bar on standard error with an estimate of the time left; nothing where nobody watches.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar for so many replications.
    pub(super) fn new(replications: u64, quiet: bool) -> Bar {
        if quiet || !std::io::stderr().is_terminal() {
            return Bar(ProgressBar::hidden());
        }
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
        Bar(bar)
    }

    /// Talks, on a line of its own above the bar.
    pub(super) fn say(&self, message: &str) {
        self.0.suspend(|| super::say(message));
    }
}

impl Progress for Bar {
    fn replication_done(&self) {
        self.0.inc(1);
    }
}

/// The bar makes room for what comes after it.
impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
