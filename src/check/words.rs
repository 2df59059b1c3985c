//! Numbers in sentences.

/// Three significant digits.
pub(super) fn tidy(number: f64) -> String {
    match number {
        number if number >= 100.0 => thousands(number.round() as u64),
        number if number >= 10.0 => format!("{number:.1}").trim_end_matches(".0").to_owned(),
        number => format!("{number:.2}").trim_end_matches(".00").to_owned(),
    }
}

/// A whole number with its thousands separated.
pub(super) fn thousands(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", thousands(number / 1_000), number % 1_000),
    }
}

pub(super) fn percent(share: f64) -> String {
    format!("{} %", tidy(100.0 * share))
}
