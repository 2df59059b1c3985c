//! desque: each kind of event is a type with a method, boxed on the queue; the box of one that carries nothing takes no
//! memory. Its clock is a `u64`.

use std::time::Duration;

use cpu_time::ProcessTime;
use desque::SimState;
use desque::serial::{Event, OkEvent, Simulation};

use super::{MeasuredCluster, Runs, Ziggurat};
use crate::models::{Hold, Model, Queue, QueueEvent, Telephone};

pub(super) struct Desque(pub(super) Ziggurat);

struct State<M> {
    model: M,
    generator: Ziggurat,
}

impl<M: Model> SimState<u64> for State<M> {
    fn is_complete(&self, _: &u64) -> bool {
        self.model.is_over()
    }
}

type Sim<M> = Simulation<State<M>, u64>;

/// The events of a model as types.
trait Typed: Model + Sized {
    fn schedule(simulation: &mut Sim<Self>, delay: u64, event: Self::Event);
}

fn schedule<M: Model>(simulation: &mut Sim<M>, delay: u64, event: impl Event<State<M>, u64> + 'static) {
    simulation.schedule_with_delay(event, delay).expect("a delay is not negative");
}

fn happen<M: Typed>(simulation: &mut Sim<M>, event: M::Event) {
    let now = *simulation.current_time();
    let State { model, generator } = simulation.state_mut();
    for (delay, event) in model.handle(now, event, generator).into_iter().flatten() {
        M::schedule(simulation, delay, event);
    }
}

#[derive(Debug)]
struct Arrival;

impl OkEvent<State<Queue>, u64> for Arrival {
    fn execute(&mut self, simulation: &mut Sim<Queue>) {
        happen(simulation, QueueEvent::Arrival);
    }
}

#[derive(Debug)]
struct Departure;

impl OkEvent<State<Queue>, u64> for Departure {
    fn execute(&mut self, simulation: &mut Sim<Queue>) {
        happen(simulation, QueueEvent::Departure);
    }
}

impl Typed for Queue {
    #[inline]
    fn schedule(simulation: &mut Sim<Queue>, delay: u64, event: QueueEvent) {
        match event {
            QueueEvent::Arrival => schedule(simulation, delay, Arrival),
            QueueEvent::Departure => schedule(simulation, delay, Departure),
        }
    }
}

/// An event that carries something.
#[derive(Debug)]
struct Carrying<E>(E);

macro_rules! carrying {
    ($model:ty) => {
        impl OkEvent<State<$model>, u64> for Carrying<<$model as Model>::Event> {
            fn execute(&mut self, simulation: &mut Sim<$model>) {
                happen(simulation, self.0);
            }
        }

        impl Typed for $model {
            #[inline]
            fn schedule(simulation: &mut Sim<$model>, delay: u64, event: <$model as Model>::Event) {
                schedule(simulation, delay, Carrying(event));
            }
        }
    };
}

carrying!(Hold);
carrying!(Telephone);

impl<M: Typed> Runs<M> for Desque {
    fn run(mut self, mut model: M) -> (MeasuredCluster, Duration) {
        let pending = model.begin(&mut self.0);
        let mut simulation = Simulation::new(State { model, generator: self.0 }, 0);
        for (at, event) in pending {
            M::schedule(&mut simulation, at, event);
        }
        let start = ProcessTime::now();
        simulation.run().expect("no event fails");
        let took = start.elapsed();
        (simulation.state().model.measured(), took)
    }
}
