//! Several keys of a workload that take a value together: the same in each of them, or a total that is spread over them.

use toml_edit::{DocumentMut, Item, TableLike};

use super::problem::{enumeration, suggestion};
use super::set::{kind_of, name_of, no_such};
use super::syntax::beginning_with_errors;
use super::term::ValueKind;
use super::units;

/// How keys take a value together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// Each key has the value.
    Each,
    /// All keys together have it: so many in all.
    Sum,
}

impl Tie {
    /// The word before the keys, `sum` in `sum(phone.*.count)`.
    pub const fn word(self) -> &'static str {
        match self {
            Tie::Each => "each",
            Tie::Sum => "sum",
        }
    }

    /// How keys are tied together by a word.
    pub fn of(word: &str) -> Option<Tie> {
        [Tie::Each, Tie::Sum].into_iter().find(|tie| tie.word() == word)
    }
}

/// The keys of a workload that take a value together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tied {
    keys: Vec<String>,
    spread: Option<Spread>,
}

/// How a total is spread over keys.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Spread {
    amount: Amount,
    /// What each key has in the workload: the total keeps these proportions.
    weights: Vec<u128>,
    /// The least that a key can have.
    least: u128,
}

/// What there can be a total of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Amount {
    /// Whole numbers.
    Count,
    /// Rates, spread in millionths of the number that was given.
    Rate,
}

/// The millionths of one.
const MILLIONTHS: u128 = 1_000_000;
/// Rates are compared in hundred-millionths of one a day: those an hour or a minute are whole numbers of these.
const FINE: f64 = 86_400.0 * 1e8;
/// Totals are less than this, so that no product of them overflows.
const TOTAL_END: u128 = 1 << 63;

impl Tied {
    /// The keys that these patterns name in the text of a workload: keys as [`set`](super::set()) takes them, in which a part
    /// with `*` stands for every entry of a list whose name fits. A text that is no TOML has none: its reader says why.
    ///
    /// # Errors
    /// Why these keys cannot be tied together, and what to do.
    pub fn new(tie: Tie, patterns: &[String], text: &str) -> Result<Tied, String> {
        let document = match beginning_with_errors(text) {
            None => text.parse::<DocumentMut>().ok(),
            Some(_) => None,
        };
        let Some(document) = document else { return Ok(Tied { keys: Vec::new(), spread: None }) };
        let mut found: Vec<Found> = Vec::new();
        for pattern in patterns {
            let parts: Vec<&str> = pattern.split('.').map(str::trim).collect();
            let begin = Found { key: Vec::new(), place: Vec::new(), item: Some(document.as_item().clone()) };
            for one in begin.expand(&parts)? {
                if found.iter().any(|other| other.place == one.place) {
                    return Err(format!("`{}` is there twice", one.name()));
                }
                found.push(one);
            }
        }
        let kinds: Vec<Option<&ValueKind>> = found.iter().map(Found::kind).collect();
        let nouns = kinds.iter().map(|kind| kind.map(noun));
        let spread = match tie {
            Tie::Each => {
                let mut known = found.iter().zip(nouns).filter_map(|(one, noun)| Some((one, noun?)));
                if let Some((first, of_first)) = known.next()
                    && let Some((other, noun)) = known.find(|(_, noun)| *noun != of_first)
                {
                    return Err(format!(
                        "`{}` is {of_first}, and `{}` is {noun}: keys that have one value are of one kind; use a --vary for each kind",
                        first.name(),
                        other.name()
                    ));
                }
                None
            }
            Tie::Sum => Some(Spread::over(&found, &kinds)?),
        };
        Ok(Tied { keys: found.iter().map(Found::name).collect(), spread })
    }

    /// What each key is set to when all have this value, as [`set`](super::set()) takes it.
    ///
    /// A total keeps the proportions that the workload has, as nearly as whole numbers can (Webster's method): no key gets less
    /// when the total grows, and of equal claims the first key's counts.
    ///
    /// # Errors
    /// Why the value cannot be the total of these keys.
    pub fn assignments(&self, value: &str) -> Result<Vec<String>, String> {
        let values = match &self.spread {
            Some(spread) if self.keys.len() > 1 => spread.parts(value)?,
            _ => vec![value.to_owned(); self.keys.len()],
        };
        Ok(self.keys.iter().zip(values).map(|(key, value)| format!("{key}={value}")).collect())
    }
}

