//! The state of a run, row by row: what there is, and what can be said of it without looking at anything else. What
//! happens to it is in the files beside this folder.

pub(super) mod application;
pub(super) mod call;
pub(super) mod group;
pub(super) mod link;
pub(super) mod node;
pub(super) mod endpoint;
pub(super) mod registration;
pub(super) mod source;
