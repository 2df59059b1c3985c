//! The kinds of warnings: name, meaning and source. `docs/reference/checks.md` has the same table.

use super::checklist::Step;
use crate::workload::advised::{CALLS_AT_ROUTE_POINT, DEVICES_OF_PROVIDER, DEVICES_ON_CTIMANAGER};

/// A kind of warning.
#[derive(Debug, PartialEq, Eq)]
pub struct Advice {
    /// Its name, which never changes.
    pub id: &'static str,
    /// What it means, in a sentence.
    pub meaning: &'static str,
    /// Why it matters, and the source of the advice.
    pub source: &'static str,
    /// The step of the checklist that this warning leaves undone.
    pub step: Option<Step>,
    /// The parts of the file in which an error makes it doubtful.
    pub(super) scope: Scope,
}

/// How far from the place of a warning an error may be its cause.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Nowhere: the warning is certain.
    Nowhere,
    /// In the same entry of the file.
    Entry,
    /// In the same entry, in any of these tables, or in a table with an unknown name.
    Tables(&'static [&'static str]),
    /// Anywhere: the warning is looked for only in a file without errors.
    Whole,
}

/// An application that controls nothing.
pub(super) const APPLICATION_WITHOUT_DEVICES: Advice = Advice {
    id: "application-without-devices",
    meaning: "an application controls no route point, no port and no phone",
    source: "R9, step 1: route points or ports are added for each CTI application",
    step: Some(Step::Devices),
    scope: Scope::Tables(&[]),
};

/// A controlled device without a directory number.
pub(super) const NO_DIRECTORY_NUMBER: Advice = Advice {
    id: "no-directory-number",
    meaning: "a device of an application has no directory number",
    source: "R9, step 2: a CTI device has directory numbers; a run needs none, since calls can go by name",
    step: Some(Step::Numbers),
    scope: Scope::Entry,
};

/// A heartbeat interval that is not granted.
pub(super) const HEARTBEAT_OUT_OF_BOUNDS: Advice = Advice {
    id: "heartbeat-out-of-bounds",
    meaning: "an application requests a heartbeat interval outside the bounds of `[cti]`, and gets the nearest bound",
    source: "R23: the Application Heartbeat Minimum and Maximum parameters bound the interval",
    step: Some(Step::Parameters),
    scope: Scope::Tables(&["cti"]),
};

/// An application without a user.
pub(super) const APPLICATION_WITHOUT_USER: Advice = Advice {
    id: "application-without-user",
    meaning: "an application has no user; a run assumes one that may use CTI and control all its devices",
    source: "R2, R3: to CallManager an application is a user that is enabled for CTI and has devices",
    step: Some(Step::UserEnabled),
    scope: Scope::Entry,
};

/// A user that may not use CTI.
pub(super) const CTI_NOT_ENABLED: Advice = Advice {
    id: "cti-not-enabled",
    meaning: "the user of an application is not enabled for CTI: the application opens nothing",
    source: "R2: without CTI use enabled for its user an application does not work",
    step: Some(Step::UserEnabled),
    scope: Scope::Nowhere,
};

/// A device that no application opens.
pub(super) const NO_APPLICATION: Advice = Advice {
    id: "no-application",
    meaning: "no application controls a route point or port group: it is never open, and its calls are forwarded or refused",
    source: "R22: calls to a device that no application has opened are forwarded",
    step: Some(Step::Association),
    scope: Scope::Entry,
};

/// More calls at a route point than Cisco advises.
pub(super) const MANY_CALLS_AT_ROUTE_POINT: Advice = Advice {
    id: "many-calls-at-route-point",
    meaning: CALLS_AT_ROUTE_POINT.exceeded,
    source: CALLS_AT_ROUTE_POINT.source,
    step: None,
    scope: Scope::Entry,
};

/// More devices at a CTIManager than Cisco advises.
pub(super) const MANY_DEVICES_ON_CTIMANAGER: Advice = Advice {
    id: "many-devices-on-ctimanager",
    meaning: DEVICES_ON_CTIMANAGER.exceeded,
    source: DEVICES_ON_CTIMANAGER.source,
    step: None,
    scope: Scope::Whole,
};

/// More devices of a provider than Cisco advises.
pub(super) const MANY_DEVICES_OF_APPLICATION: Advice = Advice {
    id: "many-devices-of-application",
    meaning: DEVICES_OF_PROVIDER.exceeded,
    source: DEVICES_OF_PROVIDER.source,
    step: None,
    scope: Scope::Whole,
};

