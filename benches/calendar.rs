//! The cost of a pending event: the hold model (take the next event, schedule it again after a random delay) on the calendar
//! and, for a ratio that is independent of the machine, on the heap of the standard library.
//!
//! A figure is the time of `HOLDS` holds or of one burst; criterion's throughput line divides it by the events.
#![allow(missing_docs)]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ctisim::engine::{Calendar, Exponentials, Server, Span, Stream, Time};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::Duration;

/// An event of the same size and alignment as the simulator's.
type Event = [u16; 4];

const HOLDS: u64 = 100_000;

/// The operations of an event set that the hold model needs.
trait Pending {
    fn push(&mut self, at: u64, event: Event);
    fn pop(&mut self) -> Option<(u64, Event)>;
}

impl Pending for Calendar<Event> {
    fn push(&mut self, at: u64, event: Event) {
        Calendar::push(self, Time::from_nanos(at), event);
    }
    fn pop(&mut self) -> Option<(u64, Event)> {
        Calendar::pop(self).map(|(at, event)| (at.nanos(), event))
    }
}

/// A heap of (time, sequence, event).
#[derive(Default)]
struct Heap {
    heap: BinaryHeap<Reverse<(u64, u64, Event)>>,
    sequence: u64,
}

impl Pending for Heap {
    fn push(&mut self, at: u64, event: Event) {
        self.sequence += 1;
        self.heap.push(Reverse((at, self.sequence, event)));
    }
    fn pop(&mut self) -> Option<(u64, Event)> {
        self.heap.pop().map(|Reverse((at, _, event))| (at, event))
    }
}

/// Delays drawn beforehand, so that the event set is measured and not the random numbers: a step of a congruential generator chooses
/// among 1,024 of them, about two nanoseconds a delay.
struct Delays {
    table: Vec<u64>,
    /// Random bits added to a delay, so that the 1,024 do not make ties.
    blur: u64,
    state: u64,
}

impl Delays {
    /// Quantiles of the distribution with this inverse.
    fn new(blur: u64, quantile: impl Fn(f64) -> f64) -> Delays {
        let table = (0..1024).map(|i| quantile((i as f64 + 0.5) / 1024.0) as u64).collect();
        Delays { table, blur, state: 1 }
    }

    fn exponential(mean: f64, blur: u64) -> Delays {
        Delays::new(blur, |u| -mean * libm::log(1.0 - u))
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.table[(self.state >> 54) as usize] + ((self.state >> 20) & self.blur)
    }
}

fn fill(set: &mut impl Pending, delays: &mut Delays, population: u64) {
    for i in 0..population {
        set.push(delays.next(), [i as u16; 4]);
    }
    // Past the transient of the filling.
    hold(set, delays, 4 * population);
}

fn hold(set: &mut impl Pending, delays: &mut Delays, holds: u64) -> u64 {
    let mut digest = 0;
    for _ in 0..holds {
        let (now, event) = set.pop().expect("the population is constant");
        digest ^= now ^ u64::from(event[0]);
        set.push(now + delays.next(), event);
    }
    digest
}

