//! Screen pops: events of phones queue at the CTIManager and then at the application.

use crate::engine::Time;
use crate::facts::{Fact, Recorder};
use crate::oracle;

use super::comparison::{Cell, Comparison, free, watch};

#[derive(Default)]
struct ScreenPops {
    warm_up: Time,
    shown: u64,
    delay: u128,
    lost: u64,
}

impl Recorder for ScreenPops {
    fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::ScreenPopShown { delay, .. } if now >= self.warm_up => {
                self.shown += 1;
                self.delay += u128::from(delay.nanos());
            }
            Fact::ScreenPopLost { .. } => self.lost += 1,
            _ => {}
        }
    }
}

/// The mean time from ringing to the data being there: two queues in tandem, M/M/1 and M/M/2, each as if it were alone (J. R.
/// Jackson, 1957).
///
/// Each of 100/3 calls a second makes three events: ringing, connected 2 s later, ended 3 s after that. Each kind is a Poisson stream,
/// because shifting all points of one leaves it one. Together they are not quite one stream, since the events of a call depend on each
/// other, but only over 2 s and more, while both queues forget in tenths of a second: what they meet at a time are three independent
/// streams. The look-up takes no time, so that all events take a worker equally long.
pub(super) fn screen_pop() -> Vec<Comparison> {
    const EVENTS: f64 = 100.0;
    const EVENT: f64 = 0.005;
    const DECIDE: f64 = 0.012;
    const WORKERS: u32 = 2;
    let name = "Screen pop, M/M/1 and M/M/2 in tandem".to_owned();
    let workload = free(&format!(
        r#"
        run = {{ length = "20m", warm_up = "20s" }}
        [[node]]
        name = "sub1"
        work = {{ event = {{ exponential = "5ms" }} }}
        [[application]]
        name = "desktop"
        workers = {WORKERS}
        decide = {{ exponential = "12ms" }}
        lookup = "0s"
        [[phone]]
        name = "agents"
        count = 400
        device_pool = "main"
        application = "desktop"
        answer = "2s"
        [[traffic]]
        name = "callers"
        to = "agents"
        arrivals = {{ poisson = "{}/h" }}
        talk = "3s"
        "#,
        3_600.0 * EVENTS / 3.0
    ));
    let watch = watch(
        |plan| ScreenPops { warm_up: plan.window().warm_up, ..ScreenPops::default() },
        |_, pops| match pops.lost {
            0 => Ok(vec![pops.delay as f64 * 1e-6 / pops.shown as f64]),
            lost => Err(format!("{lost} screen pops were lost, though no call left its phone before 5 s")),
        },
    );
    let delay = |rate| 1e3 * oracle::tandem_mean_sojourn(rate, &[(EVENT, 1), (DECIDE, WORKERS)]);
    let (expected, twin) = (delay(EVENTS), delay(1.05 * EVENTS));
    let cells = vec![Cell { name: format!("{name}: mean delay, ms"), expected, twin, precision: 0.016 }];
    vec![Comparison { name, workload, replications: 40, cells, watch }]
}
