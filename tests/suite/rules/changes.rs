//! R15 and what people at phones do with calls: hold and retrieve, transfer with and without consulting, conference.
//!
//! The caller is at sub1, the agent at sub2, the expert at sub3, the bridge at sub4. The call comes at 10 s and is answered at
//! 11 s; they talk for 10 s, until 21 s. A hold takes its CallManager 1 s, a redirect 2 s and a conference 3 s.

use crate::story::{Calls, OTHERS, expect, plan, problems, story};

const SITE: &str = r#"
[run]
length = "60s"
[cti]
callmanager_notice = "1s"
[work]
setup = "0s"
offer = "0s"
redirect = "2s"
hold = "1s"
conference = "3s"
answer = "0s"
release = "0s"
device_open = "0s"
[[node]]
name = "sub1"
ctimanager = false
[[node]]
name = "sub2"
ctimanager = false
[[node]]
name = "sub3"
ctimanager = false
[[node]]
name = "sub4"
ctimanager = false
[[callmanager_group]]
name = "agents"
members = ["sub2"]
[[callmanager_group]]
name = "experts"
members = ["sub3"]
[[conference_bridge]]
name = "bridge"
node = "sub4"
conferences = 1
[[destination]]
name = "elsewhere"
egress = "sub3"
answer = "1s"
"#;

/// What the agent does.
const HOLD: &str = r#"hold = { share = "100%", lasts = "4s" }"#;
const TRANSFER: &str = r#"transfer = { share = 1, to = "expert" }"#;
const CONSULT: &str = r#"consult = { share = 1, to = "expert", talk = "3s" }"#;
const CONFERENCE: &str = r#"conference = { share = 1, with = "expert", bridge = "bridge", talk = "3s", lasts = "6s" }"#;

fn course(agent: &str, expert: &str, more: &str, calls: &'static str) -> String {
    story(&plan(&text(agent, expert, more), calls))
}

