//! What is behind a number: in words, as tables, and for programs.

use serde::Serialize;

use crate::analysis::{Cell, Example, Explanation, Group, NANOS_PER_MILLI, millis};
use crate::domain::StationId;
use crate::engine::{Span, Time};
use crate::record::{Statistic, Unit};
use crate::trace::{Cause, Why};

use super::causes::{cause, cause_names, meanwhile, station, task_name, why, why_names};
use super::document::Document;
use super::kept::{Chapter, Item, KeyFigure, Report, Sentence};
use super::ladder::Ladder;
use super::overview::{clock, empty_report, fault_words, started};
use super::page::{Extent, Page, Rank};
use super::sheet::Sheet;
use super::table::{Column, Entry, Form, Table, Tone};
use super::words::{counted, human, measured_beside, percent, span, time, whole};

/// A cause with less than this share is not worth a word beside a greater one.
const WORTH_A_WORD: f64 = 0.15;
/// With this share a place has most of the calls, and the others are not worth a word.
const MOST: f64 = 0.8;
/// So much more often than among all values is worth a word.
const MORE_OFTEN: f64 = 1.2;
/// So many replications and places are listed.
const LISTED: usize = 5;

/// An explanation, and the commands that go with it.
#[derive(Debug)]
pub struct Explained<'a> {
    /// What is behind the number.
    pub explanation: &'a Explanation<'a>,
    /// The command that gives the same bytes again.
    pub command: String,
    /// The command that shows the example, without the replication and the call.
    pub trace: String,
    /// The digest of the workload.
    pub digest: String,
    /// The example, message by message.
    pub ladder: Option<Ladder>,
}

/// The page of an explanation.
pub fn explanation_page<'a>(explained: &'a Explained<'a>) -> Page<'a> {
    let mut page = Page::new(&*explained.explanation.plan.name);
    page.section_made(Extent::Both, move |section| {
        let Explanation { plan, asked, .. } = explained.explanation;
        section.heading(Rank::Chapter, format!("{}: what is behind {asked}", plan.name));
        sentences(explained).into_iter().for_each(|sentence| section.paragraph(sentence.text()));
        tables(explained).into_iter().for_each(|table| {
            section.table(table);
        });
        notes(explained.explanation).into_iter().for_each(|note| section.note(note));
    });
    page.sheets = vec![sheet(explained.explanation)];
    page.document = Some(Document::new(move || Whole::of(explained)));
    page.report = Some(Box::new(move || report(explained)));
    page.ladder.clone_from(&explained.ladder);
    page
}

fn report(explained: &Explained<'_>) -> Report {
    let Explanation { plan, asked, number, replications, .. } = explained.explanation;
    let items = tables(explained).into_iter().map(Item::Table);
    let notes = notes(explained.explanation).into_iter().map(Item::Note);
    let ladder = explained.ladder.iter().cloned().map(Item::Ladder);
    let items = items.chain(notes).chain(ladder).collect();
    let chapter = Chapter { heading: "What is behind it".to_owned(), about: String::new(), items };
    let figure = KeyFigure {
        name: asked.to_string(),
        value: measured(explained.explanation, number.value),
        about: String::new(),
        tone: Tone::Plain,
    };
    let runs = counted(*replications as usize, ["replication", "replications"]);
    Report {
        about: format!("{} {runs} of {}.", plan.question, span(plan.length.since(Time::ZERO))),
        digest: Some(explained.digest.clone()),
        answer: sentences(explained),
        figures: vec![figure],
        chapters: vec![chapter],
        ..empty_report("explain", &plan.name, format!("What is behind {asked}?"), &explained.command)
    }
}

/// A number of the measure, in words.
fn measured(explanation: &Explanation<'_>, value: f64) -> String {
    let of = match (explanation.asked.measure.unit(), explanation.statistic()) {
        (Unit::Count, Statistic::Mean) => " a replication",
        _ => "",
    };
    format!("{}{of}", measured_beside(explanation.asked.measure.unit().name(), value, value))
}

