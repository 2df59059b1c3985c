//! The workload format as a JSON Schema for editors, generated from the vocabulary.
//!
//! It is written in draft-07, the newest draft that Taplo reads (the library behind the TOML support of VS Code and
//! others), and in the form that works best there. A value of several types has the keywords of all of them side by
//! side, since each applies to its own type only: unlike with `anyOf`, errors are then reported at the value, and its
//! description is found. Relations between keys are in `dependencies`, where editors do not offer them for completion.

use std::fmt::Write;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::vocabulary::{Absent, Condition, DISTRIBUTION, Rule, Section, Term, ValueKind, WORKLOAD, Zero};

/// The JSON Schema of a workload file, ready to print. It accepts every workload that can be run, but also some
/// that cannot: it does not check references, sums, limits of the whole or other files.
pub fn schema() -> String {
    let mut schema = vec![
        ("$schema", value("http://json-schema.org/draft-07/schema#")),
        ("$id", value("urn:ctisim:workload:1")),
        ("title", value("ctisim workload")),
    ];
    schema.extend(table(&WORKLOAD, Defaults::Stated));
    let distributions = DISTRIBUTION
        .terms
        .iter()
        .map(|distribution| (distribution.key, Json::Object(term(distribution, &DISTRIBUTION, Defaults::Stated))))
        .collect();
    schema.push(("definitions", Json::Object(distributions)));
    let mut text = serde_json::to_string_pretty(&Json::Object(schema)).unwrap_or_default();
    text.push('\n');
    text
}

/// A piece of JSON whose keys stay in the order in which they are given.
#[derive(Clone, Debug, PartialEq)]
enum Json {
    Value(Value),
    List(Vec<Json>),
    Object(Object),
}

type Object = Vec<(&'static str, Json)>;

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Value(value) => value.serialize(serializer),
            Json::List(list) => serializer.collect_seq(list),
            Json::Object(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, value))),
        }
    }
}

fn value(value: impl Into<Value>) -> Json {
    Json::Value(value.into())
}

/// Whether the schema of a table states what absent keys mean.
#[derive(Clone, Copy, PartialEq)]
enum Defaults {
    Stated,
    /// They default to the keys of another table.
    Elsewhere,
}

fn table(section: &'static Section, defaults: Defaults) -> Object {
    let mut schema = vec![("description", value(section.about))];
    schema.extend(Shape::of_table(section, defaults).into_schema());
    schema
}

/// A key: its path, meaning, default and kind.
fn term(term: &'static Term, section: &'static Section, defaults: Defaults) -> Object {
    let mut schema = vec![("title", value(path(section, term))), ("description", value(description(term, defaults)))];
    if let (Absent::Is(value), Defaults::Stated) = (term.absent, defaults) {
        schema.push(("default", literal(value)));
    }
    let mut shape = Shape::of(&term.kind);
    if let (ValueKind::Tables(_), Absent::Wrong) = (&term.kind, term.absent) {
        shape.rest.push(("minItems", value(1)));
    }
    schema.extend(shape.into_schema());
    schema
}

/// The name of a key in the documentation.
fn path(section: &Section, term: &Term) -> String {
    match section.name {
        "" => term.key.to_owned(),
        name => format!("{name}.{}", term.key),
    }
}

fn description(term: &Term, defaults: Defaults) -> String {
    let mut text = sentence(term.meaning);
    match (term.absent, defaults) {
        (Absent::Means(what) | Absent::Usually(_, what), Defaults::Stated) => _ = write!(text, " If absent: {what}."),
        (Absent::Is(value), Defaults::Stated) => _ = write!(text, " Default: `{value}`."),
        _ => {}
    }
    if !term.source.is_empty() {
        _ = write!(text, " Source: {}.", term.source);
    }
    text
}

fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).chain(['.']).collect()
}

/// The types of a value, and the keywords of each. Those of strings are separate, since a value may be one kind of string
/// or another.
struct Shape {
    types: Vec<&'static str>,
    words: Vec<&'static str>,
    patterns: Vec<String>,
    rest: Object,
}

impl Shape {
    fn new(kind: &'static str, rest: Object) -> Shape {
        Shape { types: vec![kind], words: Vec::new(), patterns: Vec::new(), rest }
    }

    fn pattern(pattern: impl Into<String>) -> Shape {
        Shape { patterns: vec![pattern.into()], ..Shape::new("string", Vec::new()) }
    }

    fn or(mut self, other: Shape) -> Shape {
        self.types.extend(other.types.into_iter().filter(|kind| !self.types.contains(kind)).collect::<Vec<_>>());
        self.words.extend(other.words);
        self.patterns.extend(other.patterns);
        self.rest.extend(other.rest);
        self
    }

