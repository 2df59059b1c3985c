//! The outcome as people and programs read it.

use comfy_table::{CellAlignment, Table, presets};

use super::{Check, Outcome, Part, Quantity, Verdict};

const COLUMNS: [&str; 5] = ["", "expected", "found", "interval", "verdict"];

/// For a terminal: a table for each part, and a line that says what it comes to.
pub fn table(outcome: &Outcome) -> String {
    let mut text = String::new();
    for part in Part::ALL {
        let checks: Vec<&Check> = outcome.checks.iter().filter(|check| check.part == part).collect();
        if checks.is_empty() {
            continue;
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        let mut head = COLUMNS;
        head[0] = part.name();
        table.set_header(head);
        for check in checks {
            table.add_row(cells(check));
        }
        for column in 1..=3 {
            table.column_mut(column).expect("there are five columns").set_cell_alignment(CellAlignment::Right);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        text += &format!("{}\n", explained(part, outcome));
        text.extend(table.lines().map(|line| line.trim_end().to_owned() + "\n"));
        text.push('\n');
    }
    text + &summary(outcome) + "\n"
}

/// The same as Markdown.
pub fn markdown(outcome: &Outcome) -> String {
    let mut text = format!("## ctisim {} verified\n\n{}\n\n", outcome.version, summary(outcome));
    text += "| part | what | expected | found | interval | verdict |\n|---|---|--:|--:|--:|---|\n";
    for check in &outcome.checks {
        let row = cells(check).map(|cell| cell.replace('|', "\\|"));
        text += &format!("| {} | {} |\n", check.part.name(), row.join(" | "));
    }
    text
}

/// The same as JSON, with all digits.
pub fn json(outcome: &Outcome) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(outcome).expect("numbers and texts are JSON");
    json.push(b'\n');
    json
}

/// What a part is about, in a line or two.
fn explained(part: Part, outcome: &Outcome) -> String {
    match part {
        Part::Theory => format!(
            "Closed forms beside the model: the mean over replications with its {} % interval, which has to hold the \
             closed form.",
            percent(outcome.confidence)
        ),
        Part::Identities => "The books of the shipped workloads, kept by an auditor who sees every fact.".to_owned(),
        Part::Sameness => "The same replications on 1, 2, 3 and 8 threads; whole and in 2, 3 and 7 parts merged, each \
                           part in memory of its own; audited and not."
            .to_owned(),
        Part::Fingerprints => "The SHA-256 of summary.csv, replications.csv, devices.csv, timeline.csv and \
                               histograms.hlog beside those of the release."
            .to_owned(),
        Part::Coverage => {
            "How often 95 % intervals hold the truth, in percent of small studies, with the 95 % interval \
                           of that."
                .to_owned()
        }
    }
}

/// Without the zeros at the end.
fn percent(share: f64) -> String {
    let text = format!("{:.7}", 100.0 * share);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What it comes to.
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
            " Of the closed forms a true program misses {:.3} on average, whatever the seed; this is seed {}.",
            outcome.misses_expected, outcome.seed
        ),
    };
    format!("ctisim {}: {verdict} ({}).{chance}", outcome.version, parts.join(", "))
}

fn cells(check: &Check) -> [String; 5] {
    let interval = check.interval.map(|(low, high)| format!("[{}, {}]", digits(low), digits(high)));
    let quantity = |quantity: &Quantity| match quantity {
        Quantity::Number(number) => digits(*number),
        Quantity::Text(text) => text.clone(),
    };
    let verdict = match check.verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "FAILED",
    };
    [
        check.name.clone(),
        quantity(&check.expected),
        quantity(&check.found),
        interval.unwrap_or_default(),
        verdict.to_owned(),
    ]
}

/// Five digits, or all before the point.
fn digits(number: f64) -> String {
    let before = if number.abs() < 1.0 { 0 } else { libm::log10(number.abs()) as usize + 1 };
    format!("{number:.*}", 5_usize.saturating_sub(before))
}
