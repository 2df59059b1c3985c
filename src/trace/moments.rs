//! What lies between a failure and its end, and which faults there are meanwhile.

use super::parts::{Cause, Milestone, Part};
use crate::domain::{DeviceId, FaultTarget, LinkEnd};
use crate::engine::Time;
use crate::facts::{Fact, Share};
use crate::plan::{Occurs, Plan};

/// Whether a fact tells what failed, was noticed or came back.
pub(super) const fn tells(fact: &Fact) -> bool {
    failed(fact) || milestone(fact).is_some()
}

const fn failed(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::ApplicationFailed { .. }
            | Fact::ApplicationLinkFailed { .. }
            | Fact::CallManagerFailed { .. }
            | Fact::CtiManagerFailed { .. }
    )
}

/// What a fact is for what failed.
const fn milestone(fact: &Fact) -> Option<Milestone> {
    match fact {
        Fact::ApplicationClosed { .. }
        | Fact::ManagerLossNoticed { .. }
        | Fact::FailureNoticed { .. }
        | Fact::LinkCutNoticed { .. }
        | Fact::HangNoticed { .. } => Some(Milestone::Noticed),
        Fact::ApplicationReturned { .. }
        | Fact::CallManagerReturned { .. }
        | Fact::CtiManagerReturned { .. }
        | Fact::LinkHealNoticed { .. }
        | Fact::DeviceReturned { .. } => Some(Milestone::Returned),
        Fact::ManagerChanged { .. } => Some(Milestone::Connected),
        Fact::RehomeStarted { .. } => Some(Milestone::Idle),
        _ => None,
    }
}

/// The parts of a time that ends with a fact of the cluster. What is noticed and comes back on the way is of what failed, or of its
/// device.
pub(super) fn moments(cluster: &[(Time, Fact)], fact: Fact, from: Time, until: Time) -> Vec<Part> {
    let last = match fact {
        Fact::ApplicationClosed { .. }
        | Fact::ManagerLossNoticed { .. }
        | Fact::FailureNoticed { .. }
        | Fact::LinkCutNoticed { .. } => return one(Milestone::Noticed, from, until),
        Fact::RehomeStarted { .. } => return one(Milestone::Idle, from, until),
        Fact::Recovered { .. } | Fact::DeviceOpened { .. } | Fact::Rehomed { .. } => Milestone::Open,
        _ => return if from < until { vec![Part { cause: Cause::Unknown, from, until }] } else { Vec::new() },
    };
    let device = device_of(&fact);
    let concerns = |it: &Fact| match (it, fact) {
        (
            Fact::ApplicationClosed { application: one, .. }
            | Fact::ManagerLossNoticed { application: one, .. }
            | Fact::ApplicationReturned { application: one }
            | Fact::ManagerChanged { application: one, .. },
            Fact::Recovered { application: other, .. } | Fact::DeviceOpened { application: Some(other), .. },
        ) => *one == other,
        (Fact::DeviceReturned { device: one } | Fact::RehomeStarted { device: one, .. }, _) => Some(*one) == device,
        (
            Fact::FailureNoticed { .. }
            | Fact::HangNoticed { .. }
            | Fact::CallManagerReturned { .. }
            | Fact::CtiManagerReturned { .. }
            | Fact::LinkCutNoticed { .. }
            | Fact::LinkHealNoticed { .. },
            Fact::Recovered { .. } | Fact::DeviceOpened { .. },
        ) => true,
        _ => false,
    };
    let first = cluster.partition_point(|(at, _)| *at <= from);
    let mut parts: Vec<Part> = Vec::new();
    let mut since = from;
    let on_the_way = cluster[first..].iter().take_while(|(at, _)| *at < until).filter(|(_, it)| concerns(it));
    let ends = on_the_way.filter_map(|(at, it)| Some((*at, milestone(it)?))).chain([(until, last)]);
    for (at, milestone) in ends.filter(|(at, _)| *at > from) {
        if at > since {
            parts.push(Part { cause: Cause::Until(milestone), from: since, until: at });
            since = at;
        }
    }
    parts
}

fn one(milestone: Milestone, from: Time, until: Time) -> Vec<Part> {
    if from < until { vec![Part { cause: Cause::Until(milestone), from, until }] } else { Vec::new() }
}

/// The faults of a plan in a replication: when each of them was there.
#[derive(Debug)]
pub(super) struct Faults<'p> {
    plan: &'p Plan,
    /// From when and, if it is over, until when; the last time that it struck.
    there: Vec<Option<(Time, Option<Time>)>>,
    /// How many applications have not yet recovered from it.
    recovering: Vec<u32>,
}