impl Spread {
    fn over(found: &[Found], kinds: &[Option<&ValueKind>]) -> Result<Spread, String> {
        let amount_of = |(one, kind): (&Found, &Option<&ValueKind>)| match kind.map(|kind| amount(kind).ok_or(kind)) {
            Some(Ok((amount, least))) => Ok((one.name(), amount, least)),
            Some(Err(kind)) => Err(format!(
                "there is a total of counts and of rates, and `{}` is {}; each(...) gives every key the same value",
                one.name(),
                noun(kind)
            )),
            None => {
                Err(format!("a workload has no key `{}`: docs/reference/workload-file.md has every key", one.name()))
            }
        };
        let amounts = found.iter().zip(kinds).map(amount_of).collect::<Result<Vec<_>, String>>()?;
        let (first, amount, _) = amounts.first().ok_or("there is no key")?;
        if let Some((other, _, _)) = amounts.iter().find(|(_, other, _)| other != amount) {
            return Err(format!("`{first}` and `{other}` are not of one kind: a total is of counts, or of rates"));
        }
        let weights = found.iter().map(|one| one.weight(*amount)).collect::<Result<Vec<u128>, String>>()?;
        if weights.iter().all(|weight| *weight == 0) {
            return Err(format!("`{first}` and all others are 0: a total is spread in proportion to what each has"));
        }
        let least = amounts.iter().map(|(_, _, least)| *least).max().unwrap_or(0);
        Ok(Spread { amount: *amount, weights, least })
    }

    /// What each key gets of a total.
    fn parts(&self, value: &str) -> Result<Vec<String>, String> {
        let Spread { amount, weights, least } = self;
        let total = amount.read(value)?;
        let keys = weights.len() as u128;
        if total < keys * least {
            let each = amount.written(*least, value);
            let all = amount.written(keys * least, value);
            return Err(format!(
                "{value} in all is too little for {keys} keys of at least {each} each: begin at {all}"
            ));
        }
        if total >= TOTAL_END {
            return Err(format!("{value} in all is too much"));
        }
        Ok(spread(total, weights, *least).into_iter().map(|part| amount.written(part, value)).collect())
    }
}

impl Amount {
    fn read(self, value: &str) -> Result<u128, String> {
        match self {
            Amount::Count => {
                let digits = !value.is_empty() && value.bytes().all(|digit| digit.is_ascii_digit());
                let total = if digits { value.parse().ok() } else { None };
                total.ok_or_else(|| format!("`{value}` is not a whole number, and this is how many there are in all"))
            }
            Amount::Rate => {
                units::rate(value)?;
                let number = value.split_once('/').map_or(value, |(number, _)| number);
                Ok((units::number(number.trim())? * MILLIONTHS as f64).round() as u128)
            }
        }
    }

    /// A part of a total, with the unit of that.
    fn written(self, part: u128, total: &str) -> String {
        match (self, total.split_once('/')) {
            (Amount::Rate, Some((_, unit))) => {
                let digits = format!("{}.{:06}", part / MILLIONTHS, part % MILLIONTHS);
                format!("{}/{unit}", digits.trim_end_matches('0').trim_end_matches('.'))
            }
            _ => part.to_string(),
        }
    }
}

/// Spreads a total in proportion to weights, at least `least` each: the seats of parties with so many votes, by the divisor
/// method of Webster. From `least` on, each further one goes to the key with the greatest weight for twice its part plus one.
fn spread(total: u128, weights: &[u128], least: u128) -> Vec<u128> {
    let (keys, all) = (weights.len() as u128, weights.iter().sum::<u128>());
    // With one divisor all quotients are rounded at once. It leaves some over, so that nothing has to be taken back.
    let most = total.saturating_sub(keys * least + keys.div_ceil(2));
    let rounded = |weight: &u128| (2 * weight * most + all) / (2 * all);
    let mut parts: Vec<u128> = weights.iter().map(|weight| rounded(weight).max(least)).collect();
    for _ in parts.iter().sum::<u128>()..total {
        let claims_more =
            |at: usize, than: usize| weights[at] * (2 * parts[than] + 1) > weights[than] * (2 * parts[at] + 1);
        let next = (1..parts.len()).fold(0, |next, at| if claims_more(at, next) { at } else { next });
        parts[next] += 1;
    }
    parts
}

/// What there can be a total of, and the least of it that a key can have.
fn amount(kind: &ValueKind) -> Option<(Amount, u128)> {
    match kind {
        ValueKind::Whole(least, _) => Some((Amount::Count, u128::from(*least))),
        ValueKind::Rate(_) => Some((Amount::Rate, 1)),
        ValueKind::Either(one, other) => amount(one).or_else(|| amount(other)),
        _ => None,
    }
}

