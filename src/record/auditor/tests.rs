//! Runs that keep every identity, and runs that break exactly one.

use std::sync::Arc;

use crate::domain::{
    ApplicationFault, ApplicationId, CallName, ConferenceBridgeId, ConnectionId, Contact, DeviceId, Ending,
    FaultTarget, GiveUpReason, NodeId, OutageCause, PhoneGroupId, PortGroupId, QueueId, QueueOrder, Refusal,
    RoutePointId, SourceId, StationId, Target,
};
use crate::engine::{Distribution, Span, Time};
use crate::facts::{Fact, Message, Party, Path, PoolId, Reached, Recorder, Task};
use crate::fake;
use crate::plan::{Change, ConferenceBridge, Fault, Occurs, People, Plan, Queue, Setting, Transfer, TransferTo};

use super::ledger::Auditor;

const POINT: DeviceId = DeviceId(0);
const PORT: DeviceId = DeviceId(1);
const PHONE: DeviceId = DeviceId(4);
const IVR: ApplicationId = ApplicationId(0);
const SUB1: NodeId = NodeId(0);
const SUB2: NodeId = NodeId(1);
const CALL: CallName = CallName { source: SourceId(0), number: 0 };

const NOTHING_YET: Reached = Reached {
    path: Path { ingress: SUB1, route_point: None, application: None },
    contact: Contact::Nothing,
    waits_since: Time::ZERO,
};

fn at(second: u64) -> Time {
    Time::ZERO + Span::from_secs(second)
}

fn closed(device: DeviceId, because: OutageCause) -> Fact {
    Fact::DeviceClosed { device, application: (device.0 < 4).then_some(IVR), because, since: Time::ZERO }
}

fn opened(device: DeviceId, node: NodeId, out: u64) -> Fact {
    let application = (device.0 < 4).then_some(IVR);
    Fact::DeviceOpened { device, application, node, out_of_service: Span::from_secs(out) }
}

fn waits(device: DeviceId) -> Fact {
    Fact::HomeReturned { device, ago: Span::from_secs(1) }
}

fn leaves(device: DeviceId, waited: u64) -> Fact {
    Fact::RehomeStarted { device, waited: Span::from_secs(waited) }
}

fn home(device: DeviceId, delay: u64) -> Fact {
    Fact::Rehomed { device, delay: Span::from_secs(delay) }
}

const FAILED: Fact = Fact::CallManagerFailed { node: SUB1 };
const RETURNED: Fact = Fact::CallManagerReturned { node: SUB1 };

fn audited<'p>(plan: &'p Plan, facts: &[(u64, Fact)]) -> Auditor<'p> {
    let mut auditor = Auditor::new(plan);
    for &(second, fact) in facts {
        auditor.note(at(second), fact);
    }
    auditor
}

#[track_caller]
fn holds(facts: &[(u64, Fact)]) {
    let plan = fake::plan();
    assert_eq!(audited(&plan, facts).finish(plan.length), Ok(()));
}

/// The facts break one identity, and the violation contains these words.
#[track_caller]
fn broken(facts: &[(u64, Fact)], words: &str) {
    let plan = fake::plan();
    let found = audited(&plan, facts).finish(plan.length).expect_err(words);
    assert!(found.len() == 1 && found[0].contains(words), "expected {words:?}, found {found:#?}");
}

/// These facts after the others.
fn and(first: &[(u64, Fact)], then: &[(u64, Fact)]) -> Vec<(u64, Fact)> {
    [first, then].concat()
}

/// Everything is at the second node, and the first one is back at 100 s.
fn failed_over() -> Vec<(u64, Fact)> {
    let devices = || (0..6).map(DeviceId);
    let mut facts = vec![(50, FAILED)];
    facts.extend(devices().map(|device| (50, closed(device, OutageCause::CallManagerFailed))));
    facts.extend(devices().map(|device| (60, opened(device, SUB2, 10))));
    facts.push((100, RETURNED));
    facts
}

#[test]
fn failing_over_and_rehoming_holds() {
    let mut facts = failed_over();
    for device in (0..6).map(DeviceId) {
        facts.extend([(101, waits(device)), (101, leaves(device, 1)), (101, closed(device, OutageCause::Rehoming))]);
    }
    facts.extend((0..6).map(DeviceId).flat_map(|device| [(102, opened(device, SUB1, 1)), (102, home(device, 2))]));
    holds(&facts);
    let plan = fake::plan();
    assert_eq!(audited(&plan, &facts).at_rest(), Ok(()));
}

#[test]
fn nothing_is_in_service_at_a_callmanager_that_has_failed() {
    broken(&[(50, FAILED)], "is in service at NodeId(0), whose CallManager has failed");
    // A fact after that instant is too late.
    let mut late = failed_over();
    late[1].0 = 51;
    late.sort_by_key(|&(at, _)| at);
    broken(&late, "device Some(0) is in service at NodeId(0)");
    // A CallManager that is back in the same instant has taken no device out of service.
    holds(&[(50, FAILED), (50, RETURNED)]);
}

