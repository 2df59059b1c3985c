//! A report with every kind of chart, table and text, for tests of drawing.

use std::collections::BTreeMap;

use crate::report::chart::{
    Axis, Chart, Level, Moment, Plot, Point, Row, RowMark, Rows, Scale, Series, Shape, Stretch, StretchKind, Stroke,
};
use crate::report::diagram::{Arrow, First, Graph, Group, Mark, Node};
use crate::report::kept::{Chapter, Item, KeyFigure, Report, Sentence, Verdict};
use crate::report::ladder::{Call, Event, Ladder, Lane, LaneKind, Part, Step};
use crate::report::table::{Column, Entry, Form, Table, Tone};

/// Text that would like to be markup.
pub(crate) const HOSTILE: &str = "\"><img src=x onerror=alert(1)><script>alert(1)</script>]]></style></title>'`\u{202e}\u{0}& a_name_that_is_far_too_long_to_fit_anywhere";

/// An axis.
pub(crate) fn axis(name: &str, unit: &str, scale: Scale) -> Axis {
    Axis { name: name.into(), unit: unit.into(), scale, from: None, to: None }
}

/// A chart.
pub(crate) fn chart(id: &str, title: &str, about: &str, shape: Shape) -> Item {
    Item::Chart(Chart { id: id.into(), title: title.into(), about: about.into(), shape })
}

fn series(name: &str, stroke: Stroke, edges: &str, points: Vec<Point>) -> Series {
    Series { name: name.into(), stroke, edges: edges.into(), points }
}

fn plot(x: Axis, y: Axis, series: Vec<Series>) -> Plot {
    Plot { x, y, series, spans: Vec::new(), moments: Vec::new(), levels: Vec::new() }
}

/// A number between zero and one that looks random.
fn noise(number: usize) -> f64 {
    (number * 7_919 % 1_000) as f64 / 1_000.0
}

/// An hour of minutes with a fault from 20 to 25, a failover, and what happens then.
pub(crate) fn hour(name: &str, starts: Option<u32>, spans: usize, several: bool) -> Shape {
    let scale = starts.map_or(Scale::Elapsed, |starts| Scale::Clock { starts });
    let mut x = axis("minute", "s", scale);
    (x.from, x.to) = (Some(0.0), Some(3_600.0));
    let level = |minute: usize| match minute {
        0..5 => 300.0 * minute as f64,
        20 => 1_408.0,
        21..27 => 734.0 + 150.0 * (minute - 21) as f64,
        _ => 1_600.0 + 200.0 * noise(minute),
    };
    let point = |minute: usize, share: f64| {
        let y = share * level(minute) + noise(minute + 100) / 3.0;
        Point { low: Some(y - 40.0 * share), high: Some(y + 60.0 * share), ..Point::new(60.0 * minute as f64, y) }
    };
    let all = |share: f64| (0..60).map(|minute| point(minute, share)).collect::<Vec<_>>();
    let edges = "5 and 95 % of the replications";
    let mut shown = vec![series(name, Stroke::Steps, edges, all(1.0))];
    if several {
        shown.push(series("answered", Stroke::Steps, edges, all(0.7)));
        shown.push(series("abandoned", Stroke::Steps, edges, all(0.2)));
    }
    let mut plot = plot(x, axis("calls", "count", Scale::Linear), shown);
    let stretch = |from: f64, to: f64, words: &str, kind| Stretch { from, to, words: words.into(), kind };
    plot.spans.push(stretch(0.0, 300.0, "warm-up", StretchKind::WarmUp));
    plot.spans.push(stretch(1_200.0, 1_500.0, "IVR hangs", StretchKind::Fault));
    for number in 1..spans {
        let from = 1_200.0 + 100.0 * number as f64;
        plot.spans.push(stretch(
            from,
            from + 700.0,
            &format!("sub{number}.ctimanager stops and is restarted"),
            StretchKind::Fault,
        ));
    }
    plot.moments.push(Moment { at: 1_245.0, words: "noticed".into() });
    plot.moments.push(Moment { at: 1_540.0, words: "all ports back".into() });
    Shape::Plot(plot)
}

