//! The routes of calls before and after a loss.

use std::collections::BTreeSet;

use super::aftermath::{Aftermath, Pending, ServiceLoss, State};
use super::effect::{Consequence, Effect};
use crate::dependencies::graph::Dependencies;
use crate::dependencies::record::{RecordId, RecordKind, Role, Use, percent};
use crate::domain::{self, DestinationId, Forwards, NumbersId, PhoneGroupId, PortGroupId, RoutePointId, Target};
use crate::plan::routing::{self, End, Route};
use crate::rules::admission::{self, Missing};
use crate::rules::forwarding;
use crate::workload::enumeration;

/// The route of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// What it was sent to is gone.
    Astray,
    /// It goes there, and possibly on from there.
    Follows(Route),
}

impl Dependencies<'_> {
    /// The device behind a name or number.
    fn behind(&self, used: RecordId) -> RecordId {
        let owner = |line: &Use| (line.role == Role::Line).then_some(line.user);
        match self.record(used).kind {
            RecordKind::DirectoryNumber => self.users_of(used).find_map(owner).unwrap_or(used),
            _ => used,
        }
    }

    fn record_of(&self, target: Target) -> RecordId {
        match target {
            Target::RoutePoint(id) => self.of_kind(RecordKind::RoutePoint, id.index()),
            Target::Ports(id) => self.of_kind(RecordKind::CtiPort, id.index()),
            Target::Phones(id) => self.of_kind(RecordKind::Phone, id.index()),
            Target::Outside(id) => self.of_kind(RecordKind::Destination, id.index()),
            Target::Numbers(id) => self.record_of(self.plan.numbers[id.index()].group),
        }
    }

    /// Where a call goes that is sent to a name or a number: to the line of that number.
    fn place_of(&self, used: RecordId) -> Option<Target> {
        let group = self.target_of(self.behind(used))?;
        let line = self.plan.lines_of(group).iter().position(|line| {
            line.number.as_ref().is_some_and(|number| {
                let name = &self.record(used).name;
                self.record(used).kind == RecordKind::DirectoryNumber && name.split('-').next() == Some(number)
            })
        });
        let numbers = self.plan.numbers.iter().position(|it| it.group == group && Some(usize::from(it.line)) == line);
        Some(numbers.filter(|_| line > Some(0)).map_or(group, |row| Target::Numbers(NumbersId(row as u16))))
    }

    /// The records of a line's device and of its number, whose settings it has.
    fn settings_of(&self, place: Target) -> impl Iterator<Item = &Use> {
        let device = self.record_of(place);
        self.uses_of(device).chain(self.settings_of_lines(device))
    }

    /// What the lines of a device use.
    fn settings_of_lines(&self, device: RecordId) -> impl Iterator<Item = &Use> {
        let numbers = self.uses_of(device).filter(|it| it.role == Role::Line);
        numbers.flat_map(|it| self.uses_of(it.used))
    }

    pub(super) fn target_of(&self, device: RecordId) -> Option<Target> {
        let row = self.row(device) as u16;
        match self.record(device).kind {
            RecordKind::RoutePoint => Some(Target::RoutePoint(RoutePointId(row))),
            RecordKind::CtiPort => Some(Target::Ports(PortGroupId(row))),
            RecordKind::Phone => Some(Target::Phones(PhoneGroupId(row))),
            RecordKind::Destination => Some(Target::Outside(DestinationId(row))),
            _ => None,
        }
    }

    /// The forward settings of a device whose targets exist.
    fn forwards(&self, device: Target, state: &State) -> Forwards {
        let mut forwards = routing::forwards(self.plan, device);
        for it in self.settings_of(device) {
            if let Role::Forward(forward) = it.role
                && self.is_gone(it.used, state)
                && forwards.get(forward).is_some_and(|to| self.record_of(to) == self.behind(it.used))
            {
                forwards.set(forward, None);
            }
        }
        forwards
    }

    fn is_gone(&self, used: RecordId, state: &State) -> bool {
        state.gone.contains(&used) || state.gone.contains(&self.behind(used))
    }

    /// Where a call that is sent to `used` ends up.
    pub(super) fn way(&self, used: RecordId, state: &State) -> Way {
        let place = self.place_of(used).filter(|_| !self.is_gone(used, state));
        let Some(place) = place else { return Way::Astray };
        let forwards = |place| self.forwards(place, state);
        Way::Follows(routing::dial(self.plan, place, forwards, |place| self.rejection_at(place, state)))
    }

    /// Why a new call to a device is rejected, if it is out of service.
    fn rejection_at(&self, device: Target, state: &State) -> Option<domain::Rejection> {
        state
            .out_of_service
            .contains_key(&self.record_of(device))
            .then(|| admission::out_of_reach(Missing::Node, device))
    }

    /// Where a call that a device rejects ends up.
    pub(super) fn route(&self, device: Target, rejection: domain::Rejection, state: &State) -> Route {
        let forwards = |place| self.forwards(place, state);
        routing::follow(self.plan, device, rejection, forwards, |place| self.rejection_at(place, state))
    }

    /// The route in words that follow "calls", and its outcome.
    pub(super) fn way_in_words(&self, way: &Way) -> (Consequence, String) {
        let Way::Follows(Route { forwards, end }) = way else {
            return (Consequence::Astray, "have nowhere to go".into());
        };
        let name = |place: Target| format!("`{}`", self.plan.target_name(place));
        let mut steps: Vec<String> = Vec::new();
        for (forward, to) in forwards.iter().take(3) {
            let from_there = if steps.is_empty() { "go" } else { "from there" };
            steps.push(format!("{from_there} by {} to {}", forward.name(), name(*to)));
        }
        if forwards.len() > 3 {
            steps.push("and on".into());
        }
        let on_the_way = steps.join(", ");
        match *end {
            End::Taken(_) if steps.is_empty() => (Consequence::Preserved, "arrive".into()),
            End::Taken(_) => (Consequence::Forwarded, on_the_way),
            End::HopLimit => {
                let words = "loop through their forwards until `forward_hops` ends them";
                (Consequence::Refused, words.into())
            }
            End::Stranded(at, rejection) => {
                let (outcome, end) = match forwarding::unforwarded(rejection, domain::Contact::Nothing) {
                    domain::Ending::Refused(refusal) => (Consequence::Refused, format!("refused ({})", refusal.name())),
                    _ => (Consequence::Lost, "lost".into()),
                };
                let words = match steps.is_empty() {
                    true => format!("are {end}: no forward of {} applies", name(at)),
                    false => format!("{on_the_way}, and are {end} there"),
                };
                (outcome, words)
            }
        }
    }

    /// Whether calls transferred there wait for a free phone.
    fn queues_calls(&self, used: RecordId) -> bool {
        let device = self.behind(used);
        self.record(device).kind == RecordKind::Phone && self.has_own_queue(PhoneGroupId(self.row(device) as u16))
    }

    /// Whether calls to a group of phones wait in a queue of its own.
    fn has_own_queue(&self, group: PhoneGroupId) -> bool {
        let queues = &self.plan.phone_groups[group.index()].queues;
        queues.iter().any(|queue| self.plan.queues[queue.index()].of_group)
    }

    /// The groups of phones that take the calls of a queue in some state.
    fn groups_left(&self, queue: RecordId, state: &State) -> Vec<RecordId> {
        let groups =
            self.uses_of(queue).filter(|it| matches!(it.role, Role::TakenBy(_))).map(|it| self.behind(it.used));
        groups.filter(|group| !self.is_gone(*group, state) && !state.out_of_service.contains_key(group)).collect()
    }

    /// Every device that a call of these sources may reach.
    fn reached(&self, sources: impl Iterator<Item = RecordId>, state: &State) -> BTreeSet<RecordId> {
        let there = |used: RecordId| (!self.is_gone(used, state)).then(|| self.behind(used));
        let calls = |id: RecordId| self.uses_of(id).filter(|it| it.role == Role::Calls).map(|it| it.used);
        routing::reached(sources.flat_map(calls).filter_map(there), |device| {
            let onward: Vec<RecordId> = match (state.out_of_service.get(&device), self.target_of(device)) {
                (Some(ServiceLoss::Out), Some(place)) => {
                    let route = self.route(place, admission::out_of_reach(Missing::Node, place), state);
                    route.forwards.first().map(|&(_, to)| self.record_of(to)).into_iter().collect()
                }
                _ => {
                    let all = self.uses_of(device).chain(self.settings_of_lines(device));
                    all.filter(|it| leads_on(it.role)).map(|it| it.used).collect()
                }
            };
            onward.into_iter().filter_map(there)
        })
    }
}

