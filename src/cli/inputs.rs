//! What a run was made of, kept beside its results, so that it can be run again.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::analysis::Study;
use crate::check::{self, Compiled};
use crate::engine::{Span, Time};
use crate::plan::{Plan, Window};
use crate::record::Measure;
use crate::workload::{self, Contents, Files};

use super::input::{FILE_BYTES_MAX, Kind, read};
use super::model::Origin;
use super::stop::Stop;
use super::terminal::ink;

/// The file.
pub(super) const NAME: &str = "inputs.json";
/// The version of its form.
const FORMAT: u32 = 1;
/// Files that are longer than this together are not kept: they are named with their digests.
const KEPT_BYTES_MAX: usize = 8 << 20;
/// More than that, and a workload, never take.
const BYTES_MAX: usize = 64 << 20;

/// What a run was made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Made {
    format: u32,
    /// The version of the program.
    version: String,
    /// The workload's name.
    name: String,
    /// The name of its file; none of the built-in workload.
    file: Option<String>,
    /// The changes, which its text has.
    settings: Vec<String>,
    /// The text, changes included.
    text: String,
    /// The files that it names.
    files: Vec<Named>,
    /// The digest of all that.
    digest: String,
    seed: u64,
    first_replication: u64,
    replications: u64,
    warm_up_ns: u64,
    bin_ns: u64,
    /// Those measures of goals and precisions from the command line that the tables have rows for beyond what the workload asks for.
    measures: Vec<String>,
}

/// A file that a workload names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Named {
    /// As the workload names it.
    path: String,
    sha256: String,
    /// Its contents, unless they are too long, no text or outside the directory of the workload.
    text: Option<String>,
}

