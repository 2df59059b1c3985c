//! The memory that the program asks for, and its end when there is no more: a message with the size and an exit code, instead
//! of an abort, or of the system ending it without a word.

// A global allocator is unsafe by nature: this one counts and forwards to the system's.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;
use std::ptr::{null_mut, with_exposed_provenance_mut};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use super::memory::{self, size};
use super::signals;
use super::stop::Stop;

/// The program's allocator. `src/main.rs` installs it; where it is not installed, nothing is counted.
#[derive(Clone, Copy, Debug)]
pub struct Heap;

/// The bytes in use.
static IN_USE: AtomicUsize = AtomicUsize::new(0);
/// So many may be, before what is available is looked at again; a program that never needs more never looks.
static MARK: AtomicUsize = AtomicUsize::new(32 << 20);
/// What is left for stacks, for tables of the system and for the end of the program.
const SPARE: u64 = 4 << 20;
/// Kept to be given back when there is no more, because the end of the program needs some.
static RESERVE: AtomicUsize = AtomicUsize::new(0);
const RESERVED: Layout = Layout::new::<[u64; 32 << 10]>();

thread_local! {
    /// Whether this thread is looking, or ending the program: what it asks for meanwhile is not looked at.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

// SAFETY: every call goes to the system's allocator with the same arguments, or the program ends.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: as promised by the caller.
        given(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: as promised by the caller.
        given(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let more = size.saturating_sub(layout.size());
        take(more);
        IN_USE.fetch_sub(layout.size().saturating_sub(size), Relaxed);
        // SAFETY: as promised by the caller.
        given(unsafe { System.realloc(pointer, layout, size) }, more)
    }
}

/// So many bytes more are asked for.
#[inline]
fn take(bytes: usize) {
    if IN_USE.fetch_add(bytes, Relaxed) + bytes > MARK.load(Relaxed) {
        look(bytes);
    }
}

#[inline]
fn given(pointer: *mut u8, bytes: usize) -> *mut u8 {
    if pointer.is_null() {
        return nothing_given(bytes);
    }
    pointer
}

/// Whether this thread was not busy before; it is from now on.
fn begins() -> bool {
    BUSY.try_with(|busy| !busy.replace(true)).unwrap_or(false)
}

/// Looks at what is available. Half of what is left then may be used before the next look, so that what other programs take
/// meanwhile is seen.
#[cold]
#[inline(never)]
fn look(bytes: usize) {
    if !begins() {
        return;
    }
    let available = memory::available().unwrap_or(u64::MAX / 2);
    let Some(left) = available.checked_sub(bytes as u64 + SPARE) else { end(bytes) };
    let mark = (IN_USE.load(Relaxed) as u64).saturating_add(left / 2);
    MARK.store(usize::try_from(mark).unwrap_or(usize::MAX), Relaxed);
    BUSY.set(false);
}

/// The system has no such piece of memory.
#[cold]
#[inline(never)]
fn nothing_given(bytes: usize) -> *mut u8 {
    if begins() { end(bytes) } else { null_mut() }
}

/// Ends the program, on whatever thread and whatever locks it holds.
fn end(bytes: usize) -> ! {
    static ENDS: AtomicBool = AtomicBool::new(false);
    // One thread does it; the others wait for that.
    while ENDS.swap(true, Relaxed) {
        std::thread::park();
    }
    MARK.store(usize::MAX, Relaxed);
    let reserve = RESERVE.swap(0, Relaxed);
    if reserve != 0 {
        // SAFETY: it was allocated with this layout, and is freed once.
        unsafe { System.dealloc(with_exposed_provenance_mut(reserve), RESERVED) };
    }
    let in_use = size(IN_USE.load(Relaxed).saturating_sub(bytes) as u64);
    let message = format!(
        "error: there is not enough memory: {in_use} are in use, and {} more are needed\n  help: reduce --jobs or \
         --replications, the calls per hour, how long callers wait, or the number of devices\n",
        size(bytes as u64)
    );
    print(message.as_bytes());
    signals::undo();
    std::process::exit(i32::from(Stop::Invalid(String::new()).exit_code()))
}

/// To standard error, past its lock: this thread may hold it.
#[cfg(unix)]
fn print(message: &[u8]) {
    use std::os::fd::FromRawFd;
    // SAFETY: it is open as long as the program runs, since it is not dropped.
    let mut error = std::mem::ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(2) });
    let _ = error.write_all(message);
}

#[cfg(not(unix))]
fn print(message: &[u8]) {
    let _ = std::io::stderr().write_all(message);
}

/// Has the system give large blocks pages of their own, always: they grow where they are, without a copy, and go back when they
/// are freed. Otherwise glibc soon keeps them among the small ones of a thread, and how many holes their growth leaves there
/// depends on the timing of threads: one study took 178 MiB or 298 MiB.
pub(super) fn keep_large_blocks_apart() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        /// From <malloc.h>.
        const M_MMAP_THRESHOLD: i32 = -3;
        const LARGE: i32 = 128 << 10;
        unsafe extern "C" {
            fn mallopt(parameter: i32, value: i32) -> i32;
        }
        // SAFETY: this is its signature; with these arguments it only sets a number. A failure leaves all as it is.
        let _ = unsafe { mallopt(M_MMAP_THRESHOLD, LARGE) };
    }
}

/// Keeps some memory for the end of the program.
pub(super) fn reserve() {
    // SAFETY: the layout has a size.
    let pointer = unsafe { System.alloc(RESERVED) };
    RESERVE.store(pointer.expose_provenance(), Relaxed);
}