/// The explanation in sentences.
fn sentences(explained: &Explained<'_>) -> Vec<Sentence> {
    let it = explained.explanation;
    let mut sentences = vec![number(it), if it.is_count() { reasons(it) } else { causes(it) }];
    let top = it.group.ranked().first().map(|(cause, ..)| *cause);
    let is_after = |id| it.group.whys.keys().any(|why| *why == Why::After(Cause::Waiting(id)));
    if let Some(Cause::Waiting(id)) = top
        && (!it.is_count() || is_after(id))
        && let Some(words) = meanwhile(it, id)
    {
        sentences.push(Sentence::default().plain(words));
    } else if !it.is_count()
        && let Some(id) = looked_up(it)
        && let Some(words) = meanwhile(it, id)
    {
        sentences.push(Sentence::default().plain(words));
    }
    sentences.extend(faults(it));
    sentences.extend(places(it));
    sentences.extend(bins(it));
    sentences.extend(example(explained));
    sentences
}

/// The database for which calls wait, if that is most of their time, whatever comes next.
fn looked_up(it: &Explanation<'_>) -> Option<StationId> {
    match it.group.ranked().first()? {
        (Cause::Work(id, crate::facts::Task::LookUp), _, share) if *share >= WORTH_A_WORD => Some(*id),
        _ => None,
    }
}

/// The number, and how many values are behind it.
fn number(it: &Explanation<'_>) -> Sentence {
    let Explanation { asked, number, group, replications, .. } = it;
    let runs = |count: u64| counted(count as usize, ["replication", "replications"]);
    let behind = group.replications.len() as u64;
    let values = whole(number.values);
    let sentence = Sentence::default().code(asked.to_string()).plain(" is ").strong(measured(it, number.value));
    let rest = match &number.group {
        _ if it.is_count() && *replications == 1 => format!(": {values} in 1 replication."),
        Group::All if it.is_count() => {
            format!(": {values} in {}, in {} of which there are any.", runs(*replications), whole(behind))
        }
        Group::Replications(_) => {
            format!(": {} of {values} are in the {} with at least as many.", whole(group.values), runs(behind))
        }
        Group::All => format!(": the mean of {values} values in {}.", runs(behind)),
        Group::AtLeast(_) => format!(
            ": {} of {values} values {} at least as long, in {} of {}.",
            whole(group.values),
            if group.values == 1 { "is" } else { "are" },
            whole(behind),
            runs(*replications)
        ),
        Group::Longest(_) => format!(
            ": the longest of {values} values, in replication {}.",
            group.replications.keys().map(u64::to_string).collect::<Vec<_>>().join(", ")
        ),
        Group::LongestOfEach(_) => {
            format!(": in {} of {} the longest value is at least as long.", whole(behind), runs(*replications))
        }
    };
    sentence.plain(rest)
}

/// What the time was spent on.
fn causes(it: &Explanation<'_>) -> Sentence {
    let ranked = it.group.ranked();
    let Some((first, _, share)) = ranked.first() else {
        return Sentence::default().plain("They took no time.");
    };
    let whose = match (&it.number.group, it.group.values) {
        (Group::All, _) => "of that time is ",
        (_, 1) => "of its time is ",
        _ => "of their time is ",
    };
    let mut sentence = Sentence::default().plain(format!("{} {whose}", percent(*share))).strong(cause(it.plan, *first));
    let of_all = percent(it.all.share(*first));
    if it.number.group != Group::All && of_all != percent(*share) {
        sentence = sentence.plain(format!(" (of all values: {of_all})"));
    }
    let others: Vec<String> = ranked[1..]
        .iter()
        .filter(|(.., share)| *share >= WORTH_A_WORD)
        .take(2)
        .map(|(other, _, share)| format!("{} {}", percent(*share), cause(it.plan, *other)))
        .collect();
    match others.is_empty() {
        true => sentence.plain("."),
        false => sentence.plain(format!("; {}.", others.join(", "))),
    }
}

