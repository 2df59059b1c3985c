//! Sources of calls: `[[traffic]]`, and what phones dial by a name of their own: `[[speed_dial]]`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::change::BY_HAND;
use super::files::Files;
use super::problem::{Problem, Reports, TextRange, enumeration};
use super::read::{At, Key, Name, Table, Value, fits_name};
use super::sheet::{Named, Sheet};
use super::units;
use crate::engine::{Distribution, Span, Time};

/// A source of calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    /// Its name.
    pub name: Name,
    /// The name, directory number or speed dial that its callers dial.
    pub to: Name,
    /// The group of phones or ports from which its calls come; `None`: from outside.
    pub from: Option<Name>,
    /// The application that dials at the phones; `None`: people do, by hand.
    pub dial_by: Option<Name>,
    /// The nodes at which its calls arrive; `None`: all, in turn.
    pub ingress: Option<Vec<Name>>,
    /// When its callers call.
    pub arrivals: Arrivals,
    /// How long they wait for an answer.
    pub patience: Option<Distribution>,
    /// How long they talk.
    pub talk: Distribution,
    /// The shares of callers with each wish, in the order of the wishes' names; empty if they are not drawn.
    pub wishes: Vec<(Name, f64)>,
    /// Whether the file has these, right or wrong.
    pub has_wishes: bool,
    /// Whether it could not be read what its callers want.
    pub wishes_are_unknown: bool,
}

/// `[[speed_dial]]`
#[derive(Clone, Debug)]
pub struct SpeedDial {
    /// Its name.
    pub name: Name,
    /// The group of phones that have it.
    pub phones: Name,
    /// The name or number that it dials when a run begins.
    pub to: Name,
}

impl SpeedDial {
    pub(super) fn read(table: &Table<'_>) -> SpeedDial {
        SpeedDial {
            name: table.key("name", Value::name).required_or_default(),
            phones: table.reference("phones").required_or_default(),
            to: table.reference("to").required_or_default(),
        }
    }
}

/// When the callers of a source call.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrivals {
    /// Its place.
    pub place: TextRange,
    /// The rate, or the times of the calls.
    pub calls: Calls,
    /// Bursts, which multiply the rate.
    pub bursts: Vec<Burst>,
    /// The states of a modulated source: factor and mean duration.
    pub states: Vec<(f64, Span)>,
    /// The day that its callers have.
    pub day: Option<NamedDay>,
    /// The factor of the whole rate: growth since it was measured.
    pub scale: f64,
}

/// A day, by the name with which sources share it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NamedDay {
    /// Its name.
    pub name: Name,
    /// The coefficient of variation of its factor; `None`: another source states it.
    pub cv: Option<At<f64>>,
    /// Whether there is one that could not be read, which has been reported.
    pub cv_is_wrong: bool,
}

/// The base of a source's arrivals.
#[derive(Clone, Debug, PartialEq)]
pub enum Calls {
    /// A constant rate, in calls per second.
    Rate(f64),
    /// A rate that changes at known times, and the period after which it repeats, if any.
    Profile(Vec<RatePoint>, Option<Span>),
    /// Calls at known times.
    Listed(CallList),
}

impl Default for Arrivals {
    fn default() -> Arrivals {
        let (bursts, states) = (Vec::new(), Vec::new());
        Arrivals { place: TextRange::default(), calls: Calls::default(), bursts, states, day: None, scale: 1.0 }
    }
}

impl Default for Calls {
    fn default() -> Calls {
        Calls::Rate(0.0)
    }
}

/// The calls of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct CallList {
    /// The file, as the workload names it.
    pub file: At<String>,
    /// The calls, in order. There may be millions: the plan shares them, and nothing copies them.
    pub calls: Arc<Vec<ListedCall>>,
    /// The wishes that it names, each with the line where it does first.
    pub wishes: Vec<(String, usize)>,
    /// The line of the first call without a wish.
    pub without_wish: Option<usize>,
    /// The columns that are not used.
    pub unused: Vec<String>,
}

