//! A report as one HTML file that needs nothing else: no network, and no script for reading.

mod ladder;
mod numbers;
mod plots;
mod rows;
#[cfg(test)]
mod tests;
mod topology;

use sha2::{Digest, Sha256};

use super::drawing::markup::Markup;
use super::drawing::numbers::full;
use super::drawing::plot::{Event, is_time};
use super::drawing::scale::{Fit, Scaled};
use crate::report::chart::{Chart, Plot, Shape};
use crate::report::kept::{Chapter, Item, KeyFigure, Piece, Report, Sentence, Verdict};
use crate::report::table::{Entry, Form, Holds, Table, Tone};

/// How the page looks.
const STYLE: &str = include_str!("html/style.css");
/// What helps to read it: values under the pointer, zooming, keys.
const SCRIPT: &str = include_str!("html/script.js");

/// A page that is being written, and what its charts share.
struct Page {
    markup: Markup,
    /// The common time axis, and the room left of it.
    time: Option<[f64; 2]>,
    margin: usize,
    /// The number of charts so far.
    charts: usize,
    /// The events that were listed last.
    listed: Vec<Event>,
    /// Whether it was said how to zoom.
    is_hinted: bool,
}

/// The page.
pub(super) fn draw(report: &Report) -> Vec<u8> {
    let mut page = Page {
        markup: Markup::default(),
        time: time(report),
        margin: 0,
        charts: 0,
        listed: Vec::new(),
        is_hinted: false,
    };
    page.margin = times(items(report)).map(|plot| page.margin_of(plot)).max().unwrap_or(0);
    let title = if report.question.is_empty() { &report.workload } else { &report.question };
    page.head(title);
    page.markup.open("body", "");
    let main = page.markup.tag("main");
    main.set_if("data-time", page.time.map(|[from, to]| format!("{} {}", full(from), full(to)))).open();
    let beginning = ["ctisim report", &report.workload, &report.about].into_iter().filter(|words| !words.is_empty());
    page.markup.tag("p").set("class", "mut").words(&beginning.collect::<Vec<_>>().join(" \u{b7} "));
    page.markup.tag("h1").words(title);
    page.answer(report);
    for chapter in &report.chapters {
        page.chapter(chapter);
    }
    page.footer(report);
    page.markup.end();
    page.markup.tag("div").set("id", "tip").set("role", "status").set("aria-live", "polite").words("");
    page.markup.tag("script").open();
    page.markup.constant(SCRIPT);
    page.markup.end();
    page.markup.end();
    page.markup.finish()
}

