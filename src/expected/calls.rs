//! Traffic and queues where nothing fails: how many calls, how many blocked, how many present, how long they wait.

use super::conditions::{
    IMPATIENT_MAX, MESSAGES_MAX, constant_rate, controls, dialled, direct_traffic, is_calm, measured, messages,
    seconds, steady_rate,
};
use super::expectation::{Expected, Predicted};
use super::words::{per_hour, short, time};
use crate::domain::{ApplicationId, DeviceKind, Forward, PhoneGroupId, PortGroupId, RoutePointId, Target};
use crate::engine::{Distribution, Span};
use crate::oracle::{Residence, engset, erlang_b, erlang_c, mg1_mean_wait, mmc_mean_wait, poisson_at_most};
use crate::plan::{Application, Arrivals, Callers, Dials, Plan, RateCurve, Source, Transfer, Treatment, Window};

/// The initial transient may be this share of the whole at the end of the warm-up.
const UNSETTLED_MAX: f64 = 0.001;
/// A probability below this counts as zero.
const NEVER: f64 = 1e-9;

/// Calls offered: each source is a Poisson process, so the expected number is the integral of its rate over the times of dialling
/// that are measured.
pub(super) fn offered(plan: &Plan, window: Window) -> Option<Expected> {
    let way = plan.links.from_caller.seconds();
    let (from, to) = ((window.warm_up.seconds() - way).max(0.0), (plan.length.seconds() - way).max(0.0));
    let curves = plan.sources.iter().map(|source| match &source.arrivals {
        // Phones in use do not dial, and how often that is depends on the calls.
        Arrivals::Poisson(curve) if source.from.is_none() => Some(curve),
        Arrivals::Poisson(_) | Arrivals::Modulated(..) | Arrivals::Listed(_) => None,
    });
    let curves: Vec<&RateCurve> = curves.collect::<Option<_>>()?;
    let calls: f64 = curves.iter().map(|curve| integral(curve, from, to)).sum();
    (calls > 0.0).then(|| Expected {
        measure: Predicted::Offered,
        low: calls,
        high: calls,
        form: "rate x time",
        why: format!("all arrivals are Poisson processes, over a measured time of {}", time(measured(plan, window))),
    })
}

/// The calls expected between two times, in seconds.
fn integral(curve: &RateCurve, from: f64, to: f64) -> f64 {
    let ends = curve.steps.iter().skip(1).map(|(at, _)| at.seconds()).chain([f64::INFINITY]);
    let pieces = curve.steps.iter().zip(ends);
    pieces.map(|((at, rate), end)| rate * (end.min(to) - at.seconds().max(from)).max(0.0)).sum()
}

/// A group of ports, phones or lines to which all calls go directly, without failures: Erlang's loss formula, which depends
/// only on the mean holding time.
pub(super) fn blocking(plan: &Plan, window: Window) -> Option<Expected> {
    let to = plan.sources.first()?.to;
    let only = plan.sources.iter().all(|source| source.to == to);
    if !only || !plan.faults.is_empty() || plan.parameters.code_yellow.is_some() || !is_calm(plan) {
        return None;
    }
    let group = group(plan, to)?;
    let messages = messages(plan);
    let (rate, impatient) = direct_traffic(plan, to, 4.0 * messages)?;
    // A caller who gives up while it rings frees the line early.
    if group.rings > 0.0 && plan.sources.iter().any(|source| source.patience.is_some()) {
        return None;
    }
    let distributions = match &group.treatment {
        Some(distribution) => vec![(rate, distribution)],
        None => plan.sources.iter().map(|it| Some((constant_rate(it)?, &it.talk))).collect::<Option<_>>()?,
    };
    let mean = group.rings
        + group.wraps_up
        + distributions.iter().map(|(part, distribution)| part / rate * seconds(distribution)).sum::<f64>();
    let settled = distributions.iter().all(|(_, distribution)| {
        let beside = group.rings + group.wraps_up;
        Residence::from(*distribution).rest((window.warm_up.seconds() - 10.0 * beside).max(0.0)) <= UNSETTLED_MAX
    });
    if mean <= 0.0 || messages > MESSAGES_MAX * mean || !settled {
        return None;
    }
    let measure = match group.busy {
        None => Predicted::RefusedBusy,
        // The target must have room for all of them.
        Some(Target::Outside(id)) if plan.destinations[id.index()].lines == u32::MAX => Predicted::ForwardedBusy,
        Some(_) => return None,
    };
    // Random splitting gives each of several devices an independent Poisson stream.
    let each = rate / f64::from(group.devices);
    let blocked = |offered: f64| erlang_b(offered, group.size);
    let (low, high) = (blocked(each * (1.0 - impatient) * mean), blocked(each * (mean + messages)));
    // A route point that has room for all is no group that blocks.
    if high <= NEVER && matches!(plan.group_of(to), Target::RoutePoint(_)) {
        return None;
    }
    let of_each = if group.devices > 1 { " each" } else { "" };
    Some(Expected {
        measure,
        low,
        high,
        form: "Erlang B",
        why: format!(
            "all calls go to `{}`: {} of {} on average, {} erlangs on {}{of_each}",
            plan.target_name(to),
            per_hour(rate),
            time(mean),
            short(each * mean),
            group.size
        ),
    })
}

