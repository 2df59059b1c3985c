//! A queue with one server (M/M/1) on the engine alone, compared with theory: `cargo run --example mm1 --no-default-features`.
//!
//! Customers come at random, 0.8 per second. Each takes one second of the server's time on average. How long do they wait?

use ctisim::engine::{Calendar, Exponentials, Server, Span, Stream, Time, stream_number};
use ctisim::stats::{Confidence, estimate};

const ARRIVAL_RATE: f64 = 0.8;
const SERVICE_RATE: f64 = 1.0;
const CUSTOMERS: u64 = 50_000;
/// The queue is empty at first: these are not measured.
const WARM_UP: u64 = 5_000;

/// What will happen.
#[derive(Clone, Copy)]
enum Event {
    Arrival,
    Departure { waited: Span },
}

/// The mean wait in one replication, in seconds.
fn replicate(replication: u64) -> f64 {
    // A random number stream for each purpose: changing the service changes no arrival.
    let mut arrivals = Exponentials::new(Stream::new(1, replication, stream_number("arrival", "")));
    let mut services = Exponentials::new(Stream::new(1, replication, stream_number("service", "")));
    let mut calendar = Calendar::new();
    let mut server = Server::default();
    let (mut arrived, mut departed, mut total) = (0, 0, 0.0);

    calendar.push(Time::ZERO, Event::Arrival);
    while let Some((now, event)) = calendar.pop() {
        match event {
            Event::Arrival => {
                let work = Span::from_seconds(services.draw() / SERVICE_RATE);
                // First come, first served: when a customer arrives it is known when it will be done.
                let service = server.serve(now, work);
                calendar.push(service.finished, Event::Departure { waited: service.started.since(now) });
                arrived += 1;
                if arrived < CUSTOMERS {
                    calendar.push(now + Span::from_seconds(arrivals.draw() / ARRIVAL_RATE), Event::Arrival);
                }
            }
            Event::Departure { waited } => {
                departed += 1;
                if departed > WARM_UP {
                    total += waited.seconds();
                }
            }
        }
    }
    total / (CUSTOMERS - WARM_UP) as f64
}

fn main() {
    let means: Vec<f64> = (0..40).map(replicate).collect();
    // 99.9 %: an example that CI runs should not fail one time in twenty.
    let found = estimate(&means, Confidence::of(0.999)).expect("more than one replication");
    let (low, high) = found.interval.expect("replications that differ");

    let load = ARRIVAL_RATE / SERVICE_RATE;
    let theory = load / (SERVICE_RATE - ARRIVAL_RATE);
    println!("mean wait: {:.3} s simulated, [{low:.3} s, {high:.3} s]; {theory:.3} s in theory", found.mean);
    assert!(low < theory && theory < high, "the simulation disagrees with theory");
    assert!((high - low) / theory < 0.1, "the interval is too wide to mean anything");
}
