//! The paths of calls on a plan, followed without a run: from place to place by redirect, transfer and forward.

use std::collections::{BTreeMap, BTreeSet};

use super::change::CallChanges;
use super::device::Treatment;
use super::model::Plan;
use super::queue::{People, Transfer, TransferTo};
use super::source::Source;
use crate::domain::{
    ApplicationId, DeviceId, Forward, Forwards, NumbersId, PhoneGroupId, PortGroupId, Rejection, RoutePointId,
    SourceId, Target,
};
use crate::engine::Span;
use crate::rules::forwarding;

/// What sends a call on from a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Its application, as soon as the call is there.
    Redirect,
    /// Its application, after the treatment.
    Transfer,
    /// A person at a phone, at the end of the talk, with or without consulting.
    Person,
    /// A person at a phone, who joins somebody to a call: the call stays there, too.
    Conference,
    /// The cluster, by a forward setting.
    Forward(Forward),
}

/// One way on from a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Onward {
    /// What sends calls there.
    pub by: By,
    /// Where they go.
    pub to: Target,
    /// The share of the calls sent on in this way that go there.
    pub share: f64,
}

/// Every place that can send calls on: route points, then ports, then phones, then the numbers that something refers to.
pub fn places(plan: &Plan) -> impl Iterator<Item = Target> {
    let route_points = (0..plan.route_points.len()).map(|row| Target::RoutePoint(RoutePointId(row as u16)));
    let ports = (0..plan.port_groups.len()).map(|row| Target::Ports(PortGroupId(row as u16)));
    let phones = (0..plan.phone_groups.len()).map(|row| Target::Phones(PhoneGroupId(row as u16)));
    let numbers = (0..plan.numbers.len()).map(|row| Target::Numbers(NumbersId(row as u16)));
    route_points.chain(ports).chain(phones).chain(numbers)
}

/// Those of them whose settings differ: a number of a first line has those of its group.
pub fn lines(plan: &Plan) -> impl Iterator<Item = Target> {
    places(plan).filter(|place| match place {
        Target::Numbers(id) => {
            let it = &plan.numbers[id.index()];
            let first = plan.numbers.iter().position(|other| (other.group, other.line) == (it.group, it.line));
            it.line > 0 && first == Some(id.index())
        }
        _ => true,
    })
}

/// The first device of a place; a number outside has none.
pub fn first_device(plan: &Plan, place: Target) -> Option<DeviceId> {
    match place {
        Target::RoutePoint(id) => Some(plan.route_points[id.index()].first),
        Target::Ports(id) => Some(plan.port_groups[id.index()].first),
        Target::Phones(id) => Some(plan.phone_groups[id.index()].first),
        Target::Numbers(id) => Some(plan.numbers[id.index()].first),
        Target::Outside(_) => None,
    }
}

/// The application that opens a route point or a group of ports, if any.
pub fn controller(plan: &Plan, place: Target) -> Option<ApplicationId> {
    match plan.group_of(place) {
        Target::RoutePoint(_) | Target::Ports(_) => plan.devices[first_device(plan, place)?.index()].application,
        Target::Phones(_) | Target::Outside(_) | Target::Numbers(_) => None,
    }
}

/// The forward settings of a place as a run begins.
pub fn forwards(plan: &Plan, place: Target) -> Forwards {
    plan.line(place).map_or_else(Forwards::default, |line| line.forwards)
}

/// Every way on from a place, with or without an application: redirects, transfers and conferences, then forwards.
pub fn onward(plan: &Plan, place: Target) -> Vec<Onward> {
    let mut onward = sent_on(plan, place, None);
    let forwards = forwards(plan, place);
    onward.extend(
        Forward::ALL
            .into_iter()
            .filter_map(|forward| forwards.get(forward).map(|to| Onward { by: By::Forward(forward), to, share: 1.0 })),
    );
    onward
}