impl Made {
    /// What a study was made of.
    pub(super) fn of<'m>(
        study: &Study<'_>,
        origin: &Origin,
        loaded: (&str, &str),
        settings: &[String],
        measures: impl Iterator<Item = &'m Measure>,
    ) -> Made {
        let (text, digest) = loaded;
        let contents = origin.contents();
        let bytes: usize = contents.iter().map(|(_, contents)| contents.bytes.len()).sum();
        // What lies outside the directory of the workload may not be meant for whoever gets the results.
        let kept = |contents: &Contents| match bytes <= KEPT_BYTES_MAX && contents.quotable {
            true => String::from_utf8(contents.bytes.clone()).ok(),
            false => None,
        };
        let files = contents.iter().map(|(path, contents)| Named {
            path: path.clone(),
            sha256: sha256(&contents.bytes),
            text: kept(contents),
        });
        Made {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            name: study.plan.name.clone(),
            file: origin.file_name(),
            settings: settings.to_vec(),
            text: text.to_owned(),
            files: files.collect(),
            digest: digest.to_owned(),
            seed: study.seed,
            first_replication: study.outcome.summaries[0].replication,
            replications: study.outcome.summaries.len() as u64,
            warm_up_ns: study.window.warm_up.nanos(),
            bin_ns: study.window.bin.nanos(),
            measures: measures.filter(|it| adds_rows(it)).map(Measure::to_string).collect(),
        }
    }

    /// The file.
    pub(super) fn json(&self) -> Vec<u8> {
        let json = serde_json::to_string_pretty(self).expect("numbers and texts are JSON");
        (workload::shown_json(&json).into_owned() + "\n").into_bytes()
    }

    /// Reads it from a directory of results.
    pub(super) fn read(directory: &Path) -> Result<Made, Stop> {
        let failed =
            |why: String, help: &str| Err(Stop::Failed(format!("{}: {why}\n  help: {help}", directory.display())));
        const GIVE: &str = "give the directory that `ctisim run` wrote, such as results/busy_hour";
        if !directory.is_dir() {
            let why = if directory.exists() { "it is no directory" } else { "there is no such directory" };
            return failed(why.to_owned(), GIVE);
        }
        let path = directory.join(NAME);
        if !path.exists() {
            if let Some(kind) = kind(directory).filter(|kind| kind != "run") {
                let why = format!("these are the results of `ctisim {kind}`, and only those of `run` are explained");
                return failed(
                    why,
                    "run the workload alone, with --set for the values in question, and explain those results",
                );
            }
            return match directory.join("run.json").exists() {
                true => failed(
                    format!("there is no {NAME} in it: it was written by a version that kept none, or taken away"),
                    "run the command in its run.json again",
                ),
                false => failed(format!("there is no {NAME} in it"), GIVE),
            };
        }
        let again = "run the command in its run.json again";
        let bytes = match read(&path, BYTES_MAX, Kind::Regular) {
            Ok(bytes) => bytes,
            Err(why) => return failed(format!("{NAME} {why}"), again),
        };
        /// What every version writes.
        #[derive(Deserialize)]
        struct Any {
            format: u32,
            version: String,
        }
        let any: Any = match serde_json::from_slice(&bytes) {
            Ok(any) => any,
            Err(why) => return failed(format!("{NAME} cannot be read: {why}"), again),
        };
        if any.format != FORMAT || any.version != env!("CARGO_PKG_VERSION") {
            let this = env!("CARGO_PKG_VERSION");
            let why = format!("version {} wrote it; this is version {this}, whose runs may differ", any.version);
            return failed(why, again);
        }
        match serde_json::from_slice(&bytes) {
            Ok(made) => Ok(made),
            Err(why) => failed(format!("{NAME} cannot be read: {why}"), again),
        }
    }

    /// The plan that was run, which measures the same.
    pub(super) fn plan(&self, directory: &Path) -> Result<Plan, Stop> {
        let files = KeptFiles { named: self.files.iter().map(|it| (&*it.path, it)).collect() };
        let changed = |what: &str| {
            Stop::Failed(format!("{}: {what}\n  help: run the command in its run.json again", directory.display()))
        };
        let compiled = check::compile(&self.name, &self.text, &files);
        let Compiled { mut plan, .. } =
            compiled.map_err(|problems| Stop::Invalid(problems.render(ink(&io::stderr()))))?;
        plan.name.clone_from(&self.name);
        if workload::digest(&self.text, &files) != self.digest {
            return Err(changed(&format!("{NAME} was changed: its workload has another digest")));
        }
        for name in &self.measures {
            let measure = Measure::parse(name).and_then(|measure| measure.asked_of(&mut plan));
            measure.map_err(|why| changed(&format!("{NAME} was changed: {name}: {why}")))?;
        }
        Ok(plan)
    }

    /// The part of each run that was measured.
    pub(super) const fn window(&self) -> Window {
        Window { warm_up: Time::from_nanos(self.warm_up_ns), bin: Span::from_nanos(self.bin_ns) }
    }

    /// The seed.
    pub(super) const fn seed(&self) -> u64 {
        self.seed
    }

    /// The replications.
    pub(super) const fn replications(&self) -> std::ops::Range<u64> {
        self.first_replication..self.first_replication.saturating_add(self.replications)
    }

    /// The digest of the workload.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// The name of the workload's file, and the changes of its values.
    pub(super) fn workload(&self) -> (Option<&Path>, &[String]) {
        (self.file.as_deref().map(Path::new), &self.settings)
    }
}

/// The command that wrote a directory of results, as its `report.json` says.
fn kind(directory: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Any {
        kind: String,
    }
    let bytes = read(&directory.join(super::pages::KEPT), BYTES_MAX, Kind::Regular).ok()?;
    serde_json::from_slice::<Any>(&bytes).ok().map(|any| any.kind)
}

/// The files of a run: those that were kept, and those that were not at the places where the workload names them.
struct KeptFiles<'a> {
    named: BTreeMap<&'a str, &'a Named>,
}

impl Files for KeptFiles<'_> {
    fn read(&self, path: &str) -> Result<Arc<Contents>, String> {
        let Some(named) = self.named.get(path) else {
            return Err(format!("was not there when the results were written: {NAME} does not have it"));
        };
        if let Some(text) = &named.text {
            return Ok(Contents::quotable(text.clone().into_bytes()));
        }
        let not_kept = "is not kept beside the results, because it is long or outside the directory of the workload";
        let bytes = read(Path::new(path), FILE_BYTES_MAX, Kind::Regular)
            .map_err(|why| format!("{why}; it {not_kept}: change to the directory of the workload"))?;
        match sha256(&bytes) == named.sha256 {
            true => Ok(Arc::new(Contents { bytes, quotable: false })),
            false => Err(format!("has changed since the results were written, and {not_kept}: run the workload again")),
        }
    }
}

/// Whether a measure that is asked for adds rows to the tables: the shares of callers answered within a time.
const fn adds_rows(measure: &Measure) -> bool {
    matches!(measure, Measure::Service(..))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