    fn of(kind: &'static ValueKind) -> Shape {
        let within = |low: f64, high: f64| {
            let mut bounds = vec![("minimum", value(low))];
            bounds.extend(high.is_finite().then_some(("maximum", value(high))));
            Shape::new("number", bounds)
        };
        match kind {
            ValueKind::Flag => Shape::new("boolean", Vec::new()),
            ValueKind::Text => Shape::new("string", Vec::new()),
            ValueKind::Sentence => Shape::pattern(r"\S"),
            ValueKind::Word(words) => Shape { words: words.to_vec(), ..Shape::new("string", Vec::new()) },
            ValueKind::Whole(low, high) => {
                Shape::new("integer", vec![("minimum", value(*low)), ("maximum", value(*high))])
            }
            ValueKind::Number(low, high) => within(*low, *high),
            ValueKind::PositiveNumber => Shape::new("number", vec![("exclusiveMinimum", value(0))]),
            ValueKind::Duration(zero) => Shape::pattern(duration(*zero)),
            ValueKind::Clock => Shape::pattern(CLOCK),
            ValueKind::Rate(zero) => Shape::pattern(rate(*zero)),
            ValueKind::Share(Zero::Allowed) => within(0.0, 1.0).or(Shape::pattern(share(Zero::Allowed))),
            ValueKind::Share(Zero::Excluded) => {
                let above = vec![("exclusiveMinimum", value(0)), ("maximum", value(1))];
                Shape::new("number", above).or(Shape::pattern(share(Zero::Excluded)))
            }
            ValueKind::Distribution(zero, _) => Shape::pattern(duration(*zero)).or(Shape::of_distribution()),
            ValueKind::Name | ValueKind::Reference | ValueKind::Target => {
                Shape { rest: vec![("maxLength", value(NAME_LENGTH))], ..Shape::pattern(NAME) }
            }
            ValueKind::DirectoryNumber => Shape::pattern(DIRECTORY_NUMBER),
            ValueKind::FirstNumber => Shape::pattern(FIRST_NUMBER),
            ValueKind::List { of, least, most, distinct } => {
                let mut rest = vec![("items", Json::Object(Shape::of(of).into_schema()))];
                rest.extend((*least > 0).then_some(("minItems", value(*least))));
                rest.extend(most.map(|most| ("maxItems", value(most))));
                rest.extend(distinct.then_some(("uniqueItems", value(true))));
                Shape::new("array", rest)
            }
            ValueKind::Table(section) => Shape::of_table(section, Defaults::Stated),
            ValueKind::Overriding(section) => Shape::of_table(section, Defaults::Elsewhere),
            ValueKind::Tables(section) => {
                Shape::new("array", vec![("items", Json::Object(table(section, Defaults::Stated)))])
            }
            ValueKind::Named(of) => {
                let name = Json::Object(Shape::of(&ValueKind::Name).into_schema());
                let values = Json::Object(Shape::of(of).into_schema());
                let rest = vec![("additionalProperties", values), ("propertyNames", name), ("minProperties", value(1))];
                Shape::new("object", rest)
            }
            ValueKind::Either(one, other) => Shape::of(one).or(Shape::of(other)),
        }
    }

    fn of_table(section: &'static Section, defaults: Defaults) -> Shape {
        let properties = section.terms.iter().map(|it| (it.key, Json::Object(term(it, section, defaults))));
        let mut rest = vec![("properties", Json::Object(properties.collect())), ("additionalProperties", value(false))];
        let required: Vec<&str> =
            section.terms.iter().filter(|term| term.absent == Absent::Wrong).map(|term| term.key).collect();
        rest.extend((!required.is_empty()).then(|| ("required", value(required))));
        rest.extend(exactly_one(section.one_of));
        rest.extend(dependencies(section.rules));
        Shape::new("object", rest)
    }

    /// A distribution: a table of exactly one key. It is long and frequent, so it is defined once.
    fn of_distribution() -> Shape {
        let reference = |distribution: &Term| vec![("$ref", value(format!("#/definitions/{}", distribution.key)))];
        let distributions = DISTRIBUTION
            .terms
            .iter()
            .map(|distribution| (distribution.key, Json::Object(reference(distribution))))
            .collect();
        Shape::new(
            "object",
            vec![
                ("properties", Json::Object(distributions)),
                ("additionalProperties", value(false)),
                ("minProperties", value(1)),
                ("maxProperties", value(1)),
            ],
        )
    }

    fn into_schema(self) -> Object {
        let mut schema = match self.types[..] {
            [kind] => vec![("type", value(kind))],
            _ => vec![("type", value(self.types.as_slice()))],
        };
        let mut patterns = self.patterns;
        match self.words[..] {
            [] => {}
            // Without alternatives, editors offer the words one by one.
            _ if self.types == ["string"] && patterns.is_empty() => schema.push(("enum", value(self.words))),
            _ => patterns.push(format!("^({})$", self.words.join("|"))),
        }
        schema.extend((!patterns.is_empty()).then(|| ("pattern", value(patterns.join("|")))));
        schema.extend(self.rest);
        schema
    }
}

