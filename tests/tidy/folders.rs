//! Folders: a module with children is `name/mod.rs`, and no folder has too many files.
//!
//! Start at [`MOST_FILES`].

use std::collections::BTreeMap;

use crate::source::{file_paths, rust};

/// A folder with more files than this is split into folders with names.
const MOST_FILES: usize = 20;

/// The folders with too many files, and how many they have.
fn crowded(paths: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for (folder, _) in paths.iter().filter_map(|path| path.rsplit_once('/')) {
        *counts.entry(folder).or_default() += 1;
    }
    counts.retain(|_, n| *n > MOST_FILES);
    counts
}

/// The files `name.rs` that have a folder `name` next to them.
fn split_modules(paths: &[String]) -> Vec<&str> {
    let has_folder =
        |module: &str| paths.iter().any(|path| path.strip_prefix(module).is_some_and(|p| p.starts_with('/')));
    paths.iter().filter_map(|path| path.strip_suffix(".rs")).filter(|module| has_folder(module)).collect()
}

#[test]
fn no_folder_has_too_many_files() {
    let paths = file_paths(&["src", "tests", "benches", "docs"]);
    let found = crowded(&paths);
    assert!(found.is_empty(), "group these files in folders: {found:#?}");
}

#[test]
fn a_module_with_children_is_a_folder() {
    let paths: Vec<String> = rust(&["src", "tests"]).map(|file| file.path.clone()).collect();
    let found = split_modules(&paths);
    assert!(found.is_empty(), "move `name.rs` to `name/mod.rs`: {found:?}");
}

#[test]
fn a_crowded_folder_is_found() {
    let paths = |n: usize| (0..n).map(|i| format!("src/x/{i}.rs")).collect::<Vec<_>>();
    assert!(crowded(&paths(MOST_FILES)).is_empty());
    assert_eq!(crowded(&paths(MOST_FILES + 1)).into_iter().collect::<Vec<_>>(), [("src/x", MOST_FILES + 1)]);
}

#[test]
fn a_module_in_two_places_is_found() {
    let paths = ["src/a.rs", "src/a/b.rs", "src/ab/mod.rs", "src/ab/c.rs"].map(str::to_owned);
    assert_eq!(split_modules(&paths), ["src/a"]);
}