/// One call of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedCall {
    /// When it is dialled.
    pub at: Time,
    /// How long the caller talks, if the list has it.
    pub talk: Option<Span>,
    /// How long the caller waits, if the list has it.
    pub patience: Option<Span>,
    /// What the caller wants, by the position of the wish among those of the list, if the list has it.
    pub wish: Option<u16>,
}

/// A change of the rate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RatePoint {
    /// When the rate changes.
    pub at: At<Span>,
    /// The rate from then on, in calls per second.
    pub rate: f64,
}

/// A burst: the rate is multiplied by `times` for a while.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Burst {
    /// When it begins.
    pub at: Span,
    /// How long it lasts.
    pub duration: Span,
    /// The factor.
    pub times: f64,
}

impl Arrivals {
    /// Whether the rate varies with the time of day.
    pub fn varies(&self) -> bool {
        matches!(self.calls, Calls::Profile(..)) || !self.bursts.is_empty()
    }
}

impl Traffic {
    pub(super) fn read(table: &Table<'_>) -> Traffic {
        let from = table.reference("from").optional();
        let dial_by = table.reference("dial_by");
        if from.is_none() && dial_by.is_present() {
            let title = "calls from outside are dialled there, not by an application of the cluster";
            table.reports().add(Problem::new(dial_by.place(), title, "without `from`"));
        }
        let dial_by = dial_by.optional().filter(|name| name.value != BY_HAND);
        let ingress = table.list("ingress", Value::reference).length("must name at least one node");
        if from.is_some() && ingress.is_present() {
            let title = "calls from inside have no `ingress`: each arrives at the CallManager of its device";
            table.reports().add(Problem::new(ingress.place(), title, "without `from`, or without this"));
        }
        let wishes = table.key("wish", Value::wishes);
        let has_wishes = wishes.is_present();
        let wishes = wishes.optional();
        let arrivals = table.key("arrivals", Value::arrivals).required();
        Traffic {
            has_wishes,
            wishes_are_unknown: (has_wishes && wishes.is_none()) || arrivals.is_none(),
            wishes: wishes.unwrap_or_default(),
            name: table.key("name", Value::name).required_or_default(),
            to: table.reference("to").required_or_default(),
            from,
            dial_by,
            ingress: ingress.optional(),
            arrivals: arrivals.unwrap_or_default(),
            patience: table.distribution("patience").optional(),
            talk: table.distribution("talk").value(),
        }
    }
}

impl<'a> Value<'a> {
    fn arrivals(self) -> Option<Arrivals> {
        if let Some(text) = self.text() {
            let rate = if units::rate(text).is_ok() { text } else { "3600/h" };
            return self.wrong("should be a table", Some(format!("write `{{ poisson = \"{rate}\" }}`")));
        }
        let table = self.table()?;
        let kind = table.one_of(&["poisson", "bhca", "profile", "file"]);
        let repeat = table.duration("repeat");
        let bursts = table.list("steps", Value::burst).length("must not have more than 1000 entries");
        let states = table.list("states", Value::state).length("must have at least two states");
        let day = table.key("day", Value::day);
        let scale = table.key("scale", Value::scale);
        let changes = [
            ("steps", bursts.is_present()),
            ("states", states.is_present()),
            ("day", day.is_present()),
            ("scale", scale.is_present()),
        ];
        let changes: Vec<&str> = changes.iter().filter(|(_, is_present)| *is_present).map(|(key, _)| *key).collect();
        if kind == Some("file") && !changes.is_empty() {
            let verb = if changes.len() == 1 { "changes" } else { "change" };
            let title = format!("{} {verb} a rate, and a `file` of calls has none", enumeration(&changes));
            table.reports().add(Problem::new(self.place(), title, ""));
        }
        if kind != Some("profile") && repeat.is_present() {
            table.reports().add(Problem::new(repeat.place(), "only a `profile` can `repeat`", ""));
        }
        let calls = match kind {
            Some("poisson") => table.key("poisson", Value::rate).optional().map(Calls::Rate),
            Some("bhca") => {
                let rate = table.key("bhca", Value::number);
                rate.optional().map(|per_hour| Calls::Rate(per_hour / 3_600.0))
            }
            Some("profile") => {
                let points = table.key("profile", Value::profile).optional();
                let end = points.as_ref().and_then(|points| points.last()).map_or(Span::ZERO, |last| last.at.value);
                let repeat =
                    repeat.check(|span| *span > end, "must be longer than the time of the last rate of the profile");
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
            day: day.optional(),
            scale: scale.value(),
        })
    }

