//! How far it is, for people who watch.

use std::io::IsTerminal;

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::experiment::Progress;

use super::terminal::Talk;

/// A bar on standard error with an estimate of the time left; nothing where nobody watches.
pub(super) struct Bar {
    bar: ProgressBar,
    talk: Talk,
}

impl Bar {
    /// A bar for so many replications.
    pub(super) fn new(replications: u64, talk: Talk) -> Bar {
        if talk == Talk::Quiet || !std::io::stderr().is_terminal() {
            return Bar { bar: ProgressBar::hidden(), talk };
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
        Bar { bar, talk }
    }

    /// Begins again, for as many.
    pub(super) fn restart(&self) {
        self.bar.reset();
    }

    /// Makes a remark, if it may, on a line of its own above the bar.
    pub(super) fn remark(&self, message: &str) {
        self.bar.suspend(|| self.talk.remark(message));
    }
}

impl Progress for Bar {
    fn replication_done(&self) {
        self.bar.inc(1);
    }
}

/// The bar makes room for what comes after it.
impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