/// Percentiles of delays.
pub(crate) fn tail() -> Shape {
    let curve = |from: f64, by: f64| {
        let point = |step: u32| {
            let tail = f64::from(step) / 10.0;
            let y = from * libm::pow(10.0, by * tail);
            let low = (step < 45).then_some(y * 0.8);
            Point { low, high: low.map(|_| y * 1.3), ..Point::new(1.0 - libm::pow(10.0, -tail), y) }
        };
        (0..=50).map(point).collect::<Vec<_>>()
    };
    let edges = "95 % interval over replications";
    let mut plot = plot(
        axis("of all calls within", "ratio", Scale::Tail),
        axis("delay", "ms", Scale::Logarithmic),
        vec![
            series("post_dial_delay", Stroke::Line, edges, curve(43.0, 0.6)),
            series("setup_delay", Stroke::Line, edges, curve(60.0, 0.5)),
            series("route_point_delay", Stroke::Line, edges, curve(16.0, 0.3)),
        ],
    );
    plot.levels.push(Level { at: 4_000.0, words: "goal: 99 % within 4 s".into() });
    Shape::Plot(plot)
}

/// Who came home when, with censored times.
pub(crate) fn survival() -> Shape {
    let left = |step: usize| libm::exp(-(step as f64) / 12.0);
    let steps = (0..50).map(|step| Point::new(30.0 * step as f64, left(step))).collect();
    let censored = (5..49).step_by(4).map(|step| Point::new(30.0 * step as f64 + 10.0, left(step))).collect();
    let mut y = axis("not home yet", "ratio", Scale::Linear);
    (y.from, y.to) = (Some(0.0), Some(1.0));
    Shape::Plot(plot(
        axis("time since the failure", "s", Scale::Linear),
        y,
        vec![series("phones", Stroke::Steps, "", steps), series("not over at the end", Stroke::Ticks, "", censored)],
    ))
}

/// Bars with ticks.
pub(crate) fn bars(count: usize) -> Shape {
    let row = |number: usize| {
        let value = 0.9 / (number + 1) as f64;
        Row {
            name: format!("sub{number}.callmanager"),
            value: Some(value),
            low: None,
            high: None,
            tick: Some((value * 1.2).min(1.0)),
            words: format!("{:.1} %, busiest {:.1} %", 100.0 * value, 120.0 * value),
            tone: if number == 0 { Tone::Bad } else { Tone::Plain },
        }
    };
    let levels = vec![Level { at: 0.7, words: "70 %".into() }];
    Shape::Rows(Rows {
        axis: axis("at work", "ratio", Scale::Linear),
        rows: (0..count).map(row).collect(),
        mark: RowMark::Bar,
        levels,
    })
}

/// Differences with their intervals.
pub(crate) fn forest() -> Shape {
    let row = |name: &str, value: f64, low: Option<f64>, high: Option<f64>, tone, words: &str| Row {
        name: name.into(),
        value: Some(value),
        low,
        high,
        tick: None,
        words: words.into(),
        tone,
    };
    let rows = vec![
        row("post_dial_delay.p99", -97.0, None, Some(-43.0), Tone::Good, "13.1 s \u{2192} 320 ms, lower"),
        row("abandoned", -81.0, Some(-100.0), Some(-32.0), Tone::Good, "118 \u{2192} 23, lower"),
        row("cfna_delay", -26.0, Some(-52.0), Some(0.5), Tone::Open, "66 ms \u{2192} 49 ms, undecided"),
        row("devices_in_service", -1.0, Some(-1.2), Some(-0.8), Tone::Plain, "1,834 \u{2192} 1,816, lower"),
        row("cfna", 11.5, Some(8.0), None, Tone::Bad, "2,655 \u{2192} 2,961, higher"),
    ];
    let levels = vec![Level { at: 0.0, words: "no difference".into() }];
    Shape::Rows(Rows { axis: axis("change", "percent", Scale::Linear), rows, mark: RowMark::Dot, levels })
}

