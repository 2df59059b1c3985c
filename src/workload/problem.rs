//! Problems of a workload, shown as rustc shows errors, all at once.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::encoding;
use super::shown::{is_obeyed, shown};

/// A range of bytes of the workload's text.
pub type TextRange = Range<usize>;

/// The largest workload file that is read: 65,535 entries of 250 bytes, far more than people write.
pub const TEXT_BYTES_MAX: usize = 16 << 20;

/// The most problems that are shown; of the rest only the number is. People do not fix more at a time, and the next
/// hundred mostly have the same cause.
pub const PROBLEMS_MAX: usize = 100;

/// Whether output may have colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    /// No colours: the output goes into a file, or colours are switched off.
    #[default]
    Plain,
    /// Colours.
    Coloured,
}

/// Whether a workload with such a problem can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It cannot be run.
    Error,
    /// It can be run, but probably not as intended.
    Warning,
}

/// A problem of a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// The name by which a warning is allowed or denied; errors have none.
    pub id: Option<&'static str>,
    /// Its place.
    pub place: TextRange,
    /// What is wrong, in a sentence that can stand alone.
    pub what: String,
    /// The text at the underlined place; may be empty.
    pub label: String,
    /// A second place that explains the first, with its text.
    pub also: Option<(TextRange, String)>,
    /// The place in another file, which the workload names at `place`.
    pub elsewhere: Option<Elsewhere>,
    /// What to write instead.
    pub hint: Option<String>,
    /// The rule of the chapter behind it, or the source of the advice.
    pub rule: Option<&'static str>,
}

/// A place in a file that a workload refers to, or in what was typed to change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The file's name, as the workload gives it; or the flag.
    pub file: String,
    /// Whether it was typed, and there is no such file.
    pub typed: bool,
    /// The line, counted from one.
    pub line: usize,
    /// The text of that line.
    pub text: String,
    /// The range of bytes in it.
    pub place: TextRange,
}

impl Problem {
    /// An error with a place, a sentence and a label.
    pub fn new(place: TextRange, what: impl Into<String>, label: impl Into<String>) -> Problem {
        Problem {
            severity: Severity::Error,
            id: None,
            place,
            what: shortened(what.into()),
            label: label.into(),
            also: None,
            elsewhere: None,
            hint: None,
            rule: None,
        }
    }

    /// A warning with a name.
    pub fn warning(id: &'static str, place: TextRange, what: impl Into<String>) -> Problem {
        Problem { severity: Severity::Warning, id: Some(id), ..Problem::new(place, what, "") }
    }

    /// Adds what to write instead.
    pub fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the rule behind it.
    pub fn rule(mut self, rule: &'static str) -> Problem {
        self.rule = Some(rule);
        self
    }

    /// Adds a second place.
    pub fn also(mut self, place: TextRange, label: impl Into<String>) -> Problem {
        self.also = Some((place, label.into()));
        self
    }

    /// Sets the place in another file.
    pub fn elsewhere(mut self, elsewhere: Elsewhere) -> Problem {
        self.elsewhere = Some(elsewhere);
        self
    }

    /// The problem in one sentence, for where there is no workload to show.
    pub fn in_words(&self) -> String {
        let line =
            self.elsewhere.as_ref().map(|it| format!(", in line {} of {}", it.line, it.file)).unwrap_or_default();
        let hint = self.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{}{line}{hint}", self.what)
    }

    /// The problem as text, in a file of this name and contents; without a line end.
    pub fn render(&self, name: &str, text: &str, ink: Ink) -> String {
        let renderer = match ink {
            Ink::Plain => Renderer::plain(),
            Ink::Coloured => Renderer::styled(),
        };
        // The renderer replaces what a terminal would obey in lines of the file, and nowhere else.
        renderer.render(&[self.shown().group(&shown(name), text)]).to_string()
    }

    /// The same, without what a terminal would obey in its words.
    fn shown(&self) -> Problem {
        let words = |text: &String| shown(text).into_owned();
        let elsewhere = |it: &Elsewhere| Elsewhere { file: words(&it.file), ..it.clone() };
        Problem {
            what: words(&self.what),
            label: words(&self.label),
            also: self.also.as_ref().map(|(place, label)| (place.clone(), words(label))),
            elsewhere: self.elsewhere.as_ref().map(elsewhere),
            hint: self.hint.as_ref().map(words),
            ..self.clone()
        }
    }

