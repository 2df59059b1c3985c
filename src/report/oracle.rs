//! The inputs and results of a closed form.

use serde::Serialize;

use crate::analysis::{Cell, Quantity};

use super::document::Document;
use super::page::{Extent, Page};
use super::sheet::Sheet;
use super::table::{Column, Entry, Form, Table};
use super::words::{digits, human, rate, share, time};

/// A line of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name in files; stable.
    pub name: &'static str,
    /// Its value.
    pub value: Quantity,
    /// A short explanation for people.
    pub meaning: String,
}

/// The inputs and results of a closed form.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The name of the form.
    pub form: &'static str,
    /// A short title.
    pub title: &'static str,
    /// The inputs.
    pub inputs: Vec<Line>,
    /// The results.
    pub results: Vec<Line>,
    /// Its assumptions.
    pub assumes: String,
    /// Its source in the literature.
    pub source: &'static str,
}

/// The page of a closed form.
pub fn oracle_page(answer: &Answer) -> Page<'_> {
    let mut table = Table::of(Form::Facts, ["name", "value", "meaning"].map(Column::words));
    table.caption = Some(format!("{}: {}", answer.form, answer.title));
    answer.inputs.iter().for_each(|line| table.row(entries(line)));
    // A blank line between inputs and results.
    table.gap();
    answer.results.iter().for_each(|line| table.row(entries(line)));
    let mut page = Page::new(answer.form);
    let section = page.section(Extent::Both);
    section.table(table);
    section.paragraph(format!("Holds for: {}", answer.assumes));
    section.note(format!("Source: {}", answer.source));
    page.sheets = vec![sheet(answer)];
    page.document = Some(Document::new(|| JsonAnswer::of(answer)));
    page
}

fn entries(line: &Line) -> [Entry; 3] {
    [line.name.into(), entry(&line.value), (&*line.meaning).into()]
}

/// A quantity for people.
fn entry(quantity: &Quantity) -> Entry {
    let unit = quantity.unit();
    match *quantity {
        Quantity::Seconds(seconds) => Entry::number(seconds, unit, time),
        Quantity::Share(part) => Entry::number(part, unit, share),
        Quantity::Erlangs(load) => Entry::number(load, unit, |load| format!("{} erlangs", digits(load))),
        Quantity::PerSecond(often) => Entry::number(often, unit, rate),
        Quantity::Mean(value) => Entry::number(value, unit, digits),
        Quantity::Whole(value) => Entry::number(value as f64, unit, human),
        Quantity::Text(ref text) => Entry::from(&**text),
    }
}

/// A quantity in a file: `inf` if it is infinite.
fn cell(quantity: &Quantity) -> Cell {
    match *quantity {
        Quantity::Seconds(value)
        | Quantity::Share(value)
        | Quantity::Erlangs(value)
        | Quantity::PerSecond(value)
        | Quantity::Mean(value) => {
            if value.is_finite() {
                Cell::Number(value)
            } else {
                Cell::Text(value.to_string())
            }
        }
        Quantity::Whole(value) => Cell::Whole(value),
        Quantity::Text(ref text) => Cell::from(&**text),
    }
}

/// One row per line: `form`, `kind` (input or result), `name`, `value`, `unit`.
fn sheet(answer: &Answer) -> Sheet<'_> {
    Sheet::new("answer", ["form", "kind", "name", "value", "unit"], move || {
        let row = |kind: &str, line: &Line| -> Vec<Cell> {
            vec![answer.form.into(), kind.into(), line.name.into(), cell(&line.value), line.value.unit().into()]
        };
        let inputs = answer.inputs.iter().map(move |line| row("input", line));
        inputs.chain(answer.results.iter().map(move |line| row("result", line)))
    })
}

#[derive(Serialize)]
struct JsonLine<'a> {
    name: &'a str,
    value: Cell,
    unit: &'a str,
    meaning: &'a str,
}

impl JsonLine<'_> {
    fn of(line: &Line) -> JsonLine<'_> {
        JsonLine { name: line.name, value: finite(&line.value), unit: line.value.unit(), meaning: &line.meaning }
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

impl JsonAnswer<'_> {
    fn of(answer: &Answer) -> JsonAnswer<'_> {
        JsonAnswer {
            form: answer.form,
            inputs: answer.inputs.iter().map(JsonLine::of).collect(),
            results: answer.results.iter().map(JsonLine::of).collect(),
            assumes: &answer.assumes,
            source: answer.source,
        }
    }
}

/// A quantity in JSON, which has no infinity.
fn finite(quantity: &Quantity) -> Cell {
    match cell(quantity) {
        Cell::Text(_) if !matches!(quantity, Quantity::Text(_)) => Cell::Missing,
        cell => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::format::csv;
    use crate::report::format::{Format, Ink, draw};

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
        assert_eq!(
            String::from_utf8(draw(&oracle_page(&answer()), Format::Table, Ink::Plain).unwrap()).unwrap(),
            expected
        );
    }

    #[test]
    fn an_answer_for_programs() {
        let csv = String::from_utf8(csv(&sheet(&answer()))).unwrap();
        assert_eq!(
            csv,
            "form,kind,name,value,unit\r\nform,input,offered,12.5,erlang\r\nform,result,blocked,0.012345,ratio\r\n\
             form,result,mean_wait,inf,s\r\nform,result,start,'=none,\r\n"
        );
        let json: serde_json::Value =
            serde_json::from_slice(&draw(&oracle_page(&answer()), Format::Json, Ink::Plain).unwrap()).unwrap();
        assert_eq!(json["results"][0]["value"], 0.012_345);
        assert!(json["results"][1]["value"].is_null());
        assert_eq!(json["inputs"][0]["unit"], "erlang");
    }
}
