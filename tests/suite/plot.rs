//! `ctisim plot`: one chart of results that were kept, and what it refuses.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use ctisim::report::{Axis, Chapter, Chart, Item, Plot, Point, Report, Scale, Series, Shape, Stroke};

fn ctisim(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("ctisim")).current_dir(directory).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The exit code and what was written to standard error.
fn refused(directory: &Path, arguments: &[&str]) -> (i32, String) {
    let output = ctisim(directory, arguments);
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    (output.status.code().unwrap(), text(&output.stderr))
}

fn axis(name: &str, unit: &str, scale: Scale) -> Axis {
    Axis { name: name.into(), unit: unit.into(), scale, from: None, to: None }
}

/// A report with two charts: `calls`, and `busy`, whose title has this name.
fn report(name: &str) -> Report {
    let points = [(0.0, 3.0), (60.0, 9.0)].map(|(x, y)| Point::new(x, y)).to_vec();
    let shape = || {
        Shape::Plot(Plot {
            x: axis("", "s", Scale::Elapsed),
            y: axis("calls", "count", Scale::Linear),
            series: vec![Series {
                name: "offered".into(),
                stroke: Stroke::Steps,
                edges: String::new(),
                points: points.clone(),
            }],
            spans: Vec::new(),
            moments: Vec::new(),
            levels: Vec::new(),
        })
    };
    let chart = |id: &str, title: &str, shape| {
        Item::Chart(Chart { id: id.into(), title: title.into(), about: String::new(), shape })
    };
    Report {
        format: Report::FORMAT,
        version: "0.0.1".into(),
        kind: "run".into(),
        workload: "site".into(),
        question: "?".into(),
        about: String::new(),
        command: "ctisim run site.toml".into(),
        digest: None,
        verdicts: Vec::new(),
        answer: Vec::new(),
        advice: Vec::new(),
        surer: Vec::new(),
        figures: Vec::new(),
        chapters: vec![Chapter {
            heading: "It".into(),
            about: String::new(),
            items: vec![
                chart("calls", "Calls a minute", shape()),
                chart("busy", &format!("How busy {name} is"), shape()),
            ],
        }],
    }
}

/// A directory with results in `site`.
fn results(name: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("site")).unwrap();
    fs::write(directory.path().join("site/report.json"), report(name).json()).unwrap();
    directory
}

