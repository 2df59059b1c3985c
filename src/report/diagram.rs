//! What depends on what, as a picture: nodes in groups, and arrows between them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A graph: nodes in groups, and arrows between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// Its title.
    pub title: String,
    /// The nodes by number; numbers may have gaps.
    pub nodes: BTreeMap<usize, Node>,
    /// The groups of nodes, in order.
    pub groups: Vec<Group>,
    /// The arrows.
    pub arrows: Vec<Arrow>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Its id, the same in every graph of the workload.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its mark, if any.
    pub mark: Option<Mark>,
    /// What there is to say about it, such as when it is down.
    pub note: Option<String>,
}

/// A group of nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: Cow<'static, str>,
    /// Its title.
    pub title: Cow<'static, str>,
    /// The numbers of its nodes.
    pub nodes: Vec<usize>,
}

/// An arrow from a user to what it uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrow {
    /// The number of the node that uses the other.
    pub user: usize,
    /// The number of the node that is used.
    pub used: usize,
    /// The kinds of use.
    pub label: String,
    /// Which of the two is placed first.
    pub first: First,
}

/// Which end of an arrow is placed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum First {
    /// The user.
    User,
    /// What is used: calls come from a number to the device that uses it, and an application reaches devices through its user.
    Used,
}

/// The mark of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mark {
    /// It works, but not as before.
    Changed,
    /// It does not work, or calls are turned away or lost.
    Hurt,
    /// It is what fails.
    Gone,
}

impl Mark {
    /// All of them.
    pub const ALL: [Mark; 3] = [Mark::Changed, Mark::Hurt, Mark::Gone];

    /// Its name in graphs.
    pub const fn name(self) -> &'static str {
        match self {
            Mark::Changed => "changed",
            Mark::Hurt => "hurt",
            Mark::Gone => "gone",
        }
    }
}
