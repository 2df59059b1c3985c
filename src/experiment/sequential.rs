//! Sequential stopping: as many replications as necessary.

use std::ops::Range;

use super::replicate::{Failure, Outcome};

/// After how many replications the stopping rule is evaluated: at 30 and then twice per doubling, so that a study is at most
/// half as long again as necessary, with few evaluations. Fixed numbers, so that the result does not depend on threads or
/// on the order in which replications finish.
pub fn checkpoints() -> impl Iterator<Item = u64> {
    (0..58).flat_map(|octave| [30_u64 << octave, 45 << octave])
}

/// The number of evaluations of the stopping rule with at most this many replications: one per checkpoint before, and one
/// at the end.
pub fn looks(most: u64) -> usize {
    checkpoints().take_while(|checkpoint| *checkpoint < most).count() + 1
}

/// Runs replications from the first of `range` on, until a checkpoint at which they are `enough`, or the end of the range.
/// Returns whether they were enough. `enough` takes the outcome and returns it, because it may be large.
///
/// # Errors
/// Those of `run`.
pub fn until(
    range: Range<u64>,
    mut run: impl FnMut(Range<u64>) -> Result<Outcome, Failure>,
    mut enough: impl FnMut(Outcome) -> (Outcome, bool),
) -> Result<(Outcome, bool), Failure> {
    let mut all: Option<Outcome> = None;
    let mut done = range.start;
    for checkpoint in checkpoints() {
        let next = range.start.saturating_add(checkpoint).min(range.end);
        let more = run(done..next)?;
        let outcome = match all.take() {
            None => more,
            Some(mut outcome) => {
                outcome.extend(more);
                outcome
            }
        };
        done = next;
        let (outcome, satisfied) = enough(outcome);
        if satisfied || done == range.end {
            return Ok((outcome, satisfied));
        }
        all = Some(outcome);
    }
    unreachable!("the last checkpoint is beyond any range")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::replicate;
    use crate::fake;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn looks_are_fixed() {
        assert_eq!(checkpoints().take(6).collect::<Vec<_>>(), [30, 45, 60, 90, 120, 180]);
        assert_eq!([1, 30, 31, 45, 46, 4000].map(looks), [1, 1, 2, 2, 3, 16]);
        assert!(checkpoints().is_sorted() && checkpoints().last() > Some(u64::MAX / 4));
    }

    #[test]
    fn it_ends_at_the_first_look_that_is_enough_and_is_one_study() {
        let plan = fake::plan();
        let whole = |range, jobs| {
            replicate(range, jobs, || fake::Replicator::new(&plan, 1), &(), &AtomicBool::new(false)).unwrap()
        };
        for jobs in [1, 3] {
            let mut looks = Vec::new();
            let (outcome, enough) = until(
                10..1000,
                |range| Ok(whole(range, jobs)),
                |outcome| {
                    looks.push(outcome.summaries.len());
                    let enough = outcome.summaries.len() >= 50;
                    (outcome, enough)
                },
            )
            .unwrap();
            assert!(enough);
            assert_eq!(looks, [30, 45, 60]);
            assert_eq!(outcome, whole(10..70, 1));
        }
        let (outcome, enough) = until(0..40, |range| Ok(whole(range, 1)), |outcome| (outcome, false)).unwrap();
        assert_eq!((outcome.summaries.len(), enough), (40, false));
    }
}
