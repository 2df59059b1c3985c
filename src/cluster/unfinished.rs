//! The end of a run: what has begun and is not over.

use super::machine::Cluster;
use super::rows::application::Health;
use crate::domain::NodeId;
use crate::facts::{Fact, Recorder, UnnoticedFailure};

impl<R: Recorder> Cluster<'_, R> {
    /// Notes the calls in progress and the failures that nobody has noticed. What is out of service or recovering is known from
    /// earlier facts.
    pub(super) fn notes_unfinished(&mut self) {
        for (_, call) in self.calls.iter() {
            let (name, offered, reached) = (call.name(), call.offered, call.reached());
            self.recorder.note(self.now, Fact::Unfinished { call: name, offered, reached });
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
