//! R18: when route points rehome after the only failure of a CallManager.

use super::calls::{HoldingCalls, held};
use super::conditions::{controls, is_calm, messages, seconds};
use super::expectation::{Expected, Predicted};
use super::words::{per_hour, short, time};
use crate::domain::{ApplicationId, FaultTarget, NodeId, ProcessFault, RoutePointId};
use crate::engine::Distribution;
use crate::oracle::{LOAD_MAX, Residence, RoutePointCalls, Start, TimeToEmpty, Traffic};
use crate::plan::{Occurs, Plan, Topology, Window};
use crate::rules::device_recovery;

/// The most route points that are computed, since each takes some time.
const FEW: usize = 8;
/// Below this share of route points that have not rehomed, all count as rehomed.
const ALL: f64 = 1e-5;

/// The one failure of a CallManager in a run.
struct Failure {
    node: NodeId,
    /// When the devices there are open elsewhere, at the latest, in seconds.
    reopened: f64,
    /// When its return is noticed, in seconds.
    noticed: f64,
}

/// Route points that hold their calls: the time until M/G/infinity is empty, after the return of the home CallManager is
/// noticed.
pub(super) fn rehoming(plan: &Plan, window: Window) -> Vec<Expected> {
    let Some(failure) = failure(plan, window).filter(|_| is_calm(plan)) else { return Vec::new() };
    let mut known = Known::default();
    let ids = (0..plan.route_points.len() as u16).map(RoutePointId);
    let held = ids.filter_map(|id| Some((id, held(plan, id)?)).filter(|(id, _)| rehomes(plan, *id, &failure)));
    held.take(FEW).flat_map(|(id, held)| rehoming_of(plan, id, &held, &failure, &mut known)).collect()
}

fn failure(plan: &Plan, window: Window) -> Option<Failure> {
    let [fault] = &plan.faults[..] else { return None };
    let (FaultTarget::CallManager(node, ProcessFault::Exit), Occurs::Once { at, duration }) =
        (fault.failing, &fault.occurs)
    else {
        return None;
    };
    if plan.topology != Topology::CtiManager || plan.parameters.code_yellow.is_some() || *at < window.warm_up {
        return None;
    }
    let notice = plan.parameters.callmanager_notice.seconds();
    let opening = plan.nodes.iter().map(|node| {
        let manager = node.ctimanager.as_ref().map_or(0.0, |manager| seconds(&manager.device_open));
        seconds(&node.callmanager.device_open) + manager
    });
    // One device after the other, each with its service times.
    let each = plan.parameters.reopen_interval.seconds() + 2.0 * opening.fold(0.0, f64::max);
    let reopened = at.seconds() + notice + plan.devices.len() as f64 * each + 10.0 * messages(plan);
    let noticed = at.seconds() + duration.seconds() + notice;
    (reopened < at.seconds() + duration.seconds() && noticed < plan.length.seconds()).then_some(Failure {
        node,
        reopened,
        noticed,
    })
}

/// Whether the CallManager that fails is the home of a route point, which is opened elsewhere meanwhile.
fn rehomes(plan: &Plan, id: RoutePointId, failure: &Failure) -> bool {
    let device = &plan.devices[plan.route_points[id.index()].first.index()];
    let first = plan.route_points[id.index()].first;
    let may_recover = |id: ApplicationId| device_recovery::may_recover(plan.recovers(first, id)).is_ok();
    let recovers = |id| controls(plan, id) && may_recover(id);
    device.group.len() > 1
        && device.group[0] == failure.node
        && device.cannot_open_on.is_empty()
        && device.application.is_some_and(recovers)
}

fn rehoming_of(
    plan: &Plan,
    id: RoutePointId,
    held: &HoldingCalls<'_>,
    failure: &Failure,
    known: &mut Known,
) -> Vec<Expected> {
    let HoldingCalls { rate, impatient, distribution } = *held;
    let (mean, messages) = (seconds(distribution), messages(plan));
    if rate * (mean + messages) > LOAD_MAX / 2.0 {
        return Vec::new();
    }
    // From the calls that arrived since it was opened elsewhere, to as many as in the steady state.
    let since = Start::Outage { length: failure.noticed - failure.reopened };
    let soonest = known.wait(rate * (1.0 - impatient), distribution, since);
    let latest = known.wait(rate * (1.0 + messages / mean), distribution, Start::Steady);
    let left = plan.length.seconds() - failure.noticed;
    let (rehomed_most, rehomed_least) = (1.0 - soonest.exceeds(left), 1.0 - latest.exceeds(left));
    let why = format!(
        "`{}` holds {} for {} on average, {} erlangs, and its home is back {} before the end",
        plan.route_points[id.index()].name,
        per_hour(rate),
        time(mean),
        short(rate * mean),
        time(left)
    );
    let form = "M/G/infinity until empty";
    let mut found = Vec::new();
    if rehomed_least < 1.0 - ALL {
        let measure = Predicted::HomeByEnd(id);
        found.push(Expected { measure, low: rehomed_least, high: rehomed_most, form, why });
    } else {
        let notice = plan.parameters.callmanager_notice.seconds();
        let measure = Predicted::RehomeWait(id);
        found.push(Expected { measure, low: notice + soonest.mean(), high: notice + latest.mean(), form, why });
    }
    found
}

/// The results so far, since many route points are identical.
#[derive(Default)]
struct Known(Vec<(f64, Distribution, Start, TimeToEmpty)>);

impl Known {
    fn wait(&mut self, rate: f64, distribution: &Distribution, start: Start) -> TimeToEmpty {
        let same =
            |it: &&(f64, Distribution, Start, TimeToEmpty)| it.0 == rate && it.1 == *distribution && it.2 == start;
        if let Some((.., wait)) = self.0.iter().find(same) {
            return wait.clone();
        }
        let calls = RoutePointCalls { residence: Residence::from(distribution), limit: None, start: start.clone() };
        let wait = calls.time_to_empty(&Traffic::constant(rate));
        self.0.push((rate, distribution.clone(), start, wait.clone()));
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;

    #[test]
    fn a_known_result_is_not_computed_again() {
        let distribution = Distribution::Constant(Span::ZERO);
        let mut known = Known::default();
        for _ in 0..2 {
            known.wait(1.0, &distribution, Start::Steady);
        }
        assert_eq!(known.0.len(), 1);
        known.wait(1.0, &distribution, Start::Fresh(1));
        assert_eq!(known.0.len(), 2);
    }
}