/// Why they were counted.
fn reasons(it: &Explanation<'_>) -> Sentence {
    let mut ranked: Vec<(&Why, &u64)> = it.group.whys.iter().collect();
    ranked.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
    let share = |times: u64| percent(times as f64 / it.group.values.max(1) as f64);
    let Some((first, times)) = ranked.first() else { return Sentence::default().plain("Nothing is known of them.") };
    let of = match **times == it.group.values {
        true => "In all of them ".to_owned(),
        false => format!("In {} of them ", share(**times)),
    };
    let sentence = Sentence::default().plain(of).strong(why(it.plan, **first));
    let others: Vec<String> = ranked[1..]
        .iter()
        .filter(|(_, times)| **times as f64 >= WORTH_A_WORD * it.group.values as f64)
        .take(2)
        .map(|(other, times)| format!("in {} {}", share(**times), why(it.plan, **other)))
        .collect();
    match others.is_empty() {
        true => sentence.plain("."),
        false => sentence.plain(format!("; {}.", others.join(", "))),
    }
}

/// The faults that were there, if they were for most.
fn faults(it: &Explanation<'_>) -> Option<Sentence> {
    let of = |row: usize, among: &crate::analysis::Spent| {
        among.faults.get(&row).map_or(0.0, |times| *times as f64 / among.values.max(1) as f64)
    };
    let some = (0..it.plan.faults.len()).map(|row| (row, of(row, &it.group), of(row, &it.all)));
    // What was there all the time distinguishes nothing, unless it is all that there is.
    let mut some: Vec<_> = some.filter(|(_, share, _)| *share >= 0.5).collect();
    some.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let (row, share, _) = *some.first()?;
    let words = some.iter().take(2).map(|(row, ..)| fault_words(it.plan, &it.plan.faults[*row])).collect::<Vec<_>>();
    let begins = started(it.plan, &it.plan.faults[row]).filter(|_| words.len() == 1);
    let begins = begins.map_or_else(String::new, |when| format!(", {when}"));
    Some(
        Sentence::default()
            .plain(format!("{} of them fall into the time of a fault or of the recovery from it: ", percent(share)))
            .strong(words.join("; "))
            .plain(format!("{begins}.")),
    )
}

/// The traffic, route point or node that has most of them, if that is more than its share of all.
fn places(it: &Explanation<'_>) -> Option<Sentence> {
    let some = place_rows(it).into_iter().filter(|row| row.among > 1 && row.share >= MOST);
    let more = some.filter(|row| it.number.group == Group::All || row.share >= MORE_OFTEN * row.of_all);
    let words: Vec<String> = more.map(|row| format!("{} {} {}", percent(row.share), row.phrase, row.name)).collect();
    (!words.is_empty()).then(|| Sentence::default().plain(format!("Of these calls {}.", words.join(", "))))
}

/// Calls of a place.
struct PlaceRow {
    kind: &'static str,
    phrase: &'static str,
    name: String,
    values: u64,
    share: f64,
    of_all: f64,
    /// How many such places there are.
    among: usize,
}

/// Where the calls belong, the most first of each kind.
fn place_rows(it: &Explanation<'_>) -> Vec<PlaceRow> {
    let mut rows = Vec::new();
    let share = |times: u64, of: u64| times as f64 / of.max(1) as f64;
    let mut add = |kind, phrase, among, mut places: Vec<(String, u64, u64)>| {
        places.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
        rows.extend(places.into_iter().take(LISTED).map(|(name, values, of_all)| PlaceRow {
            kind,
            phrase,
            name,
            values,
            share: share(values, it.group.values),
            of_all: share(of_all, it.all.values),
            among,
        }));
    };
    let plan = it.plan;
    let sources = it.group.sources.iter().map(|(id, times)| {
        (plan.sources[id.index()].name.clone(), *times, it.all.sources.get(id).copied().unwrap_or(0))
    });
    add("traffic", "are of traffic", plan.sources.len(), sources.collect());
    let points = it.group.route_points.iter().map(|(id, times)| {
        (plan.route_points[id.index()].name.clone(), *times, it.all.route_points.get(id).copied().unwrap_or(0))
    });
    add("route_point", "came to route point", plan.route_points.len(), points.collect());
    let nodes =
        it.group.ingress.iter().map(|(id, times)| {
            (plan.nodes[id.index()].name.clone(), *times, it.all.ingress.get(id).copied().unwrap_or(0))
        });
    add("ingress", "came in at node", plan.nodes.len(), nodes.collect());
    rows
}