fn text(agent: &str, expert: &str, more: &str) -> String {
    // The keys of a test replace these.
    let with = |keys: &str, key: &str, value: &str| {
        if keys.contains(&format!("{key} =")) { String::new() } else { format!("{key} = {value}\n") }
    };
    format!(
        "{SITE}
[[phone]]
name = \"agent\"
device_pool = \"agents\"
answer = \"1s\"
{}{agent}
[[phone]]
name = \"expert\"
device_pool = \"experts\"
answer = \"2s\"
{}{expert}
[[traffic]]
name = \"callers\"
to = \"agent\"
ingress = [\"sub1\"]
arrivals = {{ file = \"calls.csv\" }}
{more}",
        with(agent, "count", "1"),
        with(expert, "count", "1"),
    )
}

/// One call.
const ONE: &str = "at_s,talk_s\n10,10\n";

fn fails(what: &str, at: &str) -> String {
    format!("[[fault]]\n{what}\nat = \"{at}s\"\nfor = \"100s\"\n")
}

/// What becomes of the call, and when, if the CallManagers of these nodes fail at these times.
fn outcome(agent: &str, expert: &str, failures: &[(&str, &str)]) -> String {
    let faults = failures.iter().map(|(node, at)| fails(&format!("callmanager = \"{node}\""), at));
    let course = course(agent, expert, &faults.collect::<String>(), ONE);
    let end = course.lines().find(|line| line.contains("caller 1 ends")).unwrap_or_else(|| panic!("no end:\n{course}"));
    end.trim().replace("caller 1 ends: ", "")
}

// Their normal course.

#[test]
fn a_hold_comes_in_the_middle_of_the_talk() {
    // 11 to 16 s they talk; the hold takes effect at 17 s and lasts until 21 s; retrieved at 22 s, they talk for 5 s more.
    expect(
        &course(HOLD, "", "", ONE),
        "10.000 caller 1 at sub1
         10.000 caller 1 takes agent/1
         10.000 it rings for caller 1
         11.000 caller 1 connected
         17.000 caller 1 is on hold
         22.000 caller 1 is retrieved
         27.000 caller 1 ends: Completed",
    );
}

#[test]
fn a_transfer_without_consulting_frees_the_phone_as_soon_as_the_target_has_the_call() {
    // Asked for at 21 s, effective at 23 s; the expert answers at 25 s and talks for 10 s.
    expect(
        &course(TRANSFER, "", "", ONE),
        "10.000 caller 1 at sub1
         10.000 caller 1 takes agent/1
         10.000 it rings for caller 1
         11.000 caller 1 connected
         23.000 caller 1 is put aside at agent/1
         23.000 caller 1 takes expert/1
         23.000 agent/1 lets caller 1 go
         25.000 caller 1 reaches a person
         35.000 caller 1 ends: Completed",
    );
}

#[test]
fn a_transfer_after_consulting_keeps_the_phone_in_use_until_it_is_completed() {
    // Put aside at 22 s, answered at 24 s, consulted until 27 s, completed at 29 s; they talk until 39 s.
    expect(
        &course(CONSULT, "", "", ONE),
        "10.000 caller 1 at sub1
         10.000 caller 1 takes agent/1
         10.000 it rings for caller 1
         11.000 caller 1 connected
         22.000 caller 1 is put aside at agent/1
         22.000 caller 1 takes expert/1
         24.000 a third party answers for caller 1
         29.000 agent/1 lets caller 1 go
         29.000 caller 1 reaches a person
         39.000 caller 1 ends: Completed",
    );
}

#[test]
fn a_conference_has_its_bridge_from_when_it_is_asked_for_to_its_end() {
    // The bridge is taken at 21 s. Consulted from 24 s to 27 s; the bridge's CallManager joins them by 30 s; they talk for 6 s.
    expect(
        &course(CONFERENCE, "", "", ONE),
        "10.000 caller 1 at sub1
         10.000 caller 1 takes agent/1
         10.000 it rings for caller 1
         11.000 caller 1 connected
         21.000 caller 1 takes bridge
         22.000 caller 1 is put aside at agent/1
         22.000 caller 1 takes expert/1
         24.000 a third party answers for caller 1
         30.000 all three talk with caller 1
         36.000 agent/1 lets caller 1 go
         36.000 bridge is free of caller 1
         36.000 caller 1 ends: Completed",
    );
}

#[test]
fn a_request_to_a_bridge_crosses_the_link_both_ways() {
    // The same with 100 ms between nodes. Offered at sub1, the call is at sub2 0.1 s later, and its answer back at 11.2 s. Put
    // aside at 22.2 s; at the expert 22.3 s, answered 24.3 s, heard 24.4 s. At 27.4 s the bridge is asked: 27.5 s, done 30.5 s,
    // back 30.6 s; 6 s more.
    let head = "format = 1\nquestion = \"What does the rule say?\"\nnetwork = { between_nodes = \"100ms\" }\n";
    let text = format!("{head}{}", text(CONFERENCE, "", ""));
    let plan = ctisim::plan::compile("tiny", &text, &Calls(ONE)).unwrap_or_else(|problems| panic!("{problems}"));
    let course = story(&plan);
    assert!(course.contains("30.600 all three talk") && course.contains("36.600 caller 1 ends: Completed"), "{course}");
}

#[test]
fn a_call_is_changed_again_at_the_phone_it_was_transferred_to() {
    // Transferred at 25 s, on hold from 31 s (asked for at 30 s) to 35 s, retrieved at 36 s, over at 41 s.
    let course = course(TRANSFER, HOLD, "", ONE);
    assert!(course.contains("31.000 caller 1 is on hold"), "{course}");
    assert!(
        course.contains("36.000 caller 1 is retrieved") && course.contains("41.000 caller 1 ends: Completed"),
        "{course}"
    );
}

#[test]
fn a_number_outside_can_be_consulted_and_takes_over() {
    // Put aside at 22 s, answered at 23 s, consulted until 26 s, completed at 28 s, over at 38 s.
    let course = course("consult = { share = 1, to = \"elsewhere\", talk = \"3s\" }", "", "", ONE);
    assert!(course.contains("23.000 a third party answers") && course.contains("28.000 agent/1 lets"), "{course}");
    assert!(course.contains("38.000 caller 1 ends: Completed"), "{course}");
}

// R15: each of them, and each CallManager, before it is asked for, until it has taken effect, and after it.

#[test]
fn r15_a_hold_is_dropped_from_its_request_until_its_effect_and_so_is_what_no_callmanager_knows() {
    for node in ["sub1", "sub2"] {
        // Kept at 14 s, it cannot be put on hold at 16 s.
        assert_eq!(outcome(HOLD, "", &[(node, "14")]), "16.000 DroppedInChange", "{node}");
        assert_eq!(outcome(HOLD, "", &[(node, "16.5")]), "16.500 DroppedInChange", "{node}");
        // On hold it is connected; it cannot be retrieved at 21 s.
        assert_eq!(outcome(HOLD, "", &[(node, "19")]), "21.000 DroppedInChange", "{node}");
        assert_eq!(outcome(HOLD, "", &[(node, "21.5")]), "21.500 DroppedInChange", "{node}");
        assert_eq!(outcome(HOLD, "", &[(node, "24")]), "27.000 Completed", "{node}");
    }
    for node in ["sub3", "sub4"] {
        assert_eq!(outcome(HOLD, "", &[(node, "16.5")]), "27.000 Completed", "{node}");
    }
}

#[test]
fn r15_a_transfer_is_dropped_by_each_of_its_callmanagers_until_a_person_has_answered() {
    for node in ["sub1", "sub2"] {
        assert_eq!(outcome(TRANSFER, "", &[(node, "15")]), "21.000 DroppedInChange", "{node}");
        assert_eq!(outcome(TRANSFER, "", &[(node, "22")]), "22.000 DroppedInChange", "{node}");
        assert_eq!(outcome(TRANSFER, "", &[(node, "24")]), "24.000 DroppedInChange", "{node}");
        assert_eq!(outcome(TRANSFER, "", &[(node, "30")]), "35.000 Completed", "{node}");
    }
    // The expert's is none of the call's before it is sent there; then nobody has the phone.
    assert_eq!(outcome(TRANSFER, "", &[("sub3", "15")]), "23.000 Refused(NotOpened)");
    assert_eq!(outcome(TRANSFER, "", &[("sub3", "22")]), "23.000 Refused(NotOpened)");
    assert_eq!(outcome(TRANSFER, "", &[("sub3", "24")]), "24.000 DroppedInChange");
    assert_eq!(outcome(TRANSFER, "", &[("sub3", "30")]), "35.000 Completed");
    assert_eq!(outcome(TRANSFER, "", &[("sub4", "22")]), "35.000 Completed");
}

#[test]
fn r15_a_consultation_is_dropped_by_each_of_its_callmanagers_until_the_transfer_is_completed() {
    for node in ["sub1", "sub2"] {
        assert_eq!(outcome(CONSULT, "", &[(node, "15")]), "21.000 DroppedInChange", "{node}");
        for at in ["21.500", "23.000", "25.000", "28.000"] {
            assert_eq!(outcome(CONSULT, "", &[(node, at)]), format!("{at} DroppedInChange"), "{node}");
        }
        assert_eq!(outcome(CONSULT, "", &[(node, "32")]), "39.000 Completed", "{node}");
    }
    // Nobody to be consulted: the agent has the call back, and ends it.
    assert_eq!(outcome(CONSULT, "", &[("sub3", "15")]), "22.000 Completed");
    assert_eq!(outcome(CONSULT, "", &[("sub3", "21.5")]), "22.000 Completed");
    assert_eq!(outcome(CONSULT, "", &[("sub3", "23")]), "23.000 DroppedInChange");
    assert_eq!(outcome(CONSULT, "", &[("sub3", "25")]), "25.000 DroppedInChange");
    assert_eq!(outcome(CONSULT, "", &[("sub3", "28")]), "28.000 DroppedInChange");
    assert_eq!(outcome(CONSULT, "", &[("sub3", "32")]), "39.000 Completed");
    assert_eq!(outcome(CONSULT, "", &[("sub4", "25")]), "39.000 Completed");
}

#[test]
fn r15_a_conference_is_dropped_until_all_three_talk_and_then_only_with_its_bridge() {
    for node in ["sub1", "sub2"] {
        assert_eq!(outcome(CONFERENCE, "", &[(node, "15")]), "21.000 DroppedInChange", "{node}");
        assert_eq!(outcome(CONFERENCE, "", &[(node, "21.5")]), "21.500 DroppedInChange", "{node}");
    }
    assert_eq!(outcome(CONFERENCE, "", &[("sub3", "21.5")]), "22.000 Completed");
    // Without a bridge the talk ends as without a conference.
    assert_eq!(outcome(CONFERENCE, "", &[("sub4", "15")]), "21.000 Completed");
    assert_eq!(outcome(CONFERENCE, "", &[("sub4", "21.5")]), "21.500 DroppedInChange");
    for node in ["sub1", "sub2", "sub3", "sub4"] {
        assert_eq!(outcome(CONFERENCE, "", &[(node, "23")]), "23.000 DroppedInChange", "{node}");
        assert_eq!(outcome(CONFERENCE, "", &[(node, "25")]), "25.000 DroppedInChange", "{node}");
        assert_eq!(outcome(CONFERENCE, "", &[(node, "28")]), "28.000 DroppedInChange", "{node}");
    }
    for node in ["sub1", "sub2", "sub3"] {
        assert_eq!(outcome(CONFERENCE, "", &[(node, "33")]), "36.000 Completed", "{node}");
        // Kept by all phones, it is still lost with its bridge.
        assert_eq!(outcome(CONFERENCE, "", &[(node, "31"), ("sub4", "33")]), "33.000 DroppedConnected", "{node}");
    }
    assert_eq!(outcome(CONFERENCE, "", &[("sub4", "33")]), "33.000 DroppedConnected");
}

#[test]
fn r15_a_conference_goes_on_if_all_of_its_phones_support_that() {
    let agent = format!("{CONFERENCE}\nkeeps_media = false");
    assert_eq!(outcome(&agent, "", &[("sub1", "33")]), "33.000 DroppedConnected");
    assert_eq!(outcome(CONFERENCE, "keeps_media = false", &[("sub1", "33")]), "33.000 DroppedConnected");
    // The transferring phone no longer matters.
    let agent = format!("{CONSULT}\nkeeps_media = false");
    assert_eq!(outcome(&agent, "", &[("sub1", "32")]), "39.000 Completed");
}

#[test]
fn r15_a_callmanager_that_hangs_drops_what_is_being_changed_once_that_is_noticed() {
    let hangs = |node: &str, at: &str| {
        let fault = fails(&format!("callmanager = \"{node}\"\nkind = \"hang\""), at);
        let course = course(CONFERENCE, "", &fault, ONE);
        course.lines().find(|line| line.contains("caller 1 ends")).unwrap_or("").trim().to_owned()
    };
    // Noticed after a second.
    for node in ["sub1", "sub2", "sub3", "sub4"] {
        assert_eq!(hangs(node, "25"), "26.000 caller 1 ends: DroppedInChange", "{node}");
    }
    // What is asked for at 21 s waits for it.
    for node in ["sub1", "sub2", "sub4"] {
        assert_eq!(hangs(node, "20.5"), "21.500 caller 1 ends: DroppedInChange", "{node}");
    }
    assert_eq!(hangs("sub4", "33"), "34.000 caller 1 ends: DroppedConnected");
    assert_eq!(hangs("sub2", "33"), "36.000 caller 1 ends: Completed");
}

#[test]
fn r15_a_phone_that_fails_drops_what_is_being_changed_at_it() {
    let ends = |agent: &str, phone: &str, at: &str| {
        let course = course(agent, "", &fails(&format!("phone = \"{phone}\"\ncount = 1"), at), ONE);
        course.lines().find(|line| line.contains("caller 1 ends")).unwrap_or("").trim().to_owned()
    };
    assert_eq!(ends(HOLD, "agent", "19"), "21.000 caller 1 ends: DroppedInChange");
    for phone in ["agent", "expert"] {
        assert_eq!(ends(CONSULT, phone, "25"), "25.000 caller 1 ends: DroppedInChange");
        assert_eq!(ends(CONFERENCE, phone, "33"), "36.000 caller 1 ends: Completed");
    }
    // It has let the call go.
    assert_eq!(ends(TRANSFER, "agent", "24"), "35.000 caller 1 ends: Completed");
}

#[test]
fn r15_a_cut_link_between_two_of_its_callmanagers_drops_what_is_being_changed() {
    let ends = |one: &str, other: &str, at: &str| {
        let course = course(CONFERENCE, "", &fails(&format!("link = [\"{one}\", \"{other}\"]"), at), ONE);
        course.lines().find(|line| line.contains("caller 1 ends")).unwrap_or("").trim().to_owned()
    };
    // Noticed a second later, while the expert is consulted.
    for (one, other) in [("sub1", "sub2"), ("sub2", "sub3"), ("sub2", "sub4"), ("sub3", "sub4")] {
        assert_eq!(ends(one, other, "24.5"), "25.500 caller 1 ends: DroppedInChange", "{one} {other}");
    }
    assert_eq!(ends("sub2", "sub4", "32"), "36.000 caller 1 ends: Completed");
    // Noticed before the conference is asked for, the bridge is out of reach.
    assert_eq!(ends("sub2", "sub4", "19"), "21.000 caller 1 ends: Completed");
}

// Callers who give up, and third parties that are not reached.

#[test]
fn a_caller_who_hangs_up_while_somebody_is_consulted_frees_both_phones() {
    // Waiting from 21 s, for 5 s.
    expect(
        &course(CONFERENCE, "", "", "at_s,talk_s,patience_s\n10,10,5\n"),
        "10.000 caller 1 at sub1
         10.000 caller 1 takes agent/1
         10.000 it rings for caller 1
         11.000 caller 1 connected
         21.000 caller 1 takes bridge
         22.000 caller 1 is put aside at agent/1
         22.000 caller 1 takes expert/1
         24.000 a third party answers for caller 1
         26.000 agent/1 lets caller 1 go
         26.000 bridge is free of caller 1
         26.000 caller 1 ends: Abandoned",
    );
}

#[test]
fn a_caller_on_hold_does_not_give_up() {
    let course = course(HOLD, "", "", "at_s,talk_s,patience_s\n10,10,2\n");
    assert!(course.contains("27.000 caller 1 ends: Completed"), "{course}");
}

/// Somebody else has the expert from 5 s to 45 s.
const OTHER: &str = r#"
[[traffic]]
name = "others"
to = "expert"
ingress = ["sub1"]
arrivals = { file = "others.csv" }
"#;
const TWO: &str = "at_s,talk_s\n10,10\n==\nat_s,talk_s\n3,40\n";

#[test]
fn a_third_party_that_is_busy_sends_the_call_back_and_a_transfer_ends() {
    assert_eq!(TWO.matches(OTHERS).count(), 1);
    let consulted = course(CONSULT, "", OTHER, TWO);
    assert!(
        consulted.contains(
            "  22.000 caller 1 is put aside at agent/1
  22.000 caller 1 is back at agent/1
  22.000 no third party for caller 1
  22.000 caller 1 ends: Completed"
        ),
        "{consulted}"
    );
    let transferred = course(TRANSFER, "", OTHER, TWO);
    assert!(transferred.contains("23.000 caller 1 ends: Refused(Busy)"), "{transferred}");
    let joined = course(CONFERENCE, "", OTHER, TWO);
    assert!(joined.contains("22.000 bridge is free of caller 1"), "{joined}");
}

#[test]
fn a_third_party_that_is_busy_forwards_by_its_cfb() {
    // The forward takes sub3 2 s from 22 s (from 23 s with a transfer); the number outside answers after 1 s.
    let consulted = course(CONSULT, "cfb = \"elsewhere\"", OTHER, TWO);
    assert!(
        consulted.contains("25.000 a third party answers") && consulted.contains("30.000 agent/1 lets"),
        "{consulted}"
    );
    let transferred = course(TRANSFER, "cfb = \"elsewhere\"", OTHER, TWO);
    assert!(transferred.contains("26.000 caller 1 reaches a person"), "{transferred}");
}

#[test]
fn a_third_party_that_does_not_answer_sends_the_call_back_or_forwards_by_its_cfna() {
    // It rings from 22 s for 4 s.
    let away = "answered = \"0%\"\nno_answer = \"4s\"";
    let told_ = course(CONSULT, away, "", ONE);
    assert!(told_.contains("26.000 caller 1 is back at agent/1"), "{told_}");
    // Forwarded by 28 s, answered at 29 s, consulted until 32 s, completed at 34 s.
    let told_ = course(CONSULT, &format!("{away}\ncfna = \"elsewhere\""), "", ONE);
    assert!(told_.contains("29.000 a third party answers") && told_.contains("34.000 agent/1 lets"), "{told_}");
}

#[test]
fn a_third_party_forwarded_to_a_machine_is_not_reached() {
    let machine = r#"
[[application]]
name = "voicemail"
decide = "0s"
[[cti_port]]
name = "box"
count = 1
device_pool = "experts"
application = "voicemail"
"#;
    let text =
        text(CONSULT, "cfa = \"box\"", machine).replace("name = \"sub4\"\nctimanager = false", "name = \"sub4\"");
    // The forward by CFA takes until 24 s, and the port answers at once.
    let course = story(&plan(&text, ONE));
    assert!(course.contains("caller 1 takes box/1") && course.contains("caller 1 is back at agent/1"), "{course}");
    assert!(!course.contains("third party answers"), "{course}");
}

#[test]
fn a_phone_does_not_get_its_own_call() {
    // Nobody else of the group is free.
    let alone = course("transfer = { share = 1, to = \"agent\" }", "", "", ONE);
    assert!(alone.contains("23.000 caller 1 ends: Refused(Busy)"), "{alone}");
    // Nor is its own number.
    let number = "first_dn = \"2001\"\nconsult = { share = 1, to = \"2001\", talk = \"3s\" }";
    let number = course(number, "", "", ONE);
    assert!(number.contains("22.000 no third party for caller 1"), "{number}");
    // Of two, the other one has it, and gives it back at 35 s + 2 s.
    let two = course("count = 2\ntransfer = { share = 1, to = \"agent\" }", "", "", ONE);
    assert!(two.contains("23.000 caller 1 takes agent/2") && two.contains("36.000 caller 1 takes agent/1"), "{two}");
}

#[test]
fn a_bridge_that_is_full_ends_the_talk_without_a_conference() {
    // The second caller's talk ends at 22 s, while the bridge is taken; the third one's at 37 s, when it is free.
    let course = course(&format!("count = 3\n{CONFERENCE}"), "count = 2", "", "at_s,talk_s\n10,10\n11,10\n26,10\n");
    assert!(course.contains("22.000 no room for caller 2 on bridge"), "{course}");
    assert!(course.contains("22.000 caller 2 ends: Completed"), "{course}");
    assert!(course.contains("37.000 caller 3 takes bridge"), "{course}");
}

#[test]
fn a_call_to_a_phone_whose_person_consults_waits_for_that() {
    let other = r#"
[[traffic]]
name = "others"
to = "2001"
ingress = ["sub1"]
arrivals = { file = "others.csv" }
"#;
    // It waits from 23 s on; the agent is free at 29 s, and answers a second later.
    let agent = format!("first_dn = \"2001\"\n{CONSULT}");
    let course = course(&agent, "count = 2", other, "at_s,talk_s\n10,10\n==\nat_s,talk_s\n23,2\n");
    assert!(course.contains("23.000 other 1 waits at agent/1"), "{course}");
    assert!(course.contains("29.000 other 1 takes agent/1") && course.contains("30.000 other 1 connected"), "{course}");
}

#[test]
fn where_calls_queue_a_transfer_finds_a_free_phone_or_a_busy_one() {
    let course = course(TRANSFER, "queue = true", OTHER, TWO);
    assert!(course.contains("23.000 caller 1 ends: Refused(Busy)"), "{course}");
}

// What cannot be.

#[test]
fn changes_that_cannot_be_are_reported() {
    let found = |agent: &str| problems(&text(agent, "", ""), ONE);
    let unknown = found("conference = { share = 1, with = \"expert\", bridge = \"none\" }");
    assert!(unknown.contains("there is no conference bridge named `none`"), "{unknown}");
    let missing = found("conference = { share = 1, with = \"expert\" }");
    assert!(missing.contains("`bridge` is missing") && missing.contains("conference_bridge"), "{missing}");
    let shares =
        found("transfer = { share = \"60%\", to = \"expert\" }\nconsult = { share = \"50%\", to = \"expert\" }");
    assert!(shares.contains("sum to 110% of all") && shares.contains("at most 40%"), "{shares}");
}
