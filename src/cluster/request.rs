//! What a person asks for at a phone.

use super::machine::Cluster;
use crate::domain::ApplicationId;
use crate::engine::Handle;
use crate::facts::Recorder;

impl<R: Recorder> Cluster<'_, R> {
    /// A person asks for what the call's phase and stage say: by hand, or through an application.
    pub(super) fn asks(&mut self, handle: Handle, step: u8, _by: Option<ApplicationId>) {
        self.carries_out(handle, step);
    }
}