#[test]
fn without_a_chart_it_says_which_there_are() {
    let directory = results("db");
    let output = ctisim(directory.path(), &["plot", "site"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "chart  what it shows\ncalls  Calls a minute\nbusy   How busy db is\n");
}

/// From a directory, a file and standard input, to standard output and to a file: the same bytes.
#[test]
fn a_chart_is_an_svg_of_the_size_that_was_asked_for() {
    let directory = results("db");
    let size = ["--width", "640", "--height", "480"];
    let printed = ctisim(directory.path(), &[&["plot", "site", "busy"][..], &size].concat());
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    assert_eq!(text(&printed.stderr), "");
    let svg = text(&printed.stdout);
    assert!(svg.starts_with("<svg ") && svg.contains("width=\"640\" height=\"480\""), "{svg}");
    assert!(svg.contains("How busy db is") && !svg.contains("Calls a minute"), "{svg}");
    let written = ["plot", "site/report.json", "busy", "--out", "new/busy.SVG"];
    let written = ctisim(directory.path(), &[&written[..], &size].concat());
    assert_eq!(text(&written.stderr), "wrote new/busy.SVG\n");
    assert!(fs::read(directory.path().join("new/busy.SVG")).unwrap() == printed.stdout);
    let mut piped = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    piped.args([&["plot", "-", "busy"][..], &size].concat());
    let piped = piped.stdin(fs::File::open(directory.path().join("site/report.json")).unwrap());
    assert!(piped.stderr(Stdio::inherit()).output().unwrap().stdout == printed.stdout);
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    let directory = results("db");
    let path = directory.path();
    fs::create_dir(path.join("old")).unwrap();
    fs::write(path.join("old/summary.csv"), "").unwrap();
    let write = |name: &str, content: &str| fs::write(path.join(name), content).unwrap();
    let sound = text(&report("db").json());
    write("damaged.json", &sound[..sound.len() / 2]);
    write("run.json", "{\"format\": 1, \"version\": \"0.0.1\"}");
    write("later.json", &sound.replacen("\"format\":1", "\"format\":99", 1));
    for (results, words) in [
        ("nothing", "nothing: cannot be read"),
        ("old", "old: there is no report.json in it\n  help: give the directory to which run, sweep,"),
        ("damaged.json", "damaged.json: it is no report: EOF"),
        ("run.json", "run.json: it is damaged: missing field `kind`"),
        ("later.json", "later.json: version 0.0.1 wrote it in form 99; this is version"),
    ] {
        let (code, message) = refused(path, &["plot", results, "busy"]);
        assert_eq!(code, 1, "{message}");
        assert!(message.starts_with("error: ") && message.contains(words), "{message}");
        assert!(message.contains("\n  help: "), "{message}");
    }
}

#[test]
fn a_chart_that_is_not_there_is_wrong_usage() {
    let directory = results("db");
    let (code, message) = refused(directory.path(), &["plot", "site", "bsuy", "--out", "a.svg"]);
    assert_eq!(code, 2);
    assert_eq!(message, "error: there is no chart `bsuy` in these results\n  help: did you mean `busy`?\n");
    let (_, message) = refused(directory.path(), &["plot", "site", "something"]);
    assert!(message.ends_with("\n  help: there are `calls` and `busy`\n"), "{message}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing was written");
}

#[test]
fn a_picture_goes_to_a_file_for_pictures_and_never_over_the_results() {
    let directory = results("db");
    fs::copy(directory.path().join("site/report.json"), directory.path().join("kept.svg")).unwrap();
    let before = fs::read(directory.path().join("kept.svg")).unwrap();
    for (arguments, words) in [
        (&["site", "busy", "--out", "site/report.json"][..], "a file that ends in .svg or .png"),
        (&["site", "busy", "--out", "busy"], "a file that ends in .svg or .png"),
        (&["kept.svg", "busy", "--out", "kept.svg"], "does not overwrite what it reads"),
        (&["site", "--out", "busy.svg"], "required arguments were not provided"),
        (&["site", "busy", "--width", "0"], "0 is not in 320..=2048"),
        (&["site", "busy", "--height", "5000"], "5000 is not in 200..=2048"),
    ] {
        let (code, message) = refused(directory.path(), &[&["plot"], arguments].concat());
        assert_eq!(code, 2, "{message}");
        assert!(message.contains(words), "{message}");
    }
    assert!(fs::read(directory.path().join("kept.svg")).unwrap() == before);
}

#[cfg(not(feature = "png"))]
#[test]
fn a_build_without_png_says_how_to_get_it() {
    let (code, message) = refused(results("db").path(), &["plot", "site", "busy", "--out", "busy.png"]);
    assert_eq!(code, 2);
    assert!(message.contains("built without PNG") && message.contains("the feature `png`"), "{message}");
}

/// Twice as many pixels as the picture has; and no empty boxes where the font has no letters.
#[cfg(feature = "png")]
#[test]
fn a_png_is_sharp_and_has_all_its_letters() {
    let directory = results("db");
    let output = ctisim(directory.path(), &["plot", "site", "busy", "--out", "busy.png", "--width", "400"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let png = fs::read(directory.path().join("busy.png")).unwrap();
    let size = [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()));
    assert_eq!(size, [800, 1080]);
    let (code, message) = refused(results("東京").path(), &["plot", "site", "busy", "--out", "busy.png"]);
    assert_eq!(code, 1);
    assert!(message.contains("the fonts of PNG pictures lack `東`"), "{message}");
    assert!(message.contains("help: draw it as SVG: --out busy.svg"), "{message}");
}