#[test]
fn a_device_is_in_service_at_one_live_callmanager_of_its_group() {
    let mut facts = vec![(50, closed(POINT, OutageCause::ApplicationClosed))];
    holds(&and(&facts, &[(51, opened(POINT, SUB2, 1))]));
    broken(&[(51, opened(POINT, SUB2, 1))], "the device was already in service at Some(NodeId(0))");
    broken(
        &and(&facts, &[(51, closed(POINT, OutageCause::ApplicationClosed))]),
        "the device was already out of service",
    );
    broken(&and(&facts, &[(55, opened(POINT, SUB2, 4))]), "the device closed 5.000000000s ago");
    broken(&and(&facts, &[(55, opened(POINT, SUB2, 56))]), "the device closed 5.000000000s ago");
    let mut plan = fake::plan();
    plan.devices[POINT.index()].group = Arc::new([SUB1]);
    let found = audited(&plan, &and(&facts, &[(55, opened(POINT, SUB2, 5))])).finish(plan.length).unwrap_err();
    assert!(found[0].contains("the device can never be in service there"), "{found:?}");
    let mut down = failed_over();
    down.truncate(7);
    broken(&and(&down, &[(60, opened(POINT, SUB1, 10))]), "the CallManager is down");
    facts[0].1 =
        Fact::DeviceClosed { device: POINT, application: None, because: OutageCause::ApplicationClosed, since: at(50) };
    let plan = fake::plan();
    let found = audited(&plan, &facts).finish(plan.length).unwrap_err();
    assert!(found[0].contains("the device belongs to [ApplicationId(0)]"), "{found:?}");
}

#[test]
fn a_device_is_out_because_of_what_has_happened() {
    let words = "the facts before it do not support this cause";
    broken(&[(50, closed(POINT, OutageCause::CallManagerFailed))], words);
    broken(&[(50, closed(POINT, OutageCause::CtiManagerFailed))], words);
    broken(&[(50, closed(PHONE, OutageCause::ApplicationClosed))], words);
    broken(&[(50, closed(POINT, OutageCause::Rehoming))], words);
    holds(&[(50, Fact::CtiManagerFailed { node: SUB1 }), (51, closed(POINT, OutageCause::CtiManagerFailed))]);
}

#[test]
fn a_device_rehomes_only_after_its_home_is_back() {
    let facts = failed_over();
    broken(&[(50, waits(POINT))], "the device is at home");
    broken(&and(&facts, &[(110, leaves(POINT, 10))]), "the device was not waiting to rehome");
    broken(&and(&facts, &[(110, home(POINT, 10))]), "the device had not started to rehome");
    broken(&and(&facts, &[(110, Fact::RehomeLost { device: POINT })]), "the device was not rehoming");
    let facts = and(&facts, &[(101, waits(POINT))]);
    holds(&facts);
    holds(&and(&facts, &[(110, Fact::RehomeLost { device: POINT })]));
    broken(&and(&facts, &[(102, waits(POINT))]), "the device is already waiting");
    broken(
        &and(&facts, &[(110, leaves(POINT, 11))]),
        "reports 11.000000000s, but its home has been back for 10.000000000s",
    );
    let facts = and(&facts, &[(110, leaves(POINT, 10)), (110, closed(POINT, OutageCause::Rehoming))]);
    holds(&facts);
    broken(&and(&facts, &[(110, closed(POINT, OutageCause::Rehoming))]), "the device was already out of service");
    holds(&and(&facts, &[(112, opened(POINT, SUB1, 2)), (112, home(POINT, 12))]));
    broken(&and(&facts, &[(112, opened(POINT, SUB1, 2)), (112, home(POINT, 2))]), "the facts before it give");
    broken(&and(&facts, &[(112, opened(POINT, SUB2, 2)), (112, home(POINT, 12))]), "rehomed, but it is at");
    broken(&and(&facts, &[(112, home(POINT, 12))]), "rehomed, but it is at");
    // Once in service elsewhere, it has to start rehoming again.
    let astray = [(112, opened(POINT, SUB2, 2)), (112, Fact::RehomeLost { device: POINT }), (113, home(POINT, 13))];
    broken(&and(&facts, &astray), "the device had not started to rehome");
}

#[test]
fn a_device_with_a_call_does_not_rehome() {
    let facts = failed_over();
    let ingress = SUB2;
    let (route_point, offered) = (RoutePointId(0), (101, Fact::Offered { call: CALL, place: 0, ingress }));
    let presented = (101, Fact::Presented { call: CALL, route_point, device: POINT, line: 0 });
    let left = (110, Fact::Left { call: CALL, route_point, device: POINT, line: 0, stayed: Span::from_secs(9) });
    let waits_and_leaves =
        |device| vec![(109, Fact::HomeReturned { device, ago: Span::from_secs(9) }), (110, leaves(device, 10))];
    let at_point = and(&facts, &[offered, presented]);
    broken(&and(&at_point, &waits_and_leaves(POINT)), "the device has 1 calls");
    let mut gone = and(&at_point, &waits_and_leaves(POINT));
    gone.insert(gone.len() - 1, left);
    holds(&gone);
    for (device, pool) in [(PORT, PoolId::Ports(PortGroupId(0))), (PHONE, PoolId::Phones(PhoneGroupId(0)))] {
        let seized = (101, Fact::Seized { call: CALL, pool, device: Some(device), line: 0 });
        let taken = and(&facts, &[offered, seized]);
        broken(&and(&taken, &waits_and_leaves(device)), "the device has 0 calls, and is taken by Some(CallName");
        let freed = (105, Fact::Freed { call: CALL, pool, device: Some(device) });
        holds(&and(&and(&taken, &[freed]), &waits_and_leaves(device)));
    }
}