/// The bins that have them, the most first.
fn ranked_bins(it: &Explanation<'_>) -> Vec<(Time, u64, f64)> {
    let of = |(bin, times): (&u64, &u64)| {
        let from = Time::from_nanos(bin * it.bin.nanos());
        (from, *times, *times as f64 / it.group.values.max(1) as f64)
    };
    let mut bins: Vec<(Time, u64, f64)> = it.group.bins.iter().map(of).collect();
    bins.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    bins
}

/// When most of them are known, if that is far from evenly.
fn bins(it: &Explanation<'_>) -> Option<Sentence> {
    const UNEVEN: f64 = 3.0;
    let (from, _, share) = *ranked_bins(it).first()?;
    let bins = it.plan.length.nanos().div_ceil(it.bin.nanos().max(1)).max(1) as f64;
    if share < 0.25 || share < UNEVEN / bins || it.group.values < 10 {
        return None;
    }
    let length = span(it.bin);
    Some(Sentence::default().plain(format!(
        "{} fall into the {length} from {} on.",
        percent(share),
        clock(it.plan, from)
    )))
}

/// The example, as the command that shows it.
fn example(explained: &Explained<'_>) -> Option<Sentence> {
    let Explanation { plan, example, .. } = explained.explanation;
    let Example { replication, found } = example.as_ref()?;
    let call = plan.call_name(found.call?);
    Some(
        Sentence::default()
            .plain("Look at call ")
            .strong(&*call)
            .plain(format!(" of replication {replication}: "))
            .code(format!("{} --replication {replication} --call {call}", explained.trace)),
    )
}

/// What is not in the parts.
fn notes(it: &Explanation<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if it.number.censored > 0 {
        notes.push(format!(
            "{} more values were cut short or not over at the end of the run: how long they would have been is not known, so that they \
             are not in the parts.",
            whole(it.number.censored)
        ));
    }
    if !it.is_count() && it.number.group != Group::All {
        notes.push(
            "The parts add up to the mean of the values that are behind the number, which are at least as long."
                .to_owned(),
        );
    }
    if it.group.causes.contains_key(&Cause::Unknown) && !it.is_count() {
        notes.push("Of some of the time it is not known what it was spent on.".to_owned());
    }
    notes
}

fn tables(explained: &Explained<'_>) -> Vec<Table> {
    let it = explained.explanation;
    let mut tables = Vec::new();
    let is_all = it.number.group == Group::All;
    if it.is_count() {
        let mut table = Table::of_numbers(["why", "calls", "share"]);
        let mut ranked: Vec<(&Why, &u64)> = it.group.whys.iter().collect();
        ranked.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
        for (reason, times) in ranked {
            let share = *times as f64 / it.group.values.max(1) as f64;
            table.row([Entry::from(why(it.plan, *reason)), number_of(*times), share_of(share)]);
        }
        tables.push(table);
    } else {
        let mut columns = vec!["what the time is spent on", "share"];
        columns.extend((!is_all).then_some("of all values"));
        columns.extend(["mean", "values"]);
        let mut table = Table::of_numbers(columns);
        let parts = it.parts();
        for (what, part) in parts {
            let share = it.group.causes[&what];
            let mut row = vec![Entry::from(cause(it.plan, what)), share_of(it.group.share(what))];
            row.extend((!is_all).then(|| share_of(it.all.share(what))));
            let words = |millis: f64| time(millis / 1e3);
            row.extend([Entry::number(part, "ms", words), number_of(share.values)]);
            table.row(row);
        }
        tables.push(table);
    }
    tables.extend(behind(it).filter(|_| !it.is_count()));
    let mut replications: Vec<(u64, u64)> =
        it.group.replications.iter().map(|(number, times)| (*number, *times)).collect();
    replications.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    let mut table = Table::of_numbers(["replication", "values", "share"]);
    for (replication, times) in replications.into_iter().take(LISTED) {
        let share = times as f64 / it.group.values.max(1) as f64;
        table.row([Entry::from(replication.to_string()), number_of(times), share_of(share)]);
    }
    tables.push(table);
    let mut table = Table::of_numbers(["where", "values", "share", "of all values"]);
    for row in place_rows(it).into_iter().filter(|row| row.among > 1) {
        let name = format!("{} {}", row.kind.replace('_', " "), row.name);
        table.row([Entry::from(name), number_of(row.values), share_of(row.share), share_of(row.of_all)]);
    }
    tables.push(table);
    let mut table = Table::of_numbers(["from", "values", "share"]);
    for (from, times, share) in ranked_bins(it).into_iter().take(LISTED) {
        table.row([Entry::from(clock(it.plan, from)), number_of(times), share_of(share)]);
    }
    tables.push(table);
    tables.extend(it.example.as_ref().and_then(|example| example_table(it, example)));
    tables
}

