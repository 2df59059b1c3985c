//! The charts, on one sheet, and the numbers they are drawn from, on another.

use rust_xlsxwriter::{
    Chart as Drawing, ChartAxis, ChartAxisCrossing, ChartAxisLabelPosition, ChartErrorBars, ChartErrorBarsType,
    ChartFont, ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker, ChartMarkerType, ChartRange,
    ChartSeries, ChartSolidFill, ChartType, Format, FormatAlign, Worksheet, XlsxError,
};

use crate::analysis::Cell;
use crate::report::chart::{Axis, Chart, Shape, StretchKind};
use crate::workload::shown;

use super::axes::{Bounds, format, is_logarithmic, title};
use super::cells::{WIDEST, put, put_row};
use super::columns::{Columns, Drawn, Kind, Look};
use super::paper::Paper;

/// The name of the sheet with the charts.
const CHARTS: &str = "charts";

/// The name of the sheet with their numbers.
const NUMBERS: &str = "chart data";

/// The rows above the numbers: the title of the chart, and the names of the columns.
const HEADS: u32 = 2;

/// Draws charts side by side in pairs, below each how to read it. On paper there are two pairs a page, and none is cut.
pub(super) fn draw<'c>(
    sheet: &mut Worksheet,
    charts: &[&'c Chart],
    paper: &Paper,
) -> Result<Vec<Columns<'c>>, XlsxError> {
    /// How many rows and columns of usual size a chart takes.
    const ROWS: u32 = 20;
    const COLUMNS: u16 = 12;
    /// With what stands below it, and some space.
    const BLOCK: u32 = ROWS + 4;
    /// How many stand beside each other, and how many of these rows on a page.
    const BESIDE: usize = 2;
    const ON_PAGE: u32 = 2;
    /// In percent: where the usual font is wide, columns are so too.
    const SCALE: u16 = 52;
    sheet.set_name(CHARTS)?;
    let small = Format::new().set_text_wrap().set_align(FormatAlign::Top).set_font_size(9).set_font_color("#444444");
    let (mut all, mut left) = (Vec::new(), 0);
    for (at, chart) in charts.iter().enumerate() {
        let (top, beside) = (BLOCK * (at / BESIDE) as u32, COLUMNS * (at % BESIDE) as u16);
        let columns = Columns::of(chart);
        let mut below = about(chart);
        if columns.drawn.is_empty() {
            below = format!("{}: no values. {below}", chart.title);
        } else {
            sheet.insert_chart(top, beside, &drawing(chart, &columns, left))?;
        }
        sheet.merge_range(top + ROWS, beside, top + BLOCK - 2, beside + COLUMNS - 2, &shown(&below), &small)?;
        left += columns.columns.len() as u16 + 1;
        all.push(columns);
    }
    let rows = charts.len().div_ceil(BESIDE) as u32;
    paper.set(sheet, "");
    sheet.set_print_area(0, 0, BLOCK * rows - 1, COLUMNS * BESIDE as u16 - 1)?.set_print_scale(SCALE);
    let breaks: Vec<u32> = (ON_PAGE..rows).step_by(ON_PAGE as usize).map(|row| BLOCK * row).collect();
    sheet.set_page_breaks(&breaks)?;
    Ok(all)
}

/// How to read a chart, with what thin lines and whiskers are.
fn about(chart: &Chart) -> String {
    let Shape::Plot(plot) = &chart.shape else { return chart.about.clone() };
    let mut edges: Vec<&str> = plot.series.iter().map(|series| &*series.edges).filter(|it| !it.is_empty()).collect();
    edges.dedup();
    match edges.is_empty() {
        true => chart.about.clone(),
        false => format!("{} Thin lines: {}.", chart.about, edges.join("; ")).trim_start().to_owned(),
    }
}

