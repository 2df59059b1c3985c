//! R22: calls to devices that no application has opened, and the other forwards on the way.

use crate::story::{expect, plan, story};

const NOBODY: &str = r#"
[run]
length = "20s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }]
device_pool = "main"
redirect_to = "night"
FORWARDS
[[destination]]
name = "operator"
[[destination]]
name = "night"
[[traffic]]
name = "callers"
to = "7000"
arrivals = { file = "calls.csv" }
"#;

fn nobody(profile: &str, forwards: &str) -> String {
    let rest = NOBODY.replace("FORWARDS", forwards);
    story(&plan(&format!("profile = \"{profile}\"\n{rest}"), "at_s,talk_s\n1,2\n"))
}

#[test]
fn r22_a_device_that_no_application_opened_forwards_by_cfna() {
    expect(
        &nobody("3.3", "cfna = \"operator\"\ncfof = \"night\""),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes operator
         1.000 caller 1 forwarded by cfna
         1.000 it rings for caller 1
         1.000 caller 1 connected
         3.000 caller 1 ends: Completed",
    );
}

#[test]
fn r22_without_a_cfna_number_the_call_is_refused() {
    expect(
        &nobody("3.3", "cfof = \"night\""),
        "1.000 caller 1 at sub1
         1.000 caller 1 ends: Refused(NotOpened)",
    );
}

#[test]
fn r22_release_12_5_looks_at_forward_unregistered_first() {
    expect(
        &nobody("12.5", "cfna = \"operator\"\ncfur = \"night\""),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes night
         1.000 caller 1 forwarded by cfur
         1.000 it rings for caller 1
         1.000 caller 1 connected
         3.000 caller 1 ends: Completed",
    );
}

#[test]
fn a_call_sent_round_in_circles_ends_at_the_hop_limit() {
    let other = "[[route_point]]\nname = \"other\"\nlines = [{ dn = \"7001\" }]\ndevice_pool = \"main\"\nredirect_to = \"night\"\ncfna = \"7000\"";
    let round = nobody("3.3", &format!("cfna = \"7001\"\n{other}"));
    expect(
        &round.lines().filter(|line| !line.contains("forwarded")).collect::<Vec<_>>().join("\n"),
        "1.000 caller 1 at sub1
         1.000 caller 1 ends: Refused(TooManyHops)",
    );
    assert_eq!(round.matches("forwarded by cfna").count(), 12);
}

#[test]
fn an_unanswered_phone_forwards_by_cfna_after_its_ring_time() {
    let plan = plan(
        r#"
[run]
length = "20s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[phone]]
name = "desk"
count = 1
device_pool = "main"
answered = 0
no_answer = "6s"
cfna = "voicemail"
cfb = "voicemail"
[[destination]]
name = "voicemail"
[[traffic]]
name = "callers"
to = "desk"
arrivals = { file = "calls.csv" }
"#,
        "at_s,talk_s\n1,2\n4,1\n",
    );
    expect(
        &story(&plan),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes desk/1
         1.000 it rings for caller 1
         4.000 caller 2 at sub1
         4.000 caller 2 takes voicemail
         4.000 caller 2 forwarded by cfb
         4.000 it rings for caller 2
         4.000 caller 2 connected
         5.000 caller 2 ends: Completed
         7.000 caller 1 takes voicemail
         7.000 caller 1 forwarded by cfna
         7.000 caller 1 connected
         9.000 caller 1 ends: Completed",
    );
}
