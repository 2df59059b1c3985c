//! Why a study cannot be compared with a baseline.

/// Why a study cannot be compared with a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is no baseline.
    Missing,
    /// It cannot be read or used, with the reason.
    Unsound(Unsound),
    /// It was recorded by this version of the program, whose numbers may differ.
    Version(String),
    /// It was recorded of another workload.
    Workload,
    /// It was recorded with measures other than those requested.
    OtherMeasures,
    /// It was recorded with a different seed or other replications than requested.
    OtherReplications,
    /// Its seed or replications differ from those of the study.
    Replications,
    /// One of its measures is unknown to this version, with the reason.
    UnknownMeasure(String),
    /// The plan does not measure one of its measures, with the reason.
    NotMeasured(String),
    /// It has no values of these measures.
    Lacks(Vec<String>),
    /// The study has no values of these measures.
    Gone(Vec<String>),
    /// Its measures are in another order.
    Order,
}

/// Why a baseline cannot be read or used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsound {
    /// Its file or its content cannot be read, with the reason.
    Unreadable(String),
    /// Its format differs from the one that this version reads.
    Format {
        /// Its format.
        found: u32,
        /// The one that is read.
        read: u32,
    },
    /// It has no measures, or fewer than two replications.
    Empty,
    /// Its checksum does not match: it was edited or truncated.
    Changed,
    /// A measure does not have one value per replication.
    Values {
        /// The measure.
        measure: String,
        /// The number of its values; 0 if one of them is not a number.
        values: u64,
        /// The number of replications.
        replications: u64,
    },
    /// The margin of this measure is negative or not a number.
    Margin(String),
}

/// Which workloads may be compared with a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workloads {
    /// Only the one that it was recorded of.
    Recorded,
    /// Any workload: the gate then judges whether it is worse.
    Any,
}
