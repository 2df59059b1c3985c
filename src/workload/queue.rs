//! Queues of callers: `[[queue]]`, and what callers want.

use super::problem::{Problem, TextRange};
use super::read::{At, Key, Name, Table, Value};
use crate::domain::QueueOrder;

/// Cited for what is wrong with a queue.
pub const QUEUES: &str =
    "R10: a call that an application transfers to a queue waits at its device until a phone of the queue is free";

/// `[[queue]]`
#[derive(Clone, Debug)]
pub struct Queue {
    /// Its name.
    pub name: Name,
    /// The groups of phones that it is for.
    pub phones: Vec<Name>,
    /// Its priority at these phones: 1 is the best.
    pub priority: At<u32>,
    /// Which free phone takes a call.
    pub order: QueueOrder,
}

impl Queue {
    pub(super) fn read(table: &Table<'_>) -> Queue {
        let orders = [("longest_idle", QueueOrder::LongestIdle), ("top_down", QueueOrder::TopDown)];
        Queue {
            name: table.key("name", Value::name).required_or_default(),
            phones: table
                .list("phones", Value::reference)
                .length("must name at least one group of phones: nobody else would answer")
                .required_by(QUEUES)
                .unwrap_or_default(),
            priority: table.whole("priority").map(|priority| priority as u32).at(Key::value),
            order: table.key("order", |value| value.choice(&orders)).value(),
        }
    }
}

/// Where an application transfers calls.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The share of the calls at its device that it transfers; the others end.
    pub share: f64,
    /// Where to.
    pub to: TransferTo,
    /// The place of that.
    pub place: TextRange,
}

/// Where an application transfers calls, by name.
#[derive(Clone, Debug)]
pub enum TransferTo {
    /// All of them there.
    One(Name),
    /// Those of each wish elsewhere: the wish, and where to.
    ByWish(Vec<(Name, Name)>),
}

impl TransferTo {
    /// All names of places.
    pub fn places(&self) -> impl Iterator<Item = &Name> {
        let (one, several) = match self {
            TransferTo::One(name) => (Some(name), None),
            TransferTo::ByWish(wishes) => (None, Some(wishes)),
        };
        one.into_iter().chain(several.into_iter().flatten().map(|(_, to)| to))
    }
}

impl Transfer {
    /// The `transfer_to` and `transfer_share` of a device.
    pub(super) fn read(table: &Table<'_>, to: Key<'_, TransferTo>) -> Option<Transfer> {
        let (present, place, to) = (to.is_present(), to.place(), to.optional());
        let share = table.share("transfer_share");
        if share.is_present() && !present {
            let title = "`transfer_share` has no effect without `transfer_to`";
            table.reports().add(Problem::new(share.place(), title, ""));
        }
        let share = share.value();
        to.map(|to| Transfer { share, to, place })
    }
}

impl<'a> Value<'a> {
    /// One name, or one for each wish.
    pub(super) fn transfer_to(self) -> Option<TransferTo> {
        match self.is_table() {
            true => self.by_wish(Value::reference).map(TransferTo::ByWish),
            false => self.reference().map(TransferTo::One),
        }
    }

    /// The shares of callers with each wish, which sum to 1.
    pub(super) fn wishes(self) -> Option<Vec<(Name, f64)>> {
        let in_percent = std::cell::Cell::new(true);
        let shares = self.by_wish(|value| {
            in_percent.set(in_percent.get() && value.text().is_some());
            value.share()
        })?;
        self.sums_to_one(shares.iter().map(|(_, share)| share).sum(), in_percent.get())?;
        Some(shares)
    }

    /// A table of wishes by name, in the order of their names. With a wrong entry there is none.
    fn by_wish<T>(self, each: impl Fn(Value<'a>) -> Option<T>) -> Option<Vec<(Name, T)>> {
        let mut wishes: Vec<(Name, T)> = self.named(each)?.into_iter().collect::<Option<_>>()?;
        if wishes.is_empty() {
            return self.wrong("names no wish", None);
        }
        wishes.sort_by(|(one, _), (other, _)| one.value.cmp(&other.value));
        Some(wishes)
    }

    /// Reports shares that do not sum to 1.
    pub(super) fn sums_to_one(self, sum: f64, in_percent: bool) -> Option<()> {
        if (sum - 1.0).abs() <= 1e-9 {
            return Some(());
        }
        let title = match in_percent {
            true => format!("has shares that sum to {}%, not to 100%", (sum * 1e8).round() / 1e6),
            false => format!("has shares that sum to {}, not to 1", (sum * 1e6).round() / 1e6),
        };
        self.wrong(title, None)
    }
}
