//! Calls, message by message, on a page: a picture that scrolls in its own box, behind it a table of all steps, and what the time was
//! spent on.

use super::Page;
use crate::report::format::drawing::ladder::{MOST_LANES, MOST_STEPS, Picture, Skin};
use crate::report::format::drawing::numbers::coordinate;
use crate::report::format::drawing::told::{Told, flat};
use crate::report::ladder::Ladder;

/// More rows are left to the files.
const MOST_ROWS: usize = 2_000;
/// More calls are not in the legend.
const MOST_CALLS: usize = 24;

impl Page {
    pub(super) fn ladder(&mut self, ladder: &Ladder) {
        self.charts += 1;
        let number = self.charts;
        let told = Told::of(ladder, MOST_LANES, MOST_STEPS);
        let drawn = Picture::of(&told);
        self.markup.tag("figure").set("class", "f tp").set("id", format_args!("chart-{}", ladder.id)).open();
        self.markup.open("figcaption", "");
        self.markup.text(&flat(&ladder.title));
        self.markup.tag("span").words(&told.counted());
        self.calls(&told);
        self.markup.end();
        self.scrolling(&ladder.title);
        let [width, height] = [drawn.width, drawn.height].map(coordinate);
        let tag = self.markup.tag("svg").set("viewBox", format_args!("0 0 {width} {height}"));
        let tag = tag.set("width", width).set("height", height);
        tag.set("role", "img").set("aria-labelledby", format_args!("t{number} d{number}")).open();
        self.markup.tag("title").set("id", format_args!("t{number}")).words(&flat(&ladder.title));
        self.markup.tag("desc").set("id", format_args!("d{number}")).words(&flat(&ladder.description));
        drawn.write(&mut self.markup, Skin::Page);
        self.markup.end();
        self.markup.end();
        told.notes.iter().for_each(|note| self.note(note));
        self.steps(ladder);
        self.markup.end();
        told.tables().for_each(|table| self.table(&table));
    }

    /// The marks of several calls.
    fn calls(&mut self, told: &Told<'_>) {
        if !told.tells_calls_apart() {
            return;
        }
        self.markup.open("span", "legend");
        for call in 0..told.ladder.calls.len().min(MOST_CALLS) {
            self.markup.open("span", "key");
            let tag = self.markup.tag("svg").set("class", "k").set("width", 14).set("height", 12);
            tag.set("aria-hidden", "true").open();
            let class = format!("bar z{}", call % 6);
            self.markup.tag("path").set("class", class).set("d", "M1 2H13V10H1Z").empty();
            self.markup.end();
            self.markup.text(&told.name(call));
            self.markup.end();
            self.markup.text(" ");
        }
        self.markup.end();
    }

    /// All steps, in words.
    fn steps(&mut self, ladder: &Ladder) {
        let told = Told::of(ladder, usize::MAX, MOST_ROWS);
        let is_marked = told.tells_calls_apart();
        self.markup.open("details", "");
        self.markup.tag("summary").words("The steps");
        self.scrolling("The steps");
        self.markup.open("table", "");
        self.markup.open("thead", "");
        self.markup.open("tr", "");
        let columns = [Some("from, ms"), Some("until, ms"), is_marked.then_some("call"), Some("where"), Some("what")];
        for (index, name) in columns.into_iter().flatten().enumerate() {
            let tag = self.markup.tag("th").set("scope", "col");
            if index < 2 { tag } else { tag.set("class", "x") }.words(name);
        }
        self.markup.end();
        self.markup.end();
        self.markup.open("tbody", "");
        for step in &told.steps {
            self.markup.open("tr", "");
            for time in [step.begins(), step.ends()] {
                self.markup.tag("td").words(&told.since(time));
            }
            let call = is_marked.then(|| step.call.map_or(String::new(), |call| told.name(call)));
            for words in [call.as_deref(), Some(&told.place(&step.event)), Some(&step.words)].into_iter().flatten() {
                self.markup.tag("td").set("class", "x").words(words);
            }
            self.markup.end();
        }
        self.markup.end();
        self.markup.end();
        self.markup.end();
        if ladder.steps.len() > MOST_ROWS {
            self.note(&format!("The first {MOST_ROWS} of {} steps stand here.", ladder.steps.len()));
        }
        self.markup.end();
    }
}
