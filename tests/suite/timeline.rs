//! The timeline of a few calls at known times, every cell worked out by hand before it was run.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ctisim::analysis::{Cell, Study};
use ctisim::experiment::Audit;
use ctisim::plan::{Plan, Window, compile};
use ctisim::record::{Banded, Bins, Level, Tally};
use ctisim::report::timeline_sheet;
use ctisim::studies::Runner;
use ctisim::workload::{Contents, Files};

/// A list of calls for each source.
struct Lists(&'static [(&'static str, &'static str)]);

impl Files for Lists {
    fn read(&self, name: &str) -> Result<Arc<Contents>, String> {
        let (_, text) = self.0.iter().find(|(file, _)| *file == name).ok_or("there is none")?;
        Ok(Arc::new(Contents { bytes: text.as_bytes().to_vec(), quotable: true }))
    }

    fn room(&self, _: u64) -> Result<(), String> {
        Ok(())
    }
}

/// Nothing takes time but what people do.
const WORKLOAD: &str = r#"
format = 1
question = "When is what counted?"
run = { length = "3m", bin = "1m", replications = 20 }
network = { between_nodes = "0s", to_application = "0s", from_caller = "0s" }
[work]
setup = "0s"
offer = "0s"
redirect = "0s"
answer = "0s"
release = "0s"
device_open = "0s"
event = "0s"
request = "0s"
heartbeat = "0s"
cti_device_open = "0s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
decide = "0s"
[[cti_port]]
name = "menu"
count = 4
device_pool = "main"
application = "ivr"
treatment = "5s"
transfer_to = "help"
[[queue]]
name = "help"
phones = ["helpers"]
[[phone]]
name = "helpers"
count = 1
device_pool = "main"
answer = "0s"
[[phone]]
name = "desk"
count = 1
device_pool = "main"
answer = "4s"
cfb = "mail"
[[destination]]
name = "mail"
answer = "2s"
[[destination]]
name = "slow"
answer = "30s"
[[traffic]]
name = "to-menu"
to = "menu"
arrivals = { file = "menu.csv" }
[[traffic]]
name = "to-desk"
to = "desk"
arrivals = { file = "desk.csv" }
[[traffic]]
name = "to-mail"
to = "mail"
arrivals = { file = "mail.csv" }
[[traffic]]
name = "to-slow"
to = "slow"
arrivals = { file = "slow.csv" }
patience = "10s"
[[fault]]
callmanager = "sub1"
at = "126s"
for = "14s"
"#;

const MENU: (&str, &str) = ("menu.csv", "at_s,talk_s\n10,20\n12,6\n");
const DESK: (&str, &str) = ("desk.csv", "at_s,talk_s\n50,30\n70,5\n124,9\n130,9\n");
const MAIL: (&str, &str) = ("mail.csv", "at_s,talk_s\n160,100\n");
const SLOW: (&str, &str) = ("slow.csv", "at_s,talk_s\n115,9\n");

fn plan(workload: &str, lists: &'static [(&'static str, &'static str)]) -> Plan {
    compile("known", workload, &Lists(lists)).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The cells of some columns, bin after bin.
fn cells(plan: &Plan, window: Window, replications: u64, jobs: usize, columns: &[&str]) -> Vec<Vec<Cell>> {
    let stop = AtomicBool::new(false);
    let runner = Runner { seed: plan.seed, jobs, audit: Audit::On, observer: &(), stop: &stop, records: None };
    let study = runner.replicate(plan, window, 0..replications).expect("it runs");
    picked(&study, columns)
}

fn picked(study: &Study, columns: &[&str]) -> Vec<Vec<Cell>> {
    let sheet = timeline_sheet(study);
    let at = |name: &&str| sheet.columns.iter().position(|it| it == name).unwrap_or_else(|| panic!("no column {name}"));
    let at: Vec<usize> = columns.iter().map(at).collect();
    sheet.rows().map(|row| at.iter().map(|&at| row[at].clone()).collect()).collect()
}

/// What happens, in seconds:
/// - To the menu at 10 and 12, answered at once. After 5 s each is in the queue: the first has the helper at once and talks from 15 to 35,
///   the second waits from 17 to 35 and talks to 41.
/// - To the desk at 50, which rings for 4 s: talk from 54 to 84. At 70 it is busy: to the mail, which answers at 72, talk to 77. At 124 it
///   rings when the CallManager fails at 126: dropped. At 130 no CallManager is up: refused.
/// - To the mail at 160, which answers at 162: in progress at the end.
/// - To the slow destination at 115, whose caller hangs up at 125.
///
/// Bins of a minute. Calls in progress: in the first 25 + 29 + 10 s, in the second 24 + 7 + 5, in the third 5 + 2 + 20. Of the waits to be
/// answered the means are (0 + 0 + 4) / 3, 2 and 2 s; of those in the queue (0 + 18) / 2.
const COLUMNS: [&str; 15] = [
    "start_s",
    "offered",
    "answered",
    "completed",
    "abandoned",
    "forwarded",
    "refused",
    "dropped",
    "dropped_in_setup",
    "dropped_connected",
    "setup_delay_mean_ms",
    "queue_wait_mean_ms",
    "calls_in_progress",
    "waiting",
    "faults",
];

fn by_hand() -> [Vec<Cell>; 3] {
    let row = |numbers: [f64; 11], wait: Option<f64>, [calls, waiting]: [f64; 2], faults: Option<&str>| {
        let mut row: Vec<Cell> = numbers.map(Cell::Number).to_vec();
        row.extend([wait.into(), Cell::Number(calls), Cell::Number(waiting), faults.into()]);
        row
    };
    [
        row([0., 3., 3., 2., 0., 0., 0., 0., 0., 0., 4e9 / 3. / 1e6], Some(9000.), [64. / 60., 18. / 60.], None),
        row([60., 2., 1., 2., 0., 1., 0., 0., 0., 0., 2000.], None, [36. / 60., 0.], None),
        row([120., 3., 1., 0., 1., 0., 1., 1., 1., 0., 2000.], None, [27. / 60., 0.], Some("callmanager sub1")),
    ]
}

#[test]
fn every_cell_is_as_worked_out_by_hand() {
    let plan = plan(WORKLOAD, &[MENU, DESK, MAIL, SLOW]);
    assert_eq!(cells(&plan, plan.window(), 1, 1, &COLUMNS), by_hand());
    // A second later one call is in the next bin; a fault that begins as a bin does is not in the one before.
    const LATER: (&str, &str) = ("desk.csv", "at_s,talk_s\n60,30\n70,5\n124,9\n130,9\n");
    let other = self::plan(WORKLOAD, &[MENU, LATER, MAIL, SLOW]);
    assert_ne!(cells(&other, other.window(), 1, 1, &COLUMNS)[..2], by_hand()[..2]);
    let faults = |at: &str, last: &str| {
        let text = WORKLOAD.replace("at = \"126s\"", at).replace("for = \"14s\"", last);
        let plan = self::plan(&text, &[MENU, DESK, MAIL, SLOW]);
        let struck = cells(&plan, plan.window(), 1, 1, &["faults"]);
        struck.concat().iter().map(|cell| *cell != Cell::Missing).collect::<Vec<_>>()
    };
    assert_eq!(faults("at = \"60s\"", "for = \"60s\""), [false, true, false]);
    assert_eq!(faults("at = \"59s\"", "for = \"62s\""), [true, true, true]);
    assert_eq!(faults("at = \"119s\"", ""), [false, true, true]);
}

/// Lists do not differ between replications: each band is the value, if 20 replications were run, on however many threads; thousandths of
/// a call, and of a millisecond. A caller's queue has a band only in the bin in which somebody left it.
#[test]
fn bands_of_equal_replications_are_their_value() {
    let plan = plan(WORKLOAD, &[MENU, DESK, MAIL, SLOW]);
    let columns = ["offered_p5", "offered_p50", "offered_p95", "setup_delay_mean_p95_ms", "queue_wait_mean_p5_ms"];
    let columns = [&columns[..], &["calls_in_progress_p50", "waiting_p95", "dropped_p5"]].concat();
    let number = Cell::Number;
    let expected = [
        [number(3.), number(3.), number(3.), number(1333.333), number(9000.), number(1.067), number(0.3), number(0.)],
        [number(2.), number(2.), number(2.), number(2000.), Cell::Missing, number(0.6), number(0.), number(0.)],
        [number(3.), number(3.), number(3.), number(2000.), Cell::Missing, number(0.45), number(0.), number(1.)],
    ];
    for jobs in [1, 3] {
        assert_eq!(cells(&plan, plan.window(), 20, jobs, &columns), expected);
    }
    // With fewer there are no edges, and of one replication no middle.
    let text = Cell::from("not estimable");
    let offered = |replications| cells(&plan, plan.window(), replications, 1, &columns[..3])[0].clone();
    assert_eq!(offered(19), [text.clone(), number(3.), text.clone()]);
    assert_eq!(offered(1), [text.clone(), text.clone(), text]);
}

/// A run of three thousand bins: the sums are there, and the columns of bands are not.
#[test]
fn a_run_of_very_many_bins_has_no_columns_of_bands() {
    let plan = plan(WORKLOAD, &[MENU, DESK, MAIL, SLOW]);
    let window = |bins| Window { bin: ctisim::engine::Span::from_nanos(180_000_000_000 / bins), ..plan.window() };
    let stop = AtomicBool::new(false);
    let runner = Runner { seed: plan.seed, jobs: 1, audit: Audit::Off, observer: &(), stop: &stop, records: None };
    for (bins, banded) in [(2_500, true), (3_000, false)] {
        let study = runner.replicate(&plan, window(bins), 0..20).expect("it runs");
        let sheet = timeline_sheet(&study);
        assert_eq!(sheet.columns.iter().any(|it| it == "offered_p95"), banded);
        assert_eq!(study.outcome.merged.bins.has_bands(), bins <= Bins::MOST_BANDED as u64);
        let sum = |of| study.bin_means(of).into_iter().flatten().sum::<f64>();
        assert_eq!(sum(Banded::Calls(Tally::Offered)), 8.0);
        assert_eq!(sum(Banded::Dropped), 1.0);
        let calls = sum(Banded::Level(Level::Calls)) / bins as f64;
        assert!((calls - (64. + 36. + 27.) / 180.).abs() < 1e-9, "{calls}");
    }
}
