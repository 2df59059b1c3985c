//! Sections and keys of the format: the columns of the vocabulary.

/// A table of a workload file.
#[derive(Debug)]
pub struct Section {
    /// The prefix of its keys, which makes them unique: `run` in `run.length`.
    pub name: &'static str,
    /// What it describes, in a sentence.
    pub about: &'static str,
    /// Its keys.
    pub terms: &'static [Term],
    /// Sets of keys of which exactly one is present.
    pub one_of: &'static [&'static [&'static str]],
    /// Other relations between its keys.
    pub rules: &'static [Rule],
    /// The former names of keys, each with the present one.
    pub former: &'static [(&'static str, &'static str)],
}

impl Section {
    /// A key of this section.
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
    /// The kind of value.
    pub kind: ValueKind,
    /// What its absence means.
    pub absent: Absent,
    /// What it means, in a phrase.
    pub meaning: &'static str,
    /// Where the default or the bounds come from; may be empty.
    pub source: &'static str,
}

/// What an absent key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// The key is required.
    Wrong,
    /// The same as this default, written in TOML.
    Is(&'static str),
    /// This default, written in TOML, unless other keys change it; and the whole rule in words.
    Usually(&'static str, &'static str),
    /// Something that no value of the key expresses, in words.
    Means(&'static str),
}

impl Absent {
    /// The default, written in TOML.
    pub fn value(self) -> Option<&'static str> {
        match self {
            Absent::Is(value) | Absent::Usually(value, _) => Some(value),
            Absent::Wrong | Absent::Means(_) => None,
        }
    }
}

/// The kind of a value.
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
    /// A time of day.
    Clock,
    /// A rate with its unit.
    Rate(Zero),
    /// A share, as a number up to 1 or in percent.
    Share(Zero),
    /// A distribution of durations; whether it may be constantly zero, and the keys it has unless it is a bare duration.
    Distribution(Zero, &'static Section),
    /// The name of the entry itself.
    Name,
    /// A directory number of the entry itself.
    DirectoryNumber,
    /// The first of a range of directory numbers.
    FirstNumber,
    /// The name of another entry.
    Reference,
    /// The name or directory number of something that takes calls.
    Target,
    /// A list of values of one kind.
    List {
        /// The kind of its elements.
        of: &'static ValueKind,
        /// The least number of elements.
        least: usize,
        /// The most elements; `None`: no limit.
        most: Option<usize>,
        /// Whether its elements must differ.
        distinct: bool,
    },
    /// A table.
    Table(&'static Section),
    /// A table whose absent keys default to those of another one.
    Overriding(&'static Section),
    /// A list of tables, `[[like_this]]`.
    Tables(&'static Section),
    /// A table of values of one kind, whose keys are names that the file chooses.
    Named(&'static ValueKind),
    /// One or the other: of two different TOML types, or both strings.
    Either(&'static ValueKind, &'static ValueKind),
}

/// Whether a quantity may be zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zero {
    /// Zero is allowed.
    Allowed,
    /// It must be greater than zero.
    Excluded,
}

impl ValueKind {
    /// The keys of the tables that such a value is or contains.
    pub fn section(&self) -> Option<&'static Section> {
        match self {
            ValueKind::Table(section) | ValueKind::Overriding(section) | ValueKind::Tables(section) => Some(section),
            ValueKind::Distribution(_, section) => Some(section),
            ValueKind::List { of, .. } => of.section(),
            ValueKind::Either(one, other) => one.section().or_else(|| other.section()),
            _ => None,
        }
    }

    /// Whether such a value is a text.
    pub(super) fn is_text(&self) -> bool {
        match self {
            ValueKind::Text
            | ValueKind::Sentence
            | ValueKind::Word(_)
            | ValueKind::Clock
            | ValueKind::Name
            | ValueKind::DirectoryNumber
            | ValueKind::FirstNumber
            | ValueKind::Reference
            | ValueKind::Target => true,
            ValueKind::Either(one, other) => one.is_text() && other.is_text(),
            _ => false,
        }
    }

    /// Whether such a value may be a number or a flag, or is one that only lacks its unit.
    pub(super) fn is_bare(&self) -> bool {
        match self {
            ValueKind::Flag
            | ValueKind::Whole(..)
            | ValueKind::Number(..)
            | ValueKind::PositiveNumber
            | ValueKind::Duration(_)
            | ValueKind::Rate(_)
            | ValueKind::Share(_)
            | ValueKind::Distribution(..) => true,
            ValueKind::Either(one, other) => one.is_bare() || other.is_bare(),
            _ => false,
        }
    }

    /// Whether this word is such a value.
    pub(super) fn has_word(&self, word: &str) -> bool {
        match self {
            ValueKind::Word(words) => words.contains(&word),
            ValueKind::Either(one, other) => one.has_word(word) || other.has_word(word),
            _ => false,
        }
    }

    /// Whether such a quantity may be zero; `None` if it is not a quantity.
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

    /// The kind of the elements of a list; `None` if it is not a list.
    pub(super) fn element(&'static self) -> Option<&'static ValueKind> {
        match self {
            ValueKind::List { of, .. } => Some(of),
            ValueKind::Tables(_) => Some(self),
            ValueKind::Either(one, other) => one.element().or_else(|| other.element()),
            _ => None,
        }
    }

    /// The kind of the values of a table with keys that the file chooses; `None` if it is not one.
    pub(super) fn named(&'static self) -> Option<&'static ValueKind> {
        match self {
            ValueKind::Named(of) => Some(of),
            ValueKind::Either(one, other) => one.named().or_else(|| other.named()),
            _ => None,
        }
    }

    /// Whether a list may have this many elements.
    pub(super) fn has_room_for(&self, elements: usize) -> bool {
        match self {
            ValueKind::List { least, most, .. } => *least <= elements && most.is_none_or(|most| elements <= most),
            _ => true,
        }
    }
}

/// A condition that holds where a key is present.
#[derive(Debug)]
pub struct Rule {
    /// The key.
    pub with: &'static str,
    /// The condition.
    pub holds: Condition,
}

/// A condition on the keys of a table.
#[derive(Debug)]
pub enum Condition {
    /// The key is present.
    Present(&'static str),
    /// The key is present with this value, written in TOML.
    Is(&'static str, &'static str),
    /// The condition does not hold.
    Not(&'static Condition),
    /// At least one of these holds.
    Any(&'static [Condition]),
    /// All of these hold.
    All(&'static [Condition]),
}
