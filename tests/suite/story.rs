//! A run in sentences, one fact per line.

use ctisim::cluster::Cluster;
use ctisim::domain::{CallName, DeviceId};
use ctisim::engine::Time;
use ctisim::facts::{Fact, PoolId, Recorder};
use ctisim::plan::{self, Plan};
use ctisim::record::Auditor;
use ctisim::workload::{Contents, Files, Problems};
use std::sync::Arc;

/// The common part of every tiny workload: links and work take no time unless a test sets them.
const PRELUDE: &str = r#"
format = 1
question = "What does the rule say?"
network = { between_nodes = "0s", to_application = "0s" }
"#;

/// No work takes time unless a test sets it.
const FREE_WORK: &str = r#"
[work]
setup = "0s"
offer = "0s"
redirect = "0s"
answer = "0s"
release = "0s"
hold = "0s"
conference = "0s"
device_open = "0s"
event = "0s"
request = "0s"
heartbeat = "0s"
cti_device_open = "0s"
"#;

/// The calls of `calls.csv`, and after a line of [`OTHERS`] those of `others.csv`.
pub(crate) struct Calls(pub(crate) &'static str);

/// What separates the calls of a second source.
pub(crate) const OTHERS: &str = "==\n";

impl Files for Calls {
    fn read(&self, path: &str) -> Result<Arc<Contents>, String> {
        let mut files = self.0.split(OTHERS);
        let file = match path {
            "calls.csv" => files.next(),
            "others.csv" => files.nth(1),
            _ => None,
        };
        file.map(|calls| Contents::quotable(calls.as_bytes().to_vec())).ok_or_else(|| "is not there".to_owned())
    }
}

/// The plan of a tiny workload: the rest of its text, and the calls of its `calls.csv`, and perhaps of its `others.csv`. The
/// callers of the first source are shown as callers, those of the second as others.
pub(crate) fn plan(rest: &str, calls: &'static str) -> Plan {
    compile(rest, calls).unwrap_or_else(|problems| panic!("{}", problems.render(ctisim::workload::Ink::Plain)))
}

/// The problems of a tiny workload.
pub(crate) fn problems(rest: &str, calls: &'static str) -> String {
    compile(rest, calls).expect_err("something is wrong").render(ctisim::workload::Ink::Plain)
}

fn compile(rest: &str, calls: &'static str) -> Result<Plan, Problems> {
    let work = if rest.contains("[work]") { "" } else { FREE_WORK };
    // Keys of the top level must come before the first table.
    let text = match rest.split_once("\n[") {
        Some((top, tables)) => format!("{PRELUDE}{top}\n{work}\n[{tables}"),
        None => panic!("a workload has tables"),
    };
    plan::compile("tiny", &text, &Calls(calls))
}

struct Story<'p> {
    plan: &'p Plan,
    text: String,
}

impl Story<'_> {
    fn line(&mut self, now: Time, sentence: &str) {
        let millis = now.nanos() / 1_000_000;
        self.text += &format!("{:>4}.{:03} {sentence}\n", millis / 1000, millis % 1000);
    }

    fn device(&self, device: DeviceId) -> String {
        let row = self.plan.devices[device.index()].row as usize;
        if let Some(route_point) = self.plan.route_points.get(device.index()) {
            return route_point.name.clone();
        }
        let group =
            self.plan.port_groups.iter().enumerate().find(|(index, group)| {
                *index == row && (group.first.0..group.first.0 + group.count).contains(&device.0)
            });
        match group {
            Some((_, group)) => format!("{}/{}", group.name, device.0 - group.first.0 + 1),
            None => {
                let group = &self.plan.phone_groups[row];
                format!("{}/{}", group.name, device.0 - group.first.0 + 1)
            }
        }
    }

    fn place(&self, pool: PoolId, device: Option<DeviceId>) -> String {
        match (pool, device) {
            (PoolId::Outside(id), _) => self.plan.destinations[id.index()].name.clone(),
            (_, Some(device)) => self.device(device),
            (_, None) => "nothing".to_owned(),
        }
    }
}

fn caller(call: CallName) -> String {
    let who = if call.source.index() == 0 { "caller" } else { "other" };
    format!("{who} {}", call.number + 1)
}

