//! `ctisim report`.

use std::io::{self, stdin};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::StyledStr;

use crate::report::{Report, page_html};

use super::help;
use super::input::{Kind, read, read_from};
use super::output::{Claim, Former, Inputs};
use super::pages::{KEPT, checked};
use super::stop::Stop;
use super::terminal::{Verbosity, print};

/// More than any study makes.
const BYTES_MAX: usize = 64 << 20;

pub(super) fn after_help() -> StyledStr {
    help::below(
        &["The same results give the same bytes, here and with --html."],
        &[help::DONE, help::FAILED, help::USAGE],
        &[
            ("ctisim report results/site", "Write results/site/report.html"),
            ("ctisim report results/site --out - | gzip > site.html.gz", "Pass it on"),
        ],
    )
}

#[derive(Clone, Debug, Args)]
pub(super) struct ReportArguments {
    /// Directory of results, its report.json, or - for standard input
    results: PathBuf,

    /// The file to write, or - for standard output [default: report.html beside the results]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Show no remarks
    #[arg(long, short, display_order = 900)]
    quiet: bool,
}

/// Makes the page of results that were kept.
pub(super) fn report(arguments: &ReportArguments) -> Result<(), Stop> {
    let Kept { report, path } = Kept::read(&arguments.results)?;
    let out = match (&arguments.out, &path) {
        (Some(out), _) => out.clone(),
        (None, Some(path)) => path.with_file_name("report.html"),
        (None, None) => Path::new("-").to_owned(),
    };
    if out == Path::new("-") {
        return print(&page_html(&report));
    }
    checked("--out", &out)?;
    let inputs = Inputs::default().and(path);
    let claim = Claim::files([("--out", &*out, Former::Replaced)], &inputs)?;
    claim.write(&[(&out, page_html(&report))])?;
    let verbosity = if arguments.quiet { Verbosity::Quiet } else { Verbosity::Normal };
    verbosity.remark(&format!("wrote {}", out.display()));
    Ok(())
}

/// Results that were kept.
pub(super) struct Kept {
    /// What they say.
    pub(super) report: Report,
    /// Where they were read, if it was a file.
    pub(super) path: Option<PathBuf>,
}

impl Kept {
    /// Of a directory of results, of its `report.json`, or of standard input.
    pub(super) fn read(results: &Path) -> Result<Kept, Stop> {
        let failed =
            |shown: &Path, why: String, help: &str| Stop::Failed(format!("{}: {why}\n  help: {help}", shown.display()));
        let again = "run the command that made these results again";
        if results == Path::new("-") {
            let bytes = read_from(stdin().lock(), BYTES_MAX, 0).map_err(|why: io::Error| why.to_string());
            let report = bytes.and_then(|bytes| Report::read(&bytes));
            let report = report.map_err(|why| failed(Path::new("standard input"), why, again))?;
            return Ok(Kept { report, path: None });
        }
        let path = if results.is_dir() { results.join(KEPT) } else { results.to_owned() };
        if results.is_dir() && !path.exists() {
            let why = format!("there is no {KEPT} in it");
            let help = "give the directory to which run, sweep, compare, capacity or gate --out wrote its results; \
                        if they were written before there was a report.json, run the command again";
            return Err(failed(results, why, help));
        }
        let bytes = read(&path, BYTES_MAX, Kind::Piped)
            .map_err(|why| failed(&path, why, "give a directory of results, such as results/busy_hour"))?;
        let report = Report::read(&bytes).map_err(|why| failed(&path, why, again))?;
        Ok(Kept { report, path: Some(path) })
    }
}
