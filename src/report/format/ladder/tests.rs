//! Ladders in every format: one call, two calls, and what a file of others may hold.

use std::path::Path;

use unicode_width::UnicodeWidthStr;

use crate::report::format::drawing::examples::{ladder, odd_ladder, report, two_calls};
use crate::report::format::{Canvas, Format, Ink, draw};
use crate::report::kept::{Chapter, Item, Report};
use crate::report::ladder::{Event, Ladder, Step};
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
    for (name, ladder) in [("calls", two_calls()), ("odd", odd_ladder())] {
        golden(&format!("{name}.mmd"), &drawn(&ladder, Format::Mermaid, None));
        golden(&format!("{name}.trace.json"), &drawn(&ladder, Format::Trace, None));
        golden(&format!("{name}.jsonl"), &drawn(&ladder, Format::Jsonl, None));
    }
    if let Some(folder) = std::env::var_os("LADDERS") {
        for (name, ladder) in [("call", ladder()), ("calls", two_calls()), ("odd", odd_ladder()), ("long", long(3_000))] {
            for (end, format) in [("svg", Format::Svg), ("html", Format::Html), ("mmd", Format::Mermaid), ("trace.json", Format::Trace)] {
                std::fs::write(Path::new(&folder).join(format!("{name}.{end}")), drawn(&ladder, format, None)).unwrap();
            }
        }
    }
}

/// One with this many more messages.
fn long(count: usize) -> Ladder {
    let mut ladder = ladder();
    let offered = ladder.calls[0].offered;
    let step = |number: usize| {
        let departs = offered + 100_000_000 * number as u64;
        let event = Event::Message { from: number % 6, to: (number + 1) % 6, departs, arrives: departs + 1, lost: false };
        Step { call: Some(0), text: "again".into(), event }
    };
    ladder.steps.extend((0..count).map(step));
    ladder
}
