//! What a closed form answers, for people and for programs.

use comfy_table::{Table, presets};
use serde::Serialize;

use super::csv::{cell, csv_of};
use super::words::{digits, human, time};
use crate::analysis::Quantity;

impl Quantity {
    /// With all digits; `inf` where there is no end to it.
    fn full(&self) -> String {
        match self {
            Quantity::Seconds(value)
            | Quantity::Share(value)
            | Quantity::Erlangs(value)
            | Quantity::PerSecond(value)
            | Quantity::Mean(value) => format!("{}", value + 0.0),
            Quantity::Whole(value) => value.to_string(),
            Quantity::Text(text) => text.clone(),
        }
    }

    /// As JSON has it, which knows of nothing infinite.
    fn json(&self) -> serde_json::Value {
        match self {
            Quantity::Seconds(value)
            | Quantity::Share(value)
            | Quantity::Erlangs(value)
            | Quantity::PerSecond(value)
            | Quantity::Mean(value) => serde_json::json!(value.is_finite().then_some(value + 0.0)),
            Quantity::Whole(value) => serde_json::json!(value),
            Quantity::Text(text) => serde_json::json!(text),
        }
    }

    /// For people.
    fn human(&self) -> String {
        match *self {
            Quantity::Seconds(seconds) => time(seconds),
            Quantity::Share(share) => share_of_one(share),
            Quantity::Erlangs(load) => format!("{} erlangs", digits(load)),
            Quantity::PerSecond(rate) => per_time(rate),
            Quantity::Mean(value) => digits(value),
            Quantity::Whole(value) => human(value as f64),
            Quantity::Text(ref text) => text.clone(),
        }
    }
}

/// A line of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name in files: it never changes.
    pub name: &'static str,
    /// What it is.
    pub value: Quantity,
    /// What that means, in a few words for people.
    pub meaning: String,
}

/// What was asked of a closed form and what it answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The name of the form.
    pub form: &'static str,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// What was asked.
    pub inputs: Vec<Line>,
    /// The answer.
    pub results: Vec<Line>,
    /// What must hold for it.
    pub assumes: String,
    /// Where it comes from.
    pub source: &'static str,
}

#[derive(Serialize)]
struct JsonLine<'a> {
    name: &'a str,
    value: serde_json::Value,
    unit: &'a str,
    meaning: &'a str,
}

impl JsonLine<'_> {
    fn of(line: &Line) -> JsonLine<'_> {
        JsonLine { name: line.name, value: line.value.json(), unit: line.value.unit(), meaning: &line.meaning }
    }
}

#[derive(Serialize)]
struct JsonAnswer<'a> {
    form: &'a str,
    inputs: Vec<JsonLine<'a>>,
    results: Vec<JsonLine<'a>>,
    assumes: &'a str,
    source: &'a str,
}

impl Answer {
    /// For a terminal.
    pub fn table(&self) -> String {
        let mut text = format!("{}: {}\n", self.form, self.title);
        // An empty row separates what was asked from what is answered.
        let mut rows: Vec<[String; 3]> = self.inputs.iter().map(cells).collect();
        rows.push(Default::default());
        rows.extend(self.results.iter().map(cells));
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        for row in rows {
            table.add_row(row);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 3));
        }
        for line in table.lines() {
            text.push_str(format!("  {line}").trim_end());
            text.push('\n');
        }
        text + &format!("\nHolds for: {}\nSource: {}\n", self.assumes, self.source)
    }

    /// A row for each line: `form`, `kind` (input or result), `name`, `value`, `unit`.
    pub fn csv(&self) -> Vec<u8> {
        let head = ["form", "kind", "name", "value", "unit"].map(str::to_owned).to_vec();
        let row = |kind: &str, line: &Line| {
            vec![
                self.form.to_owned(),
                kind.to_owned(),
                line.name.to_owned(),
                match &line.value {
                    Quantity::Text(text) => cell(text),
                    number => number.full(),
                },
                line.value.unit().to_owned(),
            ]
        };
        let inputs = self.inputs.iter().map(|line| row("input", line));
        csv_of(std::iter::once(head).chain(inputs).chain(self.results.iter().map(|line| row("result", line))))
    }

    /// The same as JSON; what is infinite is `null`.
    pub fn json(&self) -> Vec<u8> {
        fn lines(lines: &[Line]) -> Vec<JsonLine<'_>> {
            lines.iter().map(JsonLine::of).collect()
        }
        let answer = JsonAnswer {
            form: self.form,
            inputs: lines(&self.inputs),
            results: lines(&self.results),
            assumes: &self.assumes,
            source: self.source,
        };
        let mut bytes = serde_json::to_vec_pretty(&answer).expect("numbers and texts");
        bytes.push(b'\n');
        bytes
    }
}

