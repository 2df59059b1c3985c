//! The meter's state of each device: where it is, since when it is out of service, and whether it waits to rehome.

use crate::domain::{DeviceId, DeviceKind, NodeId, OutageCause, RoutePointId};
use crate::engine::{Span, Time};
use crate::plan::Plan;

/// A device that is out of service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outage {
    /// Since when: the time of the fault, not of its detection.
    pub(super) since: Time,
    /// Why.
    pub(super) because: OutageCause,
    /// Whether it has been given up.
    pub(super) given_up: bool,
}

/// A device and its home (R18).
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum RehomeTimer {
    /// It is at home, or its home is not known to be back.
    #[default]
    Settled,
    /// It waits to rehome; its home has been back since then.
    Waiting(Time),
    /// It is rehoming.
    Leaving {
        /// Since when its home has been back.
        since: Time,
        /// When it was next in service, if it was; whether that is at home is known only from the next fact.
        opened_at: Option<Time>,
    },
}

/// A wait to rehome, or a rehoming, that was cut short: how long it had lasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Still waiting: neither the wait nor the delay was over.
    Waiting(Span),
    /// Rehoming: the wait was over, but not the delay.
    Leaving(Span),
}

impl RehomeTimer {
    /// It leaves for its home now, after it could have gone for some time.
    pub(super) fn leaves(&mut self) {
        if let RehomeTimer::Waiting(since) = *self {
            *self = RehomeTimer::Leaving { since, opened_at: None };
        }
    }

    /// Ends it at `now` without the device being home.
    pub(super) fn cut(&mut self, now: Time) -> Option<Cut> {
        match std::mem::take(self) {
            RehomeTimer::Settled => None,
            RehomeTimer::Waiting(since) => Some(Cut::Waiting(now - since)),
            // Once in service elsewhere, it was no longer rehoming.
            RehomeTimer::Leaving { since, opened_at } => Some(Cut::Leaving(opened_at.unwrap_or(now) - since)),
        }
    }
}

/// The meter's state of one device.
#[derive(Clone, Copy, Debug)]
pub(super) struct MeteredDevice {
    /// What it is.
    pub(super) kind: DeviceKind,
    /// The row of its route point, port group or phone group.
    row: u16,
    /// The CallManager it is registered with, or was last.
    pub(super) node: NodeId,
    /// Its outage, if it is out of service.
    pub(super) outage: Option<Outage>,
    /// Whether it is rehoming.
    pub(super) rehoming: RehomeTimer,
}

impl MeteredDevice {
    /// The state of a device that is in service at home.
    const fn new((kind, row, node): (DeviceKind, u16, NodeId)) -> MeteredDevice {
        MeteredDevice { kind, row, node, outage: None, rehoming: RehomeTimer::Settled }
    }

    /// Its kind, and which route point it is if it is one.
    pub(super) fn what(&self) -> (DeviceKind, Option<RoutePointId>) {
        (self.kind, (self.kind == DeviceKind::RoutePoint).then_some(RoutePointId(self.row)))
    }
}

/// All devices of a plan.
#[derive(Debug)]
pub(super) struct Devices {
    /// The kind, row and node of each when a run begins; `None` for devices that are never in service: route points and ports
    /// without an application.
    at_start: Vec<Option<(DeviceKind, u16, NodeId)>>,
    /// The node of each device that is in service when a run begins.
    serving: Vec<NodeId>,
    /// How many devices an application controls when a run begins.
    controlled: usize,
    metered: Vec<Option<MeteredDevice>>,
}

impl Devices {
    /// The devices of this plan as they are when a run begins, each on the first member of its group.
    pub(super) fn new(plan: &Plan) -> Devices {
        let at_start = plan
            .devices
            .iter()
            .map(|device| {
                let ever = device.kind == DeviceKind::Phone || device.application.is_some();
                let node = *device.group.first()?;
                ever.then_some((device.kind, device.row, node))
            })
            .collect();
        let open = plan.devices.iter().filter(|device| plan.starts_open(device));
        Devices {
            metered: Vec::new(),
            serving: open.filter_map(|device| device.group.first().copied()).collect(),
            controlled: plan.devices.iter().filter(|device| plan.starts_controlled(device)).count(),
            at_start,
        }
    }

    /// No devices at all.
    pub(super) fn none() -> Devices {
        Devices { at_start: Vec::new(), serving: Vec::new(), controlled: 0, metered: Vec::new() }
    }

    /// Another replication begins.
    pub(super) fn start(&mut self) {
        self.metered.clear();
        self.metered.extend(self.at_start.iter().map(|device| device.map(MeteredDevice::new)));
    }

    /// The node of each device that is in service when a run begins.
    pub(super) fn at_start(&self) -> &[NodeId] {
        &self.serving
    }

    /// How many devices an application controls when a run begins.
    pub(super) const fn controlled_at_start(&self) -> usize {
        self.controlled
    }

    /// Whether the device is controlled whenever it is in service: a route point or port, but no phone.
    pub(super) fn controlled_in_service(&mut self, device: DeviceId) -> bool {
        self.get(device).kind != DeviceKind::Phone
    }

    /// A device that can be in service.
    pub(super) fn get(&mut self, device: DeviceId) -> &mut MeteredDevice {
        self.metered[device.index()].as_mut().expect("facts concern only devices that can be in service")
    }

    /// Every device that can be in service.
    pub(super) fn all(&mut self) -> impl Iterator<Item = (DeviceId, &mut MeteredDevice)> {
        let rows = (0..).map(DeviceId).zip(&mut self.metered);
        rows.filter_map(|(device, state)| Some((device, state.as_mut()?)))
    }

    /// A device is out of service from now on, because of what happened at `since`. Returns the node it was at.
    pub(super) fn closed(&mut self, device: DeviceId, because: OutageCause, since: Time) -> NodeId {
        let state = self.get(device);
        state.outage = Some(Outage { since, because, given_up: false });
        state.node
    }
}

/// The instant `span` before `now`.
pub(super) fn before(now: Time, span: Span) -> Time {
    Time::from_nanos(now.nanos().saturating_sub(span.nanos()))
}