/// A CTIManager without a backup.
pub(super) const NO_BACKUP_CTIMANAGER: Advice = Advice {
    id: "no-backup-ctimanager",
    meaning: "an application has only one CTIManager, and no backup when that fails",
    source: "R20: an application whose CTIManager fails reconnects to the next one of its list",
    step: None,
    scope: Scope::Tables(&["node"]),
};

/// A standby at CTIManagers of its own.
pub(super) const STANDBY_APART: Advice = Advice {
    id: "standby-apart",
    meaning: "an application that stands by has no CTIManager in common with those before it: each loss reaches it from another node, \
              or after `callmanager_notice` if the CTIManager is gone",
    source: "R4: the CTIManager that closes a device tells those of the others; meant so if each is to survive the other's CTIManagers",
    step: None,
    scope: Scope::Whole,
};

/// A CallManager without a backup.
pub(super) const NO_BACKUP_CALLMANAGER: Advice = Advice {
    id: "no-backup-callmanager",
    meaning: "devices register with a CallManager group of one: when that CallManager fails they are out of service",
    source: "R16: with no live CallManager in its group a device stays out of service",
    step: None,
    scope: Scope::Entry,
};

/// A missing forward.
pub(super) const MISSING_FORWARD: Advice = Advice {
    id: "missing-forward",
    meaning: "a controlled route point or port group lacks one of `cfb`, `cfna` and `cfof`, so that calls are lost",
    source: "R22, R24: practitioners of 3.3 advise all three of CFB, CFNA and CFOF on each route point and port",
    step: None,
    scope: Scope::Tables(&["change"]),
};

/// A forward that the release does not have.
pub(super) const FORWARD_OF_ANOTHER_RELEASE: Advice = Advice {
    id: "forward-of-another-release",
    meaning: "a forward is set that the release of the workload never uses",
    source: "R22: in 3.3 calls to a device that nobody has opened follow CFNA; CFUR came later, and `profile = \"12.5\"` has it",
    step: None,
    scope: Scope::Nowhere,
};

/// A key that another one needs.
pub(super) const WITHOUT_EFFECT: Advice = Advice {
    id: "without-effect",
    meaning: "a key does nothing without another one: `database` without `lookup`, `recovery` of phones without `application`",
    source: "a value that makes no difference to a run is mostly meant to make one",
    step: None,
    scope: Scope::Entry,
};

/// A column of a list of calls that is not used.
pub(super) const UNUSED_COLUMN: Advice = Advice {
    id: "unused-column",
    meaning: "a list of calls has columns that are not used",
    source: "a list has `at_s` or `at`, `talk_s` and `patience_s`; what else a file has makes no difference to a run",
    step: None,
    scope: Scope::Nowhere,
};

/// Traffic after the run.
pub(super) const AFTER_THE_END: Advice = Advice {
    id: "after-the-end",
    meaning: "listed calls, rates of a profile or steps begin after the end of the run, and never happen",
    source: "a run ends after `run.length`: what would begin later is not simulated",
    step: None,
    scope: Scope::Nowhere,
};

/// A replication that takes very long.
pub(super) const LONG_RUN: Advice = Advice {
    id: "long-run",
    meaning: "a replication has thousands of millions of events, and takes minutes or hours",
    source: "an event takes 40 to 100 ns (docs/explanation/performance.md)",
    step: None,
    scope: Scope::Whole,
};

/// Forwards that form a loop.
pub(super) const FORWARD_LOOP: Advice = Advice {
    id: "forward-loop",
    meaning: "forwards lead a call in a loop until the hop limit is reached and it is refused",
    source: "Forward Maximum Hop Count ends such a call; the IP IVR guide warns of forwarding back to the same ports",
    step: None,
    scope: Scope::Whole,
};

/// A forward to a device that fails at the same moment.
pub(super) const FORWARD_TO_SAME_APPLICATION: Advice = Advice {
    id: "forward-to-same-application",
    meaning: "a `cfof` or `cfna` leads to a device of the same application, which closes at the same moment",
    source: "R22, R24: when an application fails, all its devices close at once",
    step: None,
    scope: Scope::Whole,
};

/// Not enough ports.
pub(super) const TOO_FEW_PORTS: Advice = Advice {
    id: "too-few-ports",
    meaning: "at the busiest time more than 1 % of the calls to a port group find all ports busy, by Erlang's loss formula",
    source: "R5: a port has one call at a time; beyond that calls are busy",
    step: None,
    scope: Scope::Whole,
};

