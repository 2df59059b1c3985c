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

/// Nobody.
impl Sink for () {
    fn call(&mut self, _: &CallRecord) {}
    fn detail(&mut self, _: &Detail) {}
    fn finish(&mut self) {}
}

/// Nobody: what records take can be seen without any.
impl Records for () {
    fn begin(&self, _: u64) -> Box<dyn Sink + '_> {
        Box::new(())
    }
}
