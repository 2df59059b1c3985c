//! The devices that each CTIManager and each application controls: how many, and who stands by for them.

use std::collections::{BTreeMap, BTreeSet};

use super::advice::{MANY_DEVICES_OF_APPLICATION, MANY_DEVICES_ON_CTIMANAGER, STANDBY_APART};
use super::notes::{Known, Notes};
use super::words::thousands;
use crate::domain::NodeId;
use crate::plan::{Application, Plan, Topology};
use crate::rules::manager_choice::{self, ConnectReason};
use crate::workload::advised::{DEVICES_OF_PROVIDER, DEVICES_ON_CTIMANAGER};
use crate::workload::{Treatment, enumeration};

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
        standbys(known, notes);
    }
}

/// Looks for applications that stand by for a device at CTIManagers that none of those before them uses.
fn standbys(known: &Known<'_>, notes: &mut Notes) {
    let Known { workload, plan } = known;
    let answers = workload.route_points.iter().filter(|it| matches!(it.treatment, Treatment::Answer { .. }));
    let answers = answers.map(|it| (&it.name, &it.control.applications));
    let ports = workload.cti_ports.iter().map(|it| (&it.name, &it.control.applications));
    for (device, applications) in answers.chain(ports) {
        let mut before: BTreeSet<NodeId> = BTreeSet::new();
        for (place, named) in applications.iter().enumerate() {
            let Some(it) = plan.applications.iter().find(|it| it.name == named.value) else { continue };
            let own: BTreeSet<NodeId> = it.ctimanagers.iter().copied().collect();
            if place > 0 && before.is_disjoint(&own) {
                let earlier: Vec<&str> = applications[..place].iter().map(|name| name.value.as_str()).collect();
                let (earlier, node) = (enumeration(&earlier), before.first());
                let what = format!(
                    "`{}` stands by at `{}`, and has no CTIManager in common with {earlier} before it",
                    named.value, device.value
                );
                let node = node.map_or("", |node| &plan.nodes[node.index()].name);
                let hint = format!(
                    "add `{node}` to its `ctimanagers`; or leave it, if each is to survive the loss of the other's CTIManagers"
                );
                notes.warn(&STANDBY_APART, &named.place, what, hint);
            }
            before.extend(own);
        }
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
