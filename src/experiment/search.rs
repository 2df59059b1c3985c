//! The search for the value at which a monotone predicate turns, where each evaluation takes an experiment.

use std::collections::BTreeMap;

/// Where the predicate turns along the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is true at all values that were evaluated.
    Everywhere,
    /// It is true at none of the values that were evaluated.
    Nowhere,
    /// It turns between two values.
    Between {
        /// The last value, from the true end, at which it is known to be true; `None`: at none.
        yes: Option<usize>,
        /// The first value at which it is known to be false; `None`: at none.
        no: Option<usize>,
    },
    /// Neither end could be decided, and the true end was not given.
    Undetermined,
    /// It is false at both ends for different reasons, each of which turns once: it turns twice.
    Twice {
        /// The first value at which what is false at the first value is known to be true; `None`: at none.
        from: Option<usize>,
        /// The last value at which what is false at the last value is known to be true; `None`: at none.
        to: Option<usize>,
        /// How many values are neither known to be true nor known to be false.
        undecided: usize,
    },
    /// It is true beyond a value at which it is false: it is not monotone, or turns in the other direction than given.
    Contradiction {
        /// A value at which it is true,
        yes: usize,
        /// and one nearer to the true end at which it is false.
        no: usize,
    },
}

/// An end of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The first value.
    First,
    /// The last value.
    Last,
}

/// The number of `values` at which a wrong verdict could make the result wrong: the two ends, one per bisection step, and the
/// two that test monotonicity. Values evaluated next to an undecided one do not count, see [`search`].
pub const fn points(values: usize) -> usize {
    let halvings = usize::BITS - values.leading_zeros();
    if values < 4 { values } else { 4 + halvings as usize }
}

/// Finds where along the values 0, 1, 2 and so on the predicate `is` turns. It is assumed to be monotone: true up to some
/// value and false beyond, or the other way round, as given by `true_at` or else by the two ends. `is` is evaluated once per
/// value, and returns `None` if it is undecided.
///
/// The ends come first. Then the range is bisected twice: once with undecided values taken as false, which finds the last
/// that is true, and once with them taken as true, which finds the first that is false. Both bisections visit the same values
/// until one is undecided; from there, the first stays on the true side and the second on the false side. So a wrong verdict
/// can only put the turn in the wrong place at a value that bisection would visit if all were decided. Finally, to test
/// monotonicity, it evaluates the middle of the longest stretch without an evaluated value on either side.
///
/// # Errors
/// Those of `is`.
pub fn search<E>(
    values: usize,
    true_at: Option<End>,
    is: impl FnMut(usize) -> Result<Option<bool>, E>,
) -> Result<Turn, E> {
    let Some(last) = values.checked_sub(1) else { return Ok(Turn::Undetermined) };
    let mut bisection = Bisection { is, last, true_at: true_at.unwrap_or(End::First), known: BTreeMap::new() };
    let ends = (bisection.evaluate(0)?, bisection.evaluate(last)?);
    if true_at.is_none() {
        bisection.begin_at(match ends {
            (None, None) => return Ok(Turn::Undetermined),
            (Some(true), _) | (None, Some(false)) => End::First,
            (Some(false), _) | (None, Some(true)) => End::Last,
        });
    }
    // Begin at a decided end: its bisection shows where to begin the other one if that end is undecided.
    let (yes, no) = if bisection.evaluate(0)?.is_some() {
        (bisection.bisect(Undetermined::IsNo)?.0, bisection.bisect(Undetermined::IsYes)?.1)
    } else {
        let no = bisection.bisect(Undetermined::IsYes)?.1;
        (bisection.bisect(Undetermined::IsNo)?.0, no)
    };
    bisection.evaluate_between(Some(0), yes)?;
    bisection.evaluate_between(no, Some(last))?;
    Ok(bisection.turn(yes, no))
}

/// What an undecided value is taken as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Undetermined {
    IsYes,
    IsNo,
}

/// Positions count from the end at which it is true.
struct Bisection<F> {
    is: F,
    last: usize,
    true_at: End,
    known: BTreeMap<usize, Option<bool>>,
}

impl<E, F: FnMut(usize) -> Result<Option<bool>, E>> Bisection<F> {
    fn value(&self, position: usize) -> usize {
        match self.true_at {
            End::First => position,
            End::Last => self.last - position,
        }
    }

