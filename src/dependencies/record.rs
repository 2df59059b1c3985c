//! A record, and the use of one by another.

use crate::domain::Forward;

/// The kinds of record, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordKind {
    /// A source of calls.
    Traffic,
    /// A speed dial of a group of phones.
    SpeedDial,
    /// A directory number, or a range of them.
    DirectoryNumber,
    /// A CTI route point.
    RoutePoint,
    /// A group of CTI ports.
    CtiPort,
    /// A group of phones.
    Phone,
    /// A number outside.
    Destination,
    /// A conference bridge.
    ConferenceBridge,
    /// A queue of callers.
    Queue,
    /// An application.
    Application,
    /// The user that an application logs in as.
    User,
    /// A database.
    Database,
    /// A device pool.
    DevicePool,
    /// A CallManager group.
    CallManagerGroup,
    /// A server.
    Node,
    /// A fault.
    Fault,
    /// A change of forward settings, or of a speed dial.
    Change,
}

impl RecordKind {
    /// All of them, in order.
    pub const ALL: [RecordKind; 17] = [
        RecordKind::Traffic,
        RecordKind::SpeedDial,
        RecordKind::DirectoryNumber,
        RecordKind::RoutePoint,
        RecordKind::CtiPort,
        RecordKind::Phone,
        RecordKind::Destination,
        RecordKind::ConferenceBridge,
        RecordKind::Queue,
        RecordKind::Application,
        RecordKind::User,
        RecordKind::Database,
        RecordKind::DevicePool,
        RecordKind::CallManagerGroup,
        RecordKind::Node,
        RecordKind::Fault,
        RecordKind::Change,
    ];

    /// The name, as in workload files where the kind has a table there.
    pub const fn name(self) -> &'static str {
        match self {
            RecordKind::Traffic => "traffic",
            RecordKind::SpeedDial => "speed_dial",
            RecordKind::DirectoryNumber => "directory_number",
            RecordKind::RoutePoint => "route_point",
            RecordKind::CtiPort => "cti_port",
            RecordKind::Phone => "phone",
            RecordKind::Destination => "destination",
            RecordKind::ConferenceBridge => "conference_bridge",
            RecordKind::Queue => "queue",
            RecordKind::Application => "application",
            RecordKind::User => "user",
            RecordKind::Database => "database",
            RecordKind::DevicePool => "device_pool",
            RecordKind::CallManagerGroup => "callmanager_group",
            RecordKind::Node => "node",
            RecordKind::Fault => "fault",
            RecordKind::Change => "change",
        }
    }

    /// The name in text, singular and plural.
    pub const fn words(self) -> [&'static str; 2] {
        match self {
            RecordKind::Traffic => ["source of calls", "sources of calls"],
            RecordKind::SpeedDial => ["speed dial", "speed dials"],
            RecordKind::DirectoryNumber => ["directory number", "directory numbers"],
            RecordKind::RoutePoint => ["route point", "route points"],
            RecordKind::CtiPort => ["port group", "port groups"],
            RecordKind::Phone => ["phone group", "phone groups"],
            RecordKind::Destination => ["destination", "destinations"],
            RecordKind::ConferenceBridge => ["conference bridge", "conference bridges"],
            RecordKind::Queue => ["queue", "queues"],
            RecordKind::Application => ["application", "applications"],
            RecordKind::User => ["user", "users"],
            RecordKind::Database => ["database", "databases"],
            RecordKind::DevicePool => ["device pool", "device pools"],
            RecordKind::CallManagerGroup => ["CallManager group", "CallManager groups"],
            RecordKind::Node => ["node", "nodes"],
            RecordKind::Fault => ["fault", "faults"],
            RecordKind::Change => ["change", "changes"],
        }
    }

    /// Whether calls can be sent to a record of this kind.
    pub const fn takes_calls(self) -> bool {
        matches!(self, RecordKind::RoutePoint | RecordKind::CtiPort | RecordKind::Phone | RecordKind::Destination)
    }
}

/// A record, by its row in [`Dependencies::records`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordId(pub(super) u32);

impl RecordId {
    /// The row.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A position in the workload file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, counted from one.
    pub line: usize,
    /// The column, in characters, counted from one.
    pub column: usize,
}

/// A part of the workload that others may use.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What it is.
    pub kind: RecordKind,
    /// Its name; for an unnamed fault and for a change, its position among those of its kind, counted from 1.
    pub name: String,
    /// Where it is defined.
    pub at: Position,
    /// Whether it is a user that may control every device, which is not listed as uses.
    pub controls_all: bool,
    /// How many it stands for: devices of a group, numbers of a range.
    pub count: u64,
}

impl Record {
    /// Its name where its kind is not shown: an unnamed fault or change has only a position.
    pub fn label(&self) -> String {
        match self.kind {
            RecordKind::Fault | RecordKind::Change if self.name.parse::<u32>().is_ok() => {
                format!("{} {}", self.kind.words()[0], self.name)
            }
            _ => self.name.clone(),
        }
    }
}

