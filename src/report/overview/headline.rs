//! The answer of a study in three sentences, by rules from its numbers: what became of the calls, how long callers wait, and what
//! failed or, without faults, what is fullest; and the figures to remember.

use crate::analysis::{Measured, Study, count_row, rehomings, service_row, share_of_offered};
use crate::record::{Count, Measure, Metric, OfCount, OfDuration, Quantile, Scope, Service, Subject};
use crate::report::table::Tone;
use crate::report::words::{counted, human, percent, span};
use crate::stats::{Confidence, Seen};

use super::busy::{Full, fullest};
use super::faults::{self, at_random, only, scheduled, when};
use super::figures::{count, estimate, interval, of, of_cluster, one_in};
use crate::report::kept::{KeyFigure, Piece, Sentence};

/// A way to lose a call: the count, what became of one and of several, and the name of the figure.
struct Loss {
    count: Count,
    one: &'static str,
    several: &'static str,
    name: &'static str,
}

const LOSSES: [Loss; 5] = [
    Loss {
        count: Count::DroppedConnected,
        one: "was cut off in conversation",
        several: "were cut off in conversation",
        name: "Cut off in conversation",
    },
    Loss {
        count: Count::Abandoned,
        one: "was given up by its caller",
        several: "were given up by their callers",
        name: "Given up by callers",
    },
    Loss { count: Count::Refused, one: "was refused", several: "were refused", name: "Refused" },
    Loss {
        count: Count::DroppedInSetup,
        one: "was lost while being set up",
        several: "were lost while being set up",
        name: "Lost in setup",
    },
    Loss {
        count: Count::DroppedInChange,
        one: "was lost while being passed on",
        several: "were lost while being passed on",
        name: "Lost while passed on",
    },
];

/// Why calls are refused.
const REASONS: [(Count, &str); 6] = [
    (Count::RefusedBusy, "nothing was free"),
    (Count::RefusedNotOpened, "no application had the device open"),
    (Count::RefusedNotAnswered, "nobody answered in time"),
    (Count::RefusedTooManyHops, "it was forwarded too often"),
    (Count::RefusedThrottled, "its CallManager took no new calls"),
    (Count::RefusedNoCallManager, "no CallManager was up"),
];

/// Forwards that show that something is not as it should be.
const FORWARDS: [(Count, &str); 4] = [
    (Count::Cfb, "CFB, Call Forward Busy"),
    (Count::Cfna, "CFNA, Call Forward No Answer"),
    (Count::Cfof, "CFOF, Call Forward On Failure"),
    (Count::Cfur, "CFUR, Call Forward Unregistered"),
];

/// A loss, or forwards, of fewer calls than this are not worth a word beside greater ones.
const WORTH_A_WORD: f64 = 0.001;
/// Forwards of fewer calls than this are not worth a word.
const MANY: f64 = 0.01;
/// More of all than this are most of them, and more than this nearly all.
const MOST: f64 = 0.5;
const NEARLY_ALL: f64 = 0.995;
/// A share below this is nothing, to one decimal.
const NOTHING: f64 = 0.0005;

fn mean(study: &Study, count: Count) -> f64 {
    count_row(study, count).mean.unwrap_or(0.0)
}

/// What a study says.
pub(super) struct Headline {
    pub(super) answer: Vec<Sentence>,
    pub(super) figures: Vec<KeyFigure>,
}

/// The headline of a study.
pub(super) fn headline(study: &Study) -> Headline {
    let (calls, mut figures) = calls(study);
    let mut answer = vec![calls];
    for (sentence, figure) in [waits(study), third(study)].into_iter().flatten() {
        answer.push(sentence);
        figures.extend(figure);
    }
    Headline { answer, figures }
}

/// What failed or, without faults, what is fullest.
fn third(study: &Study) -> Option<(Sentence, Option<KeyFigure>)> {
    if study.plan.faults.is_empty() { fullest_of_all(study) } else { Some(failure(study)) }
}

// The calls.

