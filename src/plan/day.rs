//! Days: factors of the rates of sources, each the same for a whole replication.

use std::collections::BTreeMap;

use crate::engine::unit_gamma;
use crate::workload::{At, Problem, Reports, Workload, suggestion};

/// A day by its name: some days have more calls than others, at all sources that share it. A replication is a day, or a part of
/// one, and has one factor. Parts of a day that vary by themselves would be further factors of the same stream of random words.
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    /// Its name, which selects its random number stream.
    pub name: String,
    /// The coefficient of variation of the factor: its standard deviation, since its mean is 1. Above 0 and up to 2.
    pub cv: f64,
}

impl Day {
    /// The factor of a replication, from its random word: a gamma variable of mean 1.
    pub fn factor(&self, word: u64) -> f64 {
        unit_gamma(self.cv, word)
    }
}

/// The coefficient of variation of each day by its name. Two different ones, and days without any, are reported.
pub(super) fn days<'w>(workload: &'w Workload, reports: &Reports) -> BTreeMap<&'w str, f64> {
    let mut stated: BTreeMap<&str, &At<f64>> = BTreeMap::new();
    // A name that is missing has been reported.
    let days = || workload.traffic.iter().filter_map(|it| it.arrivals.day.as_ref());
    let named = || days().filter(|day| !day.name.value.is_empty());
    for day in named() {
        let Some(cv) = &day.cv else { continue };
        let first = *stated.entry(&day.name.value).or_insert(cv);
        if first.value != cv.value {
            let what = format!("the day `{}` has two coefficients of variation", day.name.value);
            let problem = Problem::new(cv.place.clone(), what, format!("this one is {}", cv.value))
                .also(first.place.clone(), format!("this one is {}", first.value));
            reports.add(problem.hint("state it at one source: the others that share the day give only its name"));
        }
    }
    let mut unstated: Vec<&str> = Vec::new();
    for day in named() {
        let name = day.name.value.as_str();
        // What is wrong with a coefficient that stands there has been reported.
        let wrong = named().any(|other| other.name.value == name && other.cv_is_wrong);
        if wrong || stated.contains_key(name) || unstated.contains(&name) {
            continue;
        }
        unstated.push(name);
        let what = format!("the day `{name}` has no coefficient of variation");
        let add = format!("add `cv`, as in `day = {{ name = \"{name}\", cv = 0.15 }}`, at one of its sources");
        let hint = suggestion(name, stated.keys().copied()).unwrap_or(add);
        reports.add(Problem::new(day.name.place.clone(), what, "").hint(hint));
    }
    stated.into_iter().map(|(name, cv)| (name, cv.value)).collect()
}
