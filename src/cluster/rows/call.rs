//! A call in progress.

use super::endpoint::NOWHERE;
use crate::domain::{ApplicationId, CallName, Contact, Control, Forward, NodeId, Phase, RoutePointId, Target};
use crate::engine::Time;
use crate::facts::{Path, Reached};

/// A call in progress, packed so that it and its slot's header take one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed(4))]
pub(crate) struct Call {
    pub(crate) offered: Time,
    /// When it was presented at its endpoint, or rejected there.
    pub(crate) since: Time,
    /// When its treatment ended, for a call that waits for a person; when it was answered last, for one that does not.
    pub(crate) waits_since: Time,
    pub(crate) number: u32,
    /// The endpoint it is at, or on its way to.
    pub(crate) endpoint: u32,
    pub(crate) source: u16,
    pub(crate) ingress: NodeId,
    /// The connection of the device that forwarded it last, or [`NONE`].
    pub(crate) forwarded_by: u16,
    /// The first route point it was presented at, or [`NONE`].
    pub(crate) route_point: u16,
    /// The application of the first device it was presented at, or [`NONE`].
    pub(crate) application: u16,
    /// Where it goes next.
    pub(crate) target: Target,
    /// The CallManager that has it while it is at no device: the one that forwards it, or the one at which it leaves for a
    /// number outside.
    pub(crate) node: NodeId,
    /// The CallManager that sent it on last, or [`NONE`].
    pub(crate) sent_by: u16,
    pub(crate) phase: Phase,
    /// Counts the changes of phase: an event scheduled before the last one is stale.
    pub(crate) step: u8,
    pub(crate) hops: u8,
    /// Which of its random words it has used, as a bit mask.
    pub(crate) used: u8,
    /// The line of its endpoint that it is at, or on its way to.
    pub(crate) line: u8,
    /// The forward it is following, until it is presented at the target.
    pub(crate) forward: Option<Forward>,
    pub(crate) contact: Contact,
    pub(crate) control: Control,
}

/// No application, no connection and no route point: a plan has fewer.
pub(crate) const NONE: u16 = u16::MAX;

pub(crate) const fn some(id: u16) -> Option<u16> {
    if id == NONE { None } else { Some(id) }
}

impl Call {
    pub(crate) fn new(name: CallName, ingress: NodeId, target: Target, now: Time) -> Call {
        Call {
            offered: now,
            since: now,
            waits_since: now,
            number: name.number,
            endpoint: NOWHERE,
            source: name.source.0,
            ingress,
            forwarded_by: NONE,
            route_point: NONE,
            application: NONE,
            target,
            node: ingress,
            sent_by: NONE,
            phase: Phase::Routing,
            step: 0,
            hops: 0,
            used: 0,
            line: 0,
            forward: None,
            contact: Contact::Nothing,
            control: Control::Full,
        }
    }

    pub(crate) fn name(&self) -> CallName {
        CallName { source: crate::domain::SourceId(self.source), number: self.number }
    }

    pub(crate) fn path(&self) -> Path {
        let (route_point, application) = (some(self.route_point), some(self.application));
        Path {
            ingress: self.ingress,
            route_point: route_point.map(RoutePointId),
            application: application.map(ApplicationId),
        }
    }

    /// How far it has come.
    pub(crate) fn reached(&self) -> Reached {
        Reached { path: self.path(), contact: self.contact, waits_since: self.waits_since }
    }

    /// The call moves on: what was scheduled for the step before is stale.
    pub(crate) fn enter(&mut self, phase: Phase) -> u8 {
        self.phase = phase;
        self.step = self.step.checked_add(1).expect("the hop limit keeps a call below 256 steps");
        self.step
    }

    /// Whether an event scheduled at `step` still concerns it.
    pub(crate) fn at(&self, step: u8) -> bool {
        self.step == step
    }
}

/// One of a call's three random choices, each of which uses 21 bits of one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Where an application redirects it.
    Redirect,
    /// Whether it is transferred after its treatment.
    Transfer,
    /// Whether a person answers at all.
    Answered,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_leaves_four_bytes_of_a_cache_line_to_its_slot() {
        assert!(size_of::<Call>() <= 60);
        assert_eq!(size_of::<(Phase, Contact, Control)>(), 3);
    }
}
