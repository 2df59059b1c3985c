//! The steady state does not allocate: each replication reuses the memory of the one before, and events allocate nothing.

// Counting allocations needs a global allocator, which is unsafe by nature: this one counts and forwards to the system's.
#![allow(unsafe_code)]

mod common;

use common::compile;
use ctisim::cluster::Cluster;
use ctisim::plan::Plan;
use ctisim::record::Meter;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    /// By thread, so that the tests do not count each other's.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that is being torn down may allocate after its counter is gone; that one does not matter.
    let _ = ALLOCATIONS.try_with(|allocations| allocations.set(allocations.get() + 1));
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` allocates, with its result.
fn allocations<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = ALLOCATIONS.get();
    let done = work();
    (ALLOCATIONS.get() - before, done)
}

/// Twenty minutes of the built-in busy hour with its failure: lookups, queues, bursts of reopening, forwards.
fn plan() -> Plan {
    let text = include_str!("../workloads/busy_hour.toml");
    let settings = ["run.length=20m", "run.warm_up=1m", "fault.1.at=10m", "fault.1.for=3m"];
    compile("busy_hour", &ctisim::workload::set(text, &settings).expect("keys of that workload"))
}

/// A campaign dialled by a softphone that is down for a while: events of phones, screen pops, requests.
fn softphone() -> Plan {
    let text = include_str!("../workloads/softphone_dialler.toml");
    compile("softphone_dialler", text)
}

#[test]
fn a_replication_played_again_allocates_nothing() {
    for (plan, least) in [(plan(), 100_000), (softphone(), 40_000)] {
        allocates_nothing(&plan, least);
    }
}

/// With at least so many events, which is enough for a steady state.
fn allocates_nothing(plan: &Plan, least: u64) {
    let mut cluster = Cluster::new(plan, ());
    let first = cluster.run(1, 0);
    let (allocated, again) = allocations(|| cluster.run(1, 0));
    assert_eq!(first, again);
    assert!(again > least, "{again} events are no steady state");
    assert_eq!(allocated, 0, "in {again} events");
}

/// Another replication may need a little more room somewhere than those before it. Every list that can grow doubles
/// when it does, and there are about a dozen kinds of them: calls, pending events, timers, an application's queue and
/// workers, callers that wait for a phone. So a few allocations for each, regardless of the number of events.
const GROWTH: u64 = 24;

#[test]
fn further_replications_allocate_next_to_nothing() {
    let plan = plan();
    let mut cluster = Cluster::new(&plan, ());
    cluster.run(1, 0);
    let (allocated, events) = allocations(|| (1..6).map(|replication| cluster.run(1, replication)).sum::<u64>());
    assert!(allocated <= GROWTH, "{allocated} allocations in {events} events");
}

#[test]
fn metering_allocates_next_to_nothing_while_it_runs() {
    let plan = plan();
    let mut cluster = Cluster::new(&plan, Meter::new(&plan, plan.window()));
    let mut play = |replication| {
        cluster.recorder.start(replication);
        let (allocated, events) = allocations(|| cluster.run(1, replication));
        // The summary of a replication is its result: it is allocated once, not for each event.
        cluster.recorder.finish(plan.length, events);
        allocated
    };
    play(0);
    assert_eq!(play(0), 0, "played again");
    let allocated: u64 = (1..6).map(play).sum();
    assert!(allocated <= GROWTH, "{allocated} allocations");
}