    fn day(self) -> Option<NamedDay> {
        let table = self.table()?;
        let name = table.key("name", Value::name).required_or_default();
        let cv = table.key("cv", Value::number);
        let (place, is_present) = (cv.place(), cv.is_present());
        let cv = cv.optional().map(|value| At { value, place });
        table.finish();
        Some(NamedDay { name, cv_is_wrong: is_present && cv.is_none(), cv })
    }

    /// A factor, as a number: a percentage might be all of it, or what comes on top.
    fn scale(self) -> Option<f64> {
        let percent = self.text().and_then(|text| units::number(text.trim().strip_suffix('%')?.trim_end()).ok());
        match percent {
            Some(percent) => {
                let (of_all, more) = (percent / 100.0, 1.0 + percent / 100.0);
                let hint = format!("write {of_all} for {percent} % of the rate, or {more} for {percent} % more");
                self.wrong("should be a number, the factor of the rate", Some(hint))
            }
            None => self.number(),
        }
    }

    fn burst(self) -> Option<Burst> {
        let table = self.table()?;
        let burst = Burst {
            at: table.duration("at").required_or_default(),
            duration: table.duration("for").required_or_default(),
            times: table.key("times", Value::number).required_or_default(),
        };
        table.finish();
        Some(burst)
    }

    fn state(self) -> Option<(f64, Span)> {
        let table = self.table()?;
        let times = table.key("times", Value::number).required_or_default();
        let mean = table.duration("mean").required_or_default();
        table.finish();
        Some((times, mean))
    }

    fn profile(self) -> Option<Vec<RatePoint>> {
        let points = self.list(|value| {
            let table = value.table()?;
            let at = table.duration("at").at(Key::required_or_default);
            let point = RatePoint { at, rate: table.key("rate", Value::rate).required_or_default() };
            table.finish();
            Some(point)
        })?;
        match points.first() {
            None => return self.wrong("is empty", None),
            Some(first) if first.at.value > Span::ZERO => {
                let title = "a profile must begin at \"0h\"";
                self.context().reports.add(Problem::new(first.at.place.clone(), title, ""));
            }
            Some(_) => {}
        }
        for pair in points.windows(2) {
            if pair[1].at.value <= pair[0].at.value {
                let problem = Problem::new(pair[1].at.place.clone(), "a profile must be in order of time", "not later")
                    .also(pair[0].at.place.clone(), "than this one");
                self.context().reports.add(problem);
            }
        }
        Some(points)
    }

