//! What people at phones do with calls beside talking, and the bridges of conferences.

use super::directory::Directory;
use crate::domain::{ApplicationId, ConferenceBridgeId, NodeId, Target};
use crate::engine::Distribution;
use crate::workload::{self as source, BRIDGE, Name, Problem, Workload};

/// Cited if somebody is consulted who cannot be.
const PEOPLE: &str = "a person at a phone consults people, at phones or at numbers outside";

/// Cited if something is done by an application that cannot.
const CONTROL: &str = "R3: an application does something with calls at the phones that it controls";

/// Cited if calls may be sent on too often.
const STEPS: &str = "a call has up to 255 steps, and each time that a person sends it on up to twelve of them";

/// The most forwards that a call may take where people change calls.
const FORWARD_HOPS_MAX: u8 = 20;

/// A conference bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConferenceBridge {
    /// Its name in the workload.
    pub name: String,
    /// The node whose CallManager has it.
    pub node: NodeId,
    /// How many conferences it has at a time.
    pub conferences: u32,
}

/// The share of the calls that a person has answered with which something is done, and who does it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Done {
    /// The share.
    pub share: f64,
    /// The application through which it is done; `None`: by hand.
    pub by: Option<ApplicationId>,
}

/// Calls that are put on hold in the middle of the talk.
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    /// How often, and by whom.
    pub done: Done,
    /// How long they are on hold.
    pub lasts: Distribution,
}

/// Calls that are transferred without consulting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlindTransfer {
    /// How often, and by whom.
    pub done: Done,
    /// Where they go.
    pub to: Target,
}

/// Calls that are transferred after consulting the target.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsultTransfer {
    /// How often, and by whom.
    pub done: Done,
    /// Who is consulted.
    pub to: Target,
    /// How long the two talk.
    pub talk: Distribution,
}

/// Calls that a third party is joined to.
#[derive(Clone, Debug, PartialEq)]
pub struct Conference {
    /// How often, and by whom.
    pub done: Done,
    /// The third party.
    pub with: Target,
    /// The bridge.
    pub bridge: ConferenceBridgeId,
    /// How long the two talk before the caller joins them.
    pub talk: Distribution,
    /// How long all three talk.
    pub lasts: Distribution,
}

/// What the people at a group of phones do with calls: the last three at the end of the talk, one of them at most.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallChanges {
    /// In the middle of the talk.
    pub hold: Option<Hold>,
    /// See [`BlindTransfer`].
    pub transfer: Option<BlindTransfer>,
    /// See [`ConsultTransfer`].
    pub consult: Option<ConsultTransfer>,
    /// See [`Conference`].
    pub conference: Option<Conference>,
}

impl CallChanges {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == CallChanges::default()
    }

    /// How often each is done, and by whom.
    pub fn done(&self) -> impl Iterator<Item = &Done> {
        let done = [
            self.hold.as_ref().map(|it| &it.done),
            self.transfer.as_ref().map(|it| &it.done),
            self.consult.as_ref().map(|it| &it.done),
            self.conference.as_ref().map(|it| &it.done),
        ];
        done.into_iter().flatten()
    }

    /// Whether any is done through an application.
    pub fn some_by_application(&self) -> bool {
        self.done().any(|it| it.by.is_some())
    }
}

pub(super) fn conference_bridge(it: &source::ConferenceBridge, directory: &Directory<'_>) -> ConferenceBridge {
    directory.sets_apart(
        &it.name,
        "conference bridge",
        "the results of devices and of bridges stand in one table, by name",
    );
    ConferenceBridge {
        name: it.name.value.clone(),
        node: directory.nodes.find(&it.node).unwrap_or(NodeId(0)),
        conferences: it.conferences,
    }
}

pub(super) fn call_changes(it: &source::Phones, directory: &Directory<'_>) -> CallChanges {
    let changes = &it.changes;
    let done =
        |of: &source::Done| Done { share: of.share.value, by: of.by.as_ref().and_then(|by| doer(it, by, directory)) };
    CallChanges {
        hold: changes.hold.as_ref().map(|it| Hold { done: done(&it.done), lasts: it.lasts.clone() }),
        transfer: changes.transfer.as_ref().and_then(|it| {
            let done = done(&it.done);
            Some(BlindTransfer { done, to: directory.target(&it.to)? })
        }),
        consult: changes.consult.as_ref().and_then(|it| {
            let done = done(&it.done);
            Some(ConsultTransfer { done, to: people(&it.to, directory)?, talk: it.talk.clone() })
        }),
        conference: changes.conference.as_ref().and_then(|it| {
            let (done, with) = (done(&it.done), people(&it.with, directory));
            let bridge = directory.bridges.find_by(&it.bridge, BRIDGE);
            let (talk, lasts) = (it.talk.clone(), it.lasts.clone());
            Some(Conference { done, with: with?, bridge: bridge?, talk, lasts })
        }),
    }
}

/// Who is consulted: a person.
fn people(name: &Name, directory: &Directory<'_>) -> Option<Target> {
    let to = directory.target(name)?;
    if !matches!(directory.group_of(to), Target::Phones(_) | Target::Outside(_)) {
        let what = format!("`{}` is neither a group of phones or a number of one, nor a number outside", name.value);
        let hint = "name phones or a `[[destination]]`; `transfer` leads anywhere";
        directory.reports.add(Problem::new(name.place.clone(), what, "").hint(hint).rule(PEOPLE));
    }
    Some(to)
}

/// The application by which something is done: one of those of the phones.
fn doer(phones: &source::Phones, by: &Name, directory: &Directory<'_>) -> Option<ApplicationId> {
    let found = directory.applications.find(by)?;
    if !phones.control.applications.iter().any(|it| it.value == by.value) {
        let what = format!("`{}` does not control `{}`", by.value, phones.name.value);
        let hint =
            format!("add `application = \"{}\"` to these phones, or leave `by` out: then it is done by hand", by.value);
        directory.reports.add(Problem::new(by.place.clone(), what, "").hint(hint).rule(CONTROL));
    }
    Some(found)
}

/// Reports a hop limit at which a call that people send on could have too many steps.
pub(super) fn check_hops(workload: &Workload, directory: &Directory<'_>) {
    let hops = workload.cti.forward_hops;
    let changed = workload.phones.iter().find(|it| !it.changes.is_empty());
    if let Some(phones) = changed.filter(|_| hops > FORWARD_HOPS_MAX) {
        let what = format!("calls are changed at `{}`, and sent on up to {hops} times", phones.name.value);
        let hint = format!("lower `cti.forward_hops` to {FORWARD_HOPS_MAX} at most");
        directory.reports.add(Problem::new(phones.name.place.clone(), what, "").hint(hint).rule(STEPS));
    }
}