/// What a value is.
fn noun(kind: &ValueKind) -> &'static str {
    match kind {
        ValueKind::Whole(..) => "a whole number",
        ValueKind::Number(..) | ValueKind::PositiveNumber => "a number",
        ValueKind::Duration(_) | ValueKind::Distribution(..) => "a time",
        ValueKind::Rate(_) => "a rate",
        ValueKind::Share(_) => "a share",
        ValueKind::Either(one, other) if noun(one) == NO_AMOUNT => noun(other),
        ValueKind::Either(one, _) => noun(one),
        _ => NO_AMOUNT,
    }
}

const NO_AMOUNT: &str = "not an amount";

/// A place that a pattern leads to.
struct Found {
    /// The parts of its key.
    key: Vec<String>,
    /// The same with positions instead of names: two names of one place are alike.
    place: Vec<String>,
    /// What is there; `None`: nothing yet.
    item: Option<Item>,
}

impl Found {
    fn name(&self) -> String {
        self.key.join(".")
    }

    fn kind(&self) -> Option<&'static ValueKind> {
        kind_of(&self.key.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// What it has in the workload.
    fn weight(&self, amount: Amount) -> Result<u128, String> {
        let name = self.name();
        let Some(item) = &self.item else {
            return Err(format!(
                "`{name}` is not in the workload: a total is spread in proportion to what each has, so write it there"
            ));
        };
        let weight = match amount {
            Amount::Count => item.as_integer().and_then(|count| u128::try_from(count).ok()),
            Amount::Rate => {
                item.as_str().and_then(|rate| units::rate(rate).ok()).map(|rate| (rate * FINE).round() as u128)
            }
        };
        let fits = weight.filter(|weight| *weight < TOTAL_END);
        fits.ok_or_else(|| format!("`{name}` has no amount in the workload that a total could be spread by"))
    }

    /// All places to which these parts lead from here.
    fn expand(self, parts: &[&str]) -> Result<Vec<Found>, String> {
        let Some((&part, rest)) = parts.split_first() else { return Ok(vec![self]) };
        let entries = self.item.as_ref().and_then(entries);
        if !part.contains('*') {
            let at = entries.as_ref().and_then(|entries| position(entries, part));
            let item = match (&entries, at) {
                (Some(entries), Some(at)) => entries.get(at).map(|(_, item)| item.clone()),
                (Some(_), None) => None,
                (None, _) => self.item.as_ref().and_then(Item::as_table_like).and_then(|it| it.get(part)).cloned(),
            };
            return self.with(part, at.map_or(part.to_owned(), |at| at.to_string()), item).expand(rest);
        }
        let here = if self.key.is_empty() { "the workload".to_owned() } else { format!("`{}`", self.name()) };
        let Some(entries) = entries else {
            return Err(match (&self.item, self.key.as_slice()) {
                (None, [root]) => no_such(root, "the workload", &lists()),
                _ => format!("{here} is not a list: `*` stands for the entries of one, as in phone.*.count"),
            });
        };
        let mut all = Vec::new();
        for (at, (name, item)) in entries.iter().enumerate() {
            if fits(name, part) {
                // A name that would be read otherwise, or that two have, gives way to the position.
                let plain = !name.is_empty() && !name.contains(['.', '=', '*']) && name.trim() == name;
                let key =
                    if plain && position(&entries, name) == Some(at) { name.clone() } else { (at + 1).to_string() };
                all.extend(self.clone_with(&key, at.to_string(), Some(item.clone())).expand(rest)?);
            }
        }
        if all.is_empty() {
            let names: Vec<&str> = entries.iter().map(|(name, _)| &**name).filter(|name| !name.is_empty()).collect();
            let hint = suggestion(&part.replace('*', ""), names.iter().copied());
            let hint = hint.unwrap_or_else(|| format!("there is {}", enumeration(&names)));
            return Err(format!("no entry of {here} is called `{part}`; {hint}"));
        }
        Ok(all)
    }

    fn with(self, key: &str, place: String, item: Option<Item>) -> Found {
        let Found { key: mut keys, place: mut places, .. } = self;
        keys.push(key.to_owned());
        places.push(place);
        Found { key: keys, place: places, item }
    }

    fn clone_with(&self, key: &str, place: String, item: Option<Item>) -> Found {
        Found { key: self.key.clone(), place: self.place.clone(), item: None }.with(key, place, item)
    }
}

/// The entries of a list of tables, each with its name; `None` if it is not one.
fn entries(item: &Item) -> Option<Vec<(String, Item)>> {
    let named = |table: &dyn TableLike, item: Item| (name_of(table), item);
    if let Some(tables) = item.as_array_of_tables() {
        return Some(tables.iter().map(|table| named(table, Item::Table(table.clone()))).collect());
    }
    let list = item.as_array()?;
    let tables = list.iter().map(|value| Some(named(value.as_inline_table()?, Item::Value(value.clone()))));
    tables.collect()
}

/// The index of the entry that a part of a key names, or gives the position of.
fn position(entries: &[(String, Item)], part: &str) -> Option<usize> {
    let named = entries.iter().position(|(name, _)| name == part);
    named.or_else(|| part.parse::<usize>().ok().filter(|at| (1..=entries.len()).contains(at)).map(|at| at - 1))
}

/// The lists of a workload that have entries with keys.
fn lists() -> Vec<&'static str> {
    let terms = super::vocabulary::WORKLOAD.terms.iter();
    terms.filter(|term| matches!(term.kind, ValueKind::Tables(_))).map(|term| term.key).collect()
}

