//! Files stay short enough to be read at one sitting.
//!
//! Start at [`LONG`].

use crate::source::{Source, rust};
use crate::{Finding, hold, lines};

/// Longer than this needs a reason.
const SOFT: usize = 300;
/// Longer than this has none.
const HARD: usize = 500;

/// Files above the soft limit, with the reason why splitting them would make them harder to read.
const LONG: &[(&str, &str)] = &[
    ("src/app/screen/mod.rs", "one loop: what wakes it, what it draws, and how it ends"),
    ("src/event/mod.rs", "the whole vocabulary on one page, so that nobody invents a second word for a thing"),
    ("src/model/mod.rs", "one short arm for each kind of fact"),
    (
        "src/source/pool/schedule/mod.rs",
        "one dispatcher with one invariant, that what is in flight never exceeds a limit",
    ),
    ("src/source/pool/run/shared_run.rs", "one lock, every way to take it, and the waits between"),
    ("src/tui/detect/mod.rs", "one question after the other, each with its table of cases"),
    ("src/tui/input/decode/mod.rs", "one state machine over bytes"),
    ("src/tui/keymap/table.rs", "one table of keys, a row for each"),
    ("src/tui/state/mod.rs", "one answer to every action, in one `match`"),
    ("tests/it/model/verdict.rs", "one page of findings, each with a run that shows it and one that does not"),
    ("tests/it/plan/mod.rs", "one page of plans, each with what it means"),
    ("tests/it/plan/mistakes.rs", "one page of wrong plans, each with its whole message"),
    ("tests/it/pool/rig.rs", "one rig: the run to be, the script that it meets, and what became of it"),
    ("tests/it/upstream/mod.rs", "one test for each behaviour of the practice upstream"),
];

fn length(file: &Source) -> Vec<Finding> {
    let n = file.text.lines().count();
    let reason = LONG.iter().find(|(path, _)| *path == file.path);
    let message = match reason {
        _ if n > HARD => format!("{n} lines: split it, nothing is longer than {HARD}"),
        None if n > SOFT => format!("{n} lines: split it, or give a reason in tests/tidy/length.rs"),
        Some(_) if n <= SOFT => "no longer long: take it off the list in tests/tidy/length.rs".to_owned(),
        Some(_) | None => return Vec::new(),
    };
    vec![Finding { line: n, message }]
}

#[test]
fn files_are_short() {
    hold(rust(&["src", "tests"]), length);
}

#[test]
fn every_reason_is_of_a_file_that_exists() {
    for (path, reason) in LONG {
        assert!(rust(&["src", "tests"]).any(|file| file.path == *path), "{path} is gone: take it off the list");
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
