//! What depends on what, on a page.

use super::Page;
use crate::report::page::Graph;

impl Page {
    pub(super) fn topology(&mut self, graph: &Graph) {
        self.markup.tag("p").words(&graph.title);
    }
}
