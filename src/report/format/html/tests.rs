//! Pages and pictures of reports that are usual, hostile or odd.

use proptest::prelude::*;

use super::{base64, draw};
use crate::report::chart::{
    Chart, Level, Moment, Plot, Point, Row, RowMark, Rows, Scale, Series, Shape, Stretch, StretchKind, Stroke,
};
use crate::report::format::drawing::examples::{self, HOSTILE, axis, graph, report};
use crate::report::format::svg::{PictureSize, svg, svg_of_ladder};
use crate::report::kept::{Item, Report};
use crate::report::table::Tone;

fn page(report: &Report) -> String {
    String::from_utf8(draw(report)).unwrap()
}

/// The tags of a page or picture in order, each with its attributes; panics where one is not closed as it should be.
fn tags(text: &str) -> Vec<(String, Vec<String>)> {
    let mut tags = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = text.strip_prefix("<!doctype html>").unwrap_or(text);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let mut quoted = false;
        let end = rest
            .find(|c| {
                quoted ^= c == '"';
                c == '>' && !quoted
            })
            .expect("a tag ends");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed in the order opened");
            continue;
        }
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        let attributes = tag[name.len()..].split("=\"").filter_map(|part| part.rsplit(['"', ' ']).next());
        let mut attributes: Vec<String> = attributes.map(str::to_owned).collect();
        attributes.pop();
        if !tag.ends_with('/') {
            open.push(name.clone());
        }
        // What is no markup ends only with its own tag.
        if name == "script" || name == "style" {
            rest = &rest[rest.find("</").expect("its end")..];
        }
        tags.push((name, attributes));
    }
    assert_eq!(open, Vec::<String>::new(), "all closed");
    tags
}

/// Well-formed, one script, and nothing that runs or loads.
fn is_harmless(text: &str, scripts: usize) {
    let tags = tags(text);
    assert_eq!(tags.iter().filter(|(name, _)| name == "script").count(), scripts);
    for (name, attributes) in &tags {
        assert!(
            !["img", "a", "link", "iframe", "object", "image", "use", "foreignObject"].contains(&name.as_str()),
            "{name}"
        );
        let runs =
            |attribute: &&String| attribute.starts_with("on") || ["href", "src", "style"].contains(&attribute.as_str());
        assert_eq!(attributes.iter().find(runs), None, "{name}");
    }
    assert!(!text.contains(['\u{202e}', '\u{0}']));
}

#[test]
fn bytes_as_base64() {
    // RFC 4648, section 10.
    let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
    assert_eq!(texts, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
}

#[test]
fn a_page_has_the_answer_before_its_charts_and_nothing_that_runs_but_its_own_script() {
    let report = report();
    let text = page(&report);
    is_harmless(&text, 1);
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words}"));
    let order =
        ["<h1>", "class=\"answer\"", "class=\"verdicts\"", "class=\"tiles\"", "What to do", "<figure", "<footer"]
            .map(place);
    assert!(order.is_sorted(), "{order:?}");
    let charts = report.charts().count();
    assert_eq!(text.matches("<figure").count(), charts + 1, "each chart, and the topology");
    assert_eq!(text.matches("role=\"img\"").count(), charts + 1);
    assert!(text.len() < 200_000, "{}", text.len());
    assert_eq!(draw(&report), draw(&report));
}

#[test]
fn what_was_drawn_can_be_read_with_all_its_digits() {
    let text = page(&report());
    // Minute 6: 6 * 7919 ends in 514 and 106 * 7919 in 414, so that it is 1600 + 102.8 + 0.138. Six digits are shown, all are there.
    let value = 1_600.0 + 200.0 * 0.514 + 0.414 / 3.0;
    assert!(text.contains(&format!("<td><data value=\"{value}\">1702.94</data></td>")), "{value}");
    // The second step of the curve: exp(-1/12) is 92.0044 %.
    let share = libm::exp(-1.0 / 12.0);
    assert!(text.contains(&format!("<data value=\"{share}\">92.0044 %</data>")), "{share}");
    // The same in words, for those who do not see the curve; exp(-49/12) is 1.685 %.
    assert!(text.contains("phones: from 1.685 % at 24.5 min to 100 % at 0 s."), "the description");
}

#[test]
fn the_style_and_the_script_are_small_and_those_of_the_policy() {
    assert!(
        super::STYLE.len() <= 6_144 && super::SCRIPT.len() <= 6_144,
        "{} {}",
        super::STYLE.len(),
        super::SCRIPT.len()
    );
    assert!(!super::STYLE.contains("</") && !super::SCRIPT.contains("</") && !super::SCRIPT.contains("<!--"));
}

