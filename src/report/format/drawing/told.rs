//! A ladder as pictures and words show it: only what is there, in order of time, and with its times in words.

use super::numbers::{clock, grouped};
use crate::report::ladder::{Call, Event, Ladder, Lane, LaneKind, Step};
use crate::report::table::{Column, Entry, Form, Table, plain};

/// A ladder of which every index and every order of times holds, whoever wrote it.
pub(crate) struct Told<'a> {
    pub(crate) ladder: &'a Ladder,
    /// The lanes that are shown.
    pub(crate) lanes: Vec<Head>,
    /// The steps that are shown, in order of time.
    pub(crate) steps: Vec<Shown>,
    /// The notes on the whole, and on what is not shown.
    pub(crate) notes: Vec<String>,
}

/// What more calls spent their time on is left to programs.
const MOST_TABLES: usize = 20;

/// What stands above a lane.
pub(crate) struct Head {
    /// What it is.
    pub(crate) kind: &'static str,
    /// The same where there is little room.
    pub(crate) short: &'static str,
    /// Its name; empty of callers.
    pub(crate) name: String,
}

/// A step that is shown.
pub(crate) struct Shown {
    /// Its call, by its place in the list.
    pub(crate) call: Option<usize>,
    /// What happens, with how long it takes.
    pub(crate) words: String,
    /// When and where: every lane is there, and no time is before one that it follows.
    pub(crate) event: Event,
}

impl Head {
    fn of(lane: &Lane) -> Head {
        let [kind, short] = match lane.kind {
            LaneKind::Caller => ["caller", "caller"],
            LaneKind::CallManager => ["CallManager", "CM"],
            LaneKind::CtiManager => ["CTIManager", "CTI"],
            LaneKind::Application => ["application", "app"],
            LaneKind::Database => ["database", "DB"],
            LaneKind::RoutePoint => ["route point", "RP"],
            LaneKind::Ports => ["ports", "ports"],
            LaneKind::Phones => ["phones", "phones"],
            LaneKind::Outside => ["outside", "out"],
            LaneKind::Queue => ["queue", "queue"],
        };
        Head { kind, short, name: flat(&lane.name) }
    }

    /// What it is, with its name.
    pub(crate) fn whole(&self) -> String {
        if self.name.is_empty() { self.kind.to_owned() } else { format!("{} {}", self.kind, self.name) }
    }
}

impl Shown {
    fn of(step: &Step, calls: usize) -> Shown {
        let event = step.event.in_order();
        let text = flat(&step.text);
        let words = match event {
            Event::Message { lost: true, .. } => format!("{text}, lost"),
            Event::Message { departs, arrives, .. } if arrives > departs => {
                format!("{text}, {}", length(arrives - departs))
            }
            Event::Work { arrived, started, finished, .. } => {
                let waited = match started - arrived {
                    0 => String::new(),
                    nanos => format!("waited {}, ", length(nanos)),
                };
                format!("{text}: {waited}worked {}", length(finished - started))
            }
            Event::Message { .. } | Event::Moment { .. } => text,
        };
        Shown { call: step.call.filter(|&call| call < calls), words, event }
    }

    /// When it begins.
    pub(crate) const fn begins(&self) -> u64 {
        self.event.begins()
    }

    /// When it is over.
    pub(crate) const fn ends(&self) -> u64 {
        match self.event {
            Event::Message { arrives, .. } => arrives,
            Event::Work { finished, .. } => finished,
            Event::Moment { at, .. } => at,
        }
    }

    /// Whether something goes wrong.
    pub(crate) const fn is_bad(&self) -> bool {
        matches!(self.event, Event::Message { lost: true, .. } | Event::Moment { bad: true, .. })
    }
}

