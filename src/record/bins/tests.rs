//! Bands by hand and against sorted values. What is counted when is tested with the meter.

use super::*;
use proptest::prelude::*;

fn band(values: impl IntoIterator<Item = u64>) -> Band {
    let mut band = Band::default();
    values.into_iter().for_each(|value| band.record(value));
    band
}

const CALLS: Banded = Banded::Calls(Tally::Offered);

/// Of 1 to 20 in any order: 5 % of 20 is the first, 50 % the tenth, 95 % the nineteenth. A band of 19 has no edges, one of a single
/// replication not even a middle.
#[test]
fn percentiles_by_hand() {
    let found = |last: u64| [5, 50, 95].map(|percent| band((1..=last).rev()).percentile(CALLS, percent));
    assert_eq!(found(20), [Some(1.0), Some(10.0), Some(19.0)]);
    assert_eq!(found(19), [None, Some(10.0), None]);
    assert_eq!(found(2), [None, Some(1.0), None]);
    assert_eq!(found(1), [None; 3]);
    assert_eq!(found(0), [None; 3]);
    assert_eq!(band([]).values(), 0);
}

/// 5,000 shares its cell with what is up to 5,003: as the greatest value it is not exceeded. Means are kept in thousandths.
#[test]
fn what_never_differs_is_exact() {
    let constant = band([5_000; 40]);
    assert_eq!(constant.percentile(CALLS, 95), Some(5_000.0));
    assert_eq!(constant.percentile(Banded::Level(Level::InService), 5), Some(5.0));
    assert_eq!(band([5_000; 39].into_iter().chain([6_000])).percentile(CALLS, 50), Some(5_003.0));
}

/// The percentile of a study is not the mean of those of its parts: 30 replications without calls, and 30 with ten. The 30th of 60 has
/// none, the parts have 0 and 10.
#[test]
fn a_band_is_of_all_replications() {
    let (none, ten) = (band([0; 30]), band([10; 30]));
    let mut all = none.clone();
    all.add(&ten);
    let middle = |band: &Band| band.percentile(CALLS, 50).unwrap();
    assert_eq!(middle(&all), 0.0);
    assert_ne!(middle(&all), (middle(&none) + middle(&ten)) / 2.0);
}

/// A mean wait of 1.2344 ms is kept as 1,234 thousandths, one of 1.2345 ms as 1,235. Of a gauge: 7 calls for 3 ns of 10 are 2.1.
#[test]
fn means_are_rounded_to_the_nearest_thousandth() {
    let mut bin = InBin::default();
    assert_eq!(bin.value(Banded::Wait(Wait::Setup), &[0; 4], 10), None);
    bin.answered(Span::from_nanos(1_234_000));
    bin.answered(Span::from_nanos(1_234_800));
    assert_eq!(bin.value(Banded::Wait(Wait::Setup), &[0; 4], 10), Some(1_234));
    bin.answered(Span::from_nanos(1_234_700));
    assert_eq!(bin.value(Banded::Wait(Wait::Setup), &[0; 4], 10), Some(1_235));
    assert_eq!(bin.value(Banded::Wait(Wait::Queue), &[0; 4], 10), None);
    assert_eq!(bin.value(Banded::Level(Level::Calls), &[21, 0, 0, 0], 10), Some(2_100));
}

#[test]
fn a_run_of_very_many_bins_has_sums_and_no_bands() {
    let most = Bins::new(Bins::MOST_BANDED);
    assert!(most.has_bands() && most.bands(CALLS).count() == Bins::MOST_BANDED);
    let more = Bins::new(Bins::MOST_BANDED + 1);
    assert!(!more.has_bands() && more.bands(CALLS).count() == 0 && more.sums().len() == Bins::MOST_BANDED + 1);
}

/// 5 bins of 13 bands: of 100 replications on one thread 40 bytes each for the band and 12 for each replication, whose values may all
/// differ; of a million on two, as if each thread had seen 512. With a bin of less than a quarter of a second the fake plan's ten minutes
/// have more than 2,500.
#[test]
fn the_memory_of_bands_is_known_beforehand() {
    assert_eq!(size_of::<Band>(), 40);
    let plan = crate::fake::plan();
    assert_eq!(Bins::bytes(&plan, 100, 1), 5 * 13 * (40 + 100 * 12));
    assert_eq!(Bins::bytes(&plan, 1_000_000, 2), 5 * 13 * (2 * 40 + 2 * 512 * 12));
    let fine = Plan { bin: Span::from_nanos(239_000_000), ..plan };
    assert_eq!(Bins::bytes(&fine, 100, 1), 0);
}

proptest! {
    /// Whatever the values, their order, and the parts of the study.
    #[test]
    fn parts_add_up_and_percentiles_are_those_of_sorted_values(
        values in prop::collection::vec((0..40_u32, any::<u64>()), 1..120),
        cuts in (0..120_usize, 0..120_usize),
        percent in 1..100_u64,
    ) {
        let mut values: Vec<u64> = values.into_iter().map(|(bits, value)| value & ((1 << bits) - 1)).collect();
        let (first, second) = (cuts.0.min(cuts.1).min(values.len()), cuts.0.max(cuts.1).min(values.len()));
        let all = band(values.iter().copied());
        let mut parts = band(values[second..].iter().copied());
        parts.add(&band(values[..first].iter().copied()));
        parts.add(&band(values[first..second].iter().copied()));
        prop_assert_eq!(&parts, &all);
        values.sort_unstable();
        let count = values.len() as u64;
        match all.percentile(CALLS, percent) {
            None => prop_assert!(count * percent < 100 || count * (100 - percent) < 100),
            Some(found) => {
                let exact = values[(count * percent).div_ceil(100) as usize - 1];
                prop_assert!(found >= exact as f64 && found <= exact as f64 * 1.001);
                prop_assert!(exact >= 2_048 || found == exact as f64);
                prop_assert!(found <= *values.last().unwrap() as f64);
            }
        }
    }
}
