//! What to do, by rules: each piece of advice is a claim that the numbers or the plan support. No advice is better than wrong advice.

use std::collections::BTreeSet;

use crate::analysis::{Judged, Provenance, ResourceKind, Study, Verdict, count_row, rehomings, share_of_offered};
use crate::domain::{ApplicationFault, ApplicationId, FaultTarget, NodeId};
use crate::engine::Span;
use crate::record::{Count, Metric, OfDuration};
use crate::report::words::{counted, human, percent, span, whole};
use crate::workload::units;

use super::busy::{Full, fullest};
use super::faults::when;
use super::figures::{count, estimate, of_cluster};
use super::minutes::each;
use crate::report::kept::Sentence;

/// So many pieces of advice are given.
const MOST: usize = 3;
/// Fewer calls than this that find nothing free, or are forwarded for it, are as they should be.
const FEW: f64 = 0.01;
/// Detection that takes less than this is not worth a change.
const SOON: f64 = 10_000.0;
/// Fewer replications than this show no bands.
const REPLICATIONS: u64 = 20;

/// What to do, the most important first.
pub(super) fn advice(study: &Study, judged: &[Judged], provenance: &Provenance) -> Vec<Sentence> {
    let again = Again::of(provenance);
    let rules: [Option<Sentence>; 7] = [
        missed(study, judged),
        no_other_ctimanager(study),
        no_other_callmanager(study),
        given_up(study),
        too_few(study, &again),
        bottleneck(study),
        heartbeat(study, &again),
    ];
    let mut all: Vec<Sentence> = rules.into_iter().flatten().collect();
    all.truncate(MOST);
    if all.is_empty() {
        all.extend(fine(study, judged));
    }
    all
}

/// How to be surer of that.
pub(super) fn surer(study: &Study, judged: &[Judged], provenance: &Provenance) -> Vec<Sentence> {
    let again = Again::of(provenance);
    [
        undecided(study, judged),
        without_faults(study, &again),
        still_away(study),
        few_replications(study, &again),
        without_goals(judged),
    ]
    .into_iter()
    .flatten()
    .take(MOST)
    .collect()
}

/// The command that was given, from which others are made.
struct Again(String);

impl Again {
    fn of(provenance: &Provenance) -> Again {
        let command = &provenance.command;
        let without_goals = command.split(" --goal ").next().unwrap_or(command);
        Again(without_goals.strip_prefix("ctisim run").unwrap_or_default().to_owned())
    }

    /// Another command for the same file with the same values; `None` without a file, which other commands need.
    fn with(&self, command: &str, flags: &str) -> Option<String> {
        (!self.file().is_empty()).then(|| format!("ctisim {command}{} {flags}", self.0))
    }

    /// The same without the replications, where a command has its own.
    fn afresh(&self, command: &str, flags: &str) -> Option<String> {
        let (file, settings) = (self.file(), self.settings());
        (!file.is_empty()).then(|| format!("ctisim {command}{file}{settings} {flags}"))
    }

    /// The same run with other replications.
    fn run(&self, replications: u64) -> String {
        format!("ctisim run{}{} --replications {replications}", self.file(), self.settings())
    }

    /// The file, after a space; empty for the built-in workload.
    fn file(&self) -> &str {
        self.0.split(" --replications ").next().unwrap_or_default()
    }

    /// The values that were set.
    fn settings(&self) -> &str {
        self.0.find(" --set ").map_or("", |at| &self.0[at..])
    }
}

/// Whether a name can stand in a key without quotes.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn mean(study: &Study, count: Count) -> f64 {
    count_row(study, count).mean.unwrap_or(0.0)
}

fn goals_of(judged: &[Judged], verdict: Verdict) -> Vec<&Judged> {
    judged.iter().filter(|it| it.verdict == verdict).collect()
}

/// Goals that are missed, and what is full.
fn missed(study: &Study, judged: &[Judged]) -> Option<Sentence> {
    let missed = goals_of(judged, Verdict::Missed);
    let first = missed.first()?;
    let sentence =
        Sentence::default().strong(counted(missed.len(), ["goal is missed", "goals are missed"])).plain(", such as ");
    let sentence = sentence.code(first.goal.to_string());
    let full = fullest(study).into_iter().next().filter(Full::is_full);
    Some(match full {
        Some(full) => sentence.plain(format!(
            ": look at {} first, {} of which is in use in its busiest time.",
            full.name,
            percent(full.busiest_bin)
        )),
        None => sentence.plain(": no resource is full, even in its busiest time."),
    })
}