    fn evaluate(&mut self, position: usize) -> Result<Option<bool>, E> {
        if let Some(known) = self.known.get(&position) {
            return Ok(*known);
        }
        let value = self.value(position);
        let found = (self.is)(value)?;
        self.known.insert(position, found);
        Ok(found)
    }

    /// The positions at which it is known to be true.
    fn yes(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.known.iter().filter(|(_, known)| **known == Some(true)).map(|(position, _)| *position)
    }

    /// The positions at which it is known to be false.
    fn no(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.known.iter().filter(|(_, known)| **known == Some(false)).map(|(position, _)| *position)
    }

    /// Sets the end at which it turned out to be true.
    fn begin_at(&mut self, end: End) {
        if end != self.true_at {
            self.true_at = end;
            self.known = self.known.iter().map(|(position, known)| (self.last - position, *known)).collect();
        }
    }

    /// Bisects the range, taking undecided values as `undetermined`: returns the last position that is true, and the first
    /// that is false. For an undecided end it begins at the nearest decided position.
    fn bisect(&mut self, undetermined: Undetermined) -> Result<(Option<usize>, Option<usize>), E> {
        let (first, last) = (self.evaluate(0)?, self.evaluate(self.last)?);
        let near = match first {
            Some(false) => return Ok((None, Some(0))),
            None if undetermined == Undetermined::IsNo => self.yes().next_back(),
            _ => Some(0),
        };
        let far = match last {
            Some(true) => return Ok((Some(self.last), None)),
            None if undetermined == Undetermined::IsYes => self.no().next(),
            _ => Some(self.last),
        };
        let (Some(mut near), Some(mut far)) = (near, far) else { return Ok((near, far)) };
        while far > near + 1 {
            let middle = near.midpoint(far);
            if self.evaluate(middle)?.unwrap_or(undetermined == Undetermined::IsYes) {
                near = middle
            } else {
                far = middle
            }
        }
        Ok((Some(near), Some(far)))
    }

    /// Evaluates the middle of the longest stretch without an evaluated position between two positions.
    fn evaluate_between(&mut self, from: Option<usize>, to: Option<usize>) -> Result<(), E> {
        let (Some(from), Some(to)) = (from, to) else { return Ok(()) };
        let evaluated: Vec<usize> = self.known.range(from..=to).map(|(position, _)| *position).collect();
        let stretches = evaluated.windows(2).map(|pair| (pair[1] - pair[0], pair[0].midpoint(pair[1])));
        // Of equally long stretches, the one nearest to the true end.
        let longest = stretches.rev().max_by_key(|(length, _)| *length);
        if let Some((2.., middle)) = longest {
            self.evaluate(middle)?;
        }
        Ok(())
    }

