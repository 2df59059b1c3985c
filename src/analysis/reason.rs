//! Why a study cannot be held against a baseline.

/// Why a study cannot be held against a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is no baseline.
    Missing,
    /// It cannot be read, or cannot be relied upon: why.
    Unsound(Unsound),
    /// It was recorded by a version of the program whose numbers may be others: which one.
    Version(String),
    /// It is one of another workload.
    Workload,
    /// It was recorded with other measures than are asked for.
    OtherMeasures,
    /// It was recorded with another seed or other replications than are asked for.
    OtherReplications,
    /// It has another seed or other replications than the study.
    Replications,
    /// One of its measures has a name that this version does not know: why.
    UnknownMeasure(String),
    /// The plan does not measure what it has: why.
    NotMeasured(String),
    /// It has no values of these measures.
    Lacks(Vec<String>),
    /// The study has no values of these measures.
    Gone(Vec<String>),
    /// Its measures are in another order.
    Order,
}

/// Why a baseline cannot be read, or cannot be relied upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsound {
    /// Its file, or what is in it, cannot be read: why.
    Unreadable(String),
    /// It has another format than this version reads.
    Format {
        /// Its format.
        found: u32,
        /// The one that is read.
        read: u32,
    },
    /// It has no measures, or fewer than two replications.
    Empty,
    /// Its checksum is another: it was changed or cut.
    Changed,
    /// A measure has not one value a replication.
    Values {
        /// The measure.
        measure: String,
        /// How many values it has; none if one of them is no number.
        values: u64,
        /// How many replications there are.
        replications: u64,
    },
    /// The margin of this measure is not zero or more.
    Margin(String),
}

/// Which workloads may be held against a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workloads {
    /// The one that it was recorded of.
    Recorded,
    /// Others as well: whether they are worse is the question then.
    Any,
}
