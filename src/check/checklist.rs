//! R9: the nine steps of configuring a cluster for CTI applications, each done or not.

use serde::Serialize;

use crate::workload::{Name, TextRange};

/// A step of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// 1: every application has devices.
    Devices,
    /// 2: every device has numbers.
    Numbers,
    /// 3: the applications are configured.
    Applications,
    /// 4: CTIManagers run on the right nodes.
    CtiManagers,
    /// 5: the service parameters are set.
    Parameters,
    /// 6: the services were restarted with them.
    Restart,
    /// 7: the users of applications may use CTI.
    UserEnabled,
    /// 8: the users are associated with the devices.
    Association,
    /// 9: devices have a CallManager group.
    Groups,
}

impl Step {
    /// All nine, in order.
    pub const ALL: [Step; 9] = [
        Step::Devices,
        Step::Numbers,
        Step::Applications,
        Step::CtiManagers,
        Step::Parameters,
        Step::Restart,
        Step::UserEnabled,
        Step::Association,
        Step::Groups,
    ];

    /// Its number in the checklist.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The task.
    pub const fn title(self) -> &'static str {
        match self {
            Step::Devices => "route points or ports for each application",
            Step::Numbers => "directory numbers for each device",
            Step::Applications => "applications installed and configured",
            Step::CtiManagers => "CTIManager active on the right nodes",
            Step::Parameters => "CTIManager and CallManager parameters",
            Step::Restart => "CTIManager restarted with them",
            Step::UserEnabled => "CTI use enabled for the application's user",
            Step::Association => "devices assigned to the application's user",
            Step::Groups => "a CallManager group for each device",
        }
    }
}

/// The state of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is done.
    Done,
    /// It is not.
    NotDone,
    /// It cannot be judged before the errors are fixed.
    Unknown,
}

/// An entry that leaves a step undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offender {
    /// Its name.
    pub name: String,
    /// Its place.
    pub place: TextRange,
}

impl Offender {
    /// An entry with a name.
    pub(super) fn named(name: &Name) -> Offender {
        Offender { name: name.value.clone(), place: name.place.clone() }
    }
}

/// A line of the checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The step.
    pub step: Step,
    /// Its state.
    pub state: State,
    /// The entries that leave it undone.
    pub offenders: Vec<Offender>,
}

/// The nine lines of a file that cannot be read.
pub(super) fn unknown() -> Vec<Line> {
    Step::ALL.map(|step| Line { step, state: State::Unknown, offenders: Vec::new() }).into()
}

/// The nine lines: a step with offenders is not done, and one that an error hides is unknown.
pub(super) fn lines(offenders: &[(Step, Offender)], hidden: &[Step]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for step in Step::ALL {
        let offenders: Vec<Offender> =
            offenders.iter().filter(|(of, _)| *of == step).map(|(_, offender)| offender.clone()).collect();
        let state = match step {
            Step::Restart => restart(&lines),
            _ if !offenders.is_empty() => State::NotDone,
            _ if hidden.contains(&step) => State::Unknown,
            _ => State::Done,
        };
        lines.push(Line { step, state, offenders });
    }
    lines
}

/// A file does not show whether a service was restarted. In a run every service starts with its parameters, so this
/// follows from the two steps before it.
fn restart(before: &[Line]) -> State {
    let of = |step: Step| before.iter().find(|line| line.step == step).map_or(State::Unknown, |line| line.state);
    match (of(Step::CtiManagers), of(Step::Parameters)) {
        (State::Done, State::Done) => State::Done,
        (State::NotDone, _) | (_, State::NotDone) => State::NotDone,
        _ => State::Unknown,
    }
}
