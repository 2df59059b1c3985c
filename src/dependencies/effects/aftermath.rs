//! The state before and after a loss.

use std::collections::{BTreeMap, BTreeSet};

use super::effect::{Consequence, Effect, Loss, Subject};
use crate::dependencies::graph::Dependencies;
use crate::dependencies::record::{RecordId, RecordKind};
use crate::domain::{self, ProcessFault};
use crate::engine::Span;
use crate::workload::units;

/// How a device is out of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServiceLoss {
    /// Out of service for a while.
    Pauses,
    /// Out of service until what was lost is back.
    Out,
}

/// Which records are gone, and which do not work.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) gone: BTreeSet<RecordId>,
    /// The devices and numbers outside that do not take calls.
    pub(super) out_of_service: BTreeMap<RecordId, ServiceLoss>,
    /// The sources whose calls no CallManager takes.
    pub(super) silenced: BTreeSet<RecordId>,
}

/// The state before and after a loss, and the effects found so far.
pub(super) struct Aftermath<'d> {
    pub(super) dependencies: &'d Dependencies<'d>,
    pub(super) before: State,
    pub(super) after: State,
    pub(super) effects: Vec<Effect>,
    /// How long nobody knows that a CallManager hangs; `None` if it is known at once.
    pub(super) unnoticed: Option<Span>,
    /// The devices and numbers outside to which calls are sent as long as nobody knows.
    pub(super) sent_in_vain: BTreeSet<RecordId>,
    /// Effects on calls, described once everything lost is known: the row in `effects`, and which calls.
    pub(super) pending: Vec<(usize, Pending)>,
}

/// Calls whose route depends on what else is affected.
#[derive(Clone, Copy)]
pub(super) enum Pending {
    /// New calls to a device that is out of service.
    New,
    /// Calls that wait there for its application, and why they are rejected.
    Waiting(domain::Rejection),
}

impl Dependencies<'_> {
    /// The loss as a clause after "if".
    pub fn loss(&self, subject: Subject) -> String {
        let record = self.record(subject.record);
        let name = &record.name;
        match (record.kind, subject.loss) {
            (_, Loss::CallManager(ProcessFault::Exit)) => format!("the CallManager of `{name}` failed"),
            (_, Loss::CallManager(ProcessFault::Hang)) => format!("the CallManager of `{name}` hung"),
            (_, Loss::CtiManager(ProcessFault::Exit)) => format!("the CTIManager of `{name}` failed"),
            (_, Loss::CtiManager(ProcessFault::Hang)) => format!("the CTIManager of `{name}` hung"),
            (_, Loss::Devices(_)) if record.count == 1 => format!("`{name}` failed"),
            (_, Loss::Devices(failed)) if u64::from(failed) == record.count => {
                format!("all {failed} devices of `{name}` failed")
            }
            (_, Loss::Devices(failed)) => format!("{failed} of the {} devices of `{name}` failed", record.count),
            (RecordKind::Node, _) => format!("`{name}` failed, with all that runs on it"),
            (RecordKind::Application, _) => format!("`{name}` failed"),
            (RecordKind::Database, _) => format!("`{name}` no longer answered"),
            (RecordKind::Fault | RecordKind::Change, _) => {
                format!("{} {name} were taken out of the file", record.kind.words()[0])
            }
            _ => format!("`{name}` were taken out of the cluster"),
        }
    }

    /// Everything that would be affected, in the order of the records.
    pub fn affected(&self, subject: Subject) -> Vec<Effect> {
        let before = self.initial_state();
        let mut aftermath = Aftermath {
            dependencies: self,
            after: before.clone(),
            before,
            effects: Vec::new(),
            unnoticed: None,
            sent_in_vain: BTreeSet::new(),
            pending: Vec::new(),
        };
        aftermath.lose(subject);
        aftermath.describe_routes();
        aftermath.describe_callers();
        let Aftermath { mut effects, .. } = aftermath;
        // Stable: what happens to one record stays in the order in which it happens.
        effects.sort_by_key(|effect| effect.on);
        effects
    }

    /// The state when a run begins.
    fn initial_state(&self) -> State {
        let mut state = State::default();
        for (record, device) in self.devices() {
            if !self.plan.starts_open(device) {
                state.out_of_service.insert(record, ServiceLoss::Out);
            }
        }
        state
    }

    /// Whether a node runs a CTIManager.
    pub(in crate::dependencies) fn runs_ctimanager(&self, node: RecordId) -> bool {
        self.plan.nodes[self.row(node)].ctimanager.is_some() && !self.is_direct()
    }
}

impl Aftermath<'_> {
    pub(super) fn add(
        &mut self,
        on: RecordId,
        outcome: Consequence,
        what: impl Into<String>,
        rules: &'static [&'static str],
    ) {
        self.effects.push(Effect { on, outcome, what: what.into(), rules });
    }

    /// When calls to a device that is out of service meet that, as the beginning of a sentence.
    pub(super) fn when(&self, device: RecordId) -> String {
        let pauses = self.after.out_of_service.get(&device) == Some(&ServiceLoss::Pauses);
        match self.unnoticed {
            Some(unnoticed) if self.sent_in_vain.contains(&device) => {
                let a_while = if pauses { ", for a while," } else { "" };
                format!("after {}{a_while} ", units::words(unnoticed))
            }
            _ if pauses => "meanwhile ".to_owned(),
            _ => String::new(),
        }
    }

    pub(super) fn name(&self, record: RecordId) -> &str {
        &self.dependencies.record(record).name
    }
}