/// A measure over the values of a key, with a goal.
pub(crate) fn sweep() -> Shape {
    let point = |(index, tone): (usize, Tone)| {
        let x = 20.0 + 10.0 * index as f64;
        let y = 30_000.0 / (1.0 + index as f64);
        let high = (index > 0).then_some(y * 1.2);
        Point { low: Some(y * 0.85), high, words: Some(format!("{x} ports")), tone, ..Point::new(x, y) }
    };
    let tones = [Tone::Bad, Tone::Bad, Tone::Open, Tone::Good, Tone::Good];
    let points = tones.into_iter().enumerate().map(point).collect();
    let mut plot = plot(
        axis("ports", "count", Scale::Linear),
        axis("setup_delay.p99", "ms", Scale::Linear),
        vec![series("setup_delay.p99", Stroke::LineAndDots, "95 % interval", points)],
    );
    plot.levels.push(Level { at: 12_000.0, words: "goal: at most 12 s".into() });
    Shape::Plot(plot)
}

fn names() -> Shape {
    let names = ["one", "circular", "longest_idle_with_a_long_name", "broadcast", "top_down"].map(str::to_owned);
    let points =
        |shift: f64| (0..5).map(|index| Point::new(f64::from(index), 3.0 + shift * f64::from(index))).collect();
    Shape::Plot(plot(
        axis("distribution", "", Scale::Names(names.to_vec())),
        axis("waiting", "calls/s", Scale::Linear),
        vec![series("day", Stroke::Dots, "", points(1.0)), series("night", Stroke::Dots, "", points(0.5))],
    ))
}

fn table() -> Table {
    let columns =
        [Column::words("goal"), Column::numbers("value"), Column::numbers("95 % interval"), Column::words("verdict")];
    let mut table = Table::of(Form::Things, columns);
    table.caption = Some("Goals".into());
    let number = |value: f64| value.to_string();
    table.row([
        Entry::from("setup_delay.p99 <= 4 s"),
        Entry::number(3.25, "ms", number),
        Entry::interval(3.0, 3.5, "ms", number),
        Entry::verdict(Tone::Good, "met"),
    ]);
    table.gap();
    table.row([
        Entry::from(HOSTILE),
        Entry::number(f64::INFINITY, "ms", |_| "never".into()),
        Entry::at_least(3.0, "ms", number),
        Entry::verdict(Tone::Bad, "missed"),
    ]);
    table.row([
        Entry::from("abandoned"),
        Entry::missing("no data"),
        Entry::at_most(2.0, "", number),
        Entry::verdict(Tone::Open, "undecided"),
    ]);
    table
}

/// A small cluster, with so many devices.
pub(crate) fn graph(devices: usize) -> Graph {
    let mut nodes = BTreeMap::new();
    let mut groups = Vec::new();
    let mut add = |id: &'static str, title: &'static str, labels: Vec<String>| {
        let numbers: Vec<usize> = labels.iter().enumerate().map(|(index, _)| nodes.len() + index).collect();
        for (number, label) in numbers.iter().zip(labels) {
            nodes.insert(*number, Node { id: format!("{id}.{label}"), label, mark: None, note: None });
        }
        groups.push(Group { id: id.into(), title: title.into(), nodes: numbers.clone() });
        numbers
    };
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let traffic = add("source", "callers", list(&["customers", "staff"]));
    let routes = add("route", "route points", list(&["welcome", "hotline"]));
    let ports =
        add("device", "devices", (0..devices).map(|number| format!("port_group_{number} \u{d7} 120")).collect());
    let apps = add("application", "applications", list(&["ivr", HOSTILE]));
    let managers = add("node", "nodes", list(&["sub1", "sub2", "sub3"]));
    let arrow = |user: usize, used: usize| Arrow { user, used, label: "registers with".into(), first: First::User };
    let mut arrows = vec![arrow(traffic[0], routes[0]), arrow(traffic[1], routes[1]), arrow(traffic[1], routes[0])];
    for (index, port) in ports.iter().enumerate() {
        arrows.push(arrow(routes[index % 2], *port));
        arrows.push(arrow(*port, apps[index % 2]));
        arrows.push(arrow(*port, managers[index % 3]));
    }
    arrows.push(arrow(apps[0], managers[0]));
    arrows.push(arrow(managers[0], managers[1]));
    let mut mark = |number: usize, mark: Mark, note: &str| {
        if let Some(node) = nodes.get_mut(&number) {
            (node.mark, node.note) = (Some(mark), Some(note.to_owned()));
        }
    };
    mark(apps[0], Mark::Gone, "hangs 09:20 to 09:25");
    mark(routes[0], Mark::Hurt, "calls are forwarded");
    mark(managers[1], Mark::Changed, "takes over");
    Graph { title: "What depends on what".into(), nodes, groups, arrows }
}

