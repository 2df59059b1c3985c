//! What there is to know about a section and a key of the format: the columns of the vocabulary.

/// A table of a workload file.
#[derive(Debug)]
pub struct Section {
    /// What goes before its keys, so that no two look alike: `run` in `run.length`.
    pub name: &'static str,
    /// What it describes, in a sentence.
    pub about: &'static str,
    /// Its keys.
    pub terms: &'static [Term],
    /// Of each of these sets exactly one key is there.
    pub one_of: &'static [&'static [&'static str]],
    /// What else holds between its keys.
    pub rules: &'static [Rule],
    /// The former names of keys, each with the present one.
    pub former: &'static [(&'static str, &'static str)],
}

impl Section {
    /// What there is to know about a key.
    pub fn term(&self, key: &str) -> Option<&'static Term> {
        self.terms.iter().find(|term| term.key == key)
    }

    /// The present name of a key that was renamed.
    pub fn renamed(&self, former: &str) -> Option<&'static str> {
        self.former.iter().find(|(name, _)| *name == former).map(|&(_, present)| present)
    }
}

/// A key of a workload file.
#[derive(Debug)]
pub struct Term {
    /// The key itself.
    pub key: &'static str,
    /// What may be there.
    pub kind: ValueKind,
    /// What holds without it.
    pub absent: Absent,
    /// What it says.
    pub meaning: &'static str,
    /// Where the default or the bounds come from; may be empty.
    pub source: &'static str,
}

/// What an absent key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It cannot be left out.
    Wrong,
    /// The same as this value, written in TOML.
    Is(&'static str),
    /// This value, written in TOML, unless other keys say otherwise; and all of that in words.
    Usually(&'static str, &'static str),
    /// Something that no value of the key says.
    Means(&'static str),
}

impl Absent {
    /// The value that is read in its place, written in TOML.
    pub fn value(self) -> Option<&'static str> {
        match self {
            Absent::Is(value) | Absent::Usually(value, _) => Some(value),
            Absent::Wrong | Absent::Means(_) => None,
        }
    }
}

/// What a value may be.
#[derive(Debug)]
pub enum ValueKind {
    /// True or false.
    Flag,
    /// Any text.
    Text,
    /// Text that is not blank.
    Sentence,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// A whole number within these bounds.
    Whole(u64, u64),
    /// A number within these bounds.
    Number(f64, f64),
    /// A number above zero.
    PositiveNumber,
    /// A duration with its unit; whether it may be zero.
    Duration(Zero),
    /// A rate with its unit.
    Rate(Zero),
    /// A share, as a number up to 1 or in percent.
    Share(Zero),
    /// A distribution of durations; whether it may be constantly zero, and the keys it has unless it is a bare duration.
    Distribution(Zero, &'static Section),
    /// The name that something has.
    Name,
    /// The directory number that something has.
    DirectoryNumber,
    /// A directory number that others count on from.
    FirstNumber,
    /// The name of something else.
    Reference,
    /// The name or directory number of something that takes calls.
    Target,
    /// Several of one kind.
    List {
        /// Of which.
        of: &'static ValueKind,
        /// How many at least.
        least: usize,
        /// How many at most; `None`: any number.
        most: Option<usize>,
        /// Whether no two may be the same.
        distinct: bool,
    },
    /// A table.
    Table(&'static Section),
    /// A table whose absent keys are those of another one.
    Overriding(&'static Section),
    /// A list of tables, `[[like_this]]`.
    Tables(&'static Section),
    /// One or the other: no two of these start with the same kind of value, except that texts may be of two kinds.
    Either(&'static ValueKind, &'static ValueKind),
}

/// Whether a quantity may be zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zero {
    /// It may.
    Allowed,
    /// It must be more.
    Excluded,
}

impl ValueKind {
    /// The keys of the tables that such a value is, or consists of.
    pub fn section(&self) -> Option<&'static Section> {
        match self {
            ValueKind::Table(section) | ValueKind::Overriding(section) | ValueKind::Tables(section) => Some(section),
            ValueKind::Distribution(_, section) => Some(section),
            ValueKind::List { of, .. } => of.section(),
            ValueKind::Either(one, other) => one.section().or_else(|| other.section()),
            _ => None,
        }
    }

    /// Whether such a quantity may be zero; `None` for what is no quantity.
    pub(super) fn zero(&self) -> Option<Zero> {
        match self {
            ValueKind::Duration(zero)
            | ValueKind::Rate(zero)
            | ValueKind::Share(zero)
            | ValueKind::Distribution(zero, _) => Some(*zero),
            ValueKind::PositiveNumber => Some(Zero::Excluded),
            ValueKind::Either(one, other) => one.zero().or_else(|| other.zero()),
            _ => None,
        }
    }

    /// What an element of such a list may be; `None` for what is no list.
    pub(super) fn element(&'static self) -> Option<&'static ValueKind> {
        match self {
            ValueKind::List { of, .. } => Some(of),
            ValueKind::Tables(_) => Some(self),
            ValueKind::Either(one, other) => one.element().or_else(|| other.element()),
            _ => None,
        }
    }

    /// Whether a list may have so many elements.
    pub(super) fn has_room_for(&self, elements: usize) -> bool {
        match self {
            ValueKind::List { least, most, .. } => *least <= elements && most.is_none_or(|most| elements <= most),
            _ => true,
        }
    }
}

/// Where a key is, something else holds.
#[derive(Debug)]
pub struct Rule {
    /// The key.
    pub with: &'static str,
    /// What holds then.
    pub holds: Condition,
}

/// Something about the keys of a table.
#[derive(Debug)]
pub enum Condition {
    /// The key is there.
    Present(&'static str),
    /// The key is there with this value, written in TOML.
    Is(&'static str, &'static str),
    /// This does not hold.
    Not(&'static Condition),
    /// One of these holds at least.
    Any(&'static [Condition]),
    /// All of these hold.
    All(&'static [Condition]),
}