/// One record uses another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Use {
    /// The record that uses it.
    pub user: RecordId,
    /// What is used.
    pub used: RecordId,
    /// As what.
    pub role: Role,
    /// Where the file says so; for an implied use, where the user is defined.
    pub at: Position,
    /// Whether this is a default that is not in the file.
    pub implied: bool,
}

/// As what a record is used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// A source calls it.
    Calls,
    /// The speed dial by which a source calls.
    SpeedDial,
    /// The phones that have a speed dial.
    Phones,
    /// The phones that take the calls of a queue, by their position in its list.
    TakenBy(usize),
    /// What a speed dial dials, when a run begins or after a change.
    Dials,
    /// The phones from which a source's calls come.
    Callers,
    /// A node at which a source's calls come in, by its position in the list.
    Ingress(usize),
    /// The directory number of a line.
    Line,
    /// Where a device registers.
    DevicePool,
    /// The CallManager group of a pool, or of a device without a pool.
    CallManagerGroup,
    /// The application that controls a device.
    ControlledBy,
    /// Where a route point sends this share of its calls.
    Redirect(f64),
    /// Where ports transfer this share of their calls, or the people at phones without consulting.
    Transfer(f64),
    /// Whom the people at phones consult about this share of their calls, to transfer them.
    Consult(f64),
    /// Whom they join to this share of their calls.
    Joins(f64),
    /// The bridge of these conferences.
    Conference(f64),
    /// The node whose CallManager has a conference bridge.
    Carries,
    /// Where ports transfer the calls of some wish.
    TransferByWish,
    /// Where a device forwards.
    Forward(Forward),
    /// A CallManager that cannot open a device (R17).
    CannotOpenOn,
    /// Where calls leave for a number outside.
    Egress,
    /// A CTIManager of an application, by its position in the list.
    CtiManager(usize),
    /// The CallManager that an application is tied to (R25).
    TiedTo,
    /// The least-priority CTIManager, which an application leaves again (R21).
    LeastPriority,
    /// The user that an application logs in as (R2).
    User,
    /// A device that a user may control (R3).
    Associated,
    /// Where callers are looked up.
    LookUp,
    /// A CallManager of a group, by its position in the list.
    Member(usize),
    /// What a fault strikes.
    Strikes,
    /// The device whose settings change, or the speed dial.
    Changes,
    /// The application that makes a change.
    Through,
    /// The application through which people answer at phones.
    AnsweredBy,
    /// The application through which they hold, transfer or join calls.
    ChangedBy,
    /// The application that dials the calls of a source.
    DialledBy,
    /// Where a forward leads after a change.
    ChangesTo(Forward),
}

impl Role {
    /// The name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Calls => "traffic",
            Role::SpeedDial => "speed_dial",
            Role::Phones | Role::TakenBy(_) => "phones",
            Role::Dials => "to",
            Role::Callers => "from",
            Role::Ingress(_) => "ingress",
            Role::Line => "line",
            Role::DevicePool => "device_pool",
            Role::CallManagerGroup => "callmanager_group",
            Role::ControlledBy => "controlled_by",
            Role::Redirect(_) => "redirect",
            Role::Transfer(_) | Role::TransferByWish => "transfer",
            Role::Consult(_) => "consult",
            Role::Joins(_) => "with",
            Role::Conference(_) => "bridge",
            Role::Carries => "node",
            Role::Forward(forward) | Role::ChangesTo(forward) => forward.name(),
            Role::CannotOpenOn => "cannot_open_on",
            Role::Egress => "egress",
            Role::CtiManager(_) => "ctimanager",
            Role::TiedTo => "tied_to",
            Role::LeastPriority => "least_priority",
            Role::User => "user",
            Role::Associated => "associated",
            Role::LookUp => "lookup",
            Role::Member(_) => "member",
            Role::Strikes => "strikes",
            Role::Changes => "changes",
            Role::Through => "through",
            Role::AnsweredBy => "answered_by",
            Role::ChangedBy => "changed_by",
            Role::DialledBy => "dialled_by",
        }
    }

    /// The position in a list that says in which order things are used, the first being 1.
    pub const fn position(self) -> Option<usize> {
        match self {
            Role::Ingress(position) | Role::CtiManager(position) | Role::Member(position) | Role::TakenBy(position) => {
                Some(position)
            }
            _ => None,
        }
    }

    /// The share of calls that goes this way.
    pub const fn share(self) -> Option<f64> {
        match self {
            Role::Redirect(share)
            | Role::Transfer(share)
            | Role::Consult(share)
            | Role::Joins(share)
            | Role::Conference(share) => Some(share),
            _ => None,
        }
    }

    /// The role in words.
    pub fn words(self) -> String {
        let name = match self {
            Role::CtiManager(_) => "CTIManager",
            Role::CallManagerGroup => "CallManager group",
            _ => self.name(),
        };
        let name = name.replace('_', " ");
        match (self.position(), self.share()) {
            (Some(position), _) => format!("{name} {position}"),
            (None, Some(share)) if share < 1.0 => format!("{name} {}", percent(share)),
            _ => name,
        }
    }
}

/// A share in percent, without spurious digits.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", (share * 1e8).round() / 1e6)
}
