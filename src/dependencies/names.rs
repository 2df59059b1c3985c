//! Finds the record that a user names.

use std::collections::BTreeSet;

use super::effects::{Loss, Subject};
use super::graph::Dependencies;
use super::record::{Record, RecordId, RecordKind};
use crate::domain::ProcessFault;
use crate::plan::Number;
use crate::workload::{enumeration, suggestion};

impl Dependencies<'_> {
    /// The record of a name, a directory number or, where a name belongs to more than one record, `kind:name`; the
    /// processes of a node are `callmanager:name` and `ctimanager:name`. The error is a sentence, and a suggestion.
    pub fn find(&self, asked: &str) -> Result<Subject, (String, Option<String>)> {
        let Some((kind, name)) = asked.split_once(':') else { return self.find_anywhere(asked) };
        let of_node = [
            ("callmanager", Loss::CallManager(ProcessFault::Exit)),
            ("ctimanager", Loss::CtiManager(ProcessFault::Exit)),
        ];
        let of_kind = RecordKind::ALL.map(|kind| (kind.name(), kind));
        if let Some(&(_, loss)) = of_node.iter().find(|(process, _)| *process == kind) {
            let record = self.find_of_kind(RecordKind::Node, name)?;
            return match loss {
                Loss::CtiManager(_) if !self.runs_ctimanager(record) => {
                    Err((format!("`{name}` runs no CTIManager"), Some(format!("it runs only `callmanager:{name}`"))))
                }
                _ => Ok(Subject { record, loss }),
            };
        }
        match RecordKind::ALL
            .into_iter()
            .map(|known| (known.name(), known))
            .find(|(_, known)| is_called_so(*known, kind))
        {
            Some((_, kind)) => Ok(Subject { record: self.find_of_kind(kind, name)?, loss: Loss::Whole }),
            None => {
                let known = of_kind.iter().map(|(known, _)| *known).chain(of_node.map(|(process, _)| process));
                Err((format!("there is no kind of record called `{kind}`"), suggestion(kind, known)))
            }
        }
    }

    /// The same process if it hangs instead of ending. The error is a sentence, and a suggestion.
    pub fn hanging(&self, subject: Subject) -> Result<Subject, (String, Option<String>)> {
        let Subject { record, loss } = subject;
        let loss = match loss {
            Loss::CallManager(_) => Loss::CallManager(ProcessFault::Hang),
            Loss::CtiManager(_) => Loss::CtiManager(ProcessFault::Hang),
            Loss::Whole | Loss::Devices(_) => {
                let Record { kind, name, .. } = self.record(record);
                let hint = match kind {
                    RecordKind::Node if self.runs_ctimanager(record) => {
                        format!("say which process: `callmanager:{name}` or `ctimanager:{name}`")
                    }
                    RecordKind::Node => format!("say `callmanager:{name}`"),
                    _ => "a CallManager or CTIManager can hang: say `callmanager:` or `ctimanager:` and a node"
                        .to_owned(),
                };
                return Err((format!("`{name}` is no process that can hang"), Some(hint)));
            }
        };
        Ok(Subject { record, loss })
    }

    /// The same route point or group if so many of its devices fail by themselves; without a number, all of them. The error is a
    /// sentence, and a suggestion.
    pub fn failing(&self, subject: Subject, count: Option<u32>) -> Result<Subject, (String, Option<String>)> {
        let Subject { record, .. } = subject;
        let Record { kind, name, count: all, .. } = self.record(record);
        if !matches!(kind, RecordKind::RoutePoint | RecordKind::CtiPort | RecordKind::Phone) {
            let hint = "a route point can fail, and ports or phones of a group".to_owned();
            return Err((format!("`{name}` is no device that can fail by itself"), Some(hint)));
        }
        match count.unwrap_or(*all as u32) {
            failed if (1..=*all).contains(&u64::from(failed)) => Ok(Subject { record, loss: Loss::Devices(failed) }),
            failed => Err((format!("`{name}` has {all} devices, of which {failed} cannot fail"), None)),
        }
    }

    fn find_anywhere(&self, name: &str) -> Result<Subject, (String, Option<String>)> {
        let found: Vec<RecordId> = self.ids().filter(|&id| self.is_called(id, name)).collect();
        match found[..] {
            [record] => Ok(Subject { record, loss: Loss::Whole }),
            [] => {
                // Each once, in the order of the records.
                let mut seen = BTreeSet::new();
                let known = self.records().iter().map(|record| record.name.as_str()).filter(|name| seen.insert(*name));
                Err((format!("there is no record called `{name}`"), suggestion(name, known)))
            }
            _ => {
                let full: Vec<String> = found.iter().map(|&id| self.full_name(id)).collect();
                let full: Vec<&str> = full.iter().map(String::as_str).collect();
                let what = format!("`{name}` is the name of {} records", found.len());
                Err((what, Some(format!("say which one: {}", enumeration(&full)))))
            }
        }
    }

    fn find_of_kind(&self, kind: RecordKind, name: &str) -> Result<RecordId, (String, Option<String>)> {
        let mut of_kind = self.ids().filter(|&id| self.record(id).kind == kind);
        of_kind.find(|&id| self.is_called(id, name)).ok_or_else(|| {
            let known = self.records().iter().filter(|record| record.kind == kind).map(|record| record.name.as_str());
            (format!("there is no {} called `{name}`", kind.words()[0]), suggestion(name, known))
        })
    }

    fn is_called(&self, id: RecordId, name: &str) -> bool {
        let record = self.record(id);
        record.name == name || record.kind == RecordKind::DirectoryNumber && record.count > 1 && is_within(record, name)
    }

    /// The name that is unique to this record.
    pub fn full_name(&self, id: RecordId) -> String {
        let record = self.record(id);
        format!("{}:{}", record.kind.name(), record.name)
    }
}

/// Whether this word can mean the kind: its key, or its name as printed, singular or plural.
fn is_called_so(kind: RecordKind, asked: &str) -> bool {
    let plain = |words: &str| words.to_lowercase().replace([' ', '-'], "_");
    let asked = plain(asked);
    let one = asked.strip_suffix('s').unwrap_or(&asked);
    let short = match kind {
        RecordKind::DirectoryNumber => "number",
        RecordKind::CtiPort => "port",
        RecordKind::Traffic => "source",
        _ => kind.name(),
    };
    [kind.name(), kind.words()[0], short].iter().any(|known| plain(known) == one) || plain(kind.words()[1]) == asked
}

/// Whether a number is one of a range.
fn is_within(range: &Record, number: &str) -> bool {
    let first = range.name.split('-').next().and_then(Number::read);
    let distance = first.zip(Number::read(number)).and_then(|(first, number)| first.distance(number));
    distance.is_some_and(|distance| distance < range.count)
}
