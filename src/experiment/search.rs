//! Where along a row of values something turns from true to false, if each of them takes an experiment to tell.

use std::collections::BTreeMap;

/// Where along the values it turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is true at all of them, as far as they were tried: it does not turn.
    Everywhere,
    /// It is true at none of them.
    Nowhere,
    /// Between two of them.
    Between {
        /// The last value, seen from where it is true, at which it is known to be; `None`: at none.
        yes: Option<usize>,
        /// The first value at which it is known not to be; `None`: at none.
        no: Option<usize>,
    },
    /// Neither end could be told, and nobody said which one is the true one.
    Undetermined,
    /// It is true beyond a value at which it is not: it turns more than once, or the other way round than was said.
    Contradiction {
        /// It is true here,
        yes: usize,
        /// and not here, where it is nearer to the true end.
        no: usize,
    },
}

/// An end of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where the first one is.
    First,
    /// Where the last one is.
    Last,
}

/// How many of `values` a wrong answer could come from: the two ends, one for each time the row is halved, and the two
/// that are tried for the sake of the assumption. Those tried beside a value that could not be told are not among them,
/// see [`search`].
pub const fn points(values: usize) -> usize {
    let halvings = usize::BITS - values.leading_zeros();
    if values < 4 { values } else { 4 + halvings as usize }
}

/// Finds where along the values 0, 1, 2 and so on `is` turns: it is taken to be true up to some value and false beyond, or
/// the other way round, which `true_at` says, or else the two ends. `is` is asked once a value, and says `None` if it
/// cannot tell.
///
/// The ends come first. Then the row is halved, once with what cannot be told taken for false, which finds the last that is true, and
/// once with it taken for true, which finds the first that is false. Both ways halve the same row at the same places. So one goes
/// on as if every answer were right until a value cannot be told, and from there the first one stays where
/// the truth is true and the second one where it is false: a wrong yes or no that would put the turn in the wrong place can
/// only come from a value that halving would try if all could be told. At last, for the sake of the assumption, it asks in the
/// middle of the longest stretch that is still untried on either side.
///
/// # Errors
/// Those of `is`.
pub fn search<E>(
    values: usize,
    true_at: Option<End>,
    is: impl FnMut(usize) -> Result<Option<bool>, E>,
) -> Result<Turn, E> {
    let Some(last) = values.checked_sub(1) else { return Ok(Turn::Undetermined) };
    let mut walk = Walk { is, last, true_at: true_at.unwrap_or(End::First), known: BTreeMap::new() };
    let ends = (walk.ask(0)?, walk.ask(last)?);
    if true_at.is_none() {
        walk.begin_at(match ends {
            (None, None) => return Ok(Turn::Undetermined),
            (Some(true), _) | (None, Some(false)) => End::First,
            (Some(false), _) | (None, Some(true)) => End::Last,
        });
    }
    // From an end that can be told, whose way tells the other one where to begin if its end cannot.
    let (yes, no) = if walk.ask(0)?.is_some() {
        (walk.halve(Undetermined::IsNo)?.0, walk.halve(Undetermined::IsYes)?.1)
    } else {
        let no = walk.halve(Undetermined::IsYes)?.1;
        (walk.halve(Undetermined::IsNo)?.0, no)
    };
    walk.try_between(Some(0), yes)?;
    walk.try_between(no, Some(last))?;
    Ok(walk.told(yes, no))
}

/// What a value that cannot be told is taken for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Undetermined {
    IsYes,
    IsNo,
}

/// Positions count from the end at which it is true.
struct Walk<F> {
    is: F,
    last: usize,
    true_at: End,
    known: BTreeMap<usize, Option<bool>>,
}

impl<E, F: FnMut(usize) -> Result<Option<bool>, E>> Walk<F> {
    fn value(&self, position: usize) -> usize {
        match self.true_at {
            End::First => position,
            End::Last => self.last - position,
        }
    }

