//! CSV files that a workload names: what is read, and what is refused with its line.

use std::sync::Arc;

use ctisim::check::examine;
use ctisim::plan::{Arrivals, compile};
use ctisim::workload::{Contents, Files, Ink, distribution, rates_of};

/// One file, by any name.
struct One(Contents);

impl One {
    fn of(bytes: impl Into<Vec<u8>>) -> One {
        One(Contents { bytes: bytes.into(), quotable: true })
    }
}

impl Files for One {
    fn read(&self, _: &str) -> Result<Arc<Contents>, String> {
        Ok(Arc::new(self.0.clone()))
    }

    fn room(&self, bytes: u64) -> Result<(), String> {
        if bytes > 1 << 30 { Err("need more than there is".to_owned()) } else { Ok(()) }
    }
}

const WORKLOAD: &str = r#"
format = 1
question = "What?"
[run]
length = "10m"
[[node]]
name = "a"
[[destination]]
name = "out"
[[traffic]]
name = "t"
to = "out"
arrivals = { file = "calls.csv" }
"#;

/// What the list of calls is refused with.
#[track_caller]
fn refused(list: impl Into<Vec<u8>>) -> String {
    let files = One::of(list);
    compile("w.toml", WORKLOAD, &files).expect_err("this is wrong").render(Ink::Plain)
}

/// The times and talk times of a list, in nanoseconds.
#[track_caller]
fn read(list: impl Into<Vec<u8>>) -> Vec<(u64, Option<u64>)> {
    let plan = compile("w.toml", WORKLOAD, &One::of(list)).unwrap_or_else(|problems| panic!("{problems}"));
    let Arrivals::Listed(calls) = &plan.sources[0].arrivals else { panic!("a list") };
    calls.iter().map(|call| (call.at.nanos(), call.talk.map(|talk| talk.nanos()))).collect()
}

#[test]
fn lists_are_read_as_programs_write_them() {
    let s = 1_000_000_000;
    assert_eq!(
        read("at_s,talk_s\n0.30000000000000004,1e2\n60.000000000000007,\n"),
        [(300_000_000, Some(100 * s)), (60 * s, None)]
    );
    let two = [(s, Some(2 * s)), (3 * s, Some(4 * s))];
    for list in [
        "at_s,talk_s\n1,2\n3,4\n",
        "\u{feff}at_s,talk_s\r\n1,2\r\n3,4\r\n,\r\n,,,\r\n",
        "sep=,\nat_s,talk_s\n1,2\n3,4\n",
        "sep=;\nat_s;talk_s\n1;2\n3;4\n",
        "\"at_s\",\"talk_s\"\n\"1\",\"2\"\n\"3\",\"4\"",
        ",agent,at_s,note,talk_s\n0,Ann,1,\"says \"\"hi\"\",\nand goes\",2\n1,Bob,3,,4\n",
    ] {
        assert_eq!(read(list), two, "{list:?}");
    }
}

#[test]
fn mistakes_in_lists_are_shown_in_their_line() {
    for (list, words, place) in [
        ("at_s,talk_s\n1,\"10\n", "a quote that opens here", ":2:3"),
        ("at_s,talk_s\n1,\"10\n2,20\n3,\"30\"\n", "a quote that opens here", ":2:3"),
        ("at_s,talk_s\n1,\"6\"0\n", "text after a cell in quotes", ":2:3"),
        ("at_s,talk_s\n1,6\"0\n", "a quote within a cell", ":2:4"),
        ("at_s,talk_s,talk_s\n1,2,500\n", "`talk_s` is the name of columns 2 and 3", ":1:1"),
        ("at_s,at\n1,2s\n", "both columns, `at_s` and `at`", ":1:1"),
        ("at_s,tallk_s\n1,2\n", "did you mean `talk_s`?", ":1:1"),
        ("At_S,talk_s\n1,2\n", "write `at_s` instead of `At_S`", ":1:1"),
        ("at_s,talk_s\r\n12,1\r\n13,1\r\nabc,1\r\n14,1\r\n", "`abc` in column `at_s`", ":4:1"),
        ("at_s,note,talk_s\n1,\"a\nb\",x\n", "`x` in column `talk_s`", ":3:4"),
        ("at_s,talk_s\n1,5,6\n", "more cells than the header row", ":2:1"),
        ("at_s\n1,5\n", "quote a cell that contains a comma", ":2:1"),
        ("sep=;\nat_s;talk_s\n1,5;2\n", "it has a comma", ":3:1"),
        ("at\n08:00:00\n", "write \"8h\"", ":2:1"),
        ("at_s\n-1\n", "must not be negative", ":2:1"),
        ("at_s;talk_s\n1;2\n", "a first line such as `sep=;`", ":1:1"),
    ] {
        let report = refused(list);
        assert!(report.contains(words) && report.contains(&format!("calls.csv{place}")), "{list:?}: {report}");
    }
    let utf_16: Vec<u8> = "\u{feff}at_s\n1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(refused(utf_16).contains("calls.csv is in UTF-16"));
    assert!(refused(b"at_s,Gespr\xe4ch\n1,2\n".as_slice()).contains("Windows-1252"));
    assert!(refused("").contains("no header row"));
    assert!(refused("at_s\n".to_owned() + &"1\n".repeat(30_000_000)).contains("30000001 rows, which need more"));
}

