//! Which module may know which.
//!
//! The rows stand on each other: facts at the bottom, the program at the top, and three worlds in
//! between (where facts come from, what is drawn, what is written) that never meet.
//! Start at [`ROWS`].

use crate::source::{Source, rust};
use crate::{Finding, hold, lines};

/// Row 0: facts, and pure helpers that know nothing but facts.
const FACTS: &[&str] = &["event", "text"];
/// Row 1: what is made of facts. They do not know each other, but for what [`ROWS`] says.
const MEANINGS: &[&str] = &["plan", "control", "journal", "job_result", "model"];
/// Everything.
const ALL: &[&str] = &["*"];

/// A module, and what it may import beside itself. A longer path goes before a shorter one.
const ROWS: &[(&str, &[&[&str]])] = &[
    // Row 0.
    ("event", &[]),
    ("text", &[&["event"]]),
    // Row 1.
    ("plan", &[FACTS]),
    ("control", &[FACTS]),
    ("journal", &[FACTS]),
    // A result is filed under its place in the plan.
    ("job_result", &[FACTS, &["plan"]]),
    // What the plan expects is held against the model, here and nowhere else.
    ("model/expectation", &[FACTS, &["plan"]]),
    ("model", &[FACTS]),
    // Row 2.
    ("pump", &[FACTS, MEANINGS]),
    // Row 3: never each other.
    ("source", &[FACTS, MEANINGS]),
    ("output", &[FACTS, MEANINGS]),
    ("tui", &[FACTS, MEANINGS]),
    ("upstream", &[FACTS, MEANINGS]),
    // Row 4.
    ("config", &[FACTS, MEANINGS, &["tui"]]),
    // It stages whole runs: what they send, and to whom.
    ("lab", &[FACTS, MEANINGS, &["pump", "source", "upstream"]]),
    // Row 5.
    ("error", &[ALL]),
    ("cli", &[ALL]),
    ("app", &[ALL]),
    ("main", &[&["app"]]),
    ("lib", &[]),
];

/// A module imports from rows below it.
fn rows(file: &Source) -> Vec<Finding> {
    let within = file.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    let is_of = |module: &str| within.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let Some((module, may)) = ROWS.iter().find(|(module, _)| is_of(module)) else {
        let message = format!("`{within}` has no row: give it one in tests/tidy/rows.rs");
        return vec![Finding { line: 1, message }];
    };
    let root = module.split('/').next().unwrap_or(module);
    let allows = |name: &str| name == root || may.iter().any(|set| *set == ALL || set.contains(&name));
    let mut findings = Vec::new();
    for (line, code) in file.code_lines() {
        for path in ["crate::", "inflight::"] {
            for (at, _) in code.match_indices(path) {
                let name: String =
                    code[at + path.len()..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if name.is_empty() {
                    let message = "one `use` per module, by its full path".to_owned();
                    findings.push(Finding { line, message });
                } else if !allows(&name) {
                    let message = format!("`{module}` must not know `{name}`: pass in what it needs, or move it");
                    findings.push(Finding { line, message });
                }
            }
        }
        if code.contains("super::super") {
            findings.push(Finding { line, message: "import by full path, from `crate::` on".to_owned() });
        }
    }
    findings
}

#[test]
fn modules_know_only_the_rows_below_them() {
    hold(rust(&["src"]), rows);
}

#[test]
fn every_row_is_of_a_module_that_can_be() {
    let known: Vec<&str> = ROWS.iter().map(|(module, _)| *module).collect();
    for (module, may) in ROWS {
        for name in may.iter().flat_map(|set| set.iter()).filter(|name| **name != "*") {
            assert!(known.contains(name), "`{module}` may know `{name}`, which has no row");
        }
    }
}

#[test]
fn an_import_from_above_is_found() {
    assert_eq!(lines(rows, "src/event/mod.rs", "//! Doc.\nuse crate::model::Model;\n"), [2]);
    assert_eq!(lines(rows, "src/model/level.rs", "use crate::plan::Expect;\n"), [1]);
    assert_eq!(lines(rows, "src/model/expectation.rs", "use crate::plan::Expect;\n"), []);
    assert_eq!(lines(rows, "src/source/pool/mod.rs", "let x = crate::tui::state::UiState::default();\n"), [1]);
    assert_eq!(lines(rows, "src/output/plain.rs", "use crate::upstream::Upstream;\n"), [1]);
    assert_eq!(lines(rows, "src/pump.rs", "use crate::source::pool;\n"), [1]);
}

#[test]
fn detours_are_found() {
    assert_eq!(lines(rows, "src/model/level.rs", "use super::super::plan;\n"), [1]);
    assert_eq!(lines(rows, "src/app/mod.rs", "use crate::{plan, tui};\n"), [1]);
    assert_eq!(lines(rows, "src/news.rs", "//! Doc.\n"), [1]);
}

#[test]
fn words_in_comments_are_no_imports() {
    assert_eq!(lines(rows, "src/event/mod.rs", "//! See [`x`].\n//!\n//! [`x`]: crate::control::Command\n"), []);
}
