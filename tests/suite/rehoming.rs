//! R18 against theory: how long a route point waits on its backup once its CallManager is back.
//!
//! It rehomes at the first moment without a call: the time until M/G/infinity, or M/M/c/c, is empty. The comparisons are those of
//! `ctisim::verify`, with the twins that `tests/suite/theory.rs` explains.
//!
//! `cargo test --test suite rehoming:: -- --nocapture` prints the table.

use crate::common::families;

families! {
    steady_with_exponential_residence: "R18, exponential",
    steady_with_fixed_residence: "R18, fixed",
    steady_with_erlang_residence: "R18, Erlang",
    steady_with_lognormal_residence: "R18, lognormal",
    after_an_outage_of_some_length_from_nothing: "R18, outage",
    with_a_limit_to_the_calls_at_a_time: "R18, limited",
    split_over_two_and_four_route_points: "R18, split",
    through_a_day_of_changing_traffic: "R18, day",
}

#[test]
fn every_family_of_rehoming_is_tested() {
    let all = ctisim::verify::FAMILIES.map(|(name, _)| name).into_iter().filter(|name| name.starts_with("R18"));
    assert!(all.eq(TESTED.iter().copied()), "a family of comparisons has no test");
}