/// Whether calls leave a device by this use.
fn leads_on(role: Role) -> bool {
    sends_on(role) || matches!(role, Role::TakenBy(_) | Role::Forward(_))
}

/// Whether an application or a person sends calls on by this use, or calls somebody for them.
const fn sends_on(role: Role) -> bool {
    matches!(role, Role::Redirect(_) | Role::Transfer(_) | Role::TransferByWish | Role::Consult(_) | Role::Joins(_))
}

impl Aftermath<'_> {
    /// Describes where the calls of devices out of service go, now that all of these are known.
    pub(super) fn describe_routes(&mut self) {
        for (row, which) in std::mem::take(&mut self.pending) {
            let record = self.effects[row].on;
            let Some(device) = self.dependencies.target_of(record) else { continue };
            let (rejection, calls) = match which {
                Pending::New => (admission::out_of_reach(Missing::Node, device), "new calls"),
                Pending::Waiting(rejection) => (rejection, "calls that wait there unanswered"),
            };
            let way = Way::Follows(self.dependencies.route(device, rejection, &self.after));
            let (outcome, words) = self.dependencies.way_in_words(&way);
            let when = if matches!(which, Pending::New) { self.when(record) } else { String::new() };
            self.effects[row] = Effect { outcome, what: format!("{when}{calls} {words}"), ..self.effects[row].clone() };
        }
    }

    /// Describes the effects on records that send calls to something affected.
    pub(super) fn describe_callers(&mut self) {
        let dependencies = self.dependencies;
        let mut described = BTreeSet::new();
        for it in dependencies.uses() {
            let sends = leads_on(it.role) || matches!(it.role, Role::Calls | Role::Dials | Role::ChangesTo(_));
            // A target that is named more than once, as by three forwards, is described once.
            if sends && !self.after.gone.contains(&it.user) && described.insert((it.user, it.used)) {
                self.describe_caller(it);
            }
        }
        self.describe_queues();
        self.describe_sources();
        self.describe_unreached();
    }

    /// Queues some of whose phones take no calls.
    fn describe_queues(&mut self) {
        let dependencies = self.dependencies;
        for queue in dependencies.ids().filter(|&id| dependencies.record(id).kind == RecordKind::Queue) {
            let (before, left) =
                (dependencies.groups_left(queue, &self.before), dependencies.groups_left(queue, &self.after));
            if self.after.gone.contains(&queue) || left == before {
                continue;
            }
            let when =
                before.iter().find(|group| !left.contains(group)).map_or(String::new(), |group| self.when(*group));
            let names: Vec<&str> = left.iter().map(|&group| self.name(group)).collect();
            match names[..] {
                [] => self.add(queue, Consequence::Waits, format!("{when}no phone takes its calls"), &["R10"]),
                _ => {
                    let what = format!("{when}only the phones of {} take its calls", enumeration(&names));
                    self.add(queue, Consequence::FewerSpares, what, &["R10"]);
                }
            }
        }
    }

    /// Calls that are transferred to a queue nobody takes calls from, or which is gone.
    fn describe_queue_callers(&mut self, it: &Use, which: String) {
        let dependencies = self.dependencies;
        if self.after.gone.contains(&it.used) {
            return self.add(it.user, Consequence::Astray, format!("{which} have nowhere to go"), &[]);
        }
        let before = dependencies.groups_left(it.used, &self.before);
        if before.is_empty() || !dependencies.groups_left(it.used, &self.after).is_empty() {
            return;
        }
        let what = format!("{}{which} wait at their ports", self.when(before[0]));
        self.add(it.user, Consequence::Waits, what, &["R10"]);
    }

    fn describe_caller(&mut self, it: &Use) {
        let dependencies = self.dependencies;
        if matches!(it.role, Role::TakenBy(_)) {
            return;
        }
        if dependencies.record(it.used).kind == RecordKind::Queue {
            if self.after.out_of_service.contains_key(&it.user) || self.after.silenced.contains(&it.user) {
                return;
            }
            let share = it.role.share().unwrap_or(1.0);
            return self.describe_queue_callers(it, sent("transfers", share, self.name(it.used)));
        }
        let now = dependencies.way(it.used, &self.after);
        if now == dependencies.way(it.used, &self.before) || self.after.silenced.contains(&it.user) {
            return;
        }
        if self.after.out_of_service.contains_key(&it.user) && sends_on(it.role) {
            // It does not send calls on while it is out of service.
            return;
        }
        let to = self.name(it.used);
        let which = match it.role {
            Role::Redirect(share) => sent("redirects", share, to),
            Role::Transfer(share) => sent("transfers", share, to),
            Role::Consult(share) => sent("transfers, after consulting,", share, to),
            Role::Joins(share) => sent("puts in conference by calls", share, to),
            Role::TransferByWish => sent("transfers", 1.0, to),
            Role::Forward(_) => format!("the calls it forwards to `{to}` by {}", self.forwards_to(it)),
            Role::Dials if dependencies.record(it.user).kind == RecordKind::Change => {
                format!("the calls dialled to `{to}` from then on")
            }
            Role::Dials => format!("the calls it dials to `{to}`"),
            Role::ChangesTo(_) => format!("the calls forwarded to `{to}` from then on"),
            _ => format!("its calls to `{to}`"),
        };
        let when = self.when(dependencies.behind(it.used));
        let has_room = dependencies.record(it.user).kind != RecordKind::Phone;
        let queues = has_room
            && matches!(it.role, Role::Transfer(_) | Role::TransferByWish)
            && !dependencies.is_gone(it.used, &self.after);
        if queues && dependencies.queues_calls(it.used) {
            // R10: a transferred call waits for a free phone.
            let what = format!("{when}{which} wait at their ports");
            return self.add(it.user, Consequence::Waits, what, &["R10"]);
        }
        let (outcome, way) = dependencies.way_in_words(&now);
        let rules: &[&str] =
            if matches!(outcome, Consequence::Astray | Consequence::Preserved) { &[] } else { &["R22"] };
        self.add(it.user, outcome, format!("{when}{which} {way}"), rules);
    }

    /// The forwards of a device that lead to one place.
    fn forwards_to(&self, it: &Use) -> String {
        let to_there = self.dependencies.uses_of(it.user).filter(|other| other.used == it.used);
        let names = to_there.filter_map(|other| match other.role {
            Role::Forward(forward) => Some(forward.name()),
            _ => None,
        });
        names.collect::<Vec<_>>().join(", ")
    }

    /// The sources whose calls reach something affected further on.
    fn describe_sources(&mut self) {
        let dependencies = self.dependencies;
        for source in dependencies.ids().filter(|&id| dependencies.record(id).kind == RecordKind::Traffic) {
            if self.after.gone.contains(&source) || self.effects.iter().any(|effect| effect.on == source) {
                continue;
            }
            let reached = dependencies.reached(std::iter::once(source), &self.before);
            let changed = |id: &&RecordId| {
                self.after.gone.contains(id) || self.after.out_of_service.get(id) != self.before.out_of_service.get(id)
            };
            let (gone, changed): (Vec<RecordId>, Vec<RecordId>) =
                reached.iter().filter(changed).partition(|id| self.after.gone.contains(id));
            let named = |ids: &[RecordId]| enumeration(&ids.iter().map(|&id| self.name(id)).collect::<Vec<_>>());
            let mut met = Vec::new();
            if !gone.is_empty() {
                met.push(format!("its calls that are sent on to {} find no device there", named(&gone)));
            }
            if !changed.is_empty() {
                let it = if changed.len() == 1 { "it" } else { "them" };
                met.push(format!(
                    "its calls that are sent on to {} are affected as described for {it}",
                    named(&changed)
                ));
            }
            if !met.is_empty() {
                self.add(source, Consequence::Meets, met.join("; "), &[]);
            }
        }
    }

    /// The devices that calls reached before and no longer reach.
    fn describe_unreached(&mut self) {
        let dependencies = self.dependencies;
        let sources = || dependencies.ids().filter(|&id| dependencies.record(id).kind == RecordKind::Traffic);
        let before = dependencies.reached(sources(), &self.before);
        let calling = sources().filter(|id| !self.after.gone.contains(id) && !self.after.silenced.contains(id));
        let after = dependencies.reached(calling, &self.after);
        for id in before.difference(&after).filter(|id| !self.after.gone.contains(id)).collect::<Vec<_>>() {
            self.add(*id, Consequence::Unreached, "no call reaches it any more", &[]);
        }
    }
}

/// The calls that a device sends on.
fn sent(sends: &str, share: f64, to: &str) -> String {
    if share == 1.0 {
        format!("the calls it {sends} to `{to}`")
    } else {
        format!("the {} of its calls it {sends} to `{to}`", percent(share))
    }
}