/// Exactly one key of each set: all combinations.
fn exactly_one(sets: &[&[&str]]) -> Option<(&'static str, Json)> {
    let mut ways: Vec<Vec<&str>> = vec![Vec::new()];
    for set in sets {
        let further = |way: Vec<_>| set.iter().map(move |key| [way.as_slice(), &[*key]].concat());
        ways = ways.into_iter().flat_map(further).collect();
    }
    let ways = ways.into_iter().map(|way| Json::Object(vec![("required", value(way))])).collect();
    (!sets.is_empty()).then_some(("oneOf", Json::List(ways)))
}

fn dependencies(rules: &'static [Rule]) -> Option<(&'static str, Json)> {
    let depend = rules.iter().map(|rule| (rule.with, Json::Object(condition(&rule.holds)))).collect();
    (!rules.is_empty()).then_some(("dependencies", Json::Object(depend)))
}

fn condition(it: &'static Condition) -> Object {
    let all = |conditions: &'static [Condition]| {
        Json::List(conditions.iter().map(|it| Json::Object(condition(it))).collect())
    };
    match it {
        Condition::Present(key) => vec![("required", value([*key].as_slice()))],
        Condition::Is(key, written) => {
            let same = Json::Object(vec![("const", literal(written))]);
            vec![("properties", Json::Object(vec![(*key, same)])), ("required", value([*key].as_slice()))]
        }
        Condition::Not(other) => vec![("not", Json::Object(condition(other)))],
        Condition::Any(conditions) => vec![("anyOf", all(conditions))],
        Condition::All(conditions) => vec![("allOf", all(conditions))],
    }
}

/// Without the length: 64 times the class of all letters takes Taplo half a minute to compile.
const NAME: &str = r"^[\p{Alphabetic}\p{N}_+*#-]+$";
const NAME_LENGTH: u32 = 64;
const CLOCK: &str = "^([01][0-9]|2[0-3])(:[0-5][0-9]){1,2}$";
const FIRST_NUMBER: &str = r"^\+?[0-9]{1,18}$";
const DIRECTORY_NUMBER: &str = "^[0-9+*#]{1,32}$";

/// The longer units first, each once. Fractions finer than a nanosecond are excluded for decimal parts of a second.
fn duration(zero: Zero) -> String {
    let some = match zero {
        Zero::Allowed => "(?=.)",
        Zero::Excluded => "(?=.*[1-9])",
    };
    format!("^{some}{}$", units_of_time())
}

fn units_of_time() -> String {
    let mut pattern = String::new();
    for (unit, fraction) in [
        ("d", "[0-9]+"),
        ("h", "[0-9]+"),
        ("m", "[0-9]+"),
        ("s", "[0-9]{1,9}0*"),
        ("ms", "[0-9]{1,6}0*"),
        ("us", "[0-9]{1,3}0*"),
        ("ns", "0+"),
    ] {
        _ = write!(pattern, r"([0-9]+(\.{fraction})?{unit})?");
    }
    pattern
}

fn rate(zero: Zero) -> String {
    let above = match zero {
        Zero::Allowed => "",
        Zero::Excluded => "(?=[^/]*[1-9])",
    };
    // An interval is a duration above zero, as a look-ahead sees to.
    let interval = units_of_time();
    format!(r"^{above}\s*([0-9]+\.?[0-9]*|\.[0-9]+)\s*/\s*([smhd]|(?=[0-9])(?=[^/]*[1-9]){interval})\s*$")
}

fn share(zero: Zero) -> String {
    let above = match zero {
        Zero::Allowed => "",
        Zero::Excluded => "(?=.*[1-9])",
    };
    format!(r"^{above}\s*(0*[0-9]{{1,2}}(\.[0-9]*)?|\.[0-9]+|0*100(\.0*)?)\s*%$")
}

/// A value of the vocabulary as JSON.
fn literal(toml: &str) -> Json {
    let written: toml_edit::Value = toml.parse().expect("the vocabulary is TOML");
    Json::Value(json(&written))
}

fn json(written: &toml_edit::Value) -> Value {
    match written {
        toml_edit::Value::Boolean(flag) => Value::from(*flag.value()),
        toml_edit::Value::Integer(number) => Value::from(*number.value()),
        toml_edit::Value::Float(number) => Value::from(*number.value()),
        toml_edit::Value::String(text) => Value::from(text.value().as_str()),
        toml_edit::Value::Datetime(date) => Value::from(date.to_string()),
        toml_edit::Value::Array(values) => values.iter().map(json).collect(),
        toml_edit::Value::InlineTable(table) => table.iter().map(|(key, value)| (key, json(value))).collect(),
    }
}
