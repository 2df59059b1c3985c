//! The public surface that a library user may rely on is `docs/public-api.txt`, one line per item, made from the sources.
//!
//! Everything public outside modules marked `#[doc(hidden)]` belongs to it. After an intended change,
//! `UPDATE=1 cargo test --test suite surface::` rewrites the file, so that the change is reviewed with its reason.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, Meta, Signature, Token, TraitItem, UseTree, Visibility};

const HEAD: &str = "\
# What a library user may rely on; everything else in the crate may change without notice.
# `UPDATE=1 cargo test --test suite surface::` rewrites this file. Brackets contain the feature that an item needs.
";

#[test]
fn the_public_surface_is_the_declared_one() {
    let file = root().join("docs/public-api.txt");
    let found = HEAD.to_owned() + &Crate::read(&root().join("src")).surface();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, found).expect("a file of the project");
        return;
    }
    let declared = fs::read_to_string(&file).expect("docs/public-api.txt");
    let gone = declared.lines().filter(|line| !found.lines().any(|other| other == *line));
    let new = found.lines().filter(|line| !declared.lines().any(|other| other == *line));
    let differences: Vec<String> =
        gone.map(|line| format!("- {line}")).chain(new.map(|line| format!("+ {line}"))).collect();
    assert!(declared == found, "the public surface differs from docs/public-api.txt\n{}", differences.join("\n"));
}

