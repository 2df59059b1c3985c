//! Sources of calls.

use std::sync::Arc;

use super::directory::Directory;
use super::queue::Wishes;
use super::rates::{RateCurve, curve};
use super::speed_dial;
use crate::domain::{DestinationId, NodeId, PhoneGroupId, SpeedDialId, Target, WishId};
use crate::engine::{Distribution, Span};
pub use crate::workload::ListedCall;
use crate::workload::{self as source, Calls, Name, Problem, Workload};

/// A source of calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its name in the workload, which selects the random number stream of its callers.
    pub name: String,
    /// The phones from which its callers call; `None`: they call from outside.
    pub from: Option<PhoneGroupId>,
    /// The nodes at which its calls arrive, in turn. Calls from inside arrive at the CallManager of their phone; this is the
    /// one at which the phones start.
    pub ingress: Vec<NodeId>,
    /// The target that its callers dial; by a speed dial, when a run begins.
    pub to: Target,
    /// The speed dial by which they dial, if they do.
    pub speed_dial: Option<SpeedDialId>,
    /// When they call.
    pub arrivals: Arrivals,
    /// How long a caller waits for an answer before hanging up, and again for a person after a transfer; `None`: forever.
    pub patience: Option<Distribution>,
    /// How long a caller talks.
    pub talk: Distribution,
    /// What its callers want.
    pub wishes: Wishes,
}

/// When the callers of a source call.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// A Poisson process whose rate changes over time.
    Poisson(RateCurve),
    /// A Poisson process whose rate follows a curve times the factor of a state that changes at random (a
    /// Markov-modulated Poisson process): each state lasts an exponential time, then the next one follows in turn.
    Modulated(RateCurve, Vec<ModulationState>),
    /// Calls at known times, in order.
    Listed(Arc<Vec<ListedCall>>),
}

/// A state of a modulated source.
#[derive(Clone, Debug, PartialEq)]
pub struct ModulationState {
    /// The factor of the rate.
    pub factor: f64,
    /// The mean duration of the state.
    pub mean: Span,
}

pub(super) fn source(
    it: &source::Traffic,
    workload: &Workload,
    directory: &Directory<'_>,
    starts_at: impl Fn(PhoneGroupId) -> Option<NodeId>,
) -> Source {
    let from = it.from.as_ref().and_then(|name| callers(name, directory));
    let every_node = || (0..workload.nodes.len()).map(|row| NodeId(row as u16)).collect();
    let ingress = match from {
        Some(phones) => starts_at(phones).into_iter().collect(),
        None => it.ingress.as_ref().map_or_else(every_node, |names| directory.nodes(names, None)),
    };
    let speed_dial = directory.speed_dial(&it.to);
    if let Some(id) = speed_dial {
        speed_dial::check_dialled(it, id, workload, directory);
    }
    // The target of a wrong workload does not matter: its plan is never returned.
    let to = directory
        .target(speed_dial.map_or(&it.to, |id| &workload.speed_dials[id.index()].to))
        .unwrap_or(Target::Outside(DestinationId(0)));
    let arrivals = match &it.arrivals.calls {
        Calls::Listed(list) => Arrivals::Listed(list.calls.clone()),
        _ => {
            let curve = curve(&it.arrivals, workload.run.length.value);
            match it.arrivals.states.is_empty() {
                true => Arrivals::Poisson(curve),
                false => Arrivals::Modulated(curve, it.arrivals.states.iter().map(state).collect()),
            }
        }
    };
    Source {
        name: it.name.value.clone(),
        from,
        ingress,
        to,
        speed_dial,
        arrivals,
        patience: it.patience.clone(),
        talk: it.talk.clone(),
        wishes: wishes(it, directory),
    }
}

/// What the callers of a source want.
fn wishes(it: &source::Traffic, directory: &Directory<'_>) -> Wishes {
    let mut shares = vec![0.0; directory.wishes().len()];
    let mut sum = 0.0;
    let drawn = it.wishes.iter().filter_map(|(name, share)| {
        sum += share;
        Some((sum, directory.wish(&name.value)?))
    });
    let mut drawn: Vec<(f64, WishId)> = drawn.collect();
    if let Some((last, _)) = drawn.last_mut() {
        // A sum of decimal fractions may be slightly below 1.
        *last = 1.0;
    }
    let Calls::Listed(list) = &it.arrivals.calls else {
        let by_wish = it.wishes.iter().filter_map(|(name, share)| Some((directory.wish(&name.value)?, share)));
        by_wish.for_each(|(wish, share)| shares[wish.index()] = *share);
        return Wishes { drawn, listed: Vec::new(), shares };
    };
    let listed: Vec<WishId> = list.wishes.iter().filter_map(|(name, _)| directory.wish(name)).collect();
    let each = 1.0 / list.calls.len().max(1) as f64;
    let mut open = 0.0;
    for call in list.calls.iter() {
        match call.wish {
            Some(position) => shares[listed[usize::from(position)].index()] += each,
            None => open += each,
        }
    }
    for (name, share) in &it.wishes {
        if let Some(wish) = directory.wish(&name.value) {
            shares[wish.index()] += open * share;
        }
    }
    Wishes { drawn, listed, shares }
}

/// The phones from which calls come.
fn callers(name: &Name, directory: &Directory<'_>) -> Option<PhoneGroupId> {
    match directory.targets.find(name)? {
        Target::Phones(id) => Some(id),
        Target::RoutePoint(_) | Target::Ports(_) | Target::Outside(_) | Target::Numbers(_) => {
            let what = format!("`{}` is not a group of phones, and nothing else dials", name.value);
            directory.reports.add(Problem::new(name.place.clone(), what, ""));
            None
        }
    }
}

fn state(&(factor, mean): &(f64, Span)) -> ModulationState {
    ModulationState { factor, mean }
}
