//! Resources: stations, and groups of ports, phones and lines.

use crate::domain::QueueId;
use crate::record::{Catalogue, Gauge, Metric, Scope};

use super::study::Study;
use super::summary::{Row, duration_row, gauge_row};

/// A group of ports, phones or lines.
pub struct Pool {
    /// Its size; `None`: unlimited.
    pub size: Option<u32>,
    /// The number in use.
    pub in_use: Row,
    /// The mean number in use, in the bin where it is highest.
    pub busiest_bin: f64,
    /// The most in use at once.
    pub peak: f64,
}

/// Every group, in the order of the workload.
pub fn all_pools(study: &Study) -> Vec<Pool> {
    let plan = study.plan;
    let ports = plan.port_groups.iter().map(|group| Some(group.count));
    let phones = plan.phone_groups.iter().map(|group| Some(group.count));
    let lines = plan.destinations.iter().map(|it| Some(it.lines).filter(|&lines| lines < u32::MAX));
    let bridges = plan.conference_bridges.iter().map(|it| Some(it.conferences));
    let gauges = study.catalogue.gauges.iter().enumerate().filter(|(_, series)| series.metric == Gauge::InUse);
    let pools = gauges.zip(ports.chain(phones).chain(lines).chain(bridges)).map(|((row, _), size)| Pool {
        size,
        in_use: gauge_row(study, row),
        busiest_bin: study.timeline_means(row).into_iter().fold(0.0, f64::max),
        peak: study.gauge_peaks(row).into_iter().fold(0.0, f64::max),
    });
    pools.collect()
}

/// A station.
pub struct Busy {
    /// Its utilisation.
    pub utilisation: Row,
    /// Its utilisation in the bin where it is highest.
    pub busiest_bin: f64,
    /// The length of its queue.
    pub queue: Row,
    /// How long work waits.
    pub wait: Option<Row>,
    /// The number of its servers.
    pub servers: u32,
}

/// Every station, in the order of the workload.
pub fn all_stations(study: &Study) -> Vec<Busy> {
    let catalogue: &Catalogue = &study.catalogue;
    let of_gauge = |gauge: Gauge| {
        let gauges = catalogue.gauges.iter().enumerate();
        gauges.filter(move |(_, series)| series.metric == gauge && series.exists)
    };
    let waits =
        catalogue.durations.iter().enumerate().filter(|(_, series)| {
            series.metric == Metric::StationWait && series.scope == Scope::Station && series.exists
        });
    let rows = of_gauge(Gauge::Queue).zip(of_gauge(Gauge::Utilisation)).zip(waits);
    rows.map(|(((queue, _), (utilisation, series)), (wait, _))| Busy {
        utilisation: gauge_row(study, utilisation),
        busiest_bin: study.timeline_means(utilisation).into_iter().fold(0.0, f64::max),
        queue: gauge_row(study, queue),
        wait: duration_row(study, wait),
        servers: series.servers,
    })
    .collect()
}

/// A queue of callers.
pub struct Waiting {
    /// How long they waited for a phone.
    pub wait: Row,
    /// How many wait.
    pub waiting: Row,
    /// The most who waited at once.
    pub peak: f64,
}

/// Every queue that the workload names, in its order.
pub fn all_queues(study: &Study) -> Vec<Waiting> {
    let queues = (0..study.plan.named_queues() as u16).map(QueueId);
    let of = |queue| {
        let gauge = study.catalogue.waiting(queue);
        Some(Waiting {
            wait: duration_row(study, study.catalogue.of_queue(Metric::QueueWait, queue))?,
            waiting: gauge_row(study, gauge),
            peak: study.gauge_peaks(gauge).into_iter().fold(0.0, f64::max),
        })
    };
    queues.filter_map(of).collect()
}

/// The kind of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    /// A station, where work waits for a server.
    Station,
    /// A group of CTI ports.
    Ports,
    /// A group of phones.
    Phones,
    /// The lines to a number outside.
    Lines,
    /// The conferences of a bridge.
    Conferences,
}

impl ResourceKind {
    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            ResourceKind::Station => "station",
            ResourceKind::Ports => "CTI ports",
            ResourceKind::Phones => "phones",
            ResourceKind::Lines => "lines",
            ResourceKind::Conferences => "conferences",
        }
    }
}

/// A resource: a station, or a group of ports, phones or lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its kind.
    pub kind: ResourceKind,
    /// Its name.
    pub name: String,
    /// The share of it in use, in the bin of the timeline where that is highest.
    pub busiest_bin: f64,
    /// The size of a group; `None` for a station.
    pub size: Option<u32>,
    /// The most of a group in use at once, in any replication.
    pub peak: f64,
    /// The mean wait at a station, in milliseconds.
    pub wait: Option<f64>,
}

/// Every resource of a limited size.
pub fn resources(study: &Study) -> Vec<Resource> {
    let stations = all_stations(study).into_iter().map(|station| Resource {
        kind: ResourceKind::Station,
        name: station.utilisation.name,
        busiest_bin: station.busiest_bin,
        size: None,
        peak: 0.0,
        wait: station.wait.and_then(|wait| wait.mean),
    });
    let pools = all_pools(study).into_iter().filter_map(|pool| {
        let size = pool.size?;
        let kind = match pool.in_use.scope {
            scope if scope == Scope::PortGroup.name() => ResourceKind::Ports,
            scope if scope == Scope::PhoneGroup.name() => ResourceKind::Phones,
            scope if scope == Scope::ConferenceBridge.name() => ResourceKind::Conferences,
            _ => ResourceKind::Lines,
        };
        let busiest_bin = pool.busiest_bin / f64::from(size);
        Some(Resource { kind, name: pool.in_use.name, busiest_bin, size: Some(size), peak: pool.peak, wait: None })
    });
    stations.chain(pools).collect()
}