fn calls(study: &Study) -> (Sentence, Vec<KeyFigure>) {
    let offered = mean(study, Count::Offered);
    if offered == 0.0 {
        return (Sentence::default().plain("No calls were offered in the measured time."), Vec::new());
    }
    let mut losses: Vec<(&Loss, f64)> = LOSSES.iter().map(|it| (it, mean(study, it.count) / offered)).collect();
    // A stable sort: of losses as great as each other the worst is named first.
    losses.sort_by(|one, other| other.1.total_cmp(&one.1));
    let lost: Vec<f64> =
        LOSSES.iter().map(|it| study.counts(it.count)).fold(Vec::new(), |sum, more| match sum.is_empty() {
            true => more,
            false => sum.iter().zip(more).map(|(sum, more)| sum + more).collect(),
        });
    let seen = Seen::among(&lost);
    let share = |count| share_of_offered(study, count).unwrap_or(0.0);
    let rest = |sentence: Sentence| {
        let progress = share(Count::InProgress);
        let sentence = sentence.strong(percent(share(Count::Completed))).plain(" were completed");
        match progress {
            _ if progress < NOTHING => sentence.plain("."),
            _ => sentence.plain(format!(" and {} were in progress at the end of the run.", percent(progress))),
        }
    };
    let most = percent(seen.most(Confidence::P95));
    let start = format!("Of {} calls in a run, ", count(offered));
    let sentence = if seen.is_never() {
        let none = Sentence::default().strong("No call was lost").plain(format!(
            " in {} of {} calls: ",
            counted(seen.replications as usize, ["replication", "replications"]),
            count(offered)
        ));
        rest(none).plain(format!(" With 95 % confidence, fewer than {most} of such runs lose any."))
    } else if !seen.is_enough() && seen.replications > 1 {
        let all = lost.iter().sum::<f64>();
        let few = Sentence::default()
            .plain("Calls were lost in ")
            .strong(format!("only {} of {} replications", seen.times, seen.replications));
        let few = few.plain(format!(
            ", {} in all: too few to say how many to expect. With 95 % confidence, fewer than {most} of such runs lose any. {start}",
            count(all)
        ));
        rest(few)
    } else {
        let named = losses
            .iter()
            .enumerate()
            .filter(|(rank, (_, share))| *share > 0.0 && (*rank == 0 || *share >= WORTH_A_WORD));
        let named: Vec<Sentence> =
            named.take(3).map(|(rank, (loss, share))| of_loss(study, loss, *share, offered, rank == 0)).collect();
        rest(and(Sentence::default().plain(start), named).plain("; "))
    };
    let sentence = forwards(study, sentence, offered);
    (sentence, figures_of_calls(study, &losses, seen))
}

/// "one in nineteen (1,744) was cut off in conversation".
fn of_loss(study: &Study, loss: &Loss, share: f64, offered: f64, is_worst: bool) -> Sentence {
    let (words, is_one) = one_in(share);
    let sentence = if is_worst { Sentence::default().strong(words) } else { Sentence::default().plain(words) };
    let sentence =
        sentence.plain(format!(" ({}) {}", count(share * offered), if is_one { loss.one } else { loss.several }));
    match reason(study, loss.count) {
        Some(reason) => sentence.plain(reason),
        None => sentence,
    }
}

/// Why most calls were refused.
fn reason(study: &Study, refused: Count) -> Option<String> {
    let all = mean(study, refused);
    let share = |reason| mean(study, reason) / all;
    let (reason, words) =
        REASONS.into_iter().find(|(reason, _)| share(*reason) > MOST).filter(|_| refused == Count::Refused)?;
    Some(if share(reason) > NEARLY_ALL {
        format!(" because {words}")
    } else {
        format!(", most of them because {words}")
    })
}

/// These one after the other, with commas and an "and".
fn and(start: Sentence, parts: Vec<Sentence>) -> Sentence {
    let last = parts.len().saturating_sub(1);
    parts.into_iter().enumerate().fold(start, |mut sentence, (place, part)| {
        let between = match place {
            0 => "",
            _ if place == last => " and ",
            _ => ", ",
        };
        if !between.is_empty() {
            sentence = sentence.plain(between);
        }
        sentence.0.extend(part.0);
        sentence
    })
}

