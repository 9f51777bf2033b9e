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

/// The paths that a file mentions after `crate::`, comments and strings aside. `a::{b, c::D}` counts as two.
fn imported_paths(file: &Source) -> Vec<Vec<&str>> {
    let mut paths = Vec::new();
    for (at, root) in file.code.match_indices("crate::") {
        let rest = &file.code[at + root.len()..];
        let start = path_end(rest);
        let base = names(&rest[..start]);
        match rest[start..].strip_prefix('{').and_then(|group| group.split_once('}')) {
            Some((group, _)) => {
                paths.extend(group.split(',').map(str::trim).map(|item| {
                    let end = path_end(item);
                    [base.as_slice(), &names(&item[..end])].concat()
                }));
            }
            None => paths.push(base),
        }
    }
    paths
}

/// Where a path such as `a::b` at the start of a text ends.
fn path_end(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(text.len())
}

fn names(path: &str) -> Vec<&str> {
    path.split("::").filter(|name| !name.is_empty()).collect()
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
    let c = Source::new("src/x/c.rs", "// use crate::x::b::B;\nuse crate::x::{\n    a, d::D,\n};\n");
    let d = Source::new("src/x/d.rs", "use crate::x::c::C;\n");
    let found = pairs([&a, &b, &c, &d].into_iter());
    assert_eq!(found.len(), 1);
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(found["src/x"], BTreeSet::from([pair("a", "b"), pair("c", "d")]));
}
