//! What a person at a phone does with calls beside talking, and the bridges of conferences.

use super::problem::Problem;
use super::read::{At, Key, Name, Table, Value};
use crate::engine::Distribution;

const SHARES: &str =
    "a call is transferred, with or without consulting, or put in conference, or it ends: the shares are of all calls";

/// What stands where an application could do something that people do by hand.
pub const BY_HAND: &str = "hand";

/// `[[conference_bridge]]`
#[derive(Clone, Debug)]
pub struct ConferenceBridge {
    /// Its name.
    pub name: Name,
    /// The node whose CallManager has it.
    pub node: Name,
    /// How many conferences it has at a time.
    pub conferences: u32,
}

impl ConferenceBridge {
    pub(super) fn read(table: &Table<'_>) -> ConferenceBridge {
        ConferenceBridge {
            name: table.key("name", Value::name).required_or_default(),
            node: table.reference("node").required_or_default(),
            conferences: table.whole("conferences").required_or_default() as u32,
        }
    }
}

/// The share of calls that something is done with, and who does it.
#[derive(Clone, Debug)]
pub struct Done {
    /// The share of the calls that a person has answered.
    pub share: At<f64>,
    /// The application through which it is done; `None`: by hand.
    pub by: Option<Name>,
}

/// `hold` of a group of phones.
#[derive(Clone, Debug)]
pub struct Hold {
    /// How often, and by whom.
    pub done: Done,
    /// How long a call is on hold.
    pub lasts: Distribution,
}

/// `transfer` of a group of phones: without consulting.
#[derive(Clone, Debug)]
pub struct BlindTransfer {
    /// How often, and by whom.
    pub done: Done,
    /// Where calls go.
    pub to: Name,
}

/// `consult` of a group of phones: a transfer after consulting its target.
#[derive(Clone, Debug)]
pub struct Consult {
    /// How often, and by whom.
    pub done: Done,
    /// Who is consulted, and then has the call.
    pub to: Name,
    /// How long they talk before the transfer is completed.
    pub talk: Distribution,
}

/// `conference` of a group of phones.
#[derive(Clone, Debug)]
pub struct Conference {
    /// How often, and by whom.
    pub done: Done,
    /// The third party.
    pub with: Name,
    /// The conference bridge.
    pub bridge: Name,
    /// How long the two talk before the caller joins them.
    pub talk: Distribution,
    /// How long all three talk.
    pub lasts: Distribution,
}

/// What the people at a group of phones do with calls.
#[derive(Clone, Debug, Default)]
pub struct CallChanges {
    /// In the middle of the talk.
    pub hold: Option<Hold>,
    /// At its end, as are the others.
    pub transfer: Option<BlindTransfer>,
    /// See [`Consult`].
    pub consult: Option<Consult>,
    /// See [`Conference`].
    pub conference: Option<Conference>,
}

impl CallChanges {
    pub(super) fn read(table: &Table<'_>) -> CallChanges {
        let changes = CallChanges {
            hold: each(table, "hold", |table| {
                Some(Hold { done: Done::read(table)?, lasts: table.distribution("lasts").value() })
            }),
            transfer: each(table, "transfer", |table| {
                let (done, to) = (Done::read(table), table.reference("to").required());
                Some(BlindTransfer { done: done?, to: to? })
            }),
            consult: each(table, "consult", |table| {
                let (done, to) = (Done::read(table), table.reference("to").required());
                let talk = table.distribution("talk").value();
                Some(Consult { done: done?, to: to?, talk })
            }),
            conference: each(table, "conference", |table| {
                let (done, with) = (Done::read(table), table.reference("with").required());
                let bridge = table.reference("bridge").required_by(BRIDGE);
                let (talk, lasts) = (table.distribution("talk").value(), table.distribution("lasts").value());
                Some(Conference { done: done?, with: with?, bridge: bridge?, talk, lasts })
            }),
        };
        changes.shares_within_one(table);
        changes
    }

    /// Who does each of them.
    pub fn done(&self) -> impl Iterator<Item = &Done> {
        let at_the_end = [
            self.transfer.as_ref().map(|it| &it.done),
            self.consult.as_ref().map(|it| &it.done),
            self.conference.as_ref().map(|it| &it.done),
        ];
        self.hold.as_ref().map(|it| &it.done).into_iter().chain(at_the_end.into_iter().flatten())
    }

    /// Whether there are any.
    pub fn is_empty(&self) -> bool {
        self.done().next().is_none()
    }

    /// Reports shares of what is done at the end of a talk that sum to more than all.
    fn shares_within_one(&self, table: &Table<'_>) {
        let at_the_end = self.done().skip(usize::from(self.hold.is_some()));
        let mut sum = 0.0;
        for At { value, place } in at_the_end.map(|it| &it.share) {
            let before: f64 = sum;
            sum += value;
            if sum > 1.0 + 1e-9 {
                let percent = |share: f64| (share * 1e8).round() / 1e6;
                let title = format!("these calls sum to {}% of all", percent(sum));
                let hint = format!("at most {}% are left for this one", percent(1.0 - before));
                table.reports().add(Problem::new(place.clone(), title, "").hint(hint).rule(SHARES));
                return;
            }
        }
    }
}

/// Cited if a conference has no bridge.
pub(crate) const BRIDGE: &str =
    "three parties are mixed on a conference bridge, a `[[conference_bridge]]` of limited size at a node";

fn each<'a, T>(table: &Table<'a>, key: &'static str, read: impl Fn(&Table<'a>) -> Option<T>) -> Option<T> {
    let found = table.key(key, |value| {
        let table = value.table()?;
        let found = read(&table);
        table.finish();
        Some(found)
    });
    found.optional().flatten()
}

impl Done {
    fn read(table: &Table<'_>) -> Option<Done> {
        let share = table.share("share").at(Key::required);
        let by = Some(table.reference("by").value()).filter(|by| by.value != BY_HAND);
        Some(Done { share: At { value: share.value?, place: share.place }, by })
    }
}