impl<'p> Faults<'p> {
    pub(super) fn new(plan: &'p Plan) -> Faults<'p> {
        let mut faults = Faults { plan, there: vec![None; plan.faults.len()], recovering: vec![0; plan.faults.len()] };
        faults.start();
        faults
    }

    pub(super) fn start(&mut self) {
        self.recovering.fill(0);
        for (there, fault) in self.there.iter_mut().zip(&self.plan.faults) {
            *there = match fault.occurs {
                Occurs::Once { at, duration } => Some((at, Some(at + duration))),
                Occurs::Random { .. } => None,
            };
        }
    }

    pub(super) fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::RecoveryBegan { since, .. } => {
                let its = self.there.iter().position(|there| there.is_some_and(|(at, _)| at == since));
                if let Some(row) = its {
                    self.recovering[row] += 1;
                }
            }
            Fact::Recovered { share: Share::All, delay, .. } => {
                let since = Time::from_nanos(now.nanos().saturating_sub(delay.nanos()));
                let its = self.there.iter().position(|there| there.is_some_and(|(at, _)| at == since));
                if let Some(row) = its {
                    self.recovering[row] = self.recovering[row].saturating_sub(1);
                    if let Some((_, Some(end))) = &mut self.there[row] {
                        *end = (*end).max(now);
                    }
                }
            }
            _ => {
                for (row, fault) in self.plan.faults.iter().enumerate() {
                    if matches!(fault.occurs, Occurs::Once { .. }) {
                        continue;
                    }
                    match struck(self.plan, fault.failing, fact) {
                        Some(true) => self.there[row] = Some((now, None)),
                        Some(false) => {
                            if let Some((_, end @ None)) = &mut self.there[row] {
                                *end = Some(now);
                            }
                        }
                        None => {}
                    }
                }
            }
        }
    }

    /// Those that were there, or whose consequences were, at some time between these.
    pub(super) fn between(&self, from: Time, until: Time) -> Vec<usize> {
        let there = |row: usize| {
            let (at, end) = self.there[row]?;
            let lasts = self.recovering[row] > 0 || end.is_none_or(|end| end > from);
            (at <= until && lasts).then_some(row)
        };
        (0..self.there.len()).filter_map(there).collect()
    }
}

/// Whether a fact begins what a fault fails (`true`), or ends it.
fn struck(plan: &Plan, failing: FaultTarget, fact: Fact) -> Option<bool> {
    match (failing, fact) {
        (FaultTarget::Application(id, how), Fact::ApplicationFailed { application, fault }) => {
            (id == application && how == fault).then_some(true)
        }
        (FaultTarget::Application(id, _), Fact::ApplicationReturned { application }) => {
            (id == application).then_some(false)
        }
        (FaultTarget::CallManager(id, _) | FaultTarget::Node(id), Fact::CallManagerFailed { node })
        | (FaultTarget::CtiManager(id, _), Fact::CtiManagerFailed { node }) => (id == node).then_some(true),
        (FaultTarget::CallManager(id, _) | FaultTarget::Node(id), Fact::CallManagerReturned { node })
        | (FaultTarget::CtiManager(id, _), Fact::CtiManagerReturned { node }) => (id == node).then_some(false),
        (FaultTarget::Link(LinkEnd::Application(id), at, _), Fact::ApplicationLinkFailed { application, node }) => {
            ((id, at) == (application, node)).then_some(true)
        }
        (FaultTarget::Link(LinkEnd::Node(one), other, _), Fact::LinkCutNoticed { from, to, .. }) => {
            ((one, other) == (from, to) || (other, one) == (from, to)).then_some(true)
        }
        (FaultTarget::Link(LinkEnd::Node(one), other, _), Fact::LinkHealNoticed { from, to, .. }) => {
            ((one, other) == (from, to) || (other, one) == (from, to)).then_some(false)
        }
        (FaultTarget::Devices(target, count), Fact::DeviceFailed { device } | Fact::DeviceReturned { device }) => {
            let first = plan.first_device(target).0;
            let begins = matches!(fact, Fact::DeviceFailed { .. });
            (first..first + count).contains(&device.0).then_some(begins)
        }
        _ => None,
    }
}

/// The device whose outage or rehoming a fact ends.
const fn device_of(fact: &Fact) -> Option<DeviceId> {
    match *fact {
        Fact::DeviceOpened { device, .. } | Fact::Rehomed { device, .. } | Fact::RehomeStarted { device, .. } => {
            Some(device)
        }
        _ => None,
    }
}
