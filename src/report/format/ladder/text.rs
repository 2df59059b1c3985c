//! A ladder in letters: a line of life for each that takes part, and below each other what happens. Where there is no room for the
//! lines, a list.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report::format::drawing::told::{Head, Shown, Told};
use crate::report::ladder::Event;

/// Lines of a ladder; no more is drawn of a longer one.
pub(crate) const MOST_STEPS: usize = 2_000;
/// More lanes are not told apart.
pub(crate) const MOST_LANES: usize = 40;

/// A line, and how it is printed.
pub(crate) struct Line {
    pub(crate) words: String,
    pub(crate) weight: Weight,
}

/// How a line is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// As it is.
    Plain,
    /// Above the others.
    Head,
    /// Something goes wrong.
    Bad,
}

/// The least distance of two lanes.
const LEAST: usize = 9;
/// A greater one is not easier to read.
const MOST: usize = 34;

/// The ladder in lines of this width.
pub(crate) fn lines(told: &Told<'_>, width: Option<usize>) -> Vec<Line> {
    let times = Times::of(told);
    let room = width.map(|width| width.saturating_sub(times.width()));
    match Lanes::of(told, room) {
        Some(lanes) => ladder(told, &times, &lanes),
        None => list(told, &times, room),
    }
}

/// The columns left of the lanes: the clock, ms since the first offer, and the mark of the call.
struct Times {
    clock: usize,
    since: usize,
    mark: usize,
}

impl Times {
    fn of(told: &Told<'_>) -> Times {
        let widest = |of: &dyn Fn(&Shown) -> String| told.steps.iter().map(|step| of(step).width()).max().unwrap_or(0);
        Times {
            clock: widest(&|step| told.clock(step.begins())),
            since: widest(&|step| told.since(step.begins())).max(2),
            mark: widest(&|step| told.mark(step.call)),
        }
    }

    fn width(&self) -> usize {
        self.clock + 2 + self.since + 2 + if self.mark > 0 { self.mark + 2 } else { 0 }
    }

    fn row(&self, clock: &str, since: &str, mark: &str) -> String {
        let text = format!("{clock:>0$}  {since:>1$}  ", self.clock, self.since);
        if self.mark > 0 { format!("{text}{mark:<0$}  ", self.mark) } else { text }
    }

    fn step(&self, told: &Told<'_>, step: &Shown) -> String {
        self.row(&told.clock(step.begins()), &told.since(step.begins()), &told.mark(step.call))
    }

    fn head(&self) -> String {
        self.row("", "ms", "")
    }
}

/// Where the lanes stand.
struct Lanes {
    columns: Vec<usize>,
    width: usize,
}

impl Lanes {
    /// As far from each other as what is written between them wants it, and as the room allows it.
    fn of(told: &Told<'_>, room: Option<usize>) -> Option<Lanes> {
        let count = told.lanes.len();
        if count == 0 {
            return None;
        }
        let head = |head: &Head| head.kind.width().max(head.name.width()) + 1;
        let mut gaps: Vec<usize> = told.lanes.iter().map(|lane| head(lane).clamp(LEAST, MOST)).collect();
        for step in &told.steps {
            if let Event::Message { from, to, .. } = step.event
                && from.abs_diff(to) == 1
            {
                let gap = &mut gaps[from.min(to)];
                *gap = (*gap).max((step.words.width() + 7).min(MOST));
            }
        }
        let total = |gaps: &[usize]| gaps.iter().sum::<usize>();
        let room = room.unwrap_or_else(|| (total(&gaps) + MOST).max(100));
        while total(&gaps) > room {
            let widest = (0..count).max_by_key(|&lane| gaps[lane]).filter(|&lane| gaps[lane] > LEAST)?;
            gaps[widest] -= 1;
        }
        let column = |lane: usize| total(&gaps[..lane]);
        Some(Lanes { columns: (0..count).map(column).collect(), width: room })
    }