fn forwards(study: &Study, sentence: Sentence, offered: f64) -> Sentence {
    let all: f64 = FORWARDS.iter().map(|(forward, _)| mean(study, *forward)).sum();
    if all < MANY * offered {
        return sentence;
    }
    let words = format!(" There were {} forwards", count(all));
    match FORWARDS.iter().find(|(forward, _)| mean(study, *forward) > MOST * all) {
        Some((forward, name)) if mean(study, *forward) > NEARLY_ALL * all => {
            sentence.plain(format!("{words} by {name}."))
        }
        Some((forward, name)) => sentence.plain(format!("{words}, most by {name} ({}).", count(mean(study, *forward)))),
        None => sentence.plain(format!("{words}.")),
    }
}

fn figures_of_calls(study: &Study, losses: &[(&Loss, f64)], seen: Seen) -> Vec<KeyFigure> {
    let share = |count| Measure::Count(Subject::CLUSTER, count, OfCount::Share).of(study, Confidence::P95);
    let completed = share(Count::Completed);
    let figure = |name: &str, found: &Measured, tone| KeyFigure {
        name: name.to_owned(),
        value: estimate(found),
        about: interval(found),
        tone,
    };
    let mut served = figure("Calls completed", &completed, Tone::Plain);
    let progress = share(Count::InProgress).value.filter(|it| *it >= NOTHING);
    served.about += &progress.map_or(String::new(), |it| format!("; {} still in progress", percent(it)));
    let mut figures = vec![served];
    figures.push(match losses.first() {
        Some((loss, worst)) if *worst > 0.0 => {
            let found = share(loss.count);
            figure(loss.name, &found, Tone::Plain)
        }
        _ => KeyFigure {
            name: "Calls lost".to_owned(),
            value: "none seen".to_owned(),
            about: format!("in {}", counted(seen.replications as usize, ["replication", "replications"])),
            tone: Tone::Good,
        },
    });
    figures
}

// The waits.

/// A wait that some callers exceed.
struct Wait {
    /// Who waits, such as "One call in a hundred takes longer than".
    who: String,
    /// Until what.
    until: &'static str,
    /// The name of the figure.
    name: String,
    found: Measured,
}

impl Wait {
    fn figure(&self) -> KeyFigure {
        let Wait { name, found, .. } = self;
        KeyFigure { name: name.clone(), value: estimate(found), about: interval(found), tone: Tone::Plain }
    }

    fn after(&self, sentence: Sentence) -> Sentence {
        sentence.plain(format!("{} ", self.who)).strong(estimate(&self.found)).plain(self.until)
    }
}

/// How long callers wait: for a ring, and for a person if that is longer.
fn waits(study: &Study) -> Option<(Sentence, Option<KeyFigure>)> {
    let (answered, ringing, person) = (answered_within(study), until_it_rings(study), until_a_person(study));
    let (sentence, figure) = match (answered, ringing) {
        (Some((time, found)), _) => {
            let sentence =
                Sentence::default().plain("Of the callers who asked for a person, ").strong(estimate(&found));
            let name = format!("Answered within {time}");
            let figure = KeyFigure { name, value: estimate(&found), about: interval(&found), tone: Tone::Plain };
            (sentence.plain(format!(" were answered within {time} ({})", interval(&found))), figure)
        }
        (None, Some(it)) => {
            let longer = person.as_ref().filter(|person| person.found.value > it.found.value);
            let gave_up = study.catalogue.cluster(Metric::PostDialDelay).is_some_and(|row| study.censored(row) > 0);
            // As in goals, and unlike in the tables: who gave up did not wait for less.
            let gave_up = if gave_up { "; callers who gave up before count as waiting longer" } else { "" };
            let sentence = it.after(Sentence::default()).plain(format!(" ({}{gave_up})", interval(&it.found)));
            (sentence, longer.unwrap_or(&it).figure())
        }
        (None, None) => return None,
    };
    let sentence = match &person {
        Some(person) => person.after(sentence.plain("; ")).plain("."),
        None => sentence.plain("."),
    };
    Some((sentence, Some(figure)))
}

/// The share of those answered within the first of the times that were asked for.
fn answered_within(study: &Study) -> Option<(String, Measured)> {
    let catalogue = &study.catalogue;
    let row = catalogue.service.iter().position(|it| it.exists && it.scope == Scope::Cluster)?;
    let time = *catalogue.within.first()?;
    service_row(study, row, 0, Service::AnsweredWithin).mean?;
    let found = Measure::Service(Subject::CLUSTER, Service::AnsweredWithin, time).of(study, Confidence::P95);
    Some((span(time), found))
}

