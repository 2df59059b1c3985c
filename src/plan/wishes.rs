//! Whether every caller has a wish where an application asks for one, and it a place for the wish.

use super::directory::Directory;
use super::model::Plan;
use super::queue::{Transfer, TransferTo, WISHES};
use super::routing;
use crate::domain::{SourceId, Target};
use crate::workload::{self as source, Calls, Elsewhere, Problem, Workload};

/// Whether an application asks for wishes anywhere.
fn some_ask(plan: &Plan) -> bool {
    let mut all = routing::places(plan).filter_map(|place| plan.transfer_at(place));
    all.any(|it| matches!(it.to, TransferTo::ByWish(_)))
}

/// Reports callers who reach a device that asks for their wish, and have none, or one for which it has no place.
pub(super) fn check(plan: &Plan, workload: &Workload, directory: &Directory<'_>) {
    if !some_ask(plan) {
        return;
    }
    for (row, traffic) in workload.traffic.iter().enumerate().filter(|(_, it)| !it.wishes_are_unknown) {
        for place in routing::reached_by(plan, SourceId(row as u16)) {
            let Some(Transfer { to: TransferTo::ByWish(by_wish), .. }) = plan.transfer_at(place) else { continue };
            let Some(asks) = transfer_of(workload, plan.group_of(place)) else { continue };
            let (callers, device) = (&traffic.name.value, plan.target_name(plan.group_of(place)));
            let report = |problem: Problem, what: &str| {
                directory.reports.add(problem.also(asks.place.clone(), what).rule(WISHES));
            };
            let goes_nowhere = |name: &str| directory.wish(name).is_none_or(|wish| by_wish[wish.index()].is_none());
            for (wish, _) in traffic.wishes.iter().filter(|(wish, _)| goes_nowhere(&wish.value)) {
                let wish = (&wish.value, &wish.place);
                let what =
                    format!("callers of `{callers}` have the wish `{}`, and `{device}` has no place for it", wish.0);
                let hint = format!("add `{} = \"...\"` to its `transfer_to`", wish.0);
                report(Problem::new(wish.1.clone(), what, "").hint(hint), "of these, none is for it");
            }
            let Calls::Listed(list) = &traffic.arrivals.calls else {
                if !traffic.has_wishes {
                    let what =
                        format!("callers of `{callers}` reach `{device}`, which asks for their wish, and have none");
                    let hint = "set their `wish`, or transfer all calls to one place";
                    report(Problem::new(traffic.name.place.clone(), what, "").hint(hint), "asked for here");
                }
                continue;
            };
            let in_line = |line: usize, what: String| {
                let (file, text) = (list.file.value.clone(), String::new());
                let there = Elsewhere { file, typed: false, line, text, place: 0..0 };
                Problem::new(list.file.place.clone(), what, "named here").elsewhere(there)
            };
            for (wish, line) in list.wishes.iter().filter(|(wish, _)| goes_nowhere(wish)) {
                let what = format!("a caller has the wish `{wish}`, and `{device}` has no place for it");
                let hint = format!("add `{wish} = \"...\"` to its `transfer_to`");
                report(in_line(*line, what).hint(hint), "of these, none is for it");
            }
            if let Some(line) = list.without_wish.filter(|_| !traffic.has_wishes) {
                let what = format!("a caller reaches `{device}`, which asks for a wish, and has none");
                let hint = "fill in the column `wish` in every row, or set `wish` for those without one";
                report(in_line(line, what).hint(hint), "asked for here");
            }
        }
    }
}

/// The transfer of a device, as it is written.
fn transfer_of(workload: &Workload, place: Target) -> Option<&source::Transfer> {
    match place {
        Target::Ports(id) => workload.cti_ports[id.index()].transfer.as_ref(),
        Target::RoutePoint(id) => match &workload.route_points[id.index()].treatment {
            source::Treatment::Answer { transfer, .. } => transfer.as_ref(),
            source::Treatment::Redirect(_) => None,
        },
        Target::Phones(_) | Target::Outside(_) | Target::Numbers(_) => None,
    }
}
