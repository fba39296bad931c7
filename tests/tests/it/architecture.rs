//! The layers of the server point one way: a module names only those below it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The layers of `api/src`, from the bottom up. Modules of one layer do not use each other.
const LAYERS: [&[&str]; 13] = [
    &["clock", "words"],
    &["base"],
    &["store"],
    &["counts"],
    &["transaction"],
    &["domain"],
    &["score"],
    &["feed", "ingest", "report"],
    &["deliver"],
    &["inbound", "job", "simulate"],
    &["graphql"],
    &["http"],
    &["cli"],
];

/// The crates of the workspace, each with those that it may depend on.
const CRATES: [(&str, &[&str]); 8] = [
    ("analytics", &[]),
    ("entity", &[]),
    ("files", &["names"]),
    ("migration", &[]),
    ("names", &[]),
    ("render", &["names"]),
    ("api", &["analytics", "entity", "files", "migration", "names", "render"]),
    ("tests", &["api", "entity", "migration"]),
];

#[test]
fn modules_name_only_those_below_them() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    each_file(|name, module, text| {
        seen.insert(module.to_owned());
        let layer =
            layer(module).unwrap_or_else(|| panic!("`{module}` stands in no layer: name it in LAYERS"));
        for other in modules_named(text) {
            if other != module && self::layer(&other).is_some_and(|other| other >= layer) {
                wrong.push(format!("{name} names `{other}`, which is not below `{module}`"));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let known: BTreeSet<String> =
        LAYERS.iter().flat_map(|layer| layer.iter().map(|&name| name.into())).collect();
    assert_eq!(seen, known, "LAYERS names what there is");
}

/// Libraries, and the only modules that may name them.
const KNOWN_IN: [(&str, &[&str]); 6] = [
    ("sea_orm", &["base", "store", "counts", "transaction", "domain", "score", "feed", "job"]),
    ("async_graphql", &["graphql"]),
    ("actix_web", &["http"]),
    ("actix_ws", &["http"]),
    ("actix_cors", &["http"]),
    ("clap", &["cli"]),
];

#[test]
fn libraries_are_named_only_where_they_are_known() {
    let mut wrong = Vec::new();
    each_file(|name, module, text| {
        for (library, modules) in KNOWN_IN {
            if names(text, library) && !modules.contains(&module) {
                wrong.push(format!("{name} names `{library}`, which only {} know", modules.join(", ")));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn graphql_names_rows_and_no_columns() {
    let mut wrong = Vec::new();
    each_file(|name, module, text| {
        if module == "graphql" && ["Column", "Entity", "ActiveModel"].iter().any(|word| names(text, word)) {
            wrong.push(name.to_owned());
        }
    });
    assert!(
        wrong.is_empty(),
        "these name columns or tables, which belong in the domain: {}",
        wrong.join(", ")
    );
}

#[test]
fn crates_depend_only_on_those_below_them() {
    for (name, below) in CRATES {
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
        for (other, _) in CRATES {
            let depends = manifest.lines().any(|line| {
                let line = line.trim();
                line.starts_with(&format!("ballroom-{other}."))
                    || line.starts_with(&format!("ballroom-{other} "))
            });
            assert!(!depends || below.contains(&other), "{name}/Cargo.toml depends on {other}");
        }
    }
}

/// Number of lines that no file exceeds. A file that passes 400 is split by verb when it is worked on next.
const LONGEST: usize = 500;

#[test]
fn files_are_split_before_they_are_long() {
    let mut wrong = Vec::new();
    for (name, _) in CRATES {
        for part in ["src", "tests", "examples"] {
            let folder = root().join(name).join(part);
            for file in if folder.is_dir() { rust_files(&folder) } else { Vec::new() } {
                let lines = fs::read_to_string(&file).unwrap().lines().count();
                if lines > LONGEST {
                    wrong.push(format!("{} has {lines} lines", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "split these by verb: {}", wrong.join(", "));
}

#[test]
fn the_modules_that_a_text_names_are_found() {
    let text = "use crate::{\n    base::error::Error,\n    domain::{access::Read, check},\n    words,\n};\n\
                fn f() { crate::clock::now(); }\nuse super::page;\n// crate::http is only spoken of";
    assert_eq!(modules_named(text), ["base", "clock", "domain", "words"].map(String::from).into());
}

#[test]
fn a_library_is_found_by_its_whole_name() {
    assert!(names("use sea_orm::{Select};", "sea_orm"));
    assert!(names("let one = graph::Column::Id;", "Column"));
    assert!(!names("use sea_orm_migration::Column2;\n// sea_orm is only spoken of, as is Column", "sea_orm"));
}

/// Calls with the name, the module and the code of each file of the server, without comments.
fn each_file(mut call: impl FnMut(&str, &str, &str)) {
    let source = root().join("api/src");
    for file in rust_files(&source) {
        let name = file.strip_prefix(&source).unwrap();
        let module = name.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        if !["lib", "main"].contains(&module) {
            call(name.to_str().unwrap(), module, &code(&fs::read_to_string(&file).unwrap()));
        }
    }
}

/// A text without its comments.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Whether a code names a word.
fn names(code: &str, word: &str) -> bool {
    self::code(code).split(|one: char| !one.is_alphanumeric() && one != '_').any(|named| named == word)
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The modules of the crate that a text uses by `crate::`, without comments.
fn modules_named(text: &str) -> BTreeSet<String> {
    let code = code(text);
    let mut named = BTreeSet::new();
    for (at, path) in code.match_indices("crate::") {
        let rest = &code[at + path.len()..];
        match rest.strip_prefix('{') {
            None => named.extend(first_name(rest)),
            Some(tree) => named.extend(branches(tree).into_iter().filter_map(first_name)),
        }
    }
    named
}

/// What stands between the commas of a tree of imports, down to the brace that closes it.
fn branches(tree: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut found) = (0, 0, Vec::new());
    for (at, one) in tree.char_indices() {
        match one {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth > 0 => (),
            ',' | '}' => {
                found.push(tree[begin..at].trim());
                begin = at + 1;
                if one == '}' {
                    break;
                }
            }
            _ => (),
        }
    }
    found
}

fn first_name(path: &str) -> Option<String> {
    let name: String = path.chars().take_while(|one| one.is_alphanumeric() || *one == '_').collect();
    (!name.is_empty()).then_some(name)
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
