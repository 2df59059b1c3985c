//! `--vary KEY=VALUES`: a key of the workload, or several that are tied together, and the values it takes in turn.

use crate::engine::Span;
use crate::plan::Plan;
use crate::studies::{Axis, given_warm_up};
use crate::workload::{Tie, Tied, units};

use super::model::Origin;
use super::stop::Stop;

/// A key of a workload, or several that are tied together, and its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    /// The key; of tied keys all of them with the word before, `sum(phone.*.count)`.
    pub(super) key: String,
    /// The values, in the order in which they were given.
    pub(super) values: Vec<String>,
    /// The tied keys, and how they are.
    tied: Option<(Tie, Vec<String>)>,
    /// As it was typed.
    pub(super) written: String,
}

/// The most values of one parameter.
const MOST: u128 = 10_000;

/// The most steps of a range without a step.
const STEPS: u128 = 100;

const EXPECTED: &str =
    "expected KEY=A,B,C or KEY=LOW..HIGH or KEY=LOW..HIGH:STEP, e.g. cti_port.ports.count=10..100:10";

/// What the words before several keys mean.
const WORDS: &str = "sum(KEYS)=... is how many in all, each(KEYS)=... the same value for every one";

impl Parameter {
    /// Reads `key=a,b,c`, where commas within brackets or quotes do not count, or `key=low..high:step`: numbers with the
    /// same unit, or durations; the last value is the last one not beyond `high`. Without a step, the step is a round
    /// number such that there are at most about a hundred values.
    pub(super) fn parse(text: &str) -> Result<Parameter, String> {
        let (key, values) = text.split_once('=').ok_or(EXPECTED)?;
        let (key, values) = (key.trim(), values.trim());
        if key.is_empty() || values.is_empty() {
            return Err(EXPECTED.to_owned());
        }
        let tied = tied(key)?;
        for key in tied.iter().flat_map(|(_, keys)| keys.iter().map(String::as_str)).chain([key]) {
            not_of_the_study(key)?;
        }
        let values = match values.split_once("..") {
            Some((low, rest)) => {
                if rest.contains(',') {
                    return Err(format!("a range and a list cannot be mixed: {EXPECTED}"));
                }
                let (high, step) = match rest.split_once(':') {
                    Some((high, step)) => (high, Some(step.trim())),
                    None => (rest, None),
                };
                range(low.trim(), high.trim(), step)?
            }
            None => listed(values),
        };
        if values.iter().any(String::is_empty) {
            return Err(format!("a value is empty: {EXPECTED}"));
        }
        if let Some(twice) = values.iter().enumerate().find(|(at, value)| values[..*at].contains(value)) {
            return Err(format!("`{}` is given twice", twice.1));
        }
        Ok(Parameter { key: key.to_owned(), values, tied, written: text.to_owned() })
    }

    /// What its values set in a workload.
    pub(super) fn axis(&self, source: &Origin, set: &[String]) -> Result<Axis, Stop> {
        let Some((tie, patterns)) = &self.tied else { return Ok(Axis::of_key(&*self.key, self.values.clone())) };
        let text = source.changed(set)?;
        let settings = Tied::new(*tie, patterns, &text)
            .and_then(|keys| self.values.iter().map(|value| keys.assignments(value)).collect());
        let settings = settings.map_err(|why| Stop::Invalid(format!("error: --vary {}: {why}", self.written)))?;
        Ok(Axis { key: self.key.clone(), values: self.values.clone(), settings })
    }
}

/// The keys of `sum(A, B)` or `each(A, B)`, and which of them it is; `None` for one key.
fn tied(text: &str) -> Result<Option<(Tie, Vec<String>)>, String> {
    let Some((word, keys)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) else {
        return match text.contains(['*', ',']) {
            true => Err(format!("`{text}` is more than one key: {WORDS}")),
            false => Ok(None),
        };
    };
    let tie = Tie::of(word.trim()).ok_or_else(|| format!("`{}` is no word for several keys: {WORDS}", word.trim()))?;
    let keys: Vec<String> = keys.split(',').map(|key| key.trim().to_owned()).collect();
    match keys.iter().any(|key| key.split('.').any(|part| part.trim().is_empty())) {
        true => Err(format!("a key, or a part of one, is empty: {WORDS}")),
        false => Ok(Some((tie, keys))),
    }
}

/// Rejects keys that say how a workload is run and not what is simulated: these are the same for all that are compared.
pub(super) fn not_of_the_study(key: &str) -> Result<(), String> {
    match key.trim() {
        "run.seed" => Err("all are run with one seed, and so with the same callers: use --seed".to_owned()),
        "run.replications" => Err("all have the same replications: use --replications".to_owned()),
        _ => Ok(()),
    }
}

