//! A workload's digest: the same for two files with the same meaning.

use sha2::{Digest, Sha256};
use toml::de::{DeTable, DeValue};

use super::files::Files;

/// SHA-256, in hexadecimal, of the contents of a workload: keys in order, so that comments, layout and the order of keys make
/// no difference; without the question, the goals, the number of replications and the seed, which do not describe the cluster;
/// and with the contents of the files it refers to instead of their names.
pub fn digest(text: &str, files: &dyn Files) -> String {
    let (document, _) = DeTable::parse_recoverable(text);
    let mut hash = Sha256::new();
    table(&mut hash, document.get_ref(), "", files);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

const LEFT_OUT: [&str; 4] = [".question", ".run.replications", ".run.seed", ".goal"];

fn table(hash: &mut Sha256, entries: &DeTable<'_>, path: &str, files: &dyn Files) {
    hash.update("{");
    for (key, entry) in entries {
        let path = format!("{path}.{}", key.get_ref());
        if !is_left_out(entry.get_ref(), &path) {
            piece(hash, 'k', key.get_ref().as_bytes());
            value(hash, entry.get_ref(), &path, files);
        }
    }
    hash.update("}");
}

/// Whether an entry is left out, or is a table of such entries only.
fn is_left_out(entry: &DeValue<'_>, path: &str) -> bool {
    match entry {
        DeValue::Table(entries) => {
            entries.iter().all(|(key, entry)| is_left_out(entry.get_ref(), &format!("{path}.{}", key.get_ref())))
        }
        _ => LEFT_OUT.contains(&path),
    }
}

fn value(hash: &mut Sha256, entry: &DeValue<'_>, path: &str, files: &dyn Files) {
    match entry {
        DeValue::String(text) => {
            let contents = if path.ends_with(".file") { files.read(text).ok() } else { None };
            match contents {
                Some(contents) => piece(hash, 'f', &contents.bytes),
                None => piece(hash, 's', text.as_bytes()),
            }
        }
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            let number = i128::from_str_radix(&digits, number.radix()).unwrap_or(i128::MAX);
            piece(hash, 'i', &number.to_be_bytes());
        }
        DeValue::Float(number) => {
            let number: f64 = number.as_str().replace('_', "").parse().unwrap_or(f64::NAN);
            piece(hash, 'n', &number.to_bits().to_be_bytes());
        }
        DeValue::Boolean(flag) => piece(hash, 'b', &[u8::from(*flag)]),
        DeValue::Datetime(date) => piece(hash, 'd', date.to_string().as_bytes()),
        DeValue::Array(values) => {
            hash.update("[");
            for entry in values.iter() {
                value(hash, entry.get_ref(), path, files);
            }
            hash.update("]");
        }
        DeValue::Table(entries) => table(hash, entries, path, files),
    }
}

/// A kind, a length and the bytes, so that different sequences of pieces never have the same bytes.
fn piece(hash: &mut Sha256, kind: char, bytes: &[u8]) {
    hash.update([kind as u8]);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
