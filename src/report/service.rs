//! How soon callers are answered by a person.

use super::page::Section;
use super::summary::interval;
use super::table::{Entry, Table};
use super::words::percent;
use crate::analysis::{Row, Study, service_row};
use crate::record::{Scope, Service};
use crate::workload::units;

/// The shares of callers answered within the times that were asked for: of the cluster and of each queue; nothing where callers ask for nobody.
pub(super) fn service(study: &Study, section: &mut Section<'_>) {
    let catalogue = &study.catalogue;
    let shown = |row: &usize| catalogue.service[*row].exists && catalogue.service[*row].scope != Scope::Application;
    let mut table = Table::of_numbers([
        "answered by a person",
        "of all who asked",
        "95 % interval",
        "of the answered",
        "95 % interval ",
    ]);
    for row in (0..catalogue.service.len()).filter(shown) {
        let of = match &*catalogue.service[row].name {
            "" => String::new(),
            name => format!(", queue {name}"),
        };
        for (place, time) in catalogue.within.iter().enumerate() {
            let name = format!("within {}{of}", units::words(*time));
            let [all, answered] = Service::ALL.map(|service| service_row(study, row, place, service));
            let share = |row: &Row| Entry::number_if(row.mean, row.unit, percent);
            table.row([
                name.into(),
                share(&all),
                interval(&all, percent),
                share(&answered),
                interval(&answered, percent),
            ]);
        }
    }
    section.table(table);
}
