//! Who takes records.

use super::call::CallRecord;
use super::detail::Detail;

/// Takes the records of one replication, in order of the time at which they are complete.
pub trait Sink: Send {
    /// A call is over, or the run is.
    fn call(&mut self, record: &CallRecord);
    /// A CallManager has written a call detail record.
    fn detail(&mut self, detail: &Detail);
    /// The replication is over.
    fn finish(&mut self);
}

/// Takes the records of replications, on as many threads as there are.
pub trait Records: Sync {
    /// A replication begins.
    fn begin(&self, replication: u64) -> Box<dyn Sink + '_>;
}
