//! Tables as the sheets of a workbook (Office Open XML), with charts on the first of them.
//!
//! The same tables give the same bytes: a workbook is dated, and its date is always the same.

use rust_xlsxwriter::{
    Chart, ChartFont, ChartLine, ChartMarker, ChartType, DocProperties, ExcelDateTime, Format, Workbook, Worksheet,
    XlsxError,
};

use crate::record::{Catalogue, Measure, Metric, Statistic};
use crate::stats::Confidence;

use super::devices::devices_sheet;
use super::goals::goals_sheet;
use super::replications::replications_sheet;
use super::sheet::Sheet;
use super::summary::summary_sheet;
use super::timeline::timeline_sheet;
use crate::analysis::{Cell, Judged, Provenance, Study, Sweep};

/// The workbook of a study: a sheet a file, and charts of delays and of the run from minute to minute.
///
/// # Errors
/// What does not fit into a sheet: more than 1,048,576 rows, for example.
pub fn workbook(study: &Study, judged: &[Judged], provenance: &Provenance) -> Result<Vec<u8>, String> {
    let sheets = [
        summary_sheet(study),
        goals_sheet(study, judged),
        replications_sheet(study),
        devices_sheet(study),
        timeline_sheet(study),
        provenance.sheet(),
    ];
    written(sheets, &[delays(study), over_time(study)]).map_err(|error| error.to_string())
}

/// The workbook of a sweep: the points, with charts of what the table shows, and `sweep.csv`.
///
/// # Errors
/// As for [`workbook`].
pub fn sweep_workbook(sweep: &Sweep) -> Result<Vec<u8>, String> {
    written([sweep.points_sheet(), sweep.sheet()], &curves(sweep)).map_err(|error| error.to_string())
}

/// A small table, and how it is drawn: its first column across, each of the others a series.
struct Drawn {
    title: String,
    chart: ChartType,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
    /// What the values are, on the left and, if the last column has another measure, on the right.
    axes: [Option<String>; 2],
    logarithmic: bool,
    /// Whether the last two columns are the ends of an interval.
    has_interval: bool,
}

/// Calls and devices over the minutes of the run.
fn over_time(study: &Study) -> Drawn {
    let timeline = &study.outcome.merged.timeline;
    let [calls, devices] =
        [Catalogue::CALLS_IN_PROGRESS, Catalogue::DEVICES_IN_SERVICE].map(|row| study.timeline_means(row));
    let row = |bin: usize| {
        let minute = timeline.bounds(bin).0.seconds() / 60.0;
        [minute, calls[bin], devices[bin]].map(Cell::from).to_vec()
    };
    let [calls, devices] = ["calls in progress", "devices in service"].map(str::to_owned);
    Drawn {
        title: format!("{}: calls and devices, means over replications", study.plan.name),
        chart: ChartType::ScatterStraight,
        columns: vec!["minute".to_owned(), calls.clone(), devices.clone()],
        rows: (0..timeline.bins()).map(row).collect(),
        axes: [Some(calls), Some(devices)],
        logarithmic: false,
        has_interval: false,
    }
}

/// Percentiles of what callers wait for.
fn delays(study: &Study) -> Drawn {
    let metrics = [Metric::PostDialDelay, Metric::SetupDelay, Metric::RoutePointDelay];
    let statistics = [Statistic::P50, Statistic::P90, Statistic::P95, Statistic::P99, Statistic::P999];
    let of = |metric: Metric, statistic: Statistic| {
        let name = format!("{}.{}", metric.name(), statistic.name());
        let measure = Measure::parse(&name).ok()?;
        measure.of(study, Confidence::USUAL).value.filter(|value| value.is_finite())
    };
    let row = |statistic: Statistic| {
        let delays = metrics.map(|metric| Cell::from(of(metric, statistic)));
        std::iter::once(statistic.name().into()).chain(delays).collect()
    };
    Drawn {
        title: format!("{}: delays, all replications together", study.plan.name),
        chart: ChartType::Column,
        columns: std::iter::once("percentile").chain(metrics.map(Metric::name)).map(str::to_owned).collect(),
        rows: statistics.map(row).to_vec(),
        axes: [Some("ms".to_owned()), None],
        // The middle and the tail of a delay may be a thousand times apart.
        logarithmic: true,
        has_interval: false,
    }
}