/// Rejects a steady study without a warm-up: its values would not be measured over the same time.
pub(super) fn one_warm_up(plan: &Plan) -> Result<(), Stop> {
    given_warm_up(plan).map_err(|why| {
        Stop::Usage(format!(
            "{why}\n  help: set one, e.g. --set run.warm_up=15m; `ctisim run` at the value with the most load shows how long it has to be"
        ))
    })
}

/// Splits values at commas.
fn listed(text: &str) -> Vec<String> {
    let (mut values, mut depth, mut quoted) = (vec![String::new()], 0_i32, false);
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth <= 0 => {
                values.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = values.last_mut() {
            last.push(character);
        }
    }
    values.iter().map(|value| value.trim().to_owned()).collect()
}

/// The scale of the numbers of a range: their unit and their number of decimals.
enum Scale {
    /// Whole nanoseconds.
    Time,
    /// A number with so many digits after the point, and its unit.
    Decimal(u32, String),
}

impl Scale {
    fn written(&self, value: u128) -> String {
        match self {
            Scale::Time => units::words(Span::from_nanos(value as u64)),
            Scale::Decimal(0, unit) => format!("{value}{unit}"),
            Scale::Decimal(decimals, unit) => {
                let one = 10_u128.pow(*decimals);
                let fraction = format!("{:0width$}", value % one, width = *decimals as usize);
                let fraction = fraction.trim_end_matches('0');
                let point = if fraction.is_empty() { "" } else { "." };
                format!("{}{point}{fraction}{unit}", value / one)
            }
        }
    }
}

fn range(low: &str, high: &str, step: Option<&str>) -> Result<Vec<String>, String> {
    let texts: Vec<&str> = [low, high].into_iter().chain(step).collect();
    if high.starts_with('.') || high.contains("..") {
        return Err(format!("a range has two ends, with two points between them: {EXPECTED}"));
    }
    if let Some(step) = step.filter(|step| step.starts_with('-')) {
        return Err(format!("the step {step} is negative: it must be greater than 0, and the lower end comes first"));
    }
    if let Some(end) = [low, high].into_iter().find(|end| end.starts_with('-')) {
        return Err(format!("`{end}` is negative: no value of a workload is"));
    }
    let (scale, numbers) = scaled(&texts)?;
    let (low, high) = (numbers[0], numbers[1]);
    if low > high {
        return Err(format!("the range ends at {} and begins at {}: give the lower end first", texts[1], texts[0]));
    }
    let step = numbers.get(2).copied().unwrap_or_else(|| round_step(high - low));
    if step == 0 {
        return Err("the step must be greater than 0".to_owned());
    }
    if numbers.len() > 2 && step > high - low {
        return Err(format!("the step {} is longer than the range: there would be one value only", texts[2]));
    }
    let count = (high - low) / step + 1;
    if count > MOST {
        return Err(format!("these are {count} values; at most {MOST} are possible: use a larger step"));
    }
    Ok((0..count).map(|at| scale.written(low + at * step)).collect())
}

/// A step of 1, 2 or 5 times a power of ten, with which a range has at most [`STEPS`] steps. It is in units of the range's
/// scale: a nanosecond, or the last digit that was given.
fn round_step(length: u128) -> u128 {
    let mut step = 1;
    for (by, over) in [(2, 1), (5, 2), (2, 1)].into_iter().cycle() {
        if length <= step * STEPS {
            break;
        }
        step = step * by / over;
    }
    step
}

