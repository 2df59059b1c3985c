//! The book in `docs/`: every page is in its table of contents, every link leads somewhere, every term is explained.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The Markdown files below a folder of the project, by their paths in it.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("a folder of the project") {
        let entry = entry.expect("an entry");
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A page outside of the book; its links may lead anywhere in the repository.
const BESIDE_THE_BOOK: [&str; 6] =
    ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "workloads/README.md", "benches/peers/README.md"];

/// The lines of a page that are not in a fenced block, without comments.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence && !line.starts_with("<!--")
    })
}

/// Where the links of a page lead: what stands in `](...)`, but for code.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(text) {
        // Every second part of a line that is split at backticks is code; a link's text may be.
        let plain: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let targets = plain.split("](").skip(1).filter_map(|after| after.split(')').next());
        found.extend(targets.map(str::to_owned));
    }
    found
}

/// The anchors of a page, as GitHub and mdBook make them of its headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut times = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for heading in prose(text).filter(|line| line.starts_with('#')) {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        let anchor = kept.collect::<String>().replace(' ', "-");
        let before: &mut u32 = times.entry(anchor.clone()).or_default();
        anchors.insert(if *before == 0 { anchor } else { format!("{anchor}-{before}") });
        *before += 1;
    }
    anchors
}

/// A path without `.` and `..`.
fn resolved(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = resolved.pop(),
            Component::CurDir => {}
            part => resolved.push(part),
        }
    }
    resolved
}

#[test]
fn every_link_leads_somewhere() {
    let book = pages(Path::new("docs"));
    let beside = BESIDE_THE_BOOK.iter().map(PathBuf::from).filter(|page| root().join(page).exists());
    let mut wrong = Vec::new();
    let mut followed = 0;
    for page in book.iter().cloned().chain(beside) {
        let text = read(&page);
        for link in links(&text) {
            if link.contains("://") {
                continue;
            }
            followed += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target =
                if path.is_empty() { page.clone() } else { resolved(&page.parent().expect("a folder").join(path)) };
            let leaves_the_book = page.starts_with("docs") && !target.starts_with("docs");
            if leaves_the_book {
                wrong.push(format!("{}: ({link}) is not in the built book: name the file instead", page.display()));
            } else if !root().join(&target).exists() {
                wrong.push(format!("{}: ({link}) leads nowhere", page.display()));
            } else if !anchor.is_empty() && !anchors(&read(&target)).contains(anchor) {
                wrong.push(format!("{}: ({link}) leads to no heading", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(followed > 100, "{followed} links were found");
}

#[test]
fn every_page_is_in_the_table_of_contents() {
    let summary = Path::new("docs/SUMMARY.md");
    let listed: Vec<PathBuf> = links(&read(summary)).iter().map(|link| Path::new("docs").join(link)).collect();
    let pages: Vec<PathBuf> = pages(Path::new("docs")).into_iter().filter(|page| page != summary).collect();
    let lacking: Vec<&PathBuf> = pages.iter().filter(|page| !listed.contains(page)).collect();
    assert!(lacking.is_empty(), "docs/SUMMARY.md lacks {lacking:?}");
    assert_eq!(listed.len(), pages.len(), "docs/SUMMARY.md lists a page twice, or one that is not there");
}

/// A decision is called in the table of contents what its page is called.
#[test]
fn decisions_are_listed_by_their_titles() {
    let summary = read(Path::new("docs/SUMMARY.md"));
    for page in pages(Path::new("docs/decisions")).iter().filter(|page| !page.ends_with("README.md")) {
        let text = read(page);
        let title = text.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a title");
        let name = page.file_name().expect("a name").to_string_lossy();
        let number: u32 = name[..4].parse().expect("a decision has a number");
        assert!(title.starts_with(&format!("{number}. ")), "{}: {title}", page.display());
        assert!(summary.contains(&format!("[{title}](decisions/{name})")), "docs/SUMMARY.md lacks {title}");
    }
}

/// What practitioners of simulation, queueing and telephony search for.
const TERMS: [&str; 48] = [
    "abandonment",
    "BHCA",
    "blocking",
    "busy hour",
    "CallManager group",
    "carried load",
    "CDR",
    "censored",
    "CFB",
    "CFNA",
    "CFOF",
    "CFUR",
    "Code Yellow",
    "common random numbers",
    "confidence interval",
    "CTI port",
    "CTIManager",
    "device pool",
    "discrete-event simulation",
    "distribution",
    "erlang",
    "FIFO",
    "future event list",
    "goal",
    "grade of service",
    "half-width",
    "heartbeat",
    "initial transient",
    "Kaplan-Meier estimate",
    "MSER-5",
    "MTBF",
    "MTTR",
    "offered load",
    "percentile",
    "random number stream",
    "rehome",
    "replication",
    "route point",
    "seed",
    "service level",
    "steady-state simulation",
    "substream",
    "terminating simulation",
    "time-weighted average",
    "utilisation",
    "variance reduction",
    "warm-up",
    "workload",
];

#[test]
fn the_glossary_has_the_terms_of_the_field() {
    let glossary = read(Path::new("docs/GLOSSARY.md"));
    let defined: BTreeMap<&str, &str> = glossary
        .lines()
        .filter_map(|line| line.strip_prefix("| "))
        .map(|row| (row.split(" | ").next().unwrap_or_default(), row))
        .collect();
    for term in TERMS {
        let row = defined.iter().find(|(name, _)| name.split(", ").any(|name| name == term));
        let (_, row) = row.unwrap_or_else(|| panic!("docs/GLOSSARY.md lacks {term}"));
        assert!(row.trim_end_matches(" |").ends_with('.'), "{term} has no sentence");
    }
}