impl Page {
    fn head(&mut self, title: &str) {
        self.markup.constant("<!doctype html>\n");
        self.markup.tag("html").set("lang", "en").open();
        self.markup.open("head", "");
        self.markup.tag("meta").set("charset", "utf-8").empty();
        // Only this style and this script: what a name brings along would not run even if it were markup.
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            base64(&Sha256::digest(STYLE)),
            base64(&Sha256::digest(SCRIPT))
        );
        self.markup.tag("meta").set("http-equiv", "Content-Security-Policy").set("content", policy).empty();
        self.markup.tag("meta").set("name", "viewport").set("content", "width=device-width, initial-scale=1").empty();
        self.markup.tag("meta").set("name", "color-scheme").set("content", "light dark").empty();
        self.markup.tag("title").words(title);
        self.markup.open("style", "");
        self.markup.constant(STYLE);
        self.markup.end();
        self.markup.end();
    }

    fn answer(&mut self, report: &Report) {
        for sentence in &report.answer {
            self.markup.open("p", "answer");
            self.sentence(sentence);
            self.markup.end();
        }
        if !report.verdicts.is_empty() {
            self.markup.open("ul", "verdicts");
            report.verdicts.iter().for_each(|verdict| self.verdict(verdict));
            self.markup.end();
        }
        if !report.figures.is_empty() {
            self.markup.open("dl", "tiles");
            report.figures.iter().for_each(|figure| self.figure(figure));
            self.markup.end();
        }
        self.advice("What to do", "advice", &report.advice);
        self.advice("To be surer", "advice mut", &report.surer);
    }

    fn advice(&mut self, heading: &str, class: &'static str, sentences: &[Sentence]) {
        if sentences.is_empty() {
            return;
        }
        self.markup.open("section", class);
        self.markup.tag("h2").words(heading);
        self.markup.open("ul", "");
        for sentence in sentences {
            self.markup.open("li", "");
            self.sentence(sentence);
            self.markup.end();
        }
        self.markup.end();
        self.markup.end();
    }

    fn sentence(&mut self, sentence: &Sentence) {
        for piece in &sentence.0 {
            match piece {
                Piece::Plain(words) => self.markup.text(&words.replace(" %", "\u{a0}%")),
                Piece::Strong(words) => self.markup.tag("b").words(&words.replace(" %", "\u{a0}%")),
                Piece::Code(words) => self.markup.tag("code").words(words),
            }
        }
    }

    fn verdict(&mut self, verdict: &Verdict) {
        self.markup.open("li", "");
        self.badge(verdict.tone, &verdict.words);
        self.markup.text(" ");
        self.markup.tag("span").words(&verdict.about);
        self.markup.end();
    }

    fn badge(&mut self, tone: Tone, words: &str) {
        self.markup.open("b", class(tone));
        self.markup.tag("span").set("aria-hidden", "true").words(sign(tone));
        self.markup.text(words);
        self.markup.end();
    }

    fn figure(&mut self, figure: &KeyFigure) {
        self.markup.open("div", class(figure.tone));
        self.markup.open("dt", "");
        self.markup.tag("span").set("aria-hidden", "true").words(sign(figure.tone));
        self.markup.text(&figure.name);
        self.markup.end();
        self.markup.open("dd", "");
        self.markup.text(&unbroken(&figure.value));
        if !figure.about.is_empty() {
            self.markup.tag("small").words(&figure.about);
        }
        self.markup.end();
        self.markup.end();
    }

    fn chapter(&mut self, chapter: &Chapter) {
        self.markup.open("section", "");
        if !chapter.heading.is_empty() {
            self.markup.tag("h2").words(&chapter.heading);
        }
        if !chapter.about.is_empty() {
            self.markup.tag("p").set("class", "mut").words(&chapter.about);
        }
        if !self.is_hinted && times(&chapter.items).next().is_some() {
            self.is_hinted = true;
            self.hint();
        }
        for items in chapter.items.chunk_by(|a, b| is_small(a) && is_small(b)) {
            let beside = items.len() > 1;
            if beside {
                self.markup.open("div", "two");
            }
            for item in items {
                match item {
                    Item::Chart(chart) => self.chart(chart, beside),
                    Item::Table(table) => self.table(table),
                    Item::Note(words) => self.markup.tag("p").words(words),
                    Item::Topology(graph) => self.topology(graph),
                    Item::Ladder(ladder) => self.ladder(ladder),
                }
            }
            if beside {
                self.markup.end();
            }
        }
        self.markup.end();
    }

    /// How to use the script, which shows it.
    fn hint(&mut self) {
        self.markup.open("p", "mut js");
        self.markup.text("Charts over time zoom together: drag, or + and \u{2212}; Esc or a double click goes back. Arrow keys read values. ");
        self.markup.tag("button").set("id", "whole").set("type", "button").words("Whole run");
        self.markup.end();
    }

    fn chart(&mut self, chart: &Chart, beside: bool) {
        self.charts += 1;
        let class = match &chart.shape {
            Shape::Plot(plot) if is_time(&plot.x.scale) => "f time",
            _ if beside => "",
            _ => "f",
        };
        let tag = self.markup.tag("figure").set("id", format_args!("chart-{}", chart.id));
        if class.is_empty() { tag } else { tag.set("class", class) }.open();
        match &chart.shape {
            Shape::Plot(plot) => self.plot(chart, plot, beside),
            Shape::Rows(rows) => self.rows(chart, rows, beside),
        }
        self.markup.end();
    }

    fn caption(&mut self, chart: &Chart) {
        self.markup.open("figcaption", "");
        self.markup.text(&chart.title);
        if !chart.about.is_empty() {
            self.markup.tag("span").words(&chart.about);
        }
    }

    /// The title and description of a chart, for those who do not see it.
    fn described(&mut self, chart: &Chart, description: &str) {
        let number = self.charts;
        self.markup.tag("title").set("id", format_args!("t{number}")).words(&chart.title);
        self.markup.tag("desc").set("id", format_args!("d{number}")).words(description);
    }

    fn note(&mut self, words: &str) {
        self.markup.tag("p").set("class", "mut").words(words);
    }

    fn table(&mut self, table: &Table) {
        self.scrolling(table.caption.as_deref().unwrap_or("Table"));
        /// More columns than this are too wide for paper, unless they are smaller and may be broken.
        const WIDE: usize = 8;
        self.markup.open("table", if table.columns.len() > WIDE { "wide" } else { "" });
        if let Some(caption) = &table.caption {
            self.markup.tag("caption").words(caption);
        }
        if table.form == Form::Things {
            self.markup.open("thead", "");
            self.markup.open("tr", "");
            for column in &table.columns {
                let tag = self.markup.tag("th").set("scope", "col");
                if column.holds == Holds::Words { tag.set("class", "x") } else { tag }.words(&column.name);
            }
            self.markup.end();
            self.markup.end();
        }
        self.markup.open("tbody", "");
        for row in &table.rows {
            self.markup.open("tr", if row.is_empty() { "gap" } else { "" });
            if row.is_empty() {
                self.markup.tag("td").set("colspan", table.columns.len().max(1)).words("");
            }
            for (index, entry) in row.iter().enumerate() {
                let is_words = table.columns.get(index).is_none_or(|column| column.holds == Holds::Words);
                let class = is_words.then_some("x");
                match index {
                    0 => self.markup.tag("th").set("scope", "row").set_if("class", class).open(),
                    _ => self.markup.tag("td").set_if("class", class).open(),
                }
                self.entry(entry);
                self.markup.end();
            }
            self.markup.end();
        }
        self.markup.end();
        self.markup.end();
        self.markup.end();
    }

    /// Opens a box that scrolls where there is no room, also by keys.
    fn scrolling(&mut self, name: &str) {
        let tag = self.markup.tag("div").set("class", "sc").set("tabindex", "0");
        tag.set("role", "region").set("aria-label", name).open();
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Number { value, words, .. } => self.markup.tag("data").set("value", full(*value)).words(words),
            Entry::Interval { low, high, words, .. } => {
                let [low, high] = [low, high].map(|end| end.map(full));
                self.markup.tag("span").set_if("data-low", low).set_if("data-high", high).words(words);
            }
            Entry::Verdict { tone, words } => self.badge(*tone, words),
            Entry::Text(words) => self.markup.text(words),
            Entry::Missing(words) => self.markup.text(words),
        }
    }

    fn footer(&mut self, report: &Report) {
        self.markup.open("footer", "");
        self.markup.text(&format!("ctisim {}", report.version));
        if let Some(digest) = &report.digest {
            self.markup.text(" \u{b7} workload digest ");
            self.markup.tag("code").words(digest);
        }
        if !report.command.is_empty() {
            self.markup.text(" \u{b7} the same bytes again: ");
            self.markup.tag("code").words(&report.command);
        }
        self.markup.end();
    }
}

