//! Required results: `[[goal]]`.

use super::problem::Problem;
use super::read::{At, Key, Name, Table, Value};

/// `[[goal]]`: a measure and its bound. Their texts are parsed where measures are defined, in `record`.
#[derive(Clone, Debug)]
pub struct GoalEntry {
    /// The measure, as in `setup_delay.p99`.
    pub metric: At<String>,
    /// What is measured, if not the whole cluster: the kind of entry, and its name.
    pub of: Option<(&'static str, Name)>,
    /// The side of the bound on which the measure has to be.
    pub side: Side,
    /// The bound; `None` if it has been reported.
    pub bound: Option<At<String>>,
}

/// A side of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The bound or less.
    AtMost,
    /// The bound or more.
    AtLeast,
}

/// The entries that a goal may measure, apart from the cluster.
const SCOPES: [&str; 3] = ["route_point", "application", "node"];

impl GoalEntry {
    pub(super) fn read(table: &Table<'_>) -> GoalEntry {
        let metric = table.key("metric", Value::string);
        let metric = metric.check(
            |metric: &String| !metric.trim().is_empty(),
            "must not be empty: write a measure such as setup_delay.p99",
        );
        let metric = metric.at(Key::required_or_default);
        let mut of = None;
        for scope in SCOPES {
            let name = table.reference(scope);
            let place = name.place();
            let Some(name) = name.optional() else { continue };
            if of.is_some() || metric.value.contains('/') {
                let title = "a goal has one scope";
                table.reports().add(Problem::new(place, title, "").hint("write a `[[goal]]` for each"));
            }
            of = Some((scope, name));
        }
        let side = match table.one_of(&["at_most", "at_least"]) {
            Some("at_least") => Side::AtLeast,
            _ => Side::AtMost,
        };
        let [at_most, at_least] = ["at_most", "at_least"].map(|key| table.key(key, Value::bound));
        let bound = if side == Side::AtMost { at_most } else { at_least };
        let place = bound.place();
        let bound = bound.optional().map(|value| At { value, place });
        GoalEntry { metric, of, side, bound }
    }
}
