//! Whose calls were lost: the calls of each thing that calls reach.

use crate::analysis::{Row, Study, calls_row};
use crate::record::{Count, OF_CALLS, Scope};

use super::page::Section;
use super::table::{Entry, Table};
use super::words::{human, percent};

/// Of a kind with more members, those that lost most callers are shown.
const SHOWN: usize = 8;

/// The calls by source, application, route point, and so on: of kinds with at least two members that calls reached. With one,
/// the cluster's table says the same.
pub(super) fn whose_calls(study: &Study, section: &mut Section<'_>) {
    let head = ["calls that reached", "offered", "completed", "abandoned", "refused", "dropped", "in progress", "lost"];
    let mut table = Table::of_numbers(head);
    let mut left_out = 0;
    for scope in Scope::ALL {
        let mut members: Vec<Calls> =
            Calls::of(study, scope).filter(|calls| calls.mean(Count::Offered) > 0.0).collect();
        if members.len() < 2 {
            continue;
        }
        // A stable sort: of those that lose as many, the first in the workload.
        members.sort_by(|one, other| other.lost().total_cmp(&one.lost()));
        left_out += members.len().saturating_sub(SHOWN);
        for calls in members.iter().take(SHOWN) {
            let count = |count| Entry::number(calls.mean(count), "count", human);
            let dropped = Entry::number(calls.dropped(), "count", human);
            let lost = Entry::number(calls.lost() / calls.mean(Count::Offered), "ratio", percent);
            table.row([
                format!("{} {}", scope.name().replace('_', " "), calls.rows[0].name).into(),
                count(Count::Offered),
                count(Count::Completed),
                count(Count::Abandoned),
                count(Count::Refused),
                dropped,
                count(Count::InProgress),
                lost,
            ]);
        }
    }
    section.table(table);
    if left_out > 0 {
        section.note(format!(
            "{left_out} more, which lost no more callers than those of their kind, {} in summary.csv.",
            if left_out == 1 { "is" } else { "are" }
        ));
    }
}

/// The rows of one member.
struct Calls {
    rows: Vec<Row>,
}

impl Calls {
    fn of<'a>(study: &'a Study<'_>, scope: Scope) -> impl Iterator<Item = Calls> + 'a {
        let members = (0..study.catalogue.calls.len()).filter(move |&of| study.catalogue.calls[of].scope == scope);
        members.map(|of| Calls { rows: OF_CALLS.map(|count| calls_row(study, of, count)).into() })
    }

    fn mean(&self, count: Count) -> f64 {
        let row = self.rows.iter().find(|row| row.metric == count.name());
        row.and_then(|row| row.mean).unwrap_or(0.0)
    }

    fn dropped(&self) -> f64 {
        [Count::DroppedInSetup, Count::DroppedInChange, Count::DroppedConnected].map(|it| self.mean(it)).iter().sum()
    }

    fn lost(&self) -> f64 {
        self.mean(Count::Abandoned) + self.mean(Count::Refused) + self.dropped()
    }
}
