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
const MEANINGS: &[&str] = &["plan", "control", "journal", "body_file", "job_result", "model"];
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
    ("body_file", &[FACTS]),
    // A result is filed under its position in the plan, and holds its body.
    ("job_result", &[FACTS, &["plan", "body_file"]]),
    // The only place that compares what the plan expects with the model.
    ("model/expectation", &[FACTS, &["plan"]]),
    ("model", &[FACTS]),
    // Layer 2.
    ("pump", &[FACTS, MEANINGS]),
    // It returns requests, and opens no file.
    ("import", &[FACTS, &["plan"]]),
    // Layer 3: never each other.
    ("source", &[FACTS, MEANINGS]),
    ("output", &[FACTS, MEANINGS]),
    ("tui", &[FACTS, MEANINGS]),
    ("upstream", &[FACTS, MEANINGS]),
    ("watch", &[FACTS, MEANINGS]),
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

/// A folder whose modules are ordered among themselves: each module, and its siblings that it may import.
/// The module file of the folder itself may import all of them.
type Rooms = (&'static str, &'static [(&'static str, &'static [&'static str])]);

/// The order inside larger modules.
const ROOMS: &[Rooms] = &[
    (
        "source/pool",
        &[
            ("run_time", &[]),
            ("cookies", &[]),
            ("dns", &[]),
            ("retry", &[]),
            ("throttle", &[]),
            ("adapt", &["throttle"]),
            ("wire", &["dns", "run_time"]),
            ("outage", &[]),
            ("schedule", &["adapt", "cookies", "outage", "retry", "throttle"]),
            ("outcome", &["outage", "retry", "schedule", "throttle", "wire"]),
            ("run", &["adapt", "cookies", "outage", "outcome", "retry", "run_time", "schedule", "wire"]),
        ],
    ),
    (
        "tui",
        &[
            ("views", &[]),
            ("text_fit", &[]),
            ("curl", &[]),
            ("theme", &[]),
            ("save_file", &[]),
            ("window_status", &[]),
            ("tty", &[]),
            ("action", &["views"]),
            ("click_targets", &["action", "views"]),
            ("setting", &[]),
            ("effect", &["curl", "setting"]),
            ("notice", &[]),
            ("detect", &["notice", "theme"]),
            ("clipboard", &["detect"]),
            ("picture", &["theme"]),
            ("input", &["theme", "tty"]),
            ("terminal", &["clipboard", "input", "picture", "text_fit", "tty", "window_status"]),
            ("keymap", &["action", "views"]),
            ("privacy", &[]),
            ("refusal", &["action", "keymap"]),
            ("rows", &["curl", "text_fit", "theme", "views"]),
            ("output_pane", &["rows"]),
            (
                "state",
                &[
                    "action",
                    "click_targets",
                    "curl",
                    "effect",
                    "keymap",
                    "output_pane",
                    "privacy",
                    "refusal",
                    "rows",
                    "setting",
                    "text_fit",
                    "views",
                ],
            ),
            // Drawing is on top: nothing else imports it.
            (
                "view",
                &[
                    "action",
                    "click_targets",
                    "keymap",
                    "picture",
                    "privacy",
                    "refusal",
                    "rows",
                    "state",
                    "text_fit",
                    "theme",
                    "views",
                ],
            ),
        ],
    ),
];

/// A module of an ordered folder imports only the siblings that its row lists.
fn rooms(file: &Source) -> Vec<Finding> {
    let within = file.path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut findings = Vec::new();
    for (folder, rows) in ROOMS {
        let inside = within.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
        let Some(inside) = inside.filter(|inside| *inside != "mod") else { continue };
        let room = inside.split('/').next().unwrap_or(inside);
        let Some((_, may)) = rows.iter().find(|(name, _)| *name == room) else {
            let message = format!("`{folder}/{room}` has no row: give it one in tests/tidy/layers.rs");
            findings.push(Finding { line: 1, message });
            continue;
        };
        let path = format!("crate::{}::", folder.replace('/', "::"));
        for (line, code) in file.code_lines() {
            for (at, _) in code.match_indices(&path) {
                let rest = &code[at + path.len()..];
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let name = &rest[..end];
                // What is not a room is an item of the folder's own module file.
                let is_room = rows.iter().any(|(room, _)| *room == name);
                if is_room && name != room && !may.contains(&name) {
                    let message = format!("`{folder}/{room}` must not import `{name}`");
                    findings.push(Finding { line, message });
                }
            }
        }
    }
    findings
}

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
fn modules_of_an_ordered_folder_import_only_the_siblings_in_their_row() {
    assert_rule(rust(&["src"]), rooms);
}

#[test]
fn every_row_comes_after_the_rows_that_it_may_import() {
    for (folder, rows) in ROOMS {
        for (n, (room, may)) in rows.iter().enumerate() {
            let is_above = |name: &&str| rows[..n].iter().any(|(above, _)| above == name);
            assert!(may.iter().all(is_above), "{folder}: `{room}` may import only what is listed above it");
            let is_used = rust(&["src"]).any(|file| file.path.starts_with(&format!("src/{folder}/{room}")));
            assert!(is_used, "{folder}: `{room}` is gone: remove its row");
        }
    }
}

#[test]
fn an_import_of_a_sibling_that_is_not_in_the_row_is_found() {
    let import = |room: &str| format!("//! Doc.\nuse crate::source::pool::{room}::X;\n");
    assert_eq!(lines(rooms, "src/source/pool/wire/mod.rs", &import("schedule")), [2]);
    assert_eq!(lines(rooms, "src/source/pool/dns/cache.rs", &import("wire")), [2]);
    assert_eq!(lines(rooms, "src/source/pool/run/worker.rs", &import("schedule")), []);
    assert_eq!(lines(rooms, "src/source/pool/mod.rs", &import("schedule")), []);
    assert_eq!(lines(rooms, "src/source/pool/new.rs", "//! Doc.\n"), [1]);
    let import = |module: &str| format!("//! Doc.\nuse crate::tui::{module}::X;\n");
    for lower in ["src/tui/state/mod.rs", "src/tui/rows/list.rs", "src/tui/keymap/table/mod.rs"] {
        assert_eq!(lines(rooms, lower, &import("view")), [2], "{lower}");
    }
    assert_eq!(lines(rooms, "src/tui/rows/list.rs", &import("state")), [2]);
    assert_eq!(lines(rooms, "src/tui/view/log.rs", &import("state")), []);
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
