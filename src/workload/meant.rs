//! What a quantity that is not read was probably meant to be: the spellings of people and of other tools. It is only for
//! messages: nothing of it is read.

/// The words for the units of time.
const TIMES: [(&str, &[&str]); 7] = [
    ("d", &["d", "day", "days"]),
    ("h", &["h", "hr", "hrs", "hour", "hours"]),
    ("m", &["m", "min", "mins", "minute", "minutes"]),
    ("s", &["s", "sec", "secs", "second", "seconds"]),
    ("ms", &["ms", "msec", "msecs", "millisecond", "milliseconds"]),
    ("us", &["us", "\u{b5}s", "\u{3bc}s", "usec", "microsecond", "microseconds"]),
    ("ns", &["ns", "nsec", "nanosecond", "nanoseconds"]),
];

/// A duration: `2min`, `1 hour`, `1h30`, `PT5M`, `08:00:00`, `1,5h`. Each reading that is read.
pub(super) fn durations(text: &str, is_read: fn(&str) -> bool) -> Vec<String> {
    let plain = plain(text);
    let clock: Vec<&str> = plain.split(':').collect();
    let is_clock = clock.len() > 1 && clock.iter().all(|part| part.parse::<u32>().is_ok());
    let spelt: Vec<String> = if is_clock {
        let units: &[&str] = if clock.len() == 2 { &["hm", "ms"] } else { &["hms"] };
        units.iter().filter(|units| units.len() == clock.len()).map(|units| of_clock(&clock, units)).collect()
    } else {
        // `PT1H30M`, as in ISO 8601.
        let parts = plain.strip_prefix('p').map_or(plain.clone(), |parts| parts.replacen('t', "", 1));
        decimals(&parts).iter().filter_map(|text| with_units(&clock_with_unit(text))).collect()
    };
    readings(text, spelt, is_read)
}

/// A rate: `10/hour`, `10 per minute`, `100 per 30 minutes`, `10cps`, `36,000/h`.
pub(super) fn rates(text: &str, is_read: fn(&str) -> bool) -> Vec<String> {
    let plain = plain(text).replace("per", "/");
    let spelt = |text: String| {
        let end = text.find(|it: char| !it.is_ascii_digit() && it != '.')?;
        let unit = match &text[end..] {
            "cps" => "s",
            "cph" => "h",
            unit => {
                let unit = unit.strip_prefix('/')?;
                match unit_of_time(unit) {
                    Some(unit) => unit,
                    None => return Some(format!("{}/{}", whole(&text[..end]), with_units(unit)?)),
                }
            }
        };
        Some(format!("{}/{unit}", whole(&text[..end])))
    };
    readings(text, decimals(&plain).into_iter().filter_map(spelt).collect(), is_read)
}

/// A share: `5 percent`, `0,5%`.
pub(super) fn shares(text: &str, is_read: fn(&str) -> bool) -> Vec<String> {
    let plain = plain(text).replace("percent", "%").replace("pct", "%");
    let spelt = |text: String| Some(format!("{}%", whole(text.strip_suffix('%')?)));
    readings(text, decimals(&plain).into_iter().filter_map(spelt).collect(), is_read)
}

/// The reason, with what to write instead if that is known.
pub(super) fn or_write(why: String, readings: &[String]) -> String {
    match readings {
        [] => why,
        readings => {
            let quoted: Vec<String> = readings.iter().map(|reading| format!("\"{reading}\"")).collect();
            // A list of the units says no more than the right one.
            let why = why.split(": use ").next().unwrap_or_default();
            format!("{why}: write {}", quoted.join(" or "))
        }
    }
}

/// What can be read of these, each once, and is not the text itself.
fn readings(text: &str, spelt: Vec<String>, is_read: fn(&str) -> bool) -> Vec<String> {
    let mut readings: Vec<String> = spelt.into_iter().filter(|spelt| spelt != text && is_read(spelt)).collect();
    readings.dedup();
    readings
}

/// Without spaces, marks between digits, signs and capitals, and with fractions as decimals.
fn plain(text: &str) -> String {
    const LONGEST: usize = 64;
    if text.len() > LONGEST {
        return String::new();
    }
    let text: String = text.chars().filter(|it| !it.is_whitespace() && !"_'\u{2019}".contains(*it)).collect();
    let text = text.to_lowercase().replace('\u{bd}', ".5").replace('\u{bc}', ".25").replace('\u{be}', ".75");
    text.strip_prefix('+').unwrap_or(&text).to_owned()
}

/// `1:30h` as `1h30`: the unit at the end is that of the first part.
fn clock_with_unit(text: &str) -> String {
    let unit = text.trim_start_matches(|it: char| !it.is_alphabetic());
    match text.contains(':') {
        true => text.strip_suffix(unit).unwrap_or(text).replacen(':', unit, 1),
        false => text.to_owned(),
    }
}

/// A comma as a point, or between thousands: both if it may be either.
fn decimals(text: &str) -> Vec<String> {
    let groups: Vec<&str> = text.split(',').collect();
    let digits = |group: &str| group.bytes().take_while(u8::is_ascii_digit).count();
    let is_thousands = groups[1..].iter().all(|group| digits(group) == 3);
    match (groups.len(), is_thousands) {
        (1, _) => vec![text.to_owned()],
        (2, false) => vec![text.replace(',', ".")],
        (2, true) if !text.contains('.') => vec![text.replace(',', ""), text.replace(',', ".")],
        (_, true) => vec![text.replace(',', "")],
        (_, false) => Vec::new(),
    }
}

/// Numbers with words as units, or the last one without: then the next shorter unit.
fn with_units(text: &str) -> Option<String> {
    let (mut rest, mut written, mut last) = (text, String::new(), None);
    while !rest.is_empty() {
        let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let end = after.find(|it: char| it.is_ascii_digit() || it == '.').unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        let unit = match (word, last) {
            ("", Some(unit)) => {
                let longer = ["d", "h", "m"].iter().position(|longer| *longer == unit)?;
                ["h", "m", "s"][longer]
            }
            _ => unit_of_time(word)?,
        };
        written += &whole(number);
        written += unit;
        (rest, last) = (after, Some(unit));
    }
    Some(written)
}

/// The unit that a word stands for.
fn unit_of_time(word: &str) -> Option<&'static str> {
    TIMES.iter().find(|(_, words)| words.contains(&word)).map(|(unit, _)| *unit)
}

/// A number with a digit before its point and one after it.
fn whole(number: &str) -> String {
    let number = number.strip_suffix('.').unwrap_or(number);
    if number.starts_with('.') { format!("0{number}") } else { number.to_owned() }
}

/// `08:05` as `8h5m`, without what is zero.
fn of_clock(parts: &[&str], units: &str) -> String {
    let parts = parts.iter().zip(units.chars()).map(|(part, unit)| (part.trim_start_matches('0'), unit));
    let text: String = parts.filter(|(part, _)| !part.is_empty()).map(|(part, unit)| format!("{part}{unit}")).collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}