#[test]
fn pictures_are_small_and_need_no_style() {
    for chart in report().charts() {
        let bytes = svg(chart, PictureSize::default());
        let text = String::from_utf8(bytes).unwrap();
        is_harmless(&text, 0);
        assert!((2_000..32_000).contains(&text.len()), "{}: {}", chart.id, text.len());
        for unknown in ["class=", "style=", "var(", "vector-effect", "clip-path", "preserveAspectRatio"] {
            assert!(!text.contains(unknown), "{}: {unknown}", chart.id);
        }
    }
}

#[test]
fn a_large_chart_stays_small_and_says_what_is_not_drawn() {
    let points =
        |count: u32| (0..count).map(|index| Point::new(f64::from(index), f64::from(index % 89))).collect::<Vec<_>>();
    let series = |number: usize| Series {
        name: format!("series {number}"),
        stroke: Stroke::Line,
        edges: String::new(),
        points: points(if number == 0 { 100_000 } else { 10 }),
    };
    let plot = Plot {
        x: axis("x", "", Scale::Linear),
        y: axis("y", "", Scale::Linear),
        series: (0..30).map(series).collect(),
        spans: Vec::new(),
        moments: Vec::new(),
        levels: Vec::new(),
    };
    let mut report = Report { chapters: Vec::new(), ..report() };
    let items = vec![
        examples::chart("large", "Large", "", Shape::Plot(plot)),
        examples::chart("rows", "Rows", "", examples::bars(5_000)),
        Item::Topology(graph(5_000)),
    ];
    report.chapters.push(crate::report::kept::Chapter { heading: String::new(), about: String::new(), items });
    let text = page(&report);
    for words in [
        "The first 6 of 30 series are drawn; the table has the others.",
        "series 0: 100000 points, drawn through the least and the greatest of each of 1000 columns.",
        "The first 2000 of 100000 rows stand here; the files of the results have all.",
        "The first 24 of 30 series stand here; the files of the results have all.",
        "4800 more rows are not drawn; the table has them.",
        "and 4988 more",
    ] {
        assert!(text.contains(words), "{words}");
    }
    assert!(text.len() < 2_500_000, "{}", text.len());
}

#[test]
fn calls_on_a_page_are_drawn_and_can_be_read_step_by_step() {
    let page_of = |ladder| {
        let mut report = Report { chapters: Vec::new(), ..report() };
        let items = vec![Item::Ladder(ladder)];
        report.chapters.push(crate::report::kept::Chapter { heading: String::new(), about: String::new(), items });
        page(&report)
    };
    let text = page_of(examples::two_calls());
    is_harmless(&text, 1);
    assert_eq!(text.matches("role=\"img\"").count(), 1);
    // 40 ms after the first call was offered, the second is; the 14 ms of the event are those from 3.5 to 17.5 ms.
    for words in [
        "Times are in ms since callers:17 was offered, at 10:32:02.413.",
        "<td>3.500</td><td>17.500</td><td class=\"x\">A callers:17</td><td class=\"x\">CTIManager sub1</td>",
        "<td class=\"x\">B callers:18</td><td class=\"x\">CTIManager sub1 -x application ivr</td><td class=\"x\">event, lost</td>",
    ] {
        assert!(text.contains(&words.replace("->", "-&gt;")), "{words} in {text}");
    }
    let figure = &page_of(examples::ladder());
    let figure = &figure[figure.find("<figure").expect("a figure")..figure.find("</figure>").expect("its end")];
    assert!((4_000..10_000).contains(&figure.len()), "{}", figure.len());
    is_harmless(&page_of(examples::odd_ladder()), 1);
    is_harmless(&String::from_utf8(svg_of_ladder(&examples::odd_ladder())).unwrap(), 0);
}

/// Numbers that files may hold.
fn number() -> impl Strategy<Value = f64> {
    let odd = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        1e308,
        -1e308,
        f64::MAX,
        5e-324,
        -5e-324,
        1e15,
        1e-9,
        3_600.0,
        0.999_999,
        f64::NAN,
        f64::INFINITY,
    ];
    prop_oneof![prop::sample::select(odd.to_vec()), -1e4..1e4, any::<f64>()]
}

