//! Calls, message by message: as text, for Mermaid, as a trace file, as JSON lines and as rows. The picture is in `drawing`.

pub(super) mod lines;
pub(super) mod mermaid;
pub(super) mod text;
pub(super) mod trace;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use crate::report::format::drawing::examples::{HOSTILE, ladder, odd_ladder, report, two_calls};
    use crate::report::format::{Canvas, Format, Ink, draw};
    use crate::report::kept::{Chapter, Item, Report};
    use crate::report::ladder::{Call, Event, Ladder, Part, Step};
    use crate::report::page::Page;

    fn drawn(ladder: &Ladder, format: Format, width: Option<usize>) -> String {
        let shown = ladder.clone();
        let page = Page {
            name: "call".into(),
            ladder: Some(ladder.clone()),
            report: Some(Box::new(move || {
                let items = vec![Item::Ladder(shown.clone())];
                let chapters = vec![Chapter { heading: String::new(), about: String::new(), items }];
                Report { chapters, ..report() }
            })),
            ..Page::default()
        };
        String::from_utf8(draw(&page, format, Canvas { ink: Ink::Plain, width }).unwrap()).unwrap()
    }

    fn golden(name: &str, actual: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/ladder").join(name);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, actual).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            expected == actual,
            "{} differs; if that is intended, run the tests again with UPDATE=1. Now it is:\n{actual}",
            path.display()
        );
    }

    /// The checks of `.ci/page` parse the files for Mermaid and the trace files with programs that know nothing of this one.
    #[test]
    fn every_format_as_it_was() {
        golden("call.txt", &drawn(&ladder(), Format::Table, Some(100)));
        golden("call.80.txt", &drawn(&ladder(), Format::Table, Some(80)));
        golden("call.60.txt", &drawn(&ladder(), Format::Table, Some(60)));
        golden("calls.txt", &drawn(&two_calls(), Format::Table, None));
        golden("calls.md", &drawn(&two_calls(), Format::Md, None));
        golden("call.csv", &drawn(&ladder(), Format::Csv, None));
        golden("calls.json", &drawn(&two_calls(), Format::Json, None));
        for (name, ladder) in [("calls", two_calls()), ("odd", odd_ladder())] {
            golden(&format!("{name}.mmd"), &drawn(&ladder, Format::Mermaid, None));
            golden(&format!("{name}.trace.json"), &drawn(&ladder, Format::Trace, None));
            golden(&format!("{name}.jsonl"), &drawn(&ladder, Format::Jsonl, None));
        }
    }

    /// One with this many more messages.
    fn long(count: usize) -> Ladder {
        let mut ladder = ladder();
        let offered = ladder.calls[0].offered;
        let step = |number: usize| {
            let departs = offered + 100_000_000 * number as u64;
            let event =
                Event::Message { from: number % 6, to: (number + 1) % 6, departs, arrives: departs + 1, lost: false };
            Step { call: Some(0), text: "again".into(), event }
        };
        ladder.steps.extend((0..count).map(step));
        ladder
    }

    /// Of the example, by hand: it is offered 3,722.413 s after the run began, and waits for its CTIManager from 3.5 ms after that for 12 ms,
    /// which then works for 2 ms: 14 ms there, of which no time is lost and none is counted twice.
    #[test]
    fn slices_of_a_trace_are_exact_to_the_nanosecond() {
        let trace = drawn(&ladder(), Format::Trace, None);
        let slice = |name: &str, from: &str, until: &str| {
            for (phase, at) in [("B", from), ("E", until)] {
                let event = format!("{{\"name\":\"{name}\",\"pid\":4,\"tid\":1,\"ph\":\"{phase}\",\"ts\":{at}");
                assert_eq!(trace.matches(&event).count(), 1, "{event} in {trace}");
            }
        };
        slice("callers:17: completed", "3722413000.000", "3783608000.000");
        slice("sub1.ctimanager", "3722416500.000", "3722430500.000");
        slice("waiting", "3722416500.000", "3722428500.000");
        slice("work", "3722428500.000", "3722430500.000");
        slice("talk", "3723608000.000", "3783608000.000");
        // It waited for the CTIManager once more, for no time.
        assert_eq!(trace.matches("\"waiting\"").count(), 6);
        let mut ladder = ladder();
        ladder.calls[0].parts[1].until += 1;
        ladder.calls[0].parts[2].from += 1;
        let trace = drawn(&ladder, Format::Trace, None);
        assert!(trace.contains("\"ph\":\"B\",\"ts\":3722416500.001,\"cat\":\"place\""), "{trace}");
    }

    #[test]
    fn a_ladder_is_no_wider_than_the_terminal_and_what_is_bad_is_red() {
        for width in [40, 60, 80, 100, 120, 200] {
            // The list has 24 columns for words however narrow the terminal is, beside times that may be long.
            for (mut ladder, least) in [(ladder(), 56), (two_calls(), 56), (odd_ladder(), 90)] {
                // Without tables, which have a test of their own.
                ladder.calls.iter_mut().for_each(|call| call.parts.clear());
                let text = drawn(&ladder, Format::Table, Some(width));
                let is_narrow = text.lines().all(|line| line.width() <= width.max(least));
                assert!(is_narrow && text.contains("turned") == (ladder.calls.len() < 3), "{width}: {text}");
            }
        }
        let page = Page { ladder: Some(ladder()), ..Page::default() };
        let text =
            String::from_utf8(draw(&page, Format::Table, Canvas { ink: Ink::Coloured, width: Some(100) }).unwrap())
                .unwrap();
        let red: Vec<&str> = text.lines().filter(|line| line.contains("\u{1b}[31m")).collect();
        assert!(red.len() == 1 && red[0].contains("turned it away"), "{red:?}");
    }

    #[test]
    fn long_ladders_stay_small_and_say_so() {
        // With the 17 steps of the example.
        let long = long(3_000);
        let lengths = [
            (Format::Svg, 40_000, "150 of 3,017 steps are shown"),
            (Format::Mermaid, 50_000, "of 3017 steps are shown"),
        ];
        for (format, most, words) in lengths {
            let text = drawn(&long, format, None);
            assert!(text.len() < most && text.contains(words), "{}", text.len());
        }
        assert!(
            drawn(&long, Format::Table, Some(100)).contains("2,000 of 3,017 steps are shown; JSON lines have all.")
        );
        assert_eq!(drawn(&long, Format::Jsonl, None).lines().count(), 1 + 1 + 15 + 3_017);
        assert_eq!(drawn(&long, Format::Csv, None).lines().count(), 1 + 3_017);
        let one = drawn(&ladder(), Format::Svg, None).len();
        assert!((3_000..10_000).contains(&one), "{one}");
    }

    #[test]
    fn a_page_without_calls_has_nothing_to_draw() {
        let page = Page::new("site");
        for format in [Format::Svg, Format::Trace, Format::Jsonl, Format::Mermaid, Format::Csv, Format::Json] {
            let nothing = draw(&page, format, Ink::Plain).unwrap_err();
            assert_eq!(nothing, format!("site has nothing to draw as {}", format.name()));
        }
    }

    /// Times that files may hold.
    fn time() -> impl Strategy<Value = u64> {
        prop_oneof![prop::sample::select(vec![0, 1, 999, u64::MAX, u64::MAX - 1, 1 << 53]), 0..5_000_000_u64]
    }

    prop_compose! {
        fn step()(call in prop::option::of(0..4_usize), from in 0..7_usize, to in 0..7_usize, times in prop::array::uniform3(time()), kind in 0..4, flag in any::<bool>()) -> Step {
            let [departs, arrives, finished] = times;
            let event = match kind {
                0 => Event::Message { from, to, departs, arrives, lost: flag },
                1 => Event::Work { lane: from, arrived: departs, started: arrives, finished },
                2 => Event::Moment { lane: Some(from), at: departs, bad: flag },
                _ => Event::Moment { lane: None, at: departs, bad: flag },
            };
            Step { call, text: HOSTILE.into(), event }
        }
    }

    prop_compose! {
        fn any_ladder()(
            lanes in 0..6_usize,
            calls in prop::collection::vec((time(), time(), prop::collection::vec((time(), time()), 0..5)), 0..4),
            steps in prop::collection::vec(step(), 0..12),
            starts in prop::option::of(time()),
        ) -> Ladder {
            let mut ladder = odd_ladder();
            ladder.lanes.truncate(lanes);
            (ladder.steps, ladder.starts) = (steps, starts);
            let part = |(from, until)| Part { text: HOSTILE.into(), place: HOSTILE.into(), from, until };
            let call = |(offered, until, parts): (u64, u64, Vec<(u64, u64)>)| Call {
                name: HOSTILE.into(),
                offered,
                until,
                ending: HOSTILE.into(),
                parts: parts.into_iter().map(part).collect(),
            };
            ladder.calls = calls.into_iter().map(call).collect();
            ladder
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        /// A file of others may hold anything: it is drawn, in lines that fit, and slices still lie within each other.
        #[test]
        fn odd_ladders_are_drawn(ladder in any_ladder(), width in prop::option::of(0..200_usize)) {
            for format in [Format::Table, Format::Md, Format::Svg, Format::Html, Format::Mermaid, Format::Jsonl, Format::Csv, Format::Json] {
                let text = drawn(&ladder, format, width);
                let is_obeyed = text.contains(['\u{1b}', '\u{202e}', '\0']);
                prop_assert!(!is_obeyed);
                prop_assert!(!text.contains("NaN"));
            }
            let trace: serde_json::Value = serde_json::from_str(&drawn(&ladder, Format::Trace, None)).unwrap();
            for (number, call) in ladder.calls.iter().enumerate() {
                // What begins last ends first, and time does not go back.
                let (mut open, mut clock) = (Vec::new(), 0.0);
                for event in trace["traceEvents"].as_array().unwrap().iter().filter(|it| it["tid"] == number + 1) {
                    match event["ph"].as_str() {
                        Some("B") => open.push(&event["name"]),
                        Some("E") => prop_assert_eq!(open.pop(), Some(&event["name"])),
                        _ => continue,
                    }
                    let at = event["ts"].as_f64().unwrap();
                    prop_assert!(clock <= at, "{call:?}");
                    clock = at;
                }
                prop_assert!(open.is_empty(), "{call:?}");
            }
        }
    }
}
