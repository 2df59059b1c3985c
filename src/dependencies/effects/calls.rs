//! Which way calls go: before a loss and after it.

use std::collections::BTreeSet;

use super::aftermath::{Aftermath, Pending, State, Trouble};
use super::effect::{Effect, Outcome};
use crate::dependencies::book::Dependencies;
use crate::dependencies::record::{Kind, RecordId, Role, Use, percent};
use crate::domain::{self, Forward, Forwards, Target};
use crate::rules::forwarding;
use crate::workload::enumeration;

/// The way of a call that is sent somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// The forwards it is sent on by, each with where it leads.
    forwards: Vec<(Forward, RecordId)>,
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is taken there.
    Taken(RecordId),
    /// No forward leads on from there, and the call ends like this.
    Ends(RecordId, domain::Ending),
    /// What it was sent to is gone.
    Astray,
    /// It is forwarded until the hop limit ends that.
    RoundInCircles,
}

impl Dependencies<'_> {
    /// The device behind a name or number.
    fn behind(&self, used: RecordId) -> RecordId {
        let owner = |line: &Use| (line.role == Role::Line).then_some(line.user);
        match self.record(used).kind {
            Kind::DirectoryNumber => self.users_of(used).find_map(owner).unwrap_or(used),
            _ => used,
        }
    }

    fn record_of(&self, target: Target) -> RecordId {
        match target {
            Target::RoutePoint(id) => self.of_kind(Kind::RoutePoint, id.index()),
            Target::Ports(id) => self.of_kind(Kind::CtiPort, id.index()),
            Target::Phones(id) => self.of_kind(Kind::Phone, id.index()),
            Target::Outside(id) => self.of_kind(Kind::Destination, id.index()),
        }
    }

    /// The forward settings of a device that lead to something that is there.
    fn forwards(&self, device: RecordId, state: &State) -> Forwards {
        let row = self.row(device);
        let mut forwards = match self.record(device).kind {
            Kind::RoutePoint => self.plan.route_points[row].forwards,
            Kind::CtiPort => self.plan.port_groups[row].forwards,
            Kind::Phone => self.plan.phone_groups[row].forwards,
            _ => Forwards::default(),
        };
        for it in self.uses_of(device) {
            if let Role::Forward(forward) = it.role
                && self.is_gone(it.used, state)
            {
                forwards.set(forward, None);
            }
        }
        forwards
    }

    fn is_gone(&self, used: RecordId, state: &State) -> bool {
        state.gone.contains(&used) || state.gone.contains(&self.behind(used))
    }

    /// Where a call ends up that is sent to `used`.
    pub(super) fn way(&self, used: RecordId, state: &State) -> Way {
        if self.is_gone(used, state) {
            return Way { forwards: Vec::new(), end: End::Astray };
        }
        let device = self.behind(used);
        match state.troubled.get(&device) {
            None => Way { forwards: Vec::new(), end: End::Taken(device) },
            Some(_) => self.way_on(device, self.trouble_at(device), state),
        }
    }

    /// A line outside that cannot be reached is as good as busy.
    fn trouble_at(&self, device: RecordId) -> domain::Trouble {
        match self.record(device).kind {
            Kind::Destination => domain::Trouble::Busy,
            _ => domain::Trouble::NotOpened,
        }
    }

    /// Where a call ends up that a device will not take, or keep.
    pub(super) fn way_on(&self, device: RecordId, trouble: domain::Trouble, state: &State) -> Way {
        let (mut device, mut trouble) = (device, trouble);
        let mut forwards = Vec::new();
        loop {
            let settings = self.forwards(device, state);
            let Some((forward, target)) = forwarding::next(&self.plan.release, trouble, &settings) else {
                let end = End::Ends(device, forwarding::unforwarded(trouble, false));
                return Way { forwards, end };
            };
            device = self.record_of(target);
            forwards.push((forward, device));
            if forwards.len() > usize::from(self.plan.parameters.forward_hops) {
                return Way { forwards, end: End::RoundInCircles };
            }
            if !state.troubled.contains_key(&device) {
                return Way { forwards, end: End::Taken(device) };
            }
            trouble = self.trouble_at(device);
        }
    }

    /// The way in words that follow "calls", and what it comes to.
    pub(super) fn way_in_words(&self, way: &Way) -> (Outcome, String) {
        let name = |id: RecordId| format!("`{}`", self.record(id).name);
        let mut steps: Vec<String> = Vec::new();
        for (forward, to) in way.forwards.iter().take(3) {
            let from_there = if steps.is_empty() { "go" } else { "from there" };
            steps.push(format!("{from_there} by {} to {}", forward.name(), name(*to)));
        }
        if way.forwards.len() > 3 {
            steps.push("and on".into());
        }
        let on_the_way = steps.join(", ");
        match way.end {
            End::Taken(_) if steps.is_empty() => (Outcome::Preserved, "arrive".into()),
            End::Taken(_) => (Outcome::Forwarded, on_the_way),
            End::Astray => (Outcome::Astray, "have nowhere to go".into()),
            End::RoundInCircles => {
                let words = "go round in circles by their forwards, until `forward_hops` ends that";
                (Outcome::Refused, words.into())
            }
            End::Ends(at, ending) => {
                let (outcome, end) = match ending {
                    domain::Ending::Refused(refusal) => (Outcome::Refused, format!("refused ({})", refusal.name())),
                    _ => (Outcome::Lost, "lost".into()),
                };
                let words = match steps.is_empty() {
                    true => format!("are {end}: no forward of {} leads on", name(at)),
                    false => format!("{on_the_way}, and are {end} there"),
                };
                (outcome, words)
            }
        }
    }

    /// Whether calls that are transferred there wait for a free phone.
    fn queues_calls(&self, used: RecordId) -> bool {
        let device = self.behind(used);
        self.record(device).kind == Kind::Phone && self.plan.phone_groups[self.row(device)].queue
    }

    /// Every device that a call of these sources may come to.
    fn reached(&self, sources: impl Iterator<Item = RecordId>, state: &State) -> BTreeSet<RecordId> {
        let mut reached = BTreeSet::new();
        let calls = |id: RecordId| self.uses_of(id).filter(|it| it.role == Role::Calls).map(|it| it.used);
        let mut next: Vec<RecordId> = sources.flat_map(calls).collect();
        while let Some(used) = next.pop() {
            let device = self.behind(used);
            if self.is_gone(used, state) || !reached.insert(device) {
                continue;
            }
            if state.troubled.get(&device) == Some(&Trouble::Out) {
                let way = self.way_on(device, self.trouble_at(device), state);
                next.extend(way.forwards.first().map(|&(_, to)| to));
            } else {
                next.extend(self.uses_of(device).filter(|it| leads_on(it.role)).map(|it| it.used));
            }
        }
        reached
    }
}

