//! `run --records`: a row of each call, and call detail records.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::analysis::Provenance;
use crate::plan::Plan;
use crate::records::{Calendar, CallRecord, Detail, Directory, Records, Sink};
use crate::report::{self, CdrRows, INTERVAL};

use super::output::{Aside, Failure};
use super::stop::Stop;

/// The flag.
const FLAG: &str = "--records";

/// How many bytes are gathered before they are written.
const GATHERED: usize = 64 << 10;

/// What begins the name of a replication's directory.
const REPLICATION: &str = "replication-";

/// The files beside these.
const FILES: [&str; 2] = ["run.json", "directory.csv"];

/// A directory of records. A thread writes the files of its replications there and keeps no more than it is about to write.
pub(super) struct Recording<'p> {
    plan: &'p Plan,
    directory: Directory<'p>,
    calendar: Calendar,
    seed: u64,
    aside: Aside,
    /// Why there will be no records; the first reason is as good as any.
    failure: Mutex<Option<Failure>>,
    /// Ends the study then.
    stop: &'p AtomicBool,
    calls: AtomicU64,
    rows: AtomicU64,
}

impl<'p> Recording<'p> {
    /// Claims the directory; `others`: what else the command writes.
    pub(super) fn claim(path: &Path, others: &[&Path]) -> Result<Aside, Stop> {
        let is_replication = |name: &str| {
            let number = name.strip_prefix(REPLICATION);
            number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        };
        Aside::claim(FLAG, path, |name| is_replication(name) || FILES.contains(&name), others)
    }

    /// The records of a study with this seed.
    pub(super) fn new(aside: Aside, plan: &'p Plan, seed: u64, stop: &'p AtomicBool) -> Recording<'p> {
        Recording {
            plan,
            directory: Directory::new(plan),
            calendar: Calendar::new(plan),
            seed,
            aside,
            failure: Mutex::new(None),
            stop,
            calls: AtomicU64::new(0),
            rows: AtomicU64::new(0),
        }
    }

    /// Why a file could not be written, if one could not: the study has been ended then.
    pub(super) fn failure(&self) -> Option<Stop> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.map(Aside::failed)
    }

    /// The study is over, and its results are written: the records appear. Returns a remark.
    pub(super) fn install(self, provenance: &Provenance, shown: &Path) -> Result<String, Stop> {
        let mut directory = csv_writer(Appender { recording: &self, file: FILES[1].into() });
        // What fails is kept.
        let _ = report::directory_rows(&mut directory, self.plan, &self.directory).and_then(|()| directory.flush());
        drop(directory);
        self.append(Path::new(FILES[0]), &report::run_json(provenance));
        if let Some(stop) = self.failure() {
            return Err(stop);
        }
        let [calls, rows] = [&self.calls, &self.rows].map(|count| count.load(Ordering::Relaxed));
        self.aside.install()?;
        Ok(format!("wrote records of {calls} calls and {rows} call detail records to {}", shown.display()))
    }

    /// Adds to a file, unless something has gone wrong before.
    fn append(&self, file: &Path, content: &[u8]) {
        if let Err(failure) = self.aside.append(file, content) {
            self.fails(failure);
        }
    }

    fn fails(&self, failure: Failure) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Records for Recording<'_> {
    fn begin(&self, replication: u64) -> Box<dyn Sink + '_> {
        let folder = format!("{REPLICATION}{replication:05}");
        if let Err(failure) = self.aside.folder(&folder) {
            self.fails(failure);
        }
        let folder = PathBuf::from(folder);
        let mut calls = csv_writer(Appender { recording: self, file: folder.join("calls.csv") });
        // What fails is kept.
        let _ = report::calls_head(&mut calls);
        let rows = CdrRows { directory: &self.directory, calendar: self.calendar, seed: self.seed, replication };
        Box::new(Files {
            recording: self,
            rows,
            calls,
            nodes: self.plan.nodes.iter().map(|_| NodeFile::default()).collect(),
            folder,
            counted: [0; 2],
        })
    }
}

/// The files of one replication.
struct Files<'a> {
    recording: &'a Recording<'a>,
    rows: CdrRows<'a>,
    folder: PathBuf,
    calls: csv::Writer<Appender<'a>>,
    /// The file of call detail records that each node is writing.
    nodes: Vec<NodeFile>,
    /// How many calls, and how many call detail records.
    counted: [u64; 2],
}

/// A file of call detail records.
#[derive(Default)]
struct NodeFile {
    /// When the time of its rows begins; 0: there is none yet.
    from: u64,
    /// Which of its node's files it is.
    number: u32,
    path: PathBuf,
    gathered: Vec<u8>,
}

impl Files<'_> {
    fn write_gathered(&mut self, node: usize) {
        let file = &mut self.nodes[node];
        if !file.gathered.is_empty() {
            self.recording.append(&file.path, &file.gathered);
            file.gathered.clear();
        }
    }
}

impl Sink for Files<'_> {
    fn call(&mut self, record: &CallRecord) {
        self.counted[0] += 1;
        let Recording { plan, directory, .. } = self.recording;
        // What fails is kept.
        let _ = report::call_row(&mut self.calls, plan, directory, self.rows.replication, record);
    }

    fn detail(&mut self, detail: &Detail) {
        self.counted[1] += 1;
        let node = detail.node.index();
        let ended = self.rows.calendar.seconds(self.rows.replication, detail.ended);
        let from = ended - ended % INTERVAL;
        // A row that was known a moment later is in the later file.
        if from > self.nodes[node].from {
            self.write_gathered(node);
            let file = &mut self.nodes[node];
            (file.from, file.number) = (from, file.number + 1);
            file.path = self.folder.join(report::cdr_file(detail.node.0, from, file.number));
            file.gathered.extend(report::cdr_head());
        }
        self.rows.add(&mut self.nodes[node].gathered, detail);
        if self.nodes[node].gathered.len() >= GATHERED {
            self.write_gathered(node);
        }
    }

    fn finish(&mut self) {
        // What fails is kept.
        let _ = self.calls.flush();
        (0..self.nodes.len()).for_each(|node| self.write_gathered(node));
        let [calls, rows] = self.counted;
        self.recording.calls.fetch_add(calls, Ordering::Relaxed);
        self.recording.rows.fetch_add(rows, Ordering::Relaxed);
    }
}

/// Writes to the end of a file, which is open only for that moment: there may be many.
struct Appender<'a> {
    recording: &'a Recording<'a>,
    file: PathBuf,
}

impl Write for Appender<'_> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        self.recording.append(&self.file, content);
        Ok(content.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn csv_writer<W: Write>(to: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).buffer_capacity(GATHERED).from_writer(to)
}