impl<'a> Told<'a> {
    /// The first so many lanes and steps of a ladder.
    pub(crate) fn of(ladder: &'a Ladder, most_lanes: usize, most_steps: usize) -> Told<'a> {
        let lanes: Vec<Head> = ladder.lanes.iter().take(most_lanes).map(Head::of).collect();
        let is_there = |step: &&Step| step.event.lanes().into_iter().flatten().all(|lane| lane < lanes.len());
        let mut steps: Vec<&Step> = ladder.steps.iter().filter(is_there).collect();
        steps.sort_by_key(|step| step.begins());
        steps.truncate(most_steps);
        let mut notes: Vec<String> = ladder.note.iter().map(|note| flat(note)).collect();
        if ladder.lanes.len() > lanes.len() {
            notes.push(format!("{} of {} lanes are shown.", lanes.len(), ladder.lanes.len()));
        }
        if ladder.steps.len() > steps.len() {
            let [shown, all] = [steps.len(), ladder.steps.len()].map(|count| grouped(count as f64, 0));
            notes.push(format!("{shown} of {all} steps are shown; JSON lines have all."));
        }
        let told = ladder.calls.iter().filter(|call| !call.parts.is_empty()).count();
        if told > MOST_TABLES {
            notes
                .push(format!("What {MOST_TABLES} of {told} calls spent their time on is shown; JSON lines have all."));
        }
        let steps = steps.into_iter().map(|step| Shown::of(step, ladder.calls.len())).collect();
        Told { ladder, lanes, steps, notes }
    }

    /// Whether steps must say to which call they happen.
    pub(crate) fn tells_calls_apart(&self) -> bool {
        self.ladder.calls.len() > 1
    }

    /// The call that was offered first: times count from then.
    pub(crate) fn first(&self) -> Option<(usize, &'a Call)> {
        self.ladder.calls.iter().enumerate().min_by_key(|(_, call)| call.offered)
    }

    /// From when times are counted.
    pub(crate) fn zero(&self) -> u64 {
        self.first().map_or(0, |(_, call)| call.offered)
    }

    /// What the times of the steps are, for their column.
    pub(crate) fn counted(&self) -> String {
        match self.first() {
            Some((_, call)) => {
                format!("Times are in ms since {} was offered, at {}.", flat(&call.name), self.clock(call.offered))
            }
            None => format!("Times are in ms since the run began, at {}.", self.clock(0)),
        }
    }

    /// Which call has which mark, where there are several; of very many, the first.
    pub(crate) fn legend(&self) -> Option<String> {
        const MOST: usize = 12;
        let all = self.ladder.calls.len();
        let names: Vec<String> = (0..all.min(MOST)).map(|call| self.name(call)).collect();
        let more = if all > MOST { format!(" and {} more", all - MOST) } else { String::new() };
        self.tells_calls_apart().then(|| format!("Calls: {}{more}.", names.join(", ")))
    }

    /// A time in ms, counted from the first offer.
    pub(crate) fn since(&self, at: u64) -> String {
        since(at, self.zero())
    }

    /// What the clock says, or how long the run has lasted if that is unknown.
    pub(crate) fn clock(&self, at: u64) -> String {
        on_clock(self.ladder, at)
    }

    /// The mark of a call, where there are several.
    pub(crate) fn mark(&self, call: Option<usize>) -> String {
        call.filter(|_| self.tells_calls_apart()).map_or(String::new(), letters)
    }

    /// The name of a call, with its mark.
    pub(crate) fn name(&self, call: usize) -> String {
        let name = self.ladder.calls.get(call).map_or(String::new(), |call| flat(&call.name));
        if self.tells_calls_apart() { format!("{} {name}", letters(call)) } else { name }
    }

    /// Where a step happens, in words.
    pub(crate) fn place(&self, event: &Event) -> String {
        let whole = |lane: usize| self.lanes.get(lane).map_or(String::new(), Head::whole);
        match *event {
            Event::Message { from, to, lost, .. } => {
                format!("{} {} {}", whole(from), if lost { "-x" } else { "->" }, whole(to))
            }
            Event::Work { lane, .. } => whole(lane),
            Event::Moment { lane, .. } => lane.map_or("cluster".to_owned(), whole),
        }
    }

    /// What the calls spent their time on; of many calls, the first.
    pub(crate) fn tables(&self) -> impl Iterator<Item = Table> {
        let calls = self.ladder.calls.iter().enumerate().filter(|(_, call)| !call.parts.is_empty());
        calls.take(MOST_TABLES).map(|(number, call)| self.parts(number, call))
    }

    fn parts(&self, number: usize, call: &Call) -> Table {
        let head = ["part", "place", "from, ms", "lasted, ms", "share"];
        let mut table = Table::of(Form::Things, head.map(Column::numbers));
        table.columns[..2].iter_mut().for_each(|column| *column = Column::words(&column.name));
        let whole = call.until.saturating_sub(call.offered);
        let ending = if call.ending.is_empty() { "it ended" } else { &call.ending };
        table.caption = Some(flat(&format!(
            "{}, offered at {}: {ending} after {} ms",
            self.name(number),
            self.clock(call.offered),
            exact(whole)
        )));
        for part in &call.parts {
            let lasted = part.until.saturating_sub(part.from);
            let share = if whole == 0 { 0.0 } else { lasted as f64 / whole as f64 };
            table.row([
                Entry::Text(flat(&part.text)),
                Entry::Text(flat(&part.place)),
                Entry::Number {
                    value: millis(part.from, call.offered),
                    unit: "ms".into(),
                    words: exact_since(part.from, call.offered),
                },
                Entry::Number { value: millis(lasted, 0), unit: "ms".into(), words: exact(lasted) },
                Entry::number(share, "ratio", |share| format!("{:.3} %", 100.0 * share)),
            ]);
        }
        table
    }
}

/// Text in one line.
pub(crate) fn flat(text: &str) -> String {
    let words = plain(text);
    if words.contains(['\n', '\t']) { words.replace(['\n', '\t'], " ") } else { words }
}

/// The mark of a call: A to Z, then AA and so on.
fn letters(call: usize) -> String {
    let last = char::from(b'A' + (call % 26) as u8);
    if call < 26 { last.to_string() } else { letters(call / 26 - 1) + &last.to_string() }
}

/// The digits of a number, with thousands separated.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Nanoseconds in ms, with all digits but no zeros at the end beyond the third.
pub(crate) fn exact(nanos: u64) -> String {
    let text = format!("{}.{:06}", thousands(nanos / 1_000_000), nanos % 1_000_000);
    let zeros = text.len() - text.trim_end_matches('0').len();
    text[..text.len() - zeros.min(3)].to_owned()
}

/// The same since a time, which may be later.
fn exact_since(at: u64, zero: u64) -> String {
    signed(at, zero) + &exact(at.abs_diff(zero))
}

/// A time in ms since another, to the microsecond.
pub(crate) fn since(at: u64, zero: u64) -> String {
    // Rounded half up, as a length.
    let micros = (at.abs_diff(zero) / 100).saturating_add(5) / 10;
    let sign = if micros == 0 { String::new() } else { signed(at, zero) };
    format!("{sign}{}.{:03}", thousands(micros / 1_000), micros % 1_000)
}

fn signed(at: u64, zero: u64) -> String {
    if at < zero { "-".to_owned() } else { String::new() }
}

/// Nanoseconds since a time as a number of ms.
fn millis(at: u64, zero: u64) -> f64 {
    let size = at.abs_diff(zero) as f64 / 1e6;
    if at < zero { -size } else { size }
}

/// A length in words: to the microsecond, or to the millisecond if it takes seconds.
pub(crate) fn length(nanos: u64) -> String {
    let trimmed = |text: String| text.trim_end_matches('0').trim_end_matches('.').to_owned();
    match nanos {
        0 => "0 ms".to_owned(),
        1..1_000 => trimmed(exact(nanos)) + " ms",
        1_000..2_000_000_000 => trimmed(since(nanos, 0)) + " ms",
        _ => {
            let millis = nanos / 1_000_000 + u64::from(nanos % 1_000_000 >= 500_000);
            trimmed(format!("{}.{:03}", thousands(millis / 1_000), millis % 1_000)) + " s"
        }
    }
}

/// What the clock says at a time of a run, to the millisecond; the time since its beginning, if that is unknown.
fn on_clock(ladder: &Ladder, at: u64) -> String {
    let Some(starts) = ladder.starts else {
        return format!("{}.{:03} s", thousands(at / 1_000_000_000), at / 1_000_000 % 1_000);
    };
    let nanos = u128::from(starts) + u128::from(at);
    let (seconds, millis) = (nanos / 1_000_000_000, nanos / 1_000_000 % 1_000);
    let days = seconds / 86_400;
    let text = clock((seconds % 86_400) as f64, true);
    let day = if days == 0 { String::new() } else { format!(" +{days}") };
    format!("{text}.{millis:03}{day}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::format::drawing::examples;

    #[test]
    fn times_in_words() {
        assert_eq!(
            [0, 1, 999, 1_000, 12_000_000, 12_345_600].map(length),
            ["0 ms", "0.000001 ms", "0.000999 ms", "0.001 ms", "12 ms", "12.346 ms"]
        );
        assert_eq!([1_999_999_999, 2_000_000_000, 90_000_400_000].map(length), ["2,000 ms", "2 s", "90 s"]);
        assert_eq!([0, 5, 1_500_000, 1_234_567_890_123].map(exact), ["0.000", "0.000005", "1.500", "1,234,567.890123"]);
        assert_eq!(since(1_000, 2_500_499), "-2.499");
        assert_eq!([since(499, 0), since(500, 0), since(0, 499)], ["0.000", "0.001", "0.000"]);
        assert_eq!(since(u64::MAX, 0), "18,446,744,073,709.552");
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
        // 23:59:59 and 1.5 s.
        let ladder = Ladder { starts: Some(86_399_000_000_000), ..examples::ladder() };
        assert_eq!(
            [on_clock(&ladder, 999_999_999), on_clock(&ladder, 1_500_000_000)],
            ["23:59:59.999", "00:00:00.500 +1"]
        );
        assert_eq!(on_clock(&Ladder { starts: None, ..ladder }, 1_234_567_891_234), "1,234.567 s");
    }
}
