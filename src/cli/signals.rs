//! Signals that ask the program to end, and what it undoes then.
//!
//! A command that simulates is asked first, and ends in good order within some milliseconds. Whatever else the program is
//! doing, and also if that takes too long or there is a second signal, it undoes what it has begun and ends at once.

use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Raised to end a study in good order.
static STOP: AtomicBool = AtomicBool::new(false);

/// What a signal finds. It is locked while the program ends, and while something happens that must not be cut in two.
static STATE: Mutex<State> = Mutex::new(State { phase: Phase::AtOnce, last: 0, steps: Vec::new() });

struct State {
    phase: Phase,
    /// The number of the last step.
    last: u64,
    /// What is undone when the program ends before its time, the last step first.
    steps: Vec<(u64, Step)>,
}

type Step = Box<dyn FnOnce() + Send>;

/// What a signal does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// It ends the program at once.
    AtOnce,
    /// It raises [`STOP`].
    Study,
    /// This signal has raised it.
    Stopping(i32),
}

/// A thread that panicked may have left it locked: what it holds is still to be undone.
fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn undo(&mut self) {
        while let Some((_, step)) = self.steps.pop() {
            step();
        }
    }
}

/// A step that undoes something: when this is dropped, or when the program is ended before that.
#[must_use]
pub(super) struct Undo(u64);

impl Undo {
    /// Does something that the step undoes; signals wait meanwhile. Neither may use this module.
    pub(super) fn of<T>(
        make: impl FnOnce() -> io::Result<T>,
        step: impl FnOnce() + Send + 'static,
    ) -> io::Result<Undo> {
        let mut state = state();
        make()?;
        state.last += 1;
        let number = state.last;
        state.steps.push((number, Box::new(step)));
        Ok(Undo(number))
    }

    /// There is nothing left to undo.
    pub(super) fn forget(self) {
        state().steps.retain(|(number, _)| *number != self.0);
    }
}

/// Work that no signal cuts in two, after which there is nothing left to undo if it succeeds. It must not use this module.
pub(super) fn whole<T, E>(undo: &[Undo], work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let mut state = state();
    let done = work();
    if done.is_ok() {
        state.steps.retain(|(number, _)| undo.iter().all(|undone| undone.0 != *number));
    }
    done
}

impl Drop for Undo {
    fn drop(&mut self) {
        let mut state = state();
        if let Some(at) = state.steps.iter().position(|(number, _)| *number == self.0) {
            let (_, step) = state.steps.remove(at);
            step();
        }
    }
}

/// A study under way, which a signal ends in good order.
pub(super) struct Study(());

impl Study {
    /// It begins.
    pub(super) fn begin() -> Study {
        state().phase = Phase::Study;
        Study(())
    }

    /// Raised to end it.
    pub(super) fn stop(&self) -> &'static AtomicBool {
        &STOP
    }

    /// It is over, and whether no signal came before that.
    pub(super) fn end(self) -> bool {
        let mut state = state();
        let ended = state.phase == Phase::Study;
        if ended {
            state.phase = Phase::AtOnce;
        }
        ended
    }
}

impl Drop for Study {
    fn drop(&mut self) {
        let mut state = state();
        if state.phase == Phase::Study {
            state.phase = Phase::AtOnce;
        }
    }
}

/// The exit code of a program that a signal ends, as a shell reports it.
const fn code(signal: i32) -> i32 {
    128 + signal
}

/// The exit code of a study that was stopped: that of the signal which stopped it.
pub(super) fn exit_code() -> u8 {
    match state().phase {
        Phase::Stopping(signal) => code(signal).try_into().unwrap_or(u8::MAX),
        _ => 130,
    }
}

/// Undoes what has begun, before the program ends because of a bug; unless that is where the bug is.
pub(super) fn undo() {
    if let Ok(mut state) = STATE.try_lock() {
        state.undo();
    }
}

/// From now on signals are heeded.
///
/// # Errors
/// Why they cannot be.
#[cfg(unix)]
pub(super) fn listen() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};

    // A file that grows beyond `ulimit -f` is an error of the write then, as a full disk is.
    let mut heeded = vec![SIGINT, SIGTERM, SIGXFSZ];
    // `nohup` asks to ignore it.
    if !is_ignored(SIGHUP) {
        heeded.push(SIGHUP);
    }
    let mut signals = signal_hook::iterator::Signals::new(heeded)?;
    let heed = move || signals.forever().filter(|&signal| signal != SIGXFSZ).for_each(received);
    std::thread::Builder::new().name("signals".to_owned()).spawn(heed)?;
    Ok(())
}

/// Elsewhere the system ends the program, and the next command removes what it left.
#[cfg(not(unix))]
pub(super) fn listen() -> io::Result<()> {
    Ok(())
}

/// Whether this signal was ignored when the program was started, as Linux says.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}

/// What a study has to end in good order, and a message to be printed.
#[cfg(unix)]
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(600);
#[cfg(unix)]
const GLANCE: std::time::Duration = std::time::Duration::from_millis(100);

#[cfg(unix)]
fn received(signal: i32) {
    let mut state = state();
    if state.phase == Phase::Study {
        state.phase = Phase::Stopping(signal);
        STOP.store(true, std::sync::atomic::Ordering::Relaxed);
        let late = move || {
            std::thread::sleep(PATIENCE);
            end(self::state(), signal)
        };
        // Without a thread that watches, the signal ends the program at once.
        if std::thread::Builder::new().spawn(late).is_ok() {
            return;
        }
    }
    end(state, signal)
}

/// Ends the program because of this signal.
#[cfg(unix)]
fn end(mut state: MutexGuard<'static, State>, signal: i32) -> ! {
    state.undo();
    // Whoever reads standard error may have stopped reading, and another thread may wait for that.
    let (printed, done) = std::sync::mpsc::channel();
    let print = move || {
        let _ = io::Write::write_all(&mut io::stderr(), b"interrupted\n");
        let _ = printed.send(());
    };
    if std::thread::Builder::new().spawn(print).is_ok() {
        let _ = done.recv_timeout(GLANCE);
    }
    std::process::exit(code(signal))
}
