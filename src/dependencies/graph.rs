//! R8: all records of a workload, and the uses between them.

use super::record::{Record, RecordId, RecordKind, Role, Use};
use crate::plan::Plan;

/// Every record of a workload and every use of one by another.
pub struct Dependencies<'a> {
    pub(super) plan: &'a Plan,
    pub(super) records: Vec<Record>,
    pub(super) uses: Vec<Use>,
    /// The rows of `uses` by their user, and by what is used.
    pub(super) by_user: Vec<Vec<u32>>,
    pub(super) by_used: Vec<Vec<u32>>,
    /// The first record of each kind, in the order of [`RecordKind::ALL`].
    pub(super) first: [u32; RecordKind::ALL.len()],
}

impl<'a> Dependencies<'a> {
    /// The name of the workload.
    pub fn name(&self) -> &str {
        &self.plan.name
    }

    /// Every record, kind by kind, each kind in the order of the file.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The ids of all records.
    pub fn ids(&self) -> impl Iterator<Item = RecordId> + use<> {
        (0..self.records.len() as u32).map(RecordId)
    }

    /// Every use, user by user.
    pub fn uses(&self) -> &[Use] {
        &self.uses
    }

    /// The record of an id.
    pub fn record(&self, id: RecordId) -> &Record {
        &self.records[id.index()]
    }

    /// What a record uses, in the order in which the model uses it.
    pub fn uses_of(&self, id: RecordId) -> impl Iterator<Item = &Use> {
        self.by_user[id.index()].iter().map(|&row| &self.uses[row as usize])
    }

    /// The uses of a record by others.
    pub fn users_of(&self, id: RecordId) -> impl Iterator<Item = &Use> {
        self.by_used[id.index()].iter().map(|&row| &self.uses[row as usize])
    }

    /// The uses of a device's directory numbers by others.
    pub fn dialled_by(&self, id: RecordId) -> impl Iterator<Item = &Use> {
        let numbers = self.uses_of(id).filter(|it| it.role == Role::Line);
        numbers.flat_map(|it| self.users_of(it.used)).filter(|it| it.role != Role::Line)
    }

    /// The record of a kind in this row of its list.
    pub(super) fn of_kind(&self, kind: RecordKind, row: usize) -> RecordId {
        RecordId(self.first[kind as usize] + row as u32)
    }

    /// The row of a record in the list of its kind.
    pub(super) fn row(&self, id: RecordId) -> usize {
        (id.0 - self.first[self.record(id).kind as usize]) as usize
    }
}
