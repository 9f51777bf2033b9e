//! Layers: which module may import which.
//!
//! Facts are at the bottom and the program is at the top. In between are four modules that never
//! import each other: the sources of facts, the outputs, the screen and the practice server.
//! Start at [`LAYERS`].

use crate::source::{Source, rust};
use crate::{Finding, assert_rule, lines};

/// Layer 0: facts, and pure helpers that need only facts.
const FACTS: &[&str] = &["event", "text"];
/// Layer 1: what is made of facts. They import each other only where [`LAYERS`] allows it.
const MEANINGS: &[&str] = &["plan", "control", "journal", "job_result", "model"];
/// Everything.
const ALL: &[&str] = &["*"];

/// A module, and what it may import in addition to itself. A longer path goes before a shorter one.
const LAYERS: &[(&str, &[&[&str]])] = &[
    // Layer 0.
    ("event", &[]),
    ("text", &[&["event"]]),
    // Layer 1.
    ("plan", &[FACTS]),
    ("control", &[FACTS]),
    ("journal", &[FACTS]),
    // A result is filed under its position in the plan.
    ("job_result", &[FACTS, &["plan"]]),
    // The only place that compares what the plan expects with the model.
    ("model/expectation", &[FACTS, &["plan"]]),
    ("model", &[FACTS]),
    // Layer 2.
    ("pump", &[FACTS, MEANINGS]),
    // Layer 3: never each other.
    ("source", &[FACTS, MEANINGS]),
    ("output", &[FACTS, MEANINGS]),
    ("tui", &[FACTS, MEANINGS]),
    ("upstream", &[FACTS, MEANINGS]),
    // Layer 4.
    ("config", &[FACTS, MEANINGS, &["tui"]]),
    // It runs whole programs against the practice server.
    ("lab", &[FACTS, MEANINGS, &["pump", "source", "upstream"]]),
    // Layer 5.
    ("error", &[ALL]),
    ("cli", &[ALL]),
    ("app", &[ALL]),
    ("main", &[&["app"]]),
    ("lib", &[]),
];

/// A module imports from the layers below it.
fn layers(file: &Source) -> Vec<Finding> {
    let within = file.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    let is_of = |module: &str| within.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let Some((module, may)) = LAYERS.iter().find(|(module, _)| is_of(module)) else {
        let message = format!("`{within}` has no layer: give it one in tests/tidy/layers.rs");
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
                    let message = format!("`{module}` must not import `{name}`: pass in what it needs, or move it");
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
fn modules_import_only_from_the_layers_below_them() {
    assert_rule(rust(&["src"]), layers);
}

#[test]
fn every_module_that_may_be_imported_has_a_layer() {
    let known: Vec<&str> = LAYERS.iter().map(|(module, _)| *module).collect();
    for (module, may) in LAYERS {
        for name in may.iter().flat_map(|set| set.iter()).filter(|name| **name != "*") {
            assert!(known.contains(name), "`{module}` may import `{name}`, which has no layer");
        }
    }
}

#[test]
fn an_import_from_above_is_found() {
    assert_eq!(lines(layers, "src/event/mod.rs", "//! Doc.\nuse crate::model::Model;\n"), [2]);
    assert_eq!(lines(layers, "src/model/level.rs", "use crate::plan::Expect;\n"), [1]);
    assert_eq!(lines(layers, "src/model/expectation.rs", "use crate::plan::Expect;\n"), []);
    assert_eq!(lines(layers, "src/source/pool/mod.rs", "let x = crate::tui::state::UiState::default();\n"), [1]);
    assert_eq!(lines(layers, "src/output/plain.rs", "use crate::upstream::Upstream;\n"), [1]);
    assert_eq!(lines(layers, "src/pump.rs", "use crate::source::pool;\n"), [1]);
}

#[test]
fn detours_are_found() {
    assert_eq!(lines(layers, "src/model/level.rs", "use super::super::plan;\n"), [1]);
    assert_eq!(lines(layers, "src/app/mod.rs", "use crate::{plan, tui};\n"), [1]);
    assert_eq!(lines(layers, "src/news.rs", "//! Doc.\n"), [1]);
}

#[test]
fn a_path_in_a_comment_is_not_an_import() {
    assert_eq!(lines(layers, "src/event/mod.rs", "//! See [`x`].\n//!\n//! [`x`]: crate::control::Command\n"), []);
}
