//! A type name is defined once in the crate, so that a reader never asks which of two is meant.
//!
//! Associated types of traits are exempt: their names are not chosen here. Start at [`duplicates`].

use std::collections::BTreeMap;

use crate::source::{Source, rust};

/// Names that may be defined more than once, with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// Each name that is defined more than once, with the places.
fn duplicates<'s>(files: impl Iterator<Item = &'s Source>) -> BTreeMap<String, Vec<String>> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        for (line, code) in file.code_lines() {
            if let Some(name) = type_name(code) {
                places.entry(name.to_owned()).or_default().push(format!("{}:{line}", file.path));
            }
        }
    }
    places.retain(|_, places| places.len() > 1);
    places
}

/// The name of the type that this line defines.
fn type_name(code: &str) -> Option<&str> {
    let item = code.trim_start();
    let is_indented = item.len() < code.len();
    let item = match item.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')')?.1.trim_start(),
        Some(rest) => rest.trim_start(),
        None => item,
    };
    let (keyword, rest) = item.split_once(' ')?;
    let is_definition = match keyword {
        "struct" | "enum" | "trait" | "union" => true,
        // An indented alias is an associated type.
        "type" => !is_indented,
        _ => false,
    };
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    (is_definition && end > 0).then_some(&rest[..end])
}

#[test]
fn a_type_name_is_defined_once() {
    let mut found = duplicates(rust(&["src"]));
    found.retain(|name, _| !EXCEPTIONS.iter().any(|(exception, _)| exception == name));
    let report: Vec<String> = found.iter().map(|(name, places)| format!("{name}: {}", places.join(", "))).collect();
    assert!(report.is_empty(), "give each its own noun:\n{}\n", report.join("\n"));
}

#[test]
fn every_exception_is_needed() {
    let found = duplicates(rust(&["src"]));
    for (name, reason) in EXCEPTIONS {
        assert!(found.contains_key(*name), "`{name}` is unique now: remove the exception");
        assert!(reason.len() > 20, "`{name}` needs a better reason");
    }
}

#[test]
fn a_name_that_is_defined_twice_is_found() {
    let one = Source::new("src/a.rs", "pub struct Line<'a>(&'a str);\nimpl X for Y {\n    type Error = ();\n}\n");
    let other =
        Source::new("src/b.rs", "mod tests {\n    enum Line {}\n}\npub(super) type Error = u8;\n// struct Word;\n");
    let found = duplicates([&one, &other].into_iter());
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        [("Line".to_owned(), vec!["src/a.rs:1".to_owned(), "src/b.rs:2".to_owned()])]
    );
}
