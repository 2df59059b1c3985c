//! A ladder as JSON lines and as the rows of a sheet: all of it, with times in whole nanoseconds.

use serde::Serialize;

use crate::analysis::Cell;
use crate::report::document::compact;
use crate::report::ladder::{Event, Ladder, Lane, LaneKind, Step};
use crate::report::sheet::Sheet;

/// A line. The order of the fields is that of the file.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a> {
    Ladder {
        format: u32,
        replication: u64,
        title: &'a str,
        starts_ns: Option<u64>,
        lanes: Vec<String>,
        note: Option<&'a str>,
    },
    Call {
        call: &'a str,
        offered_ns: u64,
        until_ns: u64,
        ending: &'a str,
    },
    Part {
        call: &'a str,
        what: &'a str,
        place: &'a str,
        from_ns: u64,
        until_ns: u64,
    },
    Message {
        call: Option<&'a str>,
        what: &'a str,
        from: String,
        to: String,
        departs_ns: u64,
        arrives_ns: u64,
        lost: bool,
    },
    Work {
        call: Option<&'a str>,
        what: &'a str,
        lane: String,
        arrived_ns: u64,
        started_ns: u64,
        finished_ns: u64,
    },
    Moment {
        call: Option<&'a str>,
        what: &'a str,
        lane: Option<String>,
        at_ns: u64,
        bad: bool,
    },
}

/// The version of the form.
const FORMAT: u32 = 1;

/// An object a line: the ladder, each call with its parts, each step.
pub(crate) fn draw(ladder: &Ladder) -> Vec<u8> {
    let head = Line::Ladder {
        format: FORMAT,
        replication: ladder.replication,
        title: &ladder.title,
        starts_ns: ladder.starts,
        lanes: ladder.lanes.iter().map(named).collect(),
        note: ladder.note.as_deref(),
    };
    let mut text = Vec::new();
    let mut write = |line: &Line<'_>| text.extend(compact(line));
    write(&head);
    for call in &ladder.calls {
        write(&Line::Call { call: &call.name, offered_ns: call.offered, until_ns: call.until, ending: &call.ending });
        for part in &call.parts {
            let (what, place) = (&part.text, &part.place);
            write(&Line::Part { call: &call.name, what, place, from_ns: part.from, until_ns: part.until });
        }
    }
    ladder.steps.iter().for_each(|step| write(&line(ladder, step)));
    text
}

/// The steps as the rows of a sheet, for spreadsheets and programs.
pub(crate) fn sheet(ladder: &Ladder) -> Sheet<'_> {
    let columns = ["call", "kind", "what", "from", "to", "begins_ns", "started_ns", "ends_ns", "bad"];
    Sheet::new("steps", columns, move || ladder.steps.iter().map(|step| row(ladder, step)))
}

fn row(ladder: &Ladder, step: &Step) -> Vec<Cell> {
    let text = |text: &str| if text.is_empty() { Cell::Missing } else { text.into() };
    let whole = |number: Option<u64>| number.map_or(Cell::Missing, Cell::Whole);
    let (kind, started, ends, bad) = match step.event {
        Event::Message { arrives, lost, .. } => ("message", None, arrives, lost),
        Event::Work { started, finished, .. } => ("work", Some(started), finished, false),
        Event::Moment { at, bad, .. } => ("moment", None, at, bad),
    };
    let [from, to] = step.event.lanes().map(|lane| lane.map_or(Cell::Missing, |lane| text(&of(ladder, lane))));
    let (call, begins) = (text(called(ladder, step).unwrap_or("")), Some(step.begins()));
    vec![
        call,
        kind.into(),
        text(&step.text),
        from,
        to,
        whole(begins),
        whole(started),
        whole(Some(ends)),
        u64::from(bad).into(),
    ]
}

fn line<'a>(ladder: &'a Ladder, step: &'a Step) -> Line<'a> {
    let (call, what, named) = (called(ladder, step), &*step.text, |lane: usize| of(ladder, lane));
    match step.event {
        Event::Message { from, to, departs, arrives, lost } => {
            let (from, to) = (named(from), named(to));
            Line::Message { call, what, from, to, departs_ns: departs, arrives_ns: arrives, lost }
        }
        Event::Work { lane, arrived, started, finished } => {
            let lane = named(lane);
            Line::Work { call, what, lane, arrived_ns: arrived, started_ns: started, finished_ns: finished }
        }
        Event::Moment { lane, at, bad } => Line::Moment { call, what, lane: lane.map(named), at_ns: at, bad },
    }
}

/// The name of the call to which a step happens.
fn called<'a>(ladder: &'a Ladder, step: &Step) -> Option<&'a str> {
    step.call.and_then(|call| ladder.calls.get(call)).map(|call| &*call.name)
}

/// A lane of the list, as programs name it; a file of others may lack it.
fn of(ladder: &Ladder, lane: usize) -> String {
    ladder.lanes.get(lane).map_or("unknown".to_owned(), named)
}

/// What it is and its name, as in `callmanager:sub1`.
fn named(lane: &Lane) -> String {
    let kind = match lane.kind {
        LaneKind::Caller => return "caller".to_owned(),
        LaneKind::CallManager => "callmanager",
        LaneKind::CtiManager => "ctimanager",
        LaneKind::Application => "application",
        LaneKind::Database => "database",
        LaneKind::RoutePoint => "route_point",
        LaneKind::Ports => "ports",
        LaneKind::Phones => "phones",
        LaneKind::Outside => "outside",
        LaneKind::Queue => "queue",
    };
    format!("{kind}:{}", lane.name)
}