/// The rarest of the usual percentiles that is reached: further out, too many gave up to tell.
fn until_it_rings(study: &Study) -> Option<Wait> {
    let rare = [
        (Quantile::P99, "One call in a hundred", "99 %"),
        (Quantile::P95, "One call in twenty", "95 %"),
        (Quantile::P90, "One call in ten", "90 %"),
        (Quantile::P50, "Every second call", "Half"),
    ];
    let wait = |(quantile, who, share)| {
        let found = of_cluster(study, Metric::PostDialDelay, OfDuration::Quantile(quantile))?;
        let (who, name) = (format!("{who} takes longer than"), format!("{share} ring within"));
        Some(Wait { who, until: " to ring", name, found })
    };
    rare.into_iter().find_map(wait)
}

/// How long one in ten waits for a person, if that is to be noticed: in the queue where it is longest, to be passed on, or for an
/// answer.
fn until_a_person(study: &Study) -> Option<Wait> {
    const NOTICED: f64 = 1000.0;
    let p90 = OfDuration::Quantile(Quantile::P90);
    let durations = study.catalogue.durations.iter();
    let queues = durations.filter(|it| it.metric == Metric::QueueWait && it.scope == Scope::Queue && it.exists);
    let of_queue = |name: &str| {
        let subject = Subject { scope: Scope::Queue, name: name.to_owned() };
        let found = of(study, subject, Metric::QueueWait, p90)?;
        let who = format!("one in ten in queue {name} waits longer than");
        Some(Wait { who, until: " there", name: format!("90 % leave queue {name} within"), found })
    };
    let longest = queues.filter_map(|it| of_queue(&it.name)).reduce(|longest, it| {
        // Of queues as slow as each other, the first.
        if it.found.value > longest.found.value { it } else { longest }
    });
    let of_all = |metric, until, name: &str| {
        let found = of_cluster(study, metric, p90)?;
        Some(Wait { who: "one in ten waits longer than".to_owned(), until, name: name.to_owned(), found })
    };
    let passed_on = || of_all(Metric::TransferDelay, " to be put through", "90 % are put through within");
    let answered = || of_all(Metric::SetupDelay, " for an answer", "90 % are answered within");
    longest.or_else(passed_on).or_else(answered).filter(|it| it.found.value > Some(NOTICED))
}

// Failures.

/// What failed when, when it was noticed and when devices were back.
fn failure(study: &Study) -> (Sentence, Option<KeyFigure>) {
    let plan = study.plan;
    let mut parts: Vec<Sentence> = Vec::new();
    let faults = scheduled(plan);
    let start = match (only(plan), faults.first(), at_random(plan)) {
        (Some(struck), ..) => {
            let lasts = match struck.over(plan) {
                Some(_) => format!(" for {}", span(struck.lasts)),
                None => " to the end of the run".to_owned(),
            };
            format!("{} {}{lasts}", capital(&faults::words(plan, struck.fault)), when(plan, struck.at))
        }
        (None, Some(first), 0) => {
            format!(
                "{} faults strike, the first {}: {}",
                faults.len(),
                when(plan, first.at),
                faults::words(plan, first.fault)
            )
        }
        (None, None, _) => format!("Parts fail at random{}", how_often(study)),
        (None, Some(_), random) => {
            format!(
                "{} faults strike at set times and {random} part{} at random",
                faults.len(),
                if random == 1 { " fails" } else { "s fail" }
            )
        }
    };
    parts.extend(noticed(study));
    let (back, figure) = back(study);
    parts.extend(back);
    parts.extend(home(study));
    let start = Sentence::default().strong(start);
    let sentence = parts.into_iter().fold(start, |mut sentence, part| {
        sentence = sentence.plain(". ");
        sentence.0.extend(capitalised(part).0);
        sentence
    });
    (sentence.plain("."), figure)
}

