//! Traffic, as it is written, beside the length of the run, and what of a list of calls is not used.

use super::advice::{AFTER_THE_END, UNUSED_COLUMN};
use super::notes::Notes;
use super::words::thousands;
use crate::engine::Span;
use crate::workload::{Calls, Traffic, Workload, enumeration, units};

/// Examines each source.
pub(super) fn examine(workload: &Workload, notes: &mut Notes) {
    let length = workload.run.length.value;
    for source in &workload.traffic {
        after_the_end(source, length, notes);
        if let Calls::Listed(list) = &source.arrivals.calls
            && !list.unused.is_empty()
        {
            let names: Vec<&str> = list.unused.iter().map(String::as_str).collect();
            let (column, is) = if names.len() == 1 { ("column", "is") } else { ("columns", "are") };
            let what = format!("the {column} {} of {} {is} not used", enumeration(&names), list.file.value);
            let hint =
                "a list may have `talk_s` and `patience_s` beside `at_s` or `at`; leave the rest as it is, or out";
            notes.warn(&UNUSED_COLUMN, &list.file.place, what, hint);
        }
    }
}

fn after_the_end(source: &Traffic, length: Span, notes: &mut Notes) {
    let arrivals = &source.arrivals;
    let late = |at: Span| at >= length;
    // How many of how many are late, and what they are.
    let base = match &arrivals.calls {
        Calls::Rate(_) => (0, 0, "rates"),
        Calls::Profile(points, _) => (points.iter().filter(|it| late(it.at.value)).count(), points.len(), "rates"),
        Calls::Listed(list) => {
            let calls = &list.calls;
            (calls.len() - calls.partition_point(|call| call.at.nanos() < length.nanos()), calls.len(), "calls")
        }
    };
    let steps = (arrivals.bursts.iter().filter(|it| late(it.at)).count(), arrivals.bursts.len(), "steps");
    for (count, of, what) in [base, steps] {
        // Where no call of a list is within the run, that is an error.
        if count == 0 || what == "calls" && count == of {
            continue;
        }
        let (count, of) = (thousands(count as u64), thousands(of as u64));
        let what = format!("{count} of the {of} {what} of `{}` begin after the end of the run", source.name.value);
        let hint = format!("times count from the start of the run, which lasts {}", units::words(length));
        notes.warn(&AFTER_THE_END, &arrivals.place, what, hint);
    }
}
