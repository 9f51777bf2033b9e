//! Names of modules and tests, imports, the first line of a file, and paths of one machine.
//!
//! Start at [`opening`].

use crate::source::{Source, files, rust};
use crate::{Finding, assert_rule, lines};

/// Module names without a meaning of their own.
const EMPTY_NAMES: [&str; 12] = [
    "utils",
    "util",
    "common",
    "types",
    "manager",
    "data",
    "info",
    "helpers",
    "helper",
    "misc",
    "shared_types",
    "core",
];

/// The first line of a file says what the module is.
fn opening(file: &Source) -> Vec<Finding> {
    let first = file.text.lines().next().unwrap_or_default();
    if first.strip_prefix("//! ").is_some_and(|words| words.len() > 10) {
        return Vec::new();
    }
    let message = "line 1 says what the module is, in a sentence or a noun phrase: `//! Decides whether …`".to_owned();
    vec![Finding { line: 1, message }]
}

/// An import names the place of the definition.
fn imports(file: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, code) in file.code_lines() {
        let code = code.trim_start();
        let is_again = code.starts_with("pub") && code.contains(" use ") && !code.contains('=');
        if is_again {
            let message = "a re-export: import it from where it is defined".to_owned();
            findings.push(Finding { line, message });
        }
        // A property test reads better with proptest's prelude.
        let is_glob = ["::*;", "::*,", "::*}"].iter().any(|end| code.contains(end));
        if is_glob && code != "use proptest::prelude::*;" {
            findings.push(Finding { line, message: "a glob hides where names come from: list the names".to_owned() });
        }
    }
    findings
}

/// A module is named after what it contains.
fn module_names(file: &Source) -> Vec<Finding> {
    let names = file.path.trim_end_matches(".rs").split('/');
    names
        .filter(|name| EMPTY_NAMES.contains(name) || name.split('_').any(|word| word == "and"))
        .map(|name| Finding {
            line: 1,
            message: format!("`{name}` has no meaning of its own: name the module after what it contains"),
        })
        .collect()
}

/// A test is never ignored, and its name is a sentence.
fn tests(file: &Source) -> Vec<Finding> {
    let mut findings = file.findings(&["#[ignore", "fn test"], "a test always runs, and its name is a sentence");
    for (line, code) in file.code_lines() {
        if code.contains("fn test_") {
            findings.push(Finding { line, message: "no `test_` prefix: the name is a sentence".to_owned() });
        }
    }
    findings
}

/// No file contains a path of one machine.
fn machine_paths(file: &Source) -> Vec<Finding> {
    // Assembled here, so that the rule does not find this file.
    let roots = ["home", "work", "root", "tmp", "Users"].map(|root| format!("/{root}/"));
    let starts = |text: &str, at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || "-._}".contains(c));
    (1..)
        .zip(file.text.lines())
        .filter(|(_, text)| roots.iter().any(|root| text.match_indices(root.as_str()).any(|(at, _)| starts(text, at))))
        .map(|(line, _)| Finding { line, message: "a path of one machine: use a temporary folder".to_owned() })
        .collect()
}

#[test]
fn every_file_says_on_line_1_what_it_is() {
    assert_rule(rust(&["src", "tests"]), opening);
}

#[test]
fn imports_name_the_place_of_the_definition() {
    assert_rule(rust(&["src", "tests"]), imports);
}

#[test]
fn modules_have_names_of_their_own() {
    assert_rule(rust(&["src", "tests"]), module_names);
}

#[test]
fn every_test_runs_and_is_a_sentence() {
    assert_rule(rust(&["src", "tests"]), tests);
}

#[test]
fn no_file_contains_a_path_of_one_machine() {
    let ends = ["rs", "toml", "md", "jsonl", "snap", "yml", "yaml", "sh", "py"];
    assert_rule(
        files(
            &[
                "src",
                "tests",
                "examples",
                "themes",
                "Cargo.toml",
                "README.md",
                "CHANGELOG.md",
                "CONTRIBUTING.md",
                "docs",
                "benches",
            ],
            &ends,
        )
        .iter(),
        machine_paths,
    );
}

#[test]
fn a_file_without_a_description_is_found() {
    assert_eq!(lines(opening, "src/x.rs", "use std::fs;\n"), [1]);
    assert_eq!(lines(opening, "src/x.rs", "//!\n"), [1]);
    assert_eq!(lines(opening, "src/x.rs", "//! Decides whether it is tried again.\n"), []);
}

#[test]
fn an_import_that_hides_something_is_found() {
    assert_eq!(lines(imports, "src/x.rs", "\npub use crate::event::Event;\n"), [2]);
    assert_eq!(lines(imports, "src/x.rs", "pub(crate) use x::y;\n"), [1]);
    assert_eq!(lines(imports, "src/x.rs", "use super::*;\nuse a::{b::*, c};\n"), [1, 2]);
    assert_eq!(lines(imports, "src/x.rs", "use proptest::prelude::*;\nuse crate::event::Event;\n"), []);
}

#[test]
fn a_name_that_says_nothing_is_found() {
    assert_eq!(lines(module_names, "src/model/utils.rs", ""), [1]);
    assert_eq!(lines(module_names, "src/common/mod.rs", ""), [1]);
    assert_eq!(lines(module_names, "src/read_and_write.rs", ""), [1]);
    assert_eq!(lines(module_names, "src/model/standing.rs", ""), []);
}

#[test]
fn an_ignored_test_is_found() {
    assert_eq!(lines(tests, "src/x.rs", "#[test]\n#[ignore = \"slow\"]\nfn it_is_fast() {}\n"), [2]);
    assert_eq!(lines(tests, "src/x.rs", "#[test]\nfn test_it() {}\n"), [2]);
}

#[test]
fn a_path_of_a_machine_is_found() {
    let path = |root: &str| format!("let folder = \"/{root}/x\";");
    assert_eq!(lines(machine_paths, "src/x.rs", &path("home")), [1]);
    assert_eq!(lines(machine_paths, "tests/it/x.rs", &format!("// As in /{}/x.", "tmp")), [1]);
    assert_eq!(lines(machine_paths, "src/x.rs", "\"https://a.b/work/x\""), []);
}