/// Writes the numbers of the charts, side by side.
pub(super) fn numbers(
    sheet: &mut Worksheet,
    charts: &[&Chart],
    all: &[Columns<'_>],
    paper: &Paper,
) -> Result<(), XlsxError> {
    /// Only an impression on paper.
    const ROWS_ON_PAPER: u32 = 40;
    sheet.set_name(NUMBERS)?;
    let (bold, plain) = (Format::new().set_bold(), Format::new());
    let clock = Format::new().set_num_format("hh:mm:ss");
    let (mut widths, mut rows, mut left) = (Vec::new(), 0, 0);
    for (chart, columns) in charts.iter().zip(all) {
        put(sheet, 0, left, Cell::Text(chart.title.clone()), &bold)?;
        for column in &columns.columns {
            let mut width = [0];
            put_row(sheet, 1, left, [Cell::Text(column.name.clone())], &bold, &mut width)?;
            let format = if column.is_clock { &clock } else { &plain };
            for (row, cell) in (HEADS..).zip(&column.cells) {
                put_row(sheet, row, left, [cell.clone()], format, &mut width)?;
                rows = rows.max(row + 1);
            }
            widths.extend(width);
            left += 1;
        }
        widths.push(0);
        left += 1;
    }
    sheet.set_freeze_panes(HEADS, 0)?;
    sheet.set_autofit_max_width(WIDEST / 2).autofit();
    paper.set_table(sheet, &widths, rows, HEADS, ROWS_ON_PAPER)
}

/// The colours of series, each with that of its edges; further ones begin anew.
const COLOURS: [[&str; 2]; 6] = [
    ["#1F4E9E", "#9DB7E0"],
    ["#C55A11", "#EDB68C"],
    ["#3B7D23", "#A6CF92"],
    ["#7030A0", "#C6A5DC"],
    ["#00838A", "#8CCFD3"],
    ["#8A6D00", "#D8C474"],
];

fn colour(series: usize) -> [&'static str; 2] {
    COLOURS[series % COLOURS.len()]
}

/// The chart whose columns begin at `left` on the sheet of numbers.
fn drawing(chart: &Chart, columns: &Columns<'_>, left: u16) -> Drawing {
    let mut drawing = Drawing::new(match columns.kind {
        Kind::Plane => ChartType::ScatterStraightWithMarkers,
        Kind::Names => ChartType::Line,
        Kind::Bars => ChartType::Bar,
    });
    let range = |column: usize| {
        let (column, rows) = (left + column as u16, columns.columns[column].cells.len() as u32);
        ChartRange::new_from_range(NUMBERS, HEADS, column, HEADS + rows - 1, column)
    };
    for drawn in &columns.drawn {
        let series = drawing.add_series();
        series.set_name((NUMBERS, HEADS - 1, left + drawn.values as u16));
        series.set_categories(&range(drawn.across)).set_values(&range(drawn.values));
        look(series, drawn.look);
        if let Drawn { reach: Some([above, below]), .. } = *drawn {
            let mut bars = ChartErrorBars::new();
            bars.set_type(ChartErrorBarsType::Custom(range(above), range(below)));
            match columns.kind {
                Kind::Bars => series.set_x_error_bars(&bars),
                Kind::Plane | Kind::Names => series.set_y_error_bars(&bars),
            };
        }
    }
    drawing.title().set_name(&literal(&chart.title)).set_font(ChartFont::new().set_size(12));
    axes(&mut drawing, columns);
    let hidden: Vec<usize> = (0..).zip(&columns.drawn).filter(|(_, it)| is_edge(it)).map(|(at, _)| at).collect();
    match columns.drawn.len() - hidden.len() {
        1 => drawing.legend().set_hidden(),
        _ => drawing.legend().set_position(ChartLegendPosition::Bottom).delete_entries(&hidden),
    };
    drawing.set_width(720).set_height(396);
    drawing
}

/// A text of a chart: what looks like the reference to a cell would be taken for one.
fn literal(text: &str) -> String {
    let text = shown(text);
    let is_like_one = text.starts_with('=') || text.contains('!');
    if is_like_one { format!(" {text} ") } else { text.into_owned() }
}

fn is_edge(drawn: &Drawn) -> bool {
    matches!(drawn.look, Look::Edge(_))
}

/// Sets how a series looks.
fn look(series: &mut ChartSeries, look: Look) {
    let mut line = ChartLine::new();
    let mut none = ChartMarker::new();
    none.set_none();
    let marker = |kind: ChartMarkerType, colour: &str| {
        let mut marker = ChartMarker::new();
        marker.set_type(kind).set_size(6).set_format(ChartSolidFill::new().set_color(colour));
        marker
    };
    let marker = match look {
        Look::Bars(at) => {
            series.set_format(ChartSolidFill::new().set_color(colour(at / 2)[at % 2]));
            return;
        }
        Look::Line(at) => {
            line.set_width(2).set_color(colour(at)[0]);
            none
        }
        Look::Edge(at) => {
            line.set_width(0.75).set_color(colour(at)[1]);
            none
        }
        Look::Dots(at) => {
            line.set_hidden(true);
            marker(ChartMarkerType::Circle, colour(at)[0])
        }
        Look::LineAndDots(at) => {
            line.set_width(1.5).set_color(colour(at)[0]);
            marker(ChartMarkerType::Circle, colour(at)[0])
        }
        Look::Ticks(_) => {
            line.set_hidden(true);
            marker(ChartMarkerType::PlusSign, "#404040")
        }
        Look::Level => {
            line.set_width(1.25).set_color("#404040").set_dash_type(ChartLineDashType::Dash);
            none
        }
        Look::Moments => {
            line.set_width(1).set_color("#A32015").set_dash_type(ChartLineDashType::SquareDot);
            none
        }
        Look::Hatch(kind) => {
            let colour = if kind == StretchKind::Fault { "#D98880" } else { "#B0B0B0" };
            line.set_width(0.75).set_color(colour).set_transparency(50);
            none
        }
    };
    series.set_format(&mut line).set_marker(&marker);
}

/// Names and limits the axes. The values of bars are on the horizontal axis.
fn axes(drawing: &mut Drawing, columns: &Columns<'_>) {
    let [across, values] = columns.axes;
    let [x, y] = &columns.bounds;
    if columns.kind == Kind::Bars {
        put_axis(drawing.x_axis(), values, y.as_ref());
        // The first is on top, and the values are below.
        drawing.y_axis().set_reverse().set_crossing(ChartAxisCrossing::Max);
        drawing.y_axis().set_label_position(ChartAxisLabelPosition::Low);
        return;
    }
    put_axis(drawing.y_axis(), values, y.as_ref());
    if columns.kind == Kind::Plane {
        put_axis(drawing.x_axis(), across, x.as_ref());
        drawing.x_axis().set_crossing(ChartAxisCrossing::Min);
        drawing.y_axis().set_crossing(ChartAxisCrossing::Min);
    } else if !std::ptr::eq(across, values) {
        drawing.x_axis().set_name(&literal(&title(across)));
    }
    // Where values are below zero, the names are still below the chart.
    drawing.x_axis().set_label_position(ChartAxisLabelPosition::Low);
}

fn put_axis(drawn: &mut ChartAxis, axis: &Axis, bounds: Option<&Bounds>) {
    drawn.set_name(&literal(&title(axis))).set_num_format(format(axis, bounds));
    let is_logarithmic = is_logarithmic(&axis.scale);
    if let Some(Bounds { low, high, step }) = bounds {
        drawn.set_min(*low).set_max(*high);
        if !is_logarithmic {
            drawn.set_major_unit(*step);
        }
    }
    if is_logarithmic {
        drawn.set_log_base(10);
    }
}
