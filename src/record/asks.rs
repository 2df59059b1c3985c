//! When a caller asks for a person.

use crate::domain::{DeviceId, Target};
use crate::plan::{Plan, Treatment, routing};

/// What is timed, from a caller's asking for a person to that person's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    /// What `transfer_delay` times: applications transfer callers to people.
    ByTransfer,
    /// What `setup_delay` times: no application transfers any, and calls go straight to people.
    ByCall,
}

impl Asks {
    /// Which of the two it is in runs of a plan; or what a workload would need for either.
    pub(super) fn of(plan: &Plan) -> Result<Asks, &'static str> {
        let ports = plan.port_groups.iter().filter_map(|it| it.transfer.as_ref());
        let points = plan.route_points.iter().filter_map(|it| it.treatment.transfer());
        if ports.chain(points).any(|transfer| transfer.share > 0.0) {
            return Ok(Asks::ByTransfer);
        }
        let mut people = false;
        for source in &plan.sources {
            for place in routing::visits(plan, source).into_keys() {
                match plan.group_of(place) {
                    Target::Phones(_) => people = true,
                    Target::Ports(_) => return Err(NO_MACHINES),
                    Target::RoutePoint(id) => {
                        if matches!(plan.route_points[id.index()].treatment, Treatment::Answer { .. }) {
                            return Err(NO_MACHINES);
                        }
                    }
                    Target::Outside(_) | Target::Numbers(_) => {}
                }
            }
        }
        if people { Ok(Asks::ByCall) } else { Err(NO_PEOPLE) }
    }
}

impl Asks {
    /// Whether callers of an application ask for people.
    pub(super) fn pass(self, plan: &Plan, application: &str) -> bool {
        let is_its = |device: DeviceId| {
            plan.applications_of(device).next().is_some_and(|id| plan.applications[id.index()].name == application)
        };
        let points = plan.route_points.iter().map(|it| (it.first, it.treatment.transfer().is_some()));
        let ports = plan.port_groups.iter().map(|it| (it.first, it.transfer.is_some()));
        match self {
            Asks::ByTransfer => points.chain(ports).any(|(first, transfers)| transfers && is_its(first)),
            Asks::ByCall => points.into_iter().any(|(first, _)| is_its(first)),
        }
    }
}

const NO_PEOPLE: &str =
    "people whom callers reach: traffic to a `[[phone]]`, or `transfer_to` at a port or a route point";
/// Who of them wants a person is not known.
const NO_MACHINES: &str =
    "callers who ask for people, by `transfer_to`: here ports or route points answer callers, and transfer none";
