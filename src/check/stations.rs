//! The load of CallManagers, CTIManagers, applications and databases.

use std::collections::BTreeMap;

use super::advice::OVERLOADED;
use super::notes::{Known, Notes};
use super::stream::{Stream, seconds};
use super::words::{percent, tidy};
use crate::domain::{ApplicationId, DatabaseId, NodeId, StationId, Target};
use crate::plan::{Dials, Plan, Treatment, routing};

/// The work of a call of a stream at each station, in seconds of one server.
fn work(stream: &Stream<'_>, plan: &Plan) -> BTreeMap<StationId, f64> {
    let mut work: BTreeMap<StationId, f64> = BTreeMap::new();
    let mut add = |station, seconds: f64| *work.entry(station).or_default() += seconds;
    let part = 1.0 / stream.source.ingress.len().max(1) as f64;
    for &node in &stream.source.ingress {
        let at = &plan.nodes[node.index()].callmanager;
        add(plan.callmanager(node), part * (seconds(&at.setup) + seconds(&at.release)));
    }
    for (&target, &visits) in &stream.visits {
        let Some(device) = routing::first_device(plan, target) else { continue };
        let device = &plan.devices[device.index()];
        let Some(&node) = device.group.first() else { continue };
        let at = &plan.nodes[node.index()].callmanager;
        add(plan.callmanager(node), visits * seconds(&at.offer));
        let Some(application) = device.application.filter(|_| !matches!(target, Target::Phones(_))) else { continue };
        // The requests of each call at that CallManager.
        let (redirects, answers) = match target {
            Target::RoutePoint(id) => match plan.route_points[id.index()].treatment {
                Treatment::Redirect(_) => (1.0, 0.0),
                Treatment::Answer { transfer, .. } => (transfer.map_or(0.0, |(share, _)| share), 1.0),
            },
            Target::Ports(id) => (plan.port_groups[id.index()].transfer.map_or(0.0, |(share, _)| share), 1.0),
            Target::Phones(_) | Target::Outside(_) | Target::Numbers(_) => (0.0, 0.0),
        };
        add(plan.callmanager(node), visits * (redirects * seconds(&at.redirect) + answers * seconds(&at.answer)));
        let who = &plan.applications[application.index()];
        if let Some(&manager) = who.ctimanagers.first()
            && let Some(at) = &plan.nodes[manager.index()].ctimanager
        {
            let requests = (redirects + answers) * seconds(&at.request);
            add(plan.ctimanager(manager), visits * (seconds(&at.event) + requests));
        }
        add(plan.workers(application), visits * (redirects + answers) * seconds(&who.decide));
        if let (Target::RoutePoint(_), Some(lookup)) = (target, &who.lookup) {
            add(plan.workers(application), visits * seconds(lookup));
            if let Some(database) = who.database {
                add(plan.connections(database), visits * seconds(lookup));
            }
        }
    }
    let mut at_phones = |phones: Target, who: ApplicationId, messages: AtPhones| {
        let Target::Phones(group) = phones else { return };
        let it = &plan.applications[who.index()];
        let managers = it.ctimanagers.first();
        if let Some(&manager) = managers
            && let Some(at) = &plan.nodes[manager.index()].ctimanager
        {
            let work = messages.events * seconds(&at.event) + messages.requests * seconds(&at.request);
            add(plan.ctimanager(manager), work);
        }
        let shown = messages.rings * it.lookup.as_ref().map_or(0.0, seconds);
        add(plan.workers(who), (messages.events + messages.requests) * seconds(&it.decide) + shown);
        if let Some(database) = it.database {
            add(plan.connections(database), shown);
        }
        debug_assert!(plan.phone_groups[group.index()].openers.applications.contains(&who));
    };
    for (&target, &visits) in &stream.visits {
        let Target::Phones(group) = target else { continue };
        let group = &plan.phone_groups[group.index()];
        // It rings, is perhaps answered, and ends.
        let answered = visits * group.answered;
        for &who in &group.openers.applications {
            let requests = if group.answer_by == Some(who) { answered } else { 0.0 };
            at_phones(target, who, AtPhones { events: 2.0 * visits + answered, rings: visits, requests });
        }
    }
    if let Some(callers) = stream.source.from
        && let Target::Phones(group) = callers.group
    {
        // A call that is dialled is connected, and ends.
        for &who in &plan.phone_groups[group.index()].openers.applications {
            let requests = if callers.by == Dials::Application(who) { 1.0 } else { 0.0 };
            at_phones(callers.group, who, AtPhones { events: 2.0, rings: 0.0, requests });
        }
    }
    work
}

