//! Numbers in sentences.

/// Three significant digits.
pub(super) fn tidy(number: f64) -> String {
    match number {
        number if number >= 100.0 => format!("{number:.0}"),
        number if number >= 10.0 => format!("{number:.1}").trim_end_matches(".0").to_owned(),
        number => format!("{number:.2}").trim_end_matches(".00").to_owned(),
    }
}

pub(super) fn percent(share: f64) -> String {
    format!("{} %", tidy(100.0 * share))
}
