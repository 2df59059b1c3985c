//! Conditions that a closed form needs of a plan, and bounds on the error if they hold approximately.

use crate::domain::{ApplicationId, FaultTarget, Forward, NodeId, Target};
use crate::engine::Distribution;
use crate::oracle::Residence;
use crate::plan::{Arrivals, CallManagerWork, Plan, Source, Window, routing};

/// The highest utilisation of a station for which [`messages`] is a bound.
pub(super) const CALM: f64 = 0.5;
/// The largest share of the time of a call that messages may take for a form to apply.
pub(super) const MESSAGES_MAX: f64 = 0.02;
/// The largest share of callers that may give up before they are connected.
pub(super) const IMPATIENT_MAX: f64 = 0.02;

pub(super) fn seconds(distribution: &Distribution) -> f64 {
    distribution.mean().seconds()
}

/// The work of a call at its busiest CallManager, in seconds: each kind of message as often as a call can cause it.
pub(super) fn callmanager_work(work: &CallManagerWork) -> f64 {
    let CallManagerWork { setup, offer, redirect, answer, release, .. } = work;
    seconds(setup) + 2.0 * (seconds(offer) + seconds(redirect) + seconds(release)) + seconds(answer)
}

/// An upper bound on the mean time of the messages of a call, in seconds, while no utilisation is above [`CALM`], so that
/// work waits no longer than it takes.
pub(super) fn messages(plan: &Plan) -> f64 {
    let callmanagers = plan.nodes.iter().map(|node| callmanager_work(&node.callmanager)).fold(0.0, f64::max);
    2.0 * callmanagers + 6.0 * plan.links.between_nodes.seconds() + control_messages(plan)
}

/// The part of it that goes between CTIManagers and applications.
pub(super) fn control_messages(plan: &Plan) -> f64 {
    let managers = plan.nodes.iter().filter_map(|node| node.ctimanager.as_ref());
    let managers = managers.map(|it| seconds(&it.event) + seconds(&it.request) + seconds(&it.heartbeat));
    let applications = plan.applications.iter();
    let workers = applications.map(|it| seconds(&it.decide) + it.lookup.as_ref().map_or(0.0, seconds));
    2.0 * (managers.fold(0.0, f64::max) + workers.fold(0.0, f64::max) + plan.links.to_application.seconds())
}

/// Whether no utilisation is above [`CALM`] even if every call of the busiest time went through every station.
pub(super) fn is_calm(plan: &Plan) -> bool {
    let calm = |rate: f64| plan.nodes.iter().all(|node| rate * callmanager_work(&node.callmanager) <= CALM);
    peak(plan).is_some_and(calm) && control_is_calm(plan)
}

/// Whether that holds for CTIManagers, applications and databases.
pub(super) fn control_is_calm(plan: &Plan) -> bool {
    let Some(rate) = peak(plan) else { return false };
    let calm = |work: f64, servers: u32| rate * work <= CALM * f64::from(servers);
    // Each application that controls a phone has three events of a call there, two of one that is dialled there, and a request for each.
    const EVENTS: f64 = 5.0;
    const REQUESTS: f64 = 2.0;
    let openers = plan.phone_groups.iter().map(|group| group.openers.applications.len()).max().unwrap_or(0) as f64;
    let mut managers = plan.nodes.iter().filter_map(|node| node.ctimanager.as_ref());
    managers.all(|it| {
        let (event, request) = (seconds(&it.event), seconds(&it.request));
        calm(2.0 * (event + request) + openers * (EVENTS * event + REQUESTS * request), 1)
    }) && plan.applications.iter().zip(0..).all(|(application, row)| {
        let controls = plan.phone_groups.iter().any(|it| it.openers.applications.contains(&ApplicationId(row)));
        let (at_phones, lookups) = if controls { (EVENTS + REQUESTS, 2.0) } else { (0.0, 1.0) };
        let lookup = lookups * application.lookup.as_ref().map_or(0.0, seconds);
        let connections = application.database.map_or(u32::MAX, |id| plan.databases[id.index()].connections);
        calm((2.0 + at_phones) * seconds(&application.decide) + lookup, application.workers)
            && calm(lookup, connections)
    })
}