#[test]
fn no_call_comes_to_a_device_out_of_service() {
    let offered = (51, Fact::Offered { call: CALL, place: 0, ingress: SUB2 });
    let mut facts = failed_over();
    facts.truncate(7);
    let presented = (52, Fact::Presented { call: CALL, route_point: RoutePointId(0), device: POINT, line: 0 });
    broken(&and(&facts, &[offered, presented]), "the route point is out of service");
    for (device, pool) in [(PORT, PoolId::Ports(PortGroupId(0))), (PHONE, PoolId::Phones(PhoneGroupId(0)))] {
        let seized = (52, Fact::Seized { call: CALL, pool, device: Some(device), line: 0 });
        broken(&and(&facts, &[offered, seized]), "the device is out of service");
    }
    // In the instant of the failure, before its device is closed.
    let presented = (50, Fact::Presented { call: CALL, route_point: RoutePointId(0), device: POINT, line: 0 });
    let left =
        (50, Fact::Left { call: CALL, route_point: RoutePointId(0), device: POINT, line: 0, stayed: Span::ZERO });
    let mut facts = failed_over();
    facts.splice(1..1, [(50, offered.1), presented, left]);
    broken(&facts, "the route point is out of service");
}

#[test]
fn a_call_rings_and_is_turned_away_where_it_is() {
    let offered = (10, Fact::Offered { call: CALL, place: 0, ingress: SUB1 });
    let pool = PoolId::Phones(PhoneGroupId(0));
    let seized = (11, Fact::Seized { call: CALL, pool, device: Some(PHONE), line: 0 });
    let rings = |device| (12, Fact::Rings { call: CALL, pool, device });
    broken(&[rings(Some(PHONE))], "of a call that is not in progress");
    broken(&[offered, rings(Some(PHONE))], "while the call holds Nothing");
    broken(&[offered, seized, rings(None)], "while the call holds Pool");
    broken(
        &[offered, seized, rings(Some(PHONE)), (13, Fact::PickedUp { call: CALL, since: at(14) })],
        "it began later",
    );
    let (message, from, to) = (Message::Event, Party::CallManager(SUB1), Party::CtiManager(SUB1));
    let sending =
        |departs, arrives| Fact::Sending { call: CALL, message, from, to, departs: at(departs), arrives: at(arrives) };
    broken(&[offered, (11, sending(10, 12))], "it arrives before it leaves");
    broken(&[offered, (11, sending(12, 11))], "it arrives before it leaves");
}

#[test]
fn a_device_is_given_up_if_the_workload_allows_it() {
    let mut facts = failed_over();
    facts.truncate(7);
    let given_up = |device, because| (60, Fact::DeviceGivenUp { device, because });
    holds(&and(&facts, &[given_up(PORT, GiveUpReason::CannotOpen)]));
    holds(&and(&facts, &[given_up(PORT, GiveUpReason::CannotOpen), (70, opened(PORT, SUB2, 20))]));
    broken(&[given_up(PORT, GiveUpReason::CannotOpen)], "the device is in service at Some(NodeId(0))");
    for (device, because) in [
        (POINT, GiveUpReason::CannotOpen),
        (PORT, GiveUpReason::RecoveryForbidden),
        (PHONE, GiveUpReason::RecoveryForbidden),
        (PORT, GiveUpReason::OutOfReach),
    ] {
        broken(&and(&facts, &[given_up(device, because)]), "the workload does not allow this");
    }
}

#[test]
fn a_process_that_is_down_does_no_work() {
    let served = |station, second, started| {
        let (arrived, started) = (at(second), at(started));
        let (station, finished) = (StationId(station), started + Span::from_secs(5));
        (second, Fact::Served { station, task: Task::SetUp, call: None, arrived, started, finished })
    };
    let facts = &failed_over()[..7];
    broken(&and(facts, &[served(0, 60, 60)]), "its process is down");
    holds(&and(facts, &[served(1, 60, 60), served(2, 60, 60)]));
    let down = (50, Fact::CtiManagerFailed { node: SUB1 });
    broken(&[down, served(1, 60, 60)], "its process is down");
    holds(&[down, (59, Fact::CtiManagerReturned { node: SUB1 }), served(1, 60, 60)]);
    for fault in [ApplicationFault::Exit, ApplicationFault::Silent, ApplicationFault::Stall] {
        let down = (50, Fact::ApplicationFailed { application: IVR, fault });
        broken(&[down, served(4, 60, 60)], "its process is down");
        holds(&[down, (59, Fact::ApplicationReturned { application: IVR }), served(4, 60, 60)]);
    }
    // Work lost in a failure occupies no server and no queue after the restart.
    let mut facts = failed_over();
    facts.insert(0, served(0, 49, 300));
    holds(&and(&facts, &[served(0, 101, 101)]));
    broken(&and(&facts, &[served(0, 101, 101), served(0, 103, 103)]), "2 pieces of work at once at 1 servers");
}

