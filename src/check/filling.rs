//! The beginning of a run: it has no calls, and what is measured there is too good.

use super::stream::{Stream, seconds};
use crate::domain::Target;
use crate::engine::{Distribution, Span, Time};
use crate::oracle::Residence;
use crate::plan::{Arrivals, Plan, StudyKind, Treatment};

/// Measured time that begins before the calls in progress have settled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmptyStart {
    /// The share by which the calls in progress are fewer, on average over the measured time, than once they have settled.
    pub missing: f64,
    /// After how long they have settled; `None` if the run ends before.
    pub settled: Option<Span>,
}

/// A smaller share does not matter beside the rest of what is assumed.
const MISSING_MAX: f64 = 0.01;

/// Whether calls are still building up while they are measured. A lower bound: each stay at a place counts as if the call
/// came there at once. Listed calls have their own beginning, and so do sources whose rate is zero at first; a steady-state
/// study looks for its warm-up itself.
pub fn empty_start(plan: &Plan) -> Option<EmptyStart> {
    if plan.study == StudyKind::Steady {
        return None;
    }
    let (begin, end) = (plan.window().warm_up.seconds(), plan.length.seconds());
    let length = plan.length.since(Time::ZERO);
    let streams = plan.sources.iter().filter(|source| !matches!(source.arrivals, Arrivals::Listed(_)));
    let streams = streams.map(|source| Stream::new(source, plan, length));
    let mut stays: Vec<(f64, Residence)> = Vec::new();
    for stream in streams {
        let rate = stream.rates.first().filter(|(at, _)| *at <= 0.0).map_or(0.0, |(_, rate)| *rate);
        for (&place, visits) in &stream.visits {
            let Some(stay) = stay(plan, place, &stream.source.talk) else { continue };
            let calls = rate * visits * seconds(stay);
            if calls > 0.0 {
                stays.push((calls, Residence::from(stay)));
            }
        }
    }
    let all: f64 = stays.iter().map(|(calls, _)| calls).sum();
    if all <= 0.0 {
        return None;
    }
    // The share of the calls in progress that are not there yet: those of a service system without limits that began empty
    // (M/G/infinity).
    let absent = |at: f64| stays.iter().map(|(calls, stay)| calls * stay.rest(at)).sum::<f64>() / all;
    let missing = mean(&absent, begin, end);
    let settled = (1..=SETTLED).map(|part| end * f64::from(part) / f64::from(SETTLED));
    let settled = settled.take_while(|at| *at < end).find(|at| absent(*at) <= MISSING_MAX).map(minutes);
    (missing > MISSING_MAX).then_some(EmptyStart { missing, settled })
}

/// The moments at which it is looked for whether calls have settled.
const SETTLED: u32 = 240;

/// The mean of a falling function between two moments, by the trapezoidal rule.
fn mean(of: &impl Fn(f64) -> f64, begin: f64, end: f64) -> f64 {
    const PARTS: u32 = 2_000;
    let step = (end - begin) / f64::from(PARTS);
    let inside: f64 = (1..PARTS).map(|part| of(begin + step * f64::from(part))).sum();
    ((of(begin) + of(end)) / 2.0 + inside) / f64::from(PARTS)
}

/// Rounded up to a minute, or to a second if it is short.
fn minutes(at: f64) -> Span {
    let unit = if at >= 60.0 { 60.0 } else { 1.0 };
    Span::from_secs(((at / unit).ceil() * unit) as u64)
}

/// How long a call stays at a place, if it does.
fn stay<'p>(plan: &'p Plan, place: Target, talk: &'p Distribution) -> Option<&'p Distribution> {
    match place {
        Target::RoutePoint(id) => match &plan.route_points[id.index()].treatment {
            Treatment::Answer { treatment, .. } => Some(treatment.as_ref().unwrap_or(talk)),
            Treatment::Redirect(_) => None,
        },
        Target::Ports(id) => Some(plan.port_groups[id.index()].treatment.as_ref().unwrap_or(talk)),
        Target::Phones(_) | Target::Outside(_) => Some(talk),
        Target::Numbers(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::compile;
    use crate::workload::NoFiles;

    fn found(run: &str, traffic: &str) -> Option<EmptyStart> {
        let text = format!(
            "format = 1\nquestion = \"How empty?\"\nrun = {{ {run} }}\n[[node]]\nname = \"sub1\"\n[[destination]]\n\
             name = \"out\"\n[[traffic]]\nname = \"callers\"\nto = \"out\"\n{traffic}"
        );
        empty_start(&compile("empty", &text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}")))
    }

    const POISSON: &str = "arrivals = { poisson = \"200/h\" }\n";

    /// Exponential calls of 3 min: at `t` there are 1 - e^(-t / 3 min) of those there will be. Over an hour 3/60 = 5 % are
    /// missing, less e^-20 of it. 1 % are missing at 3 min x ln 100 = 13.8 min; that is looked for every 15 s, and rounded up.
    #[test]
    fn calls_of_three_minutes_in_an_hour() {
        let traffic = format!("{POISSON}talk = {{ exponential = \"3m\" }}");
        let empty = found("length = \"1h\"", &traffic).unwrap();
        assert!((empty.missing - 0.05).abs() < 1e-5, "{empty:?}");
        assert_eq!(empty.settled, Some(Span::from_secs(14 * 60)));
        // From 10 min on: 3/50 of e^(-10/3), which is 0.2 %.
        assert_eq!(found("length = \"1h\", warm_up = \"10m\"", &traffic), None);
        // Six hours: 3/360 = 0.8 %.
        assert_eq!(found("length = \"6h\"", &traffic), None);
        assert_eq!(found("length = \"1h\", study = \"steady\"", &traffic), None);
    }

    /// Calls of always 20 min, in a straight line: over 10 min, 1 - 5/20 = 75 % are missing, and they never settle.
    #[test]
    fn a_run_shorter_than_a_call_never_settles() {
        let empty = found("length = \"10m\"", &format!("{POISSON}talk = \"20m\"")).unwrap();
        assert!((empty.missing - 0.75).abs() < 1e-9, "{empty:?}");
        assert_eq!(empty.settled, None);
    }

    #[test]
    fn a_source_that_begins_later_begins_empty() {
        let later = "arrivals = { profile = [{ at = \"0s\", rate = \"0/h\" }, { at = \"10m\", rate = \"200/h\" }] }\n";
        assert_eq!(found("length = \"1h\"", &format!("{later}talk = {{ exponential = \"3m\" }}")), None);
    }
}
