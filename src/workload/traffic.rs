//! Who calls: `[[traffic]]`.

use super::problem::{Problem, TextRange};
use super::read::{At, Key, Name, Table, Value};
use super::sheet::Sheet;
use super::units;
use crate::engine::{Distribution, Span};

/// A source of calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    /// Its name.
    pub name: Name,
    /// The name or directory number its callers dial.
    pub to: Name,
    /// Where its calls come in; `None`: at every node in turn.
    pub ingress: Option<Vec<Name>>,
    /// When its callers call.
    pub arrivals: Arrivals,
    /// How long they wait.
    pub patience: Option<Distribution>,
    /// How long they talk.
    pub talk: Distribution,
}

/// When the callers of a source call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrivals {
    /// Where it says so.
    pub place: TextRange,
    /// How often, or when exactly.
    pub calls: Calls,
    /// What multiplies the rate for a while.
    pub bursts: Vec<Burst>,
    /// The states that multiply the rate at random: factor and mean length.
    pub states: Vec<(f64, Span)>,
}

/// The base of a source's arrivals.
#[derive(Clone, Debug, PartialEq)]
pub enum Calls {
    /// So many a second.
    Rate(f64),
    /// A rate that changes at given times, and begins anew after a while if it says so.
    Profile(Vec<RatePoint>, Option<Span>),
    /// Each call at its own time.
    Listed(Vec<ListedCall>),
}

impl Default for Calls {
    fn default() -> Calls {
        Calls::Rate(0.0)
    }
}

/// A call of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedCall {
    /// When it is dialled.
    pub at: Span,
    /// How long its caller talks, if the file says.
    pub talk: Option<Span>,
    /// How long its caller waits, if the file says.
    pub patience: Option<Span>,
}

/// From when on which rate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RatePoint {
    /// From when on.
    pub at: At<Span>,
    /// Calls a second.
    pub rate: f64,
}

/// The rate times `times`, for a while.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Burst {
    /// From when on.
    pub at: Span,
    /// For how long.
    pub duration: Span,
    /// How many times the rate.
    pub times: f64,
}

impl Arrivals {
    /// Whether more calls come at one known time than at another.
    pub fn varies(&self) -> bool {
        matches!(self.calls, Calls::Profile(..)) || !self.bursts.is_empty()
    }
}

impl Traffic {
    pub(super) fn read(table: &Table<'_>) -> Traffic {
        Traffic {
            name: table.key("name", Value::name).required(),
            to: table.reference("to").required(),
            ingress: table.list("ingress", Value::reference).length("names no node").optional(),
            arrivals: table.key("arrivals", Value::arrivals).required(),
            patience: table.distribution("patience").optional(),
            talk: table.distribution("talk").value(),
        }
    }
}

impl<'a> Value<'a> {
    fn arrivals(self) -> Option<Arrivals> {
        let table = self.table()?;
        let kind = table.one_of(&["poisson", "bhca", "profile", "file"]);
        let repeat = table.duration("repeat");
        let bursts = table.list("steps", Value::burst).length("has more than 1000 entries");
        let states = table.list("states", Value::state).length("should name two states or more");
        if kind == Some("file") && (bursts.is_present() || states.is_present()) {
            let title = "a file lists its calls one by one: `steps` and `states` change a rate";
            table.reports().add(Problem::new(self.place(), title, ""));
        }
        if kind != Some("profile") && repeat.is_present() {
            table.reports().add(Problem::new(repeat.place(), "only a `profile` can `repeat`", ""));
        }
        let calls = match kind {
            Some("poisson") => table.key("poisson", Value::rate).optional().map(Calls::Rate),
            Some("bhca") => {
                let rate = table.key("bhca", Value::number);
                rate.optional().map(|an_hour| Calls::Rate(an_hour / 3_600.0))
            }
            Some("profile") => {
                let points = table.key("profile", Value::profile).optional();
                let end = points.as_ref().and_then(|points| points.last()).map_or(Span::ZERO, |last| last.at.value);
                let repeat = repeat.check(|span| *span > end, "must come after the last rate of the profile");
                points.map(|points| Calls::Profile(points, repeat.optional()))
            }
            Some("file") => table.key("file", Value::listed).optional().map(Calls::Listed),
            _ => None,
        };
        table.finish();
        Some(Arrivals {
            place: self.place(),
            calls: calls?,
            bursts: bursts.optional().unwrap_or_default(),
            states: states.optional().unwrap_or_default(),
        })
    }