#[test]
fn processes_fail_when_they_are_up_and_come_back_when_they_are_down() {
    broken(&[(50, RETURNED)], "the process was already up");
    broken(&and(&failed_over()[..7], &[(51, FAILED)]), "the process was already down");
    broken(&[(50, Fact::CtiManagerReturned { node: SUB1 })], "the process was already up");
}

#[test]
fn what_is_noticed_happened_exactly_that_long_ago() {
    let noticed = |node, delay| Fact::FailureNoticed { manager: SUB1, node, delay: Span::from_secs(delay) };
    let facts = failed_over();
    holds(&and(&facts[..7], &[(51, noticed(SUB1, 1))]));
    broken(&and(&facts[..7], &[(52, noticed(SUB1, 1))]), "there was no failure that long ago");
    broken(&and(&facts[..7], &[(51, noticed(SUB2, 1))]), "there was no failure that long ago");
    let manager_down = (50, Fact::CtiManagerFailed { node: SUB1 });
    let other_down = (50, Fact::CallManagerFailed { node: SUB2 });
    broken(&[manager_down, other_down, (51, noticed(SUB2, 1))], "the CTIManager that noticed has itself failed");
    let lost = |delay| Fact::ManagerLossNoticed { application: IVR, delay: Span::from_secs(delay) };
    holds(&[manager_down, (55, lost(5))]);
    broken(&[manager_down, (55, lost(4))], "there was no failure that long ago");
    let changed = |manager| (60, Fact::ManagerChanged { application: IVR, manager });
    holds(&[changed(SUB1)]);
    broken(&[manager_down, changed(SUB1)], "listed is true, up is false");
    broken(&[changed(SUB2)], "listed is false, up is true");
}

#[test]
fn an_application_is_closed_after_its_failure() {
    let failed = (50, Fact::ApplicationFailed { application: IVR, fault: ApplicationFault::Stall });
    let dies = (55, Fact::ApplicationFailed { application: IVR, fault: ApplicationFault::Exit });
    let closes = |delay: Option<u64>, false_failure| {
        (60, Fact::ApplicationClosed { application: IVR, delay: delay.map(Span::from_secs), false_failure })
    };
    holds(&[failed, dies, closes(Some(10), false)]);
    broken(&[failed, dies, closes(Some(5), false)], "the facts before it give 10.000000000s");
    broken(&[closes(None, false)], "of an application that failed at None");
    holds(&[closes(None, true)]);
}

#[test]
fn new_calls_are_refused_only_by_a_throttled_callmanager() {
    let throttling = |refuses| Fact::Throttling { node: SUB2, refuses };
    let offered = (50, Fact::Offered { call: CALL, place: 0, ingress: SUB2 });
    let ended = (
        50,
        Fact::Ended {
            call: CALL,
            place: 0,
            ending: Ending::Refused(Refusal::Throttled),
            offered: at(50),
            reached: NOTHING_YET,
        },
    );
    holds(&[(40, throttling(true)), offered, ended, (60, throttling(false))]);
    broken(&[offered, ended], "NodeId(1) does not refuse calls");
    broken(&[(40, throttling(false))], "the CallManager was already in this state");
}

#[test]
fn settings_change_when_they_are_due() {
    let mut plan = fake::plan();
    let whose = Target::RoutePoint(RoutePointId(0));
    let setting = Setting::Forward(crate::domain::Forward::Cfb, None);
    plan.changes = vec![Change { at: at(50), whose, through: None, setting }];
    let changed = Fact::SettingChanged { change: 0 };
    assert_eq!(audited(&plan, &[(50, changed)]).finish(plan.length), Ok(()));
    assert!(audited(&plan, &[(51, changed)]).finish(plan.length).is_err());
}

#[track_caller]
fn unsettled(plan: &Plan, facts: &[(u64, Fact)], words: &[&str]) {
    let mut auditor = audited(plan, facts);
    assert_eq!(auditor.finish(plan.length), Ok(()));
    let found = auditor.at_rest().err().unwrap_or_default();
    let reported = found.len() == words.len() && found.iter().zip(words).all(|(found, words)| found.contains(words));
    assert!(reported, "expected {words:#?}, found {found:#?}");
}

#[test]
fn devices_that_are_not_at_rest_are_reported() {
    let plan = fake::plan();
    unsettled(&plan, &[], &[]);
    // No CallManager of the group is up (R16); then one is.
    let mut down = failed_over();
    down.truncate(7);
    let both = and(&down, &[(50, Fact::CallManagerFailed { node: SUB2 })]);
    unsettled(&plan, &both, &[]);
    unsettled(&plan, &and(&both, &[(70, RETURNED)]), &["because CallManagerFailed"; 6]);
    // Given up by a rule.
    let given_up = (70, Fact::DeviceGivenUp { device: PORT, because: GiveUpReason::CannotOpen });
    unsettled(&plan, &and(&both, &[given_up, (70, RETURNED)]), &["because CallManagerFailed"; 5]);
    // Its application, or its CTIManager, is down (R20, R22); then it is back.
    let closes = (50, closed(POINT, OutageCause::ApplicationClosed));
    let fails = (40, Fact::ApplicationFailed { application: IVR, fault: ApplicationFault::Silent });
    unsettled(&plan, &[fails, closes], &[]);
    unsettled(&plan, &[fails, closes, (60, Fact::ApplicationReturned { application: IVR })], &["ApplicationClosed"]);
    unsettled(&plan, &[(40, Fact::CtiManagerFailed { node: SUB1 }), closes], &[]);
    // A phone keeps its call (R15).
    let (pool, ingress) = (PoolId::Phones(PhoneGroupId(0)), SUB2);
    let talks = [
        (40, Fact::Offered { call: CALL, place: 0, ingress }),
        (40, Fact::Seized { call: CALL, pool, device: Some(PHONE), line: 0 }),
    ];
    let back = [(70, Fact::CallManagerReturned { node: SUB2 })];
    unsettled(&plan, &and(&and(&talks, &both), &back), &["because CallManagerFailed"; 5]);
}