    /// Calls from a file with the columns `at_s` or `at`, and optionally `talk_s`, `patience_s` and `wish`.
    fn listed(self) -> Option<CallList> {
        let sheet = Sheet::read(self)?;
        let (in_seconds, with_unit) = (sheet.column("at_s"), sheet.column("at"));
        let Some(column) = in_seconds.or(with_unit) else {
            sheet.no_column("at_s");
            return None;
        };
        if in_seconds.is_some() && with_unit.is_some() {
            sheet.either("at_s", "at");
        }
        let unused = sheet.others(&["at_s", "at", "talk_s", "patience_s", "wish"]);
        let optional = [sheet.column("talk_s"), sheet.column("patience_s")];
        let wish_column = sheet.column("wish");
        let mut wishes = Wishes::default();
        if !sheet.has_room(size_of::<ListedCall>()) {
            return None;
        }
        let mut calls = Vec::with_capacity(sheet.rows_max());
        let mut latest = Time::ZERO;
        sheet.each(|row| {
            let text = row.cell(column);
            let dialled = match in_seconds {
                Some(_) => units::rounded(text, SECOND).map(Span::from_nanos),
                None => units::duration(text),
            };
            let at = match dialled.map(|dialled| Time::ZERO + dialled) {
                Ok(dialled) if dialled < latest => {
                    sheet.wrong(row, column, "is earlier than in the row before: calls must be in order of time");
                    return;
                }
                Ok(dialled) => dialled,
                Err(why) => return sheet.wrong(row, column, &format!("is not a time: {why}")),
            };
            latest = at;
            let [talk, patience] = optional.map(|column| {
                let column = column.filter(|&column| !row.cell(column).is_empty())?;
                match units::rounded(row.cell(column), SECOND) {
                    Ok(nanos) => Some(Span::from_nanos(nanos)),
                    Err(why) => {
                        sheet.wrong(row, column, &format!("is not a number of seconds: {why}"));
                        None
                    }
                }
            });
            let text = wish_column.map_or("", |column| row.cell(column));
            let wish = match wishes.position(text, row.line()) {
                Ok(position) => position,
                Err(why) => {
                    sheet.wrong(row, wish_column.unwrap_or_default(), &why);
                    None
                }
            };
            calls.push(ListedCall { at, talk, patience, wish });
        });
        let file = At { value: self.text().unwrap_or_default().to_owned(), place: self.place() };
        match (sheet.is_sound(), calls.is_empty()) {
            (false, _) => None,
            (true, true) => self.wrong("names a file without calls", None),
            (true, false) => {
                let Wishes { named, without, .. } = wishes;
                Some(CallList { file, calls: Arc::new(calls), wishes: named, without_wish: without, unused })
            }
        }
    }
}

/// The wishes of a list of calls, as they are found row by row.
#[derive(Default)]
struct Wishes {
    named: Vec<(String, usize)>,
    positions: BTreeMap<String, u16>,
    without: Option<usize>,
}

impl Wishes {
    /// The position of a wish; none for an empty text.
    fn position(&mut self, text: &str, line: usize) -> Result<Option<u16>, String> {
        // Far more than any menu has.
        const WISHES_MAX: usize = 1000;
        if text.is_empty() {
            self.without = self.without.or(Some(line));
            return Ok(None);
        }
        if let Some(&position) = self.positions.get(text) {
            return Ok(Some(position));
        }
        if let Err(hint) = fits_name(text) {
            return Err(format!("is not a wish: {hint}"));
        }
        if self.named.len() >= WISHES_MAX {
            return Err(format!("is one wish more than the {WISHES_MAX} that a list may have"));
        }
        let position = self.named.len() as u16;
        self.named.push((text.to_owned(), line));
        self.positions.insert(text.to_owned(), position);
        Ok(Some(position))
    }
}

/// The times and rates of a profile in a CSV file with the columns `at` and `rate`.
///
/// # Errors
/// The first problem.
pub fn rates_of(file: &str, files: &dyn Files) -> Result<Vec<(Span, f64)>, String> {
    let reports = Reports::default();
    let points = rates(&Named { file, place: 0..0, files, reports: &reports });
    match reports.into_problems("", "").list.first() {
        Some(problem) => Err(problem.in_words()),
        None => Ok(points.unwrap_or_default()),
    }
}

fn rates(named: &Named<'_>) -> Option<Vec<(Span, f64)>> {
    let sheet = Sheet::open(named.clone())?;
    let [at, rate] = ["at", "rate"].map(|name| {
        let column = sheet.column(name);
        if column.is_none() {
            sheet.no_column(name);
        }
        column
    });
    let (at, rate) = at.zip(rate)?;
    let mut points = Vec::new();
    sheet.each(|row| {
        let time = match row.cell(at) {
            "0" => Ok(Span::ZERO),
            text => units::duration(text),
        };
        match (time, units::rate(row.cell(rate))) {
            (Ok(time), Ok(rate)) => points.push((time, rate)),
            (Err(why), _) => sheet.wrong(row, at, &format!("is not a time: {why}")),
            (_, Err(why)) => sheet.wrong(row, rate, &format!("is not a rate: {why}")),
        }
    });
    Some(points)
}

const SECOND: u64 = 1_000_000_000;