#[test]
fn calls_after_the_run_are_an_error_if_none_is_left_and_else_a_warning() {
    assert!(refused("at_s\n1764257696\n1764257699\n").contains("seconds since 1970"));
    assert!(refused("at_s\n600\n").contains("the first of 1 is at 10m"));
    let sound = examine("w.toml", WORKLOAD, &One::of("at_s\n599.9\n"));
    assert!(sound.findings.iter().all(|it| it.problem.id != Some("after-the-end")), "{:?}", sound.findings);
    let found = examine("w.toml", WORKLOAD, &One::of("at_s,agent\n1,Ann\n600,Ann\n700,Bob\n"));
    let said: Vec<&str> = found.findings.iter().map(|it| it.problem.what.as_str()).collect();
    assert!(said.contains(&"2 of the 3 calls of `t` begin after the end of the run"), "{said:?}");
    assert!(said.contains(&"the column `agent` of calls.csv is not used"), "{said:?}");
}

#[test]
fn nothing_of_a_file_that_is_not_quotable_is_quoted() {
    for list in [
        "secret\n",
        "secret,at_s\n1,secret\n",
        "at_s,talk_s\n1,secret\n",
        "at_s,talk_s\n1,se\"cret\n",
        "at_s,talk_s\n1,\"secret\n",
        "at_s,talk_s\n1,2,secret\n",
        "at_s,secret,secret\nx\n",
        "root:x:0:0:secret:/root:/bin/sh\n",
        "at\nsecret\n",
        "at\n5secret\n",
        "at,talk_s\n3secret4s,2\n",
    ] {
        let files = One(Contents { bytes: list.into(), quotable: false });
        let found = examine("w.toml", WORKLOAD, &files);
        assert!(!found.findings.is_empty(), "{list:?}");
        for finding in &found.findings {
            let report = finding.problem.render("w.toml", WORKLOAD, Ink::Plain);
            assert!(!report.contains("secret") && !report.contains("root"), "{list:?}: {report}");
        }
    }
}

#[test]
fn distributions_and_profiles_have_the_same_reader() {
    let sample = "{ empirical = { file = \"t.csv\", column = \"dur\" } }";
    for (file, words) in [
        (
            "id,dur,note\n1,60,\"ok\n2,240,fine\n3,300,fine\n",
            "a quote that opens here and is not closed before the next row, in line 2",
        ),
        ("dur\n\"60\"5\n", "text after a cell in quotes, in line 2"),
        ("dur,dur\n1,2\n", "the name of columns 1 and 2"),
        ("dur\r\n1\r\nabc\r\n", "`abc` in column `dur` is not a duration: it must be a decimal number, in line 3"),
    ] {
        let why = distribution(sample, &One::of(file)).expect_err(file);
        assert!(why.contains(words), "{why}");
    }
    let mean = distribution(sample, &One::of("id,dur\n1,60\n2,1e2\n,\n")).expect("two durations").mean();
    assert_eq!(mean.seconds(), 80.0);

    let points = rates_of("p.csv", &One::of("at,rate,note\n0,20/h,night\n8h,400/h,\"day, busy\"\n"));
    let points: Vec<(f64, f64)> =
        points.expect("a profile").iter().map(|(at, rate)| (at.seconds(), 3600.0 * rate)).collect();
    assert_eq!(points, [(0.0, 20.0), (28_800.0, 400.0)]);
    for (file, words) in [
        (
            "at,rate,note\n0h,20/h,\"night\n8h,400/h,day\n18h,60/h,eve\n",
            "not closed before the next row, in line 2 of p.csv",
        ),
        ("at,rate\n0h,20\n", "`20` in column `rate` is not a rate"),
        ("at,rat\n0h,20/h\n", "p.csv has no column `rate`"),
    ] {
        let why = rates_of("p.csv", &One::of(file)).expect_err(file);
        assert!(why.contains(words), "{why}");
    }
}
