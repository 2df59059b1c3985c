//! What can occur in runs of a plan, and what a workload would need for the rest.
//!
//! A measure that cannot occur has no value, or is zero, whatever the number of replications: that is known before any is run.

use crate::domain::{FaultTarget, Forward, Rejection};
use crate::plan::{CallChanges, Dials, Plan, Setting, routing};

use super::asks::Asks;
use super::metric::{Count, Gauge, Metric};
use super::named::{Named, peaked};

/// Why runs of a plan do not measure something: what the workload would have to use. `None` if they do, as far as that depends
/// on what a workload uses.
pub(super) fn unused(plan: &Plan, named: Named) -> Option<&'static str> {
    let some = |has: fn(&CallChanges) -> bool| plan.phone_groups.iter().any(|it| has(&it.changes));
    let (consults, conferences) = (|it: &CallChanges| it.consult.is_some(), |it: &CallChanges| it.conference.is_some());
    let (used, needs) = match named {
        Named::Count(Count::Held) | Named::Duration(Metric::HoldDelay | Metric::RetrieveDelay) => {
            (some(|it| it.hold.is_some()), "`hold` at a group of phones")
        }
        Named::Count(Count::BlindTransfers) => (some(|it| it.transfer.is_some()), "`transfer` at a group of phones"),
        Named::Count(Count::ConsultTransfers | Count::TransfersFailed) => {
            (some(consults), "`consult` at a group of phones")
        }
        Named::Duration(Metric::ConsultDelay) => {
            (some(consults) || some(conferences), "`consult` or `conference` at a group of phones")
        }
        Named::Count(Count::Conferences | Count::ConferencesFailed | Count::ConferencesBlocked)
        | Named::Duration(Metric::ConferenceDelay) => (some(conferences), "`conference` at a group of phones"),
        Named::Count(Count::QueueAbandoned | Count::Waited)
        | Named::Duration(Metric::QueueWait | Metric::QueueStay)
        | Named::Gauge(Gauge::Waiting) => (plan.named_queues() > 0, "a `[[queue]]`"),
        Named::Service(_) => return Asks::of(plan).err(),
        Named::Count(Count::Cfa) | Named::Duration(Metric::CfaDelay) => (plan.forwards_all, "a line with `cfa`"),
        Named::Count(Count::ScreenPopsLost) | Named::Duration(Metric::ScreenPopDelay) => {
            (plan.some_pop_up(), "an application with a `lookup` that controls phones")
        }
        Named::Count(Count::RequestsFailed) => {
            (plan.some_ask(), "people at phones who ask an application for something, as by `answer_by`")
        }
        Named::Count(Count::NotDialled | Count::NotDialledInUse) => {
            let dials = plan.sources.iter().any(|it| it.from.is_some_and(|callers| callers.by != Dials::Person));
            (dials, "traffic that an application dials, as by `dial_by`")
        }
        Named::Count(Count::SettingsNotChanged) => {
            (plan.changes.iter().any(|change| change.through.is_some()), "a `[[change]]` with `through`")
        }
        Named::Duration(Metric::Talk) | Named::Gauge(Gauge::Occupancy) => {
            (!plan.phone_groups.is_empty(), "a `[[phone]]`")
        }
        Named::Gauge(Gauge::Throttled) => (plan.parameters.code_yellow.is_some(), "`code_yellow` in `[cti]`"),
        Named::Peak(peak) => return unused(plan, Named::Gauge(peaked(peak)?)),
        _ => return None,
    };
    (!used).then_some(needs)
}

/// What a workload would need for something to occur in its runs; `None` if it may occur. Whether it is likely is another
/// question: only what is certain counts.
pub(super) fn lacks(plan: &Plan, named: Named) -> Option<&'static str> {
    unused(plan, named).or_else(|| impossible(plan, named))
}

