//! The state of a run, row by row: data, and methods that need nothing but their own row. The handlers that change it are
//! in the files beside this folder.

pub(super) mod application;
pub(super) mod call;
pub(super) mod change;
pub(super) mod connection;
pub(super) mod group;
pub(super) mod link;
pub(super) mod node;
pub(super) mod endpoint;
pub(super) mod registration;
pub(super) mod source;
pub(super) mod notification;