/// All of it.
pub(crate) fn report() -> Report {
    let clock = Some(33_600);
    let sentence = Sentence::default;
    let figure = |name: &str, value: &str, about: &str, tone| KeyFigure {
        name: name.into(),
        value: value.into(),
        about: about.into(),
        tone,
    };
    let verdict = |tone, words: &str, about: &str| Verdict { tone, words: words.into(), about: about.into() };
    let chapter = |heading: &str, about: &str, items| Chapter { heading: heading.into(), about: about.into(), items };
    Report {
        format: Report::FORMAT,
        version: "0.1.0".into(),
        kind: "run".into(),
        workload: "busy_hour".into(),
        question: "What do callers see when the IVR hangs for five minutes in the busy hour?".into(),
        about: "50 replications of 1 h \u{b7} seed 1".into(),
        command: "ctisim run busy_hour --replications 50 --seed 1".into(),
        digest: Some("b315f1ec39a2".into()),
        verdicts: vec![
            verdict(Tone::Good, "met", "setup_delay.p50 at most 200 ms: 110 ms [108, 112]"),
            verdict(Tone::Bad, "missed", "abandoned at most 100: 118 [112, 124]"),
            verdict(Tone::Open, "undecided", HOSTILE),
        ],
        answer: vec![
            sentence()
                .plain("One call in nineteen is cut off: ")
                .strong("1,748")
                .plain(" of 32,947 callers are on a port when it hangs."),
            sentence()
                .plain("The heartbeat notices after ")
                .strong("45 s")
                .plain("; one call in a hundred waits more than ")
                .strong("12.3 s")
                .plain(" to hear ringing."),
            sentence().plain("All ports are back ").strong("340 s").plain(" after the hang."),
        ],
        surer: Vec::new(),
        advice: vec![
            sentence()
                .plain("Shorten the heartbeat: ")
                .code("heartbeat = \"10s\"")
                .plain(" would cut the worst waits by three quarters."),
            sentence().plain("Ask how many ports are enough: ").code("ctisim capacity busy_hour --set ports"),
        ],
        figures: vec![
            figure("completed", "88.9 %", "29,292 [29,234, 29,350]", Tone::Plain),
            figure("cut off in conversation", "5.3 %", "1,748 [1,736, 1,759]", Tone::Bad),
            figure("99 % hear ringing within", "12.3 s", "[10.9, 14.1]", Tone::Open),
            figure("hang noticed after", "45 s", "[42, 48] at 95 %", Tone::Good),
        ],
        chapters: vec![
            chapter(
                "Minute by minute",
                "Mean of 50 replications.",
                vec![
                    chart("callers", "Callers in the system", "", hour("calls_in_progress", clock, 1, false)),
                    chart(
                        "calls",
                        "Calls a minute",
                        "Offered, answered and abandoned.",
                        hour("offered", clock, 1, true),
                    ),
                    chart("many-faults", "Several faults", "", hour("devices", clock, 5, false)),
                ],
            ),
            chapter(
                "How long callers wait",
                "Each step to the right is ten times rarer.",
                vec![chart("tail", "One call in a hundred waits more than 12 s to hear ringing", "", tail())],
            ),
            chapter(
                "What is busy, and when phones are home",
                "",
                vec![
                    chart("busy", "One station is near its limit", "Bar: mean; tick: the busiest minute.", bars(7)),
                    chart(
                        "home",
                        "Half of the phones are home 4 min after their node is back",
                        "Share still waiting, by Kaplan and Meier.",
                        survival(),
                    ),
                ],
            ),
            chapter(
                "What a 10 s heartbeat would change",
                "",
                vec![
                    chart(
                        "forest",
                        "The worst waits are cut by three quarters",
                        "Change in percent of A, with 95 % intervals.",
                        forest(),
                    ),
                    chart("sweep", "Fifty ports are enough", "", sweep()),
                    chart("names", "By distribution", "", names()),
                    Item::Table(table()),
                    Item::Note("A note.".into()),
                ],
            ),
            chapter("What depends on what", "", vec![Item::Topology(graph(10))]),
            chapter(
                HOSTILE,
                HOSTILE,
                vec![chart(HOSTILE, HOSTILE, HOSTILE, hour(HOSTILE, None, 9, false)), Item::Note(HOSTILE.into())],
            ),
        ],
    }
}

