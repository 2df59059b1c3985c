//! NeXosim on its single-threaded executor: the model is one actor that schedules its own inputs, so that there
//! are no messages between actors. The state that need not be saved and restored is its environment.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpu_time::ProcessTime;
use nexosim::model::{BuildContext, Context, Model as Actor, ProtoModel, schedulable};
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

use super::{MeasuredCluster, Runs, Ziggurat};
use crate::models::{CallEvent, Hold, Model, Queue, QueueEvent, Telephone};

pub(super) struct Nexosim(pub(super) Ziggurat);

/// The state of an actor, with its results.
struct State<M: Model> {
    model: M,
    generator: Ziggurat,
    /// Pending at time zero.
    pending: Vec<(u64, M::Event)>,
    outcome: Arc<Outcome>,
}

#[derive(Default)]
struct Outcome {
    over: AtomicBool,
    measured: Mutex<MeasuredCluster>,
}

/// The inputs of an actor as the events of a model.
trait Typed: Actor {
    type Model: Model;
    fn schedule(context: &Context<Self>, delay: Duration, event: <Self::Model as Model>::Event);
}

fn schedule<A: Typed>(context: &Context<A>, delay: u64, event: <A::Model as Model>::Event) {
    // Nothing can be scheduled for the current time.
    A::schedule(context, Duration::from_nanos(delay.max(1)), event);
}

fn begin<A: Typed>(context: &Context<A>, state: &mut State<A::Model>) {
    for (at, event) in std::mem::take(&mut state.pending) {
        schedule(context, at, event);
    }
}

fn happen<A: Typed>(context: &Context<A>, state: &mut State<A::Model>, event: <A::Model as Model>::Event) {
    let time = context.time();
    let now = time.as_secs() as u64 * 1_000_000_000 + u64::from(time.subsec_nanos());
    for (delay, event) in state.model.handle(now, event, &mut state.generator).into_iter().flatten() {
        schedule(context, delay, event);
    }
    if state.model.is_over() {
        *state.outcome.measured.lock().expect("one thread") = state.model.measured();
        state.outcome.over.store(true, Ordering::Relaxed);
    }
}

const IN_TIME: &str = "a delay is positive";

#[derive(Serialize, Deserialize)]
struct QueueActor;

#[Actor(type Env = State<Queue>)]
impl QueueActor {
    #[nexosim(init)]
    async fn init(&mut self, context: &Context<Self>, state: &mut State<Queue>) {
        begin(context, state);
    }

    #[nexosim(schedulable)]
    fn arrival(&mut self, _: (), context: &Context<Self>, state: &mut State<Queue>) {
        happen(context, state, QueueEvent::Arrival);
    }

    #[nexosim(schedulable)]
    fn departure(&mut self, _: (), context: &Context<Self>, state: &mut State<Queue>) {
        happen(context, state, QueueEvent::Departure);
    }
}

impl Typed for QueueActor {
    type Model = Queue;
    fn schedule(context: &Context<Self>, delay: Duration, event: QueueEvent) {
        match event {
            QueueEvent::Arrival => context.schedule_event(delay, schedulable!(Self::arrival), ()),
            QueueEvent::Departure => context.schedule_event(delay, schedulable!(Self::departure), ()),
        }
        .expect(IN_TIME);
    }
}

#[derive(Serialize, Deserialize)]
struct HoldActor;

#[Actor(type Env = State<Hold>)]
impl HoldActor {
    #[nexosim(init)]
    async fn init(&mut self, context: &Context<Self>, state: &mut State<Hold>) {
        begin(context, state);
    }

    #[nexosim(schedulable)]
    fn held(&mut self, who: u32, context: &Context<Self>, state: &mut State<Hold>) {
        happen(context, state, who);
    }
}

impl Typed for HoldActor {
    type Model = Hold;
    fn schedule(context: &Context<Self>, delay: Duration, who: u32) {
        context.schedule_event(delay, schedulable!(Self::held), who).expect(IN_TIME);
    }
}

#[derive(Serialize, Deserialize)]
struct TelephoneActor;

#[Actor(type Env = State<Telephone>)]
impl TelephoneActor {
    #[nexosim(init)]
    async fn init(&mut self, context: &Context<Self>, state: &mut State<Telephone>) {
        begin(context, state);
    }

    #[nexosim(schedulable)]
    fn call(&mut self, event: CallEvent, context: &Context<Self>, state: &mut State<Telephone>) {
        happen(context, state, event);
    }
}

impl Typed for TelephoneActor {
    type Model = Telephone;
    fn schedule(context: &Context<Self>, delay: Duration, event: CallEvent) {
        context.schedule_event(delay, schedulable!(Self::call), event).expect(IN_TIME);
    }
}

/// An actor before it gets its environment.
struct Prototype<A: Actor> {
    actor: A,
    state: A::Env,
}

impl<A: Actor> ProtoModel for Prototype<A> {
    type Model = A;
    fn build(self, _: &mut BuildContext<Self>) -> (A, A::Env) {
        (self.actor, self.state)
    }
}

impl Nexosim {
    fn run_actor<M: Model, A: Actor<Env = State<M>>>(mut self, actor: A, mut model: M) -> (MeasuredCluster, Duration) {
        let pending = model.begin(&mut self.0);
        let outcome = Arc::<Outcome>::default();
        let state = State { model, generator: self.0, pending, outcome: outcome.clone() };
        let mut simulation = SimInit::with_num_threads(1)
            .add_model(Prototype { actor, state }, Mailbox::new(), "model")
            .init(MonotonicTime::EPOCH)
            .expect("the bench is valid");
        let start = ProcessTime::now();
        while !outcome.over.load(Ordering::Relaxed) {
            simulation.step().expect("no event fails");
        }
        let took = start.elapsed();
        let measured = std::mem::take(&mut *outcome.measured.lock().expect("one thread"));
        (measured, took)
    }
}

impl Runs<Queue> for Nexosim {
    fn run(self, model: Queue) -> (MeasuredCluster, Duration) {
        self.run_actor(QueueActor, model)
    }
}

impl Runs<Hold> for Nexosim {
    fn run(self, model: Hold) -> (MeasuredCluster, Duration) {
        self.run_actor(HoldActor, model)
    }
}

impl Runs<Telephone> for Nexosim {
    fn run(self, model: Telephone) -> (MeasuredCluster, Duration) {
        self.run_actor(TelephoneActor, model)
    }
}
