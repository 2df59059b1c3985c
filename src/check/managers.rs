//! The number of devices that each CTIManager and each application controls.

use std::collections::BTreeMap;

use super::advice::{MANY_DEVICES_OF_APPLICATION, MANY_DEVICES_ON_CTIMANAGER};
use super::notes::{Known, Notes};
use super::words::thousands;
use crate::domain::NodeId;
use crate::plan::{Application, Plan, Topology};
use crate::rules::manager_choice::{self, ConnectReason};
use crate::workload::advised::{DEVICES_OF_PROVIDER, DEVICES_ON_CTIMANAGER};

const ON_CTIMANAGER_MAX: usize = DEVICES_ON_CTIMANAGER.most as usize;
const OF_APPLICATION_MAX: usize = DEVICES_OF_PROVIDER.most as usize;

/// Compares the devices with the limits above which a CTIManager raises alarms.
pub(super) fn examine(known: &Known<'_>, notes: &mut Notes) {
    for (source, application) in known.workload.applications.iter().zip(&known.plan.applications) {
        let devices = application.devices.len();
        if devices > OF_APPLICATION_MAX {
            let (devices, most) = (thousands(devices as u64), thousands(OF_APPLICATION_MAX as u64));
            let what = format!("`{}` controls {devices} devices; the limit is {most}", application.name);
            let hint = "spread them over several applications, or raise the parameter";
            notes.warn(&MANY_DEVICES_OF_APPLICATION, &source.name.place, what, hint);
        }
    }
    if known.plan.topology == Topology::CtiManager {
        on_ctimanagers(known, notes);
    }
}

fn on_ctimanagers(known: &Known<'_>, notes: &mut Notes) {
    let Known { workload, plan } = known;
    let begin = devices_at(plan, None);
    // The most devices of each CTIManager after the failure of one other.
    let mut worst: BTreeMap<NodeId, (usize, NodeId)> = BTreeMap::new();
    for &failed in begin.keys() {
        for (node, devices) in devices_at(plan, Some(failed)) {
            let most = worst.entry(node).or_insert((0, failed));
            if devices > most.0 {
                *most = (devices, failed);
            }
        }
    }
    for (row, node) in workload.nodes.iter().enumerate() {
        let id = NodeId(row as u16);
        let name = &node.name.value;
        let at_first = begin.get(&id).copied().unwrap_or_default();
        let hint = "spread the devices over more CTIManagers, or raise the parameter";
        let what = match worst.get(&id) {
            _ if at_first > ON_CTIMANAGER_MAX => {
                let at_first = thousands(at_first as u64);
                format!("the CTIManager of `{name}` controls {at_first} devices; the limit is {ON_CTIMANAGER_MAX}")
            }
            Some((devices, failed)) if *devices > ON_CTIMANAGER_MAX => {
                let (failed, devices) = (&plan.nodes[failed.index()].name, thousands(*devices as u64));
                format!(
                    "after the failure of the CTIManager of `{failed}`, that of `{name}` controls {devices} devices; \
                     the limit is {ON_CTIMANAGER_MAX}"
                )
            }
            _ => continue,
        };
        notes.warn(&MANY_DEVICES_ON_CTIMANAGER, &node.name.place, what, hint);
    }
}

/// The number of devices that each CTIManager controls while every application uses the first of its list that has not
/// failed.
fn devices_at(plan: &Plan, failed: Option<NodeId>) -> BTreeMap<NodeId, usize> {
    let mut devices = BTreeMap::new();
    for Application { ctimanagers, devices: own, .. } in &plan.applications {
        if let Some(place) = manager_choice::next(ctimanagers, ConnectReason::Started, |node| Some(node) != failed) {
            *devices.entry(ctimanagers[place]).or_insert(0) += own.len();
        }
    }
    devices
}
