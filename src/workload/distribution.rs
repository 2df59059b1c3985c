//! Distributions of durations: `"40ms"`, `{ exponential = "40ms" }`, `{ lognormal = { mean = "3m", cv = 1.2 } }` and so on.

use toml::de::DeTable;

use super::files::Files;
use super::problem::Reports;
use super::read::{Context, Key, Table, Value};
use super::sheet::Sheet;
use super::units;
use super::vocabulary::LONE_DISTRIBUTION;
use crate::engine::{Distribution, Span};

/// Reads a distribution, written as in a workload, from a text of its own: a duration, which needs no quotes here, or a
/// table in braces.
///
/// # Errors
/// The first problem, with what to write instead if that is known.
pub fn distribution(text: &str, files: &dyn Files) -> Result<Distribution, String> {
    let text = text.trim();
    if !text.starts_with(['{', '"', '\'']) {
        return units::duration(text).map(Distribution::Constant);
    }
    let document = format!("distribution = {text}");
    let (parsed, errors) = DeTable::parse_recoverable(&document);
    if let Some(error) = errors.first() {
        return Err(format!("this is not TOML: {}", error.message()));
    }
    let reports = Reports::default();
    let context = Context::new(&reports, files);
    let table = Table::new(&context, &LONE_DISTRIBUTION, parsed.get_ref(), 0..0);
    let distribution = table.distribution("distribution").required();
    table.finish();
    let problems = reports.into_problems("", &document).list;
    match (distribution, problems.first()) {
        (Some(distribution), None) => Ok(distribution),
        (_, Some(problem)) => Err(problem.in_words()),
        (None, None) => Err("there is no distribution".to_owned()),
    }
}

impl<'a> Table<'a> {
    /// Reads a distribution of durations.
    pub(super) fn distribution(&self, key: &'static str) -> Key<'a, Distribution> {
        self.key(key, Value::distribution)
    }
}

impl<'a> Value<'a> {
    /// A distribution of durations.
    pub(super) fn distribution(self) -> Option<Distribution> {
        if self.text().is_some() {
            return self.duration().map(Distribution::Constant);
        }
        if self.is_number() {
            // Reports the missing unit.
            self.duration();
            return None;
        }
        let table = self.table()?;
        let distribution = match table.one_of(&[
            "constant",
            "exponential",
            "uniform",
            "erlang",
            "lognormal",
            "weibull",
            "empirical",
        ]) {
            Some("constant") => table.duration("constant").optional().map(Distribution::Constant),
            Some("exponential") => {
                let mean = table.duration("exponential").optional();
                mean.map(|mean| Distribution::Exponential { mean })
            }
            Some("uniform") => table.key("uniform", Value::bounds).optional(),
            Some("erlang") => {
                let shaped = table.key("erlang", |value| value.mean_and("phases", Value::whole));
                let distribution = |(mean, phases)| Distribution::Erlang { phases: phases as u32, mean };
                shaped.optional().map(distribution)
            }
            Some("lognormal") => {
                let shaped = table.key("lognormal", |value| value.mean_and("cv", Value::number));
                shaped.optional().map(|(mean, cv)| Distribution::lognormal(mean, cv))
            }
            Some("weibull") => {
                let shaped = table.key("weibull", |value| value.mean_and("shape", Value::number));
                shaped.optional().map(|(mean, shape)| Distribution::weibull(mean, shape))
            }
            Some("empirical") => table.key("empirical", Value::sample).optional(),
            _ => None,
        };
        table.finish();
        distribution.and_then(|distribution| self.unless_all_zero(distribution))
    }

    /// `["10ms", "20ms"]`.
    fn bounds(self) -> Option<Distribution> {
        match self.list(Value::duration)?[..] {
            [low, high] if low <= high => Some(Distribution::Uniform { low, high }),
            [_, _] => self.wrong("has its bounds the wrong way round", Some("the lower bound comes first".to_owned())),
            _ => self.wrong("should be two durations: the lower and the upper bound", None),
        }
    }

    /// A mean and one more parameter.
    fn mean_and<T>(self, parameter: &'static str, read: impl FnMut(Value<'a>) -> Option<T>) -> Option<(Span, T)> {
        let table = self.table()?;
        let mean = table.duration("mean").required();
        let parameter = table.key(parameter, read).required();
        table.finish();
        mean.zip(parameter)
    }

    /// Measured durations: a column of a file.
    fn sample(self) -> Option<Distribution> {
        let table = self.table()?;
        let unit = table.key("unit", |value| value.choice(&[("s", 1_000_000_000), ("ms", 1_000_000)])).value();
        let column = table.string("column").required();
        let sheet = table.key("file", Sheet::read).required();
        table.finish();
        let (column, sheet) = column.zip(sheet)?;
        let Some(index) = sheet.column(&column) else {
            sheet.no_column(&column);
            return None;
        };
        if !sheet.has_room(size_of::<Span>()) {
            return None;
        }
        let mut values = Vec::with_capacity(sheet.rows_max());
        sheet.each(|row| match units::rounded(row.cell(index), unit) {
            Ok(nanos) => values.push(Span::from_nanos(nanos)),
            Err(why) => sheet.wrong(row, index, &format!("is not a duration: {why}")),
        });
        match (sheet.is_sound(), values.is_empty()) {
            (false, _) => None,
            (true, true) => self.wrong("names a file without rows", None),
            (true, false) => Some(Distribution::empirical(values)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::NoFiles;

    #[test]
    fn a_distribution_on_its_own() {
        let minutes = |minutes: u64| Span::from_secs(60 * minutes);
        for (text, expected) in [
            ("3m", Distribution::Constant(minutes(3))),
            ("\"3m\"", Distribution::Constant(minutes(3))),
            ("{ exponential = \"3m\" }", Distribution::Exponential { mean: minutes(3) }),
            ("{ lognormal = { mean = \"3m\", cv = 2 } }", Distribution::lognormal(minutes(3), 2.0)),
        ] {
            assert_eq!(distribution(text, &NoFiles), Ok(expected), "{text}");
        }
        for (text, word) in [
            ("", "empty"),
            ("3", "no unit"),
            ("{ exponentail = \"3m\" }", "exponential"),
            ("{ exponential = 3 }", "unit"),
            ("{ exponential = \"3m\"", "not TOML"),
            ("{ lognormal = { mean = \"3m\" } }", "cv"),
        ] {
            let error = distribution(text, &NoFiles).expect_err(text);
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