/// What stations did while work waited.
fn behind(it: &Explanation<'_>) -> Option<Table> {
    let whole: u128 = it.group.behind.values().sum();
    let mut rows: Vec<_> = it.group.behind.iter().collect();
    rows.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
    let mut table = Table::of_numbers(["what stations did while calls waited", "share of the waits"]);
    for ((id, task), nanos) in rows.into_iter().take(2 * LISTED) {
        let words = format!("{}: {}", station(it.plan, *id), super::causes::task(*task));
        table.row([Entry::from(words), share_of(*nanos as f64 / whole.max(1) as f64)]);
    }
    (whole > 0).then_some(table)
}

/// The parts of the example, in order.
fn example_table(it: &Explanation<'_>, example: &Example) -> Option<Table> {
    let Example { replication, found } = example;
    let mut table = Table::of(
        Form::Things,
        [Column::words("what the time is spent on"), Column::numbers("from"), Column::numbers("for")],
    );
    table.caption = Some(match found.call {
        Some(call) => format!("The most typical: call {} of replication {replication}", it.plan.call_name(call)),
        None => format!("The most typical, in replication {replication}"),
    });
    for part in &found.parts {
        let from = it.plan.clock(part.from).unwrap_or_else(|| format!("{:.6} s", part.from.seconds()));
        let words = |millis: f64| time(millis / 1e3);
        table.row([
            Entry::from(cause(it.plan, part.cause)),
            Entry::from(from),
            Entry::number(millis(part.length()), "ms", words),
        ]);
    }
    (!table.rows.is_empty()).then_some(table)
}

fn number_of(times: u64) -> Entry {
    Entry::number(times as f64, "count", human)
}

fn share_of(share: f64) -> Entry {
    Entry::number(share, "ratio", percent)
}

/// A row for programs.
#[derive(Serialize)]
struct Row {
    /// `cause`, `why`, `behind`, `replication`, `bin`, `traffic`, `route_point`, `ingress` or `fault`.
    kind: &'static str,
    /// Which one: of a cause its kind.
    name: String,
    /// Where: the station, link, group, queue, node or application.
    place: String,
    values: u64,
    /// The sum, in nanoseconds.
    nanos: Option<u64>,
    share: f64,
    /// The same among all values.
    share_of_all: Option<f64>,
    /// In the unit of the measure: of a mean these add up to it.
    mean_ms: Option<f64>,
}

/// Everything as rows.
fn rows(it: &Explanation<'_>) -> Vec<Row> {
    let plan = it.plan;
    let share = |times: u64| times as f64 / it.group.values.max(1) as f64;
    let of_all = |times: Option<&u64>| times.map_or(0.0, |times| *times as f64) / it.all.values.max(1) as f64;
    let whole = |nanos: u128| u64::try_from(nanos).unwrap_or(u64::MAX);
    let counted = |kind, name: String, place: String, values: u64, among: Option<f64>| Row {
        kind,
        name,
        place,
        values,
        nanos: None,
        share: share(values),
        share_of_all: among,
        mean_ms: None,
    };
    let mut rows = Vec::new();
    for (what, mean) in it.parts() {
        let (name, place) = cause_names(plan, what);
        let sum = it.group.causes[&what];
        rows.push(Row {
            kind: "cause",
            name: name.to_owned(),
            place,
            values: sum.values,
            nanos: Some(whole(sum.nanos)),
            share: it.group.share(what),
            share_of_all: Some(it.all.share(what)),
            mean_ms: Some(mean),
        });
    }
    for (reason, times) in &it.group.whys {
        let (name, place) = why_names(plan, *reason);
        rows.push(counted("why", name.to_owned(), place, *times, Some(of_all(it.all.whys.get(reason)))));
    }
    let waits: u128 = it.group.behind.values().sum();
    for ((id, task), nanos) in &it.group.behind {
        rows.push(Row {
            kind: "behind",
            name: task_name(*task).to_owned(),
            place: station(plan, *id),
            values: 0,
            nanos: Some(whole(*nanos)),
            share: *nanos as f64 / waits.max(1) as f64,
            share_of_all: None,
            mean_ms: None,
        });
    }
    for (replication, times) in &it.group.replications {
        rows.push(counted("replication", replication.to_string(), String::new(), *times, None));
    }
    for (bin, times) in &it.group.bins {
        let from = Span::from_nanos(bin * it.bin.nanos()).seconds();
        rows.push(counted("bin", from.to_string(), String::new(), *times, Some(of_all(it.all.bins.get(bin)))));
    }
    for row in place_rows(it) {
        rows.push(counted(row.kind, row.name, String::new(), row.values, Some(row.of_all)));
    }
    for (row, times) in &it.group.faults {
        let words = fault_words(plan, &plan.faults[*row]);
        rows.push(counted("fault", words, String::new(), *times, Some(of_all(it.all.faults.get(row)))));
    }
    rows
}

