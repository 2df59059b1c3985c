//! Closed forms against which the simulation is verified (`tests/suite/theory.rs`), and which a reader can compare with its
//! results.
//!
//! Pure functions of plain numbers; times are seconds and rates are per second. They know the two readings of R23 from the plan
//! and the distributions of the engine, and nothing else of the simulator, so that they confirm it independently. The
//! transcendental functions come from `libm`, as everywhere: the same bits on every platform.

mod availability;
mod detection;
mod emptying;
mod impatient;
mod quadrature;
mod queueing;
mod rehoming;
mod residence;
mod splitting;

pub use availability::{Pair, Repairable};
pub use detection::Detection;
pub use emptying::{LastToEmpty, TimeToEmpty, Traffic};
pub use impatient::{erlang_a_answered_within, servers_for_answered_within};
pub use queueing::{
    ErlangA, Mmck, engset, engset_servers, erlang_a, erlang_a_waiting, erlang_b, erlang_b_servers, erlang_c,
    load_for_blocking, md1_mean_wait, mg1_mean_wait, mm1_mean_wait, mm1_wait_exceeds, mm1_wait_quantile, mmc_mean_wait,
    mmc_wait_exceeds, mmck, poisson_at_most, poisson_exactly, priority_mean_waits, rostered, servers_for_abandonment,
    servers_for_occupancy, servers_for_service_level, tandem_mean_sojourn,
};
pub use rehoming::{
    Start, asymptotic_mean, busy_period_mean, busy_period_mean_limited, busy_period_second_moment, largest_load,
    markov_moments, mean_time_to_empty,
};
pub use residence::{Residence, Sample};
pub use splitting::{LOAD_MAX, RoutePointCalls};