/// Modules of the program are hidden and may change at any time; those that lead from a workload to results are not.
#[test]
fn what_is_hidden_belongs_to_the_program() {
    let modules = parsed(&root().join("src/lib.rs"));
    let hidden = modules.iter().filter_map(|item| match item {
        Item::Mod(module) if is_hidden(&module.attrs) => Some(module),
        _ => None,
    });
    for module in hidden {
        assert_eq!(feature(&module.attrs), " [cli]", "{} is hidden", module.ident);
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where a module or an item is, from the root of the crate.
type Place = Vec<String>;

/// The modules of the crate with their items, unit tests left out.
struct Crate {
    modules: BTreeMap<Place, Vec<Item>>,
}

/// The meaning of a name.
enum Target<'a> {
    Module(Place),
    Item(Place, &'a Item),
}

impl Crate {
    fn read(src: &Path) -> Crate {
        let mut whole = Crate { modules: BTreeMap::new() };
        whole.load(Vec::new(), parsed(&src.join("lib.rs")), src);
        whole
    }

    /// Keeps the items of a module, and reads the modules in it, whose files are in `folder`.
    fn load(&mut self, place: Place, mut items: Vec<Item>, folder: &Path) {
        items.retain(|item| !is_test(attributes(item)));
        for item in &items {
            let Item::Mod(module) = item else { continue };
            let name = module.ident.to_string();
            let below = folder.join(&name);
            let inside = match &module.content {
                Some((_, items)) => items.clone(),
                None => {
                    let files = [folder.join(format!("{name}.rs")), below.join("mod.rs")];
                    parsed(files.iter().find(|file| file.exists()).expect("the file of a module"))
                }
            };
            self.load(joined(&place, &name), inside, &below);
        }
        self.modules.insert(place, items);
    }

    /// Every line of the surface, module by module in the order of `src/lib.rs`.
    fn surface(&self) -> String {
        let mut lines = Vec::new();
        self.describe_module(&Vec::new(), &mut lines);
        lines.join("\n") + "\n"
    }

    fn describe_module(&self, place: &Place, lines: &mut Vec<String>) {
        let mut own = Vec::new();
        for item in &self.modules[place] {
            match item {
                Item::Mod(_) => {}
                Item::Use(reexport) if is_public(&reexport.vis) => {
                    for (path, name) in leaves(&reexport.tree) {
                        self.describe_reexport(place, &path, &name, &feature(&reexport.attrs), &mut own);
                    }
                }
                _ if visibility(item).is_some_and(is_public) => {
                    own.extend(self.describe(&joined(place, &name(item)), place, item));
                }
                _ => {}
            }
        }
        own.sort();
        lines.extend(own);
        for item in &self.modules[place] {
            let Item::Mod(module) = item else { continue };
            if is_public(&module.vis) && !is_hidden(&module.attrs) {
                let below = joined(place, &module.ident.to_string());
                lines.push(format!("mod {}{}", below.join("::"), feature(&module.attrs)));
                self.describe_module(&below, lines);
            }
        }
    }

    /// A name that is imported into a public module. An item with a public path of its own is described there.
    fn describe_reexport(&self, place: &Place, path: &Place, name: &str, feature: &str, lines: &mut Vec<String>) {
        if name == "*" {
            let Some(Target::Module(from)) = self.resolve(place, path) else { return };
            for item in &self.modules[&from] {
                if visibility(item).is_some_and(is_public) && !matches!(item, Item::Use(_) | Item::Mod(_)) {
                    lines.extend(self.describe(&joined(place, &self::name(item)), &from, item));
                }
            }
            return;
        }
        let here = joined(place, name);
        let start = lines.len();
        match self.resolve(place, path) {
            Some(Target::Item(from, item)) if !self.is_public_place(&from) => {
                lines.extend(self.describe(&here, &from, item));
            }
            Some(Target::Item(from, item)) => {
                lines.push(format!("use {} = {}", here.join("::"), joined(&from, &self::name(item)).join("::")));
            }
            Some(Target::Module(from)) => lines.push(format!("use {} = {}", here.join("::"), from.join("::"))),
            None => lines.push(format!("use {} = {}", here.join("::"), path.join("::"))),
        }
        lines[start..].iter_mut().for_each(|line| line.push_str(feature));
    }

    fn is_public_place(&self, place: &Place) -> bool {
        (1..=place.len()).all(|length| {
            let modules = self.modules[&place[..length - 1]].iter();
            modules
                .filter_map(|item| if let Item::Mod(module) = item { Some(module) } else { None })
                .any(|module| module.ident == place[length - 1] && is_public(&module.vis) && !is_hidden(&module.attrs))
        })
    }

    /// The target of a path in a module; `None` if it leads out of the crate.
    fn resolve(&self, module: &Place, path: &[String]) -> Option<Target<'_>> {
        let (first, rest) = path.split_first()?;
        let next = match first.as_str() {
            "crate" => Target::Module(Vec::new()),
            "self" => Target::Module(module.clone()),
            "super" => Target::Module(module[..module.len() - 1].to_vec()),
            _ => self.find(module, first)?,
        };
        match next {
            Target::Module(place) if !rest.is_empty() => self.resolve(&place, rest),
            _ if rest.is_empty() => Some(next),
            _ => None,
        }
    }

    /// The target of a name in a module: a submodule, an item or an import.
    fn find(&self, module: &Place, target: &str) -> Option<Target<'_>> {
        let below = joined(module, target);
        if self.modules.contains_key(&below) {
            return Some(Target::Module(below));
        }
        let items = &self.modules[module];
        let is_it = |item: &&Item| !matches!(item, Item::Use(_) | Item::Impl(_)) && name(item) == target;
        if let Some(item) = items.iter().find(is_it) {
            return Some(Target::Item(module.clone(), item));
        }
        let brought =
            items.iter().filter_map(|item| if let Item::Use(it) = item { Some(leaves(&it.tree)) } else { None });
        brought.flatten().find_map(|(mut path, name)| {
            if name == "*" {
                path.push(target.to_owned());
            } else if name != target {
                return None;
            }
            // An import under its own name by a path of one word is of another crate.
            if path == [target] { None } else { self.resolve(module, &path) }
        })
    }

    /// The lines of an item that is defined in `from` and public as `path`.
    fn describe(&self, path: &Place, from: &Place, item: &Item) -> Vec<String> {
        let feature = feature(attributes(item));
        let path = path.join("::");
        let mut lines = match item {
            Item::Fn(function) => vec![signature(&path, &function.sig)],
            Item::Const(constant) => vec![format!("const {path}: {}", plain(&constant.ty))],
            Item::Static(constant) => vec![format!("static {path}: {}", plain(&constant.ty))],
            Item::Type(alias) => vec![format!("type {path}{} = {}", plain(&alias.generics), plain(&alias.ty))],
            Item::Struct(it) => {
                let mut lines = vec![format!("struct {path}{}", plain(&it.generics))];
                lines.extend(fields(&path, &it.fields));
                lines.extend(self.implementations(&path, from, &it.ident.to_string(), &it.attrs));
                lines
            }
            Item::Enum(it) => {
                let mut lines = vec![format!("enum {path}{}", plain(&it.generics))];
                lines.extend(it.variants.iter().map(|variant| {
                    let fields = match &variant.fields {
                        Fields::Unit => String::new(),
                        Fields::Unnamed(fields) => {
                            format!("({})", list(fields.unnamed.iter().map(|field| plain(&field.ty))))
                        }
                        Fields::Named(fields) => {
                            let field = |field: &syn::Field| {
                                let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                                format!("{name}: {}", plain(&field.ty))
                            };
                            format!(" {{ {} }}", list(fields.named.iter().map(field)))
                        }
                    };
                    format!("variant {path}::{}{fields}", variant.ident)
                }));
                lines.extend(self.implementations(&path, from, &it.ident.to_string(), &it.attrs));
                lines
            }
            Item::Trait(it) => {
                let above =
                    if it.supertraits.is_empty() { String::new() } else { format!(": {}", plain(&it.supertraits)) };
                let mut lines = vec![format!("trait {path}{}{above}", plain(&it.generics))];
                lines.extend(it.items.iter().map(|item| match item {
                    TraitItem::Fn(it) => {
                        let provided = if it.default.is_some() { " { .. }" } else { "" };
                        signature(&format!("{path}::{}", it.sig.ident), &it.sig) + provided
                    }
                    TraitItem::Type(it) => format!("type {path}::{}", it.ident),
                    TraitItem::Const(it) => format!("const {path}::{}: {}", it.ident, plain(&it.ty)),
                    other => panic!("{path} has something that is not described: {}", plain(other)),
                }));
                lines
            }
            other => panic!("{path} is something that is not described: {}", plain(other)),
        };
        lines.iter_mut().for_each(|line| line.push_str(&feature));
        lines
    }

    /// The methods and the traits of a type.
    fn implementations(&self, path: &str, from: &Place, name: &str, attributes: &[Attribute]) -> Vec<String> {
        let mut lines = Vec::new();
        let mut traits = derived(attributes);
        for (module, items) in &self.modules {
            for item in items {
                let Item::Impl(it) = item else { continue };
                if !self.is_of(module, it, from, name) {
                    continue;
                }
                if let Some(of) = &it.trait_ {
                    traits.push(plain(&of.1));
                    continue;
                }
                let whose = implemented_for(path, it);
                lines.extend(it.items.iter().filter_map(|item| match item {
                    ImplItem::Fn(it) if is_public(&it.vis) => {
                        Some(signature(&format!("{whose}::{}", it.sig.ident), &it.sig))
                    }
                    ImplItem::Const(it) if is_public(&it.vis) => {
                        Some(format!("const {whose}::{}: {}", it.ident, plain(&it.ty)))
                    }
                    _ => None,
                }));
            }
        }
        traits.sort();
        traits.dedup();
        if !traits.is_empty() {
            lines.push(format!("impl {path}: {}", traits.join(", ")));
        }
        lines
    }

    /// Whether an `impl` of `module` belongs to the type that `from` defines.
    fn is_of(&self, module: &Place, it: &ItemImpl, from: &Place, name: &str) -> bool {
        let syn::Type::Path(of) = &*it.self_ty else { return false };
        let path: Place = of.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        matches!(self.resolve(module, &path), Some(Target::Item(place, item)) if place == *from && self::name(item) == name)
    }
}

