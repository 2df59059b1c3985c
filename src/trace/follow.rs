//! All that happens to some calls.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::CallName;
use crate::engine::Time;
use crate::facts::{Fact, Recorder};

/// What happened to a call, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// Each fact with its time.
    pub facts: Vec<(Time, Fact)>,
}

/// Keeps the facts of some calls, and those of the cluster that are about no call: faults, devices that open and close, Code Yellow.
#[derive(Debug, Default)]
pub struct Follower {
    names: BTreeSet<CallName>,
    places: BTreeMap<u32, CallName>,
    /// The calls.
    pub calls: BTreeMap<CallName, Followed>,
    /// The cluster.
    pub cluster: Vec<(Time, Fact)>,
}

impl Follower {
    /// Follows these calls.
    pub fn new(names: impl IntoIterator<Item = CallName>) -> Follower {
        Follower { names: names.into_iter().collect(), ..Follower::default() }
    }

    /// Whether it follows a call.
    pub fn follows(&self, call: CallName) -> bool {
        self.names.contains(&call)
    }
}

impl Recorder for Follower {
    fn note(&mut self, now: Time, fact: Fact) {
        let call = match fact {
            Fact::Sent { place, .. } => self.places.get(&place).copied(),
            Fact::Served { call: None, .. } | Fact::Skipped { call: None, .. } => None,
            Fact::Taken { call: None, .. } | Fact::LookedUp { call: None, .. } => None,
            _ => match fact.call() {
                Some(call) => Some(call).filter(|call| self.names.contains(call)),
                None => return self.cluster.push((now, fact)),
            },
        };
        let Some(call) = call else { return };
        match fact {
            Fact::Offered { place, .. } => {
                self.places.insert(place, call);
            }
            Fact::Ended { place, .. } => {
                self.places.remove(&place);
            }
            _ => {}
        }
        self.calls.entry(call).or_default().facts.push((now, fact));
    }
}
