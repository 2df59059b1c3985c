//! The results of closed forms.

/// A number with its unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// A time, in seconds; infinite: never.
    Seconds(f64),
    /// A share, between 0 and 1.
    Share(f64),
    /// An offered load: the mean number of calls in progress if none were blocked.
    Erlangs(f64),
    /// A rate per second.
    PerSecond(f64),
    /// A mean number.
    Mean(f64),
    /// A whole number.
    Whole(u64),
    /// A text.
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
