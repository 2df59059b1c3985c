//! simulacra: one event type by value, one handler. Its kernel alone, without its networks and tasks.

use std::time::Duration;

use cpu_time::ProcessTime;
use simulacra::{Duration as Span, Simulation, Time};

use super::{MeasuredCluster, Runs, Ziggurat};
use crate::models::Model;

pub(super) struct Simulacra(pub(super) Ziggurat);

impl<M: Model> Runs<M> for Simulacra {
    fn run(mut self, mut model: M) -> (MeasuredCluster, Duration) {
        let pending = model.begin(&mut self.0);
        let mut simulation = Simulation::with_capacity(pending.len());
        for (at, event) in pending {
            simulation.schedule(Time::from_nanos(at), event);
        }
        let start = ProcessTime::now();
        simulation.run_until(|simulation, event| {
            let now = simulation.now().as_nanos();
            for (delay, event) in model.handle(now, event, &mut self.0).into_iter().flatten() {
                simulation.schedule_in(Span::from_nanos(delay), event);
            }
            !model.is_over()
        });
        let took = start.elapsed();
        (model.measured(), took)
    }
}
