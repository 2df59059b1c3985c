//! Problems of a workload that was changed on the command line, shown in the file as it is: a value that was typed is shown
//! where it was typed.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Elsewhere, Problem, TextRange};

/// A change of the workload: the flag and its assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed<'a> {
    /// The flag, such as `--set`.
    pub flag: &'a str,
    /// Its value, `key=value`.
    pub assignment: &'a str,
}

/// A step down in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    /// An entry of a list: its index, and its name or number, if it has one.
    Entry(usize, String),
}

/// Whether a place is that of a value or that of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Key,
    Value,
}

/// A text before and after it was changed on the command line.
pub struct Located<'a> {
    before: Spanned<DeTable<'a>>,
    after: Spanned<DeTable<'a>>,
    changes: &'a [Typed<'a>],
    is_unchanged: bool,
}

impl<'a> Located<'a> {
    /// The text `changed`, which `changes` have made of `original`.
    pub fn new(original: &'a str, changed: &'a str, changes: &'a [Typed<'a>]) -> Located<'a> {
        let is_unchanged = original == changed;
        // What is not TOML has no places to look up, and may be long.
        let parsed = |text| DeTable::parse_recoverable(if is_unchanged { "" } else { text }).0;
        Located { before: parsed(original), after: parsed(changed), changes, is_unchanged }
    }

    /// What is at a place of the changed text: its place in the original if it is there, the change that made it if one
    /// has, the length of its path and whether it is a key.
    fn find(&self, place: &TextRange) -> Option<(Option<TextRange>, Option<&Typed<'a>>, usize, Part)> {
        let (path, part) = find(self.after.get_ref(), place)?;
        let before = place_of(self.before.get_ref(), &path, part);
        let of_a_value = self.changes.iter().rev().find(|it| it.covers(&path));
        let of_a_table = || self.changes.iter().rev().find(|it| before.is_none() && it.leads_through(&path));
        let change = of_a_value.or_else(of_a_table);
        Some((before, change, path.len(), part))
    }

    /// The place in the original of what is at a place of the changed text; the beginning if it is not there.
    pub fn place(&self, place: &TextRange) -> TextRange {
        if self.is_unchanged {
            return place.clone();
        }
        self.find(place).and_then(|(before, ..)| before).unwrap_or(0..0)
    }

    /// A problem of the changed text with its places in the original. What only the command line has is shown there.
    pub fn problem(&self, mut problem: Problem) -> Problem {
        // A text that is not TOML cannot be changed, and problems are where they are.
        if self.is_unchanged {
            return problem;
        }
        problem.also = problem.also.and_then(|(place, label)| match self.find(&place) {
            Some((Some(place), None, ..)) => Some((place, label)),
            // Without its place the label has no meaning.
            _ => None,
        });
        match self.find(&problem.place) {
            Some((Some(place), None, ..)) => problem.place = place,
            Some((place, Some(change), depth, part)) => {
                // What is in a file that was typed is not where the original names another one.
                let is_of_a_file = problem.elsewhere.is_some();
                problem.label = if place.is_some() && !is_of_a_file { "instead of this" } else { "" }.to_owned();
                problem.place = place.filter(|_| !is_of_a_file).unwrap_or(0..0);
                problem.elsewhere = problem.elsewhere.or_else(|| Some(change.shown(depth, part)));
            }
            // Of the workload as a whole.
            _ => problem.place = 0..0,
        }
        problem
    }
}

impl Typed<'_> {
    fn parts(&self) -> (&str, &str) {
        let (key, value) = self.assignment.split_once('=').unwrap_or((self.assignment, ""));
        (key.strip_suffix('+').unwrap_or(key).trim(), value)
    }

    /// Whether what is at the path was made by this change: the path goes through its key, or leads to a table it made.
    fn covers(&self, path: &[Step]) -> bool {
        self.agrees(path) && self.depth() <= path.len()
    }

    /// Whether the key of this change goes through the path: a table there is one that it needs.
    fn leads_through(&self, path: &[Step]) -> bool {
        self.agrees(path) && self.depth() > path.len()
    }

    fn depth(&self) -> usize {
        self.parts().0.split('.').count()
    }

    /// Whether the key and the path are the same as far as both go.
    fn agrees(&self, path: &[Step]) -> bool {
        let keys = self.parts().0.split('.').map(str::trim);
        keys.zip(path).all(|(key, step)| match step {
            Step::Key(step) => key == step,
            Step::Entry(index, name) => key == name || key == (index + 1).to_string(),
        })
    }

    /// The assignment, with its value or a part of its key underlined.
    fn shown(&self, depth: usize, part: Part) -> Elsewhere {
        let (key, value) = self.parts();
        let is_of_key = depth < self.depth() || (part == Part::Key && depth == self.depth());
        let place = if is_of_key {
            let start = key.split('.').take(depth - 1).map(|part| part.len() + 1).sum();
            start..start + key.split('.').nth(depth - 1).map_or(0, str::len)
        } else {
            let start = self.assignment.len() - value.trim_start().len();
            start..start + value.trim().len()
        };
        Elsewhere { file: self.flag.to_owned(), line: 1, text: self.assignment.to_owned(), place, typed: true }
    }
}