/// Whom the application of a place transfers calls to, and the share of the calls there; those of a source, or of callers of
/// any wish alike.
pub fn transferred(plan: &Plan, place: Target, source: Option<&Source>) -> Vec<(People, f64)> {
    let Some(Transfer { share, to }) = plan.transfer_at(place) else { return Vec::new() };
    match to {
        TransferTo::One(people) => vec![(*people, *share)],
        TransferTo::ByWish(by_wish) => {
            let alike = 1.0 / by_wish.iter().flatten().count().max(1) as f64;
            let of = |wish: usize| source.map_or(alike, |source| source.wishes.shares[wish]);
            let some = by_wish.iter().enumerate().filter_map(|(wish, people)| Some(((*people)?, share * of(wish))));
            some.filter(|(_, share)| *share > 0.0).collect()
        }
    }
}

/// Where the application of a place, or a person there, sends calls: those of a source, or of callers of any wish alike. The groups of a queue are
/// taken to get calls by their sizes.
fn sent_on(plan: &Plan, place: Target, source: Option<&Source>) -> Vec<Onward> {
    let to_people = || {
        let mut onward = Vec::new();
        for (people, share) in transferred(plan, place, source) {
            match people {
                People::At(to) => onward.push(Onward { by: By::Transfer, to, share }),
                People::Queue(queue) => {
                    let groups = &plan.queues[queue.index()].groups;
                    let size = |group: &PhoneGroupId| f64::from(plan.phone_groups[group.index()].count);
                    let all: f64 = groups.iter().map(size).sum();
                    let each = |group: &PhoneGroupId| Onward {
                        by: By::Transfer,
                        to: Target::Phones(*group),
                        share: share * (size(group) / all),
                    };
                    onward.extend(groups.iter().map(each));
                }
            }
        }
        onward
    };
    match plan.group_of(place) {
        Target::RoutePoint(id) => match &plan.route_points[id.index()].treatment {
            Treatment::Answer { .. } => to_people(),
            Treatment::Redirect(targets) => {
                let before = std::iter::once(0.0).chain(targets.iter().map(|(sum, _)| *sum));
                let shares = targets.iter().zip(before);
                shares.map(|((sum, to), before)| Onward { by: By::Redirect, to: *to, share: sum - before }).collect()
            }
        },
        Target::Ports(_) => to_people(),
        Target::Phones(id) => by_person(&plan.phone_groups[id.index()].changes),
        Target::Outside(_) | Target::Numbers(_) => Vec::new(),
    }
}

/// Where the people at phones send calls.
fn by_person(changes: &CallChanges) -> Vec<Onward> {
    let transfer = changes.transfer.as_ref().map(|it| Onward { by: By::Person, to: it.to, share: it.done.share });
    let consult = changes.consult.as_ref().map(|it| Onward { by: By::Person, to: it.to, share: it.done.share });
    let conference = changes.conference.as_ref();
    let conference = conference.map(|it| Onward { by: By::Conference, to: it.with, share: it.done.share });
    transfer.into_iter().chain(consult).chain(conference).collect()
}

/// Where a place forwards a call that it rejects, if it can reject calls for this reason.
pub fn forwarded(plan: &Plan, rejection: Rejection, place: Target) -> Option<(Forward, Target)> {
    let group = plan.group_of(place);
    let possible = match (rejection, group) {
        (_, Target::Outside(_)) => false,
        (Rejection::Busy, _) => true,
        (Rejection::NotOpened | Rejection::ApplicationFailed, _) => !matches!(group, Target::Phones(_)),
        (Rejection::NotAnswered, Target::RoutePoint(_)) => plan.parameters.new_call_accept != Span::FOREVER,
        (Rejection::NotAnswered, _) => plan.line(place).is_some_and(|line| line.no_answer != Span::FOREVER),
    };
    if possible { forwarding::next(&plan.release, rejection, &forwards(plan, place)) } else { None }
}

/// Where calls go from a place while nothing is busy and everything works: by its application or, without one, by the
/// forward for that.
fn in_service(plan: &Plan, place: Target, source: &Source) -> Vec<Onward> {
    if let Some((forward, to)) = forwarding::all(&forwards(plan, place)) {
        return vec![Onward { by: By::Forward(forward), to, share: 1.0 }];
    }
    let unopened =
        matches!(plan.group_of(place), Target::RoutePoint(_) | Target::Ports(_)) && controller(plan, place).is_none();
    match unopened {
        true => forwarded(plan, Rejection::NotOpened, place)
            .map(|(forward, to)| Onward { by: By::Forward(forward), to, share: 1.0 })
            .into_iter()
            .collect(),
        // A third party in a conference does nothing with the call.
        false => sent_on(plan, place, Some(source)).into_iter().filter(|it| it.by != By::Conference).collect(),
    }
}