/// The same for what runs of every plan measure.
fn impossible(plan: &Plan, named: Named) -> Option<&'static str> {
    use Count as C;
    use Metric as M;
    let fails = |is: fn(&FaultTarget) -> bool| plan.faults.iter().any(|fault| is(&fault.failing));
    let callmanager =
        || fails(|it| matches!(it, FaultTarget::CallManager(..) | FaultTarget::Node(_) | FaultTarget::Link(..)));
    let ctimanager =
        || fails(|it| matches!(it, FaultTarget::CtiManager(..) | FaultTarget::Node(_) | FaultTarget::Link(..)));
    let application = || fails(|it| matches!(it, FaultTarget::Application(..) | FaultTarget::Link(..)));
    let (possible, needs) = match named {
        Named::Count(C::Events) => return None,
        Named::Peak(peak) => return impossible(plan, Named::Gauge(peaked(peak)?)),
        Named::Gauge(Gauge::Calls) => (!plan.route_points.is_empty(), "a `[[route_point]]`"),
        Named::Gauge(Gauge::InUse) => {
            let some = !plan.port_groups.is_empty() || !plan.phone_groups.is_empty() || !plan.destinations.is_empty();
            (some, "a `[[cti_port]]`, a `[[phone]]` or a `[[destination]]`")
        }
        Named::Gauge(_) => return None,
        // An application that is too busy for its heartbeats is taken for failed, although nothing is.
        Named::Count(C::Preserved | C::DroppedConnected | C::FalseFailures | C::Reopened | C::StillOut)
        | Named::Duration(M::OutOfService | M::AppRecovery50 | M::AppRecovery95 | M::AppRecovery100) => {
            (!plan.faults.is_empty() || !plan.applications.is_empty(), "a `[[fault]]` or an `[[application]]`")
        }
        // Nothing else fails by itself.
        Named::Count(C::ClosedCannotOpen | C::ClosedRecoveryForbidden | C::ClosedOutOfReach)
        | Named::Duration(M::DetectionDelay) => (!plan.faults.is_empty(), "a `[[fault]]`"),
        Named::Duration(M::ApplicationDetectionDelay) => {
            (application(), "a `[[fault]]` of an application, or of a link")
        }
        Named::Count(C::CallManagerFailures) => (
            fails(|it| matches!(it, FaultTarget::CallManager(..) | FaultTarget::Node(_))),
            "a `[[fault]]` of a CallManager or a node",
        ),
        Named::Count(C::CtiManagerFailures) => (
            fails(|it| matches!(it, FaultTarget::CtiManager(..) | FaultTarget::Node(_))),
            "a `[[fault]]` of a CTIManager or a node",
        ),
        Named::Duration(M::CallManagerDetectionDelay)
        | Named::Count(C::RefusedNoCallManager | C::Rehomed | C::RehomeLost | C::RehomeWaiting)
        | Named::Duration(M::RehomeWait | M::RehomeDelay) => {
            (callmanager(), "a `[[fault]]` of a CallManager, a node or a link")
        }
        Named::Duration(M::CtiManagerDetectionDelay) => {
            (ctimanager(), "a `[[fault]]` of a CTIManager, a node or a link")
        }
        Named::Count(C::Cfb) | Named::Duration(M::CfbDelay) => (forwards(plan, Forward::Cfb), "a line with `cfb`"),
        Named::Count(C::Cfna) | Named::Duration(M::CfnaDelay) => (forwards(plan, Forward::Cfna), "a line with `cfna`"),
        Named::Count(C::Cfur) => (forwards(plan, Forward::Cfur), "a line with `cfur`, in a release that has it"),
        Named::Count(C::Cfof) | Named::Duration(M::CfofDelay | M::CfofWait) => (
            forwards(plan, Forward::Cfof) && !plan.applications.is_empty(),
            "a line with `cfof`, and an `[[application]]` that may fail",
        ),
        Named::Count(C::RefusedThrottled) => (plan.parameters.code_yellow.is_some(), "`code_yellow` in `[cti]`"),
        Named::Count(C::Abandoned | C::QueueAbandoned) => {
            (plan.sources.iter().any(|source| source.patience.is_some()), "traffic with `patience`")
        }
        Named::Duration(M::LookupDelay) => {
            (plan.applications.iter().any(|it| it.lookup.is_some()), "an application with a `lookup`")
        }
        Named::Duration(M::AppQueueDelay) => (!plan.applications.is_empty(), "an `[[application]]`"),
        Named::Duration(M::RoutePointDelay | M::RoutePointStay) => {
            (!plan.route_points.is_empty(), "a `[[route_point]]`")
        }
        Named::Count(_) | Named::Duration(_) | Named::Service(_) => (true, ""),
    };
    let of_calls = !matches!(named, Named::Duration(M::StationWait)) && plan.faults.is_empty();
    match possible {
        false => Some(needs),
        // Without callers and without faults nothing happens at all.
        true if of_calls && plan.sources.is_empty() => Some("`[[traffic]]`"),
        true => None,
    }
}