/// The highest rate of all calls together, if all arrivals are Poisson processes.
pub(super) fn peak(plan: &Plan) -> Option<f64> {
    plan.sources.iter().map(peak_rate).sum()
}

/// The highest rate of a Poisson source.
pub(super) fn peak_rate(source: &Source) -> Option<f64> {
    match &source.arrivals {
        Arrivals::Poisson(curve) => Some(curve.steps.iter().map(|&(_, rate)| rate).fold(0.0, f64::max)),
        Arrivals::Modulated(..) | Arrivals::Listed(_) => None,
    }
}

/// The rate of a Poisson source with a constant rate, whose callers are many.
pub(super) fn constant_rate(source: &Source) -> Option<f64> {
    if source.from.is_some() {
        return None;
    }
    steady_rate(source)
}

/// The rate of attempts of a Poisson source with a constant rate, those of phones in use included.
pub(super) fn steady_rate(source: &Source) -> Option<f64> {
    match &source.arrivals {
        Arrivals::Poisson(curve) => match curve.steps[..] {
            [(_, rate)] => Some(rate),
            _ => None,
        },
        Arrivals::Modulated(..) | Arrivals::Listed(_) => None,
    }
}

/// The sources that dial a device, or a line of it, if it has no other calls: nothing redirects, forwards or transfers there, and
/// its other lines have none.
pub(super) fn dialled(plan: &Plan, line: Target) -> Option<Vec<&Source>> {
    let same_device = |to: Target| plan.group_of(to) == plan.group_of(line);
    let mut onward = routing::places(plan).flat_map(|place| routing::onward(plan, place));
    let mut elsewhere = plan.sources.iter().filter(|source| source.to != line);
    // What dials is in use meanwhile.
    let mut dialling = plan.sources.iter().filter_map(|source| source.from);
    if onward.any(|it| same_device(it.to))
        || elsewhere.any(|it| same_device(it.to))
        || dialling.any(|callers| callers.group == plan.group_of(line))
        || !plan.changes.is_empty()
    {
        return None;
    }
    // What forwards all calls keeps none.
    let forwards = routing::forwards(plan, line).get(Forward::Cfa).is_some();
    (!forwards).then(|| plan.sources.iter().filter(|source| source.to == line).collect())
}

/// The constant rate of all sources that dial a device with no other calls, and the share of its callers that may give up
/// within `wait` seconds.
pub(super) fn direct_traffic(plan: &Plan, device: Target, wait: f64) -> Option<(f64, f64)> {
    let sources = dialled(plan, device)?;
    let mut rate = 0.0;
    let mut impatient: f64 = 0.0;
    for source in &sources {
        rate += constant_rate(source)?;
        if let Some(patience) = &source.patience {
            impatient = impatient.max(1.0 - Residence::from(patience).exceeds(wait));
        }
    }
    (rate > 0.0 && impatient <= IMPATIENT_MAX).then_some((rate, impatient))
}

/// Whether the settings of an application let it control a device on the first node of its group during the whole run.
pub(super) fn controls(plan: &Plan, application: ApplicationId) -> bool {
    let application = &plan.applications[application.index()];
    application.may_use_cti && !application.ctimanagers.is_empty() && application.least_priority.is_none()
}

/// The CallManager that a fault stops, if any.
pub(super) fn callmanager_of(failing: FaultTarget) -> Option<NodeId> {
    match failing {
        FaultTarget::CallManager(node, _) | FaultTarget::Node(node) => Some(node),
        FaultTarget::Application(..)
        | FaultTarget::CtiManager(..)
        | FaultTarget::Link(..)
        | FaultTarget::Devices(..) => None,
    }
}

/// The time measured, in seconds.
pub(super) fn measured(plan: &Plan, window: Window) -> f64 {
    plan.length.since(window.warm_up).seconds()
}
