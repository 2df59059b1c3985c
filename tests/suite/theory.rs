//! The model against closed forms: with everything else made free, each of its parts is a queue with a known solution.
//!
//! The comparisons are those of `ctisim::verify`, which users run on their machines. Here every comparison has to do more than
//! agree: its twin, the closed form with a parameter that is 5 % off, must be rejected by the same check on the same numbers,
//! and the interval must be narrow. Seeds are fixed, so each comparison always gives the same result.
//!
//! `cargo test --test suite theory:: -- --nocapture` prints the table.

use crate::common::families;

families! {
    a_callmanager_with_exponential_work_is_mm1: "M/M/1",
    a_callmanager_under_heavy_load_is_mm1: "M/M/1, busy",
    a_callmanager_with_constant_work_is_md1: "M/D/1",
    a_callmanager_with_lognormal_work_is_mg1: "M/G/1",
    ports_block_by_erlang_b_whatever_the_treatment: "Erlang B",
    a_line_of_a_route_point_blocks_by_erlang_b_at_its_own_trigger: "Erlang B, line",
    queues_for_the_same_people_wait_by_cobham: "Cobham",
    calls_of_each_wish_wait_by_erlang_c: "Erlang C by wish",
    phones_that_dial_block_by_engset: "Engset",
    people_with_work_after_a_call_block_by_erlang_b_with_the_sum: "Erlang B, wrap-up",
    people_with_work_after_a_call_let_callers_wait_by_erlang_c_and_pollaczek_khinchine: "Waits, wrap-up",
    callers_are_answered_in_time_by_erlang_a: "Erlang A, wrap-up",
    a_screen_pop_waits_at_a_ctimanager_and_an_application_in_tandem: "Screen pop",
    conference_bridges_block_by_erlang_b: "Erlang B, conferences",
    people_who_hold_and_consult_are_a_load_worked_out_by_hand: "Agents and experts",
    an_application_with_callers_as_patient_as_it_is_fast_is_erlang_a: "Erlang A",
    an_application_with_more_patient_callers_is_erlang_a: "Erlang A, patient",
    callers_of_patient_queues_are_answered_in_time_as_erlang_c_says: "Erlang C, in time",
    callers_of_impatient_queues_are_answered_in_time_as_erlang_a_says: "Erlang A, in time",
    calls_at_a_route_point_are_poisson_with_exponential_residence: "M/M/inf",
    calls_at_a_route_point_are_poisson_with_lognormal_residence: "M/G/inf",
    counts_of_days_are_negative_binomial_and_sources_share_a_day: "Days",
    a_modulated_source_begins_in_its_steady_state: "States",
    a_timer_notices_a_silent_death_within_one_to_two_intervals_uniformly: "R23, timer",
    a_checker_notices_a_silent_death_within_one_to_three_intervals_triangularly: "R23, grid",
    callers_meet_a_dead_application_until_a_timer_runs_out: "R22, R24, timer",
    callers_meet_a_dead_application_until_a_checker_notices: "R22, R24, grid",
}

/// The rest is in `tests/suite/rehoming.rs`, which has a test of its own for this.
#[test]
fn every_family_is_tested_here_or_with_rehoming() {
    let here = ctisim::verify::FAMILIES.map(|(name, _)| name).into_iter().filter(|name| !name.starts_with("R18"));
    assert!(here.eq(TESTED.iter().copied()), "a family of comparisons has no test");
}