    fn group<'a>(&'a self, name: &'a str, text: &'a str) -> Group<'a> {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(self.what.as_str());
        let mut group = Group::with_title(match self.id {
            Some(id) => title.id(id),
            None => title,
        });
        let primary = match &self.elsewhere {
            None => AnnotationKind::Primary,
            Some(elsewhere) => {
                group = group.element(
                    Snippet::source(without_controls(&elsewhere.text))
                        .path(elsewhere.file.as_str())
                        .line_start(elsewhere.line)
                        .annotation(AnnotationKind::Primary.span(elsewhere.place.clone())),
                );
                AnnotationKind::Context
            }
        };
        let also = self.also.as_ref().map(|(place, label)| (AnnotationKind::Context, place.clone(), label.as_str()));
        // What was added has no place in the file.
        if self.elsewhere.is_none() || !self.place.is_empty() {
            group = SourceText { name, text }.show(group, (primary, self.place.clone(), &self.label), also);
        }
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(hint.as_str()));
        }
        if let Some(rule) = self.rule {
            group = group.element(Level::NOTE.message(rule));
        }
        group
    }
}

/// A name may be as long as a file; a sentence that quotes it may not.
fn shortened(what: String) -> String {
    const LONGEST: usize = 400;
    match what.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &what[..end]),
        None => what,
    }
}

/// Collects problems through a shared reference: reading goes on after a problem, so that all of them are found at once.
/// The first [`PROBLEMS_MAX`] are kept, the rest counted.
#[derive(Debug, Default)]
pub struct Reports {
    kept: RefCell<Vec<Problem>>,
    more: Cell<usize>,
}

impl Reports {
    /// Adds a problem, unless the same was found there before: one entry may be looked up for several others.
    pub fn add(&self, problem: Problem) {
        let is_same =
            |it: &Problem| (&it.place, &it.what, &it.elsewhere) == (&problem.place, &problem.what, &problem.elsewhere);
        if self.kept.borrow().iter().any(is_same) {
            return;
        }
        match self.is_full() {
            true => self.more.set(self.more.get() + 1),
            false => self.kept.borrow_mut().push(problem),
        }
    }

    /// Whether further problems are only counted, so that a hint is not needed.
    pub fn is_full(&self) -> bool {
        self.len() >= PROBLEMS_MAX
    }

    /// How many problems are kept so far.
    pub fn len(&self) -> usize {
        self.kept.borrow().len()
    }

    /// The places of the problems so far.
    pub fn places(&self) -> Vec<TextRange> {
        self.kept.borrow().iter().map(|problem| problem.place.clone()).collect()
    }

    /// Sets the rule of all problems after the first `known` ones.
    pub fn cite(&self, known: usize, rule: &'static str) {
        for problem in &mut self.kept.borrow_mut()[known..] {
            problem.rule = Some(rule);
        }
    }

    /// Whether there are no problems so far.
    pub fn is_empty(&self) -> bool {
        self.kept.borrow().is_empty()
    }

    /// The problems, in the order of the text.
    pub fn into_problems(self, name: &str, text: &str) -> Problems {
        let mut list = self.kept.into_inner();
        list.sort_by_key(|problem| (problem.place.start, problem.place.end));
        Problems { name: name.to_owned(), text: text.to_owned(), list, more: self.more.get() }
    }
}

/// All problems of a workload, with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The workload's name as the user gave it, usually a path.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The problems, in the order of the text; not empty.
    pub list: Vec<Problem>,
    /// The number of further problems.
    pub more: usize,
}

impl Problems {
    /// The report as text: for each problem a sentence, the file, line and column, the source underlined, and help.
    pub fn render(&self, ink: Ink) -> String {
        let mut report = String::new();
        for problem in &self.list {
            report += &problem.render(&self.name, &self.text, ink);
            report += "\n\n";
        }
        if self.more > 0 {
            report += &format!(
                "and {} more {} not shown\n\n",
                self.more,
                if self.more == 1 { "problem" } else { "problems" }
            );
        }
        let count = problems(self.list.len() + self.more);
        report + &format!("{} has {count}: nothing was simulated\n", shown(&self.name))
    }
}

/// Lines of a file without what a terminal would obey and the renderer leaves: each is replaced by a mark of the same length,
/// so that places in the text stay where they are.
fn without_controls(lines: &str) -> Cow<'_, str> {
    let is_left = |character: char| !character.is_ascii() && is_obeyed(character);
    if !lines.contains(is_left) {
        return Cow::Borrowed(lines);
    }
    let mark = |character: char| match character.len_utf8() {
        2 if is_left(character) => '\u{bf}',
        3 if is_left(character) => '\u{fffd}',
        _ => character,
    };
    Cow::Owned(lines.chars().map(mark).collect())
}

/// A place with its label.
type Shown<'a> = (AnnotationKind, TextRange, &'a str);

/// A file that problems point into.
#[derive(Clone, Copy)]
struct SourceText<'a> {
    name: &'a str,
    text: &'a str,
}