/// Not enough people.
pub(super) const TOO_FEW_PEOPLE: Advice = Advice {
    id: "too-few-people",
    meaning: "at the busiest time the calls of a queue exceed the capacity of its phones, or a phone group without queue and `cfb` refuses more than 1 %",
    source: "a queue grows as long as its load is at capacity or above; without a queue Erlang's loss formula holds",
    step: None,
    scope: Scope::Whole,
};

/// Not enough room for conferences.
pub(super) const TOO_FEW_CONFERENCES: Advice = Advice {
    id: "too-few-conferences",
    meaning: "at the busiest time a conference bridge has no room for more than 1 % of the conferences that are asked for",
    source: "Erlang's loss formula, with the holding time from the wish for a conference to its end",
    step: None,
    scope: Scope::Whole,
};

/// Too much work.
pub(super) const OVERLOADED: Advice = Advice {
    id: "overloaded",
    meaning: "at the busiest rate the load of a CallManager, CTIManager, application or database exceeds its capacity",
    source: "R11: delay grows without bound once the load of a server reaches its capacity",
    step: None,
    scope: Scope::Whole,
};

/// An entry that nothing refers to.
pub(super) const UNUSED: Advice = Advice {
    id: "unused",
    meaning: "nothing uses a node, CallManager group, device pool, database, user, speed dial or queue",
    source: "an entry without references is mostly left over, or its name is mistyped elsewhere",
    step: None,
    scope: Scope::Whole,
};

/// An entry that calls cannot reach.
pub(super) const UNREACHABLE: Advice = Advice {
    id: "unreachable",
    meaning: "no call can reach a route point, port group, phone group or destination",
    source: "an entry that no traffic, redirect, transfer or forward leads to is never called in a run",
    step: None,
    scope: Scope::Whole,
};

/// A goal on what cannot occur.
pub(super) const GOAL_CANNOT_OCCUR: Advice = Advice {
    id: "goal-cannot-occur",
    meaning: "a goal bounds what cannot occur in this workload, as forwards that no line has: it limits nothing, or cannot be met",
    source: "a measure needs what it measures: a forward, a fault, patience, a queue",
    step: None,
    scope: Scope::Whole,
};

/// A goal that nothing ever occurs.
pub(super) const GOAL_OF_ZERO: Advice = Advice {
    id: "goal-of-zero",
    meaning: "a goal bounds a number at exactly zero, or a share at 100 %: no number of replications can show that it is met",
    source: "what was never seen in n replications may still occur in up to 3.7 / n of them (C. J. Clopper, E. S. Pearson, 1934)",
    step: None,
    scope: Scope::Whole,
};

/// A goal that is met while callers are lost.
pub(super) const GOAL_BLIND: Advice = Advice {
    id: "goal-blind",
    meaning: "a goal does not see calls that fare no better than those it bounds, and no other goal does",
    source: "a call has one ending: one that is forwarded, or given up, is not refused",
    step: None,
    scope: Scope::Whole,
};

/// Goals on a beginning without calls.
pub(super) const EMPTY_START: Advice = Advice {
    id: "empty-start",
    meaning: "goals are judged from a time on at which calls are still building up, over 1 % of them missing on average",
    source: "a run begins without calls: those of an M/G/infinity queue build up as its equilibrium residence time passes",
    step: None,
    scope: Scope::Whole,
};

/// Every kind of warning, in the order of the documentation.
pub const ADVICE: [&Advice; 30] = [
    &APPLICATION_WITHOUT_DEVICES,
    &NO_DIRECTORY_NUMBER,
    &HEARTBEAT_OUT_OF_BOUNDS,
    &APPLICATION_WITHOUT_USER,
    &CTI_NOT_ENABLED,
    &NO_APPLICATION,
    &MANY_CALLS_AT_ROUTE_POINT,
    &MANY_DEVICES_ON_CTIMANAGER,
    &MANY_DEVICES_OF_APPLICATION,
    &NO_BACKUP_CTIMANAGER,
    &STANDBY_APART,
    &NO_BACKUP_CALLMANAGER,
    &MISSING_FORWARD,
    &FORWARD_OF_ANOTHER_RELEASE,
    &WITHOUT_EFFECT,
    &FORWARD_LOOP,
    &FORWARD_TO_SAME_APPLICATION,
    &TOO_FEW_PORTS,
    &TOO_FEW_PEOPLE,
    &TOO_FEW_CONFERENCES,
    &OVERLOADED,
    &UNUSED_COLUMN,
    &AFTER_THE_END,
    &LONG_RUN,
    &UNUSED,
    &UNREACHABLE,
    &GOAL_CANNOT_OCCUR,
    &GOAL_OF_ZERO,
    &GOAL_BLIND,
    &EMPTY_START,
];
