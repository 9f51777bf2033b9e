//! Modules in the same folder do not import each other in both directions.
//!
//! A pair that does cannot be understood, tested or moved one at a time. Start at [`pairs`].

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, rust};

/// Each folder with the pairs of its modules that import each other.
fn pairs<'s>(files: impl Iterator<Item = &'s Source>) -> BTreeMap<String, BTreeSet<(String, String)>> {
    let modules: Vec<(Vec<&str>, &Source)> = files.map(|file| (module_path(&file.path), file)).collect();
    let folders: BTreeSet<Vec<&str>> =
        modules.iter().flat_map(|(path, _)| (0..path.len()).map(|n| path[..n].to_vec())).collect();
    let mut imports: BTreeSet<(Vec<&str>, &str, &str)> = BTreeSet::new();
    for (path, file) in &modules {
        for target in imported_paths(file) {
            // Both paths have this folder in common, and part ways below it.
            let n = path.iter().zip(&target).take_while(|(a, b)| *a == *b).count();
            if let (Some(from), Some(to)) = (path.get(n), target.get(n))
                && let Some((known, _)) =
                    modules.iter().find(|(known, _)| known.get(n) == Some(to) && known[..n] == path[..n])
            {
                imports.insert((path[..n].to_vec(), from, known[n]));
            }
        }
    }
    let mut found: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for folder in folders {
        for (at, from, to) in imports.iter().filter(|(at, from, to)| *at == folder && from < to) {
            if imports.contains(&(at.clone(), to, from)) {
                let name = format!("src/{}", folder.join("/"));
                found.entry(name).or_default().insert(((*from).to_owned(), (*to).to_owned()));
            }
        }
    }
    found
}

/// The module of a file, from the crate on.
fn module_path(path: &str) -> Vec<&str> {
    let within = path.trim_start_matches("src/").trim_end_matches(".rs");
    let within = within.strip_suffix("/mod").unwrap_or(within);
    within.split('/').collect()
}

/// The paths that a file mentions after `crate::`, comments and strings aside.
fn imported_paths(file: &Source) -> Vec<Vec<&str>> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let after = file
        .code_lines()
        .flat_map(|(_, code)| code.match_indices("crate::").map(move |(at, root)| &code[at + root.len()..]));
    after
        .map(|rest| {
            let end = rest.find(|c| !is_name(c) && c != ':').unwrap_or(rest.len());
            rest[..end].split("::").filter(|name| !name.is_empty()).collect()
        })
        .collect()
}

#[test]
fn no_two_modules_of_a_folder_import_each_other() {
    let found = pairs(rust(&["src"]));
    assert!(found.is_empty(), "move what both need into a third module: {found:#?}");
}

#[test]
fn a_pair_is_found() {
    let a = Source::new("src/x/a/deep.rs", "use crate::x::b::B;\n");
    let b = Source::new("src/x/b.rs", "let a = crate::x::a::new();\nuse crate::x::c::C;\n");
    let c = Source::new("src/x/c.rs", "// use crate::x::b::B;\nuse crate::y::Y;\n");
    let found = pairs([&a, &b, &c].into_iter());
    assert_eq!(found.len(), 1);
    assert_eq!(found["src/x"].iter().collect::<Vec<_>>(), [&("a".to_owned(), "b".to_owned())]);
}
