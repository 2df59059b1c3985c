//! From numbers to what people and programs read. Pure: the same results give the same bytes. What the numbers are, and
//! what they say, is known before: see [`crate::analysis`].

mod answer;
mod capacity;
mod check;
mod columns;
mod comparison;
mod csv;
mod dependencies;
mod devices;
mod expected;
mod fingerprint;
mod gate;
mod goals;
#[cfg(test)]
mod golden;
mod graph;
mod log;
mod provenance;
mod replications;
mod sarif;
mod sheet;
mod summary;
mod sweep;
mod table;
mod timeline;
mod words;
#[cfg(feature = "xlsx")]
mod workbook;

pub use answer::{Answer, Line};
pub use check::{check_json, check_text};
pub use comparison::{comparison_markdown, comparison_sheet, comparison_table};
pub use dependencies::{dependencies_json, dependencies_table, dependency_json, dependency_table};
pub use devices::devices_sheet;
pub use fingerprint::fingerprint;
pub use gate::{gate_json, gate_junit, gate_markdown, gate_table};
pub use goals::{goals_sheet, goals_table};
pub use graph::{Drawing, dot, mermaid};
pub use log::histograms_hlog;
pub use provenance::run_json;
pub use replications::replications_sheet;
pub use sarif::check_sarif;
pub use sheet::Sheet;
pub use summary::{summary_json, summary_markdown, summary_sheet};
pub use table::table;
pub use timeline::timeline_sheet;
pub use words::{span, time};
#[cfg(feature = "xlsx")]
pub use workbook::{sweep_workbook, workbook};
