//! What a closed form answers with.

/// A number with its unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// A time, in seconds; infinite: never.
    Seconds(f64),
    /// A part of one.
    Share(f64),
    /// A load: the mean number of calls there would be if none were turned away.
    Erlangs(f64),
    /// So many a second.
    PerSecond(f64),
    /// How many, on average.
    Mean(f64),
    /// How many.
    Whole(u64),
    /// In words.
    Text(String),
}

impl Quantity {
    /// The unit in files.
    pub const fn unit(&self) -> &'static str {
        match self {
            Quantity::Seconds(_) => "s",
            Quantity::Share(_) => "ratio",
            Quantity::Erlangs(_) => "erlang",
            Quantity::PerSecond(_) => "1/s",
            Quantity::Mean(_) | Quantity::Whole(_) => "count",
            Quantity::Text(_) => "",
        }
    }
}