    fn ask(&mut self, position: usize) -> Result<Option<bool>, E> {
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

    /// The positions at which it is known not to be.
    fn no(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.known.iter().filter(|(_, known)| **known == Some(false)).map(|(position, _)| *position)
    }

    /// It turned out to be true at this end.
    fn begin_at(&mut self, end: End) {
        if end != self.true_at {
            self.true_at = end;
            self.known = self.known.iter().map(|(position, known)| (self.last - position, *known)).collect();
        }
    }

    /// Halves the row between its ends, taking what cannot be told for what `untold` says: the last position that is true, and the
    /// first that is not. An end that cannot be told is no end: what is known to be nearest to it is.
    fn halve(&mut self, untold: Undetermined) -> Result<(Option<usize>, Option<usize>), E> {
        let (first, last) = (self.ask(0)?, self.ask(self.last)?);
        let near = match first {
            Some(false) => return Ok((None, Some(0))),
            None if untold == Undetermined::IsNo => self.yes().next_back(),
            _ => Some(0),
        };
        let far = match last {
            Some(true) => return Ok((Some(self.last), None)),
            None if untold == Undetermined::IsYes => self.no().next(),
            _ => Some(self.last),
        };
        let (Some(mut near), Some(mut far)) = (near, far) else { return Ok((near, far)) };
        while far > near + 1 {
            let middle = near.midpoint(far);
            if self.ask(middle)?.unwrap_or(untold == Undetermined::IsYes) { near = middle } else { far = middle }
        }
        Ok((Some(near), Some(far)))
    }

    /// Asks in the middle of the longest stretch between two positions where nobody has.
    fn try_between(&mut self, from: Option<usize>, to: Option<usize>) -> Result<(), E> {
        let (Some(from), Some(to)) = (from, to) else { return Ok(()) };
        let tried: Vec<usize> = self.known.range(from..=to).map(|(position, _)| *position).collect();
        let stretches = tried.windows(2).map(|pair| (pair[1] - pair[0], pair[0].midpoint(pair[1])));
        // Of stretches as long as each other, the one nearest to the true end.
        let longest = stretches.rev().max_by_key(|(length, _)| *length);
        if let Some((2.., middle)) = longest {
            self.ask(middle)?;
        }
        Ok(())
    }

    fn told(&self, yes: Option<usize>, no: Option<usize>) -> Turn {
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

    /// What is found, and which values were asked for.
    fn find(values: usize, true_at: Option<End>, is: impl Fn(usize) -> Option<bool>) -> (Turn, Vec<usize>) {
        let mut asked = Vec::new();
        let told = search(values, true_at, |value| {
            asked.push(value);
            Ok::<_, Infallible>(is(value))
        });
        let Ok(turn) = told;
        (turn, asked)
    }

    #[test]
    fn the_turn_is_found_wherever_it_is_and_whichever_way() {
        for values in 2..70 {
            for turn in 1..values {
                for told in [None, Some(End::First)] {
                    let (found, asked) = find(values, told, |value| Some(value < turn));
                    assert_eq!(found, Turn::Between { yes: Some(turn - 1), no: Some(turn) });
                    assert!(asked.len() <= points(values), "{values} {turn}: {asked:?}");
                    let mut once = asked.clone();
                    once.sort_unstable();
                    once.dedup();
                    assert_eq!(once.len(), asked.len(), "asked twice");
                }
                let (found, _) = find(values, None, |value| Some(value >= turn));
                assert_eq!(found, Turn::Between { yes: Some(turn), no: Some(turn - 1) });
            }
        }
    }

    /// Whatever cannot be told around the turn, the zone that is left is that and no more.
    #[test]
    fn what_cannot_be_told_is_closed_in_from_both_sides() {
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
    fn ends_that_cannot_be_told() {
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
    fn what_turns_twice_or_the_wrong_way_is_found_out() {
        assert_eq!(find(20, Some(End::First), |value| Some(value >= 5)).0, Turn::Contradiction { yes: 19, no: 0 });
        assert_eq!(find(20, Some(End::Last), |value| Some(value < 5)).0, Turn::Contradiction { yes: 0, no: 19 });
        // True at both ends and not between them.
        assert!(matches!(find(20, None, |value| Some(!(5..15).contains(&value))).0, Turn::Contradiction { .. }));
        // It turns between 3 and 4, and again far beyond, where halving would never look.
        let twice = |value: usize| Some(value < 4 || (60..90).contains(&value));
        assert!(matches!(find(101, None, twice).0, Turn::Contradiction { yes: 75, no: 4 | 50 }));
    }

    /// The values that could put the turn in the wrong place are the same whatever cannot be told.
    #[test]
    fn a_wrong_answer_can_only_come_from_where_halving_would_go() {
        let (values, turn) = (101, 37);
        let (_, path) = find(values, Some(End::First), |value| Some(value < turn));
        for pattern in 0..64_usize {
            let untold = |value: usize| value.abs_diff(turn) < 12 && (value * 7 + pattern).is_multiple_of(3);
            let (_, asked) = find(values, Some(End::First), |value| (!untold(value)).then_some(value < turn));
            for &value in asked.iter().filter(|value| !path.contains(value)) {
                // Off the path, and away from it on the side on which the answer cannot be wrong in that direction.
                let wrong = |at: usize| if at == value { Some(at >= turn) } else { (!untold(at)).then_some(at < turn) };
                let found = find(values, Some(End::First), wrong).0;
                if let Turn::Between { yes, no } = found {
                    let held = yes.is_none_or(|yes| yes < turn) && no.is_none_or(|no| no >= turn);
                    assert!(held, "{pattern} {value}: {found:?}");
                }
            }
        }
    }
}
