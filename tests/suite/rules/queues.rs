//! R10: what an IVR found out leads a call to people: by a wish, and through queues for several groups of phones.

use crate::story::{OTHERS, expect, plan, problems, story};
use ctisim::cluster::Cluster;
use ctisim::domain::{CallName, QueueId};
use ctisim::engine::Time;
use ctisim::facts::{Fact, Recorder};
use ctisim::plan::Plan;

/// Ports on one node, which ask each caller for a second; and what a test adds. No message takes any time.
fn desk(transfer_to: &str, rest: &str) -> String {
    format!(
        r#"
[run]
length = "60s"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[callmanager_group]]
name = "other"
members = ["sub2", "sub1"]
[[application]]
name = "ivr"
decide = "0s"
ctimanagers = ["sub1"]
reconnect = "5s"
[[cti_port]]
name = "port"
count = 9
device_pool = "main"
application = "ivr"
treatment = "1s"
transfer_to = {transfer_to}
[[traffic]]
name = "callers"
to = "port"
ingress = ["sub1"]
arrivals = {{ file = "calls.csv" }}
{rest}"#
    )
}

/// Groups of one phone each, which is answered at once.
fn phones(names: &[&str]) -> String {
    let group = |name: &&str| {
        format!("[[phone]]\nname = \"{name}\"\ncount = 1\ndevice_pool = \"main\"\nanswer = \"0s\"\nfailover = \"2s\"\n")
    };
    names.iter().map(group).collect()
}

fn queue(name: &str, phones: &str, more: &str) -> String {
    format!("[[queue]]\nname = \"{name}\"\nphones = {phones}\n{more}\n")
}