/// A part of a sentence as the start of one.
fn capitalised(part: Sentence) -> Sentence {
    let mut pieces = part.0.into_iter();
    let first = pieces.next().map(|piece| match piece {
        Piece::Plain(words) => Piece::Plain(capital(&words)),
        Piece::Strong(words) => Piece::Strong(capital(&words)),
        Piece::Code(words) => Piece::Code(words),
    });
    Sentence(first.into_iter().chain(pieces).collect())
}

fn how_often(study: &Study) -> String {
    let [callmanagers, ctimanagers] = [Count::CallManagerFailures, Count::CtiManagerFailures].map(|it| mean(study, it));
    if callmanagers + ctimanagers == 0.0 {
        return String::new();
    }
    format!(
        " ({} failures of a CallManager and {} of a CTIManager in an average run)",
        count(callmanagers),
        count(ctimanagers)
    )
}

/// When failures were noticed.
fn noticed(study: &Study) -> Option<Sentence> {
    let row = study.catalogue.cluster(Metric::DetectionDelay)?;
    let (ended, cut) = (study.outcome.merged.histograms[row].totals().count, study.censored(row));
    if ended == 0 {
        return (cut > 0)
            .then(|| Sentence::default().plain("it ").strong("is not noticed").plain(" before the run ends"));
    }
    let found = of_cluster(study, Metric::DetectionDelay, OfDuration::Mean)?;
    let subject = if only(study.plan).is_some() { "it" } else { "a failure" };
    let sentence = Sentence::default().plain(format!("{subject} is noticed after ")).strong(estimate(&found));
    Some(sentence.plain(if cut == 0 {
        " on average".to_owned()
    } else {
        format!(" on average, and not at all before the run ends in {}", percent(cut as f64 / (ended + cut) as f64))
    }))
}

/// When applications have their devices back or, without applications that lose any, how long devices were out of service.
fn back(study: &Study) -> (Option<Sentence>, Option<KeyFigure>) {
    let cluster = |metric| study.catalogue.cluster(metric);
    let amounts = |metric| {
        cluster(metric).map_or((0, 0), |row| (study.outcome.merged.histograms[row].totals().count, study.censored(row)))
    };
    let p95 = OfDuration::Quantile(Quantile::P95);
    let figure =
        |name: &str, value: String, about: String, tone| Some(KeyFigure { name: name.to_owned(), value, about, tone });
    let (ended, cut) = amounts(Metric::AppRecovery100);
    if ended + cut > 0 {
        if let Some(found) = of_cluster(study, Metric::AppRecovery100, p95) {
            let sentence = Sentence::default()
                .plain("all devices of an application are under its control again after ")
                .strong(estimate(&found))
                .plain(" or less in 95 % of cases");
            return (
                Some(sentence),
                figure("All devices back after", estimate(&found), in_most_cases(&found), Tone::Plain),
            );
        }
        let never = percent(cut as f64 / (ended + cut) as f64);
        let sentence = match ended {
            0 => Sentence::default().strong("not all devices are back").plain(" when the run ends"),
            _ => Sentence::default()
                .plain("in ")
                .strong(&*never)
                .plain(" of cases not all devices are back when the run ends"),
        };
        let sentence = match of_cluster(study, Metric::AppRecovery95, p95) {
            Some(found) => {
                sentence.plain(format!(" (95 % of an application's devices are back after {})", estimate(&found)))
            }
            None => sentence,
        };
        return (
            Some(sentence),
            figure("Not all devices back", never, "of cases, when the run ends".to_owned(), Tone::Plain),
        );
    }
    let (ended, cut) = amounts(Metric::OutOfService);
    if ended + cut == 0 {
        return (None, None);
    }
    match (
        of_cluster(study, Metric::OutOfService, OfDuration::Quantile(Quantile::P50)),
        of_cluster(study, Metric::OutOfService, p95),
    ) {
        (Some(half), Some(found)) => {
            let sentence = Sentence::default()
                .plain(format!("half of the devices that lose service are back after {}, 95 % after ", estimate(&half)))
                .strong(estimate(&found));
            (Some(sentence), figure("95 % of devices back after", estimate(&found), interval(&found), Tone::Plain))
        }
        _ => {
            let share = percent(cut as f64 / (ended + cut) as f64);
            let sentence =
                Sentence::default().strong(format!("{share} of the outages")).plain(" are not over when the run ends");
            (Some(sentence), figure("Outages not over", share, "when the run ends".to_owned(), Tone::Plain))
        }
    }
}