/// Whether a line has this forward, at first or after a change, and the release of the plan takes it for any reason.
fn forwards(plan: &Plan, forward: Forward) -> bool {
    let taken = forward == Forward::Cfa
        || Rejection::ALL.into_iter().any(|rejection| plan.release.forwards(rejection).contains(&forward));
    let set = routing::lines(plan).any(|place| routing::forwards(plan, place).get(forward).is_some());
    taken
        && (set
            || plan
                .changes
                .iter()
                .any(|change| matches!(change.setting, Setting::Forward(it, Some(_)) if it == forward)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::compile;
    use crate::record::Measure;
    use crate::workload::NoFiles;

    fn plan(more: &str) -> Plan {
        let text = format!(
            r#"
            format = 1
            question = "What can occur?"
            profile = "3.3"
            [[node]]
            name = "sub1"
            [[callmanager_group]]
            name = "main"
            members = ["sub1"]
            [[application]]
            name = "ivr"
            [[cti_port]]
            name = "ports"
            count = 2
            device_pool = "main"
            application = "ivr"
            cfur = "out"
            {more}
            [[destination]]
            name = "out"
            [[traffic]]
            name = "callers"
            to = "ports"
            arrivals = {{ poisson = "10/m" }}
            "#
        );
        compile("possible", &text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"))
    }

    fn lacking(plan: &Plan, measure: &str) -> Option<&'static str> {
        Measure::parse(measure).unwrap().lacks(plan)
    }

    #[test]
    fn what_a_workload_lacks_is_named() {
        let calm = plan("");
        for (measure, needs) in [
            ("cfof_delay.p95", "`cfof`"),
            ("cfb.share", "`cfb`"),
            ("cfur", "in a release that has it"),
            ("abandoned", "`patience`"),
            ("hold_delay", "`hold`"),
            ("queue_abandoned", "`[[queue]]`"),
            ("detection_delay", "`[[fault]]`"),
            ("callmanager_failures", "a CallManager or a node"),
            ("rehome_wait.censored", "a CallManager, a node or a link"),
            ("refused_throttled", "`code_yellow`"),
            ("lookup_delay", "`lookup`"),
            ("route_point_delay", "`[[route_point]]`"),
            ("waited", "`[[queue]]`"),
            ("answered_within.20s", "ports or route points answer callers, and transfer none"),
        ] {
            let found = lacking(&calm, measure).unwrap_or_default();
            assert!(found.contains(needs), "{measure}: {found}");
        }
        for measure in ["offered", "refused", "refused_busy.share", "setup_delay", "calls_in_progress", "completed"] {
            assert_eq!(lacking(&calm, measure), None, "{measure}");
        }
    }

    #[test]
    fn what_is_there_lacks_nothing() {
        let forwards = plan("cfb = \"out\"\ncfof = \"out\"");
        assert_eq!(lacking(&forwards, "cfb_delay"), None);
        // Nothing fails, but an application may fall behind.
        assert_eq!(lacking(&forwards, "cfof"), None);
        assert!(lacking(&forwards, "detection_delay").is_some());
        let fails = plan("cfof = \"out\"\n[[fault]]\nat = \"1m\"\napplication = \"ivr\"\nkind = \"exit\"");
        for measure in ["cfof_delay", "application_detection_delay", "preserved", "app_recovery_95"] {
            assert_eq!(lacking(&fails, measure), None, "{measure}");
        }
        assert!(lacking(&fails, "callmanager_detection_delay").is_some());
    }

    /// Whatever runs do not measure of a whole cluster has its reason.
    #[test]
    fn what_is_not_measured_is_lacking() {
        let calm = plan("");
        for named in Named::all() {
            let time = if matches!(named, Named::Service(_)) { ".20s" } else { "" };
            let measured = Measure::parse(&format!("{}{time}", named.name())).unwrap().check(&calm);
            if let Err(why) = measured {
                let own_scope = why.contains("write `");
                assert!(own_scope || why.contains("cannot occur in this workload: it takes"), "{why}");
            }
        }
    }
}