/// The items of a file.
fn parsed(file: &Path) -> Vec<Item> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())).items
}

/// The path of a type, with its arguments if only some have what follows.
fn implemented_for(path: &str, it: &ItemImpl) -> String {
    let syn::Type::Path(of) = &*it.self_ty else { return path.to_owned() };
    let last = of.path.segments.last().expect("a name");
    let are_concrete = it.generics.params.is_empty()
        && matches!(&last.arguments, syn::PathArguments::AngleBracketed(it)
        if it.args.iter().any(|argument| plain(argument) != "'_"));
    if are_concrete { format!("{path}{}", plain(&last.arguments)) } else { path.to_owned() }
}

fn joined(place: &[String], name: &str) -> Place {
    place.iter().cloned().chain([name.to_owned()]).collect()
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|it| it.path().is_ident("cfg") && plain(it).contains("test"))
}

fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|it| it.path().is_ident("doc") && plain(it).contains("(hidden)"))
}

/// The feature that something needs, in brackets.
fn feature(attributes: &[Attribute]) -> String {
    let of = |it: &Attribute| {
        let text = plain(it);
        let (_, after) = text.split_once("feature = \"")?;
        Some(format!(" [{}]", after.split('"').next()?))
    };
    attributes.iter().filter(|it| it.path().is_ident("cfg")).find_map(of).unwrap_or_default()
}

