//! What the cases are made of: every workload and table of the project, its keys, and what people type.

use std::fs;
use std::path::Path;

use ctisim::domain::Forward;
use ctisim::record::{Measure, Statistic};
use ctisim::workload::vocabulary::{Section, ValueKind, Zero, sections};

/// Texts to begin from, by what they are.
pub(crate) struct Corpus {
    /// Workloads, good and bad, each with settings and the file beside it.
    pub(crate) workloads: Vec<Vec<u8>>,
    /// Workloads that compile.
    pub(crate) good: Vec<Vec<u8>>,
    /// Tables that workloads name.
    pub(crate) tables: Vec<Vec<u8>>,
    /// A line for every key of the format, for each value that such a key may have.
    pub(crate) keys: Vec<String>,
    /// Quantities: durations, rates, shares, distributions.
    pub(crate) quantities: Vec<Vec<u8>>,
    /// Measures, goals, precisions and keys with values.
    pub(crate) phrases: Vec<Vec<u8>>,
    /// Command lines, a word in each line.
    pub(crate) commands: Vec<Vec<u8>>,
    /// Every flag of any command.
    pub(crate) flags: Vec<String>,
    /// Rows of tables.
    pub(crate) rows: Vec<String>,
    /// Baselines and points of sweeps.
    pub(crate) kept: Vec<Vec<u8>>,
}

/// Stands in tables, and must not be said where a table may not be quoted.
pub(crate) const SECRET: &str = "s3cret";

fn read(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files of a directory with one of these endings, in order.
fn files(directory: &str, endings: &[&str]) -> Vec<String> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(directory)).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| endings.iter().any(|ending| name.ends_with(ending))).collect();
    names.sort();
    names.into_iter().map(|name| format!("{directory}/{name}")).collect()
}

/// Settings, as comments of TOML, and a table for whatever file is named.
const MORE: &[u8] =
    b"\n#set run.length=10m\n#set node.1.work.setup=1ms\n#set traffic.1.talk={ exponential = \"1m\" }\n";

impl Corpus {
    pub(crate) fn read() -> Corpus {
        let table = [b"\n#beside\n".as_slice(), &read("tests/bad/good_calls.csv")].concat();
        let shipped: Vec<Vec<u8>> = files("workloads", &[".toml"]).iter().map(|path| read(path)).collect();
        let cases = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/chapter")).expect("a directory");
        let mut cases: Vec<String> =
            cases.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        cases.sort();
        cases.retain(|name| !name.contains('.'));
        let cases = cases.iter().map(|name| read(&format!("tests/chapter/{name}/workload.toml")));
        let good: Vec<Vec<u8>> = shipped.into_iter().chain(cases).collect();
        let bad = files("tests/bad", &[".toml", ".toml.in"]);
        let bad = bad.iter().map(|path| read(path)).filter(|text| text.len() < 10_000);
        let workloads = good
            .iter()
            .cloned()
            .chain(good.iter().cloned())
            .chain(bad)
            .map(|text| [&text, MORE, &table].concat())
            .collect();
        let mut tables: Vec<Vec<u8>> = files("tests/bad", &[".csv"]).iter().map(|path| read(path)).collect();
        tables.extend(TABLES.iter().map(|text| text.as_bytes().to_vec()));
        let owned = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
        let measures =
            ["setup_delay", "abandoned", "refused", "completed", "utilisation", "calls_in_progress", "events"];
        let mut phrases = owned(PHRASES);
        for measure in measures.into_iter().chain(Forward::ALL.map(Forward::name)) {
            for statistic in Statistic::ALL {
                let phrase = format!("{measure}.{}", statistic.name());
                if Measure::parse(&phrase).is_ok() {
                    phrases.push(phrase.into_bytes());
                }
            }
        }
        let page = String::from_utf8(read("docs/reference/commands.md")).expect("a page");
        let shown = page.lines().map(str::trim).filter(|line| line.starts_with("ctisim "));
        let commands = COMMANDS.iter().copied().chain(shown).map(|line| line.replace(' ', "\n").replace('\'', ""));
        let words = page.split(|it: char| !it.is_ascii_alphanumeric() && it != '-');
        let mut flags: Vec<String> = words.filter(|word| word.starts_with("--")).map(str::to_owned).collect();
        flags.sort();
        flags.dedup();
        Corpus {
            workloads,
            good,
            tables,
            keys: keys(),
            quantities: owned(QUANTITIES),
            phrases,
            commands: commands.map(String::into_bytes).collect(),
            flags,
            rows: ROWS.iter().map(|row| (*row).to_owned()).collect(),
            kept: crate::kept::texts(),
        }
    }
}