/// Whether calls go that way from a device.
fn leads_on(role: Role) -> bool {
    matches!(role, Role::Redirect(_) | Role::Transfer(_) | Role::Forward(_))
}

impl Aftermath<'_> {
    /// Says where the calls of a device in trouble go, now that it is known what else is.
    pub(super) fn tell_ways(&mut self) {
        for (row, which) in std::mem::take(&mut self.pending) {
            let record = self.effects[row].on;
            let (trouble, calls) = match which {
                Pending::New => (self.dependencies.trouble_at(record), "new calls"),
                Pending::Waiting => (domain::Trouble::ApplicationFailed, "calls that wait there unanswered"),
            };
            let way = self.dependencies.way_on(record, trouble, &self.after);
            let (outcome, words) = self.dependencies.way_in_words(&way);
            let pauses = self.after.troubled.get(&record) == Some(&Trouble::Pauses);
            let meanwhile = if pauses && matches!(which, Pending::New) { "meanwhile " } else { "" };
            self.effects[row] =
                Effect { outcome, what: format!("{meanwhile}{calls} {words}"), ..self.effects[row].clone() };
        }
    }

    /// What those notice who send calls to something that is affected.
    pub(super) fn tell_callers(&mut self) {
        let dependencies = self.dependencies;
        let mut told = BTreeSet::new();
        for it in dependencies.uses() {
            let sends = leads_on(it.role) || matches!(it.role, Role::Calls | Role::ChangesTo(_));
            // What is named twice, as by three forwards, is said once.
            if sends && !self.after.gone.contains(&it.user) && told.insert((it.user, it.used)) {
                self.tell_caller(it);
            }
        }
        self.tell_sources();
        self.tell_unreached();
    }

    fn tell_caller(&mut self, it: &Use) {
        let dependencies = self.dependencies;
        let now = dependencies.way(it.used, &self.after);
        if now == dependencies.way(it.used, &self.before) || self.after.silenced.contains(&it.user) {
            return;
        }
        if self.after.troubled.contains_key(&it.user) && matches!(it.role, Role::Redirect(_) | Role::Transfer(_)) {
            // It sends nothing on while it is out of service.
            return;
        }
        let to = self.name(it.used);
        let which = match it.role {
            Role::Redirect(share) => sent("redirects", share, to),
            Role::Transfer(share) => sent("transfers", share, to),
            Role::Forward(_) => format!("the calls it forwards to `{to}` by {}", self.forwards_to(it)),
            Role::ChangesTo(_) => format!("the calls forwarded to `{to}` from then on"),
            _ => format!("its calls to `{to}`"),
        };
        let paused = self.after.troubled.get(&dependencies.behind(it.used)) == Some(&Trouble::Pauses);
        let meanwhile = if paused { "meanwhile " } else { "" };
        let queues = matches!(it.role, Role::Transfer(_)) && !dependencies.is_gone(it.used, &self.after);
        if queues && dependencies.queues_calls(it.used) {
            // R10: a transferred call waits for a free phone.
            let what = format!("{meanwhile}{which} wait at their ports");
            return self.add(it.user, Outcome::Waits, what, &["R10"]);
        }
        let (outcome, way) = dependencies.way_in_words(&now);
        let rules: &[&str] = if matches!(outcome, Outcome::Astray | Outcome::Preserved) { &[] } else { &["R22"] };
        self.add(it.user, outcome, format!("{meanwhile}{which} {way}"), rules);
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

    /// The sources whose calls meet something affected further on.
    fn tell_sources(&mut self) {
        let dependencies = self.dependencies;
        for source in dependencies.ids().filter(|&id| dependencies.record(id).kind == Kind::Traffic) {
            if self.after.gone.contains(&source) || self.effects.iter().any(|effect| effect.on == source) {
                continue;
            }
            let reached = dependencies.reached(std::iter::once(source), &self.before);
            let changed = |id: &&RecordId| {
                self.after.gone.contains(id) || self.after.troubled.get(id) != self.before.troubled.get(id)
            };
            let (gone, changed): (Vec<RecordId>, Vec<RecordId>) =
                reached.iter().filter(changed).partition(|id| self.after.gone.contains(id));
            let named = |ids: &[RecordId]| enumeration(&ids.iter().map(|&id| self.name(id)).collect::<Vec<_>>());
            let mut met = Vec::new();
            if !gone.is_empty() {
                met.push(format!("those of its calls sent on to {} find nobody there", named(&gone)));
            }
            if !changed.is_empty() {
                let it = if changed.len() == 1 { "it" } else { "them" };
                met.push(format!("those sent on to {} meet what is said of {it} here", named(&changed)));
            }
            if !met.is_empty() {
                self.add(source, Outcome::Meets, met.join("; "), &[]);
            }
        }
    }

    /// What calls came to, and come to no more.
    fn tell_unreached(&mut self) {
        let dependencies = self.dependencies;
        let sources = || dependencies.ids().filter(|&id| dependencies.record(id).kind == Kind::Traffic);
        let before = dependencies.reached(sources(), &self.before);
        let calling = sources().filter(|id| !self.after.gone.contains(id) && !self.after.silenced.contains(id));
        let after = dependencies.reached(calling, &self.after);
        for id in before.difference(&after).filter(|id| !self.after.gone.contains(id)).collect::<Vec<_>>() {
            self.add(*id, Outcome::Unreached, "no call finds its way there any more", &[]);
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