#[test]
fn only_a_call_keeps_a_device_from_rehoming_for_ever() {
    let plan = fake::plan();
    let mut facts = failed_over();
    facts.retain(|(_, fact)| !matches!(fact, Fact::DeviceOpened { .. }));
    facts.extend((0..6).map(DeviceId).map(|device| (100, opened(device, SUB1, 50))));
    let away = |device| [(200, closed(device, OutageCause::ApplicationClosed)), (201, opened(device, SUB2, 1))];
    let facts = and(&facts, &away(POINT));
    unsettled(&plan, &facts, &["DeviceId(0) is in service at NodeId(1), but does not wait to rehome"]);
    let facts = and(&facts, &[(202, waits(POINT))]);
    unsettled(&plan, &facts, &["DeviceId(0) has no call, but has waited to rehome since 201"]);
    let route_point = RoutePointId(0);
    let comes = [
        (203, Fact::Offered { call: CALL, place: 0, ingress: SUB2 }),
        (203, Fact::Presented { call: CALL, route_point, device: POINT, line: 0 }),
    ];
    unsettled(&plan, &and(&facts, &comes), &[]);
    unsettled(&plan, &and(&facts, &[(210, leaves(POINT, 9))]), &["its home has been back since 201"]);
}

/// A plan whose application has a phone open.
fn with_phone() -> Plan {
    let mut plan = fake::plan();
    plan.devices[PHONE.index()].application = Some(IVR);
    plan.devices[PHONE.index()].connection = Some(ConnectionId(0));
    plan
}

const LOST: Fact = Fact::ControlLost { device: PHONE, application: IVR, last: true };
const CONTROLLED: Fact = Fact::Controlled { device: PHONE, application: IVR, first: true };

#[test]
fn a_phone_that_is_not_controlled_again_is_reported() {
    let plan = with_phone();
    unsettled(&plan, &[], &[]);
    unsettled(&plan, &[(50, LOST)], &["is in service at NodeId(0), but its application does not control it"]);
    unsettled(&plan, &[(50, LOST), (60, CONTROLLED)], &[]);
    // Its application, or its CTIManager, is down (R20, R22).
    let fails = Fact::ApplicationFailed { application: IVR, fault: ApplicationFault::Silent };
    unsettled(&plan, &[(50, fails), (55, LOST)], &[]);
    unsettled(&plan, &[(50, Fact::CtiManagerFailed { node: SUB1 }), (50, LOST)], &[]);
    // It cannot be opened there (R17), or its application forbids recovery (R19).
    let mut cannot = with_phone();
    cannot.devices[PHONE.index()].cannot_open_on = Arc::from([SUB1, SUB2]);
    unsettled(&cannot, &[(50, LOST)], &[]);
    let mut forbids = with_phone();
    forbids.applications[0].recovery = false;
    unsettled(&forbids, &[(50, LOST)], &[]);
}

#[test]
fn control_of_a_phone_is_gained_and_lost_in_turn_while_it_is_in_service() {
    let plan = with_phone();
    let found = |facts: &[(u64, Fact)]| audited(&plan, facts).finish(plan.length).err().unwrap_or_default().join("\n");
    let out = Fact::DeviceClosed {
        device: PHONE,
        application: Some(IVR),
        because: OutageCause::ApplicationClosed,
        since: at(50),
    };
    assert_eq!(found(&[(50, LOST), (60, CONTROLLED), (70, LOST), (70, out)]), "");
    assert!(found(&[(50, CONTROLLED)]).contains("controlled before: true"));
    assert!(found(&[(50, LOST), (60, LOST)]).contains("did not control it"));
    assert!(found(&[(50, out)]).contains("some application still controls it"));
    assert!(found(&[(50, LOST), (50, out), (60, CONTROLLED)]).contains("in service at None"));
    let port = Fact::Controlled { device: PORT, application: IVR, first: true };
    assert!(found(&[(50, port)]).contains("controlled before: true"));
}

/// The plan, with a fault of the first two ports.
fn with_failing_ports() -> Plan {
    let mut plan = fake::plan();
    let failing = FaultTarget::Devices(Target::Ports(PortGroupId(0)), 2);
    plan.faults.push(Fault { failing, occurs: Occurs::Once { at: at(50), duration: Span::from_secs(10) } });
    plan
}