/// Goals that are undecided, and how many replications may decide them.
fn undecided(study: &Study, judged: &[Judged]) -> Option<Sentence> {
    let undecided = goals_of(judged, Verdict::Undecided);
    let first = undecided.iter().find(|it| !it.is_undecidable())?;
    let number = study.outcome.summaries.len() as u64;
    let sentence = Sentence::default().plain("Too few replications to tell whether ").code(first.goal.to_string());
    Some(match first.would_decide(number).filter(|&more| more > number) {
        Some(more) => sentence.plain(format!(" is met: about {} decide it in eight of ten cases.", whole(more))),
        None => sentence.plain(" is met."),
    })
}

/// The nodes whose CTIManager, or whose CallManager, a fault strikes.
fn struck(study: &Study, is_struck: impl Fn(FaultTarget) -> Option<NodeId>) -> BTreeSet<NodeId> {
    study.plan.faults.iter().filter_map(|fault| is_struck(fault.failing)).collect()
}

/// Applications that know only a CTIManager that fails.
fn no_other_ctimanager(study: &Study) -> Option<Sentence> {
    let struck = struck(study, |it| match it {
        FaultTarget::CtiManager(node, _) | FaultTarget::Node(node) => Some(node),
        _ => None,
    });
    let alone = |it: &&crate::plan::Application| {
        it.may_use_cti && it.ctimanagers.len() == 1 && struck.contains(&it.ctimanagers[0]) && !it.devices.is_empty()
    };
    let alone: Vec<&str> = study.plan.applications.iter().filter(alone).map(|it| &*it.name).collect();
    let first = alone.first()?;
    let others = match alone.len() {
        1 => String::new(),
        more => format!(" and {} more", whole(more as u64 - 1)),
    };
    Some(
        Sentence::default()
            .plain("Add a second CTIManager to the ")
            .code("ctimanagers")
            .plain(" of ")
            .strong(format!("{first}{others}"))
            .plain(": the only one there is one that fails here."),
    )
}

/// Devices that may register with no CallManager but one that fails.
fn no_other_callmanager(study: &Study) -> Option<Sentence> {
    let struck = struck(study, |it| match it {
        FaultTarget::CallManager(node, _) | FaultTarget::Node(node) => Some(node),
        _ => None,
    });
    let alone = study.plan.devices.iter().filter(|it| it.group.len() == 1 && struck.contains(&it.group[0])).count();
    (alone > 0).then(|| {
        Sentence::default()
            .plain("Add a second CallManager to the ")
            .code("callmanager_group")
            .plain(" of ")
            .strong(counted(alone, ["device", "devices"]))
            .plain(": the only one there is one that fails here.")
    })
}

/// Devices that were given up, and stay closed until their application opens them again.
fn given_up(study: &Study) -> Option<Sentence> {
    let reasons = [
        (Count::ClosedRecoveryForbidden, "its application forbids recovery", "recovery = false"),
        (Count::ClosedCannotOpen, "a CallManager cannot open it", "cannot_open_on"),
        (
            Count::ClosedOutOfReach,
            "it went to a CallManager that its application does not reach",
            "topology = \"direct\"",
        ),
    ];
    let worst = reasons.into_iter().max_by(|one, other| mean(study, one.0).total_cmp(&mean(study, other.0)))?;
    let (count_of, why, key) = worst;
    let given_up = mean(study, count_of);
    (given_up > 0.0).then(|| {
        Sentence::default()
            .strong(match count(given_up) {
                one if one == "1" => "1 device is given up".to_owned(),
                several => format!("{several} devices are given up"),
            })
            .plain(format!(" in a run, each because {why} ("))
            .code(key)
            .plain("): what is given up stays closed until its application opens it again.")
    })
}

