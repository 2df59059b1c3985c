//! What is lost, and how records are affected.

use crate::dependencies::record::{RecordId, Role};
use crate::domain::ProcessFault;

/// What is lost of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// All of it: a node or an application fails, a database stops answering, anything else is removed from the file.
    Whole,
    /// The CallManager of a node fails; its CTIManager goes on.
    CallManager(ProcessFault),
    /// The CTIManager of a node fails; its CallManager goes on.
    CtiManager(ProcessFault),
    /// So many devices of a route point, or of a group of ports or phones, fail by themselves (R15).
    Devices(u32),
}

impl Loss {
    /// Whether it is the loss of a single process of a node.
    pub const fn is_of_process(self) -> bool {
        matches!(self, Loss::CallManager(_) | Loss::CtiManager(_))
    }

    /// Whether this use concerns the part of a node that is lost.
    pub const fn concerns(self, role: Role) -> bool {
        match self {
            Loss::Whole | Loss::Devices(_) => true,
            Loss::CallManager(_) => !matches!(role, Role::CtiManager(_) | Role::LeastPriority),
            Loss::CtiManager(_) => matches!(role, Role::CtiManager(_) | Role::LeastPriority | Role::Strikes),
        }
    }
}

/// A record, and the part of it that is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The record.
    pub record: RecordId,
    /// What is lost of it, when the question is what would be affected.
    pub loss: Loss,
}

/// How a record is affected by the loss of another.
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
    /// It is out of service until what was lost is back.
    StaysOut,
    /// It is given up.
    Closed,
    /// It works, but no application controls it.
    Uncontrolled,
    /// It works, with less redundancy.
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
    /// Its calls reach something affected.
    Meets,
    /// No call reaches it any more.
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
