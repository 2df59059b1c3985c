//! `ctisim plot`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::StyledStr;

use crate::report::{Chart, Extent, Format, Page, PictureSize, Report, Table, png, svg};
use crate::workload::suggestion;

use super::formats::show;
use super::help;
use super::output::{Claim, Former, Inputs};
use super::report::Kept;
use super::stop::Stop;
use super::terminal::{Verbosity, print};

/// A PNG has so many pixels for each of the picture, each way: then letters are sharp on slides.
const SHARP: u32 = 2;

pub(super) fn after_help() -> StyledStr {
    help::below(
        &["The same results give the same bytes."],
        &[help::DONE, help::FAILED, help::USAGE],
        &[
            ("ctisim plot results/site", "Which charts there are"),
            ("ctisim plot results/site waits --out waits.svg", "One of them, for a slide"),
            ("ctisim plot results/site waits --width 640 --height 480 > waits.svg", "Smaller, so with larger letters"),
        ],
    )
}

#[derive(Clone, Debug, Args)]
pub(super) struct PlotArguments {
    /// Directory of results, its report.json, or - for standard input
    results: PathBuf,

    /// The chart to draw [default: print which there are]
    chart: Option<String>,

    /// The file to write: .svg, or .png if this ctisim was built with the feature `png`; or - for standard output, as SVG
    #[arg(long, value_name = "FILE", default_value = "-", requires = "chart")]
    out: PathBuf,

    /// Width of the picture in pixels; a PNG has twice as many, to be sharp on a slide
    #[arg(long, value_name = "N", default_value_t = 960, requires = "chart", value_parser = clap::value_parser!(u32).range(320..=2048))]
    width: u32,

    /// Height of the picture in pixels
    #[arg(long, value_name = "N", default_value_t = 540, requires = "chart", value_parser = clap::value_parser!(u32).range(200..=2048))]
    height: u32,

    /// Show no remarks
    #[arg(long, short, display_order = 900)]
    quiet: bool,
}

/// What a picture is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Picture {
    Svg,
    Png,
}

/// Draws a chart of results that were kept, or prints which there are.
pub(super) fn plot(arguments: &PlotArguments) -> Result<(), Stop> {
    let picture = picture(&arguments.out)?;
    let Kept { report, path } = Kept::read(&arguments.results)?;
    let Some(id) = &arguments.chart else {
        return show(&list(&report), Format::Table);
    };
    let chart = found(&report, id)?;
    let out = &*arguments.out;
    let claim = match out == Path::new("-") {
        true => None,
        false => Some(Claim::files([("--out", out, Former::Replaced)], &Inputs::default().and(path))?),
    };
    let drawn = svg(chart, PictureSize { width: arguments.width, height: arguments.height });
    let drawn = match picture {
        Picture::Svg => drawn,
        Picture::Png => png(&drawn, SHARP * arguments.width).map_err(|why| {
            Stop::Failed(format!("cannot draw {id} as PNG: {why}\n  help: draw it as SVG: --out {id}.svg"))
        })?,
    };
    let Some(claim) = claim else {
        return print(&drawn);
    };
    claim.write(&[(out, drawn)])?;
    let verbosity = if arguments.quiet { Verbosity::Quiet } else { Verbosity::Normal };
    verbosity.remark(&format!("wrote {}", out.display()));
    Ok(())
}

/// What a file of this name is to hold.
fn picture(out: &Path) -> Result<Picture, Stop> {
    if out == Path::new("-") {
        return Ok(Picture::Svg);
    }
    let refused = |why: &str| Stop::Usage(format!("--out {}: {why}", out.display()));
    let ending = out.extension().map(|it| it.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("svg") => Ok(Picture::Svg),
        Some("png") if cfg!(feature = "png") => Ok(Picture::Png),
        Some("png") => Err(refused(
            "this ctisim was built without PNG\n  help: build it with the feature `png`, or write an .svg file, which \
             browsers, slides and documents take",
        )),
        _ => Err(refused("a chart is written to a file that ends in .svg or .png\n  help: give another path")),
    }
}

/// The chart of this id.
fn found<'r>(report: &'r Report, id: &str) -> Result<&'r Chart, Stop> {
    report.charts().find(|chart| chart.id == id).ok_or_else(|| {
        let help = suggestion(id, report.charts().map(|chart| &*chart.id));
        let help = help.unwrap_or_else(|| "these results have no chart".to_owned());
        Stop::Usage(format!("there is no chart `{id}` in these results\n  help: {help}"))
    })
}

/// Which charts there are.
fn list(report: &Report) -> Page<'static> {
    let mut page = Page::new(&*report.workload);
    let section = page.section(Extent::Both);
    let mut table = Table::of_words(["chart", "what it shows"]);
    report.charts().for_each(|chart| table.row([&*chart.id, &*chart.title]));
    if !section.table(table) {
        section.paragraph(format!("{}: these results have no chart", report.workload));
    }
    page
}