/// The extent of all axes of time, so that charts below each other share one.
fn time(report: &Report) -> Option<[f64; 2]> {
    let ends = |plot: &Plot| {
        let xs = plot.series.iter().flat_map(|series| &series.points).map(|point| point.x);
        Scaled::of(&plot.x, xs, Fit::default()).ends()
    };
    times(items(report)).map(ends).reduce(|[low, high], [from, to]| [low.min(from), high.max(to)])
}

/// The charts over the time of a run.
fn times<'a>(items: impl IntoIterator<Item = &'a Item>) -> impl Iterator<Item = &'a Plot> {
    items.into_iter().filter_map(|item| match item {
        Item::Chart(Chart { shape: Shape::Plot(plot), .. }) if is_time(&plot.x.scale) => Some(plot),
        _ => None,
    })
}

/// What stands in its chapters.
fn items(report: &Report) -> impl Iterator<Item = &Item> {
    report.chapters.iter().flat_map(|chapter| &chapter.items)
}

/// Whether two of them have room beside each other.
fn is_small(item: &Item) -> bool {
    let Item::Chart(chart) = item else { return false };
    match &chart.shape {
        Shape::Plot(plot) => !is_time(&plot.x.scale) && plot.series.iter().all(|series| series.points.len() <= 400),
        Shape::Rows(rows) => rows.rows.len() <= 12,
    }
}

const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Open => "open",
        Tone::Plain => "plain",
    }
}

/// The text with numbers that stay with what follows them, which is their unit.
fn unbroken(words: &str) -> String {
    let mut after_digit = false;
    let joined = words.chars().map(|character| {
        let is_joint = character == ' ' && after_digit;
        after_digit = character.is_ascii_digit();
        if is_joint { '\u{a0}' } else { character }
    });
    joined.collect()
}

/// Tells tones apart without colour.
const fn sign(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "\u{2713} ",
        Tone::Bad => "\u{2717} ",
        Tone::Open => "? ",
        Tone::Plain => "",
    }
}

/// Bytes as a content security policy has them.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            match index <= chunk.len() {
                true => text.push(char::from(LETTERS[(bits >> (18 - 6 * index) & 63) as usize])),
                false => text.push('='),
            }
        }
    }
    text
}
