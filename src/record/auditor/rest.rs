//! Whether everything has come to rest.

use crate::domain::{DeviceId, DeviceKind, NodeId};
use crate::plan::{Device, Topology};

use super::books::{AuditedRehoming, Auditor};

/// Whether a device can ever be in service.
pub(super) fn can_serve(device: &Device) -> bool {
    device.kind == DeviceKind::Phone || device.application.is_some()
}

impl Auditor<'_> {
    /// Whether everything has come to rest, for when all faults are over and there was time to recover: each device is
    /// in service, at home unless a call keeps it where it is or its home cannot take it, or it is closed by a rule.
    ///
    /// Closed by a rule is what was given up (R17, R19), what has no CallManager of its group up (R16), and what has no
    /// application, or no CTIManager for it, up (R20, R22). A phone in a call that outlived its CallManager looks for
    /// another one after that call (R14, R15).
    ///
    /// # Errors
    /// The devices that are neither, and why not.
    pub fn at_rest(&self) -> Result<(), Vec<String>> {
        let restless: Vec<String> = (0..self.devices.len())
            .filter_map(|row| {
                let device = DeviceId(row as u32);
                Some(format!("{device:?} {}", self.restless(device)?))
            })
            .collect();
        if restless.is_empty() { Ok(()) } else { Err(restless) }
    }

    /// Why a device is not at rest; `None` if it is.
    fn restless(&self, device: DeviceId) -> Option<String> {
        let (plan, book) = (&self.plan.devices[device.index()], &self.devices[device.index()]);
        let up = |node: &NodeId| !self.callmanagers[node.index()].down;
        let busy = book.calls > 0 || book.taken_by.is_some();
        if let Some(node) = book.at {
            let home = plan.group.iter().find(|&node| up(node) && !plan.cannot_open_on.contains(node));
            return match book.rehoming {
                AuditedRehoming::Leaving(since) => {
                    Some(format!("is in service at {node:?}, and left for home since {since}"))
                }
                AuditedRehoming::Waiting(_) if busy => None,
                AuditedRehoming::Waiting(since) => {
                    Some(format!("has no call, and has waited to go home since {since}"))
                }
                AuditedRehoming::Settled
                    if home.is_some() && self.rank(device, home.copied()) < self.rank(device, Some(node)) =>
                {
                    Some(format!("is in service at {node:?} and does not wait to go home to {home:?}"))
                }
                AuditedRehoming::Settled => None,
            };
        }
        if !can_serve(plan) || book.given_up.is_some() || !plan.group.iter().any(up) {
            return None;
        }
        if plan.kind == DeviceKind::Phone {
            // R15: it keeps its call, and looks for a CallManager when that is over.
            if busy {
                return None;
            }
        } else {
            let application = plan.application?;
            let managers = &self.plan.applications[application.index()].ctimanagers;
            let no_manager = managers.iter().all(|node| self.ctimanagers[node.index()].down);
            // R25: it reaches nothing but what is on its own CallManager.
            let out_of_reach =
                self.plan.topology == Topology::Direct && plan.group.iter().find(|&node| up(node)) != managers.first();
            if self.applications[application.index()].down || no_manager || out_of_reach {
                return None;
            }
        }
        let since = book.closed.map(|(at, because)| format!("since {at}, because {because:?}"));
        Some(format!("is out of service {}", since.unwrap_or_default()))
    }
}
