//! Pages for people: `--html`, and `report.json`, from which `ctisim report` makes them later.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::report::{Format, Ink, Page, draw};

use super::output::{Claim, File, Former, Inputs};
use super::stop::Stop;

/// What every command that runs replications keeps for `ctisim report` and `ctisim plot`.
pub(super) const KEPT: &str = "report.json";

/// The page beside it.
const PAGE: &str = "report.html";

/// The option of every command that can make a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(super) struct PageArguments {
    /// Write a page that opens in any browser without a network, and prints: to this file, or without one to report.html
    /// beside the other results
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    html: Option<Option<PathBuf>>,
}

impl PageArguments {
    /// Where the page is written: relative to `results`, the directory of the results, if there is one. A page that lies there
    /// is replaced even if none was asked for, for it must not stay behind beside the results of another run.
    pub(super) fn place(&self, results: Option<&Path>) -> Result<Option<Place>, Stop> {
        match (&self.html, results) {
            (Some(Some(path)), _) => checked("--html", path).map(|()| Some(Place::Elsewhere(path.clone()))),
            (Some(None), Some(_)) => Ok(Some(Place::Beside)),
            (Some(None), None) => Err(Stop::Usage(
                "--html: there is no directory of results to write it to\n  help: name the file: --html page.html"
                    .to_owned(),
            )),
            (None, Some(directory)) if directory.join(PAGE).is_file() => Ok(Some(Place::Beside)),
            (None, _) => Ok(None),
        }
    }
}

/// Where a page is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Beside the results.
    Beside,
    /// To a file of its own.
    Elsewhere(PathBuf),
}

impl Place {
    /// Its name beside the results, if it lies there.
    pub(super) fn beside(&self) -> Option<&'static str> {
        (*self == Place::Beside).then_some(PAGE)
    }

    /// Its path, if it lies elsewhere.
    pub(super) fn elsewhere(&self) -> Option<&Path> {
        match self {
            Place::Beside => None,
            Place::Elsewhere(path) => Some(path),
        }
    }

    /// The page, for [`Claim::write`].
    pub(super) fn file(&self, page: &Page<'_>) -> Result<File<PathBuf>, Stop> {
        let path = self.elsewhere().unwrap_or(Path::new(PAGE));
        Ok((path.to_owned(), draw(page, Format::Html, Ink::Plain).map_err(Stop::Failed)?))
    }
}

/// Rejects a file that is not meant for a page, such as the workload in `--html site.toml`.
pub(super) fn checked(flag: &str, path: &Path) -> Result<(), Stop> {
    let ending = path.extension().map(|it| it.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("html" | "htm") => Ok(()),
        _ => Err(Stop::Usage(format!(
            "{flag} {}: a page is written to a file that ends in .html\n  help: {}",
            path.display(),
            match (flag, path.to_str()) {
                ("--html", Some("-")) => "`--format html` prints it",
                ("--html", _) => "name a file, as in --html page.html; --html at the end writes it beside the results",
                _ => "give another path",
            }
        ))),
    }
}

/// What a command writes: the files of its results, if it keeps any, and a page. All of them appear, or none.
pub(super) struct Output {
    claim: Claim,
    /// Whether results are kept, in the directory of the claim.
    keeps: bool,
    page: Option<Place>,
}

impl Output {
    /// Claims files of these names and `report.json` in the directory, if there is one, and the page that was asked for.
    pub(super) fn claim(
        pages: &PageArguments,
        directory: Option<PathBuf>,
        names: &[&str],
        inputs: &Inputs,
    ) -> Result<Output, Stop> {
        let page = pages.place(directory.as_deref())?;
        let beside = page.as_ref().and_then(Place::beside);
        let keeps = directory.is_some();
        let claim = match directory {
            Some(directory) => {
                let names: Vec<&str> = names.iter().copied().chain([KEPT]).chain(beside).collect();
                Claim::directory(directory, &names, inputs)?
            }
            None => Claim::files([], inputs)?,
        };
        let claim = match page.as_ref().and_then(Place::elsewhere) {
            Some(path) => claim.also("--html", path, Former::Replaced, inputs)?,
            None => claim,
        };
        Ok(Output { claim, keeps, page })
    }

    /// These and another file, with the flag that it was given with.
    pub(super) fn also(self, flag: &str, path: &Path, inputs: &Inputs) -> Result<Output, Stop> {
        Ok(Output { claim: self.claim.also(flag, path, Former::Replaced, inputs)?, ..self })
    }

    /// The claim of the directory of results, if they are kept.
    pub(super) fn directory(&self) -> Option<&Claim> {
        self.keeps.then_some(&self.claim)
    }

    /// Where all of it is written: the directory of results, and a page that lies elsewhere.
    pub(super) fn places(&self) -> Vec<&Path> {
        let results = self.directory().map(Claim::path);
        results.into_iter().chain(self.page.as_ref().and_then(Place::elsewhere)).collect()
    }

    /// Writes the results, of which these are the files, what is kept for `ctisim report`, and the page. Returns the remark on that, if
    /// anything is written.
    /// The files are made only if they are written: without them nobody waits for theirs.
    pub(super) fn write(
        &self,
        page: &Page<'_>,
        results: impl FnOnce() -> Vec<File<String>>,
    ) -> Result<Option<String>, Stop> {
        let results = if self.keeps { results() } else { Vec::new() };
        self.write_with(page, results, Vec::new())
    }

    /// The same, and the other files, on which there is no remark: pipelines ask for them.
    pub(super) fn write_with(
        &self,
        page: &Page<'_>,
        results: Vec<File<String>>,
        others: Vec<File<PathBuf>>,
    ) -> Result<Option<String>, Stop> {
        let kept = self.keeps.then(|| page.report()).flatten().map(|report| (KEPT.to_owned(), report.json()));
        let results = results.into_iter().filter(|_| self.keeps).chain(kept);
        let mut files: Vec<File<PathBuf>> = results.map(|(name, content)| (name.into(), content)).collect();
        let html = self.page.as_ref().map(|place| Ok((place, place.file(page)?))).transpose()?;
        let elsewhere = html.as_ref().and_then(|(place, _)| place.elsewhere()).map(Path::to_owned);
        files.extend(html.map(|(_, file)| file));
        let names = files.iter().map(|(name, _)| name).filter(|name| Some(*name) != elsewhere.as_ref());
        let names = names.map(|name| name.display().to_string()).collect::<Vec<_>>().join(", ");
        files.extend(others);
        self.claim.write(&files)?;
        let results = self.keeps.then(|| format!("{names} to {}", self.claim.path().display()));
        let wrote: Vec<String> = results.into_iter().chain(elsewhere.map(|path| path.display().to_string())).collect();
        Ok((!wrote.is_empty()).then(|| format!("wrote {}", wrote.join(", and "))))
    }
}
