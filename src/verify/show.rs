//! The outcome as a page.

use crate::analysis::Cell;
use crate::report::{
    Column, Document, Entry, Extent, Form, Holds, Page, Rank, Sheet, Table, Tone, exact_percent, five_digits,
};

use super::check::{Check, CheckVerdict, Figure, Part};
use super::verification::Outcome;

/// A table for each part, or one for all of them, and a summary line.
pub fn verify_page(outcome: &Outcome) -> Page<'_> {
    let mut page = Page::new("verify");
    let report = page.section(Extent::Report);
    for part in Part::ALL {
        let mut table = table(part.name());
        table.caption = Some(explained(part, outcome));
        for check in outcome.checks.iter().filter(|check| check.part == part) {
            table.row(entries(check));
        }
        report.table(table);
    }
    report.paragraph(summary(outcome));
    let excerpt = page.section(Extent::Excerpt);
    excerpt.heading(Rank::Chapter, format!("ctisim {} verified", outcome.version));
    excerpt.paragraph(summary(outcome));
    let mut all = table("what");
    all.columns.insert(0, Column::words("part"));
    for check in &outcome.checks {
        all.row([Entry::from(check.part.name())].into_iter().chain(entries(check)));
    }
    excerpt.table(all);
    page.sheets = vec![sheet(outcome)];
    page.document = Some(Document::new(move || outcome));
    page
}

/// A table of checks.
fn table(first: &str) -> Table {
    let column = |(name, holds)| Column { holds, ..Column::words(name) };
    let columns = [
        (first, Holds::Words),
        ("expected", Holds::Numbers),
        ("found", Holds::Numbers),
        ("interval", Holds::Numbers),
        ("verdict", Holds::Words),
    ];
    Table::of(Form::Things, columns.map(column))
}

/// A row per check.
fn sheet(outcome: &Outcome) -> Sheet<'_> {
    let cell = |quantity: &Figure| match quantity {
        Figure::Number(number) => Cell::from(*number),
        Figure::Text(text) => Cell::from(&**text),
    };
    let row = move |check: &Check| -> Vec<Cell> {
        let [low, high] = [check.interval.map(|(low, _)| low), check.interval.map(|(_, high)| high)].map(Cell::from);
        let (expected, found) = (cell(&check.expected), cell(&check.found));
        let verdict = word(check.verdict).to_lowercase();
        vec![check.part.name().into(), (&*check.name).into(), expected, found, low, high, Cell::Text(verdict)]
    };
    let columns = ["part", "name", "expected", "found", "low", "high", "verdict"];
    Sheet::new("checks", columns, move || outcome.checks.iter().map(row))
}

/// A sentence or two about a part.
fn explained(part: Part, outcome: &Outcome) -> String {
    match part {
        Part::Theory => format!(
            "The model against closed forms: the {} interval of the mean over replications has to contain the closed \
             form.",
            exact_percent(outcome.confidence)
        ),
        Part::Identities => "The auditor's identities, checked on every fact of the shipped workloads.".to_owned(),
        Part::Sameness => "The same replications on 1, 2, 3 and 8 threads; whole and merged from 2, 3 and 7 parts, \
                           each in its own memory; with and without the auditor."
            .to_owned(),
        Part::Fingerprints => "The SHA-256 of summary.csv, replications.csv, devices.csv, timeline.csv and \
                               histograms.hlog against those of the release."
            .to_owned(),
        Part::Coverage => "The coverage of 95 % intervals: in how many percent of small studies they contain the \
                           true value, with the 95 % interval of that."
            .to_owned(),
    }
}

/// The summary line.
pub(super) fn summary(outcome: &Outcome) -> String {
    let number = |part: Part| outcome.checks.iter().filter(|check| check.part == part).count();
    let parts = Part::ALL.into_iter().filter(|&part| number(part) > 0);
    let parts: Vec<String> = parts.map(|part| format!("{} {}", number(part), part.name())).collect();
    let verdict = match outcome.failed {
        0 => format!("all {} checks passed", outcome.checks.len()),
        failed => format!("{failed} of {} checks FAILED", outcome.checks.len()),
    };
    let chance = match number(Part::Theory) + number(Part::Coverage) {
        0 => String::new(),
        _ => format!(
            " A correct program misses {:.3} of the closed forms on average over seeds; this is seed {}.",
            outcome.misses_expected, outcome.seed
        ),
    };
    format!("ctisim {}: {verdict} ({}).{chance}", outcome.version, parts.join(", "))
}

fn entries(check: &Check) -> [Entry; 5] {
    let quantity = |quantity: &Figure| match quantity {
        Figure::Number(number) => Entry::number(*number, "", five_digits),
        Figure::Text(text) => Entry::from(&**text),
    };
    let interval = check.interval.map(|(low, high)| Entry::interval(low, high, "", five_digits));
    let tone = match check.verdict {
        CheckVerdict::Passed => Tone::Good,
        CheckVerdict::Failed => Tone::Bad,
    };
    [
        (&*check.name).into(),
        quantity(&check.expected),
        quantity(&check.found),
        interval.unwrap_or(Entry::missing("")),
        Entry::verdict(tone, word(check.verdict)),
    ]
}

const fn word(verdict: CheckVerdict) -> &'static str {
    match verdict {
        CheckVerdict::Passed => "passed",
        CheckVerdict::Failed => "FAILED",
    }
}
