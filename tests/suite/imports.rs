//! Which file of the sources imports which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::Item;

/// A path of module names, absolute or relative.
type Place = Vec<String>;

/// The files below a folder that import each other in a circle: a line for each group of them.
pub(crate) fn circles(src: &Path) -> Vec<String> {
    let mut files = BTreeMap::new();
    find(src, &mut Vec::new(), &mut files);
    let imports: BTreeMap<&Place, BTreeSet<Place>> =
        files.iter().map(|(place, text)| (place, imported(place, text, &files))).collect();
    let reached: BTreeMap<&Place, BTreeSet<Place>> =
        files.keys().map(|place| (place, reached_from(place, &imports))).collect();
    let circle = |place: &Place| -> Vec<String> {
        let others = reached[place].iter().filter(|other| reached[other].contains(place));
        others.map(|other| other.join("::")).collect()
    };
    let circles: BTreeSet<Vec<String>> = files.keys().map(circle).filter(|circle| !circle.is_empty()).collect();
    circles.into_iter().map(|circle| circle.join(", ")).collect()
}

/// The sources by the modules they are.
fn find(folder: &Path, place: &mut Place, files: &mut BTreeMap<Place, String>) {
    for entry in fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            place.push(name);
            find(&path, place, files);
            place.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") && !(place.is_empty() && name == "main") {
            let own = if name == "mod" || name == "lib" { place.clone() } else { [place.clone(), vec![name]].concat() };
            files.insert(own, fs::read_to_string(&path).expect("readable"));
        }
    }
}

/// The transitive imports of a file.
fn reached_from(place: &Place, imports: &BTreeMap<&Place, BTreeSet<Place>>) -> BTreeSet<Place> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Place> = vec![place];
    while let Some(place) = open.pop() {
        for next in &imports[place] {
            if reached.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    reached
}

/// The files that a file names, in a `use` or in a path; unit tests do not count.
fn imported(own: &Place, text: &str, files: &BTreeMap<Place, String>) -> BTreeSet<Place> {
    let mut words = Vec::new();
    let items = syn::parse_file(text).unwrap_or_else(|error| panic!("{}: {error}", own.join("::"))).items;
    for item in items.iter().filter(|item| !is_unit_tests(item)) {
        flatten(item.to_token_stream(), &mut words);
    }
    let mut found = BTreeSet::new();
    for path in paths(&words) {
        found.extend(file_of(own, &path, files));
    }
    found.remove(own);
    found
}

fn is_unit_tests(item: &Item) -> bool {
    let Item::Mod(module) = item else { return false };
    let is_for_tests = |attribute: &syn::Attribute| attribute.to_token_stream().to_string().contains("test");
    module.content.is_some() && module.attrs.iter().any(is_for_tests)
}

/// Names and signs one after another, with the brackets around groups.
fn flatten(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let whole = format!("{:?}", group.delimiter());
                let (open, close) = if whole == "Brace" { ("{", "}") } else { ("(", ")") };
                words.push(open.to_owned());
                flatten(group.stream(), words);
                words.push(close.to_owned());
            }
            TokenTree::Punct(sign) if sign.as_char() == ':' && words.last().is_some_and(|last| last == ":") => {
                words.pop();
                words.push("::".to_owned());
            }
            other => words.push(other.to_string()),
        }
    }
}

/// Every path of two names or more, and every one of a `use`.
fn paths(words: &[String]) -> Vec<Place> {
    let mut paths = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if words[at] == "use" && words.get(at + 1).is_some_and(|next| next != "<") {
            at = branches(words, at + 1, &Vec::new(), &mut paths);
        } else if is_name(&words[at]) && words.get(at + 1).is_some_and(|next| next == "::") {
            let mut path = vec![words[at].clone()];
            while words.get(at + 1).is_some_and(|next| next == "::") && words.get(at + 2).is_some_and(|it| is_name(it))
            {
                at += 2;
                path.push(words[at].clone());
            }
            at += 1;
            paths.push(path);
        } else {
            at += 1;
        }
    }
    paths
}

/// The paths of a `use`, or of a group in it; gives where it ends.
fn branches(words: &[String], mut at: usize, before: &Place, paths: &mut Vec<Place>) -> usize {
    let mut path = before.clone();
    while at < words.len() {
        match words[at].as_str() {
            "{" => {
                at = branches(words, at + 1, &path, paths);
                path.clone_from(before);
                continue;
            }
            "}" | ";" | "," => {
                if path.len() > before.len() {
                    paths.push(path.clone());
                }
                path.clone_from(before);
                if words[at] != "," {
                    return at + 1;
                }
            }
            "as" => at += 1,
            word if is_name(word) => path.push(word.to_owned()),
            _ => {}
        }
        at += 1;
    }
    at
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The file that a path written in `own` leads to: the deepest module on its way.
fn file_of(own: &Place, path: &Place, files: &BTreeMap<Place, String>) -> Option<Place> {
    let ups = path.iter().take_while(|name| *name == "super").count();
    let (mut place, rest) = match path[0].as_str() {
        "crate" => (Vec::new(), &path[1..]),
        "self" => (own.clone(), &path[1..]),
        "super" => (own[..own.len() - ups.min(own.len())].to_vec(), &path[ups..]),
        // A module of the file's own.
        name if files.contains_key(&[own.clone(), vec![name.to_owned()]].concat()) => (own.clone(), &path[..]),
        _ => return None,
    };
    for name in rest {
        place.push(name.clone());
        if !files.contains_key(&place) {
            place.pop();
            break;
        }
    }
    files.contains_key(&place).then_some(place)
}