fn derived(attributes: &[Attribute]) -> Vec<String> {
    let lists = attributes.iter().filter(|it| it.path().is_ident("derive")).filter_map(|it| match &it.meta {
        Meta::List(list) => list.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated).ok(),
        _ => None,
    });
    lists.flatten().map(|path| plain(&path)).collect()
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Macro(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

fn visibility(item: &Item) -> Option<&Visibility> {
    Some(match item {
        Item::Const(it) => &it.vis,
        Item::Enum(it) => &it.vis,
        Item::Fn(it) => &it.vis,
        Item::Mod(it) => &it.vis,
        Item::Static(it) => &it.vis,
        Item::Struct(it) => &it.vis,
        Item::Trait(it) => &it.vis,
        Item::Type(it) => &it.vis,
        Item::Use(it) => &it.vis,
        _ => return None,
    })
}

fn name(item: &Item) -> String {
    match item {
        Item::Const(it) => it.ident.to_string(),
        Item::Enum(it) => it.ident.to_string(),
        Item::Fn(it) => it.sig.ident.to_string(),
        Item::Mod(it) => it.ident.to_string(),
        Item::Static(it) => it.ident.to_string(),
        Item::Struct(it) => it.ident.to_string(),
        Item::Trait(it) => it.ident.to_string(),
        Item::Type(it) => it.ident.to_string(),
        _ => String::new(),
    }
}

/// The paths that a `use` brings in, each with the name it is given; `*` for all that is in a module.
fn leaves(tree: &UseTree) -> Vec<(Place, String)> {
    match tree {
        UseTree::Path(it) => {
            let below = leaves(&it.tree).into_iter();
            below.map(|(path, name)| ([vec![it.ident.to_string()], path].concat(), name)).collect()
        }
        UseTree::Name(it) => vec![(vec![it.ident.to_string()], it.ident.to_string())],
        UseTree::Rename(it) => vec![(vec![it.ident.to_string()], it.rename.to_string())],
        UseTree::Glob(_) => vec![(Vec::new(), "*".to_owned())],
        UseTree::Group(it) => it.items.iter().flat_map(leaves).collect(),
    }
}

/// The public fields of a structure, and whether there are others.
fn fields(path: &str, fields: &Fields) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
        if is_public(&field.vis) {
            lines.push(format!("field {path}.{name}: {}", plain(&field.ty)));
        }
    }
    if lines.len() < fields.len() {
        lines.push(format!("field {path}.. (private)"));
    }
    lines
}

fn signature(path: &str, signature: &Signature) -> String {
    let text = plain(signature);
    let (before, after) = text.split_once(&format!("fn {}", signature.ident)).expect("a function has its name");
    format!("{before}fn {path}{after}")
}

/// Source text with the usual spacing.
fn plain(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    let spaced = [
        (" ::", "::"),
        (":: ", "::"),
        (" :", ":"),
        (" ,", ","),
        (" ;", ";"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (",)", ")"),
        ("->(", "-> ("),
        (":(", ": ("),
        (",(", ", ("),
        ("=(", "= ("),
        ("? ", "?"),
        ("->", " -> "),
        ("  ", " "),
    ];
    for (from, to) in spaced {
        text = text.replace(from, to);
    }
    text.trim().to_owned()
}