#[test]
fn a_device_that_has_failed_is_in_service_nowhere_until_it_is_back() {
    let plan = with_failing_ports();
    let check = |facts: &[(u64, Fact)], words: &str| {
        let found = audited(&plan, facts).finish(plan.length);
        match words {
            "" => assert_eq!(found, Ok(())),
            words => {
                let found = found.expect_err(words);
                assert!(found.len() == 1 && found[0].contains(words), "expected {words:?}, found {found:#?}");
            }
        }
    };
    let (fails, back) = (Fact::DeviceFailed { device: PORT }, Fact::DeviceReturned { device: PORT });
    let out = closed(PORT, OutageCause::DeviceFailed);
    check(&[(50, fails), (50, out), (60, back), (61, opened(PORT, SUB1, 11))], "");
    check(&[(50, fails)], "has failed, but is in service at Some(NodeId(0))");
    check(&[(50, fails), (50, out), (55, opened(PORT, SUB1, 5))], "the device has failed and is not back");
    check(&[(50, out)], "the facts before it do not support this cause");
    check(&[(50, fails), (50, out), (51, fails)], "the device was already down");
    check(&[(60, back)], "the device was not down");
    check(
        &[(50, Fact::DeviceFailed { device: PHONE }), (50, closed(PHONE, OutageCause::DeviceFailed))],
        "no fault of the workload takes this device",
    );
    let pool = PoolId::Ports(PortGroupId(0));
    let comes = [
        (40, Fact::Offered { call: CALL, place: 0, ingress: SUB2 }),
        (40, Fact::Seized { call: CALL, pool, device: Some(PORT), line: 0 }),
    ];
    check(&and(&comes, &[(50, fails), (50, out)]), "is left at DeviceId(1), which has failed");
    // At rest it is back in service, or has failed for good.
    unsettled(&plan, &[(50, fails), (50, out)], &[]);
    unsettled(&plan, &[(50, fails), (50, out), (60, back)], &["because DeviceFailed"]);
}

#[test]
fn a_call_waits_for_a_callmanager_that_hangs_only_until_that_is_noticed() {
    // `callmanager_notice` is one second.
    let mut hangs: Vec<(u64, Fact)> = vec![
        (40, Fact::Offered { call: CALL, place: 0, ingress: SUB1 }),
        (40, Fact::Presented { call: CALL, route_point: RoutePointId(0), device: POINT, line: 0 }),
        (50, FAILED),
    ];
    hangs.extend((0..6).map(|row| (50, closed(DeviceId(row), OutageCause::CallManagerFailed))));
    hangs.push((50, Fact::CallManagerHangs { node: SUB1 }));
    let noticed = |at, after| (at, Fact::HangNoticed { node: SUB1, delay: Span::from_secs(after) });
    let left =
        Fact::Left { call: CALL, route_point: RoutePointId(0), device: POINT, line: 0, stayed: Span::from_secs(11) };
    let ends =
        Fact::Ended { call: CALL, place: 0, ending: Ending::DroppedInSetup, offered: at(40), reached: NOTHING_YET };
    holds(&and(&hangs, &[noticed(51, 1), (51, left), (51, ends)]));
    broken(&and(&hangs, &[noticed(51, 1)]), "still waits for NodeId(0), whose hang is known");
    broken(&and(&hangs[2..], &[noticed(53, 3)]), "it should have been noticed before");
    broken(&and(&hangs[2..], &[noticed(51, 0)]), "but the facts before it give");
    broken(&[noticed(51, 1)], "it does not hang");
    broken(&[(50, Fact::CallManagerHangs { node: SUB1 })], "it is up, or hangs already");
}

#[test]
fn a_line_has_no_more_calls_than_it_may_and_calls_wait_only_for_a_person_who_has_one() {
    let call = |number| CallName { source: SourceId(0), number };
    let pool = PoolId::Phones(PhoneGroupId(0));
    let offered = |number| (10, Fact::Offered { call: call(number), place: 0, ingress: SUB1 });
    let seized = |second, number| (second, Fact::Seized { call: call(number), pool, device: Some(PHONE), line: 0 });
    let waits = |number| (20, Fact::CallWaits { call: call(number), device: PHONE, line: 0 });
    let waited = |second, number| (second, Fact::CallWaited { call: call(number), device: PHONE });
    let freed = |second, number| (second, Fact::Freed { call: call(number), pool, device: Some(PHONE) });
    let two = [offered(0), offered(1), offered(2), seized(11, 0), waits(1)];
    holds(&and(&two, &[freed(30, 0), waited(30, 1), seized(30, 1), freed(40, 1)]));
    broken(&and(&two, &[waits(2)]), "3 calls, but at most 2 are allowed");
    broken(&[offered(0), waits(0)], "a phone: true, in use: false");
    broken(&and(&two, &[freed(30, 0)]), "1 calls wait at DeviceId(4), which is free");
    broken(&and(&two, &[waited(30, 2)]), "while the call holds Some(Nothing)");
    let presented =
        |number, line| (20, Fact::Presented { call: call(number), route_point: RoutePointId(0), device: POINT, line });
    broken(&[offered(0), presented(0, 1)], "the device has no such line");
}

/// Two queues of the phones, the first of the better priority, to which the ports lead.
fn with_queues() -> Plan {
    let mut plan = fake::plan();
    let queue = |name: &str| Queue {
        name: name.to_owned(),
        of_group: false,
        groups: vec![PhoneGroupId(0)],
        order: QueueOrder::LongestIdle,
    };
    plan.queues = vec![queue("first"), queue("second")];
    plan.phone_groups[0].queues = vec![QueueId(0), QueueId(1)];
    let by_wish = [0, 1].map(|queue| Some(People::Queue(QueueId(queue))));
    plan.port_groups[0].transfer = Some(Transfer { share: 1.0, to: TransferTo::ByWish(by_wish.to_vec()) });
    plan
}