fn sheet<'a>(it: &'a Explanation<'a>) -> Sheet<'a> {
    let columns =
        ["workload", "measure", "kind", "name", "place", "values", "nanos", "share", "share_of_all", "mean_ms"];
    let asked = it.asked.to_string();
    Sheet::new("explanation", columns, move || {
        let asked = asked.clone();
        rows(it).into_iter().map(move |row| -> Vec<Cell> {
            vec![
                (&*it.plan.name).into(),
                (&*asked).into(),
                row.kind.into(),
                (&*row.name).into(),
                (&*row.place).into(),
                row.values.into(),
                row.nanos.into(),
                row.share.into(),
                row.share_of_all.into(),
                row.mean_ms.into(),
            ]
        })
    })
}

/// The JSON document.
#[derive(Serialize)]
struct Whole<'a> {
    workload: &'a str,
    measure: String,
    unit: &'static str,
    value: f64,
    replications: u64,
    /// All values of the measure, and their sum.
    all_values: u64,
    all_nanos: String,
    /// Those behind the number, and their sum.
    values: u64,
    nanos: String,
    censored: u64,
    answer: Vec<String>,
    command: &'a str,
    example: Option<Call>,
    rows: Vec<Row>,
}

/// The example.
#[derive(Serialize)]
struct Call {
    replication: u64,
    call: Option<String>,
    from_ns: u64,
    until_ns: u64,
    value_ms: f64,
    parts: Vec<CallPart>,
}

/// A part of its time.
#[derive(Serialize)]
struct CallPart {
    name: &'static str,
    place: String,
    words: String,
    from_ns: u64,
    until_ns: u64,
}

impl<'a> Whole<'a> {
    fn of(explained: &'a Explained<'a>) -> Whole<'a> {
        let it = explained.explanation;
        let example = it.example.as_ref().map(|Example { replication, found }| Call {
            replication: *replication,
            call: found.call.map(|call| it.plan.call_name(call)),
            from_ns: found.from.nanos(),
            until_ns: found.at.nanos(),
            value_ms: found.value.nanos() as f64 / NANOS_PER_MILLI,
            parts: found
                .parts
                .iter()
                .map(|part| {
                    let (name, place) = cause_names(it.plan, part.cause);
                    let words = cause(it.plan, part.cause);
                    CallPart { name, place, words, from_ns: part.from.nanos(), until_ns: part.until.nanos() }
                })
                .collect(),
        });
        Whole {
            workload: &it.plan.name,
            measure: it.asked.to_string(),
            unit: it.asked.measure.unit().name(),
            value: it.number.value,
            replications: it.replications,
            all_values: it.all.values,
            // More than 2^53 nanoseconds are half a year of waiting: as text, so that no reader rounds them.
            all_nanos: it.all.nanos.to_string(),
            values: it.group.values,
            nanos: it.group.nanos.to_string(),
            censored: it.number.censored,
            answer: sentences(explained).iter().map(Sentence::text).collect(),
            command: &explained.command,
            example,
            rows: rows(it),
        }
    }
}
