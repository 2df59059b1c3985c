//! What is wrong with a workload, and how it is shown: the way rustc shows it, every problem at once.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// A range of bytes of the workload's text.
pub type Place = Range<usize>;

/// The largest workload file that is read. Far more than anybody writes: 65,535 entries of 250 bytes.
pub const TEXT_BYTES_MAX: usize = 16 << 20;

/// Whether a workload with such a problem can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, but somebody should know.
    Warning,
}

/// Something wrong with a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What a warning is called, so that it can be asked for or silenced; errors have no such name.
    pub id: Option<&'static str>,
    /// Where.
    pub place: Place,
    /// What, in a sentence that can stand alone.
    pub what: String,
    /// The words at the underlined place; may be empty.
    pub label: String,
    /// A second place that explains the first, and what is there.
    pub also: Option<(Place, String)>,
    /// Where and what in another file that the workload names at `place`.
    pub elsewhere: Option<Elsewhere>,
    /// What to write instead.
    pub hint: Option<String>,
    /// The rule of the chapter behind it, or where the advice comes from.
    pub rule: Option<&'static str>,
}

/// A place in a file that a workload refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The file's name, as the workload gives it.
    pub file: String,
    /// The line, counted from one.
    pub line: usize,
    /// What that line says.
    pub text: String,
    /// Which bytes of it.
    pub place: Place,
}

impl Problem {
    /// An error with nothing but a place, a sentence and a label.
    pub fn new(place: Place, what: impl Into<String>, label: impl Into<String>) -> Problem {
        Problem {
            severity: Severity::Error,
            id: None,
            place,
            what: what.into(),
            label: label.into(),
            also: None,
            elsewhere: None,
            hint: None,
            rule: None,
        }
    }

    /// A warning that goes by a name.
    pub fn warning(id: &'static str, place: Place, what: impl Into<String>) -> Problem {
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
    pub fn also(mut self, place: Place, label: impl Into<String>) -> Problem {
        self.also = Some((place, label.into()));
        self
    }

    /// Says that the trouble itself is in another file.
    pub fn elsewhere(mut self, elsewhere: Elsewhere) -> Problem {
        self.elsewhere = Some(elsewhere);
        self
    }

    /// The problem for people, in a file of this name that says this; without a line end.
    pub fn render(&self, name: &str, text: &str, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[self.group(name, text)]).to_string()
    }

    fn group<'a>(&'a self, name: &'a str, text: &'a str) -> annotate_snippets::Group<'a> {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(self.what.as_str());
        let mut group = annotate_snippets::Group::with_title(match self.id {
            Some(id) => title.id(id),
            None => title,
        });
        let primary = match &self.elsewhere {
            None => AnnotationKind::Primary,
            Some(elsewhere) => {
                group = group.element(
                    Snippet::source(elsewhere.text.as_str())
                        .path(elsewhere.file.as_str())
                        .line_start(elsewhere.line)
                        .annotation(AnnotationKind::Primary.span(elsewhere.place.clone())),
                );
                AnnotationKind::Context
            }
        };
        let mut snippet = Snippet::source(text).path(name).annotation(labelled(primary, &self.place, &self.label));
        if let Some((place, label)) = &self.also {
            snippet = snippet.annotation(labelled(AnnotationKind::Context, place, label));
        }
        group = group.element(snippet);
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(hint.as_str()));
        }
        if let Some(rule) = self.rule {
            group = group.element(Level::NOTE.message(rule));
        }
        group
    }
}

/// Where problems are reported, by anyone who has a reference to it: reading goes on after a problem, so that all of
/// them are found at once.
#[derive(Debug, Default)]
pub struct Reports(RefCell<Vec<Problem>>);

impl Reports {
    /// Takes note of a problem.
    pub fn add(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    /// How many problems there are so far.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Where the problems so far are.
    pub fn places(&self) -> Vec<Place> {
        self.0.borrow().iter().map(|problem| problem.place.clone()).collect()
    }

    /// Gives all problems after the first `known` ones the rule behind them.
    pub fn cite(&self, known: usize, rule: &'static str) {
        for problem in &mut self.0.borrow_mut()[known..] {
            problem.rule = Some(rule);
        }
    }

    /// Whether all is well so far.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// The problems, in the order of the text.
    pub fn into_problems(self, name: &str, text: &str) -> Problems {
        let mut list = self.0.into_inner();
        list.sort_by_key(|problem| (problem.place.start, problem.place.end));
        Problems { name: name.to_owned(), text: text.to_owned(), list }
    }
}

/// All that is wrong with a workload, with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The workload's name as the user knows it: mostly a path.
    pub name: String,
    /// What it says.
    pub text: String,
    /// What is wrong, in the order of the text; not empty.
    pub list: Vec<Problem>,
}

impl Problems {
    /// The report for people: for each problem a sentence, the file, line and column, the source underlined, and help.
    pub fn render(&self, color: bool) -> String {
        let mut report = String::new();
        for problem in &self.list {
            report += &problem.render(&self.name, &self.text, color);
            report += "\n\n";
        }
        let count = match self.list.len() {
            1 => "1 problem".to_owned(),
            count => format!("{count} problems"),
        };
        report + &format!("{} has {count}: nothing was simulated\n", self.name)
    }
}

fn labelled<'a>(kind: AnnotationKind, place: &Place, label: &'a str) -> annotate_snippets::Annotation<'a> {
    let annotation = kind.span(place.clone());
    match label {
        "" => annotation,
        label => annotation.label(label),
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

/// The text of a workload file, or why it cannot be one, in words that follow the file's name.
pub fn text_of(bytes: &[u8]) -> Result<&str, String> {
    if bytes.len() > TEXT_BYTES_MAX {
        return Err(format!("is longer than {} MiB: that is no workload file", TEXT_BYTES_MAX >> 20));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
        format!("is not a text file: line {line} is not UTF-8")
    })?;
    if text.trim().is_empty() {
        return Err("is empty; a workload begins with `format = 1` and a `question`".to_owned());
    }
    Ok(text)
}

/// What to say of a name that is not there: the one that was probably meant, or else what there is.
pub fn suggestion<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    let near = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), *name))
        // A third of a name may be wrong; but of one letter that is all of it.
        .filter(|&(distance, name)| distance <= (name.chars().count() / 3).max(1) && distance < wrong.chars().count())
        .min();
    match near {
        Some((_, name)) => Some(format!("did you mean `{name}`?")),
        None if known.is_empty() => None,
        None => Some(format!("there is {}", enumeration(&known))),
    }
}

/// `a`, `b` and `c`; after a dozen, how many more.
pub fn enumeration(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let mut quoted: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        quoted.push(format!("{} more", names.len() - SHOWN));
    }
    match quoted.pop() {
        None => "nothing".to_owned(),
        Some(last) if quoted.is_empty() => last,
        Some(last) => format!("{} and {last}", quoted.join(", ")),
    }
}