const fn caller(number: u32) -> CallName {
    CallName { source: SourceId(0), number }
}

fn takes(call: CallName, pool: PoolId, device: u32) -> Fact {
    Fact::Seized { call, pool, device: Some(DeviceId(device)), line: 0 }
}

fn gives(call: CallName, pool: PoolId, device: u32) -> Fact {
    Fact::Freed { call, pool, device: Some(DeviceId(device)) }
}

const PHONES: PoolId = PoolId::Phones(PhoneGroupId(0));
const PORTS: PoolId = PoolId::Ports(PortGroupId(0));

/// Both phones are in use, and callers wait: 2 in the second queue since 100, 3 and 4 in the first since 101 and 102.
fn waiting() -> Vec<(u64, Fact)> {
    let offered = |call| Fact::Offered { call, place: 0, ingress: SUB1 };
    let path = Path { ingress: SUB1, route_point: None, application: Some(IVR) };
    let connected = |call| Fact::Connected { call, path, since_offered: Span::ZERO, first_sign: true, by_person: true };
    let mut facts = vec![
        (90, offered(caller(0))),
        (90, takes(caller(0), PHONES, 4)),
        (90, offered(caller(1))),
        (90, takes(caller(1), PHONES, 5)),
    ];
    for (second, number, queue) in [(100, 2, 1), (101, 3, 0), (102, 4, 0)] {
        let call = caller(number);
        let port = takes(call, PORTS, number - 1);
        let queued = Fact::Queued { call, place: 0, queue: QueueId(queue) };
        facts.extend([offered(call), port, connected(call), queued].map(|fact| (second, fact)));
    }
    facts
}

/// A phone is free at 120, and takes a caller who has waited so long in a queue.
fn served(number: u32, queue: u16, waited: u64) -> Vec<(u64, Fact)> {
    let (call, over) = (caller(number), caller(0));
    let facts = [
        gives(over, PHONES, 4),
        Fact::Ended { call: over, place: 0, ending: Ending::Abandoned, offered: at(90), reached: NOTHING_YET },
        Fact::Distributed { call, queue: QueueId(queue), waited: Some(Span::from_secs(waited)) },
        gives(call, PORTS, number - 1),
        takes(call, PHONES, 4),
    ];
    facts.map(|fact| (120, fact)).to_vec()
}

/// Some violation contains these words.
#[track_caller]
fn breaks(facts: &[(u64, Fact)], words: &str) {
    let plan = with_queues();
    let found = audited(&plan, facts).finish(plan.length).expect_err(words);
    assert!(found.iter().any(|violation| violation.contains(words)), "expected {words:?}, found {found:#?}");
}

#[test]
fn queues_are_served_in_order_and_nobody_waits_for_a_free_phone() {
    let plan = with_queues();
    let right = and(&waiting(), &served(3, 0, 19));
    assert_eq!(audited(&plan, &right).finish(plan.length), Ok(()));
    breaks(&and(&waiting(), &served(3, 0, 19)[..2]), "waits while a phone of");
    breaks(&and(&waiting(), &served(2, 1, 20)), "waits with a better priority");
    breaks(&and(&waiting(), &served(4, 0, 18)), "comes before it");
    breaks(&and(&waiting(), &served(3, 0, 18)), "reports");
    let over =
        Fact::Ended { call: caller(3), place: 0, ending: Ending::Abandoned, offered: at(101), reached: NOTHING_YET };
    breaks(&and(&waiting(), &[(110, gives(caller(3), PORTS, 2)), (110, over)]), "while it waits in a queue");
    let again = Fact::Queued { call: caller(3), place: 0, queue: QueueId(0) };
    breaks(&and(&waiting(), &[(110, again)]), "it waits already");
    // Nobody transfers while the application stalls.
    let stalls = [(110, Fact::ApplicationFailed { application: IVR, fault: ApplicationFault::Stall })];
    let idle = and(&and(&waiting(), &stalls), &served(3, 0, 19)[..2]);
    assert_eq!(audited(&plan, &idle).finish(plan.length), Ok(()));
    breaks(&and(&and(&waiting(), &stalls), &served(3, 0, 19)), "cannot transfer it");
}

fn with_bridge() -> Plan {
    let mut plan = fake::plan();
    let bridge = ConferenceBridge { name: "bridge".into(), node: SUB2, conferences: 1 };
    plan.conference_bridges.push(bridge);
    plan
}

