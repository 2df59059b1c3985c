//! Calls, message by message, as a picture that is as large as it must be.

use super::{MUTED, Picture, SMALL};
use crate::report::format::drawing::labels::wrapped;
use crate::report::format::drawing::ladder::{MOST_LANES, MOST_STEPS, Picture as Drawn, Skin};
use crate::report::format::drawing::numbers::coordinate;
use crate::report::format::drawing::told::{Told, flat};
use crate::report::ladder::Ladder;

/// Room for the words above the picture.
const LEAST: f64 = 560.0;

impl Picture {
    /// Calls, message by message.
    pub(super) fn of_ladder(ladder: &Ladder) -> Picture {
        let told = Told::of(ladder, MOST_LANES, MOST_STEPS);
        let drawn = Drawn::of(&told);
        let width = (drawn.width + 48.0).max(LEAST);
        let title = flat(&ladder.title);
        let about = [Some(told.counted()), told.legend()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let notes: Vec<String> = told.notes.iter().flat_map(|note| wrapped(note, SMALL, width - 48.0, 3)).collect();
        let line = SMALL + 5.0;
        let head = Picture::room_of_head(&title, &about, width);
        let height = head + drawn.height + line * notes.len() as f64 + 20.0;
        let mut picture = Picture::new(&title, width, height);
        picture.head(&title, &about, &ladder.description);
        let group = picture.markup.tag("g").set("font-size", 12);
        group.set("transform", format_args!("translate(24 {})", coordinate(picture.top))).open();
        let below = picture.top + drawn.height + line;
        drawn.write(&mut picture.markup, Skin::Alone);
        picture.markup.end();
        for (number, note) in notes.iter().enumerate() {
            picture.letters(24.0, below + line * number as f64, MUTED).words(note);
        }
        picture
    }
}
