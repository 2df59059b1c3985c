//! Conference bridges that are lost.

use super::aftermath::Aftermath;
use super::effect::Consequence;
use crate::dependencies::record::{RecordId, RecordKind, Role, percent};
use crate::domain::NodeId;

impl Aftermath<'_> {
    /// The CallManager of a node fails: its bridges are lost, and the conferences on them (R15).
    pub(super) fn lose_bridges_at(&mut self, node: NodeId) {
        let dependencies = self.dependencies;
        for (row, bridge) in dependencies.plan.conference_bridges.iter().enumerate() {
            if bridge.node == node {
                let record = dependencies.of_kind(RecordKind::ConferenceBridge, row);
                let what = "is out of service: the conferences on it are lost";
                self.add(record, Consequence::StaysOut, what, &["R15"]);
                self.block_conferences(record);
            }
        }
    }

    /// A bridge is taken out of the cluster.
    pub(super) fn lose_bridge(&mut self, record: RecordId) {
        self.after.gone.insert(record);
        self.block_conferences(record);
    }

    fn block_conferences(&mut self, bridge: RecordId) {
        let dependencies = self.dependencies;
        let users = dependencies.users_of(bridge).filter_map(|it| match it.role {
            Role::Conference(share) => Some((it.user, share)),
            _ => None,
        });
        for (user, share) in users {
            let what = format!("the {} of its calls to be put in conference end without one", percent(share));
            self.add(user, Consequence::Refused, what, &["R15"]);
        }
    }
}
