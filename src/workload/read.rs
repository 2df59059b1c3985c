//! Reads a table key by key: each key once, with its name, its kind and what happens if it is absent. Problems are
//! reported with their places, and reading goes on.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::clock::Clock;
use super::files::Files;
use super::names;
use super::problem::{Problem, Reports, TextRange, enumeration, suggestion};
use super::term::{Absent, Section, Term, ValueKind, Zero};
use super::units;
use super::vocabulary::sections;
use crate::engine::{Distribution, Span};

/// The context that all readers of one workload share.
pub(super) struct Context<'a> {
    /// Where problems go.
    pub(super) reports: &'a Reports,
    /// The files that the workload refers to.
    pub(super) files: &'a dyn Files,
    /// The contents of an absent section.
    nothing: DeTable<'static>,
    /// The values of absent keys: the defaults of the vocabulary, by their TOML.
    defaults: BTreeMap<&'static str, Spanned<DeValue<'static>>>,
}

impl<'a> Context<'a> {
    /// For a workload that refers to these files.
    pub(super) fn new(reports: &'a Reports, files: &'a dyn Files) -> Context<'a> {
        let terms = sections().into_iter().flat_map(|section| section.terms);
        let written = terms.filter_map(|term| term.absent.value());
        let parsed = |text| (text, DeValue::parse(text).expect("the vocabulary is TOML"));
        Context { reports, files, nothing: DeTable::new(), defaults: written.map(parsed).collect() }
    }
}

/// A piece of the workload with its place in the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct At<T> {
    /// The piece.
    pub value: T,
    /// Its place.
    pub place: TextRange,
}

/// A name, defined or referred to, with its place. Empty if the workload has none, which has been reported.
pub type Name = At<String>;

