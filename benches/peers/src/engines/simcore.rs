//! simcore, the engine of DSLab: components that handle events addressed to them. Here the model is one component that
//! writes to itself, so that there are no messages of zero delay. Its clock counts nanoseconds, exactly up to 2^53.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use cpu_time::ProcessTime;
use serde::Serialize;
use simcore::{Event, EventHandler, Simulation, SimulationContext, cast};

use super::{MeasuredCluster, Runs, Ziggurat};
use crate::models::{CallEvent, Hold, Model, Queue, QueueEvent, Telephone};

pub(super) struct Simcore(pub(super) Ziggurat);

struct Component<M> {
    model: M,
    generator: Ziggurat,
    context: SimulationContext,
}

/// The events of a model as types: one that carries nothing takes no memory.
trait Typed: Model + Sized + 'static
where
    Component<Self>: EventHandler,
{
    fn emit(context: &SimulationContext, delay: f64, event: Self::Event);
}

impl<M: Typed> Component<M>
where
    Component<M>: EventHandler,
{
    fn happen(&mut self, event: M::Event) {
        let now = self.context.time() as u64;
        for (delay, event) in self.model.handle(now, event, &mut self.generator).into_iter().flatten() {
            M::emit(&self.context, delay as f64, event);
        }
    }
}

#[derive(Clone, Serialize)]
struct Arrival {}

#[derive(Clone, Serialize)]
struct Departure {}

impl EventHandler for Component<Queue> {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrival {} => {
                self.happen(QueueEvent::Arrival)
            }
            Departure {} => {
                self.happen(QueueEvent::Departure)
            }
        })
    }
}

impl Typed for Queue {
    fn emit(context: &SimulationContext, delay: f64, event: QueueEvent) {
        match event {
            // Arrivals come in order: its list for that is cheaper than its heap.
            QueueEvent::Arrival => context.emit_ordered_self(Arrival {}, delay),
            QueueEvent::Departure => context.emit_self(Departure {}, delay),
        };
    }
}

#[derive(Clone, Serialize)]
struct Held {
    who: u32,
}

impl EventHandler for Component<Hold> {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Held { who } => {
                self.happen(who)
            }
        })
    }
}

impl Typed for Hold {
    fn emit(context: &SimulationContext, delay: f64, who: u32) {
        context.emit_self(Held { who }, delay);
    }
}

#[derive(Clone, Serialize)]
struct Call {
    event: CallEvent,
}

impl EventHandler for Component<Telephone> {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrival {} => {
                self.happen(CallEvent::Offered)
            }
            Call { event } => {
                self.happen(event)
            }
        })
    }
}

impl Typed for Telephone {
    fn emit(context: &SimulationContext, delay: f64, event: CallEvent) {
        match event {
            CallEvent::Offered => context.emit_ordered_self(Arrival {}, delay),
            _ => context.emit_self(Call { event }, delay),
        };
    }
}

impl<M: Typed> Runs<M> for Simcore
where
    Component<M>: EventHandler,
{
    fn run(mut self, mut model: M) -> (MeasuredCluster, Duration) {
        let pending = model.begin(&mut self.0);
        let mut simulation = Simulation::new(0);
        let context = simulation.create_context("model");
        for (at, event) in pending {
            M::emit(&context, at as f64, event);
        }
        let component = Rc::new(RefCell::new(Component { model, generator: self.0, context }));
        simulation.add_handler("model", component.clone());
        let start = ProcessTime::now();
        while !component.borrow().model.is_over() {
            simulation.step();
        }
        let took = start.elapsed();
        let measured = component.borrow().model.measured();
        (measured, took)
    }
}