/// A group of lines that only the phones of one group dial: Engset's loss formula, which depends only on the mean holding time.
pub(super) fn blocking_of_phones(plan: &Plan, window: Window) -> Option<Expected> {
    let [source] = &plan.sources[..] else { return None };
    // What an application dials is not dialled at once, nor always.
    let Some(Callers { group: Target::Phones(from), by: Dials::Person }) = source.from else { return None };
    let phones = &plan.phone_groups[from.index()];
    if !plan.faults.is_empty() || plan.parameters.code_yellow.is_some() || !is_calm(plan) {
        return None;
    }
    dialled(plan, source.to)?;
    let Group { size, devices: 1, rings, wraps_up, treatment, busy: None } = group(plan, source.to)? else {
        return None;
    };
    let (messages, rate) = (messages(plan), steady_rate(source)?);
    // A caller who gives up while it rings frees the line early.
    if source.to == Target::Phones(from) || (rings > 0.0 && source.patience.is_some()) {
        return None;
    }
    if source.patience.as_ref().is_some_and(|it| 1.0 - Residence::from(it).exceeds(4.0 * messages) > IMPATIENT_MAX) {
        return None;
    }
    let holding = treatment.as_ref().unwrap_or(&source.talk);
    let mean = rings + wraps_up + seconds(holding);
    let begins = (window.warm_up.seconds() - 10.0 * (rings + wraps_up)).max(0.0);
    let settled = Residence::from(holding).rest(begins) <= UNSETTLED_MAX;
    if mean <= 0.0 || messages > MESSAGES_MAX * mean || !settled {
        return None;
    }
    let each = rate / f64::from(phones.count);
    let blocked = |mean: f64| engset(phones.count, each * mean, size);
    Some(Expected {
        measure: Predicted::RefusedBusy,
        low: blocked(mean * (1.0 - IMPATIENT_MAX)).min(blocked(mean)),
        high: blocked(mean + messages),
        form: "Engset",
        why: format!(
            "only the {} phones of `{}` call `{}`, each {} while it is idle, for {} on average, on {}",
            phones.count,
            phones.name,
            plan.target_name(source.to),
            per_hour(each),
            time(mean),
            size
        ),
    })
}

/// A group of servers, one per call; or several such groups, to which calls go at random.
struct Group {
    size: u32,
    devices: u32,
    /// How long it rings, on average, in seconds.
    rings: f64,
    /// How long it is in use after a call, on average, in seconds: after-call work.
    wraps_up: f64,
    /// The holding time of a call; `None`: the talk time.
    treatment: Option<Distribution>,
    /// Where calls go that find all busy.
    busy: Option<Target>,
}

/// A group that keeps each call to its end.
fn group(plan: &Plan, to: Target) -> Option<Group> {
    let open = |first: usize, application: ApplicationId| {
        controls(plan, application) && plan.starts_open(&plan.devices[first])
    };
    match to {
        Target::Ports(PortGroupId(row)) => {
            let it = &plan.port_groups[usize::from(row)];
            let kept = keeps_all(it.transfer.as_ref()) && open(it.first.index(), it.openers.first()?);
            let busy = it.lines[0].forwards.get(Forward::Cfb);
            kept.then(|| Group {
                size: it.count,
                devices: 1,
                rings: 0.0,
                wraps_up: 0.0,
                treatment: it.treatment.clone(),
                busy,
            })
        }
        Target::Phones(PhoneGroupId(row)) => {
            let it = &plan.phone_groups[usize::from(row)];
            let line = &it.lines[0];
            let kept = it.answered >= 1.0 && line.no_answer == Span::FOREVER && in_time(plan, &it.answer);
            let (rings, busy) = (seconds(&it.answer), line.forwards.get(Forward::Cfb));
            let wraps_up = it.wrap_up.as_ref().map_or(0.0, seconds);
            kept.then_some(Group { size: it.count, devices: 1, rings, wraps_up, treatment: None, busy })
        }
        Target::Outside(id) => {
            let it = &plan.destinations[id.index()];
            let limited = it.lines < u32::MAX && in_time(plan, &it.answer);
            let rings = seconds(&it.answer);
            limited.then_some(Group { size: it.lines, devices: 1, rings, wraps_up: 0.0, treatment: None, busy: None })
        }
        Target::RoutePoint(id) => of_route_point(plan, id, 0, &open),
        Target::Numbers(id) => {
            let it = &plan.numbers[id.index()];
            match it.group {
                Target::RoutePoint(id) => of_route_point(plan, id, it.line, &open),
                // A number of a port leads to that port alone.
                Target::Ports(_) => {
                    let busy = plan.line(to)?.forwards.get(Forward::Cfb);
                    group(plan, it.group).map(|ports| Group { size: 1, devices: it.count, busy, ..ports })
                }
                // The second call at a phone waits.
                Target::Phones(_) | Target::Outside(_) | Target::Numbers(_) => None,
            }
        }
    }
}

