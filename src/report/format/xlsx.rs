//! A page as a workbook (Office Open XML): the answer, the charts with their numbers, and its sheets.
//!
//! The same page gives the same bytes: a workbook is dated, and its date is always the same.

mod answer;
mod axes;
mod cells;
mod charts;
mod columns;
mod paper;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use crate::analysis::Cell;
use crate::report::chart::Chart;
use crate::report::page::Page;

use cells::{WIDEST, put_row};
use paper::{Paper, ROWS_ON_PAPER};

/// The workbook of a page.
///
/// # Errors
/// What does not fit into a sheet: more than 1,048,576 rows, for example.
pub(super) fn draw(page: &Page<'_>) -> Result<Vec<u8>, String> {
    written(page).map_err(|error| error.to_string())
}

fn written(page: &Page<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let head = Format::new().set_bold();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    let paper = Paper::of(&page.name);
    if let Some(report) = page.report() {
        answer::put(workbook.add_worksheet(), &report, &paper)?;
        let drawn: Vec<&Chart> = report.charts().collect();
        if !drawn.is_empty() {
            let columns = charts::draw(workbook.add_worksheet(), &drawn, &paper)?;
            charts::numbers(workbook.add_worksheet(), &drawn, &columns, &paper)?;
        }
    }
    for drawn in &page.sheets {
        let sheet = workbook.add_worksheet().set_name(drawn.name)?;
        let last = drawn.columns.len() as u16 - 1;
        let mut widths = vec![0; drawn.columns.len()];
        put_row(sheet, 0, 0, drawn.columns.iter().cloned().map(Cell::Text), &head, &mut widths)?;
        let mut count = 0;
        for row in drawn.rows() {
            count += 1;
            put_row(sheet, count, 0, row, &Format::default(), &mut widths)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofilter(0, 0, count, last)?;
        sheet.set_autofit_max_width(WIDEST).autofit();
        paper.set_table(sheet, &widths, count + 1, 1, ROWS_ON_PAPER)?;
    }
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{
        Axis, Plot, Point, Row, RowMark, Rows, Scale, Series, Shape, Stretch, StretchKind, Stroke,
    };
    use crate::report::kept::{Chapter, Item, KeyFigure, Report, Sentence, Verdict};
    use crate::report::sheet::Sheet;
    use crate::report::table::Tone;

    /// The file of that name in an archive, as text.
    fn inside(archive: &[u8], name: &str) -> String {
        let number = |at: usize, bytes: usize| {
            archive[at..at + bytes].iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte))
        };
        let entries = (0..archive.len() - 46).filter(|&at| archive[at..].starts_with(b"PK\x01\x02"));
        let mut named = entries.filter(|at| archive[at + 46..at + 46 + number(at + 28, 2)] == *name.as_bytes());
        let entry = named.next().unwrap_or_else(|| panic!("there is no {name}"));
        let (method, length, local) = (number(entry + 10, 2), number(entry + 20, 4), number(entry + 42, 4));
        let begin = local + 30 + number(local + 26, 2) + number(local + 28, 2);
        let bytes = &archive[begin..begin + length];
        let bytes = if method == 8 { miniz_oxide::inflate::decompress_to_vec(bytes).unwrap() } else { bytes.to_vec() };
        String::from_utf8(bytes).unwrap()
    }

    fn axis(name: &str, scale: Scale) -> Axis {
        Axis { name: name.into(), unit: "ms".into(), scale, from: None, to: None }
    }

    /// A chart of this title, with a fault from 9:10 to 9:20.
    fn curve(title: &str) -> Chart {
        let point = |x: f64, y: f64| Point { low: Some(y - 1.0), high: Some(y + 1.0), ..Point::new(x, y) };
        let series = Series {
            name: "offered".into(),
            stroke: Stroke::Line,
            edges: "5 and 95 % of the replications".into(),
            points: vec![point(0.0, 3.0), point(3600.0, 9.0)],
        };
        let fault = Stretch { from: 600.0, to: 1200.0, words: "ivr hangs".into(), kind: StretchKind::Fault };
        let shape = Shape::Plot(Plot {
            x: axis("", Scale::Clock { starts: 32_400 }),
            y: axis("wait", Scale::Logarithmic),
            series: vec![series],
            spans: vec![fault],
            moments: Vec::new(),
            levels: Vec::new(),
        });
        Chart { id: "it".into(), title: title.into(), about: "By the minute.".into(), shape }
    }

    fn bars() -> Chart {
        let tone = Tone::Plain;
        let row =
            Row { name: "db".into(), value: Some(0.5), low: None, high: None, tick: None, words: String::new(), tone };
        let rows = Rows { axis: axis("used", Scale::Linear), rows: vec![row], mark: RowMark::Bar, levels: Vec::new() };
        Chart { id: "bars".into(), title: "Bars".into(), about: String::new(), shape: Shape::Rows(rows) }
    }

    fn page(charts: Vec<Chart>) -> Page<'static> {
        let mut page = Page::new("a & b");
        page.report = Some(Box::new(move || Report {
            format: Report::FORMAT,
            version: "1".into(),
            kind: "run".into(),
            workload: "a & b".into(),
            question: "What if?".into(),
            about: "2 replications".into(),
            command: "ctisim run".into(),
            digest: None,
            verdicts: vec![Verdict { tone: Tone::Bad, words: "missed".into(), about: "setup_delay".into() }],
            answer: vec![Sentence::default().plain("One in ").strong("nine").plain(" waits.")],
            surer: Vec::new(),
            advice: Vec::new(),
            figures: vec![KeyFigure {
                name: "calls".into(),
                value: "7".into(),
                about: "of 9".into(),
                tone: Tone::Plain,
            }],
            chapters: vec![Chapter { items: charts.iter().cloned().map(Item::Chart).collect(), ..Chapter::default() }],
        }));
        page
    }

    #[test]
    fn a_workbook_has_the_numbers_of_its_page() {
        let mut page = Page::new("site");
        page.sheets = vec![Sheet::new("things", ["name", "value"], || {
            [vec!["=1".into(), Cell::Number(0.1 + 0.2)], vec!["b".into(), Cell::Whole(u64::MAX)]]
        })];
        let workbook = draw(&page).unwrap();
        assert!(draw(&page).unwrap() == workbook, "the same page gives the same bytes");
        assert!(inside(&workbook, "xl/workbook.xml").contains("name=\"things\""));
        let sheet = inside(&workbook, "xl/worksheets/sheet1.xml");
        assert!(sheet.contains("<v>0.30000000000000004</v>"), "{sheet}");
        // What a spreadsheet cannot hold exactly as a number is a text, and no text is a formula.
        let texts = inside(&workbook, "xl/sharedStrings.xml");
        assert!(texts.contains("18446744073709551615") && texts.contains("=1"), "{texts}");
    }

    #[test]
    fn the_first_sheet_is_the_answer() {
        let workbook = draw(&page(Vec::new())).unwrap();
        assert!(inside(&workbook, "xl/workbook.xml").contains("<sheet name=\"report\""));
        let texts = inside(&workbook, "xl/sharedStrings.xml");
        for words in ["What if?", "missed", "One in nine waits.", "7 (of 9)", "ctisim run"] {
            assert!(texts.contains(words), "{words}: {texts}");
        }
        assert!(!texts.contains("What to do"), "{texts}");
    }

    /// The line, two edges and the hatch; 9:00 is 0.375 of a day, 10:00 is 10 / 24; values from 2 to 10 are from 1 to 10.
    #[test]
    fn charts_show_bands_and_faults_over_the_time_of_the_day() {
        let workbook = draw(&page(vec![curve("Waits"), bars()])).unwrap();
        let chart = inside(&workbook, "xl/charts/chart1.xml");
        assert_eq!(chart.matches("<c:ser>").count(), 4, "{chart}");
        assert_eq!(chart.matches("9DB7E0").count(), 2, "two edges in a lighter shade: {chart}");
        assert!(chart.contains("<c:scatterChart>") && chart.contains("<c:numFmt formatCode=\"hh:mm\""), "{chart}");
        let limits = ["<c:min val=\"0.375\"/>", "<c:max val=\"0.4166666666666667\"/>", "<c:logBase val=\"10\"/>"];
        assert!(limits.iter().all(|limit| chart.contains(limit)), "{chart}");
        assert!(chart.contains("Waits") && chart.contains("wait, ms") && chart.contains("ivr hangs"), "{chart}");
        assert!(inside(&workbook, "xl/charts/chart2.xml").contains("<c:barDir val=\"bar\"/>"));
        let texts = inside(&workbook, "xl/sharedStrings.xml");
        assert!(texts.contains("By the minute. Thin lines: 5 and 95 % of the replications."), "{texts}");
    }

    /// Five charts are three pairs: the third begins a page of its own.
    #[test]
    fn no_page_cuts_a_chart_and_every_page_is_named() {
        let workbook = draw(&page(vec![curve("Waits"); 5])).unwrap();
        let charts = inside(&workbook, "xl/worksheets/sheet2.xml");
        assert!(charts.contains("<rowBreaks count=\"1\" manualBreakCount=\"1\"><brk id=\"48\""), "{charts}");
        assert!(charts.contains("paperSize=\"9\"") && charts.contains("orientation=\"landscape\""), "{charts}");
        assert!(charts.contains("<oddHeader>&amp;La &amp;&amp; b&amp;R&amp;A</oddHeader>"), "{charts}");
        assert!(charts.contains("Page &amp;P of &amp;N"), "{charts}");
        assert!(inside(&workbook, "xl/workbook.xml").contains("charts!$A$1:$X$72"));
    }

    /// 1,000 rows and 300 columns of 8 letters: 28 columns and 90 rows below the head fit.
    #[test]
    fn a_large_table_is_cut_on_paper_and_says_so() {
        let columns: Vec<String> = (0..300).map(|at| format!("c{at}")).collect();
        let mut page = Page::new("site");
        page.sheets =
            vec![Sheet::new("things", columns, || (0..1000).map(|row: u64| vec![Cell::Text(row.to_string()); 300]))];
        let workbook = draw(&page).unwrap();
        assert!(inside(&workbook, "xl/workbook.xml").contains("things!$A$1:$AB$91"));
        let sheet = inside(&workbook, "xl/worksheets/sheet1.xml");
        assert!(sheet.contains("The first 28 of 300 columns, 90 of 1000 rows"), "{}", &sheet[sheet.len() - 900..]);
        assert!(sheet.contains("fitToHeight=\"0\""));
    }

    /// The name of a knob may look like a reference to a cell.
    #[test]
    fn no_title_is_a_reference() {
        for title in ["=a!A1", "report!$B$1", "=T[1]", "=(report!A1)"] {
            let workbook = draw(&page(vec![curve(title)])).unwrap();
            let chart = inside(&workbook, "xl/charts/chart1.xml");
            let named = chart.split("<c:plotArea>").next().unwrap();
            assert!(named.contains(&format!(" {title} ")) && !named.contains("<c:f>"), "{named}");
        }
    }

    /// A chart without values is no chart, and no reason to have no workbook.
    #[test]
    fn what_has_no_values_is_said_to_have_none() {
        let mut empty = curve("Waits");
        if let Shape::Plot(plot) = &mut empty.shape {
            plot.series.clear();
        }
        let workbook = draw(&page(vec![empty])).unwrap();
        let texts = inside(&workbook, "xl/sharedStrings.xml");
        assert!(texts.contains("Waits: no values. By the minute."), "{texts}");
    }
}