/// Whether a name fits a pattern, in which each `*` stands for anything.
fn fits(name: &str, pattern: &str) -> bool {
    let Some((begin, rest)) = pattern.split_once('*') else { return name == pattern };
    let Some(after) = name.strip_prefix(begin) else { return false };
    let mut ends = after.char_indices().map(|(at, _)| at).chain([after.len()]);
    ends.any(|at| fits(&after[at..], rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[[cti_port]]
name = "ivr.ports"
count = 60
[[cti_port]]
name = "ivr-2"
count = 20
[[phone]]
name = "agents-1"
count = 35
answer = "4s"
[[phone]]
name = "agents-2"
count = 35
[[phone]]
name = "night"
count = 30
[[traffic]]
name = "sales"
arrivals = { poisson = "3000/h" }
[[traffic]]
name = "service"
arrivals = { poisson = "20/m" }
[[traffic]]
name = "listed"
arrivals = { file = "calls.csv" }
"#;

    fn tied(tie: Tie, patterns: &[&str]) -> Result<Tied, String> {
        Tied::new(tie, &patterns.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>(), TEXT)
    }

    fn sum(patterns: &[&str], total: &str) -> Vec<String> {
        tied(Tie::Sum, patterns).and_then(|keys| keys.assignments(total)).unwrap()
    }

    /// By hand, Webster of 35 : 35 : 30. The quotients 35/(2s+1) and 30/(2s+1) of 101: 101 x 0.35 = 35.35, twice, and 30.3,
    /// which round to 35, 35 and 30; one is over, and 35/71 = 0.49296 is more than 30/61 = 0.49180: the first gets it.
    #[test]
    fn a_total_keeps_the_proportions() {
        let phones = |total| sum(&["phone.*.count"], total);
        assert_eq!(phones("100"), ["phone.agents-1.count=35", "phone.agents-2.count=35", "phone.night.count=30"]);
        assert_eq!(phones("101"), ["phone.agents-1.count=36", "phone.agents-2.count=35", "phone.night.count=30"]);
        assert_eq!(phones("10"), ["phone.agents-1.count=4", "phone.agents-2.count=3", "phone.night.count=3"]);
        assert_eq!(phones("3"), ["phone.agents-1.count=1", "phone.agents-2.count=1", "phone.night.count=1"]);
        assert_eq!(sum(&["phone.agents-*.count"], "9"), ["phone.agents-1.count=5", "phone.agents-2.count=4"]);
        assert_eq!(sum(&["phone.night.count", "phone.1.count"], "13"), ["phone.night.count=6", "phone.1.count=7"]);
        assert_eq!(sum(&["phone.night.count"], "13"), ["phone.night.count=13"]);
        // A name with a point is not a key: its position is.
        assert_eq!(sum(&["cti_port.*.count"], "140"), ["cti_port.1.count=105", "cti_port.ivr-2.count=35"]);
    }

    /// 3000/h and 20/m = 1200/h are 5 : 2.
    #[test]
    fn a_total_of_rates_is_exact_to_a_millionth() {
        let rates = ["traffic.sales.arrivals.poisson", "traffic.service.arrivals.poisson"];
        let of =
            |total| sum(&rates, total).iter().map(|it| it.split_once('=').unwrap().1.to_owned()).collect::<Vec<_>>();
        assert_eq!(of("7000/h"), ["5000/h", "2000/h"]);
        assert_eq!(of("0.7/s"), ["0.5/s", "0.2/s"]);
        // 5/7 and 2/7 of one, rounded.
        assert_eq!(of("1/h"), ["0.714286/h", "0.285714/h"]);
    }

    /// Against its definition, one at a time; and no key gets less when the total grows, as with the largest remainders.
    #[test]
    fn no_key_gets_less_when_the_total_grows() {
        for weights in [&[35, 35, 30][..], &[6, 6, 2], &[1, 1, 1, 1], &[1000, 1], &[0, 3], &[53, 24, 23, 7, 1]] {
            for least in [0, 1, 3] {
                let mut one_by_one = vec![least; weights.len()];
                for total in least * weights.len() as u128..500 {
                    assert_eq!(spread(total, weights, least), one_by_one, "{total} over {weights:?}");
                    let claims = |at: &usize| weights[*at] as f64 / (2 * one_by_one[*at] + 1) as f64;
                    let next = (0..weights.len()).rev().max_by(|a, b| claims(a).total_cmp(&claims(b))).unwrap();
                    one_by_one[next] += 1;
                }
            }
        }
        // With the largest remainders, 10 over 6 : 6 : 2 are 4, 4, 2, and 11 are 5, 5, 1. Here the tenth is claimed by 6/9, 6/9
        // and 2/3, which are equal, and goes to the first; the eleventh to the second, the twelfth to the third.
        let of = |total| spread(total, &[6, 6, 2], 0);
        assert_eq!([of(9), of(10), of(11), of(12)], [[4, 4, 1], [5, 4, 1], [5, 5, 1], [5, 5, 2]]);
    }

    #[test]
    fn each_key_has_the_value() {
        let answers = tied(Tie::Each, &["phone.*.answer", "traffic.1.talk"]).unwrap();
        assert_eq!(
            answers.assignments("5s").unwrap(),
            ["phone.agents-1.answer=5s", "phone.agents-2.answer=5s", "phone.night.answer=5s", "traffic.1.talk=5s"]
        );
        assert_eq!(Tied::new(Tie::Each, &["a.*.b".into()], "a = [").unwrap().assignments("1"), Ok(Vec::new()));
    }

    #[test]
    fn what_cannot_be_tied_is_told_with_the_remedy() {
        let wrong = |tie, patterns: &[&str], total: &str| {
            tied(tie, patterns).and_then(|keys| keys.assignments(total)).expect_err(total)
        };
        let sum = |patterns: &[&str], total| wrong(Tie::Sum, patterns, total);
        for (message, words) in [
            (sum(&["phone.*.answer"], "5s"), "`phone.agents-1.answer` is a time; each(...)"),
            (sum(&["phone.*.name"], "5"), "`phone.agents-1.name` is not an amount; each(...)"),
            (sum(&["phone.*.cuont"], "5"), "a workload has no key `phone.agents-1.cuont`"),
            (sum(&["phone.*.count", "traffic.sales.arrivals.poisson"], "5"), "not of one kind"),
            (sum(&["phone.*.count", "phone.night.count"], "5"), "`phone.night.count` is there twice"),
            (sum(&["phone.*.count", "phone.3.count"], "5"), "`phone.3.count` is there twice"),
            (sum(&["phone.agent.*"], "5"), "`phone.agent` is not a list"),
            (sum(&["phone.agnets*.count"], "5"), "no entry of `phone` is called `agnets*`; "),
            (sum(&["phone.nihgt*.count"], "5"), "did you mean `night`?"),
            (sum(&["phones.*.count"], "5"), "there is no `phones` in the workload; did you mean `phone`?"),
            (sum(&["run.*"], "5"), "there is no `run` in the workload"),
            (sum(&["traffic.*.arrivals.poisson"], "5/h"), "`traffic.listed.arrivals.poisson` is not in the workload"),
            (sum(&["phone.*.count"], "2"), "2 in all is too little for 3 keys of at least 1 each: begin at 3"),
            (sum(&["phone.*.count"], "5.5"), "`5.5` is not a whole number"),
            (sum(&["phone.*.count"], "99999999999999999999"), "too much"),
            (sum(&["traffic.sales.arrivals.poisson", "traffic.2.arrivals.poisson"], "5"), "`5` has no unit"),
            (
                wrong(Tie::Each, &["phone.*.count", "phone.*.answer"], "5"),
                "`phone.agents-1.count` is a whole number, and `phone.agents-1.answer` is a time",
            ),
        ] {
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn a_star_is_anything() {
        for (name, pattern, is) in [
            ("agents-1", "*", true),
            ("agents-1", "agents-*", true),
            ("agents-1", "*-1", true),
            ("agents-1", "a*s*1", true),
            ("agents-1", "a*2", false),
            ("agents", "agents-*", false),
            ("", "*", true),
        ] {
            assert_eq!(fits(name, pattern), is, "{name} {pattern}");
        }
    }
}