/// A lane.
fn lane(kind: LaneKind, name: &str) -> Lane {
    Lane { kind, name: name.into() }
}

/// The facts of a call, from a time in microseconds after its offer on.
struct Telling {
    steps: Vec<Step>,
    call: usize,
    offered: u64,
}

impl Telling {
    fn step(&mut self, text: &str, event: Event) {
        self.steps.push(Step { call: Some(self.call), text: text.into(), event });
    }

    fn at(&self, micros: u64) -> u64 {
        self.offered + 1_000 * micros
    }

    fn message(&mut self, text: &str, [from, to]: [usize; 2], [departs, arrives]: [u64; 2]) {
        let [departs, arrives] = [self.at(departs), self.at(arrives)];
        self.step(text, Event::Message { from, to, departs, arrives, lost: false });
    }

    fn work(&mut self, text: &str, lane: usize, [arrived, started, finished]: [u64; 3]) {
        let [arrived, started, finished] = [arrived, started, finished].map(|micros| self.at(micros));
        self.step(text, Event::Work { lane, arrived, started, finished });
    }

    fn moment(&mut self, text: &str, lane: usize, at: u64, bad: bool) {
        let at = self.at(at);
        self.step(text, Event::Moment { lane: Some(lane), at, bad });
    }
}

/// A call through a route point to a port, which waits at two stations; its times are in nanoseconds after 09:30.
pub(crate) fn ladder() -> Ladder {
    let offered = 3_722_413_000_000;
    let mut told = Telling { steps: Vec::new(), call: 0, offered };
    let [caller, callmanager, ctimanager, ivr, database, ports] = [0, 1, 2, 3, 4, 5];
    told.message("set-up", [caller, callmanager], [0, 0]);
    told.work("set-up", callmanager, [0, 0, 3_000]);
    told.moment("presented at route point 4000", callmanager, 3_000, false);
    told.message("event", [callmanager, ctimanager], [3_000, 3_500]);
    told.work("event", ctimanager, [3_500, 15_500, 17_500]);
    told.message("event", [ctimanager, ivr], [17_500, 18_000]);
    told.work("decide", ivr, [18_000, 118_000, 188_250]);
    told.work("look up", database, [118_000, 148_000, 168_250]);
    told.message("request", [ivr, ctimanager], [188_250, 188_750]);
    told.work("request", ctimanager, [188_750, 188_750, 190_250]);
    told.message("request", [ctimanager, callmanager], [190_250, 190_750]);
    told.work("redirect", callmanager, [190_750, 191_000, 195_000]);
    told.moment("port 12 turned it away: busy", ports, 195_000, true);
    told.moment("port 13 rings", ports, 195_000, false);
    told.message("answer", [callmanager, caller], [1_195_000, 1_195_000]);
    told.moment("answered", caller, 1_195_000, false);
    told.moment("completed", caller, 61_195_000, false);
    let part = |text: &str, place: &str, from: u64, until: u64| Part {
        text: text.into(),
        place: place.into(),
        from: offered + 1_000 * from,
        until: offered + 1_000 * until,
    };
    let parts = vec![
        part("work", "sub1.callmanager", 0, 3_000),
        part("link", "link", 3_000, 3_500),
        part("waiting", "sub1.ctimanager", 3_500, 15_500),
        part("work", "sub1.ctimanager", 15_500, 17_500),
        part("link", "link", 17_500, 18_000),
        part("waiting", "ivr", 18_000, 118_000),
        part("work", "ivr", 118_000, 188_250),
        part("link", "link", 188_250, 188_750),
        part("waiting", "sub1.ctimanager", 188_750, 188_750),
        part("work", "sub1.ctimanager", 188_750, 190_250),
        part("link", "link", 190_250, 190_750),
        part("waiting", "sub1.callmanager", 190_750, 191_000),
        part("work", "sub1.callmanager", 191_000, 195_000),
        part("ringing", "ivr.ports", 195_000, 1_195_000),
        part("talk", "ivr.ports", 1_195_000, 61_195_000),
    ];
    let call =
        Call { name: "callers:17".into(), offered, until: offered + 61_195_000_000, ending: "completed".into(), parts };
    Ladder {
        id: "call".into(),
        title: "callers:17 in replication 3".into(),
        description: "It waits 12 ms for the CTIManager and 100 ms for the application, and is answered after 1.195 s."
            .into(),
        replication: 3,
        starts: Some(34_200_000_000_000),
        lanes: vec![
            lane(LaneKind::Caller, ""),
            lane(LaneKind::CallManager, "sub1"),
            lane(LaneKind::CtiManager, "sub1"),
            lane(LaneKind::Application, "ivr"),
            lane(LaneKind::Database, "ivr"),
            lane(LaneKind::Ports, "ivr"),
        ],
        calls: vec![call],
        steps: told.steps,
        note: None,
    }
}

