//! R10, R22: calls that nobody answers, and the timers that end the waiting.

use crate::story::{plan, story};

const PORT: &str = r#"
[run]
length = "300s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
decide = "0s"
[[cti_port]]
name = "target"
count = 1
device_pool = "main"
application = "ivr"
KEYS
[[destination]]
name = "operator"
[[destination]]
name = "night"
[[fault]]
application = "ivr"
kind = "stall"
at = "5s"
for = "25s"
"#;

const PHONE: &str = r#"
[run]
length = "300s"
TIMERS
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[phone]]
name = "target"
count = 1
device_pool = "main"
answered = "0%"
KEYS
[[destination]]
name = "operator"
"#;

const CALLERS: &str = "[[traffic]]\nname = \"callers\"\nto = \"target\"\narrivals = { file = \"calls.csv\" }\n";

/// What is reported of caller 1's forwards, connection and end.
fn log(site: &str, marks: &[(&str, &str)], more: &str) -> Vec<String> {
    let mut text = site.to_owned();
    for (mark, keys) in marks {
        text = text.replace(mark, keys);
    }
    let text = format!("{}{more}{CALLERS}", text.replace("TIMERS", "").replace("KEYS", ""));
    let kept = ["takes", "forwarded", "connected", "ends"];
    let log = story(&plan(&text, "at_s,talk_s\n6,1\n"));
    let lines = log.lines().map(str::trim).filter(|line| kept.iter().any(|word| line.contains(&format!(" {word}"))));
    lines.map(str::to_owned).collect()
}

#[test]
fn r10_a_port_that_is_not_answered_in_time_forwards_by_cfna() {
    // The application stands still from 5 to 30. The call comes at 6, and 12 seconds later it is forwarded.
    let after = |keys: &str| log(PORT, &[("KEYS", keys)], "");
    assert_eq!(
        after("cfna = \"operator\""),
        [
            "6.000 caller 1 takes target/1",
            "18.000 caller 1 takes operator",
            "18.000 caller 1 forwarded by cfna",
            "18.000 caller 1 connected",
            "19.000 caller 1 ends: Completed"
        ]
    );
    assert!(after("cfna = \"operator\"\nno_answer = \"20s\"").contains(&"26.000 caller 1 takes operator".to_owned()));
    // Without a CFNA number, and with the timer off, the call waits for the application.
    let waits = ["6.000 caller 1 takes target/1", "30.000 caller 1 connected", "31.000 caller 1 ends: Completed"];
    assert_eq!(after(""), waits);
    assert_eq!(after("cfna = \"operator\"\nno_answer = \"off\""), waits);
    // A timer without a CFNA number ends the call.
    let refused = ["6.000 caller 1 takes target/1", "18.000 caller 1 ends: Refused(NotAnswered)"];
    assert_eq!(after("no_answer = \"12s\""), refused);
}

#[test]
fn r12_a_forward_is_read_when_it_is_taken_and_not_when_the_call_came() {
    let change = "[[change]]\nat = \"15s\"\nof = \"target\"\ncfna = \"night\"\n";
    let port = log(PORT, &[("KEYS", "cfna = \"operator\"")], change);
    assert_eq!(port[1..3], ["18.000 caller 1 takes night", "18.000 caller 1 forwarded by cfna"]);
}

#[test]
fn r10_t301_clears_a_call_that_rings_for_ever() {
    let after = |timers: &str, keys: &str| log(PHONE, &[("TIMERS", timers), ("KEYS", keys)], "").pop();
    let ends = |at: &str| Some(format!("{at}.000 caller 1 ends: Refused(NotAnswered)"));
    assert_eq!(after("", ""), ends("186"));
    assert_eq!(after("[cti]\nt301 = \"30s\"", ""), ends("36"));
    // It clears the call without regard to CFNA, which the No Answer timer takes if it is the shorter one.
    assert_eq!(after("[cti]\nt301 = \"30s\"", "no_answer = \"off\"\ncfna = \"operator\""), ends("36"));
    assert_eq!(after("", "cfna = \"operator\""), Some("19.000 caller 1 ends: Completed".to_owned()));
    assert_eq!(after("[cti]\nt301 = \"off\"", ""), Some("6.000 caller 1 takes target/1".to_owned()));
}

#[test]
fn r10_t301_clears_a_call_to_a_number_outside_too() {
    let outside = |timers: &str| {
        let text = PHONE.replace("TIMERS", timers).replace("name = \"target\"", "name = \"phone\"");
        log(&text, &[], "[[destination]]\nname = \"target\"\nanswer = \"200s\"\n").pop()
    };
    assert_eq!(outside(""), Some("186.000 caller 1 ends: Refused(NotAnswered)".to_owned()));
    assert_eq!(outside("[cti]\nt301 = \"off\""), Some("207.000 caller 1 ends: Completed".to_owned()));
}
