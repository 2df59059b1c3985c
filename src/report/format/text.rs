//! A page as text, for a terminal or a pipe.

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, Table as Drawing, presets};
use unicode_width::UnicodeWidthStr;

use super::canvas::Canvas;
use super::drawing::told::Told;
use super::ladder::text::{self as ladder, Weight};
use crate::report::page::{Block, Excerpt, Extent, Page};
use crate::report::table::{Column, Entry, Form, Holds, Table, Tone};
use crate::workload::Ink;

/// The whole report, block below block with an empty line between. On a canvas of some width sentences are wrapped and tables
/// are narrowed to fit; without one, all of it is there.
pub(super) fn draw(page: &Page<'_>, canvas: Canvas) -> String {
    let mut text = String::new();
    let mut hidden = 0;
    page.each_block(Extent::Report, |block| {
        if !text.is_empty() && !matches!(block, Block::Note(_)) {
            text.push('\n');
        }
        match block {
            Block::Heading(_, words) => {
                text += &format!("{}\n", styled(&wrapped(words, canvas.width), BOLD, canvas.ink))
            }
            Block::Paragraph(words) | Block::Note(words) => text += &format!("{}\n", wrapped(words, canvas.width)),
            Block::Table(drawn) => {
                let layout = Layout::of(drawn, canvas.width);
                hidden += drawn.columns.len() - layout.columns.len();
                text += &table(drawn, &layout, canvas);
            }
            Block::Excerpt(Excerpt { problem, file, text: source }) => {
                text += &format!("{}\n", problem.render(file, source, canvas.ink));
            }
        }
    });
    if let Some(told) = page.ladder.as_ref().map(|ladder| Told::of(ladder, ladder::MOST_LANES, ladder::MOST_STEPS)) {
        let gap = if text.is_empty() { "" } else { "\n" };
        let about = [Some(told.counted()), told.legend()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        text += &format!("{gap}{}\n\n", wrapped(&about, canvas.width));
        for ladder::Line { words, weight } in ladder::lines(&told, canvas.width) {
            let style = match weight {
                Weight::Plain => Style::new(),
                Weight::Head => BOLD,
                Weight::Bad => of_tone(Tone::Bad),
            };
            text += &format!("{}\n", styled(&words, style, canvas.ink));
        }
        for drawn in told.tables() {
            let layout = Layout::of(&drawn, canvas.width);
            hidden += drawn.columns.len() - layout.columns.len();
            text += &format!("\n{}", table(&drawn, &layout, canvas));
        }
        for note in &told.notes {
            text += &format!("\n{}\n", wrapped(note, canvas.width));
        }
    }
    if hidden > 0 {
        let columns = if hidden == 1 { "1 column" } else { &format!("{hidden} columns") };
        let help = format!("({columns} not shown: widen the terminal or use --format csv)");
        text += &format!("\n{}\n", wrapped(&help, canvas.width));
    }
    text
}

/// A table without lines; the numbers are aligned to the right.
fn table(table: &Table, layout: &Layout, canvas: Canvas) -> String {
    let (indent, gap) = spacing(table.form);
    let mut drawing = Drawing::new();
    drawing.load_style(presets::NOTHING);
    if has_head(table) {
        drawing.set_header(layout.columns.iter().map(|column| {
            let lines: Vec<String> = column.head.iter().map(|line| marked(line, BOLD, canvas.ink)).collect();
            lines.join("\n")
        }));
    }
    for row in &table.rows {
        drawing.add_row(layout.columns.iter().map(|column| match row.get(column.at) {
            None => String::new(),
            Some(Entry::Verdict { tone, words }) => marked(words, of_tone(*tone), canvas.ink),
            Some(entry) => match column.wrapped_at {
                Some(width) => folded(entry.words(), width).join("\n"),
                None => entry.words().to_owned(),
            },
        }));
    }
    for (column, drawn) in layout.columns.iter().zip(drawing.column_iter_mut()) {
        drawn.set_padding((0, gap as u16));
        if table.columns[column.at].holds == Holds::Numbers {
            drawn.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text: String =
        table.caption.iter().map(|caption| format!("{}\n", wrapped(caption, canvas.width))).collect();
    for line in drawing.lines() {
        text += unmarked(format!("{}{line}", " ".repeat(indent)).trim_end()).as_str();
        text.push('\n');
    }
    text
}

const fn has_head(table: &Table) -> bool {
    matches!(table.form, Form::Things)
}

/// How far a table is indented, and the space between its columns.
const fn spacing(form: Form) -> (usize, usize) {
    match form {
        Form::Things | Form::Checklist => (0, 2),
        Form::Facts => (2, 3),
    }
}

// How a table fits into a width.

/// Which columns of a table are shown, and how wide they are.
struct Layout {
    columns: Vec<Shown>,
}

/// A column that is shown.
struct Shown {
    /// Its number in the table.
    at: usize,
    /// The lines of its head.
    head: Vec<String>,
    /// How wide its entries are at most, if longer ones are wrapped.
    wrapped_at: Option<usize>,
}

/// No column of words is made narrower than this by wrapping.
const NARROWEST: usize = 16;

impl Layout {
    /// All columns if they fit, if need be with wrapped heads and words; otherwise as many as fit. Spare columns are left out
    /// first, then intervals, then the last ones, but never the names of the rows, a verdict or what is to be kept.
    fn of(table: &Table, width: Option<usize>) -> Layout {
        let needs: Vec<Need> = (0..table.columns.len()).map(|at| Need::of(table, at)).collect();
        let (indent, gap) = spacing(table.form);
        let Some(room) = width else { return Layout::whole(&needs) };
        let room = room.saturating_sub(indent);
        let mut shown: Vec<&Need> = needs.iter().collect();
        loop {
            let total = |widths: &[usize]| widths.iter().sum::<usize>() + gap * widths.len().saturating_sub(1);
            let natural: Vec<usize> = shown.iter().map(|need| need.entries.max(need.head.width())).collect();
            if total(&natural) <= room {
                return Layout::whole(shown);
            }
            let mut widths: Vec<usize> = shown.iter().map(|need| need.entries.max(need.head_least)).collect();
            // Words first, then columns.
            while total(&widths) > room {
                let wider = (0..widths.len()).filter(|&at| widths[at] > shown[at].least);
                let Some(widest) = wider.max_by_key(|&at| widths[at]) else { break };
                widths[widest] -= 1;
            }
            let can_go = (0..shown.len()).filter(|&at| shown[at].at > 0 && !shown[at].is_kept);
            match can_go.max_by_key(|&at| (shown[at].spare, at)) {
                Some(least_needed) if total(&widths) > room => {
                    shown.remove(least_needed);
                }
                _ => {
                    // What room is left goes to the heads that are broken most.
                    while total(&widths) < room {
                        let lines = |at: usize| folded(&shown[at].head, widths[at]).len();
                        let Some(most) = (0..widths.len()).filter(|&at| lines(at) > 1).max_by_key(|&at| lines(at))
                        else {
                            break;
                        };
                        widths[most] += 1;
                    }
                    let column = |(need, width): (&&Need, usize)| Shown {
                        at: need.at,
                        head: folded(&need.head, width),
                        wrapped_at: (width < need.entries).then_some(width).or(need.wrapped_at),
                    };
                    return Layout { columns: shown.iter().zip(widths).map(column).collect() };
                }
            }
        }
    }

    /// With nothing wrapped that need not be.
    fn whole<'n>(shown: impl IntoIterator<Item = &'n Need>) -> Layout {
        let column = |need: &Need| Shown { at: need.at, head: vec![need.head.clone()], wrapped_at: need.wrapped_at };
        Layout { columns: shown.into_iter().map(column).collect() }
    }
}

/// How much room a column needs.
struct Need {
    at: usize,
    /// Its name, if the table shows names.
    head: String,
    /// The width of the longest part of its name that is not broken.
    head_least: usize,
    /// The width of its widest entry.
    entries: usize,
    /// How narrow it can be made.
    least: usize,
    /// Where its entries are wrapped however much room there is.
    wrapped_at: Option<usize>,
    is_kept: bool,
    /// Columns with a higher number are left out first.
    spare: usize,
}

impl Need {
    fn of(table: &Table, at: usize) -> Need {
        let Column { name, holds, widest, spare, kept } = &table.columns[at];
        let head = if has_head(table) { name.clone() } else { String::new() };
        let head_least = longest_part(&head);
        let entries = || table.rows.iter().filter_map(|row| row.get(at));
        let wrapped_at = widest.map(usize::from);
        let width = entries().map(|entry| entry.words().width()).max().unwrap_or(0);
        let width = wrapped_at.map_or(width, |widest| width.min(widest));
        let is_verdict = entries().any(|entry| matches!(entry, Entry::Verdict { .. }));
        let longest_word = entries().map(|entry| longest_part(entry.words())).max();
        let least = match holds {
            Holds::Words if !is_verdict => longest_word.unwrap_or(0).max(NARROWEST),
            _ => width,
        };
        Need {
            at,
            head_least,
            entries: width,
            least: least.max(head_least),
            head,
            wrapped_at,
            is_kept: is_verdict || *kept,
            spare: match spare {
                0 => usize::from(name.contains("interval")),
                rank => rank + 1,
            },
        }
    }
}

/// The parts of a text between which it may be broken: words, and what is between the points of a key.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive([' ', '.', '/'])
}

fn longest_part(text: &str) -> usize {
    parts(text).map(|part| part.trim_end().width()).max().unwrap_or(0)
}

/// A text in lines of this width, broken within words only where a word is longer than that.
fn folded(text: &str, width: usize) -> Vec<String> {
    let words_fit = text.split(' ').all(|word| word.width() <= width);
    let parts: Vec<&str> = if words_fit { text.split_inclusive(' ').collect() } else { parts(text).collect() };
    let mut lines = vec![String::new()];
    for part in parts {
        let line = lines.last_mut().expect("there is a line");
        if !line.is_empty() && line.width() + part.trim_end().width() > width {
            lines.push(part.to_owned());
        } else {
            line.push_str(part);
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Sentences in lines of this width, each as far indented as its paragraph.
fn wrapped(text: &str, width: Option<usize>) -> String {
    let Some(width) = width else { return text.to_owned() };
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.split('\n') {
        let indent = &paragraph[..paragraph.len() - paragraph.trim_start().len()];
        let mut line = indent.to_owned();
        for word in words(paragraph) {
            let begun = line.len() > indent.len();
            if begun && line.width() + 1 + word.width() > width {
                lines.push(std::mem::replace(&mut line, format!("{indent}{word}")));
            } else {
                line += &format!("{}{word}", if begun { " " } else { "" });
            }
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// The words of a paragraph; a number and its percent sign or unit are one.
fn words(paragraph: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in paragraph.split_whitespace() {
        let is_unit =
            ["%", "ms", "s", "min", "h", "d"].contains(&word.trim_end_matches([',', '.', ':', ';', ')', ']']));
        match words.last_mut() {
            Some(last) if is_unit && last.ends_with(|last: char| last.is_ascii_digit()) => *last += &format!(" {word}"),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

// Colours. A mark takes no room, so that a table is laid out as without colours, and then gives way to an escape sequence.

const BOLD: Style = Style::new().bold();

/// What each mark stands for.
const MARKS: [(char, Style); 4] = [
    ('\u{2061}', BOLD),
    ('\u{2062}', AnsiColor::Green.on_default()),
    ('\u{2063}', AnsiColor::Red.on_default()),
    ('\u{2064}', AnsiColor::Yellow.on_default()),
];

/// Ends what any mark begins.
const END: char = '\u{2060}';

const fn of_tone(tone: Tone) -> Style {
    match tone {
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Bad => AnsiColor::Red.on_default(),
        Tone::Open => AnsiColor::Yellow.on_default(),
        Tone::Plain => Style::new(),
    }
}

/// A word that is to have this style.
fn marked(word: &str, style: Style, ink: Ink) -> String {
    match MARKS.iter().find(|(_, of)| *of == style && ink == Ink::Coloured && !word.is_empty()) {
        Some((mark, _)) => format!("{mark}{word}{END}"),
        None => word.to_owned(),
    }
}

/// A line with escape sequences instead of marks.
fn unmarked(line: &str) -> String {
    let line = line.replace(END, &Style::new().bold().render_reset().to_string());
    MARKS.iter().fold(line, |line, (mark, style)| line.replace(*mark, &style.render().to_string()))
}

/// Text in this style.
fn styled(text: &str, style: Style, ink: Ink) -> String {
    unmarked(&marked(text, style, ink))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::of_numbers(["station", "wait mean, ms", "95 % interval", "wait max, ms", "verdict"]);
        let row = |name: &str, tone, verdict: &str| {
            let cells = ["1.967", "[1.925, 2.009]", "10,107"].map(Entry::from);
            [name.into()].into_iter().chain(cells).chain([Entry::verdict(tone, verdict)]).collect::<Vec<Entry>>()
        };
        table.row(row("sub1.callmanager", Tone::Good, "met"));
        table.row(row("ivr", Tone::Bad, "missed"));
        table
    }

    fn drawn(table: Table, ink: Ink, width: Option<usize>) -> String {
        let mut page = Page::new("site");
        page.section(Extent::Both).table(table);
        draw(&page, Canvas { ink, width })
    }

    #[test]
    fn what_fits_is_not_changed() {
        let whole = drawn(table(), Ink::Plain, None);
        assert_eq!(
            whole.lines().next(),
            Some("station           wait mean, ms   95 % interval  wait max, ms  verdict")
        );
        assert_eq!(drawn(table(), Ink::Plain, Some(70)), whole);
    }

    #[test]
    fn heads_are_folded_before_columns_are_left_out() {
        let head = "station               wait   95 % interval     wait  verdict\n                  \
                    mean, ms                  max, ms\nsub1.callmanager ";
        let text = drawn(table(), Ink::Plain, Some(61));
        assert!(text.starts_with(head) && text.lines().count() == 4 && text.contains("10,107"), "{text}");
    }

    #[test]
    fn names_and_verdicts_stay_and_what_is_left_out_is_said() {
        for width in [30, 40, 50] {
            let text = drawn(table(), Ink::Plain, Some(width));
            assert!(text.lines().all(|line| line.width() <= width), "{text}");
            assert!(text.contains("sub1.callmanager") && text.contains("missed") && text.contains(" not"), "{text}");
        }
        assert!(
            drawn(table(), Ink::Plain, Some(50))
                .ends_with("\n\n(1 column not shown: widen the terminal or use\n--format csv)\n")
        );
    }

    #[test]
    fn intervals_are_left_out_before_other_columns_and_kept_columns_never() {
        let head = |table: Table, width| drawn(table, Ink::Plain, Some(width)).lines().next().map(str::to_owned);
        assert_eq!(head(table(), 54).as_deref(), Some("station           wait mean, ms  wait max, ms  verdict"));
        let mut kept = table();
        kept.keep(|name| name.starts_with("wait"));
        let text = drawn(kept, Ink::Plain, Some(20));
        assert!(text.contains("1.967") && text.contains("10,107") && !text.contains("2.009"), "{text}");
    }

    #[test]
    fn spare_columns_are_left_out_first() {
        let mut table = table();
        table.spare(&["wait mean, ms", "wait max, ms"]);
        let head = |width| drawn(table.clone(), Ink::Plain, Some(width)).lines().next().map(str::to_owned);
        assert_eq!(head(55).as_deref(), Some("station            95 % interval  wait max, ms  verdict"));
        assert_eq!(head(42).as_deref(), Some("station            95 % interval  verdict"));
    }

    #[test]
    fn words_are_wrapped_rather_than_left_out() {
        let mut table = Table::of_words(["name", "uses"]);
        table.row(["welcome", "first-half, ivr, ports-a, ports-b, operator"]);
        let text = drawn(table, Ink::Plain, Some(40));
        assert_eq!(text, "name     uses\nwelcome  first-half, ivr, ports-a,\n         ports-b, operator\n");
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        for width in [None, Some(62), Some(40)] {
            let coloured = drawn(table(), Ink::Coloured, width);
            assert!(coloured.contains("\u{1b}[32mmet\u{1b}[0m") && coloured.contains("\u{1b}[31mmissed\u{1b}[0m"));
            assert!(coloured.contains("\u{1b}[1mstation\u{1b}[0m"), "{coloured}");
            assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), drawn(table(), Ink::Plain, width));
        }
    }

    #[test]
    fn sentences_are_wrapped_at_words() {
        assert_eq!(wrapped("one two three\n  four five six", Some(10)), "one two\nthree\n  four\n  five six");
        assert_eq!(wrapped("busy 41.9 % of 60 s.", Some(9)), "busy\n41.9 % of\n60 s.");
        assert_eq!(wrapped("a  b", None), "a  b");
    }
}
