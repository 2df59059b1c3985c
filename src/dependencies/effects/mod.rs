//! What would be affected if a record went, to the end of the chain. The rules that decide are those of a run.

mod calls;
mod losses;

use std::collections::{BTreeMap, BTreeSet};

use super::{Dependencies, Kind, RecordId, Role, Subject};

/// What of a record goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// All of it: a node or an application fails, a database falls silent, anything else is deleted from the file.
    Whole,
    /// The CallManager of a node fails; its CTIManager goes on.
    CallManager,
    /// The CTIManager of a node fails; its CallManager goes on.
    CtiManager,
}

impl Loss {
    /// Whether a node's part that goes is what this use is about.
    pub const fn concerns(self, role: Role) -> bool {
        match self {
            Loss::Whole => true,
            Loss::CallManager => !matches!(role, Role::CtiManager(_) | Role::LeastPriority),
            Loss::CtiManager => matches!(role, Role::CtiManager(_) | Role::LeastPriority | Role::Strikes),
        }
    }
}

/// What becomes of a record when another one goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The record.
    pub on: RecordId,
    /// The outcome, for programs.
    pub outcome: Outcome,
    /// The same for people: a sentence about the record.
    pub what: String,
    /// The rules behind it.
    pub rules: &'static [&'static str],
}

/// How a record is affected, or its calls are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is in service again elsewhere after a while.
    Moves,
    /// An application changes over to another CTIManager.
    Reconnects,
    /// It is out of service until its application has opened it again.
    Reopened,
    /// It is out of service, and nothing brings it back but what went.
    StaysOut,
    /// It is closed for good.
    Closed,
    /// It works, but no application controls it.
    Uncontrolled,
    /// It works, with less to fall back on.
    FewerSpares,
    /// Its calls go somewhere else.
    Forwarded,
    /// Its calls wait where they are.
    Waits,
    /// Its calls are refused.
    Refused,
    /// Its calls are lost.
    Lost,
    /// Its calls go on.
    Preserved,
    /// What it refers to is gone.
    Astray,
    /// Its calls meet something affected on their way.
    Meets,
    /// No call finds its way there any more.
    Unreached,
}

impl Outcome {
    /// The name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Moves => "moves",
            Outcome::Reconnects => "reconnects",
            Outcome::Reopened => "reopened",
            Outcome::StaysOut => "stays_out",
            Outcome::Closed => "closed",
            Outcome::Uncontrolled => "uncontrolled",
            Outcome::FewerSpares => "fewer_spares",
            Outcome::Forwarded => "forwarded",
            Outcome::Waits => "waits",
            Outcome::Refused => "refused",
            Outcome::Lost => "lost",
            Outcome::Preserved => "preserved",
            Outcome::Astray => "astray",
            Outcome::Meets => "meets",
            Outcome::Unreached => "unreached",
        }
    }
}

/// How a device is when it is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// Out of service for a while.
    Pauses,
    /// Out of service.
    Out,
}

/// What there is and what works.
#[derive(Clone, Debug, Default)]
struct State {
    gone: BTreeSet<RecordId>,
    /// The devices and numbers outside that do not take calls.
    troubled: BTreeMap<RecordId, Trouble>,
    /// The sources whose calls no CallManager takes.
    silenced: BTreeSet<RecordId>,
}

/// The world before and after a loss, and what has been said about it.
struct Aftermath<'d> {
    dependencies: &'d Dependencies<'d>,
    before: State,
    after: State,
    effects: Vec<Effect>,
    /// What is said of calls when all that goes has gone: where in `effects`, and about which calls.
    pending: Vec<(usize, Pending)>,
}

/// Calls whose way depends on what else is affected.
#[derive(Clone, Copy)]
enum Pending {
    /// New calls to a device in trouble.
    New,
    /// Calls that wait there for its application.
    Waiting,
}

impl Dependencies<'_> {
    /// What would happen to the record, as the half of a sentence that begins with "if".
    pub fn loss(&self, subject: Subject) -> String {
        let record = self.record(subject.record);
        let name = &record.name;
        match (record.kind, subject.loss) {
            (_, Loss::CallManager) => format!("the CallManager of `{name}` failed"),
            (_, Loss::CtiManager) => format!("the CTIManager of `{name}` failed"),
            (Kind::Node, _) => format!("`{name}` failed, with all that runs on it"),
            (Kind::Application, _) => format!("`{name}` failed"),
            (Kind::Database, _) => format!("`{name}` no longer answered"),
            (Kind::Fault | Kind::Change, _) => format!("{} {name} were taken out of the file", record.kind.words()[0]),
            _ => format!("`{name}` were taken out of the cluster"),
        }
    }

    /// Everything that would be affected, in the order of the records.
    pub fn affected(&self, subject: Subject) -> Vec<Effect> {
        let before = self.as_it_is();
        let mut aftermath =
            Aftermath { dependencies: self, after: before.clone(), before, effects: Vec::new(), pending: Vec::new() };
        aftermath.lose(subject);
        aftermath.tell_ways();
        aftermath.tell_callers();
        let Aftermath { mut effects, .. } = aftermath;
        // Stable: what happens to one record stays in the order in which it happens.
        effects.sort_by_key(|effect| effect.on);
        effects
    }

    /// What works when a run begins.
    fn as_it_is(&self) -> State {
        let mut state = State::default();
        for (record, device) in self.devices() {
            if !self.plan.starts_open(device) {
                state.troubled.insert(record, Trouble::Out);
            }
        }
        state
    }

    /// Whether a node runs a CTIManager.
    pub(super) fn runs_ctimanager(&self, node: RecordId) -> bool {
        self.plan.nodes[self.row(node)].ctimanager.is_some() && !self.is_direct()
    }
}

impl Aftermath<'_> {
    fn add(&mut self, on: RecordId, outcome: Outcome, what: impl Into<String>, rules: &'static [&'static str]) {
        self.effects.push(Effect { on, outcome, what: what.into(), rules });
    }

    fn name(&self, record: RecordId) -> &str {
        &self.dependencies.record(record).name
    }
}