    /// From the line of a lane to that of the next.
    fn gap(&self, lane: usize) -> usize {
        self.columns.get(lane + 1).unwrap_or(&self.width) - self.columns[lane]
    }

    /// The lines of life, and nothing else.
    fn row(&self) -> Row {
        let mut row = Row { cells: vec![" ".to_owned(); self.width] };
        self.columns.iter().for_each(|&column| row.put(column, "|"));
        row
    }
}

/// A row of letters.
struct Row {
    cells: Vec<String>,
}

impl Row {
    /// Writes over what stands there; what has no room is cut.
    fn put(&mut self, at: usize, words: &str) {
        let mut at = at;
        for letter in words.chars() {
            let wide = letter.width().unwrap_or(0);
            if wide == 0 {
                if let Some(cell) = at.checked_sub(1).and_then(|before| self.cells.get_mut(before)) {
                    cell.push(letter);
                }
                continue;
            }
            if at + wide > self.cells.len() {
                return;
            }
            self.cells[at] = letter.to_string();
            self.cells[at + 1..at + wide].iter_mut().for_each(String::clear);
            at += wide;
        }
    }

    /// Writes words with a blank on either side.
    fn put_apart(&mut self, at: usize, words: &str) {
        self.put(at.saturating_sub(1), " ");
        self.put(at, words);
        self.put(at + words.width(), " ");
    }

    fn words(&self) -> String {
        self.cells.concat()
    }
}

fn ladder(told: &Told<'_>, times: &Times, lanes: &Lanes) -> Vec<Line> {
    let mut lines = heads(told, times, lanes);
    for step in &told.steps {
        let rows = rows(step, lanes);
        let weight = if step.is_bad() { Weight::Bad } else { Weight::Plain };
        for (index, row) in rows.iter().enumerate() {
            let before = if index == 0 { times.step(told, step) } else { " ".repeat(times.width()) };
            lines.push(Line { words: format!("{before}{}", row.words()).trim_end().to_owned(), weight });
        }
    }
    lines
}

/// What each lane is, and its name.
fn heads(told: &Told<'_>, times: &Times, lanes: &Lanes) -> Vec<Line> {
    let mut rows = [(); 2].map(|()| Row { cells: vec![" ".to_owned(); lanes.width] });
    for (lane, head) in told.lanes.iter().enumerate() {
        let room = lanes.gap(lane) - 1;
        let kind = if head.kind.width() <= room { head.kind } else { head.short };
        rows[0].put(lanes.columns[lane], kind);
        rows[1].put(lanes.columns[lane], &cut(&head.name, room));
    }
    let blank = " ".repeat(times.width());
    let texts = [format!("{}{}", times.head(), rows[0].words()), format!("{blank}{}", rows[1].words())];
    texts.map(|text| Line { words: text.trim_end().to_owned(), weight: Weight::Head }).into()
}

/// The rows of a step: one, unless there is more to say than has room.
fn rows(step: &Shown, lanes: &Lanes) -> Vec<Row> {
    match step.event {
        Event::Message { from, to, lost, .. } if from != to => message(step, lanes, [from, to], lost),
        Event::Message { from: lane, .. } => beside(lanes, lane, "@", &step.words),
        Event::Work { lane, .. } => beside(lanes, lane, "#", &format!("[{}]", step.words)),
        Event::Moment { lane: Some(lane), bad, .. } => beside(lanes, lane, if bad { "!" } else { "o" }, &step.words),
        Event::Moment { lane: None, .. } => across(lanes, &step.words),
    }
}

