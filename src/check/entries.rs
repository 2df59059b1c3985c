//! The entries of a workload file: the entry of a place, its name, and the step of the checklist it belongs to.

use toml::de::{DeTable, DeValue};

use super::advice::Scope;
use super::checklist::{Offender, Step};
use crate::workload::{Problem, TextRange};

/// A section, or an entry of a list of tables.
struct Entry {
    table: String,
    name: Option<Offender>,
    /// Its `[header]`, unless it is inline.
    header: Option<TextRange>,
    place: TextRange,
}

/// All entries, in order, and the top-level keys that are not tables.
pub(super) struct Entries(Vec<Entry>, Vec<TextRange>);

impl Entries {
    /// No entries.
    pub(super) fn none() -> Entries {
        Entries(Vec::new(), Vec::new())
    }

    /// The entries of a text; none if it is not TOML.
    pub(super) fn of(text: &str) -> Entries {
        let (document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Entries::none();
        }
        let (mut entries, mut plain) = (Vec::new(), Vec::new());
        for (table, value) in document.get_ref() {
            let mut add = |place: TextRange, fields: &DeTable<'_>| {
                let header = text[place.clone()].starts_with('[').then(|| place.clone());
                entries.push(Entry { table: table.get_ref().to_string(), name: name(fields), header, place });
            };
            match value.get_ref() {
                DeValue::Table(fields) => add(value.span(), fields),
                DeValue::Array(list) => list.iter().for_each(|each| {
                    if let DeValue::Table(fields) = each.get_ref() {
                        add(each.span(), fields);
                    }
                }),
                _ => plain.push(table.span().start..value.span().end),
            }
        }
        entries.sort_by_key(|entry| entry.place.start);
        // An entry with a header ends at the next one.
        for row in 0..entries.len() {
            if entries[row].header.is_some() {
                entries[row].place.end = entries.get(row + 1).map_or(text.len(), |next| next.place.start);
            }
        }
        Entries(entries, plain)
    }

    fn at(&self, place: &TextRange) -> Option<&Entry> {
        // What is missing from the whole file is reported at its beginning.
        if *place == (0..0) {
            return None;
        }
        let row = self.0.partition_point(|entry| entry.place.start <= place.start).checked_sub(1)?;
        self.0.get(row).filter(|entry| place.start < entry.place.end)
    }

    /// Whether two places are in the same entry.
    pub(super) fn same(&self, one: &TextRange, other: &TextRange) -> bool {
        self.at(one).zip(self.at(other)).is_some_and(|(one, other)| one.place == other.place)
    }

    /// Whether an error is close enough to a place to be the cause of a warning there.
    pub(super) fn in_scope(&self, error: &TextRange, place: &TextRange, scope: &Scope) -> bool {
        let entry = self.at(error);
        // An unknown top-level list or table may be a required one with a mistyped name.
        let unknown_table = match entry.and_then(|entry| entry.header.as_ref()) {
            Some(header) => header.start < error.start && error.end <= header.end,
            None => {
                let plain = |key: &TextRange| key.start <= error.start && error.end <= key.end;
                entry.is_none() && error.end > 0 && !self.1.iter().any(plain)
            }
        };
        let same = self.same(error, place);
        match scope {
            Scope::Nowhere => false,
            Scope::Entry => same,
            Scope::Tables(tables) => {
                same || unknown_table || entry.is_some_and(|entry| tables.contains(&entry.table.as_str()))
            }
            Scope::Whole => true,
        }
    }

    /// The offender at a place: its entry by name, or its table.
    pub(super) fn offender(&self, place: &TextRange) -> Offender {
        match self.at(place) {
            Some(Entry { name: Some(name), .. }) => name.clone(),
            Some(entry) => Offender { name: entry.table.clone(), place: place.clone() },
            None => Offender { name: "the file".to_owned(), place: place.clone() },
        }
    }

    /// The step that an error belongs to, by the rule it cites, or else by its key.
    pub(super) fn step_of(&self, error: &Problem, text: &str) -> Option<Step> {
        let table = self.at(&error.place).map_or("", |entry| entry.table.as_str());
        let by_table = match table {
            // There are no nodes.
            "" if error.rule.is_some() => Step::CtiManagers,
            "node" => Step::CtiManagers,
            "cti" => Step::Parameters,
            "callmanager_group" | "device_pool" => Step::Groups,
            "application" => match key(text, error.place.start) {
                "ctimanagers" | "least_priority" | "fall_back_after" => Step::CtiManagers,
                "heartbeat" => Step::Parameters,
                "user" => Step::UserEnabled,
                _ => Step::Applications,
            },
            "database" | "queue" => Step::Applications,
            "user" => Step::UserEnabled,
            "route_point" | "cti_port" | "phone" => match key(text, error.place.start) {
                "lines" | "dn" | "first_dn" | "lines_per_port" => Step::Numbers,
                "redirect_to" | "answers" | "treatment" | "transfer_to" | "transfer_share" => Step::Applications,
                "application" => Step::Association,
                "device_pool" | "cannot_open_on" => Step::Groups,
                _ => Step::Devices,
            },
            // Callers, faults and numbers outside do not belong to the configuration of the cluster.
            _ => return None,
        };
        let rule = error.rule.and_then(|rule| rule.split(':').next()).unwrap_or_default();
        Some(match rule {
            "R1" | "R20" | "R21" => Step::CtiManagers,
            "R2" if table == "application" => Step::CtiManagers,
            "R2" => Step::UserEnabled,
            "R3" | "R4" => Step::Association,
            "R5" => Step::Devices,
            "R6" => Step::Numbers,
            "R7" | "R17" => Step::Groups,
            "R10" => Step::Applications,
            "R23" => Step::Parameters,
            _ => by_table,
        })
    }
}

fn name(fields: &DeTable<'_>) -> Option<Offender> {
    let value = fields.get("name")?;
    match value.get_ref() {
        DeValue::String(name) => Some(Offender { name: name.to_string(), place: value.span() }),
        _ => None,
    }
}

/// The key on the line of a place.
fn key(text: &str, at: usize) -> &str {
    let begin = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[begin..].lines().next().unwrap_or_default();
    line.split('=').next().unwrap_or_default().trim()
}