impl<'a> SourceText<'a> {
    /// Adds a place and, if there is one, a second.
    fn show(self, group: Group<'a>, first: Shown<'a>, second: Option<Shown<'a>>) -> Group<'a> {
        let mut shown = vec![first];
        shown.extend(second);
        for (_, place, _) in &mut shown {
            *place = self.clipped(place);
        }
        let (first, last) = (shown[0].1.start, shown[shown.len() - 1].1.start);
        if first - self.line_start(first) > FAR || first.abs_diff(last) > FAR {
            return shown.into_iter().fold(group, |group, annotation| self.alone(group, annotation));
        }
        group.element(self.snippet(shown))
    }

    /// Only the lines of these places: searching all of a long text, for each of many problems, is slow.
    fn snippet(self, places: Vec<Shown<'a>>) -> Snippet<'a, Annotation<'a>> {
        let text = self.text;
        let start = places.iter().map(|(_, place, _)| place.start).min().unwrap_or(0);
        let end = places.iter().map(|(_, place, _)| place.end).max().unwrap_or(0);
        let start = self.line_start(start);
        let rest = &text[end..];
        let length = rest.find('\n').unwrap_or(rest.len());
        let end = end + (FAR..length).find(|&byte| rest.is_char_boundary(byte)).unwrap_or(length);
        let mut snippet =
            Snippet::source(without_controls(&text[start..end])).path(self.name).line_start(self.line_number(start));
        for (kind, place, label) in places {
            snippet = snippet.annotation(labelled(kind, place.start - start..place.end - start, label));
        }
        snippet
    }

    /// A place by itself; one far into a very long line only by line and column.
    fn alone(self, group: Group<'a>, (kind, place, label): Shown<'a>) -> Group<'a> {
        let start = self.line_start(place.start);
        if place.start - start <= FAR {
            return group.element(self.snippet(vec![(kind, place, label)]));
        }
        let column = 1 + self.text[start..place.start].chars().count();
        let origin = Origin::path(self.name).line(self.line_number(start)).char_column(column);
        group.element(origin)
    }

    /// The start of the line of this byte.
    fn line_start(self, byte: usize) -> usize {
        self.text[..byte].rfind('\n').map_or(0, |newline| newline + 1)
    }

    fn line_number(self, line_start: usize) -> usize {
        1 + self.text.as_bytes()[..line_start].iter().filter(|&&byte| byte == b'\n').count()
    }

    /// A very long place is cut at the end of its first line.
    fn clipped(self, place: &TextRange) -> TextRange {
        match place.len() > FAR {
            true => place.start..self.text[place.start..].find('\n').map_or(place.end, |length| place.start + length),
            false => place.clone(),
        }
    }
}

/// Two places further apart than this many bytes are shown separately.
const FAR: usize = 64 << 10;

fn problems(count: usize) -> String {
    match count {
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    }
}

fn labelled<'a>(kind: AnnotationKind, place: TextRange, label: &'a str) -> Annotation<'a> {
    let annotation = kind.span(place);
    match label {
        "" => annotation,
        label => annotation.label(label),
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Ink::Plain))
    }
}

impl std::error::Error for Problems {}

/// The text of a workload file, or why it is not one, in words that follow the file's name.
pub fn text_of(bytes: &[u8]) -> Result<&str, String> {
    if bytes.len() > TEXT_BYTES_MAX {
        return Err(format!("is longer than {} MiB: this is not a workload file", TEXT_BYTES_MAX >> 20));
    }
    let text = encoding::text(bytes)?;
    if text.trim().is_empty() {
        return Err("is empty: a workload begins with `format = 1` and a `question`".to_owned());
    }
    Ok(text)
}

/// A hint for an unknown name: the one that was probably meant, or else the known ones.
pub fn suggestion<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(wrong, &known) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if known.is_empty() => None,
        None if known.len() == 1 => Some(format!("there is only {}", enumeration(&known))),
        None => Some(format!("there are {}", enumeration(&known))),
    }
}

/// The name most similar to a wrong one, if any is similar.
pub(super) fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    // Longer texts are not names, and among more than this the one that was meant cannot be found.
    const LONGEST: usize = 64;
    const COMPARED: usize = 1000;
    let length = wrong.chars().count();
    if length > LONGEST {
        return None;
    }
    // A third of a name may be wrong, but at least one letter.
    let slips = |name: &str| (name.chars().count() / 3).max(1);
    let similar = known.iter().filter(|name| name.chars().count().abs_diff(length) <= slips(name));
    let similar = similar.filter(|name| name.len() <= 4 * LONGEST).take(COMPARED);
    let distances = similar.map(|&name| (strsim::osa_distance(wrong, name), name));
    distances.filter(|&(distance, name)| distance <= slips(name) && distance < length).min().map(|(_, name)| name)
}

/// `a`, `b` and `c`; after twenty, how many more.
pub fn enumeration(names: &[&str]) -> String {
    const SHOWN: usize = 20;
    let mut quoted: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", shortened((*name).to_owned()))).collect();
    if names.len() > SHOWN {
        quoted.push(format!("{} more", names.len() - SHOWN));
    }
    match quoted.pop() {
        None => "nothing".to_owned(),
        Some(last) if quoted.is_empty() => last,
        Some(last) => format!("{} and {last}", quoted.join(", ")),
    }
}
