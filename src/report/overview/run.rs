//! What a study says: the answer, its minutes, its delays, its devices and what is busy.

use crate::analysis::{Judged, Provenance, Study, Verdict as Judgement};
use crate::dependencies::Dependencies;
use crate::engine::{Span, Time};
use crate::plan::StudyKind;
use crate::report::goals::{found, goals_table, interval};
use crate::report::page::{Block, Section};
use crate::report::run::numbers;
use crate::report::table::Tone;
use crate::report::words::{self, counted, span};

use super::advice::{advice, surer};
use super::busy::busy;
use super::delays::delays;
use super::headline::{Headline, capital, headline};
use super::minutes::minutes;
use super::recovery::recovery;
use super::topology::topology;
use crate::report::kept::{Chapter, Item, Report, Verdict};

/// The report of a study; with the dependencies of its plan, what depends on what.
pub(crate) fn run_report(
    study: &Study,
    judged: &[Judged],
    provenance: &Provenance,
    dependencies: Option<&Dependencies<'_>>,
) -> Report {
    let Headline { answer, mut figures } = headline(study);
    figures.truncate(Report::MOST_FIGURES);
    let topology = dependencies.map(|it| Chapter {
        heading: "What depends on what".to_owned(),
        about: "Marked is what the scheduled faults strike, and what that affects.".to_owned(),
        items: vec![Item::Topology(topology(it, study.plan))],
    });
    let goals = (!judged.is_empty()).then(|| Chapter {
        heading: "Goals".to_owned(),
        about: "A verdict is of the whole 95 % confidence interval, not of the estimate.".to_owned(),
        items: vec![Item::Table(goals_table(judged))],
    });
    let chapters = [goals, Some(minutes(study)), delays(study), recovery(study), busy(study), topology];
    Report {
        format: Report::FORMAT,
        version: provenance.version.to_owned(),
        kind: "run".to_owned(),
        workload: study.plan.name.clone(),
        question: study.plan.question.clone(),
        about: about(study),
        command: provenance.command.clone(),
        digest: Some(provenance.digest.clone()),
        verdicts: judged.iter().map(verdict).collect(),
        answer,
        advice: advice(study, judged, provenance),
        surer: surer(study, judged, provenance),
        figures,
        chapters: chapters.into_iter().flatten().chain([all_numbers(study, judged)]).collect(),
    }
}

/// How much was simulated.
fn about(study: &Study) -> String {
    let plan = study.plan;
    let steady = if plan.study == StudyKind::Steady { "steady-state " } else { "" };
    let replications = [format!("{steady}replication"), format!("{steady}replications")];
    let number = counted(study.outcome.summaries.len(), [&replications[0], &replications[1]]);
    let length = span(plan.length.since(Time::ZERO));
    let warm_up = match study.window.warm_up.nanos() {
        0 => String::new(),
        nanos => format!(", warm-up {}", span(Span::from_nanos(nanos))),
    };
    format!("{number} of {length}{warm_up}, seed {}", study.seed)
}

fn verdict(judged: &Judged) -> Verdict {
    let tone = match judged.verdict {
        Judgement::Met => Tone::Good,
        Judgement::Missed => Tone::Bad,
        Judgement::Undecided => Tone::Open,
    };
    let about =
        format!("{}: {}, 95 % interval {}", judged.goal, found(&judged.found).words(), interval(&judged.found).words());
    Verdict { tone, words: capital(&words::verdict(judged.verdict.name())), about }
}

/// The tables of the report for a terminal.
fn all_numbers(study: &Study, judged: &[Judged]) -> Chapter {
    let mut section = Section::default();
    numbers(study, judged, &mut section);
    let item = |block: Block<'_>| match block {
        Block::Table(table) => Some(Item::Table(table)),
        Block::Note(words) | Block::Paragraph(words) | Block::Heading(_, words) => Some(Item::Note(words)),
        Block::Excerpt(_) => None,
    };
    Chapter {
        heading: "All numbers".to_owned(),
        about: "Means are over replications, with 95 % confidence intervals; percentiles are of all values together."
            .to_owned(),
        items: section.blocks.into_iter().filter_map(item).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{fake_study, judge};
    use crate::fake;
    use crate::record::Goal;
    use crate::stats::Confidence;
    use std::collections::BTreeSet;

    #[test]
    fn a_report_is_whole_and_reads_back() {
        let plan = fake::plan();
        let study = fake_study(&plan);
        let judged = [judge(&Goal::parse("offered>=1").unwrap(), &study, Confidence::P95)];
        let provenance = Provenance::new(&study, "0".repeat(64), "ctisim run fake.toml".to_owned());
        let report = run_report(&study, &judged, &provenance, None);
        assert_eq!(report.about, "5 replications of 10 min, warm-up 1 min, seed 1");
        assert_eq!((report.verdicts[0].tone, &*report.verdicts[0].words), (Tone::Good, "Met"));
        assert!(report.verdicts[0].about.starts_with("offered >= 1: 270.2, 95 % interval ["), "{:?}", report.verdicts);
        assert!(report.answer.len() == 3 && (1..=3).contains(&report.advice.len()) && report.figures.len() == 4);
        let ids: Vec<&str> = report.charts().map(|chart| &*chart.id).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
        for id in ["calls", "losses", "waits", "delays", "longer-than", "recovery", "rehoming", "stations", "groups"] {
            assert!(ids.contains(&id), "{id} is not in {ids:?}");
        }
        assert_eq!(Report::read(&report.json()), Ok(report));
    }
}