/// A value, its key, and where to report problems.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    context: &'a Context<'a>,
    key: &'a str,
    kind: &'static ValueKind,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Value<'a> {
    /// Its place.
    pub(super) fn place(self) -> TextRange {
        self.value.span()
    }

    /// The context of all readers.
    pub(super) fn context(self) -> &'a Context<'a> {
        self.context
    }

    /// Reports a problem with the value: the key and `what` make a sentence.
    pub(super) fn wrong<T>(self, what: impl Display, hint: Option<String>) -> Option<T> {
        let mut problem = Problem::new(self.place(), format!("`{}` {what}", self.key), "");
        problem.hint = hint;
        self.context.reports.add(problem);
        None
    }

    fn expected<T>(self, what: &str) -> Option<T> {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let title = format!("`{}` should be {what}", self.key);
        let mut problem = Problem::new(self.place(), title, format!("this is {found}"));
        problem.hint = self.instead();
        self.context.reports.add(problem);
        None
    }

    /// What to write instead of a value of another type.
    fn instead(self) -> Option<String> {
        let write = |text: String| Some(format!("write {text}"));
        match (self.kind, self.value.get_ref()) {
            // A distribution has its mean by itself, unless it needs more.
            (ValueKind::Duration(_), DeValue::Table(table)) => match table.get("mean").map(Spanned::get_ref) {
                Some(DeValue::String(mean)) => write(format!("`{} = \"{mean}\"`", self.key)),
                _ => None,
            },
            (ValueKind::Tables(_), DeValue::Table(_)) => {
                Some(format!("there may be several: write `[[{}]]`, with two brackets on each side", self.key))
            }
            (ValueKind::Table(_), DeValue::Array(_)) => {
                Some(format!("there is only one: write `[{}]`, with one bracket on each side", self.key))
            }
            (ValueKind::Table(section), DeValue::String(text)) => {
                let first = section.terms.iter().find(|term| term.absent == Absent::Wrong)?;
                first.kind.is_text().then(|| format!("write `{{ {} = \"{text}\" }}`", first.key))
            }
            (ValueKind::List { of: ValueKind::Table(section), .. }, DeValue::String(text)) => {
                let first = section.terms.iter().find(|term| term.absent == Absent::Wrong)?;
                first.kind.is_text().then(|| format!("write `[{{ {} = \"{text}\" }}]`", first.key))
            }
            (kind, DeValue::Boolean(false)) if kind.has_word("off") => write("\"off\"".to_owned()),
            (ValueKind::PositiveNumber, DeValue::String(text)) if units::rate(text).is_ok() => {
                let number = text.strip_suffix("/h")?.trim_end();
                write(format!("{number}, without quotes and unit: it is per hour"))
            }
            (ValueKind::Flag, DeValue::String(text)) if !["true", "false"].contains(&text.as_ref()) => {
                write("true or false, without quotes".to_owned())
            }
            (kind, DeValue::String(text)) if kind.element().is_some_and(ValueKind::is_text) => {
                write(format!("`[\"{text}\"]`"))
            }
            (
                ValueKind::Flag | ValueKind::Whole(..) | ValueKind::Number(..) | ValueKind::PositiveNumber,
                DeValue::String(text),
            ) => {
                let is_one = ["true", "false"].contains(&text.as_ref()) || units::number(text).is_ok();
                is_one.then(|| format!("write {text}, without quotes"))
            }
            (kind, DeValue::Array(list)) if kind.is_text() => match (list.first().map(Spanned::get_ref), list.len()) {
                (Some(DeValue::String(text)), 1) => write(format!("\"{text}\"")),
                _ => None,
            },
            _ => None,
        }
    }

    /// The text of a string.
    pub(super) fn text(self) -> Option<&'a str> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// A quantity, unless it is zero where its key excludes that.
    fn unless_zero<T: PartialEq>(self, quantity: T, zero: &T) -> Option<T> {
        match self.kind.zero() {
            Some(Zero::Excluded) if quantity == *zero => {
                let hint = self.kind.has_word("off").then(|| "write \"off\" if it is never to happen".to_owned());
                self.wrong("must be greater than zero", hint)
            }
            _ => Some(quantity),
        }
    }

    /// A distribution, unless it is constantly zero where its key excludes that.
    pub(super) fn unless_all_zero(self, distribution: Distribution) -> Option<Distribution> {
        self.unless_zero(distribution.mean(), &Span::ZERO).map(|_| distribution)
    }

    /// The digits of a number.
    fn number_text(self) -> Option<String> {
        match self.value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().replace('_', "")),
            DeValue::Float(number) => Some(number.as_str().replace('_', "")),
            _ => None,
        }
    }

    /// A string.
    pub(super) fn string(self) -> Option<String> {
        self.text().map(str::to_owned).or_else(|| self.expected("a string"))
    }

    /// True or false.
    pub(super) fn flag(self) -> Option<bool> {
        match self.value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.expected("true or false"),
        }
    }

    /// A whole number within the bounds of its key.
    pub(super) fn whole(self) -> Option<u64> {
        let (&ValueKind::Whole(low, high), DeValue::Integer(number)) = (self.kind, self.value.get_ref()) else {
            return self.expected("a whole number");
        };
        match i128::from_str_radix(&number.as_str().replace('_', ""), number.radix()) {
            Ok(value) if (i128::from(low)..=i128::from(high)).contains(&value) => Some(value as u64),
            _ if low == high => self.wrong(format_args!("must be {low}"), None),
            _ => self.wrong(format_args!("must be {low} to {high}"), None),
        }
    }

    /// A number that is not negative, and within the bounds of its key.
    pub(super) fn number(self) -> Option<f64> {
        let Some(text) = self.number_text() else {
            return self.expected("a number");
        };
        match text.parse::<f64>() {
            Ok(value) if value < 0.0 => self.wrong("must not be negative", None),
            Ok(value) if value.is_finite() => match *self.kind {
                ValueKind::Number(low, high) if !(low..=high).contains(&value) => {
                    self.wrong(format_args!("must be {low} to {high}"), None)
                }
                _ => self.unless_zero(value, &0.0),
            },
            _ => self.wrong("must be finite", None),
        }
    }

    /// Whether it is a number without a unit.
    pub(super) fn is_number(self) -> bool {
        matches!(self.value.get_ref(), DeValue::Integer(_) | DeValue::Float(_))
    }

    /// A duration with its unit.
    pub(super) fn duration(self) -> Option<Span> {
        let span = self.quantity("a duration such as \"250ms\"", "s", units::duration)?;
        self.unless_zero(span, &Span::ZERO)
    }

    /// A duration, or `"off"` for one without end.
    pub(super) fn duration_or_off(self) -> Option<Span> {
        match self.text() {
            Some("off") => Some(Span::FOREVER),
            _ => self.duration(),
        }
    }

    /// A time of day, as a string or as TOML's own type.
    pub(super) fn clock(self) -> Option<Clock> {
        const KIND: &str = "a time of day such as \"08:00\"";
        let time = if let DeValue::Datetime(time) = self.value.get_ref() { Some(time.to_string()) } else { None };
        let Some(text) = self.text().or(time.as_deref()) else {
            return self.expected(KIND);
        };
        match Clock::parse(text) {
            Ok(clock) => Some(clock),
            Err(why) => self.wrong(format_args!("is not {KIND}"), Some(why)),
        }
    }

    /// A rate with its unit, per second.
    pub(super) fn rate(self) -> Option<f64> {
        let rate = self.quantity("a rate such as \"36000/h\"", "/h", units::rate)?;
        self.unless_zero(rate, &0.0)
    }

    fn quantity<T>(self, kind: &str, unit: &str, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        if let Some(number) = self.number_text() {
            if number.starts_with('-') {
                return self.wrong("must not be negative", None);
            }
            return self.wrong("needs a unit", Some(format!("write \"{number}{unit}\" if that is what you mean")));
        }
        // A time of day without quotes is one of TOML's own types.
        let time = if let DeValue::Datetime(time) = self.value.get_ref() { Some(time.to_string()) } else { None };
        let Some(text) = self.text().or(time.as_deref()) else {
            return self.expected(kind);
        };
        match parse(text) {
            Ok(value) => Some(value),
            Err(why) => {
                if self.kind.has_word("off")
                    && ["none", "never", "no", "disabled", "false", "Off", "OFF"].contains(&text)
                {
                    return self.wrong(format_args!("is not {kind}"), Some("write \"off\"".to_owned()));
                }
                // A number in quotes, as `--set` leaves it, only lacks its unit.
                let bare = !text.is_empty() && units::number(text).is_ok();
                let hint =
                    if bare { format!("; write \"{text}{unit}\" if that is what you mean") } else { String::new() };
                self.wrong(format_args!("is not {kind}"), Some(why + &hint))
            }
        }
    }

    /// A share, `"5%"` or 0.05.
    pub(super) fn share(self) -> Option<f64> {
        match self.text() {
            Some(text) => match units::share(text) {
                Ok(share) => self.unless_zero(share, &0.0),
                Err(why) => self.wrong("is not a share", Some(why)),
            },
            None => match self.number()? {
                share if share <= 1.0 => Some(share),
                share => self.wrong("must not be more than 1", Some(format!("write \"{share}%\" if you mean percent"))),
            },
        }
    }

    /// A bound of a measure, as it is written: its unit is that of the measure.
    pub(super) fn bound(self) -> Option<String> {
        match self.text() {
            Some(text) => Some(text.to_owned()),
            None => self.number().and_then(|_| self.number_text()),
        }
    }

    /// One of a few words, as the value it stands for.
    pub(super) fn choice<T: Copy>(self, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        assert!(
            matches!(self.kind, ValueKind::Word(words) if **words == names),
            "the vocabulary has other words for `{}`",
            self.key
        );
        let Some(text) = self.text() else {
            if let Some(number) = self.number_text().filter(|number| names.contains(&number.as_str())) {
                return self.wrong("should be a string", Some(format!("write \"{number}\"")));
            }
            return self.expected(&format!("one of the strings {}", enumeration(&names)));
        };
        match choices.iter().find(|(name, _)| *name == text) {
            Some((_, meaning)) => Some(*meaning),
            None => self.wrong(format_args!("cannot be \"{text}\""), suggestion(text, names)),
        }
    }

    /// The name of a new entry.
    pub(super) fn name(self) -> Option<Name> {
        let name = self.quoted()?;
        if let Err(hint) = fits_name(&name.value) {
            self.wrong::<()>("is not a valid name", Some(hint));
        }
        // Even if it is not valid, other entries may refer to it.
        Some(name)
    }

    /// The directory number of a line.
    pub(super) fn directory_number(self) -> Option<Name> {
        let number = self.quoted()?;
        let fits = |character: char| character.is_ascii_digit() || "+*#".contains(character);
        if number.value.is_empty() || number.value.len() > 32 || !number.value.chars().all(fits) {
            return self.wrong("is not a directory number", Some("it has 1 to 32 digits, `*`, `#` and `+`".to_owned()));
        }
        Some(number)
    }

    /// A reference to an entry by name.
    pub(super) fn reference(self) -> Option<Name> {
        match self.quoted()? {
            // Elsewhere an empty name stands for a missing one, which has been reported.
            name if name.value.is_empty() => self.wrong("must not be empty", None),
            name => Some(name),
        }
    }

    /// A string, with a hint if only the quotes around a number are missing.
    fn quoted(self) -> Option<Name> {
        match (self.text(), self.number_text()) {
            (Some(text), _) => Some(At { value: text.to_owned(), place: self.place() }),
            (None, Some(number)) => self.wrong("should be a string", Some(format!("write \"{number}\""))),
            _ => self.expected("a string"),
        }
    }

    /// A list, each element read by `each`. Wrong elements are reported and left out.
    pub(super) fn list<T>(self, mut each: impl FnMut(Value<'a>) -> Option<T>) -> Option<Vec<T>> {
        let DeValue::Array(values) = self.value.get_ref() else {
            return self.expected("a list");
        };
        let kind = self.kind.element().unwrap_or_else(|| panic!("`{}` is not a list", self.key));
        Some(values.iter().filter_map(|value| each(Value { value, kind, ..self })).collect())
    }

    /// Whether it is a table.
    pub(super) fn is_table(self) -> bool {
        matches!(self.value.get_ref(), DeValue::Table(_))
    }

    /// The entries of a table whose keys are names that the file chooses, each read by `each`: `None` for a wrong one.
    pub(super) fn named<T>(self, each: impl Fn(Value<'a>) -> Option<T>) -> Option<Vec<Option<(Name, T)>>> {
        let DeValue::Table(entries) = self.value.get_ref() else {
            return self.expected("a table");
        };
        let kind = self.kind.named().unwrap_or_else(|| panic!("`{}` has keys of its own", self.key));
        let read = |(key, value): (&'a Spanned<Cow<'a, str>>, &'a Spanned<DeValue<'a>>)| {
            let text = key.get_ref().as_ref();
            let name = At { value: text.to_owned(), place: key.span() };
            if let Err(hint) = fits_name(text) {
                let problem = Problem::new(key.span(), format!("`{text}` in `{}` is not a valid name", self.key), "");
                self.context.reports.add(problem.hint(hint));
            }
            Some((name, each(Value { key: text, kind, value, ..self })?))
        };
        Some(entries.iter().map(read).collect())
    }

    /// A table, whatever it is called in the file.
    pub(super) fn table(self) -> Option<Table<'a>> {
        match (self.value.get_ref(), self.kind.section()) {
            (DeValue::Table(entries), Some(section)) => Some(Table::new(self.context, section, entries, self.place())),
            _ => self.expected("a table"),
        }
    }
}