/// A group that is all taken, where calls find nothing free.
fn too_few(study: &Study, again: &Again) -> Option<Sentence> {
    let share = |count| share_of_offered(study, count).unwrap_or(0.0);
    let (refused, forwarded) = (share(Count::RefusedBusy), share(Count::Cfb));
    if refused.max(forwarded) < FEW {
        return None;
    }
    let taken = |it: &Full| it.size.is_some_and(|size| it.peak >= f64::from(size));
    let full = fullest(study).into_iter().find(taken)?;
    let size = full.size?;
    // What failed itself may be all taken, but not because it is too small.
    let failed = |it: &crate::plan::Fault| matches!(it.failing, FaultTarget::Devices(target, _) if study.plan.target_name(target) == full.name);
    if study.plan.faults.iter().any(failed) {
        return None;
    }
    let (metric, share, what) = match refused >= forwarded {
        true => (Count::RefusedBusy, refused, "found nothing free and were refused"),
        false => (Count::Cfb, forwarded, "were forwarded because all was busy"),
    };
    let sentence = Sentence::default()
        .strong(format!("All {} of {}", human(f64::from(size)), full.name))
        .plain(format!(" were in use at once, and {} of the calls {what}", percent(share)));
    let key = match full.kind {
        ResourceKind::Ports => format!("cti_port.{}.count", full.name),
        ResourceKind::Phones => format!("phone.{}.count", full.name),
        ResourceKind::Lines => format!("destination.{}.lines", full.name),
        ResourceKind::Conferences => format!("conference_bridge.{}.conferences", full.name),
        ResourceKind::Station => return None,
    };
    if !is_plain(&full.name) {
        return Some(sentence.plain("."));
    }
    let step = (size / 10).max(1);
    let flags = format!("--vary {key}={size}..{}:{step} --goal '{}.share<=1%'", size + 10 * step, metric.name());
    Some(match again.afresh("capacity", &flags) {
        Some(command) => sentence.plain(": ").code(command).plain(" finds how many it takes."),
        None => sentence.plain("."),
    })
}

/// A station that has no more to give.
fn bottleneck(study: &Study) -> Option<Sentence> {
    let full = fullest(study).into_iter().find(|it| it.kind == ResourceKind::Station && it.is_full())?;
    Some(Sentence::default().strong(format!("{} is the bottleneck", full.name)).plain(format!(
        ": it is busy {} of its busiest {}, {}. Only less work a call, fewer calls or more servers relieve it.",
        percent(full.busiest_bin),
        each(study.window.bin),
        when(study.plan, full.at)
    )))
}

/// An application that hangs, and whose heartbeats are the first to show it.
fn heartbeat(study: &Study, again: &Again) -> Option<Sentence> {
    let hangs = |it: &crate::plan::Fault| match it.failing {
        FaultTarget::Application(id, ApplicationFault::Silent) => Some(id),
        _ => None,
    };
    let ApplicationId(id) = study.plan.faults.iter().find_map(hangs)?;
    let application = &study.plan.applications[usize::from(id)];
    let found = of_cluster(study, Metric::ApplicationDetectionDelay, OfDuration::Mean)?;
    let least = study.plan.parameters.heartbeat_minimum;
    let shorter = Span::from_secs(application.heartbeat.nanos() / 3_000_000_000).max(least);
    if found.value? < SOON || shorter >= application.heartbeat || !is_plain(&application.name) {
        return None;
    }
    let flags = format!("--set-b application.{}.heartbeat={}", application.name, units::words(shorter));
    let sentence = Sentence::default().plain("A ").strong("shorter heartbeat interval").plain(format!(
        " than {} would notice sooner that {} hangs, which takes {} now",
        span(application.heartbeat),
        application.name,
        estimate(&found)
    ));
    Some(match again.with("compare", &flags) {
        Some(command) => sentence.plain(": ").code(command).plain(" shows what it gains."),
        None => sentence.plain("."),
    })
}

/// Devices that have not come home when the run ends.
fn still_away(study: &Study) -> Option<Sentence> {
    let (waits, waiting) =
        rehomings(study).iter().fold((0, 0), |(waits, waiting), it| (waits + it.waits, waiting + it.waiting));
    (waiting as f64 > FEW * waits as f64).then(|| {
        Sentence::default()
            .strong(format!("{} of the devices", percent(waiting as f64 / waits as f64)))
            .plain(" that were to go home had not when the run ended, as they wait until they have no call: a longer ")
            .code("run.length")
            .plain(" shows when they do.")
    })
}

/// Too few replications for what is rare, and for bands.
fn few_replications(study: &Study, again: &Again) -> Option<Sentence> {
    let number = study.outcome.summaries.len() as u64;
    (number < REPLICATIONS).then(|| {
        Sentence::default()
            .plain("Too few replications to tell what is rare, and for bands in the charts: ")
            .code(again.run(REPLICATIONS.max(u64::from(study.plan.replications))))
            .plain(" has enough.")
    })
}