/// A line for every key: its default, and values of its kind.
fn keys() -> Vec<String> {
    let mut lines = Vec::new();
    for section in sections() {
        for term in section.terms {
            lines.extend(term.absent.value().map(|value| format!("{} = {value}", term.key)));
            lines.extend(values(&term.kind, 2).into_iter().map(|value| format!("{} = {value}", term.key)));
        }
        if !section.name.is_empty() {
            lines.push(format!("[[{}]]", section.name));
            lines.push(format!("[{}]", section.name));
        }
    }
    lines
}

/// Values of a kind, in TOML; tables are filled to this depth.
fn values(kind: &ValueKind, depth: usize) -> Vec<String> {
    let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    match kind {
        ValueKind::Flag => owned(&["true", "false"]),
        ValueKind::Text | ValueKind::Sentence => owned(&["\"what?\"", "\"\""]),
        ValueKind::Word(words) => words.iter().map(|word| format!("\"{word}\"")).collect(),
        ValueKind::Whole(low, high) => {
            [low.to_string(), high.to_string(), low.saturating_sub(1).to_string(), (u128::from(*high) + 1).to_string()]
                .into()
        }
        ValueKind::Number(low, high) => [low.to_string(), high.to_string(), "0.5".to_owned()].into(),
        ValueKind::PositiveNumber => owned(&["0", "0.5", "3", "1e-300", "1e300"]),
        ValueKind::Duration(Zero::Allowed) => owned(&["\"0s\"", "\"20ms\"", "\"1m\""]),
        ValueKind::Duration(Zero::Excluded) => owned(&["\"1ns\"", "\"2s\"", "\"10m\"", "\"off\""]),
        ValueKind::Clock => owned(&["\"08:00\"", "\"23:59:59\"", "\"24:00\""]),
        ValueKind::Rate(_) => owned(&["\"100/h\"", "\"1/s\"", "\"0/s\"", "\"1000000/s\""]),
        ValueKind::Share(_) => owned(&["\"5%\"", "0.5", "0", "1", "\"100%\""]),
        ValueKind::Name | ValueKind::Reference | ValueKind::Target => owned(&[
            "\"main\"",
            "\"sub1\"",
            "\"ivr\"",
            "\"ports\"",
            "\"phones\"",
            "\"7000\"",
            "\"welcome\"",
            "\"a\"",
            "\"out\"",
        ]),
        ValueKind::DirectoryNumber | ValueKind::FirstNumber => {
            owned(&["\"7000\"", "\"*8\"", "\"99999999999999999999999999999999\""])
        }
        ValueKind::List { of, .. } => {
            let of = values(of, depth);
            let two: Vec<String> = of.iter().take(2).cloned().collect();
            [format!("[{}]", of.first().cloned().unwrap_or_default()), format!("[{}]", two.join(", ")), "[]".to_owned()]
                .into()
        }
        ValueKind::Named(of) => values(of, depth).iter().map(|value| format!("{{ balance = {value} }}")).collect(),
        ValueKind::Either(one, other) => [values(one, depth), values(other, depth)].concat(),
        ValueKind::Distribution(_, section) => [owned(&["\"3s\""]), tables(section, depth)].concat(),
        ValueKind::Table(section) | ValueKind::Overriding(section) | ValueKind::Tables(section) => {
            tables(section, depth)
        }
    }
}

/// Tables with one key each, and one with all that are required.
fn tables(section: &Section, depth: usize) -> Vec<String> {
    if depth == 0 {
        return vec!["{}".to_owned()];
    }
    let pairs = section
        .terms
        .iter()
        .filter_map(|term| Some(format!("{} = {}", term.key, values(&term.kind, depth - 1).first()?)));
    let pairs: Vec<String> = pairs.collect();
    let each = pairs.iter().map(|pair| format!("{{ {pair} }}"));
    let all = format!("{{ {} }}", pairs.join(", "));
    each.chain([all]).collect()
}

const TABLES: &[&str] = &[
    "at_s,talk_s,patience_s\n0,60,30\n1.5,2.25,\n1.5,,4\n300,1e2,0.000000001\n",
    "at,talk,patience\n0s,1m,30s\n10s,2m,45s\n1h,1h30m,1ms\n",
    "sep=;\nat_s;talk_s\n1;2\n2;3\n",
    "\"at_s\",\"talk_s\"\r\n\"1\",\"2\"\r\n\"2\",\"3\"\r\n",
    "at_s\twish\n1\tbalance\n",
    "at_s,wish,agent\n1,balance,s3cret\n2,sales,s3cret\n3,,\n,,\n",
    "latency_ms\r\n12\r\n13\r\n14\r\n",
    "id,latency_ms,note\n1,60,\"ok, fine\"\n2,240,\"two\nlines\"\n3,300,\"said \"\"no\"\"\"\n",
    "latency_ms\n0.30000000000000004\n1e2\n60.000000000000007\n.5\n5.\n-0.0\n",
    "at,rate\n0h,20/h\n8h,400/h\n18h,60/h\n",
    "at,rate,note\n0h,20/h,\"night\"\n8h,400/h,day\n",
];