/// A line of a route point that answers: its busy trigger is as many servers.
fn of_route_point(
    plan: &Plan,
    id: RoutePointId,
    line: u8,
    open: &dyn Fn(usize, ApplicationId) -> bool,
) -> Option<Group> {
    let it = &plan.route_points[id.index()];
    let Treatment::Answer { treatment, transfer } = &it.treatment else { return None };
    let kept = keeps_all(transfer.as_ref()) && open(it.first.index(), it.openers.first()?);
    let line = &it.lines[usize::from(line)];
    let (size, busy) = (line.busy_trigger.min(line.maximum_calls), line.forwards.get(Forward::Cfb));
    kept.then(|| Group { size, devices: it.count, rings: 0.0, wraps_up: 0.0, treatment: treatment.clone(), busy })
}

/// Whether no call is transferred.
fn keeps_all(transfer: Option<&Transfer>) -> bool {
    transfer.is_none_or(|it| it.share <= 0.0)
}

/// Whether hardly any call rings for as long as T301.
fn in_time(plan: &Plan, answer: &Distribution) -> bool {
    plan.parameters.t301 == Span::FOREVER || seconds(answer) * 20.0 <= plan.parameters.t301.seconds()
}

/// Route points that answer calls themselves and never refuse one: M/G/infinity, initially empty.
pub(super) fn occupancy(plan: &Plan, window: Window) -> Vec<Expected> {
    if !plan.faults.is_empty() || plan.parameters.code_yellow.is_some() || !is_calm(plan) {
        return Vec::new();
    }
    (0..plan.route_points.len() as u16).filter_map(|row| occupancy_of(plan, window, RoutePointId(row))).collect()
}

fn occupancy_of(plan: &Plan, window: Window, id: RoutePointId) -> Option<Expected> {
    let it = &plan.route_points[id.index()];
    let HoldingCalls { rate, impatient, distribution } = held(plan, id)?;
    let (messages, mean, all) = (messages(plan), seconds(distribution), rate * f64::from(it.count));
    let distribution = Residence::from(distribution);
    let (from, to) = (window.warm_up.seconds(), plan.length.seconds());
    // The mean at `t` is the load times the part of a stay within `t`; averaged over the measured time by the trapezoidal rule.
    const STEPS: u32 = 2_000;
    let at = |step: u32| 1.0 - distribution.rest(from + (to - from) * f64::from(step) / f64::from(STEPS));
    let inner: f64 = (1..STEPS).map(at).sum();
    let settled = (inner + (at(0) + at(STEPS)) / 2.0) / f64::from(STEPS);
    Some(Expected {
        measure: Predicted::Calls(id),
        low: all * (1.0 - impatient) * mean * settled,
        high: all * (mean + messages) * settled,
        form: "M/G/infinity",
        why: format!("`{}` answers {}, which stay {} on average", it.name, per_hour(all), time(mean)),
    })
}

/// The calls of a route point that holds them; of each, if there are several.
pub(super) struct HoldingCalls<'a> {
    /// Calls per second.
    pub(super) rate: f64,
    /// The share that may give up before they are answered.
    pub(super) impatient: f64,
    /// How long they stay.
    pub(super) distribution: &'a Distribution,
}

/// The calls of a route point that answers them itself, with a treatment time, is dialled directly at a constant rate, and
/// has room for all.
pub(super) fn held(plan: &Plan, id: RoutePointId) -> Option<HoldingCalls<'_>> {
    let it = &plan.route_points[id.index()];
    let Treatment::Answer { treatment: Some(distribution), transfer } = &it.treatment else { return None };
    if !keeps_all(transfer.as_ref()) {
        return None;
    }
    let device = &plan.devices[it.first.index()];
    if !controls(plan, it.openers.first()?) || !plan.starts_open(device) {
        return None;
    }
    let messages = messages(plan);
    let (rate, impatient) = direct_traffic(plan, Target::RoutePoint(id), 4.0 * messages)?;
    // Random splitting gives each of several an independent Poisson stream.
    let rate = rate / f64::from(it.count);
    let room = it.lines[0].busy_trigger.min(it.lines[0].maximum_calls);
    let offered = rate * (seconds(distribution) + messages);
    // Above the range of the sum no route point holds as many calls.
    let refused = if room > 20_000 { 0.0 } else { 1.0 - poisson_at_most(offered, room.saturating_sub(1)) };
    let fits = f64::from(room) > offered && refused <= NEVER && messages <= MESSAGES_MAX * seconds(distribution);
    fits.then_some(HoldingCalls { rate, impatient, distribution })
}