    fn turn(&self, yes: Option<usize>, no: Option<usize>) -> Turn {
        let at = |position: usize| self.value(position);
        match (self.yes().next_back(), self.no().next()) {
            (Some(yes), Some(no)) if yes > no => return Turn::Contradiction { yes: at(yes), no: at(no) },
            _ => {}
        }
        match (yes, no) {
            (None, None) => Turn::Undetermined,
            (Some(yes), None) if yes == self.last => Turn::Everywhere,
            (None, Some(0)) => Turn::Nowhere,
            (yes, no) => Turn::Between { yes: yes.map(at), no: no.map(at) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    /// The result, and which values were evaluated.
    fn find(values: usize, true_at: Option<End>, is: impl Fn(usize) -> Option<bool>) -> (Turn, Vec<usize>) {
        let mut evaluated = Vec::new();
        let given = search(values, true_at, |value| {
            evaluated.push(value);
            Ok::<_, Infallible>(is(value))
        });
        let Ok(turn) = given;
        (turn, evaluated)
    }

    #[test]
    fn the_turn_is_found_wherever_it_is_and_whichever_way() {
        for values in 2..70 {
            for turn in 1..values {
                for given in [None, Some(End::First)] {
                    let (found, evaluated) = find(values, given, |value| Some(value < turn));
                    assert_eq!(found, Turn::Between { yes: Some(turn - 1), no: Some(turn) });
                    assert!(evaluated.len() <= points(values), "{values} {turn}: {evaluated:?}");
                    let mut once = evaluated.clone();
                    once.sort_unstable();
                    once.dedup();
                    assert_eq!(once.len(), evaluated.len(), "evaluated twice");
                }
                let (found, _) = find(values, None, |value| Some(value >= turn));
                assert_eq!(found, Turn::Between { yes: Some(turn), no: Some(turn - 1) });
            }
        }
    }

    /// With undecided values around the turn, the result leaves open exactly those.
    #[test]
    fn undecided_values_are_enclosed_from_both_sides() {
        for values in [10, 64, 101] {
            for turn in 3..values - 3 {
                for (before, after) in [(0, 1), (1, 0), (1, 1), (2, 3), (3, 2)] {
                    let cannot = turn - before..turn + after;
                    let is = |value: usize| (!cannot.contains(&value)).then_some(value < turn);
                    let (found, _) = find(values, None, is);
                    let yes = (cannot.start > 0).then(|| cannot.start - 1);
                    let no = (cannot.end < values).then_some(cannot.end);
                    assert_eq!(found, Turn::Between { yes, no }, "{values} {cannot:?}");
                }
            }
        }
    }

    #[test]
    fn undecided_ends() {
        let is = |value: usize| (value < 18).then_some(value < 10);
        assert_eq!(find(20, None, is).0, Turn::Between { yes: Some(9), no: Some(10) });
        assert_eq!(find(20, None, |value| (value < 7).then_some(true)).0, Turn::Between { yes: Some(6), no: None });
        assert_eq!(find(20, None, |value| (value > 7).then_some(false)).0, Turn::Between { yes: None, no: Some(8) });
        assert_eq!(find(20, None, |_| None), (Turn::Undetermined, vec![0, 19]));
        assert_eq!(find(0, None, |_| None).0, Turn::Undetermined);
    }

    #[test]
    fn no_turn_at_all() {
        assert_eq!(find(20, None, |_| Some(true)), (Turn::Everywhere, vec![0, 19, 9]));
        assert_eq!(find(20, None, |_| Some(false)).0, Turn::Nowhere);
        assert_eq!(find(1, None, |_| Some(true)), (Turn::Everywhere, vec![0]));
        assert_eq!(find(1, None, |_| Some(false)).0, Turn::Nowhere);
        assert_eq!(find(20, Some(End::Last), |_| Some(true)).0, Turn::Everywhere);
    }

    #[test]
    fn a_second_turn_or_the_wrong_direction_is_detected() {
        assert_eq!(find(20, Some(End::First), |value| Some(value >= 5)).0, Turn::Contradiction { yes: 19, no: 0 });
        assert_eq!(find(20, Some(End::Last), |value| Some(value < 5)).0, Turn::Contradiction { yes: 0, no: 19 });
        // True at both ends and not between them.
        assert!(matches!(find(20, None, |value| Some(!(5..15).contains(&value))).0, Turn::Contradiction { .. }));
        // It turns between 3 and 4, and again far beyond, where bisection would never look.
        let twice = |value: usize| Some(value < 4 || (60..90).contains(&value));
        assert!(matches!(find(101, None, twice).0, Turn::Contradiction { yes: 75, no: 4 | 50 }));
    }

    /// The values that could put the turn in the wrong place do not depend on which ones are undecided.
    #[test]
    fn a_wrong_result_can_only_come_from_values_that_bisection_visits() {
        let (values, turn) = (101, 37);
        let (_, path) = find(values, Some(End::First), |value| Some(value < turn));
        for pattern in 0..64_usize {
            let undetermined = |value: usize| value.abs_diff(turn) < 12 && (value * 7 + pattern).is_multiple_of(3);
            let (_, evaluated) = find(values, Some(End::First), |value| (!undetermined(value)).then_some(value < turn));
            for &value in evaluated.iter().filter(|value| !path.contains(value)) {
                // Off the path, on the side on which the result cannot be wrong in that direction.
                let wrong =
                    |at: usize| if at == value { Some(at >= turn) } else { (!undetermined(at)).then_some(at < turn) };
                let found = find(values, Some(End::First), wrong).0;
                if let Turn::Between { yes, no } = found {
                    let held = yes.is_none_or(|yes| yes < turn) && no.is_none_or(|no| no >= turn);
                    assert!(held, "{pattern} {value}: {found:?}");
                }
            }
        }
    }
}
