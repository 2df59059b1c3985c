//! `run --records`: what a planner reads from its files, read with a reader of CSV and nothing else of the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ctisim::report;

fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(directory).args(arguments).stdin(Stdio::null());
    command
}

fn ctisim(directory: &Path, arguments: &[&str]) -> Output {
    command(directory, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The names in a directory, hidden ones too.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A row by the names of its columns.
type Row = BTreeMap<String, String>;

fn rows(file: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let names = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| -> Row {
        names.iter().zip(record.iter()).map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// The call detail records of a replication, of all files and nodes in order of their files' names; the two lines at the beginning
/// of each are what they must be.
fn details(folder: &Path) -> Vec<Row> {
    let files: Vec<String> = names(folder).into_iter().filter(|name| name.starts_with("cdr_")).collect();
    let mut all = Vec::new();
    for name in files {
        let mut rows = rows(&folder.join(&name));
        let types = rows.remove(0);
        assert_eq!(types.len(), 133, "{name}");
        assert_eq!((&*types["pkid"], &*types["duration"]), ("UNIQUEIDENTIFIER", "INTEGER"));
        let node = &name["cdr_StandAloneCluster_".len()..][..2];
        assert!(rows.iter().all(|row| format!("{:0>2}", row["globalCallID_callManagerId"]) == node), "{name}");
        all.extend(rows);
    }
    all
}

/// The cells of these columns.
fn cells<'r>(row: &'r Row, columns: &[&str]) -> Vec<&'r str> {
    columns.iter().map(|column| row.get(*column).unwrap_or_else(|| panic!("no column {column}")).as_str()).collect()
}

/// A site in which every message takes 1 ms of work, every decision 10 ms, and nothing else any time.
const SITE: &str = r#"
format = 1
question = "What is on record?"
profile = "12.5"
run = { length = "5m", warm_up = "30s", replications = 1, starts = "08:00" }
network = { between_nodes = "0s", to_application = "0s", from_caller = "0s" }
work = { setup = "1ms", offer = "1ms", redirect = "1ms", hold = "1ms", conference = "1ms", answer = "1ms", release = "1ms", device_open = "1ms", event = "1ms", request = "1ms", heartbeat = "0ms", cti_device_open = "1ms" }
[[node]]
name = "sub1"
[[node]]
name = "sub2"
ctimanager = false
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "ivr"
decide = "10ms"
[[route_point]]
name = "welcome"
lines = [{ dn = "8000" }]
device_pool = "main"
application = "ivr"
redirect_to = "menu"
[[cti_port]]
name = "menu"
count = 2
first_dn = "8101"
device_pool = "main"
application = "ivr"
treatment = "5s"
transfer_to = "agents"
[[phone]]
name = "agents"
count = 1
dn = "5000"
first_dn = "5101"
device_pool = "main"
answer = "3s"
[[phone]]
name = "office"
count = 1
first_dn = "5201"
device_pool = "main"
answered = "0%"
no_answer = "4s"
cfna = "operator"
[[phone]]
name = "desk"
count = 1
first_dn = "5301"
device_pool = "main"
answer = "3s"
consult = { share = 1, to = "experts", talk = "10s" }
[[phone]]
name = "helpdesk"
count = 1
first_dn = "5401"
device_pool = "main"
answer = "3s"
conference = { share = 1, with = "experts", bridge = "bridge", lasts = "30s" }
[[phone]]
name = "experts"
count = 2
first_dn = "5501"
device_pool = "main"
answer = "2s"
[[phone]]
name = "front"
count = 1
first_dn = "5601"
device_pool = "main"
answer = "3s"
transfer = { share = 1, to = "experts" }
[[phone]]
name = "asker"
count = 1
first_dn = "5701"
device_pool = "main"
answer = "3s"
consult = { share = 1, to = "nobody", talk = "10s" }
[[phone]]
name = "nobody"
count = 1
first_dn = "5801"
device_pool = "main"
answered = "0%"
no_answer = "4s"
[[conference_bridge]]
name = "bridge"
node = "sub2"
conferences = 2
[[destination]]
name = "operator"
dn = "9000"
answer = "1s"
egress = "sub2"
[[destination]]
name = "single"
dn = "9001"
answer = "1s"
lines = 1
egress = "sub1"
"#;

/// The site with calls to one of its parts, each with its time, talk and, if it has any, patience.
fn site(to: &str, calls: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let traffic = format!(
        "[[traffic]]\nname = \"callers\"\nto = \"{to}\"\ningress = [\"sub1\"]\narrivals = {{ file = \"calls.csv\" }}\n"
    );
    fs::write(directory.path().join("site.toml"), format!("{SITE}{traffic}")).unwrap();
    fs::write(directory.path().join("calls.csv"), format!("at_s,talk_s,patience_s\n{calls}\n")).unwrap();
    directory
}

/// The records of the one replication of such a site: of calls, and call detail records.
fn recorded(to: &str, calls: &str) -> (Vec<Row>, Vec<Row>) {
    let directory = site(to, calls);
    let output = ctisim(directory.path(), &["run", "site.toml", "--no-files", "--records", "records", "--audit"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(names(directory.path()), ["calls.csv", "records", "site.toml"]);
    let records = directory.path().join("records");
    assert_eq!(names(&records), ["directory.csv", "replication-00000", "run.json"]);
    let folder = records.join("replication-00000");
    (rows(&folder.join("calls.csv")), details(&folder))
}

/// What `recorded` finds of calls, and what it has to: the columns and the cells of each row.
#[track_caller]
fn assert_rows(found: &[Row], columns: &[&str], expected: &[&[&str]]) {
    let found: Vec<Vec<&str>> = found.iter().map(|row| cells(row, columns)).collect();
    assert_eq!(found, expected, "{columns:?}");
}

/// 08:00 on Monday, 6 January 2025, UTC, in seconds since 1970: 1,736,121,600 + 28,800.
const START: u64 = 1_736_150_400;

/// Cells of a time so many whole seconds after the start.
fn at(seconds: u64) -> String {
    (START + seconds).to_string()
}

const STORY: [&str; 8] = [
    "dateTimeOrigination",
    "dateTimeConnect",
    "dateTimeDisconnect",
    "duration",
    "origCause_value",
    "destCause_value",
    "lastRedirectRedirectReason",
    "joinOnBehalfOf",
];
const NUMBERS: [&str; 4] =
    ["callingPartyNumber", "originalCalledPartyNumber", "finalCalledPartyNumber", "lastRedirectDn"];

/// Set up at 10.001 s, at the route point at 10.002; the event is passed on at 10.003, decided on at 10.013, requested at 10.014
/// and redirected at 10.015. At the port at 10.016, and answered there the same way 13 ms later: 10.029. The menu is over at 15.029;
/// the transfer is decided at 15.039, requested at 15.040, and leaves the port at 15.041. The phone rings at 15.042, is picked up at
/// 18.042, and is connected at 18.043, 3.014 s after the menu. The caller talks for 20 s.
///
/// The caller's number: 9, its source with one digit, and its number with ten.
#[test]
fn a_call_through_a_route_point_and_a_port_to_a_phone() {
    let (calls, details) = recorded("welcome", "10,20,");
    assert_rows(
        &calls,
        &["replication", "call", "traffic", "offered_s", "clock", "warm_up", "dialled_from", "ingress"],
        &[&["0", "callers:0", "callers", "10", "08:00:10", "yes", "", "sub1"]],
    );
    assert_rows(
        &calls,
        &["route_point", "application", "connected_at", "device", "post_dial_delay_ms", "setup_delay_ms"],
        &[&["welcome", "ivr", "agents", "SEP000000000004", "29", "29"]],
    );
    assert_rows(
        &calls,
        &["queue_wait_ms", "treatment_ms", "talk_ms", "transfers", "transfer_delay_ms", "hops", "forwards"],
        &[&["", "5000", "20000", "1", "3014", "2", ""]],
    );
    assert_rows(
        &calls,
        &["turned_away", "ending", "over_s", "cdr_node", "cdr_call_id"],
        &[&["", "completed", "38.043", "1", "1"]],
    );
    // To the port; from the port to the phone, which nobody waits for; to the phone.
    let [t10, t15, t18, t38] = [10, 15, 18, 38].map(at);
    let split = "393216";
    assert_rows(
        &details,
        &STORY,
        &[
            &[&t10, &t10, &t15, "5", split, split, "0", "0"],
            &[&t15, "0", &t15, "0", split, split, "0", "0"],
            &[&t15, &t18, &t38, "20", "16", "0", "4", "10"],
        ],
    );
    let caller = "900000000000";
    assert_rows(
        &details,
        &NUMBERS,
        &[&[caller, "8000", "8101", "8000"], &["8101", "5000", "5101", "5000"], &[caller, "5000", "5101", "8101"]],
    );
    assert_rows(
        &details,
        &["globalCallID_callManagerId", "globalCallID_callId", "origDeviceName", "destDeviceName", "destNodeId"],
        &[
            &["1", "1", "TRUNK_sub1", "CTIP_menu_1", "1"],
            &["1", "2", "CTIP_menu_1", "SEP000000000004", "1"],
            &["1", "1", "TRUNK_sub1", "SEP000000000004", "1"],
        ],
    );
    assert_eq!(details[0]["origLegCallIdentifier"], details[2]["origLegCallIdentifier"]);
    assert_eq!(details[1]["destLegIdentifier"], details[2]["destLegIdentifier"]);
}

/// The same call at 60 s. The patience of 2 s begins anew when the menu is over, at 65.029 s; at 67.029 s the phone still rings.
#[test]
fn a_caller_who_hangs_up_while_a_transfer_rings() {
    let (calls, details) = recorded("welcome", "60,20,2");
    assert_rows(
        &calls,
        &["warm_up", "setup_delay_ms", "treatment_ms", "talk_ms", "transfers", "connected_at", "ending", "over_s"],
        &[&["no", "29", "5000", "", "0", "menu", "abandoned", "67.029"]],
    );
    let [t60, t65, t67] = [60, 65, 67].map(at);
    assert_rows(
        &details,
        &STORY,
        &[
            &[&t60, &t60, &t65, "5", "393216", "393216", "0", "0"],
            &[&t65, "0", &t65, "0", "393216", "393216", "0", "0"],
            &[&t65, "0", &t67, "0", "16", "0", "4", "10"],
        ],
    );
}

/// It rings at 100.002 s, is not answered, and is forwarded at 104.002; redirected at 104.003, it rings outside at 104.004, is picked up at
/// 105.004 and connected at 105.005, 5.005 s after the offer. A forward is one row.
#[test]
fn a_call_that_is_forwarded_because_nobody_answers() {
    let (calls, details) = recorded("office", "100,10,");
    assert_rows(
        &calls,
        &[
            "post_dial_delay_ms",
            "setup_delay_ms",
            "talk_ms",
            "hops",
            "forwards",
            "turned_away",
            "connected_at",
            "device",
        ],
        &[&["2", "5005", "10000", "1", "cfna:office>operator", "not_answered@office", "operator", ""]],
    );
    assert_rows(&calls, &["ending", "over_s"], &[&["completed", "115.005"]]);
    let [t100, t105, t115] = [100, 105, 115].map(at);
    assert_rows(&details, &STORY, &[&[&t100, &t105, &t115, "10", "16", "0", "2", "0"]]);
    // The group has no number; the longest of the others has four digits, so it has five: 8, and its place among groups, after one
    // group of ports and one of phones. The phone is 5201.
    assert_rows(&details, &NUMBERS[1..], &[&["80002", "9000", "5201"]]);
    assert_rows(
        &details,
        &["origCalledPartyRedirectReason", "lastRedirectRedirectOnBehalfOf", "destNodeId", "destDeviceName"],
        &[&["2", "5", "2", "TRUNK_sub2"]],
    );
}

/// One line outside: the second caller finds it busy at 160.001 s, when the digits are analysed. The first, connected at 151.003 s, has it
/// until 181.003 s: rows are in the order of their ends.
#[test]
fn a_call_that_is_refused() {
    let (calls, details) = recorded("single", "150,30,\n160,30,");
    assert_rows(
        &calls,
        &["call", "setup_delay_ms", "turned_away", "ending", "over_s", "connected_at"],
        &[
            &["callers:1", "", "busy@single", "refused_busy", "160.001", ""],
            &["callers:0", "1003", "", "completed", "181.003", "single"],
        ],
    );
    let [t150, t151, t160, t181] = [150, 151, 160, 181].map(at);
    assert_rows(
        &details,
        &STORY,
        &[&[&t160, "0", &t160, "0", "0", "17", "0", "0"], &[&t150, &t151, &t181, "30", "16", "0", "0", "0"]],
    );
    assert_rows(&details, &["finalCalledPartyNumber", "destDeviceName"], &[&["9001", ""], &["9001", "TRUNK_sub1"]]);
}

/// Offered 10 s before the end of the run, and connected after 1.003 s: there is a row of the call, and no call detail record.
#[test]
fn a_call_in_progress() {
    let (calls, details) = recorded("single", "290,60,");
    assert_rows(
        &calls,
        &["setup_delay_ms", "talk_ms", "ending", "over_s", "connected_at"],
        &[&["1003", "", "in_progress", "", "single"]],
    );
    assert!(details.is_empty());
}

/// Connected at 203.003 s; the talk of 20 s over, the caller is put aside at 223.004. The expert's phone rings at 223.005, is picked up at
/// 225.005 and connected at 225.006; 10 s later the transfer is asked for, and is complete at 235.007, 12.004 s after the talk. The
/// caller talks to the expert for 20 s: with 20.001 s to the first person, 40.001 s.
#[test]
fn a_transfer_after_consulting_is_three_rows() {
    let (calls, details) = recorded("desk", "200,20,");
    assert_rows(
        &calls,
        &["talk_ms", "transfers", "transfer_delay_ms", "hops", "connected_at", "ending", "over_s"],
        &[&["40001", "1", "12004", "1", "experts", "completed", "255.007"]],
    );
    let [t200, t203, t223, t225, t235, t255] = [200, 203, 223, 225, 235, 255].map(at);
    let split = "393216";
    assert_rows(
        &details,
        &STORY,
        &[
            &[&t200, &t203, &t235, "32", split, split, "0", "0"],
            &[&t223, &t225, &t235, "10", split, split, "0", "0"],
            &[&t235, &t235, &t255, "20", "16", "0", "4", "10"],
        ],
    );
    // The groups have no numbers: they are those of places 3 and 5.
    let caller = "900000000000";
    assert_rows(
        &details,
        &NUMBERS,
        &[&[caller, "80003", "5301", "80003"], &["5301", "80005", "5501", "80005"], &[caller, "80005", "5501", "5301"]],
    );
    assert_rows(&details, &["globalCallID_callId"], &[&["1"], &["2"], &["1"]]);
}

/// Connected at 33.003 s, the talk is over at 43.003, and the transfer takes effect at 43.004. The expert's phone rings at 43.005, is picked
/// up at 45.005 and connected at 45.006, 2.003 s after the talk; 10 s more.
#[test]
fn a_transfer_without_consulting_has_a_consultation_of_no_time() {
    let (calls, details) = recorded("front", "30,10,");
    assert_rows(
        &calls,
        &["talk_ms", "transfers", "transfer_delay_ms", "hops", "connected_at", "ending", "over_s"],
        &[&["20001", "1", "2003", "1", "experts", "completed", "55.006"]],
    );
    let [t30, t33, t43, t45, t55] = [30, 33, 43, 45, 55].map(at);
    let split = "393216";
    assert_rows(
        &details,
        &STORY,
        &[
            &[&t30, &t33, &t43, "10", split, split, "0", "0"],
            &[&t43, "0", &t43, "0", split, split, "0", "0"],
            &[&t43, &t45, &t55, "10", "16", "0", "4", "10"],
        ],
    );
    assert_rows(&details, &["finalCalledPartyNumber"], &[&["5601"], &["5501"], &["5501"]]);
}

/// Put aside at 43.004 s; the phone of the third party rings from 43.005 to 47.005 in vain, and the person ends the call.
#[test]
fn a_consultation_that_nobody_answers_is_a_row_of_its_own() {
    let (calls, details) = recorded("asker", "30,10,");
    assert_rows(
        &calls,
        &["talk_ms", "transfers", "hops", "turned_away", "connected_at", "ending", "over_s"],
        &[&["10001", "0", "1", "not_answered@nobody", "asker", "completed", "47.005"]],
    );
    let [t30, t33, t43, t47] = [30, 33, 43, 47].map(at);
    assert_rows(
        &details,
        &STORY,
        &[&[&t43, "0", &t47, "0", "0", "19", "0", "0"], &[&t30, &t33, &t47, "14", "16", "0", "0", "0"]],
    );
}

/// The patience of 3.5 s begins anew at 43.003 s, with the wish to consult: the caller hangs up at 46.503.
#[test]
fn a_caller_who_hangs_up_during_a_consultation_ends_both_calls() {
    let (calls, details) = recorded("asker", "30,10,3.5");
    assert_rows(&calls, &["talk_ms", "turned_away", "ending", "over_s"], &[&["10001", "", "abandoned", "46.503"]]);
    let [t30, t33, t43, t46] = [30, 33, 43, 46].map(at);
    assert_rows(
        &details,
        &STORY,
        &[&[&t43, "0", &t46, "0", "16", "0", "0", "0"], &[&t30, &t33, &t46, "13", "16", "0", "0", "0"]],
    );
}

/// Connected at 248.003 s, put aside at 258.004, the expert connected at 260.006, and joined in at 260.007 s for 30 s. The caller has
/// talked for 10.001 s and 30 s. Each of the three is connected to the bridge.
#[test]
fn a_conference_is_five_rows() {
    let (calls, details) = recorded("helpdesk", "245,10,");
    assert_rows(
        &calls,
        &["talk_ms", "transfers", "connected_at", "ending", "over_s"],
        &[&["40001", "0", "experts", "completed", "290.007"]],
    );
    let [t245, t248, t258, t260, t290] = [245, 248, 258, 260, 290].map(at);
    let split = "393216";
    let on_bridge: &[&str] = &[&t260, &t260, &t290, "30", "16", "0", "98", "4"];
    assert_rows(
        &details,
        &STORY,
        &[
            &[&t245, &t248, &t260, "12", split, split, "0", "0"],
            &[&t258, &t260, &t260, "0", split, split, "0", "0"],
            on_bridge,
            on_bridge,
            on_bridge,
        ],
    );
    let bridge = "b00000000001";
    let parties: Vec<Vec<&str>> = details[2..].iter().map(|row| cells(row, &NUMBERS[..3])).collect();
    assert_eq!(parties, ["900000000000", "5401", "5501"].map(|number| vec![number, bridge, bridge]));
}

/// The reference has every column of `calls.csv` with its meaning, and names the columns of call detail records that have something.
#[test]
fn every_column_is_in_the_reference() {
    const BEGIN: &str = "<!-- columns, from src/report/records.rs: UPDATE=1 cargo test --test suite records:: -->\n";
    const END: &str = "<!-- end of columns -->\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/records.md");
    let page = fs::read_to_string(&file).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("a table of columns");
    let (_, after) = rest.split_once(END).expect("its end");
    let columns = report::CALL_COLUMNS.map(|(name, meaning)| format!("| `{name}` | {meaning} |\n")).concat();
    let made = format!("{before}{BEGIN}\n| column | meaning |\n|---|---|\n{columns}\n{END}{after}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &made).unwrap();
    }
    assert!(made == fs::read_to_string(&file).unwrap(), "docs/reference/records.md is out of date: run with UPDATE=1");
    let (_, details) = made.split_once("## Call detail records").expect("their section");
    let lacking: Vec<&str> = report::cdr_columns_filled().filter(|it| !details.contains(&format!("`{it}`"))).collect();
    assert!(lacking.is_empty(), "docs/reference/records.md does not explain {lacking:?}");
}

fn workload(name: &str) -> String {
    format!("{}/workloads/{name}.toml", env!("CARGO_MANIFEST_DIR"))
}

/// What `replications.csv` counts of calls.
const ENDINGS: [&str; 12] = [
    "completed",
    "abandoned",
    "refused_busy",
    "refused_not_opened",
    "refused_not_answered",
    "refused_too_many_hops",
    "refused_throttled",
    "refused_no_callmanager",
    "dropped_in_setup",
    "dropped_in_change",
    "dropped_connected",
    "in_progress",
];

fn number(cell: &str) -> f64 {
    cell.parse().unwrap_or_else(|_| panic!("`{cell}` is a number"))
}

/// The rows of calls offered after the warm-up are those that are counted, by ending and by delay; and the call detail records are of the
/// same calls.
#[test]
fn records_add_up_to_the_results() {
    for name in [
        "busy_hour",
        "application_hang",
        "callmanager_failure",
        "contact_centre",
        "softphone_dialler",
        "attendant_console",
        "flash_crowd",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let arguments =
            ["run", &workload(name), "--replications", "3..5", "--out", "out", "--records", "records", "--jobs", "2"];
        let output = ctisim(path, &arguments);
        assert!([Some(0), Some(10), Some(11)].contains(&output.status.code()), "{name}: {}", text(&output.stderr));
        let results = rows(&path.join("out/replications.csv"));
        assert_eq!(results.len(), 2, "{name}");
        for result in &results {
            let folder = path.join(format!("records/replication-0000{}", result["replication"]));
            let calls = rows(&folder.join("calls.csv"));
            let counted: Vec<&Row> = calls.iter().filter(|row| row["warm_up"] == "no").collect();
            assert_eq!(counted.len() as f64, number(&result["offered"]), "{name}: offered");
            for ending in ENDINGS {
                let found = counted.iter().filter(|row| row["ending"] == ending).count();
                assert_eq!(found as f64, number(&result[ending]), "{name}: {ending}");
            }
            for delay in ["post_dial_delay", "setup_delay"] {
                let all: Vec<f64> = counted
                    .iter()
                    .map(|row| &row[&format!("{delay}_ms")])
                    .filter(|cell| !cell.is_empty())
                    .map(|cell| number(cell))
                    .collect();
                let mean = all.iter().sum::<f64>() / all.len() as f64;
                let (expected, most) =
                    (number(&result[&format!("{delay}_mean_ms")]), number(&result[&format!("{delay}_max_ms")]));
                assert!((mean / expected - 1.0).abs() < 1e-9, "{name}: {delay} {mean} {expected}");
                assert_eq!(all.iter().copied().fold(0.0, f64::max), most, "{name}: {delay}");
            }
            assert_details(name, &calls, &details(&folder));
        }
    }
}

/// The call detail records of calls: each is whole, and they lead to the same calls.
fn assert_details(name: &str, calls: &[Row], details: &[Row]) {
    let mut seen = BTreeSet::new();
    let mut by_call: BTreeMap<(&str, &str), Vec<&Row>> = BTreeMap::new();
    for row in details {
        assert_eq!(row.len(), 133, "{name}");
        assert!(seen.insert(&row["pkid"]), "{name}: {} is there twice", row["pkid"]);
        let [began, connected, ended, lasted] =
            ["dateTimeOrigination", "dateTimeConnect", "dateTimeDisconnect", "duration"].map(|it| number(&row[it]));
        assert!(began <= ended && (connected == 0.0 || (began <= connected && connected <= ended)), "{name}: {row:?}");
        let talked = if connected > 0.0 { ended - connected } else { 0.0 };
        assert!(lasted == talked || (lasted == 0.0 && talked == 1.0), "{name}: {row:?}");
        let id = (row["globalCallID_callManagerId"].as_str(), row["globalCallID_callId"].as_str());
        by_call.entry(id).or_default().push(row);
    }
    let mut own_numbers = BTreeSet::new();
    for call in calls {
        let id = (call["cdr_node"].as_str(), call["cdr_call_id"].as_str());
        assert!(own_numbers.insert(id), "{name}: {id:?} is there twice");
        let own = by_call.get(&id);
        if ["in_progress", "refused_no_callmanager"].contains(&&*call["ending"]) {
            // Of a call in progress, what has changed may be there.
            assert!(own.is_none_or(|rows| rows.iter().all(|row| row["origCause_value"] == SPLIT)), "{call:?}");
            continue;
        }
        let Some(own) = own else { panic!("{name}: no record of {call:?}") };
        let last = own.iter().map(|row| number(&row["dateTimeDisconnect"])).fold(0.0, f64::max);
        let since_first = last - number(&own[0]["dateTimeOrigination"]);
        let lasted = number(&call["over_s"]) - number(&call["offered_s"]);
        assert!((since_first - lasted).abs() < 1.0, "{name}: {since_first} {call:?}");
        let answered = own.iter().any(|row| row["dateTimeConnect"] != "0");
        assert_eq!(answered, !call["setup_delay_ms"].is_empty(), "{name}: {call:?}");
        let ends = own.iter().filter(|row| row["destCause_value"] != SPLIT).count();
        let conference = own.iter().any(|row| row["joinOnBehalfOf"] == "4");
        assert_eq!(ends, if conference { 3 } else { 1 }, "{name}: {call:?}");
        let transfers = own.iter().filter(|row| row["lastRedirectRedirectReason"] == "4" && row["duration"] != "0");
        assert!(transfers.count() <= call["transfers"].parse().unwrap(), "{name}: {call:?}");
    }
    // Other numbers are those of consultations: each has one row.
    let consultations = by_call.iter().filter(|(id, _)| !own_numbers.contains(*id));
    assert!(consultations.clone().all(|(_, rows)| rows.len() == 1), "{name}");
    let joined = details.iter().filter(|row| row["joinOnBehalfOf"] == "10").count();
    assert!(consultations.count() >= joined, "{name}: a transfer has a consultation");
}

/// Cisco's cause of a call that was split.
const SPLIT: &str = "393216";

/// Names in the order that they have there: those of the positions that the field guide of release 15 gives.
#[test]
fn the_columns_are_those_of_the_field() {
    let directory = site("single", "150,30,");
    assert!(ctisim(directory.path(), &["run", "site.toml", "--no-files", "--records", "r"]).status.success());
    let folder = directory.path().join("r/replication-00000");
    assert_eq!(names(&folder), ["calls.csv", "cdr_StandAloneCluster_01_202501060800_1"]);
    let file = fs::read_to_string(folder.join("cdr_StandAloneCluster_01_202501060800_1")).unwrap();
    let mut lines = file.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!((head.len(), lines.next().unwrap().split(',').count()), (133, 133));
    for (at, name) in [
        (0, "cdrRecordType"),
        (4, "dateTimeOrigination"),
        (11, "origCause_value"),
        (25, "destLegIdentifier"),
        (29, "originalCalledPartyNumber"),
        (30, "finalCalledPartyNumber"),
        (33, "destCause_value"),
        (47, "dateTimeConnect"),
        (48, "dateTimeDisconnect"),
        (49, "lastRedirectDn"),
        (55, "duration"),
        (56, "origDeviceName"),
        (62, "origCalledPartyRedirectReason"),
        (63, "lastRedirectRedirectReason"),
        (65, "globalCallId_ClusterID"),
        (94, "IncomingProtocolID"),
        (112, "wasCallQueued"),
        (128, "huntPilotPattern"),
        (129, "origDeviceType"),
        (132, "destDeviceSessionID"),
    ] {
        assert_eq!(head[at], format!("\"{name}\""), "{at}");
    }
    assert!(!file.contains('\r') && file.ends_with('\n'));
    // The only row: numbers are bare, texts are in quotes.
    assert!(lines.next().unwrap().starts_with("1,1,1,16777217,1736150550,1,0,0,\"900000000000\",\"\",0,16,"));
}

/// A file has the rows of an hour: calls end at 08:59:59 and at 09:00:01.
#[test]
fn each_hour_has_a_file() {
    let directory = site("operator", "3590,8,\n3590,10,");
    let arguments = ["run", "site.toml", "--no-files", "--records", "r", "--set", "run.length=2h"];
    assert!(ctisim(directory.path(), &arguments).status.success());
    let folder = directory.path().join("r/replication-00000");
    let files = ["cdr_StandAloneCluster_01_202501060800_1", "cdr_StandAloneCluster_01_202501060900_2"];
    assert_eq!(names(&folder)[1..], files);
    let ended = |file: &str| rows(&folder.join(file))[1]["dateTimeDisconnect"].clone();
    assert_eq!(files.map(ended), [at(3599), at(3601)]);
}

/// The content of every file below a directory.
fn tree(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(tree(&path)),
            false => drop(found.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
    let relative = |(path, content): (PathBuf, Vec<u8>)| {
        let path = path.strip_prefix(directory).map_or(path.clone(), Path::to_owned);
        (path, content)
    };
    found.into_iter().map(relative).collect()
}

/// The results are the same with and without records, and the records are the same on any number of threads; what an earlier run has
/// left is replaced, replications that this one does not have included.
#[test]
fn threads_leave_no_trace_and_neither_does_an_earlier_run() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let run = |more: &[&str]| {
        let busy_hour = workload("contact_centre");
        let arguments = [&["run", &busy_hour, "--set", "run.length=40m", "--out"], more].concat();
        let output = ctisim(path, &arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stderr)
    };
    run(&["plain", "--replications", "4"]);
    run(&["one", "--replications", "6", "--jobs", "1", "--records", "a"]);
    assert_eq!(names(&path.join("a")).len(), 2 + 6);
    let said = run(&["one", "--replications", "4", "--jobs", "1", "--records", "a"]);
    run(&["three", "--replications", "4", "--jobs", "3", "--records", "b"]);
    assert!(
        tree(&path.join("one")) == tree(&path.join("plain")) && tree(&path.join("three")) == tree(&path.join("plain"))
    );
    let records = tree(&path.join("a"));
    assert!(records == tree(&path.join("b")) && records.len() > 2 + 4 * 3);
    let calls: usize = (0..4).map(|r| rows(&path.join(format!("a/replication-0000{r}/calls.csv"))).len()).sum();
    assert!(said.contains(&format!("wrote records of {calls} calls and ")), "{said}");
    assert_eq!(names(path), ["a", "b", "one", "plain", "three"], "nothing is left beside them");
}

/// What is wrong with the directory is said before the run, and nothing is touched.
#[test]
fn a_directory_that_cannot_have_records() {
    let directory = site("single", "150,30,");
    let path = directory.path();
    fs::write(path.join("file"), "mine").unwrap();
    fs::create_dir_all(path.join("mine/replication-00000")).unwrap();
    fs::write(path.join("mine/notes.txt"), "mine").unwrap();
    let before = tree(path);
    for (arguments, code, words) in [
        (&["--records", "file"][..], 2, &["--records file: it is not a directory", "help:"][..]),
        (&["--records", "file/records"], 1, &["cannot write file", "--records"]),
        (&["--records", "mine"], 2, &["there is `notes.txt`, which is no record of calls", "choose another directory"]),
        (&["--records", ".", "--no-files"], 2, &["the command runs there"]),
        (&["--records", "/proc/records"], 1, &["cannot write /proc/", "choose a directory that can be written to"]),
        (&["--records", "out", "--out", "out"], 2, &["/out is written by this command too"]),
        (&["--records", "out/records", "--out", "out"], 2, &["/out is written by this command too"]),
        (&["--records", "results"], 2, &["results/site is written by this command too"]),
        (
            &["--records", "r", "--html", "r/page.html", "--no-files"],
            2,
            &["r/page.html is written by this command too"],
        ),
    ] {
        let output = ctisim(path, &[&["run", "site.toml"], arguments].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(words.iter().all(|word| said.contains(word)), "{arguments:?}: {said}");
        assert!(tree(path) == before, "{arguments:?}");
        assert_eq!(names(path), ["calls.csv", "file", "mine", "site.toml"], "{arguments:?}");
    }
}

/// A limit on the size of files is as near to a full disk as a test gets without a disk of its own: the run ends, the records of
/// an earlier one stay, and no results are written either.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_while_records_are_written() {
    let directory = site("single", "150,30,");
    let path = directory.path();
    assert!(ctisim(path, &["run", "site.toml", "--no-files", "--records", "r"]).status.success());
    let before = tree(path);
    let program = assert_cmd::cargo::cargo_bin!("ctisim");
    let script = format!("ulimit -f 100; exec '{}' run --replications 3 --records r", program.display());
    let output = Command::new("sh").args(["-c", &script]).current_dir(path).output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write r/replication-0000") && said.contains("free some space"), "{said}");
    assert!(tree(path) == before);
    assert_eq!(names(path), ["calls.csv", "r", "site.toml"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_no_records() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let mut run = command(path, &["run", "--replications", "200000", "--records", "r"]);
    let child = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Long enough for the first records, and nowhere near the end.
    while fs::read_dir(path.join(".r.ctisim.new")).map_or(0, Iterator::count) < 3 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(text(&output.stderr).contains("nothing was written"), "{}", text(&output.stderr));
    assert_eq!(names(path), [""; 0]);
}

/// The program is killed at each step. What the next command that writes there finds, it makes whole: the records of the earlier run or
/// of this one, and once they are new, no later step makes them old again. That command has no room for a single byte, so that it
/// replaces nothing itself.
#[cfg(target_os = "linux")]
#[test]
fn records_are_whole_wherever_the_program_is_killed() {
    if !cfg!(debug_assertions) {
        return;
    }
    let program = assert_cmd::cargo::cargo_bin!("ctisim");
    let run = |path: &Path, seed: &str| {
        command(path, &["run", "site.toml", "--no-files", "--records", "r", "--quiet", "--seed", seed])
    };
    let mut were_new = false;
    for step in 0.. {
        let directory = site("single", "150,30,");
        let path = directory.path();
        assert!(run(path, "1").status().unwrap().success());
        let old = tree(&path.join("r"));
        let killed = run(path, "2").env("CTISIM_KILLED_AT", step.to_string()).output().unwrap();
        if killed.status.code().is_some() {
            // It is whole, has been moved away, the other has come, and is on the disk.
            assert!(killed.status.success() && step == 3 && were_new, "{step}");
            break;
        }
        let script = format!("ulimit -f 0; exec '{}' run site.toml --no-files --records r", program.display());
        let next = Command::new("sh").args(["-c", &script]).current_dir(path).output().unwrap();
        assert_eq!(next.status.code(), Some(1), "{}", text(&next.stderr));
        assert_eq!(names(path), ["calls.csv", "r", "site.toml"], "{step}");
        let found = tree(&path.join("r"));
        let is_new = found != old;
        assert!(found.keys().eq(old.keys()), "{step}");
        assert!(!is_new || text(&found[Path::new("run.json")]).contains("\"seed\": 2"), "{step}");
        assert!(is_new || !were_new, "{step}: back to the old ones");
        were_new = is_new;
    }
}