fn holds(criterion: &mut Criterion) {
    // One in ten is a call's talk time, the others a hop.
    let mix = || Delays::new(0, |u| if u < 0.9 { 5e6 } else { -180e9 * libm::log(10.0 * (1.0 - u)) });
    let constants = || Delays::new(0, |u| [1e6, 5e6, 20e6, 4e9][(u * 4.0) as usize]);
    let cases: [(&str, u64, Delays); 7] = [
        ("exponential", 16, Delays::exponential(1e9, 0xf_ffff)),
        ("exponential", 1024, Delays::exponential(1e9, 0xf_ffff)),
        ("exponential", 65_536, Delays::exponential(1e9, 0xf_ffff)),
        ("exponential", 1_000_000, Delays::exponential(1e9, 0xf_ffff)),
        ("mix", 4096, mix()),
        ("constants", 4096, constants()),
        ("ties", 4096, Delays::exponential(4.0, 0)),
    ];
    for (name, population, mut delays) in cases {
        let mut group = criterion.benchmark_group(format!("hold/{name}"));
        group.throughput(Throughput::Elements(HOLDS));
        let mut calendar = Calendar::new();
        fill(&mut calendar, &mut delays, population);
        group.bench_function(BenchmarkId::new("calendar", population), |bencher| {
            bencher.iter(|| black_box(hold(&mut calendar, &mut delays, HOLDS)));
        });
        let mut heap = Heap::default();
        fill(&mut heap, &mut delays, population);
        group.bench_function(BenchmarkId::new("heap", population), |bencher| {
            bencher.iter(|| black_box(hold(&mut heap, &mut delays, HOLDS)));
        });
        group.finish();
    }
}

/// Events at one time, into a calendar with other events: as in a failover.
fn bursts(criterion: &mut Criterion) {
    const BURST: u64 = 20_000;
    let mut group = criterion.benchmark_group("burst");
    group.throughput(Throughput::Elements(BURST));
    let mut delays = Delays::exponential(1e9, 0xf_ffff);
    let mut calendar = Calendar::new();
    fill(&mut calendar, &mut delays, 1024);
    group.bench_function(BenchmarkId::new("calendar", BURST), |bencher| {
        bencher.iter(|| burst(&mut calendar, &mut delays, BURST));
    });
    let mut heap = Heap::default();
    fill(&mut heap, &mut delays, 1024);
    group.bench_function(BenchmarkId::new("heap", BURST), |bencher| {
        bencher.iter(|| burst(&mut heap, &mut delays, BURST));
    });
    group.finish();
}

fn burst(set: &mut impl Pending, delays: &mut Delays, size: u64) {
    const MARK: Event = [u16::MAX; 4];
    let (now, event) = set.pop().expect("the population is constant");
    set.push(now + delays.next(), event);
    for _ in 0..size {
        set.push(now + 2_000_000, MARK);
    }
    let mut left = size;
    while left > 0 {
        let (now, event) = set.pop().expect("the burst is pending");
        if event == MARK {
            left -= 1;
        } else {
            set.push(now + delays.next(), event);
        }
    }
}

/// An M/M/1 queue at 80 % utilisation and nothing else: the engine's cost of an event. Each customer takes two words of
/// ChaCha8, two exponential times and two events.
fn one_server(criterion: &mut Criterion) {
    const CUSTOMERS: u64 = 100_000;
    let mut group = criterion.benchmark_group("one_server");
    group.throughput(Throughput::Elements(2 * CUSTOMERS));
    group.bench_function("engine", |bencher| bencher.iter(|| black_box(serve(black_box(CUSTOMERS)))));
    group.finish();
}

/// The sum of the customers' times in the system.
fn serve(customers: u64) -> u64 {
    const ARRIVES: Event = [0; 4];
    const LEAVES: Event = [1; 4];
    let mut exponentials = Exponentials::new(Stream::new(1, 0, 0));
    let mut draw = |mean| Span::from_nanos((mean * exponentials.draw()) as u64);
    let mut server = Server::default();
    let mut calendar = Calendar::new();
    let (mut present, mut stays, mut arrived, mut last) = (0, 0, 0, Time::ZERO);
    calendar.push(Time::ZERO, ARRIVES);
    while let Some((now, event)) = calendar.pop() {
        stays += present * (now - last).nanos();
        last = now;
        if event == ARRIVES {
            present += 1;
            arrived += 1;
            let service = server.serve(now, draw(8e6));
            calendar.push(service.finished, LEAVES);
            if arrived < customers {
                calendar.push(now + draw(10e6), ARRIVES);
            }
        } else {
            present -= 1;
        }
    }
    stays
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1200));
    targets = holds, bursts, one_server
}
criterion_main!(benches);
