//! Speed dials: names that phones dial, for numbers that their users set (R12).

use super::directory::{Directory, SPEED_DIALS};
use crate::domain::{DestinationId, PhoneGroupId, SpeedDialId, Target};
use crate::workload::{self as source, Problem, Traffic, Workload};

/// A speed dial of a group of phones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeedDial {
    /// Its name.
    pub name: String,
    /// The phones that have it.
    pub phones: PhoneGroupId,
    /// What it dials when a run begins.
    pub to: Target,
}

/// The speed dials of a workload. What is wrong in one does not matter: its plan is never returned.
pub(super) fn speed_dials(workload: &Workload, directory: &Directory<'_>) -> Vec<SpeedDial> {
    let speed_dial = |it: &source::SpeedDial| {
        directory.sets_apart(&it.name, "speed dial", SPEED_DIALS);
        let phones = directory.phones(&it.phones);
        // An unknown name is reported by the directory.
        if phones.is_none() && directory.target(&it.phones).is_some() {
            let what = format!("`{}` is not a group of phones, and has no speed dial", it.phones.value);
            directory.reports.add(Problem::new(it.phones.place.clone(), what, "").rule(SPEED_DIALS));
        }
        let to = directory.target(&it.to).unwrap_or(Target::Outside(DestinationId(0)));
        SpeedDial { name: it.name.value.clone(), phones: phones.unwrap_or(PhoneGroupId(0)), to }
    };
    workload.speed_dials.iter().map(speed_dial).collect()
}

/// Reports a source whose callers dial a speed dial that they do not have.
pub(super) fn check_dialled(it: &Traffic, id: SpeedDialId, workload: &Workload, directory: &Directory<'_>) {
    let source::SpeedDial { name, phones, to } = &workload.speed_dials[id.index()];
    let what = match &it.from {
        None => format!("`{}` is a speed dial, and these calls come from outside", name.value),
        // By whatever name or number. What is no group of phones is reported apart.
        Some(from) if directory.phones(from).is_none_or(|from| directory.phones(phones) == Some(from)) => return,
        Some(from) => format!("`{}` is a speed dial that the phones of `{}` do not have", name.value, from.value),
    };
    let problem = Problem::new(it.to.place.clone(), what, "").also(name.place.clone(), "the speed dial");
    let hint = format!("dial `{}`, its number, or call from its phones: `from = \"{}\"`", to.value, phones.value);
    directory.reports.add(problem.hint(hint).rule(SPEED_DIALS));
}
