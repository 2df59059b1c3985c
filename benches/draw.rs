//! The cost of random numbers: a word, a caller's block, and a value of each distribution, each in batches of `BATCH`. The table of words is the same for all distributions.
#![allow(missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ctisim::engine::{Distribution, Span, Stream};
use std::hint::black_box;
use std::time::Duration;

const BATCH: u64 = 1024;

fn streams(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stream");
    group.throughput(Throughput::Elements(BATCH));
    let mut stream = Stream::new(1, 2, 3);
    group.bench_function("word", |bencher| {
        bencher.iter(|| (0..BATCH).fold(0, |sum, _| sum ^ stream.next_u64()));
    });
    let mut stream = Stream::new(1, 2, 3);
    group.bench_function("block in order", |bencher| {
        bencher.iter(|| (0..BATCH).fold(0, |sum, _| sum ^ stream.block()[7]));
    });
    group.bench_function("block sought", |bencher| {
        bencher.iter(|| {
            (0..BATCH).fold(0, |sum, n| {
                stream.seek_block(n * 1000);
                sum ^ stream.block()[7]
            })
        });
    });
    group.bench_function("reset and first word", |bencher| {
        bencher.iter(|| {
            (0..BATCH).fold(0, |sum, replication| {
                stream.reset(1, replication);
                sum ^ stream.next_u64()
            })
        });
    });
    group.finish();
}

fn distributions(criterion: &mut Criterion) {
    let mut stream = Stream::new(1, 2, 3);
    let words: Vec<u64> = (0..BATCH).map(|_| stream.next_u64()).collect();
    let mean = Span::from_secs(180);
    let values: Vec<Span> = (0..10_000).map(Span::from_millis).collect();
    let cases = [
        ("constant", Distribution::Constant(mean)),
        ("exponential", Distribution::Exponential { mean }),
        ("uniform", Distribution::Uniform { low: Span::ZERO, high: mean }),
        ("erlang 4", Distribution::Erlang { phases: 4, mean }),
        ("erlang 40", Distribution::Erlang { phases: 40, mean }),
        ("lognormal", Distribution::lognormal(mean, 1.3)),
        ("weibull", Distribution::weibull(mean, 0.8)),
        ("empirical", Distribution::empirical(values)),
    ];
    let mut group = criterion.benchmark_group("sample");
    group.throughput(Throughput::Elements(BATCH));
    for (name, distribution) in cases {
        let distribution = black_box(distribution);
        group.bench_function(name, |bencher| {
            bencher.iter(|| words.iter().fold(0, |sum, &word| sum ^ distribution.sample(word).nanos()));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600));
    targets = streams, distributions
}
criterion_main!(benches);