fn cells(line: &Line) -> [String; 3] {
    [line.name.to_owned(), line.value.human(), line.meaning.clone()]
}

/// A share, in percent as long as that can be read.
fn share_of_one(share: f64) -> String {
    let (percent, left) = (100.0 * share, 100.0 * (1.0 - share));
    match percent {
        _ if share == 0.0 || share == 1.0 => format!("{percent:.0} %"),
        _ if percent < 0.001 => format!("{share:.3e}"),
        _ if percent < 1.0 || left < 0.1 => format!("{percent:.5} %"),
        _ => format!("{percent:.2} %"),
    }
}

/// A rate, per second or per hour, whichever is the nearer to one.
fn per_time(rate: f64) -> String {
    if rate >= 1.0 { format!("{}/s", digits(rate)) } else { format!("{}/h", digits(3600.0 * rate)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        let line = |name, value, meaning: &str| Line { name, value, meaning: meaning.to_owned() };
        Answer {
            form: "form",
            title: "what it is about",
            inputs: vec![line("offered", Quantity::Erlangs(12.5), "the load")],
            results: vec![
                line("blocked", Quantity::Share(0.012_345), "lost"),
                line("mean_wait", Quantity::Seconds(f64::INFINITY), ""),
                line("start", Quantity::Text("=none".into()), ""),
            ],
            assumes: "this and that.".into(),
            source: "a book",
        }
    }

    #[test]
    fn an_answer_for_people() {
        let expected = "form: what it is about\n  offered     12.50 erlangs   the load\n\n  blocked     1.23 %          lost\n  \
                        mean_wait   never\n  start       =none\n\nHolds for: this and that.\nSource: a book\n";
        assert_eq!(answer().table(), expected);
    }

    #[test]
    fn an_answer_for_programs() {
        let csv = String::from_utf8(answer().csv()).unwrap();
        assert_eq!(
            csv,
            "form,kind,name,value,unit\r\nform,input,offered,12.5,erlang\r\nform,result,blocked,0.012345,ratio\r\n\
             form,result,mean_wait,inf,s\r\nform,result,start,'=none,\r\n"
        );
        let json: serde_json::Value = serde_json::from_slice(&answer().json()).unwrap();
        assert_eq!(json["results"][0]["value"], 0.012_345);
        assert!(json["results"][1]["value"].is_null());
        assert_eq!(json["inputs"][0]["unit"], "erlang");
    }

    #[test]
    fn times_and_shares_for_people() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (0.0045, "4.500 ms"),
            (59.0, "59 s"),
            (60.0, "1 min"),
            (119.0, "119 s"),
            (1486.4, "24.77 min"),
            (449_000.0, "5.197 d"),
            (4.6e9, "145.8 years"),
            (1e30, "3.169e22 years"),
        ] {
            assert_eq!(time(seconds), text);
        }
        for (share, text) in
            [(0.0, "0 %"), (1.0, "100 %"), (0.25, "25.00 %"), (0.999_999, "99.99990 %"), (1.996e-6, "1.996e-6")]
        {
            assert_eq!(share_of_one(share), text);
        }
    }
}