#[test]
fn whatever_a_call_occupies_beside_its_device_is_given_back_once() {
    let plan = with_bridge();
    let (phones, bridge) = (PhoneGroupId(0), ConferenceBridgeId(0));
    let pool = PoolId::Phones(phones);
    let call = |number| CallName { source: SourceId(0), number };
    let path = Path { ingress: SUB1, route_point: None, application: None };
    let since_offered = Span::from_secs(2);
    let begun = [
        (10, Fact::Offered { call: CALL, place: 0, ingress: SUB1 }),
        (11, Fact::Seized { call: CALL, pool, device: Some(PHONE), line: 0 }),
        (12, Fact::Connected { call: CALL, path, since_offered, first_sign: true, by_person: true }),
    ];
    let held = (20, Fact::Held { call: CALL, delay: Span::ZERO });
    let retrieved = (25, Fact::Retrieved { call: CALL, delay: Span::ZERO });
    let aside = (30, Fact::PutAside { call: CALL, phones, device: PHONE });
    let back = (40, Fact::TakenBack { call: CALL, phones, device: PHONE });
    let let_go = (40, Fact::LetGo { call: CALL, phones, device: PHONE });
    let freed = (40, Fact::Freed { call: CALL, pool, device: Some(PHONE) });
    let ended =
        (40, Fact::Ended { call: CALL, place: 0, ending: Ending::Completed, offered: at(10), reached: NOTHING_YET });
    let taken = |number| (28, Fact::BridgeTaken { call: call(number), bridge });
    let given = (40, Fact::BridgeFreed { call: CALL, bridge });
    let kept = |facts: &[(u64, Fact)]| {
        let facts = and(&begun, facts);
        assert_eq!(audited(&plan, &facts).finish(plan.length), Ok(()));
    };
    let broken = |facts: &[(u64, Fact)], words: &str| {
        let found = audited(&plan, &and(&begun, facts)).finish(plan.length).expect_err(words);
        assert!(found[0].contains(words), "expected {words:?}, found {found:#?}");
    };
    kept(&[held, retrieved, aside, back, freed, ended]);
    kept(&[taken(0), aside, let_go, given, ended]);
    broken(&[retrieved], "on_hold: false");
    broken(&[held, aside], "on_hold: true");
    broken(&[let_go], "of a call that was not put aside");
    broken(&[aside, aside], "while the call holds Nothing");
    broken(&[aside, let_go, let_go], "of a call that was not put aside");
    broken(&[aside, back, back], "of a call that was not put aside");
    broken(&[aside, ended], "while the call holds (Some(");
    broken(&[freed, given], "while the call has None");
    broken(&[taken(0), freed, ended], "Some(ConferenceBridgeId(0))");
    broken(&[taken(0), taken(0)], "while the call has Some(ConferenceBridgeId(0))");
    let other = (13, Fact::Offered { call: call(1), place: 0, ingress: SUB1 });
    broken(&[other, taken(0), taken(1)], "2 of 1");
    broken(&[(28, Fact::ConferenceBlocked { call: CALL, bridge })], "there was room");
    broken(&[(30, Fact::Joined { call: CALL, delay: Span::ZERO })], "of AuditedCall");
    broken(&[(30, Fact::Consulted { call: CALL, delay: Span::ZERO })], "of AuditedCall");
}

#[test]
fn a_phone_whose_person_works_after_a_call_takes_none() {
    let mut plan = fake::plan();
    plan.phone_groups[0].wrap_up = Some(Distribution::Constant(Span::from_secs(3)));
    let phones = PhoneGroupId(0);
    let path = Path { ingress: SUB1, route_point: None, application: None };
    let connected =
        Fact::Connected { call: CALL, path, since_offered: Span::from_secs(1), first_sign: true, by_person: true };
    let begins = Fact::WrapUpBegan { call: CALL, phones, device: PHONE, line: 0 };
    let ends = Fact::WrapUpEnded { call: CALL, phones, device: PHONE };
    let ended = Fact::Ended { call: CALL, place: 0, ending: Ending::Completed, offered: at(10), reached: NOTHING_YET };
    let talked = |lasted| Fact::Talked { call: CALL, phones, lasted: Span::from_secs(lasted), cut: false };
    let begun = [
        (10, Fact::Offered { call: CALL, place: 0, ingress: SUB1 }),
        (10, Fact::Seized { call: CALL, pool: PHONES, device: Some(PHONE), line: 0 }),
        (11, connected),
        (20, talked(9)),
        (20, Fact::Freed { call: CALL, pool: PHONES, device: Some(PHONE) }),
    ];
    let over = [(20, begins), (20, ended)];
    let other = caller(1);
    let next = |second| {
        let seized = Fact::Seized { call: other, pool: PHONES, device: Some(PHONE), line: 0 };
        [(second, Fact::Offered { call: other, place: 1, ingress: SUB1 }), (second, seized)]
    };
    let found = |facts: &[(u64, Fact)]| {
        audited(&plan, &and(&begun, facts)).finish(plan.length).err().unwrap_or_default().join("\n")
    };
    assert_eq!(found(&and(&and(&over, &[(23, ends)]), &next(23))), "");
    assert!(found(&and(&over, &next(22))).contains("its person has work after"));
    assert!(found(&[(20, ended), (20, begins)]).contains("of a call that is not in progress"));
    assert!(found(&[(21, begins)]).contains("while the phone has"), "the call had left a second before");
    assert!(found(&[(20, begins), (20, begins)]).contains("while the phone has"));
    assert!(found(&[(23, ends)]).contains("it has not begun"));
    assert!(found(&[(20, talked(11))]).contains("of AuditedCall"), "it was offered 10 s ago");
    plan.phone_groups[0].wrap_up = None;
    let found = audited(&plan, &and(&begun, &over)).finish(plan.length).expect_err("nobody works after calls");
    assert!(found[0].contains("after-call work there: false"), "{found:?}");
}
