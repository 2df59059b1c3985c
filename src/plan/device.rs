//! Where calls go: route points, ports, phones, and numbers outside.

use std::sync::Arc;

use super::directory::Directory;
use crate::domain::{ApplicationId, DeviceId, DeviceKind, Forwards, NodeId, Target};
use crate::engine::{Distribution, Span};
use crate::workload::{self as source, Problem};

/// Cited where a call is sent to what takes none.
pub(super) const R10: &str = "R10: a call at a route point is redirected to a port, a phone or another number";

/// What an application does with a call at a route point.
#[derive(Clone, Debug, PartialEq)]
pub enum Treatment {
    /// Sends it on, to one of these with the given cumulative probabilities (the last is 1): the route point is rid
    /// of it as soon as that takes effect.
    Redirect(Vec<(f64, Target)>),
    /// Answers it at the route point itself, with media; the call stays there to its end, for this long or, if that
    /// is `None`, for as long as its caller talks.
    Answer(Option<Distribution>),
}

/// A CTI route point, or several that are alike and share its calls.
#[derive(Clone, Debug, PartialEq)]
pub struct RoutePoint {
    /// Its name in the workload.
    pub name: String,
    /// The first of its devices; the rest follow.
    pub first: DeviceId,
    /// How many they are: each call goes to one of them, drawn at random.
    pub count: u32,
    /// The directory numbers of its lines.
    pub numbers: Vec<String>,
    /// Its application; without one it is never opened.
    pub application: Option<ApplicationId>,
    /// What becomes of a call there.
    pub treatment: Treatment,
    /// With this many calls at one of them, the next one there is busy.
    pub busy_trigger: u32,
    /// Never more calls than this.
    pub maximum_calls: u32,
    /// Its forwards.
    pub forwards: Forwards,
}

/// A group of like CTI ports.
#[derive(Clone, Debug, PartialEq)]
pub struct PortGroup {
    /// Its name in the workload.
    pub name: String,
    /// Their application; without one they are never opened.
    pub application: Option<ApplicationId>,
    /// The first of its devices; the rest follow.
    pub first: DeviceId,
    /// How many.
    pub count: u32,
    /// How long a call is treated there; `None` is as long as its caller talks.
    pub treatment: Option<Distribution>,
    /// The share of calls transferred to a phone after the treatment, and where to.
    pub transfer: Option<(f64, Target)>,
    /// Whether the media comes from the application itself, and dies with it.
    pub media_from_application: bool,
    /// Whether connected calls outlive the failure of a CallManager they go through (R15).
    pub keeps_media: bool,
    /// Their forwards.
    pub forwards: Forwards,
}

/// A group of like phones.
#[derive(Clone, Debug, PartialEq)]
pub struct PhoneGroup {
    /// Its name in the workload.
    pub name: String,
    /// The first of its devices; the rest follow.
    pub first: DeviceId,
    /// How many.
    pub count: u32,
    /// How long it rings until a person answers.
    pub answer: Distribution,
    /// The share of calls that a person answers at all.
    pub answered: f64,
    /// How long it rings before it forwards by CFNA; [`Span::FOREVER`] if it does not.
    pub no_answer: Span,
    /// Whether a call transferred here waits at its port until a phone is free, rather than being busy (R10: a queue).
    pub queue: bool,
    /// Who controls them as a third party, if anybody does (R14, R20).
    pub application: Option<ApplicationId>,
    /// From the failure of its CallManager until a phone notices and registers elsewhere (R14).
    pub failover: Distribution,
    /// Whether connected calls outlive the failure of a CallManager they go through (R15).
    pub keeps_media: bool,
    /// Their forwards.
    pub forwards: Forwards,
}

/// A number outside the cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Destination {
    /// Its name in the workload.
    pub name: String,
    /// How long it rings until it is answered.
    pub answer: Distribution,
    /// How many calls it takes at once.
    pub lines: u32,
    /// Where calls leave for it.
    pub egress: NodeId,
}

/// One device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What it is.
    pub kind: DeviceKind,
    /// The row of its route point, port group or phone group.
    pub row: u16,
    /// Who controls it.
    pub application: Option<ApplicationId>,
    /// The CallManagers it may register with, best first (R7): one to three. Like devices share it.
    pub group: Arc<[NodeId]>,
    /// Of these, the ones that turn out unable to open it when it is to be recovered there (R17).
    pub cannot_open_on: Arc<[NodeId]>,
}

pub(super) fn route_point(it: &source::RoutePoint, directory: &Directory<'_>) -> RoutePoint {
    let treatment = match &it.treatment {
        source::Treatment::Answer(treatment) => Treatment::Answer(treatment.clone()),
        source::Treatment::Redirect(targets) => {
            let mut sum = 0.0;
            let cumulative = targets.iter().filter_map(|(name, share)| {
                sum += share;
                Some((sum, directory.targets.find(name)?))
            });
            let mut cumulative: Vec<(f64, Target)> = cumulative.collect();
            if let Some((last, _)) = cumulative.last_mut() {
                // A sum of decimal fractions may miss 1 by a hair; a luck beyond it must still lead somewhere.
                *last = 1.0;
            }
            Treatment::Redirect(cumulative)
        }
    };
    RoutePoint {
        name: it.name.value.clone(),
        first: DeviceId(0),
        count: it.count.value,
        numbers: it.numbers.iter().map(|number| number.value.clone()).collect(),
        application: it.application.as_ref().and_then(|name| directory.applications.find(name)),
        treatment,
        busy_trigger: it.busy_trigger,
        maximum_calls: it.maximum_calls,
        forwards: directory.forwards(&it.forwards),
    }
}

pub(super) fn port_group(it: &source::CtiPorts, directory: &Directory<'_>) -> PortGroup {
    let transfer = it.transfer.as_ref().and_then(|(share, name)| {
        let to = directory.targets.find(name)?;
        if !matches!(to, Target::Phones(_)) {
            let what = format!("`{}` is no group of phones: a call is transferred to a person", name.value);
            directory.reports.add(Problem::new(name.place.clone(), what, "").rule(R10));
        }
        Some((*share, to))
    });
    PortGroup {
        name: it.name.value.clone(),
        application: it.application.as_ref().and_then(|name| directory.applications.find(name)),
        first: DeviceId(0),
        count: it.count.value,
        treatment: it.treatment.clone(),
        transfer,
        media_from_application: it.media_from_application,
        keeps_media: it.keeps_media,
        forwards: directory.forwards(&it.forwards),
    }
}

pub(super) fn phone_group(it: &source::Phones, directory: &Directory<'_>) -> PhoneGroup {
    PhoneGroup {
        name: it.name.value.clone(),
        first: DeviceId(0),
        count: it.count.value,
        answer: it.answer.clone(),
        answered: it.answered,
        no_answer: it.no_answer,
        queue: it.queue,
        application: it.application.as_ref().and_then(|name| directory.applications.find(name)),
        failover: it.failover.clone(),
        keeps_media: it.keeps_media,
        forwards: directory.forwards(&it.forwards),
    }
}

pub(super) fn destination(it: &source::Destination, directory: &Directory<'_>) -> Destination {
    let egress = it.egress.as_ref().and_then(|name| directory.nodes.find(name));
    Destination {
        name: it.name.value.clone(),
        answer: it.answer.clone(),
        lines: it.lines,
        egress: egress.unwrap_or(NodeId(0)),
    }
}