const ROWS: &[&str] = &[
    "0",
    "1,2,3",
    "1,2,3,4",
    ",",
    ",,,",
    "\"1\",2",
    "\"1",
    "1\"",
    "\"a\"b",
    "1e400,2",
    "-1,2",
    "nan,inf",
    "599.9999999999,1",
    "600,1",
    "1752142830,5",
    "at_s,talk_s",
    "sep=,",
    "s3cret,s3cret",
    "1,s3cret",
    "8h,400/h",
    "8h,1e9/h",
    "584y,0/h",
    "\u{1b}[31m,1",
    "\u{202e}1,2",
];

const QUANTITIES: &[&str] = &[
    "250ms",
    "1h30m",
    "2.5s",
    "1d2h3m4s5ms6us7ns",
    "0s",
    "0.000000001s",
    "584y",
    "213503d",
    "off",
    "36000/h",
    "10/s",
    "0.5 / s",
    "5%",
    "100 %",
    "0.05",
    "3m",
    "{ exponential = \"3m\" }",
    "{ constant = \"3m\" }",
    "{ uniform = [\"1s\", \"2s\"] }",
    "{ erlang = { mean = \"6ms\", phases = 3 } }",
    "{ lognormal = { mean = \"5ms\", cv = 1.2 } }",
    "{ weibull = { mean = \"1ms\", shape = 2.0 } }",
    "{ empirical = { file = \"x.csv\", column = \"latency_ms\", unit = \"ms\" } }",
];

const PHRASES: &[&str] = &[
    "setup_delay.p99<=500ms",
    "refused <= 0.1%",
    "refused<=40",
    "completed.share>=95%",
    "station:ivr.workers/utilisation<=80%",
    "node:sub1/calls_in_progress",
    "application:ivr/recovery",
    "setup_delay.p99.9>=1s",
    "route_point:welcome/calls.peak",
    "setup_delay.p99=2%",
    "refused=5%",
    "cti_port.ports.count=10..100:10",
    "x=5s..1m:25s",
    "x=20000/h..60000/h:20000/h",
    "x=0.1..0.35:0.1",
    "x=10%..30%:10%",
    "x=3..5",
    "x=1ms..1s",
    "traffic.main.talk=2m,3m",
    "callmanager_group.main.members=[\"sub1\"],[\"sub1\", \"sub2\"]",
    "x={ exponential = \"1s\" },\"a,b\"",
];

/// What the help and the documentation have, and a flag of each kind.
const COMMANDS: &[&str] = &[
    "ctisim",
    "ctisim --help",
    "ctisim --version",
    "ctisim help run",
    "ctisim run",
    "ctisim schema",
    "ctisim man",
    "ctisim completions bash",
    "ctisim run site.toml --set run.length=10m --seed 0xff --replications 200..400 --jobs 2 --quiet --out results/x",
    "ctisim run - --precision setup_delay.p99=2% --goal refused<=1% --format json --no-files --audit",
    "ctisim run site.toml --format xlsx --allow-read data",
    "ctisim sweep site.toml --vary cti_port.ports.count=10..50:10 --vary traffic.main.talk=2m,3m --metric setup_delay.p95",
    "ctisim sweep site.toml --vary x=1..3 --goal refused<=1% --no-files --format csv",
    "ctisim capacity site.toml --vary traffic.main.arrivals.poisson=1000/h..90000/h --goal setup_delay.p99<=1s",
    "ctisim compare site.toml --set-b application.ivr.heartbeat=10s --confidence 99% --metric refused",
    "ctisim compare a.toml b.toml --margin 1% --format md",
    "ctisim gate site.toml --baseline results/site.json --record --margin 2%",
    "ctisim gate site.toml --baseline b.json --junit report.xml --markdown - --format junit",
    "ctisim check site.toml --deny warnings --allow spare --format sarif --set x=1",
    "ctisim deps site.toml node:sub1 --format dot",
    "ctisim deps site.toml ports --failed 2",
    "ctisim deps site.toml sub1 --hang",
    "ctisim init site.toml --name site --nodes 3 --calls 3600/h --ports 24 --agents 10 --talk 3m --failure none --force",
    "ctisim verify --quick --jobs 2 --seed 1 --format md",
];