/// The interval of a 95 % quantile, as far as it says more than that.
fn in_most_cases(found: &Measured) -> String {
    let known = found.low.is_some() && found.high.is_some_and(f64::is_finite);
    if known { format!("in 95 % of cases; {}", interval(found)) } else { "in 95 % of cases".to_owned() }
}

/// When devices are home again.
fn home(study: &Study) -> Option<Sentence> {
    let all = rehomings(study);
    let (waits, waiting) = all.iter().fold((0, 0), |(waits, waiting), it| (waits + it.waits, waiting + it.waiting));
    if waits == 0 {
        return None;
    }
    let half = of_cluster(study, Metric::RehomeDelay, OfDuration::Quantile(Quantile::P50));
    Some(match (half, waiting) {
        (None, _) => Sentence::default()
            .strong("half or more of the devices that moved to another CallManager")
            .plain(" have not rehomed when the run ends"),
        (Some(half), 0) => Sentence::default().plain(format!(
            "of the devices that moved to another CallManager, half are back at their own (rehomed) {} after that is up again, and all before the run ends",
            estimate(&half)
        )),
        (Some(half), _) => Sentence::default().plain(format!(
            "of the devices that moved to another CallManager, half are back at their own (rehomed) {} after that is up again, but {} are not when the run ends",
            estimate(&half),
            share_of(waiting, waits)
        )),
    })
}

/// A share that is above zero, in percent.
fn share_of(some: u64, all: u64) -> String {
    let share = some as f64 / all as f64;
    if share < NOTHING { "less than 0.1 %".to_owned() } else { percent(share) }
}

// What is fullest.

fn fullest_of_all(study: &Study) -> Option<(Sentence, Option<KeyFigure>)> {
    let full = fullest(study).into_iter().next().filter(|it| it.busiest_bin > 0.0)?;
    let Full { name, at, busiest_bin, size, peak, .. } = &full;
    let sentence = Sentence::default().plain("The fullest is ").strong(name.as_str());
    let of = size.map_or("busy".to_owned(), |size| format!("of {} in use", human(f64::from(size))));
    let bin = format!("in the busiest {}, {}", super::minutes::each(study.window.bin), when(study.plan, *at));
    let sentence = sentence.plain(format!(": {} {of} {bin}", percent(*busiest_bin)));
    let sentence = match size {
        Some(size) if *peak >= f64::from(*size) => sentence.plain(", and all at once in some replication."),
        _ => sentence.plain("."),
    };
    let tone = if full.is_full() { Tone::Bad } else { Tone::Plain };
    let figure = KeyFigure { name: format!("Fullest: {name}"), value: percent(*busiest_bin), about: bin, tone };
    Some((sentence, Some(figure)))
}