/// The messages of a call between a phone and an application that controls it.
struct AtPhones {
    events: f64,
    rings: f64,
    requests: f64,
}

/// A station: its name in messages, its number of servers, and the place of its entry.
struct Station<'a> {
    whose: String,
    servers: u32,
    place: &'a crate::workload::TextRange,
}

fn stations_of<'a>(known: &Known<'a>) -> BTreeMap<StationId, Station<'a>> {
    let Known { workload, plan } = known;
    let mut stations = BTreeMap::new();
    for (row, node) in workload.nodes.iter().enumerate() {
        let (id, name, place) = (NodeId(row as u16), &node.name.value, &node.name.place);
        let whose = format!("the CallManager of `{name}`");
        stations.insert(plan.callmanager(id), Station { whose, servers: 1, place });
        let whose = format!("the CTIManager of `{name}`");
        stations.insert(plan.ctimanager(id), Station { whose, servers: 1, place });
    }
    for (row, it) in workload.applications.iter().enumerate() {
        let whose = format!("the application `{}`", it.name.value);
        let station = Station { whose, servers: it.workers, place: &it.name.place };
        stations.insert(plan.workers(ApplicationId(row as u16)), station);
    }
    for (row, it) in workload.databases.iter().enumerate() {
        let whose = format!("the database `{}`", it.name.value);
        let station = Station { whose, servers: it.connections, place: &it.name.place };
        stations.insert(plan.connections(DatabaseId(row as u16)), station);
    }
    stations
}

pub(super) fn stations(known: &Known<'_>, streams: &[Stream<'_>], notes: &mut Notes) {
    let work: Vec<BTreeMap<StationId, f64>> = streams.iter().map(|stream| work(stream, known.plan)).collect();
    for (id, station) in stations_of(known) {
        let mut changes: Vec<(f64, f64)> = Vec::new();
        for (stream, work) in streams.iter().zip(&work) {
            let Some(seconds) = work.get(&id) else { continue };
            let mut before = 0.0;
            for &(at, rate) in &stream.rates {
                changes.push((at, (rate - before) * seconds));
                before = rate;
            }
        }
        let (busiest, since) = highest(changes);
        let utilisation = busiest / f64::from(station.servers);
        if utilisation >= 1.0 {
            let when = match since {
                0.0 => "from the start".to_owned(),
                since => format!("from {} min on", tidy(since / 60.0)),
            };
            let what =
                format!("{} is overloaded: {when} its load is {} of its capacity", station.whose, percent(utilisation));
            let hint = "reduce the calls or the service times, or add servers; a run shows how the delay grows";
            notes.warn(&OVERLOADED, station.place, what, hint);
        }
    }
}

/// The highest running sum of changes, and the time at which it is reached.
fn highest(mut changes: Vec<(f64, f64)>) -> (f64, f64) {
    changes.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut sum, mut most, mut since) = (0.0, 0.0, 0.0);
    for (row, &(at, change)) in changes.iter().enumerate() {
        sum += change;
        let last_of_its_time = changes.get(row + 1).is_none_or(|next| next.0 > at);
        if last_of_its_time && sum > most * (1.0 + 1e-9) {
            (most, since) = (sum, at);
        }
    }
    (most, since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_sum_counts_all_changes_of_an_instant_together() {
        assert_eq!(highest(vec![(0.0, 1.0), (5.0, 2.0), (5.0, -1.5), (9.0, -1.0)]), (1.5, 5.0));
        assert_eq!(highest(Vec::new()), (0.0, 0.0));
    }
}
