//! The colours of pictures.

use crate::report::diagram::Mark;

/// Fill, border and letters of a box with a mark.
pub(super) const fn of(mark: Mark) -> [&'static str; 3] {
    match mark {
        Mark::Changed => ["#fff3c4", "#8d6e00", "#000000"],
        Mark::Hurt => ["#f9c9c4", "#a32015", "#000000"],
        Mark::Gone => ["#333333", "#000000", "#ffffff"],
    }
}
