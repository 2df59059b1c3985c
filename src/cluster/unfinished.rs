//! The end of a run: what has begun and is not over.

use super::machine::Cluster;
use super::rows::application::Health;
use super::rows::change::Progress;
use super::rows::endpoint::{EndpointKind, NOWHERE};
use crate::domain::{NodeId, PhoneGroupId};
use crate::facts::{Fact, Recorder, UnnoticedFailure};
use crate::rules::wrap_up::is_answered;

impl<R: Recorder> Cluster<'_, R> {
    /// Notes the calls in progress and the failures that nobody has noticed. What is out of service or recovering is known from
    /// earlier facts.
    pub(super) fn notes_unfinished(&mut self) {
        let now = self.now;
        for (handle, call) in self.calls.iter() {
            let (name, offered, reached) = (call.name(), call.offered, call.reached());
            self.recorder.note(now, Fact::Unfinished { call: name, offered, reached });
            let talk = |phone: u32, since| Fact::Talked {
                call: name,
                phones: PhoneGroupId(self.endpoints[phone as usize].row),
                lasted: now - since,
                cut: true,
            };
            let phone = Some(call.endpoint)
                .filter(|&it| it != NOWHERE && self.endpoints[it as usize].kind == EndpointKind::Phone);
            let talks = phone.filter(|_| is_answered(call.phase)).map(|it| talk(it, self.talks_since(handle, call)));
            let Progress { aside, talks_since, .. } = self.progress(handle);
            let aside =
                Some(aside).filter(|&it| self.plan.changes_calls && it != NOWHERE).map(|it| talk(it, talks_since));
            for fact in [talks, aside].into_iter().flatten() {
                self.recorder.note(now, fact);
            }
        }
        for state in &self.connections {
            let application = &self.applications[state.application.index()];
            if state.connected && application.health != Health::Up {
                let (failure, since) = (UnnoticedFailure::Application(state.application), application.struck_at);
                self.recorder.note(self.now, Fact::Unnoticed { failure, since });
            }
            if let Some((_, since)) = state.lost.filter(|(attempt, _)| *attempt == state.attempt)
                && application.health != Health::Down
            {
                let failure = UnnoticedFailure::CtiManager(state.application);
                self.recorder.note(self.now, Fact::Unnoticed { failure, since });
            }
        }
        for node in (0..self.nodes.len() as u16).map(NodeId) {
            let state = &self.nodes[node.index()];
            let since = state.failed_at;
            if state.callmanager_down > 0 && self.now < since + self.plan.parameters.callmanager_notice {
                for manager in (0..self.nodes.len() as u16).map(NodeId) {
                    if self.ctimanager_up(manager) && !self.connected_to(manager).is_empty() {
                        self.note(Fact::Unnoticed { failure: UnnoticedFailure::CallManager(node), since });
                    }
                }
            }
        }
    }
}