/// Nothing is wrong: what is the next limit.
fn fine(study: &Study, judged: &[Judged]) -> Option<Sentence> {
    let full = fullest(study).into_iter().next().filter(|it| it.busiest_bin > 0.0)?;
    let limit = format!("{}, with {} in use in its busiest time", full.name, percent(full.busiest_bin));
    let sentence = Sentence::default();
    Some(match judged.iter().all(|it| it.verdict == Verdict::Met) {
        true if !judged.is_empty() => {
            sentence.strong("Nothing needs to be done").plain(format!(" for these goals. The first limit is {limit}."))
        }
        _ => sentence.plain("If there are more calls, the first limit is ").strong(limit).plain("."),
    })
}

/// What the faults alone cost.
fn without_faults(study: &Study, again: &Again) -> Option<Sentence> {
    let command = again.with("compare", "--set-b 'fault=[]'").filter(|_| !study.plan.faults.is_empty())?;
    Some(Sentence::default().plain("What the failure alone costs: ").code(command).plain("."))
}

/// Nobody has said what is good enough.
fn without_goals(judged: &[Judged]) -> Option<Sentence> {
    let sentence = Sentence::default().plain("Say what is good enough with ").code("--goal");
    judged.is_empty().then(|| sentence.plain(", and there is a verdict."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{fake_study, judge};
    use crate::fake;
    use crate::plan::Plan;
    use crate::record::Goal;
    use crate::report::kept::Piece;
    use crate::stats::Confidence;

    fn text(sentence: &Sentence) -> String {
        let words = |piece: &Piece| match piece {
            Piece::Plain(words) | Piece::Strong(words) | Piece::Code(words) => words.clone(),
        };
        sentence.0.iter().map(words).collect()
    }

    fn provenance(study: &Study<'_>) -> Provenance {
        let command = "ctisim run 'a b.toml' --replications 5 --seed 1 --set run.bin=2m --goal 'refused<=1'";
        Provenance::new(study, String::new(), command.to_owned())
    }

    #[test]
    fn commands_are_for_the_same_file_with_the_same_values() {
        let plan = fake::plan();
        let again = Again::of(&provenance(&fake_study(&plan)));
        assert_eq!(
            again.with("compare", "--set-b x=1").as_deref(),
            Some("ctisim compare 'a b.toml' --replications 5 --seed 1 --set run.bin=2m --set-b x=1")
        );
        assert_eq!(
            again.afresh("capacity", "--vary x=1..2").as_deref(),
            Some("ctisim capacity 'a b.toml' --set run.bin=2m --vary x=1..2")
        );
        assert_eq!(again.run(20), "ctisim run 'a b.toml' --set run.bin=2m --replications 20");
        // Only `run` knows the built-in workload.
        let built_in = Again(" --replications 5 --seed 1".to_owned());
        assert_eq!((built_in.with("compare", "-x"), built_in.afresh("capacity", "-x")), (None, None));
        assert_eq!(built_in.run(20), "ctisim run --replications 20");
    }

    /// The only CTIManager of the application fails, and hardly a fifth of 20 replications are run.
    #[test]
    fn what_is_told_is_so() {
        let plan = fake::plan();
        let study = fake_study(&plan);
        let goals =
            ["offered>=1", "offered<=1"].map(|goal| judge(&Goal::parse(goal).unwrap(), &study, Confidence::P95));
        let all: Vec<String> = advice(&study, &goals, &provenance(&study)).iter().map(text).collect();
        assert!(all.len() == MOST && all[0].starts_with("1 goal is missed, such as offered <= 1"), "{all:?}");
        assert!(
            all[1].starts_with("Add a second CTIManager to the ctimanagers of ivr: the only one there is"),
            "{all:?}"
        );
    }

    #[test]
    fn a_shorter_heartbeat_is_told_where_it_takes_long() {
        let plan = Plan { replications: 20, ..fake::plan() };
        let study = fake_study(&plan);
        let told = heartbeat(&study, &Again::of(&provenance(&study))).map(|it| text(&it));
        let interval = plan.applications[0].heartbeat;
        let third = Span::from_secs(interval.nanos() / 3_000_000_000).max(plan.parameters.heartbeat_minimum);
        let flag = format!("--set-b application.ivr.heartbeat={}", units::words(third));
        assert!(told.as_ref().is_some_and(|it| it.contains(&flag)), "{told:?}");
    }
}