/// Whether a text can be the name of an entry; if not, what a name is.
pub(super) fn fits_name(text: &str) -> Result<(), String> {
    const LONGEST: usize = 64;
    let fits = |character: char| character.is_alphanumeric() || "-_+*#".contains(character);
    match text.is_empty() || text.chars().count() > LONGEST || !text.chars().all(fits) {
        true => Err(format!("a name has 1 to {LONGEST} letters, digits, `-` and `_`")),
        false => Ok(()),
    }
}

/// A table that is being read. After its last key, [`Table::finish`] has to be called.
pub(super) struct Table<'a> {
    context: &'a Context<'a>,
    section: &'static Section,
    entries: &'a DeTable<'a>,
    place: TextRange,
}

impl<'a> Table<'a> {
    /// A table with the keys of `section`, at `place`.
    pub(super) fn new(
        context: &'a Context<'a>,
        section: &'static Section,
        entries: &'a DeTable<'a>,
        place: TextRange,
    ) -> Table<'a> {
        Table { context, section, entries, place }
    }

    /// Its place: the header, or the whole of an inline table.
    pub(super) fn place(&self) -> TextRange {
        self.place.clone()
    }

    /// Where problems go.
    pub(super) fn reports(&self) -> &'a Reports {
        self.context.reports
    }

    /// A key of the vocabulary. Any other key would be missing from the schema and from the documentation.
    fn term(&self, key: &str) -> &'static Term {
        let term = self.section.term(key);
        term.unwrap_or_else(|| panic!("the vocabulary has no `{key}` in `{}`", self.section.name))
    }

    /// What the table has for a key, by its present or a former name. [`Table::finish`] reports the former one.
    fn entry(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.entries.get(key).or_else(|| {
            let former = self.section.former.iter().filter(|(_, present)| *present == key);
            former.filter_map(|(former, _)| self.entries.get(*former)).next()
        })
    }

    /// Reads a key, and its default, with `read`.
    pub(super) fn key<T>(&self, key: &'static str, mut read: impl FnMut(Value<'a>) -> Option<T>) -> Key<'a, T> {
        let context = self.context;
        let term = self.term(key);
        let kind = &term.kind;
        let default = term.absent.value().map(|written| {
            let value = &context.defaults[written];
            read(Value { context, key, kind, value })
                .unwrap_or_else(|| panic!("the default of `{key}` cannot be {written}"))
        });
        let reported = context.reports.len();
        let (place, found) = match self.entry(key) {
            None => (self.place(), Found::Absent),
            Some(value) => {
                let found = read(Value { context, key, kind, value });
                (value.span(), found.map_or(Found::Wrong, Found::Right))
            }
        };
        Key { context, reported, key, kind, place, found, default }
    }

    /// Reads a string.
    pub(super) fn string(&self, key: &'static str) -> Key<'a, String> {
        self.key(key, Value::string)
    }

    /// Reads a flag.
    pub(super) fn flag(&self, key: &'static str) -> Key<'a, bool> {
        self.key(key, Value::flag)
    }

    /// Reads a whole number within the bounds of its key.
    pub(super) fn whole(&self, key: &'static str) -> Key<'a, u64> {
        self.key(key, Value::whole)
    }

    /// Reads a duration.
    pub(super) fn duration(&self, key: &'static str) -> Key<'a, Span> {
        self.key(key, Value::duration)
    }

    /// Reads a share.
    pub(super) fn share(&self, key: &'static str) -> Key<'a, f64> {
        self.key(key, Value::share)
    }

    /// Reads a reference to an entry by name.
    pub(super) fn reference(&self, key: &'static str) -> Key<'a, Name> {
        self.key(key, Value::reference)
    }

    /// Reads a list.
    pub(super) fn list<T>(&self, key: &'static str, mut each: impl FnMut(Value<'a>) -> Option<T>) -> Key<'a, Vec<T>> {
        self.key(key, |value| value.list(&mut each))
    }

    /// Reads a section; an absent one as if it were empty.
    pub(super) fn section<T>(&self, key: &'static str, read: impl Fn(&Table<'a>) -> T) -> T {
        let whole = |table: Table<'a>| {
            let section = read(&table);
            table.finish();
            section
        };
        self.key(key, |value| value.table().map(&whole)).optional().unwrap_or_else(|| {
            let section = self.term(key).kind.section().expect("a section is a table");
            read(&Table::new(self.context, section, &self.context.nothing, self.place()))
        })
    }

    /// Reads every table of a list of tables, `[[key]]`.
    pub(super) fn each<T>(&self, key: &'static str, read: impl Fn(&Table<'a>) -> T) -> Vec<T> {
        let entries = self.list(key, |value| {
            let table = value.table()?;
            let entry = read(&table);
            table.finish();
            Some(entry)
        });
        entries.optional().unwrap_or_default()
    }

    /// The one of `keys` that is present; none or several of them are reported.
    pub(super) fn one_of(&self, keys: &[&'static str]) -> Option<&'static str> {
        let present: Vec<&'static str> = keys.iter().copied().filter(|key| self.entry(key).is_some()).collect();
        match present[..] {
            [one] => Some(one),
            [] => {
                let title = format!("one of {} is required", enumeration(keys));
                self.reports().add(Problem::new(self.place(), title, "it belongs here"));
                None
            }
            _ => {
                let title = format!("{} exclude each other", enumeration(&present));
                self.reports().add(Problem::new(self.place(), title, "give only one of them"));
                None
            }
        }
    }

    /// Reports every key that the section does not have.
    pub(super) fn finish(&self) {
        for (key, _) in self.entries.iter() {
            let name = key.get_ref().as_ref();
            if self.section.term(name).is_some() {
                continue;
            }
            if let Some(present) = self.section.renamed(name) {
                let title = format!("`{name}` was renamed to `{present}`");
                self.reports().add(Problem::new(key.span(), title, ""));
                continue;
            }
            let mut problem = Problem::new(key.span(), format!("`{name}` is not a key here"), "");
            if !self.reports().is_full() {
                problem.hint = names::hint(self.section, name);
            }
            self.reports().add(problem);
        }
    }
}

enum Found<T> {
    Absent,
    /// It has been reported.
    Wrong,
    Right(T),
}

/// A key that was read. The last call says what happens if it is absent: `value`, `or`, `required`, `default` or
/// `optional`.
pub(super) struct Key<'a, T> {
    context: &'a Context<'a>,
    /// How many problems there were before this key.
    reported: usize,
    key: &'static str,
    kind: &'static ValueKind,
    place: TextRange,
    found: Found<T>,
    /// The default of the vocabulary.
    default: Option<T>,
}

impl<'a, T> Key<'a, T> {
    /// The place of its value, or of its table if it is absent.
    pub(super) fn place(&self) -> TextRange {
        self.place.clone()
    }

    /// Whether the workload has the key, right or wrong.
    pub(super) fn is_present(&self) -> bool {
        !matches!(self.found, Found::Absent)
    }

    /// Reports the value unless it passes: the key and `must` make a sentence.
    pub(super) fn check(self, passes: impl Fn(&T) -> bool, must: &str) -> Key<'a, T> {
        match &self.found {
            Found::Right(value) if !passes(value) => {
                let title = format!("`{}` {must}", self.key);
                self.context.reports.add(Problem::new(self.place.clone(), title, ""));
                Key { found: Found::Wrong, ..self }
            }
            _ => self,
        }
    }

    /// Cites the rule behind all problems of this key so far.
    pub(super) fn rule(self, rule: &'static str) -> Key<'a, T> {
        self.context.reports.cite(self.reported, rule);
        self
    }

    /// Converts the value.
    pub(super) fn map<U>(self, convert: impl Fn(T) -> U) -> Key<'a, U> {
        let found = match self.found {
            Found::Absent => Found::Absent,
            Found::Wrong => Found::Wrong,
            Found::Right(value) => Found::Right(convert(value)),
        };
        let Key { context, reported, key, kind, place, default, .. } = self;
        Key { context, reported, key, kind, place, found, default: default.map(convert) }
    }

    /// The result of `end`, with its place.
    pub(super) fn at<U>(self, end: impl FnOnce(Key<'a, T>) -> U) -> At<U> {
        At { place: self.place(), value: end(self) }
    }

    /// The value as it is written, if there is a valid one.
    pub(super) fn written(self) -> Option<T> {
        match self.found {
            Found::Right(value) => Some(value),
            Found::Absent | Found::Wrong => None,
        }
    }

    /// The value, or else the default of the vocabulary.
    pub(super) fn value(self) -> T {
        self.or(|default| default)
    }

    /// The value, or else the default of the vocabulary, adjusted to other keys.
    pub(super) fn or(mut self, adjusted: impl FnOnce(T) -> T) -> T {
        let (key, default) = (self.key, self.default.take());
        let default = default.unwrap_or_else(|| panic!("the vocabulary has no default for `{key}`"));
        self.written().unwrap_or_else(|| adjusted(default))
    }

    /// The value, if there is a valid one. For keys without a default.
    pub(super) fn optional(self) -> Option<T> {
        assert!(self.default.is_none(), "the vocabulary has a default for `{}`", self.key);
        self.written()
    }

    /// The value, or this one if it is absent, for keys whose default is not written in TOML.
    pub(super) fn default(self, default: T) -> T {
        self.optional().unwrap_or(default)
    }

    /// The value, if there is a valid one; its absence is reported.
    pub(super) fn required(self) -> Option<T> {
        if let Found::Absent = self.found {
            let title = format!("`{}` is missing", self.key);
            self.context.reports.add(Problem::new(self.place.clone(), title, "it belongs here"));
        }
        self.written()
    }

    /// The value, if there is a valid one; its absence is reported with the rule that requires it.
    pub(super) fn required_by(self, rule: &'static str) -> Option<T> {
        let (context, reported) = (self.context, self.reported);
        let value = self.required();
        context.reports.cite(reported, rule);
        value
    }

    /// The value; its absence is reported, and `T::default()` stands in for it.
    pub(super) fn required_or_default(self) -> T
    where
        T: Default,
    {
        self.required().unwrap_or_default()
    }
}

impl<'a, T> Key<'a, Vec<T>> {
    /// Reports a list of more or fewer elements than the vocabulary allows: the key and `must` make a sentence.
    pub(super) fn length(self, must: &str) -> Key<'a, Vec<T>> {
        let kind = self.kind;
        self.check(|list| kind.has_room_for(list.len()), must)
    }
}