/// The same with a second call, whose request is lost while the application hangs.
pub(crate) fn two_calls() -> Ladder {
    let mut ladder = ladder();
    let offered = ladder.calls[0].offered + 40_000_000;
    let mut told = Telling { steps: std::mem::take(&mut ladder.steps), call: 1, offered };
    told.message("set-up", [0, 1], [0, 0]);
    told.work("set-up", 1, [0, 0, 3_000]);
    told.message("event", [1, 2], [3_000, 3_500]);
    told.work("event", 2, [3_500, 3_500, 5_500]);
    let lost = Event::Message { from: 2, to: 3, departs: told.at(5_500), arrives: told.at(6_000), lost: true };
    told.step("event", lost);
    told.moment("forwarded: nobody answers", 1, 12_000_000, true);
    let hangs = Event::Moment { lane: None, at: told.at(5_000), bad: true };
    told.steps.push(Step { call: None, text: "ivr hangs".into(), event: hangs });
    ladder.steps = told.steps;
    ladder.steps.sort_by_key(|step| step.event.begins());
    let part = |text: &str, from: u64, until: u64| Part { text: text.into(), place: "sub1".into(), from, until };
    let parts =
        vec![part("work", offered, offered + 3_000_000), part("timer", offered + 3_000_000, offered + 12_000_000_000)];
    ladder.calls.push(Call {
        name: "callers:18".into(),
        offered,
        until: offered + 12_000_000_000,
        ending: "forwarded".into(),
        parts,
    });
    ladder
}

/// A ladder with names that would like to be something else, indices of nothing and times upside down.
pub(crate) fn odd_ladder() -> Ladder {
    let name = format!("{HOSTILE}; end % # \" : -> loop\n---\n| {{}}");
    let mut ladder = two_calls();
    for text in
        ladder.lanes.iter_mut().map(|lane| &mut lane.name).chain(ladder.steps.iter_mut().map(|step| &mut step.text))
    {
        *text = name.clone();
    }
    for call in &mut ladder.calls {
        (call.name, call.ending) = (name.clone(), name.clone());
        call.parts.iter_mut().for_each(|part| (part.text, part.place) = (name.clone(), name.clone()));
        call.parts.reverse();
    }
    (ladder.title, ladder.description, ladder.note) = (name.clone(), name.clone(), Some(name.clone()));
    let mut odd = |event| ladder.steps.push(Step { call: Some(usize::MAX), text: name.clone(), event });
    odd(Event::Message { from: 77, to: 0, departs: 5, arrives: 0, lost: true });
    odd(Event::Message { from: 0, to: 0, departs: 5, arrives: 0, lost: false });
    odd(Event::Work { lane: 1, arrived: u64::MAX, started: 0, finished: 0 });
    odd(Event::Work { lane: 1, arrived: 0, started: u64::MAX, finished: 3 });
    odd(Event::Moment { lane: Some(usize::MAX), at: 3, bad: true });
    ladder.calls.push(Call {
        name,
        offered: u64::MAX,
        until: 0,
        ending: String::new(),
        parts: ladder.calls[0].parts.clone(),
    });
    ladder
}
