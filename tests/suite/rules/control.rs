//! R1 to R6: who may control which device, over which connection, with how many lines.

use crate::story::{expect, plan, problems, story};

/// An application with a route point, a port and a number to forward to; one call a second.
const SITE: &str = r#"
[run]
length = "6s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
user = "ivr-user"
decide = "0s"
[[user]]
name = "ivr-user"
devices = ["welcome", "port"]
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }]
device_pool = "main"
application = "ivr"
redirect_to = "port"
cfna = "operator"
[[cti_port]]
name = "port"
count = 1
device_pool = "main"
application = "ivr"
[[destination]]
name = "operator"
[[traffic]]
name = "callers"
to = "7000"
arrivals = { file = "calls.csv" }
"#;

const CALLS: &str = "at_s,talk_s\n1,1\n";

/// What is wrong with the site once some of it is written otherwise.
fn wrong(what: &str, otherwise: &str) -> String {
    assert!(SITE.contains(what), "{what}");
    problems(&SITE.replace(what, otherwise), CALLS)
}

#[test]
fn r1_a_second_ctimanager_on_a_node_is_refused() {
    let report = wrong("name = \"sub1\"\n", "name = \"sub1\"\nctimanager = 2\n");
    assert!(report.contains("`ctimanager` should be true or false"), "{report}");
    assert!(report.contains("R1: at most one CTIManager runs on a node"), "{report}");
    let report = wrong("name = \"sub1\"\n", "name = \"sub1\"\nctimanager = false\n");
    assert!(report.contains("no node runs a CTIManager for `ivr`") && report.contains("R1"), "{report}");
}

#[test]
fn r2_an_application_whose_user_may_not_use_cti_opens_nothing_not_even_after_a_restart() {
    let enabled = story(&plan(SITE, CALLS));
    expect(
        &enabled,
        "1.000 caller 1 at sub1
         1.000 caller 1 presented at welcome
         1.000 the application acts on caller 1
         1.000 caller 1 takes port/1
         1.000 caller 1 connected
         2.000 caller 1 ends: Completed",
    );
    let restarted = "[[fault]]\napplication = \"ivr\"\nkind = \"exit\"\nat = \"0.2s\"\nfor = \"0.2s\"\n";
    let disabled = SITE.replace("name = \"ivr-user\"\n", "name = \"ivr-user\"\ncti_enabled = false\n") + restarted;
    expect(
        &story(&plan(&disabled, CALLS)),
        "0.200 ivr fails: Exit
         0.400 ivr is back
         1.000 caller 1 at sub1
         1.000 caller 1 takes operator
         1.000 caller 1 forwarded by cfna
         1.000 it rings for caller 1
         1.000 caller 1 connected
         2.000 caller 1 ends: Completed",
    );
}

#[test]
fn r3_an_application_may_not_control_a_device_that_its_user_is_not_associated_with() {
    let report = wrong("devices = [\"welcome\", \"port\"]", "devices = [\"welcome\"]");
    assert!(report.contains("`ivr` may not control `port`") && report.contains("R3"), "{report}");
    assert!(report.contains("add \"port\" to the `devices` of that user"), "{report}");
    story(&plan(&SITE.replace("[\"welcome\", \"port\"]", "\"all\""), CALLS));
}

#[test]
fn r4_two_connections_share_a_users_load_but_a_device_is_opened_over_one() {
    let second = "[[application]]\nname = \"ivr-2\"\nuser = \"ivr-user\"\nctimanagers = [\"sub2\"]\ndecide = \"0s\"\n";
    let shared = SITE.replace("[[user]]", &format!("{second}[[user]]")).replace(
        "name = \"port\"\ncount = 1\ndevice_pool = \"main\"\napplication = \"ivr\"",
        "name = \"port\"\ncount = 1\ndevice_pool = \"main\"\napplication = \"ivr-2\"",
    );
    let shared = shared.replace("[[callmanager_group]]", "[[node]]\nname = \"sub2\"\n[[callmanager_group]]");
    // The first connection breaks. What goes over the second goes on.
    let broken = "[[fault]]\nctimanager = \"sub1\"\nat = \"0.5s\"\n";
    let shared = shared.replace("user = \"ivr-user\"\ndecide", "user = \"ivr-user\"\nctimanagers = [\"sub1\"]\ndecide");
    let log = |to: &str| story(&plan(&(shared.replace("to = \"7000\"", to) + broken), CALLS));
    assert!(log("to = \"7000\"").contains("caller 1 forwarded by cfna"));
    assert!(log("to = \"port\"").contains("caller 1 takes port/1\n   1.000 caller 1 connected"));
    // With both applications the port is the first one's, until that has lost it and the second one is notified.
    let both = shared.replace("application = \"ivr-2\"", "application = [\"ivr\", \"ivr-2\"]");
    let log = story(&plan(&(both.replace("to = \"7000\"", "to = \"port\"") + broken), CALLS));
    assert!(log.contains("0.500 port/1 out: CtiManagerFailed") && !log.contains("caller 1 takes port/1"), "{log}");
}

#[test]
fn r5_voice_lines_need_as_many_ports() {
    let lines = |count| format!("user = \"ivr-user\"\nvoice_lines = {count}\n");
    let report = wrong("user = \"ivr-user\"\n", &lines(2));
    assert!(report.contains("`ivr` asks for 2 voice lines and has 1 ports") && report.contains("R5"), "{report}");
    story(&plan(&SITE.replace("user = \"ivr-user\"\n", &lines(1)), CALLS));
    // More lines a port are no more calls with media.
    let more = SITE.replace("user = \"ivr-user\"\n", &lines(2)).replace("count = 1", "count = 1\nlines_per_port = 2");
    assert!(problems(&more, CALLS).contains("R5"));
}

#[test]
fn r6_a_port_that_a_tapi_application_controls_has_one_line() {
    let lines = SITE.replace("count = 1", "count = 1\nlines_per_port = 2");
    story(&plan(&lines, CALLS));
    let report = problems(&lines.replace("user = \"ivr-user\"", "user = \"ivr-user\"\ninterface = \"tapi\""), CALLS);
    assert!(report.contains("a port of `port` has 2 lines") && report.contains("R6"), "{report}");
}