/// The mean number of visits to each place of a call of a source, while nothing is busy and everything works.
pub fn visits(plan: &Plan, source: &Source) -> BTreeMap<Target, f64> {
    /// The remaining share of a call at which it is no longer followed.
    const NEGLIGIBLE: f64 = 1e-6;
    let mut visits = BTreeMap::new();
    let mut here = BTreeMap::from([(source.to, 1.0)]);
    // A call that goes in a circle is sent on as often as the hop limit says.
    for _ in 0..=plan.parameters.forward_hops {
        let mut next: BTreeMap<Target, f64> = BTreeMap::new();
        for (place, share) in here {
            *visits.entry(place).or_insert(0.0) += share;
            if share > NEGLIGIBLE {
                for onward in in_service(plan, place, source) {
                    *next.entry(onward.to).or_default() += share * onward.share;
                }
            }
        }
        if next.is_empty() {
            break;
        }
        here = next;
    }
    visits
}

/// Every place that a call of a source may reach, with any failures on the way and whatever settings change.
pub fn reached_by(plan: &Plan, source: SourceId) -> BTreeSet<Target> {
    let changed = plan.changes.iter().filter_map(|change| change.setting.leads());
    let dialled = plan.sources[source.index()].to;
    reached(std::iter::once(dialled).chain(changed), |place| onward(plan, place).into_iter().map(|it| it.to))
}

/// Every place reached from some by `onward`, each once, with or without loops.
pub fn reached<P: Copy + Ord, I: IntoIterator<Item = P>>(
    from: impl IntoIterator<Item = P>,
    mut onward: impl FnMut(P) -> I,
) -> BTreeSet<P> {
    let mut reached = BTreeSet::new();
    let mut ahead: Vec<P> = from.into_iter().collect();
    while let Some(place) = ahead.pop() {
        if reached.insert(place) {
            ahead.extend(onward(place));
        }
    }
    reached
}

/// The path of a call that is forwarded from place to place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The forwards that are taken, each with its target.
    pub forwards: Vec<(Forward, Target)>,
    /// How it ends.
    pub end: End,
}

/// How forwarding ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The call is taken at this place.
    Taken(Target),
    /// No forward is set at this place for this rejection.
    Stranded(Target, Rejection),
    /// The hop limit ends it.
    HopLimit,
}

/// Forwards a call that `place` rejects until a place takes it. `forwards` are the settings of a place, and `rejection_at` is
/// its reason to reject the call, if any.
pub fn follow(
    plan: &Plan,
    place: Target,
    rejection: Rejection,
    forwards: impl Fn(Target) -> Forwards,
    rejection_at: impl Fn(Target) -> Option<Rejection>,
) -> Route {
    walk(plan, place, Some(rejection), forwards, rejection_at)
}

/// The same for a call that is sent to `place`.
pub fn dial(
    plan: &Plan,
    place: Target,
    forwards: impl Fn(Target) -> Forwards,
    rejection_at: impl Fn(Target) -> Option<Rejection>,
) -> Route {
    walk(plan, place, None, forwards, rejection_at)
}

fn walk(
    plan: &Plan,
    mut place: Target,
    mut rejection: Option<Rejection>,
    forwards: impl Fn(Target) -> Forwards,
    rejection_at: impl Fn(Target) -> Option<Rejection>,
) -> Route {
    let mut taken = Vec::new();
    let end = loop {
        let step = match rejection {
            Some(rejection) => forwarding::next(&plan.release, rejection, &forwards(place)),
            None => forwarding::all(&forwards(place)),
        };
        match (step, rejection) {
            (Some(step), _) => {
                taken.push(step);
                if forwarding::may_go_on(taken.len(), plan.parameters.forward_hops).is_err() {
                    break End::HopLimit;
                }
                (place, rejection) = (step.1, None);
            }
            (None, Some(rejection)) => break End::Stranded(place, rejection),
            (None, None) => match rejection_at(place) {
                None => break End::Taken(place),
                there => rejection = there,
            },
        }
    };
    Route { forwards: taken, end }
}