impl Recorder for Story<'_> {
    fn note(&mut self, now: Time, fact: Fact) {
        let plan = self.plan;
        let application = |id: ctisim::domain::ApplicationId| plan.applications[id.index()].name.as_str();
        let sentence = match fact {
            Fact::Offered { call, ingress, .. } => format!("{} at {}", caller(call), plan.nodes[ingress.index()].name),
            Fact::Presented { call, route_point, .. } => {
                format!("{} presented at {}", caller(call), plan.route_points[route_point.index()].name)
            }
            Fact::Acted { call, route_point, application: Some(id), .. }
                if plan.route_points[route_point.index()].openers.applications.len() > 1 =>
            {
                format!("{} acts on {}", application(id), caller(call))
            }
            Fact::Acted { call, .. } => format!("the application acts on {}", caller(call)),
            Fact::Seized { call, pool, device, .. } => format!("{} takes {}", caller(call), self.place(pool, device)),
            Fact::CallWaits { call, device, .. } => format!("{} waits at {}", caller(call), self.device(device)),
            Fact::Queued { call, queue, .. } if !plan.queues[queue.index()].of_group => {
                format!("{} waits in {}", caller(call), plan.queues[queue.index()].name)
            }
            Fact::OffHook { call, device, .. } => format!("{} is off hook for {}", self.device(device), caller(call)),
            Fact::Held { call, .. } => format!("{} is on hold", caller(call)),
            Fact::Retrieved { call, .. } => format!("{} is retrieved", caller(call)),
            Fact::PutAside { call, device, .. } => format!("{} is put aside at {}", caller(call), self.device(device)),
            Fact::TakenBack { call, device, .. } => format!("{} is back at {}", caller(call), self.device(device)),
            Fact::LetGo { call, device, .. } => format!("{} lets {} go", self.device(device), caller(call)),
            Fact::WrapUpBegan { device, .. } => format!("after-call work at {}", self.device(device)),
            Fact::WrapUpEnded { device, .. } => format!("{} is done with it", self.device(device)),
            Fact::Consulted { call, .. } => format!("a third party answers for {}", caller(call)),
            Fact::ConsultFailed { call, .. } => format!("no third party for {}", caller(call)),
            Fact::BridgeTaken { call, bridge } => {
                format!("{} takes {}", caller(call), plan.conference_bridges[bridge.index()].name)
            }
            Fact::BridgeFreed { call, bridge } => {
                format!("{} is free of {}", plan.conference_bridges[bridge.index()].name, caller(call))
            }
            Fact::ConferenceBlocked { call, bridge } => {
                format!("no room for {} on {}", caller(call), plan.conference_bridges[bridge.index()].name)
            }
            Fact::Joined { call, .. } => format!("all three talk with {}", caller(call)),
            Fact::Alerting { call, .. } => format!("it rings for {}", caller(call)),
            Fact::Connected { call, .. } => format!("{} connected", caller(call)),
            Fact::Transferred { call, .. } => format!("{} reaches a person", caller(call)),
            Fact::ReachedMachine { call, .. } => format!("{} reaches a machine and no person", caller(call)),
            Fact::Forwarded { call, forward, .. } => format!("{} forwarded by {}", caller(call), forward.name()),
            Fact::Ended { call, ending, .. } => format!("{} ends: {ending:?}", caller(call)),
            Fact::ApplicationFailed { application: id, fault } => format!("{} fails: {fault:?}", application(id)),
            Fact::ApplicationReturned { application: id } => format!("{} is back", application(id)),
            Fact::ApplicationClosed { application: id, false_failure, .. } => {
                format!("{} closed{}", application(id), if false_failure { ", wrongly" } else { "" })
            }
            Fact::DeviceOpened { device, node, .. } => {
                format!("{} opened on {}", self.device(device), plan.nodes[node.index()].name)
            }
            Fact::DeviceClosed { device, because, .. } => format!("{} out: {because:?}", self.device(device)),
            Fact::DeviceGivenUp { device, because } => format!("{} given up: {because:?}", self.device(device)),
            Fact::DeviceFailed { device } => format!("{} fails", self.device(device)),
            Fact::DeviceReturned { device } => format!("{} is back", self.device(device)),
            Fact::HomeReturned { device, .. } => format!("{} waits to rehome", self.device(device)),
            Fact::RehomeLost { device } => format!("{} no longer rehomes", self.device(device)),
            Fact::RehomeStarted { device, .. } => format!("{} starts to rehome", self.device(device)),
            Fact::Rehomed { device, .. } => format!("{} has rehomed", self.device(device)),
            Fact::CallManagerFailed { node } => format!("CallManager {} fails", plan.nodes[node.index()].name),
            Fact::CallManagerHangs { node } => format!("it hangs: {}", plan.nodes[node.index()].name),
            Fact::HangNoticed { node, .. } => format!("the hang of {} is known", plan.nodes[node.index()].name),
            Fact::CallManagerReturned { node } => format!("CallManager {} is back", plan.nodes[node.index()].name),
            Fact::CtiManagerFailed { node } => format!("CTIManager {} fails", plan.nodes[node.index()].name),
            Fact::CtiManagerReturned { node } => format!("CTIManager {} is back", plan.nodes[node.index()].name),
            Fact::FailureNoticed { manager, node, .. } => {
                let name = |node: ctisim::domain::NodeId| plan.nodes[node.index()].name.as_str();
                format!("CTIManager {} notices that {} failed", name(manager), name(node))
            }
            Fact::ApplicationLinkFailed { application: id, node } => {
                format!("the link from {} to {} fails", application(id), plan.nodes[node.index()].name)
            }
            Fact::ManagerLossNoticed { application: id, .. } => format!("{} notices the loss", application(id)),
            Fact::ManagerChanged { application: id, manager } => {
                format!("{} is connected to {}", application(id), plan.nodes[manager.index()].name)
            }
            Fact::LinkCutNoticed { from, to, .. } => {
                let name = |node: ctisim::domain::NodeId| plan.nodes[node.index()].name.as_str();
                format!("{} and {} take each other as failed", name(from), name(to))
            }
            Fact::LinkHealNoticed { from, to, .. } => {
                let name = |node: ctisim::domain::NodeId| plan.nodes[node.index()].name.as_str();
                format!("{} and {} reach each other again", name(from), name(to))
            }
            Fact::SettingChanged { .. } => "a setting changes".to_owned(),
            Fact::SettingNotChanged { .. } => "a setting does not change".to_owned(),
            Fact::Throttling { node, refuses } => {
                let does = if refuses { "refuses" } else { "takes" };
                format!("{} {does} new calls", plan.nodes[node.index()].name)
            }
            Fact::Preserved { call } => format!("{} keeps its media", caller(call)),
            Fact::NotDialled { call, .. } => format!("{} is not dialled", caller(call)),
            Fact::ScreenPopShown { call, application: id, .. } => {
                format!("{} shows who {} is", application(id), caller(call))
            }
            Fact::ScreenPopLost { call, application: id, .. } => {
                format!("{} does not show who {} is", application(id), caller(call))
            }
            Fact::Asked { call, application: id, .. } => format!("{} is asked about {}", application(id), caller(call)),
            Fact::RequestGranted { call, application: id } => {
                format!("the request of {} for {} is granted", application(id), caller(call))
            }
            Fact::RequestFailed { call, application: id } => {
                format!("the request of {} for {} fails", application(id), caller(call))
            }
            Fact::RequestTimedOut { call, .. } => format!("the request for {} times out", caller(call)),
            Fact::Recovered { share, .. } => format!("recovered: {share:?}"),
            Fact::Left { .. }
            | Fact::Freed { .. }
            | Fact::OnHook { .. }
            | Fact::CallWaited { .. }
            | Fact::Queued { .. }
            | Fact::Distributed { .. }
            | Fact::LeftQueue { .. }
            | Fact::Served { .. }
            | Fact::Skipped { .. }
            | Fact::Taken { .. }
            | Fact::LookedUp { .. }
            | Fact::Talked { .. }
            | Fact::PhoneEventSent { .. }
            | Fact::ScreenPopDue { .. }
            | Fact::Controlled { .. }
            | Fact::ControlLost { .. }
            | Fact::Sent { .. }
            | Fact::Sending { .. }
            | Fact::EventLost { .. }
            | Fact::HeldUp { .. }
            | Fact::Rings { .. }
            | Fact::PickedUp { .. }
            | Fact::TreatmentEnded { .. }
            | Fact::TurnedAway { .. }
            | Fact::Forwards { .. }
            | Fact::Unfinished { .. }
            | Fact::Unnoticed { .. }
            | Fact::RecoveryBegan { .. } => return,
        };
        self.line(now, &sentence);
    }
}

/// Runs the tiny workload once, under the auditor, and returns its facts as sentences.
pub(crate) fn story(plan: &Plan) -> String {
    let recorder = (Story { plan, text: String::new() }, Auditor::new(plan));
    let mut cluster = Cluster::new(plan, recorder);
    cluster.run(1, 0);
    let (story, mut auditor) = cluster.recorder;
    if let Err(violations) = auditor.finish(plan.length) {
        panic!("{}\n{}", story.text, violations.join("\n"));
    }
    story.text
}

/// Compares two stories line by line, regardless of indentation.
#[track_caller]
pub(crate) fn expect(found: &str, expected: &str) {
    let lines = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let (found, expected): (Vec<String>, Vec<String>) = (lines(found), lines(expected));
    assert!(found == expected, "found:\n{}\n\nexpected:\n{}", found.join("\n"), expected.join("\n"));
}
