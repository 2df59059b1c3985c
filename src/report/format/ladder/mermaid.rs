//! A ladder as a sequence diagram of Mermaid, which needs little more here than escaping: that is why no library writes it.

use crate::report::format::drawing::told::{Told, flat};
use crate::report::ladder::{Event, Ladder, LaneKind};

/// More participants are not told apart.
const MOST_LANES: usize = 40;
/// Mermaid draws no more letters than 50,000; the rest is for the last step and the note.
const MOST_LETTERS: usize = 45_000;

/// The ladder, for Mermaid.
pub(crate) fn draw(ladder: &Ladder) -> String {
    let told = Told::of(ladder, MOST_LANES, usize::MAX);
    let mut text = format!(
        "---\ntitle: \"{}\"\n---\nsequenceDiagram\n",
        short(&flat(&ladder.title), 200).replace('\\', "\\\\").replace('"', "\\\"")
    );
    for (number, head) in told.lanes.iter().enumerate() {
        let kind = if ladder.lanes[number].kind == LaneKind::Caller { "actor" } else { "participant" };
        text += &format!("  {kind} l{number} as {}\n", escaped(&head.whole()).replace(':', "#58;"));
    }
    let all =
        told.lanes.len().checked_sub(1).map(|last| if last == 0 { "l0".to_owned() } else { format!("l0,l{last}") });
    let Some(all) = all else { return text };
    if let Some(legend) = told.legend() {
        text += &format!("  Note over {all}: {}\n", escaped(&legend));
    }
    let mut shown = 0;
    for step in &told.steps {
        let mark = told.mark(step.call);
        let words =
            format!("{} {mark}{}{}", told.since(step.begins()), if mark.is_empty() { "" } else { " " }, step.words);
        let line = match step.event {
            Event::Message { from, to, lost, .. } => {
                format!("  l{from}{}l{to}: {}\n", if lost { "-x" } else { "->>" }, escaped(&words))
            }
            Event::Work { lane, .. } | Event::Moment { lane: Some(lane), .. } => {
                format!("  Note over l{lane}: {}\n", escaped(&words))
            }
            Event::Moment { lane: None, .. } => format!("  Note over {all}: {}\n", escaped(&words)),
        };
        if text.len() + line.len() > MOST_LETTERS {
            break;
        }
        text += &line;
        shown += 1;
    }
    let mut notes = told.notes;
    if shown < told.steps.len() {
        notes.push(format!("{shown} of {} steps are shown: Mermaid draws no longer text.", told.steps.len()));
    }
    for note in notes {
        text += &format!("  Note over {all}: {}\n", escaped(&note));
    }
    text
}

/// Text in which nothing means something to Mermaid: `#` begins the code of a character, and stands for each that does.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in short(text, 500).chars() {
        match letter {
            ' ' | '.' | ',' | ':' | '-' | '/' | '(' | ')' | '+' | '*' | '?' | '!' | '=' => escaped.push(letter),
            other if other.is_alphanumeric() => escaped.push(other),
            other => escaped += &format!("#{};", u32::from(other)),
        }
    }
    escaped
}

/// The beginning of a text that is longer than this many letters.
fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
