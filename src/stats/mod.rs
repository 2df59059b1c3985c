//! Output analysis: estimates and confidence intervals over independent replications.
//!
//! The replication is the unit of inference: calls within one replication are correlated, replications are independent.
//! Every function here takes one value per replication, in replication order, so that floating-point sums have a fixed order.

mod confidence;
mod estimate;
mod normal;
mod order;
mod paired;
mod proportion;
mod quantile;
mod seen;
mod settling;
mod survival;
mod warm_up;

pub use confidence::Confidence;
pub use estimate::{Estimate, estimate, ratio};
pub use normal::normal_quantile;
pub use order::{order_interval, order_statistic};
pub use paired::{Paired, holm};
pub use proportion::proportion_interval;
pub use quantile::{Clustered, effective_count, quantile_ranks, spread_high, spread_low};
pub use seen::Seen;
pub use settling::replications_to_settle;
pub use survival::Survival;
pub use warm_up::mser5;