/// An arrow, with its words in it if they have room there, and otherwise beside it.
fn message(step: &Shown, lanes: &Lanes, [from, to]: [usize; 2], lost: bool) -> Vec<Row> {
    let [from, to] = [lanes.columns[from], lanes.columns[to]];
    let (left, right) = (from.min(to), from.max(to));
    let mut row = lanes.row();
    row.put(left + 1, &"-".repeat(right - left - 1));
    let head = if lost {
        "x"
    } else if from < to {
        ">"
    } else {
        "<"
    };
    row.put(if from < to { right - 1 } else { left + 1 }, head);
    let (wide, inside) = (step.words.width(), right - left - 1);
    if wide + 6 <= inside {
        row.put_apart(left + 1 + (inside - wide) / 2, &step.words);
        return vec![row];
    }
    let (before, after) = (left.saturating_sub(1), lanes.width - (right + 2).min(lanes.width));
    if wide <= after {
        row.put_apart(right + 2, &step.words);
        return vec![row];
    }
    if wide <= before {
        row.put_apart(left - 1 - wide, &step.words);
        return vec![row];
    }
    // Above the arrow, from the left end of it or of the row.
    let at = if lanes.width - left >= wide + 2 { left + 2 } else { 2.min(lanes.width) };
    let mut rows = vec![row];
    rows.splice(
        0..0,
        folded(&step.words, lanes.width - at).iter().map(|line| {
            let mut row = lanes.row();
            row.put_apart(at, line);
            row
        }),
    );
    rows
}

/// A mark on the line of a lane, and words on the side where they have room.
fn beside(lanes: &Lanes, lane: usize, mark: &str, words: &str) -> Vec<Row> {
    let column = lanes.columns[lane];
    let (after, before) = (lanes.width.saturating_sub(column + 2), column.saturating_sub(1));
    let wide = words.width();
    let to_the_right = wide <= after || (wide > before && after >= before);
    let lines = folded(words, if to_the_right { after } else { before });
    let widest = lines.iter().map(|line| line.width()).max().unwrap_or(0);
    let at = if to_the_right { column + 2 } else { before - widest.min(before) };
    let row = |(index, line): (usize, &String)| {
        let mut row = lanes.row();
        row.put_apart(at, line);
        row.put(column, if index == 0 { mark } else { "|" });
        row
    };
    lines.iter().enumerate().map(row).collect()
}

/// Words that concern all lanes.
fn across(lanes: &Lanes, words: &str) -> Vec<Row> {
    let row = |line: String| {
        let mut row = Row { cells: vec!["=".to_owned(); lanes.width] };
        row.put_apart(3, &line);
        row
    };
    folded(words, lanes.width.saturating_sub(5)).into_iter().map(row).collect()
}

/// A line a step, without lanes.
fn list(told: &Told<'_>, times: &Times, room: Option<usize>) -> Vec<Line> {
    let mut lines = vec![Line { words: times.head().trim_end().to_owned(), weight: Weight::Head }];
    for step in &told.steps {
        let words = format!("{}: {}", told.place(&step.event), step.words);
        let weight = if step.is_bad() { Weight::Bad } else { Weight::Plain };
        let (least, indent) = (24, 4);
        let room = room.map_or(usize::MAX, |room| room.max(least));
        for (index, line) in folded(&words, room - indent).into_iter().enumerate() {
            let before = if index == 0 { times.step(told, step) } else { " ".repeat(times.width() + indent) };
            lines.push(Line { words: before + &line, weight });
        }
    }
    lines
}

/// A name in so many columns, with its end cut off where it is longer.
fn cut(words: &str, room: usize) -> String {
    if words.width() <= room {
        return words.to_owned();
    }
    let mut kept = String::new();
    for letter in words.chars() {
        if kept.width() + letter.width().unwrap_or(0) + 1 > room {
            break;
        }
        kept.push(letter);
    }
    kept + "~"
}

/// Words in lines of at most this width; a word that is longer is broken.
fn folded(words: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in words.split(' ') {
        let wide = word.width();
        if used > 0 && used + 1 + wide <= room {
            lines.last_mut().expect("there is a line").push(' ');
            used += 1;
        } else if used > 0 {
            lines.push(String::new());
            used = 0;
        }
        for letter in word.chars() {
            let wide = letter.width().unwrap_or(0);
            if used + wide > room && used > 0 {
                lines.push(String::new());
                used = 0;
            }
            lines.last_mut().expect("there is a line").push(letter);
            used += wide;
        }
    }
    lines
}