fn scale() -> impl Strategy<Value = Scale> {
    let names = prop::collection::vec(Just(HOSTILE.to_owned()), 0..4).prop_map(Scale::Names);
    let clock = any::<u32>().prop_map(|starts| Scale::Clock { starts });
    prop_oneof![Just(Scale::Linear), Just(Scale::Logarithmic), Just(Scale::Tail), Just(Scale::Elapsed), clock, names]
}

prop_compose! {
    fn any_axis()(
        scale in scale(),
        unit in prop::sample::select(vec!["ms", "s", "ratio", "percent", "count", "", HOSTILE]),
        from in prop::option::of(number()),
        to in prop::option::of(number()),
    ) -> crate::report::chart::Axis {
        crate::report::chart::Axis { from, to, ..axis(HOSTILE, unit, scale) }
    }
}

fn tone() -> impl Strategy<Value = Tone> {
    prop::sample::select(vec![Tone::Plain, Tone::Good, Tone::Bad, Tone::Open])
}

prop_compose! {
    fn point()(x in number(), ends in prop::array::uniform3(prop::option::of(number())), tone in tone()) -> Point {
        let [y, low, high] = ends;
        Point { x, y, low, high, words: y.map(|_| HOSTILE.to_owned()), tone }
    }
}

prop_compose! {
    fn series()(
        stroke in prop::sample::select(vec![Stroke::Line, Stroke::Steps, Stroke::Dots, Stroke::LineAndDots, Stroke::Ticks]),
        points in prop::collection::vec(point(), 0..12),
    ) -> Series {
        Series { name: HOSTILE.into(), stroke, edges: HOSTILE.into(), points }
    }
}

prop_compose! {
    fn plot()(
        x in any_axis(),
        y in any_axis(),
        series in prop::collection::vec(series(), 0..8),
        spans in prop::collection::vec((number(), number(), any::<bool>()), 0..6),
        moments in prop::collection::vec(number(), 0..6),
        levels in prop::collection::vec(number(), 0..4),
    ) -> Shape {
        let span = |(from, to, is_fault)| Stretch {
            from,
            to,
            words: HOSTILE.into(),
            kind: if is_fault { StretchKind::Fault } else { StretchKind::WarmUp },
        };
        Shape::Plot(Plot {
            x,
            y,
            series,
            spans: spans.into_iter().map(span).collect(),
            moments: moments.into_iter().map(|at| Moment { at, words: HOSTILE.into() }).collect(),
            levels: levels.into_iter().map(|at| Level { at, words: HOSTILE.into() }).collect(),
        })
    }
}

prop_compose! {
    fn rows()(
        axis in any_axis(),
        rows in prop::collection::vec((prop::array::uniform4(prop::option::of(number())), tone()), 0..6),
        is_bar in any::<bool>(),
        levels in prop::collection::vec(number(), 0..4),
    ) -> Shape {
        let row = |([value, low, high, tick], tone): ([Option<f64>; 4], Tone)| Row { name: HOSTILE.into(), value, low, high, tick, words: HOSTILE.into(), tone };
        Shape::Rows(Rows {
            axis,
            rows: rows.into_iter().map(row).collect(),
            mark: if is_bar { RowMark::Bar } else { RowMark::Dot },
            levels: levels.into_iter().map(|at| Level { at, words: HOSTILE.into() }).collect(),
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// A file of others may hold anything: it is drawn, and without numbers that are none.
    #[test]
    fn odd_charts_are_drawn(shapes in prop::collection::vec(prop_oneof![plot(), rows()], 1..4), width in any::<u32>(), height in 0_u32..2_000) {
        let mut report = Report { chapters: Vec::new(), ..report() };
        let items = shapes.into_iter().map(|shape| examples::chart(HOSTILE, HOSTILE, HOSTILE, shape)).collect();
        report.chapters.push(crate::report::kept::Chapter { heading: HOSTILE.into(), about: HOSTILE.into(), items });
        let text = page(&report);
        is_harmless(&text, 1);
        for path in text.split(" d=\"").skip(1).filter_map(|after| after.split('"').next()) {
            prop_assert!(!path.contains("NaN") && !path.contains("inf") && path.starts_with('M'), "{path}");
        }
        for chart in report.charts() {
            let chart: &Chart = chart;
            let text = String::from_utf8(svg(chart, PictureSize { width, height })).unwrap();
            is_harmless(&text, 0);
            prop_assert!(!text.contains("\"NaN") && !text.contains("inf\""));
        }
    }
}
