//! Files are short enough to read in one sitting.
//!
//! Start at [`LONG`].

use crate::source::{Source, rust};
use crate::{Finding, assert_rule, lines};

/// A longer file needs a reason.
const SOFT: usize = 300;
/// No file is longer than this.
const HARD: usize = 500;

/// Files above the soft limit, with the reason why splitting would make them harder to read.
const LONG: &[(&str, &str)] = &[
    ("src/event/mod.rs", "the whole vocabulary on one page, so that no thing gets a second name"),
    ("src/model/mod.rs", "one short arm for each kind of fact"),
    (
        "src/source/pool/schedule/mod.rs",
        "one dispatcher with one invariant, that what is in flight never exceeds a limit",
    ),
    ("src/source/pool/run/shared_run.rs", "one lock, every way to take it, and the waits between"),
    ("src/tui/detect/mod.rs", "a list of checks, each with its table of cases"),
    ("src/tui/input/decode/mod.rs", "one state machine over bytes"),
    ("src/tui/state/mod.rs", "one arm for each action, in one `match`"),
    ("tests/it/plan/mod.rs", "a list of plans, each with its meaning"),
    ("tests/it/plan/mistakes.rs", "a list of invalid plans, each with its whole message"),
    ("tests/it/pool/rig.rs", "one test bench: the run, the scripted server that it meets, and the result"),
    ("tests/it/scenario/strategies.rs", "one strategy for each kind of fact"),
    ("tests/it/upstream/mod.rs", "one test for each behaviour of the practice upstream"),
];

fn length(file: &Source) -> Vec<Finding> {
    let n = file.text.lines().count();
    let reason = LONG.iter().find(|(path, _)| *path == file.path);
    let message = match reason {
        _ if n > HARD => format!("{n} lines: split it, no file may have more than {HARD}"),
        None if n > SOFT => format!("{n} lines: split it, or give a reason in tests/tidy/length.rs"),
        Some(_) if n <= SOFT => "short now: remove it from the list in tests/tidy/length.rs".to_owned(),
        Some(_) | None => return Vec::new(),
    };
    vec![Finding { line: n, message }]
}

#[test]
fn files_are_short() {
    assert_rule(rust(&["src", "tests"]), length);
}

#[test]
fn every_listed_file_exists() {
    for (path, reason) in LONG {
        assert!(rust(&["src", "tests"]).any(|file| file.path == *path), "{path} is gone: remove it from the list");
        assert!(reason.len() > 20, "{path} needs a better reason");
    }
}

#[test]
fn a_long_file_is_found() {
    assert_eq!(lines(length, "src/new.rs", &"//\n".repeat(SOFT)), []);
    assert_eq!(lines(length, "src/new.rs", &"//\n".repeat(SOFT + 1)), [SOFT + 1]);
    assert_eq!(lines(length, LONG[0].0, &"//\n".repeat(HARD)), []);
    assert_eq!(lines(length, LONG[0].0, &"//\n".repeat(HARD + 1)), [HARD + 1]);
    assert_eq!(lines(length, LONG[0].0, "//\n"), [1]);
}