/// With a capital at the start.
pub(super) fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study;
    use crate::engine::Span;
    use crate::fake;
    use crate::record::{Histogram, MergedHistogram};
    use crate::report::kept::Piece;

    fn text(sentence: &Sentence) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Plain(words) | Piece::Code(words) => words.clone(),
            Piece::Strong(words) => format!("*{words}*"),
        };
        sentence.0.iter().map(piece).collect()
    }

    fn clear(study: &mut Study<'_>, counts: &[Count]) {
        for summary in &mut study.outcome.summaries {
            counts.iter().for_each(|count| summary.counts[*count as usize] = 0);
        }
    }

    fn losses_and_forwards() -> Vec<Count> {
        LOSSES.iter().map(|it| it.count).chain(FORWARDS.iter().map(|it| it.0)).collect()
    }

    /// Of 270.2 calls 12.6, 10.6, 9, 8.2 and 7.6 are lost: one in 21.4, 25.5 and 30.0 first. 170.4 are completed, 51.8 in progress;
    /// 9.8 + 8.8 + 9 + 9.6 are forwarded, none of them most.
    #[test]
    fn the_worst_losses_are_named_first() {
        let plan = fake::plan();
        let (sentence, figures) = calls(&fake_study(&plan));
        assert_eq!(
            text(&sentence),
            "Of 270 calls in a run, *one in 21* (13) was given up by its caller, one in 25 (11) was lost while being passed on and \
             one in 30 (9) was lost while being set up; *63.1 %* were completed and 19.2 % were in progress at the end of the run. \
             There were 37 forwards."
        );
        assert_eq!((&*figures[0].value, &*figures[1].value), ("63.1 %", "4.7 %"));
    }

    /// Never in five: 1 - 0.025^(1/5) = 1 - e^-0.737776 = 52.2 %.
    #[test]
    fn what_was_not_seen_is_not_said_to_be_impossible() {
        let plan = fake::plan();
        let mut study = fake_study(&plan);
        clear(&mut study, &losses_and_forwards());
        let (sentence, figures) = calls(&study);
        assert_eq!(
            text(&sentence),
            "*No call was lost* in 5 replications of 270 calls: *63.1 %* were completed and 19.2 % were in progress at the end of \
             the run. With 95 % confidence, fewer than 52.2 % of such runs lose any."
        );
        assert_eq!((&*figures[1].value, figures[1].tone), ("none seen", Tone::Good));
    }

    /// Once in five: the upper limit of Clopper and Pearson is 71.64 %.
    #[test]
    fn what_was_rarely_seen_says_so() {
        let plan = fake::plan();
        let mut study = fake_study(&plan);
        clear(&mut study, &losses_and_forwards());
        study.outcome.summaries[2].counts[Count::Refused as usize] = 3;
        assert_eq!(
            text(&calls(&study).0),
            "Calls were lost in *only 1 of 5 replications*, 3 in all: too few to say how many to expect. With 95 % confidence, \
             fewer than 71.6 % of such runs lose any. Of 270 calls in a run, *63.1 %* were completed and 19.2 % were in progress at \
             the end of the run."
        );
    }

    #[test]
    fn without_calls_nothing_is_said_of_them() {
        let plan = fake::plan();
        let mut study = fake_study(&plan);
        clear(&mut study, &Count::ALL);
        let (sentence, figures) = calls(&study);
        assert_eq!(text(&sentence), "No calls were offered in the measured time.");
        assert!(figures.is_empty());
    }

    /// 17.271 s is the mean detection delay, 60.439 s the 95 % quantile of the recoveries.
    #[test]
    fn failures_are_noticed_and_over() {
        let plan = fake::plan();
        let (sentence, figure) = failure(&fake_study(&plan));
        let expected = "*3 faults strike, the first after 5 min: application ivr hangs*. A failure is noticed after *17.3 s* on average. \
                        All devices of an application are under its control again after *60.4 s* or less in 95 % of cases. Of ";
        assert!(text(&sentence).starts_with(expected), "{}", text(&sentence));
        assert_eq!(figure.unwrap().value, "60.4 s");
    }

    /// As many recoveries that were not over when the run ended as there were others.
    #[test]
    fn a_recovery_that_was_not_over_is_not_left_out() {
        let plan = fake::plan();
        let mut study = fake_study(&plan);
        let row = study.catalogue.cluster(Metric::AppRecovery100).unwrap();
        let (mut one, mut cut) = (Histogram::default(), MergedHistogram::default());
        (0..5).for_each(|_| one.record(Span::from_secs(240)));
        let [] = one.move_to(&mut cut, []);
        study.outcome.merged.censored[row] = cut;
        let (sentence, figure) = back(&study);
        assert_eq!(
            text(&sentence.unwrap()),
            "in *50.0 %* of cases not all devices are back when the run ends (95 % of an application's devices are back after 60.4 s)"
        );
        assert_eq!(figure.unwrap().value, "50.0 %");
    }

    #[test]
    fn the_only_fault_is_told_and_without_faults_what_is_fullest() {
        let mut plan = fake::plan();
        plan.faults.truncate(1);
        let (sentence, _) = third(&fake_study(&plan)).unwrap();
        assert!(
            text(&sentence).starts_with("*Application ivr hangs after 5 min for 1 min*. It is noticed after *17.3 s*")
        );
        plan.faults.clear();
        let study = fake_study(&plan);
        let (sentence, _) = third(&study).unwrap();
        let name = &fullest(&study)[0].name;
        assert!(text(&sentence).starts_with(&format!("The fullest is *{name}*: ")), "{}", text(&sentence));
    }
}
