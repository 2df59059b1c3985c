//! Whether every device is at rest.

use crate::domain::{ApplicationId, DeviceId, DeviceKind, NodeId, Standby};
use crate::plan::{Device, Topology};

use super::ledger::{AuditedRehoming, Auditor};

/// Whether a device can ever be in service.
pub(super) fn can_serve(device: &Device) -> bool {
    device.kind == DeviceKind::Phone || device.application.is_some()
}

impl Auditor<'_> {
    /// Whether every device is at rest, once all faults are over and there was time to recover: it is in service, and at home
    /// unless a call keeps it where it is or its home cannot open it; or it is out of service by a rule. And whether everything
    /// is controlled that its application may control.
    ///
    /// Out of service by a rule are devices that were given up (R17, R19), that have failed and are not back (R15), that have no CallManager of their group up (R16),
    /// and whose application, or every CTIManager it can use, is down (R20, R22). A phone in a call that survived its
    /// CallManager looks for another one after the call (R14, R15). Not controlled by a rule are phones in service where they
    /// cannot be opened (R17), and those whose application forbids recovery (R19), is down, has no CTIManager up or does not
    /// reach them (R20, R25).
    ///
    /// # Errors
    /// The devices that are not at rest, and why.
    pub fn at_rest(&self) -> Result<(), Vec<String>> {
        let unsettled: Vec<String> = (0..self.devices.len())
            .filter_map(|row| {
                let device = DeviceId(row as u32);
                Some(format!("{device:?} {}", self.unsettled(device)?))
            })
            .collect();
        if unsettled.is_empty() { Ok(()) } else { Err(unsettled) }
    }

    /// Why a device is not at rest; `None` if it is.
    fn unsettled(&self, device: DeviceId) -> Option<String> {
        let (plan, device_state) = (&self.plan.devices[device.index()], &self.devices[device.index()]);
        let up = |node: &NodeId| !self.callmanagers[node.index()].down;
        let busy = device_state.calls > 0 || device_state.taken_by.is_some();
        if let Some(node) = device_state.at {
            let home = plan.group.iter().find(|&node| up(node) && !plan.cannot_open_on.contains(node));
            return match device_state.rehoming {
                AuditedRehoming::Leaving(since) => {
                    Some(format!("is in service at {node:?}, but still rehoming; its home has been back since {since}"))
                }
                AuditedRehoming::Waiting(_) if busy => None,
                AuditedRehoming::Waiting(since) => Some(format!("has no call, but has waited to rehome since {since}")),
                AuditedRehoming::Settled
                    if home.is_some() && self.rank(device, home.copied()) < self.rank(device, Some(node)) =>
                {
                    Some(format!("is in service at {node:?}, but does not wait to rehome to {home:?}"))
                }
                AuditedRehoming::Settled if self.lacks_control(device, node) => {
                    Some(format!("is in service at {node:?}, but its application does not control it"))
                }
                AuditedRehoming::Settled => None,
            };
        }
        if !can_serve(plan) || device_state.given_up.is_some() || device_state.failed || !plan.group.iter().any(up) {
            return None;
        }
        if plan.kind == DeviceKind::Phone {
            // R15: it keeps its call, and looks for a CallManager when the call is over.
            if busy {
                return None;
            }
        } else {
            // R25: its application reaches only the devices of its own CallManager.
            let registers = plan.group.iter().find(|&node| up(node));
            if !self.plan.applications_of(device).any(|application| self.can_control(application, registers)) {
                return None;
            }
        }
        let since = device_state.closed.map(|(at, because)| format!("since {at}, because {because:?}"));
        Some(format!("is out of service {}", since.unwrap_or_default()))
    }

    /// Whether an application ought to control a device in service at a node, and does not: each application of its own a phone
    /// or what is open to several at once, and of what is open to one at a time the first, if it goes back to that.
    fn lacks_control(&self, device: DeviceId, node: NodeId) -> bool {
        let (plan, device_state) = (&self.plan.devices[device.index()], &self.devices[device.index()]);
        if plan.cannot_open_on.contains(&node) {
            return false;
        }
        let mut able = self.plan.applications_of(device).filter(|&it| self.can_control(it, Some(&node)));
        if plan.stands_by() {
            let busy = device_state.calls > 0 || device_state.taken_by.is_some();
            let goes_back = plan.standby == Standby::Returns && !busy;
            return goes_back && able.next().is_some_and(|first| device_state.holder != Some(first));
        }
        able.any(|it| {
            let controls = device_state.controllers.contains(&it) || device_state.holder == Some(it);
            !controls && self.plan.recovers(device, it)
        })
    }

    /// Whether an application is up, has a CTIManager that is up, and reaches what is registered with a node.
    fn can_control(&self, application: ApplicationId, node: Option<&NodeId>) -> bool {
        let managers = &self.plan.applications[application.index()].ctimanagers;
        let some_manager = managers.iter().any(|node| !self.ctimanagers[node.index()].down);
        let in_reach = self.plan.topology != Topology::Direct || node == managers.first();
        !self.applications[application.index()].down && some_manager && in_reach
    }
}