/// The numbers of a range, and a scale on which all of them are exact.
fn scaled(texts: &[&str]) -> Result<(Scale, Vec<u128>), String> {
    if let Ok(spans) = texts.iter().map(|text| units::duration(text)).collect::<Result<Vec<Span>, _>>() {
        return Ok((Scale::Time, spans.into_iter().map(|span| u128::from(span.nanos())).collect()));
    }
    let split = |text: &str| {
        let end = text.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(text.len());
        (text[..end].to_owned(), text[end..].trim().to_owned())
    };
    let parts: Vec<(String, String)> = texts.iter().map(|text| split(text)).collect();
    if let Some((at, _)) = parts.iter().enumerate().find(|(_, (number, _))| number.is_empty()) {
        return Err(match texts[at] {
            "" => format!("an end of the range, or its step, is missing: {EXPECTED}"),
            text => format!("`{text}` is not a number: {EXPECTED}"),
        });
    }
    let unit = &parts[0].1;
    if let Some((at, _)) = parts.iter().enumerate().find(|(_, (_, other))| other != unit) {
        let example = "give all ends, and the step, one unit, as in 10/h..50/h:10/h, or durations, as in 5s..1m:5s";
        return Err(format!("`{}` and `{}` do not have the same unit: {example}", texts[0], texts[at]));
    }
    let decimals = |number: &str| number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let most = parts.iter().map(|(number, _)| decimals(number)).max().unwrap_or(0);
    let whole = |(number, _): &(String, String)| {
        let digits = number.replacen('.', "", 1) + &"0".repeat(most - decimals(number));
        let fits = most <= 9 && !number.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        let value = if fits { digits.parse::<u128>().ok().filter(|value| *value < 1 << 100) } else { None };
        value.ok_or_else(|| format!("`{number}` is not a number: {EXPECTED}"))
    };
    let numbers = parts.iter().map(whole).collect::<Result<Vec<u128>, String>>()?;
    Ok((Scale::Decimal(most as u32, unit.clone()), numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        Parameter::parse(text).unwrap_or_else(|why| panic!("{text}: {why}")).values
    }

    #[test]
    fn lists_keep_what_is_within_brackets() {
        assert_eq!(values("a.b=1ms, 2ms"), ["1ms", "2ms"]);
        let groups = values(r#"callmanager_group.main.members=["sub1"],["sub1", "sub2"]"#);
        assert_eq!(groups, [r#"["sub1"]"#, r#"["sub1", "sub2"]"#]);
        assert_eq!(values(r#"x={ exponential = "1s" },"a,b""#), [r#"{ exponential = "1s" }"#, r#""a,b""#]);
    }

    #[test]
    fn ranges_are_exact() {
        assert_eq!(values("x=20000/h..60000/h:20000/h"), ["20000/h", "40000/h", "60000/h"]);
        assert_eq!(values("x=5s..1m:25s"), ["5s", "30s", "55s"]);
        assert_eq!(values("x=100/30m..200/30m:50/30m"), ["100/30m", "150/30m", "200/30m"]);
        assert_eq!(values("x=0.1..0.35:0.1"), ["0.1", "0.2", "0.3"]);
        assert_eq!(values("x=10%..30%:10%"), ["10%", "20%", "30%"]);
        assert_eq!(values("x=3..5"), ["3", "4", "5"]);
        assert_eq!(values("x=1ms..1s").len(), 100);
        assert_eq!(values("x=0..1000").len(), 101);
        assert_eq!(values("x=0..1010").len(), 51);
        assert_eq!(values("x=7..7"), ["7"]);
    }

    #[test]
    fn several_keys_need_a_word() {
        let read = |text: &str| Parameter::parse(text).map(|it| (it.key, it.tied, it.values)).unwrap();
        let keys = |keys: &[&str]| keys.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let (key, tied, values) = read("sum(phone.a.count, phone.b.count)=100..104:2");
        assert_eq!(key, "sum(phone.a.count, phone.b.count)");
        assert_eq!(tied, Some((Tie::Sum, keys(&["phone.a.count", "phone.b.count"]))));
        assert_eq!(values, ["100", "102", "104"]);
        assert_eq!(read("each(traffic.*.talk)=1m,2m").1, Some((Tie::Each, keys(&["traffic.*.talk"]))));
        assert_eq!(read("x=(1),2)").1, None);
    }

    #[test]
    fn errors_name_what_is_wrong() {
        for (text, word) in [
            ("phone.*.count=1,2", "`phone.*.count` is more than one key: sum(KEYS)=... is how many in all"),
            ("a.b,c.d=1,2", "more than one key"),
            ("total(a.b)=1,2", "`total` is no word for several keys: sum(KEYS)="),
            ("sum()=1,2", "a key, or a part of one, is empty"),
            ("sum(a.b,)=1,2", "a key, or a part of one, is empty"),
            ("sum(a..b)=1,2", "a key, or a part of one, is empty"),
            ("each(run.seed, a.b)=1,2", "use --seed"),
            ("x", "expected KEY="),
            ("x=", "expected KEY="),
            ("x=1,,2", "empty"),
            ("run.seed=1,2", "use --seed"),
            ("x=5s..20s:5s,30s", "cannot be mixed"),
            ("x=1,2,1", "twice"),
            ("x=5..1", "lower end first"),
            ("x=1..5:0", "the step must be greater than 0"),
            ("x=1..3:-1", "the step -1 is negative"),
            ("x=-1..3", "`-1` is negative"),
            ("x=0..100000:1", "at most 10000"),
            ("x=1/h..5/m", "not have the same unit"),
            ("x=10/30m..20/15m", "not have the same unit"),
            ("x=1s..2:1s", "do not have the same unit"),
            ("x=a..b", "`a` is not a number"),
            ("x=1..3:x", "`x` is not a number"),
            ("x=1..", "an end of the range"),
            ("x=..3", "an end of the range"),
            ("x=1..3:", "an end of the range, or its step"),
            ("x=1...3", "two points between"),
            ("x=1..3..5", "two points between"),
            ("x=1..3:5", "the step 5 is longer than the range"),
            ("x=1s..1m:10m", "the step 10m is longer"),
            ("x=/h../h", "not a number"),
            ("x=1.2.3..4", "not a number"),
        ] {
            let message = Parameter::parse(text).expect_err(text);
            assert!(message.contains(word), "{text}: {message}");
        }
    }
}