/// What the table of a sweep shows, over its points: one chart a measure.
fn curves(sweep: &Sweep) -> Vec<Drawn> {
    let sheet = sweep.points_sheet();
    let columns = sheet.columns;
    let rows: Vec<Vec<Cell>> = sheet.rows.collect();
    // A lone knob that is a number, or has one beside it, goes across; of a grid, the number of the point.
    let is_number = |at: &usize| rows.iter().all(|row| matches!(row[*at], Cell::Whole(_) | Cell::Number(_)));
    let name = |measure: &Measure| format!("{measure}_{}", measure.unit());
    let first = sweep.measures.first().map_or(columns.len(), |measure| {
        columns.iter().position(|column| *column == name(measure)).unwrap_or(columns.len())
    });
    let across = if sweep.keys.len() == 1 { (1..first).find(is_number).unwrap_or(0) } else { 0 };
    let curve = |(at, measure): (usize, &Measure)| {
        let found = first + 3 * at;
        let picked = [across, found, found + 1, found + 2];
        Drawn {
            title: format!("{}: {measure}", sweep.workload),
            chart: ChartType::ScatterStraightWithMarkers,
            columns: picked.iter().map(|&at| columns[at].clone()).collect(),
            rows: rows.iter().map(|row| picked.iter().map(|&at| row[at].clone()).collect()).collect(),
            axes: [Some(measure.unit().to_owned()), None],
            logarithmic: false,
            has_interval: true,
        }
    };
    sweep.measures.iter().enumerate().map(curve).collect()
}

/// A workbook with these charts on its first sheet, and these tables after it.
fn written<'a>(sheets: impl IntoIterator<Item = Sheet<'a>>, drawn: &[Drawn]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let head = Format::new().set_bold();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    charts(workbook.add_worksheet(), drawn, &head)?;
    for Sheet { name, columns, rows } in sheets {
        let sheet = workbook.add_worksheet().set_name(name)?;
        let last = columns.len() as u16 - 1;
        put_row(sheet, 0, 0, columns.into_iter().map(Cell::Text), &head)?;
        let mut count = 0;
        for row in rows {
            count += 1;
            put_row(sheet, count, 0, row, &Format::default())?;
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofilter(0, 0, count, last)?;
        sheet.set_autofit_max_width(WIDEST).autofit();
    }
    workbook.save_to_buffer()
}

/// The name of the first sheet.
const CHARTS: &str = "charts";

/// How wide a column is at most, in pixels: what is longer is there, but need not be seen.
const WIDEST: u32 = 260;

/// Small tables one below the other, each with its chart beside it.
fn charts(sheet: &mut Worksheet, drawn: &[Drawn], head: &Format) -> Result<(), XlsxError> {
    /// How many rows and columns of usual size a chart takes.
    const ROWS: u32 = 22;
    // On paper, no chart is cut in two.
    sheet.set_name(CHARTS)?.set_landscape().set_print_fit_to_pages(1, 0);
    let width = drawn.iter().map(|drawn| drawn.columns.len()).max().unwrap_or(0) as u16;
    let mut top = 0;
    for drawn in drawn {
        put_row(sheet, top, 0, drawn.columns.iter().cloned().map(Cell::Text), head)?;
        for (row, cells) in (top + 1..).zip(&drawn.rows) {
            put_row(sheet, row, 0, cells.iter().cloned(), &Format::default())?;
        }
        sheet.insert_chart(top, width + 1, &chart(drawn, top))?;
        top += ROWS.max(drawn.rows.len() as u32 + 1) + 2;
    }
    sheet.set_autofit_max_width(WIDEST).autofit();
    Ok(())
}

/// The chart of a small table that begins in row `top` of the sheet of charts.
fn chart(drawn: &Drawn, top: u32) -> Chart {
    let mut chart = Chart::new(drawn.chart);
    let (first, last) = (top + 1, top + drawn.rows.len() as u32);
    let columns = drawn.columns.len() as u16;
    for column in 1..columns {
        let series = chart.add_series();
        series
            .set_name((CHARTS, top, column))
            .set_categories((CHARTS, first, 0, last, 0))
            .set_values((CHARTS, first, column, last, column));
        if drawn.axes[1].is_some() && column + 1 == columns {
            series.set_secondary_axis(true);
        }
        if drawn.has_interval && column > 1 {
            series.set_marker(ChartMarker::new().set_none());
            series.set_format(ChartLine::new().set_width(0.75).set_color("#808080"));
        }
    }
    chart.title().set_name(&drawn.title).set_font(ChartFont::new().set_size(12));
    chart.x_axis().set_name(&drawn.columns[0]);
    if let Some(name) = &drawn.axes[0] {
        chart.y_axis().set_name(name);
    }
    if let Some(name) = &drawn.axes[1] {
        chart.y2_axis().set_name(name);
    }
    if drawn.logarithmic {
        chart.y_axis().set_log_base(10);
    }
    chart.set_width(720).set_height(400);
    chart
}

fn put_row(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cells: impl IntoIterator<Item = Cell>,
    format: &Format,
) -> Result<(), XlsxError> {
    /// Beyond it a spreadsheet's numbers do not tell every whole one.
    const EXACT: u64 = 1 << 53;
    for (column, cell) in (column..).zip(cells) {
        match cell {
            Cell::Whole(number) if number > EXACT => {
                sheet.write_string_with_format(row, column, number.to_string(), format)?
            }
            Cell::Whole(number) => sheet.write_number_with_format(row, column, number as f64, format)?,
            Cell::Number(number) => sheet.write_number_with_format(row, column, number + 0.0, format)?,
            Cell::Text(text) => sheet.write_string_with_format(row, column, text, format)?,
            Cell::Missing => sheet,
        };
    }
    Ok(())
}
