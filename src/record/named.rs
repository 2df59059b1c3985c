//! The names of metrics, of whatever kind.

use super::metric::{Count, Gauge, Metric, Peak, Service};

/// What a metric's name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Count(Count),
    Duration(Metric),
    Gauge(Gauge),
    Peak(Peak),
    Service(Service),
}

impl Named {
    /// All of them.
    pub(super) fn all() -> impl Iterator<Item = Named> {
        let durations = Metric::ALL.into_iter().map(Named::Duration);
        let counts = Count::ALL.into_iter().map(Named::Count);
        let gauges = Gauge::ALL.into_iter().map(Named::Gauge);
        let services = Service::ALL.into_iter().map(Named::Service);
        durations.chain(counts).chain(services).chain(gauges).chain(Gauge::ALL.into_iter().filter_map(Named::peak_of))
    }

    /// The highest reading of a gauge, if it is kept.
    pub(super) fn peak_of(gauge: Gauge) -> Option<Named> {
        gauge.row().peak.map(Named::Peak)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Named::Count(count) => count.name(),
            Named::Duration(metric) => metric.name(),
            Named::Gauge(gauge) => gauge.name(),
            Named::Peak(peak) => peak.name,
            Named::Service(service) => service.name(),
        }
    }
}

/// The gauge with this highest reading.
pub(super) fn peaked(peak: Peak) -> Option<Gauge> {
    Gauge::ALL.into_iter().find(|gauge| gauge.row().peak == Some(peak))
}