/// The workers of an application if nothing else takes time or refuses calls: M/M/c, or M/G/1 with a single worker.
pub(super) fn workers(plan: &Plan, window: Window) -> Vec<Expected> {
    let free = |distribution: &Distribution| distribution.mean() == Span::ZERO;
    // Calls that queue before are no longer a Poisson stream.
    let nodes = plan.nodes.iter().all(|node| {
        let work = &node.callmanager;
        free(&work.setup) && free(&work.offer) && node.ctimanager.as_ref().is_none_or(|manager| free(&manager.event))
    });
    if !nodes || !plan.faults.is_empty() || plan.parameters.code_yellow.is_some() {
        return Vec::new();
    }
    let ids = (0..plan.applications.len() as u16).map(ApplicationId);
    ids.filter_map(|id| workers_of(plan, window, id)).collect()
}

fn workers_of(plan: &Plan, window: Window, id: ApplicationId) -> Option<Expected> {
    let it = &plan.applications[id.index()];
    let route_point = only_route_point(plan, id)?;
    let point = &plan.route_points[route_point.index()];
    let Treatment::Redirect(choices) = &point.treatment else { return None };
    // Calls that are not sent outside may come back.
    if !choices.iter().all(|(_, target)| matches!(target, Target::Outside(_))) || !controls(plan, id) {
        return None;
    }
    let sources = dialled(plan, Target::RoutePoint(route_point))?;
    let impatient = |source: &&Source| source.patience.is_some();
    if sources.iter().any(impatient) || plan.parameters.new_call_accept < Span::FOREVER {
        return None;
    }
    let rate = sources.iter().map(|source| constant_rate(source)).sum::<Option<f64>>()?;
    let Work { mean, cv_squared, exponential } = work(it)?;
    let (offered, servers) = (rate * mean, it.workers);
    let load = offered / f64::from(servers);
    if rate <= 0.0 || load > 0.9 {
        return None;
    }
    let (form, wait) = match servers {
        1 => ("M/G/1", mg1_mean_wait(rate, mean, cv_squared)),
        _ if exponential => ("M/M/c", mmc_mean_wait(rate, mean, servers)),
        _ => return None,
    };
    // In M/M/c the queue length is geometric; for M/G/1 the tail is at least this likely, for this load and this variability
    // of work.
    let scatter = f64::midpoint(1.0, cv_squared).max(1.0);
    let room = f64::from(point.lines[0].busy_trigger.min(point.lines[0].maximum_calls)) - f64::from(servers);
    let full = erlang_c(offered, servers) * libm::exp(-(1.0 - load) * room / scatter);
    let relaxation = scatter * mean / ((1.0 - load.sqrt()) * (1.0 - load.sqrt()));
    if full > NEVER || room <= 0.0 || window.warm_up.seconds() < 10.0 * relaxation {
        return None;
    }
    Some(Expected {
        measure: Predicted::QueueDelay(id),
        low: wait,
        high: wait,
        form,
        why: format!(
            "`{}` handles {} for {} each, {servers} at a time, with no delay before",
            it.name,
            per_hour(rate),
            time(mean)
        ),
    })
}

/// The route point of an application that has no other devices.
fn only_route_point(plan: &Plan, id: ApplicationId) -> Option<RoutePointId> {
    let [device] = plan.applications[id.index()].devices[..] else { return None };
    let device = &plan.devices[device.index()];
    (device.kind == DeviceKind::RoutePoint && plan.starts_open(device)).then_some(RoutePointId(device.row))
}

/// The time that a worker takes for a call.
struct Work {
    mean: f64,
    cv_squared: f64,
    exponential: bool,
}

/// The look-up and the worker's own time; `None` if it waits for a database, which is a queue of its own.
fn work(application: &Application) -> Option<Work> {
    if application.lookup.is_some() && application.database.is_some() {
        return None;
    }
    let parts =
        application.lookup.iter().chain([&application.decide]).filter(|distribution| distribution.mean() > Span::ZERO);
    let parts: Vec<&Distribution> = parts.collect();
    let mean: f64 = parts.iter().map(|distribution| seconds(distribution)).sum();
    let variance: f64 = parts
        .iter()
        .map(|distribution| distribution.cv_squared() * seconds(distribution) * seconds(distribution))
        .sum();
    let exponential = matches!(parts[..], [Distribution::Exponential { .. }]);
    (mean > 0.0).then(|| Work { mean, cv_squared: variance / (mean * mean), exponential })
}
