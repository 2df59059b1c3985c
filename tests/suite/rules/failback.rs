//! R18: devices rehome, each once it has no call.

use crate::story::{expect, plan, story};

fn failback(length: &str, calls: &'static str) -> String {
    let text = format!(
        r#"
[run]
length = "{length}"
[cti]
callmanager_notice = "1s"
[[node]]
name = "sub1"
ctimanager = false
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "queue"
decide = "0s"
[[route_point]]
name = "welcome"
lines = [{{ dn = "7000" }}]
device_pool = "main"
application = "queue"
answers = true
cfna = "voicemail"
[[destination]]
name = "voicemail"
[[traffic]]
name = "callers"
to = "7000"
ingress = ["sub2"]
arrivals = {{ file = "calls.csv" }}
[[fault]]
callmanager = "sub1"
at = "10s"
for = "10s"
"#
    );
    let log = story(&plan(&text, calls));
    log.lines().filter(|line| line.contains("welcome") && !line.contains("caller")).collect::<Vec<_>>().join("\n")
}

#[test]
fn r18_a_busy_route_point_waits_until_its_last_call_is_over() {
    let until_home = |leaves: &str| {
        format!(
            "10.000 welcome out: CallManagerFailed
             11.000 welcome opened on sub2
             21.000 welcome waits to rehome
             {leaves} welcome starts to rehome
             {leaves} welcome out: Rehoming
             {leaves} welcome opened on sub1
             {leaves} welcome has rehomed"
        )
    };
    expect(&failback("60s", "at_s,talk_s\n15,1\n"), &until_home("21.000"));
    expect(&failback("60s", "at_s,talk_s\n15,10\n"), &until_home("25.000"));
    // Calls that overlap keep it away, however short each of them is.
    expect(&failback("60s", "at_s,talk_s\n15,10\n24,10\n33,10\n"), &until_home("43.000"));
}

#[test]
fn r18_one_that_is_never_free_still_waits_at_the_end() {
    expect(
        &failback("60s", "at_s,talk_s\n15,10\n24,10\n33,10\n42,10\n51,10\n"),
        "10.000 welcome out: CallManagerFailed
         11.000 welcome opened on sub2
         21.000 welcome waits to rehome",
    );
}