/// The path to the value or key at a place. The first one: a list of tables begins where its first table does.
fn find(table: &DeTable<'_>, place: &TextRange) -> Option<(Vec<Step>, Part)> {
    fn value(it: &Spanned<DeValue<'_>>, place: &TextRange, path: &mut Vec<Step>) -> bool {
        let deeper = match it.get_ref() {
            DeValue::Table(entries) => keys(entries, place, path),
            DeValue::Array(list) => {
                for (index, each) in list.iter().enumerate() {
                    path.push(Step::Entry(index, name_of(each.get_ref())));
                    if value(each, place, path) {
                        return true;
                    }
                    path.pop();
                }
                None
            }
            _ => None,
        };
        deeper.is_some() || it.span() == *place
    }
    fn keys(entries: &DeTable<'_>, place: &TextRange, path: &mut Vec<Step>) -> Option<Part> {
        for (key, it) in entries {
            path.push(Step::Key(key.get_ref().to_string()));
            if key.span() == *place && !matches!(it.get_ref(), DeValue::Array(_)) {
                return Some(Part::Key);
            }
            if value(it, place, path) {
                return Some(Part::Value);
            }
            path.pop();
        }
        None
    }
    let mut path = Vec::new();
    keys(table, place, &mut path)?;
    // The innermost call knows whether it was a key; ask again what is there.
    let part = match value_at(table, &path) {
        Some((_, it)) if it.span() == *place => Part::Value,
        _ => Part::Key,
    };
    Some((path, part))
}

/// The place of what is at a path.
fn place_of(table: &DeTable<'_>, path: &[Step], part: Part) -> Option<TextRange> {
    let (key, value) = value_at(table, path)?;
    Some(if part == Part::Key { key? } else { value.span() })
}

/// What is at a path, and the place of its key.
fn value_at<'v, 'd>(table: &'v DeTable<'d>, path: &[Step]) -> Option<(Option<TextRange>, &'v Spanned<DeValue<'d>>)> {
    let (first, rest) = path.split_first()?;
    let Step::Key(first) = first else { return None };
    let (key, mut value) = table.iter().find(|(key, _)| key.get_ref() == first)?;
    let mut place = Some(key.span());
    for step in rest {
        (place, value) = match (step, value.get_ref()) {
            (Step::Key(name), DeValue::Table(entries)) => {
                let (key, value) = entries.iter().find(|(key, _)| key.get_ref() == name)?;
                (Some(key.span()), value)
            }
            (Step::Entry(index, _), DeValue::Array(list)) => (None, list.get(*index)?),
            _ => return None,
        };
    }
    Some((place, value))
}

fn name_of(value: &DeValue<'_>) -> String {
    let DeValue::Table(entries) = value else { return String::new() };
    let name = entries.get("name").or_else(|| entries.get("dn"));
    match name.map(Spanned::get_ref) {
        Some(DeValue::String(name)) => name.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::{Ink, edit};

    const TEXT: &str =
        "format = 1\n[[traffic]]\nname = \"main\"\ntalk = \"3m\"\n[[traffic]]\nname = \"other\"\ntalk = \"4m\"\n";

    /// What is shown of a problem with the first place of `what` in the changed text.
    fn shown(assignment: &str, what: &str) -> String {
        let changed = edit(TEXT, &[assignment]).expect(assignment);
        let start = changed.find(what).expect(what);
        let problem = Problem::new(start..start + what.len(), "wrong", "label");
        let changes = [Typed { flag: "--set-b", assignment }];
        Located::new(TEXT, &changed, &changes).problem(problem).render("site.toml", TEXT, Ink::Plain)
    }

    #[test]
    fn what_was_typed_is_shown_where_it_was_typed() {
        let replaced = shown("traffic.main.talk=abc", "\"abc\"");
        assert!(replaced.contains("--> --set-b:1:19"), "{replaced}");
        assert!(replaced.contains("::: site.toml:4:8") && replaced.contains("instead of this"), "{replaced}");
        let added = shown("run.lenght=10m", "lenght");
        assert!(added.contains("--> --set-b:1:5") && !added.contains("site.toml"), "{added}");
        let added = shown("traffic.1.patience=10", "10");
        assert!(added.contains("--> --set-b:1:20") && !added.contains("site.toml"), "{added}");
    }

    #[test]
    fn a_table_that_was_typed_as_a_part_of_a_key_is_shown_there() {
        let key = shown("traffic.main.tlak.mean=1m", "tlak");
        assert!(key.contains("--> --set-b:1:14") && key.ends_with(" ^^^^") && !key.contains("site.toml"), "{key}");
        let whole = shown("traffic.main.patience.lognormal.cv=1", "{ lognormal = { cv = 1 } }");
        assert!(
            whole.contains("--> --set-b:1:14") && whole.contains(" ^^^^^^^^") && !whole.contains("^^^^^^^^^"),
            "{whole}"
        );
        let inner = shown("traffic.main.patience.lognormal.cv=1", "{ cv = 1 }");
        assert!(inner.contains("--> --set-b:1:23") && !inner.contains("site.toml"), "{inner}");
    }

    #[test]
    fn what_the_file_has_is_shown_in_the_file() {
        let lower = shown("traffic.main.arrivals={ bhca = 1 }", "\"4m\"");
        assert!(lower.contains("--> site.toml:7:8") && !lower.contains("--set-b"), "{lower}");
        let key = shown("format=2", "talk");
        assert!(key.contains("--> site.toml:4:1"), "{key}");
    }
}
