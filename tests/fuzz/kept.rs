//! What the program keeps and reads again: baselines, points of sweeps and reports.

use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use ctisim::analysis::{Baseline, GateReport, Gated, Point, PointResult, Provenance, Reason, Study, Sweep, Workloads};
use ctisim::cli::rehearsal::{sealed_point, stored_point};
use ctisim::experiment::Audit;
use ctisim::plan::Plan;
use ctisim::record::{Goal, Measure};
use ctisim::report::{
    Chapter, Format, Item, Page, PictureSize, Report, draw, fingerprint, gate_page, page_html, run_page, svg,
    sweep_page,
};
use ctisim::studies::{Runner, record};
use ctisim::workload::{Ink, NoFiles};

use crate::file::is_for_a_terminal;

const WORKLOAD: &str = "format = 1\nquestion = \"What?\"\n[run]\nlength = \"1m\"\n[[node]]\nname = \"a\"\n\
                        [[destination]]\nname = \"out\"\nlines = 2\n[[traffic]]\nname = \"t\"\nto = \"out\"\narrivals = { poisson = \"30/m\" }\n\
                        talk = \"5s\"\n";

/// A study of which something is kept.
struct Kept {
    study: Study<'static>,
    baseline: Baseline,
    point: PointResult,
}

/// The measures of its baseline.
const ASKED: [&str; 3] = ["refused", "setup_delay.p99", "completed.share"];

fn asked() -> Vec<Measure> {
    ASKED.iter().map(|measure| Measure::parse(measure).expect("a measure")).collect()
}

fn kept() -> &'static Kept {
    static KEPT: OnceLock<Kept> = OnceLock::new();
    KEPT.get_or_init(|| {
        let plan: &'static Plan =
            Box::leak(Box::new(ctisim::plan::compile("kept", WORKLOAD, &NoFiles).expect("a workload")));
        let stop = AtomicBool::new(false);
        let runner = Runner { seed: 1, jobs: 1, audit: Audit::Off, observer: &(), stop: &stop, records: None };
        let study = record(plan, 0..4, &runner).expect("nobody stops it");
        let baseline = gated(&study, &asked()).baseline(None, "ctisim gate kept.toml".to_owned(), None);
        Kept { baseline, point: PointResult::of(&study), study }
    })
}

fn gated<'a>(study: &'a Study<'static>, asked: &'a [Measure]) -> Gated<'a> {
    Gated { study, digest: "", asked, fingerprint: fingerprint(study) }
}

/// What is kept, as cases to begin from.
pub(crate) fn texts() -> Vec<Vec<u8>> {
    let Kept { baseline, point, .. } = kept();
    vec![baseline.json(), serde_json::to_vec(point).expect("numbers and texts are JSON"), report().json()]
}

/// What a page of the study is made of.
fn report() -> Report {
    let provenance = Provenance::new(&kept().study, String::new(), "ctisim run kept.toml".to_owned());
    let mut report = run_page(&kept().study, &[], &provenance, None).report().expect("a study has a report");
    let ladder = serde_json::from_str(include_str!("../golden/ladder/calls.json")).expect("a ladder");
    report.chapters.push(Chapter { heading: String::new(), about: String::new(), items: vec![Item::Ladder(ladder)] });
    report
}

/// Whatever is in a report, it is drawn as text and pictures: no script but the page's own.
fn pictured(report: &Report) {
    let page = String::from_utf8(page_html(report)).expect("UTF-8");
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"), "not a page");
    assert_eq!(page.matches("<script").count(), 1, "another script");
    for chart in report.charts() {
        let picture = String::from_utf8(svg(chart, PictureSize { width: 640, height: 360 })).expect("UTF-8");
        assert!(picture.contains("<svg") && picture.trim_end().ends_with("</svg>") && !picture.contains("<script"));
    }
    for item in report.chapters.iter().flat_map(|chapter| &chapter.items) {
        let Item::Ladder(ladder) = item else { continue };
        let page = Page { ladder: Some(ladder.clone()), ..Page::default() };
        for format in [Format::Table, Format::Md, Format::Svg, Format::Mermaid, Format::Trace, Format::Jsonl] {
            let bytes = draw(&page, format, Ink::Plain).expect("there is a ladder");
            is_for_a_terminal(std::str::from_utf8(&bytes).expect("UTF-8"));
        }
    }
}

