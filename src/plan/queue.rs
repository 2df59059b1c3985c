//! Queues of callers, what callers want, and where applications transfer them (R10).

use std::collections::BTreeSet;

use crate::domain::{PhoneGroupId, QueueId, QueueOrder, Target, WishId};
use crate::workload::{Calls, Workload};

/// Cited if the target of a call cannot take it.
pub(super) const R10: &str = "R10: a call at a route point is redirected to a port, a phone or another number";

/// Cited for callers whose wishes do not fit.
pub(super) const WISHES: &str =
    "R10: what an application has found out about a caller decides where it transfers the call";

/// A queue of callers for groups of phones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its name in the workload; that of its group if it is a group's own.
    pub name: String,
    /// Whether it is that of a single group, with `queue = true`.
    pub of_group: bool,
    /// The groups of phones that take its calls, in order.
    pub groups: Vec<PhoneGroupId>,
    /// Which free phone takes a call.
    pub order: QueueOrder,
}

/// People to whom calls are transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum People {
    /// A group of phones, or a number or range of numbers of one.
    At(Target),
    /// Whoever takes the calls of a queue.
    Queue(QueueId),
}

/// Where an application transfers calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// The share of the calls at its device that it transfers; the others end.
    pub share: f64,
    /// Where to.
    pub to: TransferTo,
}

/// Where calls are transferred.
#[derive(Clone, Debug, PartialEq)]
pub enum TransferTo {
    /// All of them there.
    One(People),
    /// Those of each wish elsewhere, by [`WishId`]. No caller with another wish gets there.
    ByWish(Vec<Option<People>>),
}

/// What the callers of a source want.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    /// The wishes that are drawn, with cumulative shares, the last of which is 1; empty if none are.
    pub drawn: Vec<(f64, WishId)>,
    /// The wishes that a list of calls has, by position.
    pub listed: Vec<WishId>,
    /// The expected share of each wish among its calls, by [`WishId`]; they sum to 1 unless some have none.
    pub shares: Vec<f64>,
}

impl TransferTo {
    /// Everywhere that calls are transferred.
    pub fn all(&self) -> impl Iterator<Item = People> {
        let (one, several) = match self {
            TransferTo::One(people) => (Some(*people), None),
            TransferTo::ByWish(wishes) => (None, Some(wishes)),
        };
        one.into_iter().chain(several.into_iter().flatten().flatten().copied())
    }
}

impl Wishes {
    /// The wish that a random word draws; `None` if wishes are not drawn.
    #[inline]
    pub fn draw(&self, word: u64) -> Option<WishId> {
        let drawn = (word >> 11) as f64 / (1_u64 << 53) as f64;
        self.drawn.iter().find(|(upto, _)| drawn < *upto).or(self.drawn.last()).map(|(_, wish)| *wish)
    }
}

/// Every wish that some caller may have, each once, in order of appearance.
pub(super) fn wishes(workload: &Workload) -> Vec<String> {
    let mut wishes: Vec<String> = Vec::new();
    let mut known = BTreeSet::new();
    for traffic in &workload.traffic {
        let drawn = traffic.wishes.iter().map(|(name, _)| &name.value);
        let listed = match &traffic.arrivals.calls {
            Calls::Listed(list) => list.wishes.as_slice(),
            _ => &[],
        };
        for wish in drawn.chain(listed.iter().map(|(name, _)| name)) {
            if known.insert(wish.as_str()) {
                wishes.push(wish.clone());
            }
        }
    }
    wishes
}
