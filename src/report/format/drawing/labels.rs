//! The room that text takes, and labels that must not overlap.

/// The width of text in pixels at this size: not less than in the widest of the usual fonts.
pub(crate) fn width(words: &str, size: f64) -> f64 {
    let of = |character: char| match character {
        // Shown by its number.
        _ if character.is_control() || matches!(character, '\u{200b}'..='\u{206f}' | '\u{feff}' | '\u{61c}') => 5.5,
        ' ' | '.' | ',' | ':' | ';' | '|' | '\'' | '!' | 'i' | 'l' | 'j' | 'I' => 0.36,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' => 0.44,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.98,
        'A'..='Z' => 0.74,
        '\0'..='\u{7f}' => 0.64,
        '\u{80}'..='\u{24f}' | '\u{2212}' => 0.76,
        '\u{2026}' => 1.0,
        _ => 1.1,
    };
    size * words.chars().map(of).sum::<f64>()
}

/// The text, cut with an ellipsis where it is wider than the room.
pub(crate) fn cut(words: &str, size: f64, room: f64) -> String {
    if width(words, size) <= room {
        return words.to_owned();
    }
    let mut kept = String::new();
    let mut used = width("\u{2026}", size);
    for character in words.chars() {
        used += width(character.encode_utf8(&mut [0; 4]), size);
        if used > room {
            break;
        }
        kept.push(character);
    }
    kept.trim_end().to_owned() + "\u{2026}"
}

/// The text in at most this many lines, the last of them cut where it is too long.
pub(crate) fn wrapped(words: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        let is_full = lines.len() >= most;
        match lines.last_mut() {
            Some(line) if lines_fit(line, word, size, room) => {
                line.push(' ');
                line.push_str(word);
            }
            // What has no room goes to the last line, which is cut.
            Some(line) if is_full => {
                line.push(' ');
                line.push_str(word);
                break;
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| cut(line, size, room)).collect()
}

fn lines_fit(line: &str, word: &str, size: f64, room: f64) -> bool {
    width(line, size) + width(word, size) + 0.4 * size <= room
}

/// A label that begins at a place, or ends at the right edge where it has no room else.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Label {
    /// Where it begins, as a fraction of the width.
    pub(crate) at: f64,
    /// Whether it ends at the right edge instead.
    pub(crate) at_edge: bool,
    /// The row above the chart, from the bottom.
    pub(crate) lane: usize,
    /// What it says.
    pub(crate) words: String,
    /// Of what, by number.
    pub(crate) of: usize,
}

/// The most rows of labels.
pub(crate) const MOST_LANES: usize = 4;

/// The distance between labels.
const GAP: f64 = 8.0;

/// Labels in rows so that they do not overlap. `None` if they do not fit into [`MOST_LANES`].
pub(crate) fn lanes(places: &[(f64, String)], size: f64, room: f64) -> Option<Vec<Label>> {
    let mut taken: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut labels = Vec::new();
    for (of, (at, words)) in places.iter().enumerate() {
        let wide = width(words, size);
        let at_edge = at * room + wide > room;
        let from = if at_edge { (room - wide).max(0.0) } else { at * room };
        let is_free = |lane: &Vec<[f64; 2]>| lane.iter().all(|it| from > it[1] + GAP || from + wide + GAP < it[0]);
        let lane = taken.iter().position(is_free).unwrap_or(taken.len());
        if lane >= MOST_LANES || wide > room {
            return None;
        }
        if lane == taken.len() {
            taken.push(Vec::new());
        }
        taken[lane].push([from, from + wide]);
        labels.push(Label { at: *at, at_edge, lane, words: words.clone(), of });
    }
    Some(labels)
}

/// Beyond the end of a row there is so much room for half a label.
const BEYOND: f64 = 26.0;

/// Of labels around places in one row, those that are shown so that they do not overlap, nor reach far beyond its end.
pub(crate) fn thinned(places: &[(f64, &str)], size: f64, room: f64) -> Vec<bool> {
    let mut free = f64::NEG_INFINITY;
    let keep = |(at, words): &(f64, &str)| {
        let half = width(words, size) / 2.0;
        let fits = at * room - half >= free && at * room + half <= room + BEYOND;
        if fits {
            free = at * room + half + GAP;
        }
        fits
    };
    places.iter().map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_would_overlap_stand_one_above_the_other() {
        let place = |at: f64| (at, "IVR hangs".to_owned());
        let lanes_of = |labels: Vec<Label>| labels.iter().map(|label| label.lane).collect::<Vec<_>>();
        // Nine letters take some 65 px of 600; the third begins where the first has ended.
        let labels = lanes(&[place(0.1), place(0.15), place(0.3)], 12.0, 600.0).unwrap();
        assert_eq!(lanes_of(labels), [0, 1, 0]);
        assert!(lanes(&vec![place(0.1); 5], 12.0, 600.0).is_none());
        assert!(lanes(&[place(0.99)], 12.0, 600.0).unwrap()[0].at_edge);
    }

    #[test]
    fn long_text_is_cut_at_its_end() {
        assert_eq!(cut("short", 12.0, 100.0), "short");
        let cut = cut("a name that is far too long", 12.0, 80.0);
        assert!(cut.ends_with('\u{2026}') && width(&cut, 12.0) <= 80.0, "{cut}");
        let lines = wrapped("one two three four five six seven eight nine ten", 12.0, 100.0, 2);
        assert!(lines.len() == 2 && lines[1].ends_with('\u{2026}'), "{lines:?}");
    }
}