/// Bytes as a baseline, as a point and as a report, as they are and with checksums that fit.
pub(crate) fn read(bytes: &[u8]) -> bool {
    let mut used = false;
    if let Ok(report) = Report::read(bytes) {
        used = true;
        assert_eq!(Report::read(&report.json()).as_ref(), Ok(&report), "written otherwise than it is read");
        pictured(&report);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        used |= judged(Baseline::read(text));
        if let Ok(baseline) = serde_json::from_str::<Baseline>(text) {
            let json = baseline.sealed().json();
            used |= judged(Baseline::read(std::str::from_utf8(&json).expect("JSON is UTF-8")));
        }
    }
    // Damaged bytes have the sum of what they were.
    let whole = sealed_point("key", &texts()[1]);
    let damaged = [&whole[..65], bytes].concat();
    assert!(stored_point("key", &damaged).is_none() || damaged == whole, "a damaged point is used");
    assert!(stored_point("other", &sealed_point("key", bytes)).is_none(), "a renamed point is used");
    if let Some(point) = stored_point("key", &sealed_point("key", bytes)) {
        used = true;
        shown(point);
    }
    used
}

/// A gate with this baseline, if it can be used.
fn judged(read: Result<Baseline, ctisim::analysis::Unsound>) -> bool {
    let study = &kept().study;
    let report = match read {
        Err(unsound) => {
            let report = GateReport::not_comparable("kept", vec![Reason::Unsound(unsound)]);
            drawn(&report);
            return false;
        }
        Ok(baseline) => {
            let again = Baseline::read(std::str::from_utf8(&baseline.json()).expect("JSON is UTF-8"));
            assert_eq!(again, Ok(baseline.clone()), "written otherwise than it is read");
            assert!(!baseline.range().is_empty() || baseline.first_replication == u64::MAX);
            let reasons = baseline.not_comparable("", &asked(), Workloads::Recorded);
            match reasons.is_empty() {
                true => GateReport::new(&gated(study, &asked()), &baseline, None),
                false => GateReport::not_comparable("kept", reasons),
            }
        }
    };
    drawn(&report);
    true
}

fn drawn(report: &GateReport) {
    let page = gate_page(report, "ctisim gate");
    for format in [Format::Table, Format::Json, Format::Csv, Format::Md, Format::Junit] {
        let bytes = draw(&page, format, Ink::Plain).expect("a page of a gate");
        let text = std::str::from_utf8(&bytes).expect("UTF-8");
        if format != Format::Csv {
            is_for_a_terminal(text);
        }
        if format == Format::Json {
            serde_json::from_str::<serde_json::Value>(text).expect("it is JSON");
        }
    }
}

/// The table of a sweep with this point.
fn shown(result: PointResult) {
    let again = serde_json::to_vec(&result).expect("numbers and texts are JSON");
    assert_eq!(
        serde_json::from_slice::<PointResult>(&again).ok().as_ref(),
        Some(&result),
        "written otherwise than read"
    );
    let goals = ["refused<=1%", "setup_delay.p99<=1s"].map(|goal| Goal::parse(goal).expect("a goal"));
    let point = Point {
        values: vec!["1".to_owned()],
        parts: Vec::new(),
        seed: 1,
        replications: 0..4,
        goals: goals.into(),
        result,
    };
    let sweep = Sweep {
        workload: "kept".to_owned(),
        question: "What?".to_owned(),
        keys: vec!["x".to_owned()],
        points: vec![point.clone(), Point { result: kept().point.clone(), ..point }],
        measures: asked(),
    };
    let page = sweep_page(&sweep, "ctisim sweep");
    for format in [Format::Table, Format::Json, Format::Csv, Format::Md] {
        let bytes = draw(&page, format, Ink::Plain).expect("a page of a sweep");
        let text = std::str::from_utf8(&bytes).expect("UTF-8");
        if format != Format::Csv {
            is_for_a_terminal(text);
        }
        if format == Format::Json {
            serde_json::from_str::<serde_json::Value>(text).expect("it is JSON");
        }
    }
}