/// The lines of a story that are about waiting for people and getting to them.
fn of_waiting(story: &str) -> String {
    let words = [" waits in ", " takes ", " ends", " keeps its media", " reaches a person"];
    let lines =
        story.lines().filter(|line| words.iter().any(|word| line.contains(word)) && !line.contains("takes port"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn r10_a_phone_takes_the_best_priority_first_and_then_who_came_first() {
    // The phone is in use from 2 to 12. The two of the better queue came later than the one of the other, and are first all the
    // same, in their own order: 12 to 22, 22 to 32; the silver one follows.
    let queues = queue("first", r#"["agent"]"#, "") + &queue("second", r#"["agent"]"#, "priority = 2");
    let text = desk(r#"{ gold = "first", silver = "second" }"#, &(phones(&["agent"]) + &queues));
    expect(
        &story(&plan(&text, "at_s,talk_s,wish\n1,10,silver\n2.2,10,silver\n3.4,10,gold\n4.6,10,gold\n")),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes port/1
         1.000 caller 1 connected
         2.000 caller 1 takes agent/1
         2.000 caller 1 reaches a person
         2.200 caller 2 at sub1
         2.200 caller 2 takes port/2
         2.200 caller 2 connected
         3.200 caller 2 waits in second
         3.400 caller 3 at sub1
         3.400 caller 3 takes port/3
         3.400 caller 3 connected
         4.400 caller 3 waits in first
         4.600 caller 4 at sub1
         4.600 caller 4 takes port/4
         4.600 caller 4 connected
         5.600 caller 4 waits in first
        12.000 caller 3 takes agent/1
        12.000 caller 1 ends: Completed
        12.000 caller 3 reaches a person
        22.000 caller 4 takes agent/1
        22.000 caller 3 ends: Completed
        22.000 caller 4 reaches a person
        32.000 caller 2 takes agent/1
        32.000 caller 4 ends: Completed
        32.000 caller 2 reaches a person
        42.000 caller 2 ends: Completed",
    );
}

#[test]
fn r10_queues_share_a_group_and_each_group_serves_its_own_queues() {
    // Both phones have been free since the beginning: the first of the list is taken. Caller 4 came last, but its queue is
    // the better one at x; y does not serve it.
    let queues = queue("sales", r#"["x"]"#, "") + &queue("any", r#"["x", "y"]"#, "priority = 2");
    let text = desk(r#"{ sales = "sales", any = "any" }"#, &(phones(&["x", "y"]) + &queues));
    expect(
        &of_waiting(&story(&plan(&text, "at_s,talk_s,wish\n1,10,any\n2.2,20,any\n3.4,10,any\n4.6,10,sales\n"))),
        "2.000 caller 1 takes x/1
         2.000 caller 1 reaches a person
         3.200 caller 2 takes y/1
         3.200 caller 2 reaches a person
         4.400 caller 3 waits in any
         5.600 caller 4 waits in sales
        12.000 caller 4 takes x/1
        12.000 caller 1 ends: Completed
        12.000 caller 4 reaches a person
        22.000 caller 3 takes x/1
        22.000 caller 4 ends: Completed
        22.000 caller 3 reaches a person
        23.200 caller 2 ends: Completed
        32.000 caller 3 ends: Completed",
    );
}

#[test]
fn r10_a_free_phone_is_chosen_over_all_groups_by_idle_time_or_group_by_group() {
    // x is used from 2 to 3. At 5.2 y has been free since the beginning, x since 3; y is used until 6.2. At 10.4 x has been
    // free since 3, y since 6.2; it is used until 11.4. At 10.6 only y is free.
    let taken = |order: &str| -> Vec<String> {
        let queue = queue("any", r#"["x", "y"]"#, &format!("order = \"{order}\""));
        let text = desk("\"any\"", &(phones(&["x", "y"]) + &queue));
        let story = story(&plan(&text, "at_s,talk_s\n1,1\n4.2,1\n9.4,1\n9.6,1\n"));
        let phones = story.lines().filter_map(|line| line.split(" takes ").nth(1)).filter(|it| !it.starts_with("port"));
        phones.map(str::to_owned).collect()
    };
    assert_eq!(taken("longest_idle"), ["x/1", "y/1", "x/1", "y/1"]);
    assert_eq!(taken("top_down"), ["x/1", "x/1", "x/1", "y/1"]);
}

#[test]
fn r10_a_caller_hangs_up_in_the_queue_and_the_next_is_served() {
    // Caller 2 has patience for 5 s, from the end of its treatment at 3.2 on.
    let text = desk("\"only\"", &(phones(&["agent"]) + &queue("only", r#"["agent"]"#, "")));
    expect(
        &of_waiting(&story(&plan(&text, "at_s,talk_s,patience_s\n1,10,99\n2.2,10,5\n3.4,10,99\n"))),
        "2.000 caller 1 takes agent/1
         2.000 caller 1 reaches a person
         3.200 caller 2 waits in only
         4.400 caller 3 waits in only
         8.200 caller 2 ends: Abandoned
        12.000 caller 3 takes agent/1
        12.000 caller 1 ends: Completed
        12.000 caller 3 reaches a person
        22.000 caller 3 ends: Completed",
    );
}

#[test]
fn r24_calls_that_wait_are_lost_with_their_application_and_a_standby_serves_the_next() {
    // ivr exits at 5: the call that waits at its port ends with it. The standby has the ports open at once; its caller of 6
    // waits from 7 on.
    let standby = "[[application]]\nname = \"standby\"\ndecide = \"0s\"\nctimanagers = [\"sub2\"]\n";
    let fault = "[[fault]]\napplication = \"ivr\"\nkind = \"exit\"\nat = \"5s\"\n";
    let rest = phones(&["agent"]) + &queue("only", r#"["agent"]"#, "") + standby + fault;
    let text = desk("\"only\"", &rest)
        .replace("application = \"ivr\"\ntreatment", "application = [\"ivr\", \"standby\"]\ntreatment");
    expect(
        &of_waiting(&story(&plan(&text, "at_s,talk_s\n1,10\n2.2,10\n6,10\n"))),
        "2.000 caller 1 takes agent/1
         2.000 caller 1 reaches a person
         3.200 caller 2 waits in only
         5.000 caller 2 ends: DroppedInChange
         7.000 caller 3 waits in only
        12.000 caller 3 takes agent/1
        12.000 caller 1 ends: Completed
        12.000 caller 3 reaches a person
        22.000 caller 3 ends: Completed",
    );
}

#[test]
fn r10_a_stalled_application_transfers_who_waits_once_it_resumes() {
    // The phone is free from 12 on, and nobody transfers until 20.
    let fault = "[[fault]]\napplication = \"ivr\"\nkind = \"stall\"\nat = \"5s\"\nfor = \"15s\"\n";
    let text = desk("\"only\"", &(phones(&["agent"]) + &queue("only", r#"["agent"]"#, "") + fault));
    expect(
        &of_waiting(&story(&plan(&text, "at_s,talk_s\n1,10\n2.2,10\n"))),
        "2.000 caller 1 takes agent/1
         2.000 caller 1 reaches a person
         3.200 caller 2 waits in only
        12.000 caller 1 ends: Completed
        20.000 caller 2 takes agent/1
        20.000 caller 2 reaches a person
        30.000 caller 2 ends: Completed",
    );
}

#[test]
fn r20_who_waits_through_the_failure_of_a_ctimanager_is_served_once_the_port_is_open_again() {
    // The CTIManager is down from 5 to 33, and the application tries it every 5 s: it is connected at 35, and opens its only
    // port at once. The phone has been free since 12.
    let fault = "[[fault]]\nctimanager = \"sub1\"\nat = \"5s\"\nfor = \"28s\"\n";
    let text = desk("\"only\"", &(phones(&["agent"]) + &queue("only", r#"["agent"]"#, "") + fault));
    let text = text.replace("count = 9", "count = 1");
    expect(
        &of_waiting(&story(&plan(&text, "at_s,talk_s\n1,10\n2.2,10\n"))),
        "2.000 caller 1 takes agent/1
         2.000 caller 1 reaches a person
         3.200 caller 2 waits in only
        12.000 caller 1 ends: Completed
        35.000 caller 2 takes agent/1
        35.000 caller 2 reaches a person
        45.000 caller 2 ends: Completed",
    );
}

#[test]
fn r15_the_callmanager_of_the_port_dies_while_a_call_waits_there() {
    // Caller 1 has reached a person on the other node and came in there: nothing of its call is on sub1. The call that waits is
    // being modified.
    let fault = "[[fault]]\ncallmanager = \"sub1\"\nat = \"5s\"\n";
    let agents = phones(&["agent"]).replace("\"main\"", "\"other\"");
    let text = desk("\"only\"", &(agents + &queue("only", r#"["agent"]"#, "") + fault));
    let text = text.replace("ingress = [\"sub1\"]", "ingress = [\"sub2\"]");
    expect(
        &of_waiting(&story(&plan(&text, "at_s,talk_s\n1,10\n2.2,10\n"))),
        "2.000 caller 1 takes agent/1
         2.000 caller 1 reaches a person
         3.200 caller 2 waits in only
         5.000 caller 2 ends: DroppedInChange
        12.000 caller 1 ends: Completed",
    );
}

#[test]
fn r14_the_callmanager_of_the_phones_dies_while_a_call_waits_for_them() {
    // The phone has noticed at 7, keeps its call, and registers with sub1 when that is over, at 12. Only then is it free.
    let fault = "[[fault]]\ncallmanager = \"sub2\"\nat = \"5s\"\n";
    let agents = phones(&["agent"]).replace("\"main\"", "\"other\"");
    let text = desk("\"only\"", &(agents + &queue("only", r#"["agent"]"#, "") + fault));
    expect(
        &of_waiting(&story(&plan(&text, "at_s,talk_s\n1,10\n2.2,10\n"))),
        "2.000 caller 1 takes agent/1
         2.000 caller 1 reaches a person
         3.200 caller 2 waits in only
         5.000 caller 1 keeps its media
        12.000 caller 1 ends: Completed
        12.000 caller 2 takes agent/1
        12.000 caller 2 reaches a person
        22.000 caller 2 ends: Completed",
    );
}

#[test]
fn r12_a_queue_finds_phones_that_forward_all_calls_to_their_group() {
    // `agent` forwards what is sent to it, as caller 1 of the second source finds; a queue's calls ring there all the same.
    let agents = phones(&["agent"]).replace("answer", "cfa = \"out\"\nanswer");
    let others = "[[destination]]\nname = \"out\"\n[[traffic]]\nname = \"others\"\nto = \"agent\"\narrivals = { file = \"others.csv\" }\n";
    let text = desk("\"only\"", &(agents + &queue("only", r#"["agent"]"#, "") + others));
    let calls: &'static str = Box::leak(format!("at_s,talk_s\n1,10\n{OTHERS}at_s,talk_s\n3,1\n").into_boxed_str());
    expect(
        &of_waiting(&story(&plan(&text, calls))),
        "2.000 caller 1 takes agent/1
         2.000 caller 1 reaches a person
         3.000 other 1 takes out
         4.000 other 1 ends: Completed
        12.000 caller 1 ends: Completed",
    );
}

/// The queue of each call that is sent to one.
#[derive(Default)]
struct Sent(Vec<(CallName, QueueId)>);

impl Recorder for Sent {
    fn note(&mut self, _: Time, fact: Fact) {
        if let Fact::Queued { call, queue, .. } | Fact::Distributed { call, queue, waited: None } = fact {
            self.0.push((call, queue));
        }
    }
}

fn sent(plan: &Plan) -> Vec<(CallName, QueueId)> {
    let mut cluster = Cluster::new(plan, Sent::default());
    cluster.run(1, 0);
    let mut sent = cluster.recorder.0;
    sent.sort_unstable();
    sent
}

#[test]
fn r10_a_wish_is_drawn_by_its_share_and_belongs_to_the_caller() {
    let queues = queue("first", r#"["agent"]"#, "") + &queue("second", r#"["agent"]"#, "priority = 2");
    let text = |more: &str| {
        let wish = "wish = { gold = \"25%\", silver = 0.75 }\npatience = \"1s\"\ntalk = \"100ms\"\n";
        let text = desk(r#"{ gold = "first", silver = "second" }"#, &(phones(&["agent"]) + &queues));
        text.replace("count = 9", more)
            .replace("{ file = \"calls.csv\" }", &format!("{{ poisson = \"40/s\" }}\n{wish}"))
    };
    let (few, many) = (sent(&plan(&text("count = 100"), "")), sent(&plan(&text("count = 200"), "")));
    // About 2,360 callers reach a queue in 59 s, a quarter of them gold; the standard deviation is some 21.
    let gold = many.iter().filter(|(_, queue)| queue.index() == 0).count();
    assert!((2_100..2_600).contains(&many.len()), "{}", many.len());
    assert!((505..680).contains(&gold), "{gold} of {}", many.len());
    // The same callers want the same whatever the cluster is like.
    assert!(few.len() > 1_000 && few.len() <= many.len(), "{} and {}", few.len(), many.len());
    let of_many: std::collections::BTreeMap<_, _> = many.into_iter().collect();
    assert!(few.iter().filter(|(call, _)| of_many.contains_key(call)).all(|(call, queue)| of_many[call] == *queue));
}

#[test]
fn r10_a_list_names_wishes_and_an_empty_cell_is_drawn() {
    // Two groups by wish: a call without one is drawn, and here that is certain.
    let text = desk(r#"{ sales = "x", service = "y" }"#, &phones(&["x", "y"]));
    let text = text.replace("{ file = \"calls.csv\" }", "{ file = \"calls.csv\" }\nwish = { service = 1.0 }");
    expect(
        &of_waiting(&story(&plan(&text, "at_s,talk_s,wish\n1,1,sales\n2.2,1,service\n4.4,1,\n"))),
        "2.000 caller 1 takes x/1
         2.000 caller 1 reaches a person
         3.000 caller 1 ends: Completed
         3.200 caller 2 takes y/1
         3.200 caller 2 reaches a person
         4.200 caller 2 ends: Completed
         5.400 caller 3 takes y/1
         5.400 caller 3 reaches a person
         6.400 caller 3 ends: Completed",
    );
}

#[test]
fn r10_who_reaches_a_port_that_asks_for_a_wish_has_one_of_its_wishes() {
    // Through a forward: `first` forwards what is busy to `port`.
    let first =
        "[[cti_port]]\nname = \"first\"\ncount = 1\ndevice_pool = \"main\"\napplication = \"ivr\"\ncfb = \"port\"\n";
    let text = desk(r#"{ sales = "x" }"#, &(phones(&["x"]) + first)).replace("to = \"port\"", "to = \"first\"");
    let found = problems(&text, "at_s\n1\n");
    assert!(found.contains("no caller has the wish `sales`"), "{found}");
    let found = problems(&text, "at_s,wish\n1,sales\n2,\n");
    assert!(found.contains("reaches `port`, which asks for a wish, and has none"), "{found}");
    assert!(found.contains("calls.csv:3"), "{found}");
    let found = problems(&text, "at_s,wish\n1,sales\n2,service\n");
    assert!(found.contains("has the wish `service`, and `port` has no place for it"), "{found}");
    // Nobody gets there: nobody needs a wish.
    plan(&text.replace("cfb = \"port\"", ""), "at_s,wish\n1,sales\n2,service\n");
}