    fn burst(self) -> Option<Burst> {
        let table = self.table()?;
        let burst = Burst {
            at: table.duration("at").required(),
            duration: table.duration("for").required(),
            times: table.key("times", Value::number).required(),
        };
        table.finish();
        Some(burst)
    }

    fn state(self) -> Option<(f64, Span)> {
        let table = self.table()?;
        let times = table.key("times", Value::number).required();
        let mean = table.duration("mean").required();
        table.finish();
        Some((times, mean))
    }

    fn profile(self) -> Option<Vec<RatePoint>> {
        let points = self.list(|value| {
            let table = value.table()?;
            let at = table.duration("at").at(Key::required);
            let point = RatePoint { at, rate: table.key("rate", Value::rate).required() };
            table.finish();
            Some(point)
        })?;
        match points.first() {
            None => return self.wrong("is empty", None),
            Some(first) if first.at.value > Span::ZERO => {
                let title = "a profile begins at \"0h\"";
                self.context().reports.add(Problem::new(first.at.place.clone(), title, ""));
            }
            Some(_) => {}
        }
        for pair in points.windows(2) {
            if pair[1].at.value <= pair[0].at.value {
                let problem = Problem::new(pair[1].at.place.clone(), "a profile is in order of time", "not after this")
                    .also(pair[0].at.place.clone(), "the one before");
                self.context().reports.add(problem);
            }
        }
        Some(points)
    }

    /// Calls from a file with the columns `at_s` or `at`, and if known `talk_s` and `patience_s`.
    fn listed(self) -> Option<Vec<ListedCall>> {
        let sheet = Sheet::read(self)?;
        let (in_seconds, with_unit) = (sheet.column("at_s"), sheet.column("at"));
        let Some(column) = in_seconds.or(with_unit) else {
            sheet.no_column("at_s");
            return None;
        };
        sheet.only_columns(&["at_s", "at", "talk_s", "patience_s"]);
        let optional = [sheet.column("talk_s"), sheet.column("patience_s")];
        let mut calls = Vec::with_capacity(sheet.rows());
        let mut latest = Span::ZERO;
        for row in 0..sheet.rows() {
            let text = sheet.cell(row, column);
            let dialled = match in_seconds {
                Some(_) => units::scaled(text, SECOND).map(Span::from_nanos),
                None => units::duration(text),
            };
            let at = match dialled {
                Ok(dialled) if dialled < latest => {
                    sheet.wrong(row, column, "is earlier than the row before: the calls are in order of time");
                    continue;
                }
                Ok(dialled) => dialled,
                Err(why) => {
                    sheet.wrong(row, column, &format!("is no time: {why}"));
                    continue;
                }
            };
            latest = at;
            let [talk, patience] = optional.map(|column| {
                let column = column.filter(|&column| !sheet.cell(row, column).is_empty())?;
                match units::scaled(sheet.cell(row, column), SECOND) {
                    Ok(nanos) => Some(Span::from_nanos(nanos)),
                    Err(why) => {
                        sheet.wrong(row, column, &format!("is no number of seconds: {why}"));
                        None
                    }
                }
            });
            calls.push(ListedCall { at, talk, patience });
        }
        match (sheet.is_sound(), calls.is_empty()) {
            (false, _) => None,
            (true, true) => self.wrong("is a file without a call", None),
            (true, false) => Some(calls),
        }
    }
}

const SECOND: u64 = 1_000_000_000;
