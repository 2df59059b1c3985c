//! What goes, and what becomes of a record when it does.

use crate::dependencies::record::{RecordId, Role};

/// What of a record goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// All of it: a node or an application fails, a database falls silent, anything else is deleted from the file.
    Whole,
    /// The CallManager of a node fails; its CTIManager goes on.
    CallManager,
    /// The CTIManager of a node fails; its CallManager goes on.
    CtiManager,
}

impl Loss {
    /// Whether a node's part that goes is what this use is about.
    pub const fn concerns(self, role: Role) -> bool {
        match self {
            Loss::Whole => true,
            Loss::CallManager => !matches!(role, Role::CtiManager(_) | Role::LeastPriority),
            Loss::CtiManager => matches!(role, Role::CtiManager(_) | Role::LeastPriority | Role::Strikes),
        }
    }
}

/// A record, and what of it is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The record.
    pub record: RecordId,
    /// What of it goes, when it is asked what would be affected.
    pub loss: Loss,
}

/// What becomes of a record when another one goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The record.
    pub on: RecordId,
    /// The outcome, for programs.
    pub outcome: Consequence,
    /// The same for people: a sentence about the record.
    pub what: String,
    /// The rules behind it.
    pub rules: &'static [&'static str],
}

/// How a record is affected, or its calls are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consequence {
    /// It is in service again elsewhere after a while.
    Moves,
    /// An application changes over to another CTIManager.
    Reconnects,
    /// It is out of service until its application has opened it again.
    Reopened,
    /// It is out of service, and nothing brings it back but what went.
    StaysOut,
    /// It is closed for good.
    Closed,
    /// It works, but no application controls it.
    Uncontrolled,
    /// It works, with less to fall back on.
    FewerSpares,
    /// Its calls go somewhere else.
    Forwarded,
    /// Its calls wait where they are.
    Waits,
    /// Its calls are refused.
    Refused,
    /// Its calls are lost.
    Lost,
    /// Its calls go on.
    Preserved,
    /// What it refers to is gone.
    Astray,
    /// Its calls meet something affected on their way.
    Meets,
    /// No call finds its way there any more.
    Unreached,
}

impl Consequence {
    /// The name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Consequence::Moves => "moves",
            Consequence::Reconnects => "reconnects",
            Consequence::Reopened => "reopened",
            Consequence::StaysOut => "stays_out",
            Consequence::Closed => "closed",
            Consequence::Uncontrolled => "uncontrolled",
            Consequence::FewerSpares => "fewer_spares",
            Consequence::Forwarded => "forwarded",
            Consequence::Waits => "waits",
            Consequence::Refused => "refused",
            Consequence::Lost => "lost",
            Consequence::Preserved => "preserved",
            Consequence::Astray => "astray",
            Consequence::Meets => "meets",
            Consequence::Unreached => "unreached",
        }
    }
}
