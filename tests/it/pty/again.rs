//! After the end, on the same screen: failed jobs are resent, the batch runs again, the next race starts.

use std::fs;

use tempfile::TempDir;

use crate::pty::terminal::INFLIGHT;
use crate::pty::{folder, watch};
use crate::scenario::replay;

const PLAN: &str = r#"
    name = "again"
    [upstream]
    [[endpoint]]
    url = "practice://a/status/404?id={id}"
    each = { id = "1..=3" }
    [[endpoint]]
    url = "practice://a/status/200"
"#;

#[test]
fn a_run_and_a_race_can_continue_after_their_end() {
    continue_a_run();
    continue_a_race();
}

/// Failed jobs are resent, and the whole batch runs again with a recording of its own.
#[track_caller]
fn continue_a_run() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("plan.toml"), PLAN).unwrap();
    let (mut terminal, modes) = watch(&folder, &format!("exec '{INFLIGHT}' run plan.toml --events run.jsonl"));
    terminal.wait_for("FINISHED, 3 failed");
    terminal.wait_for("R run again");
    terminal.send_keys("4");
    terminal.wait_for("404 Not Found");
    terminal.send_keys("r");
    terminal.wait_for("resend 3 jobs");
    terminal.send_keys("y");
    terminal.wait_for("FINISHED, 6 failed");
    terminal.wait_for("3 resent");
    terminal.send_keys("R");
    let has_ended = |name: &str| {
        let text = fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        text.contains("\"run-ended\"")
    };
    terminal.wait_until("the end of the second run", |_| has_ended("run-2.jsonl"));
    terminal.wait_for("FINISHED, 3 failed");
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 1);
    terminal.assert_restored(&modes);
    terminal.wait_for("inflight replay run-2.jsonl");
    let settled = |name: &str| {
        let (events, skipped) = replay(&fs::read(folder.path().join(name)).unwrap());
        assert_eq!(skipped, 0);
        crate::scenario::fold(&events).totals.settled()
    };
    assert_eq!((settled("run.jsonl"), settled("run-2.jsonl")), (7, 4));
}

/// A race is paused, resumed and followed by the next, and its result stays on the normal screen.
#[track_caller]
fn continue_a_race() {
    let (mut terminal, modes) =
        watch(&folder(""), &format!("exec '{INFLIGHT}' demo convoy --requests 10 --delay 400ms"));
    terminal.wait_for("RACING");
    terminal.send_keys(" ");
    terminal.wait_for("PAUSED");
    terminal.send_keys(" ");
    terminal.wait_for("FINISHED");
    terminal.wait_for("B against A");
    terminal.send_keys("i");
    terminal.wait_for("Elsewhere");
    terminal.send_keys("\x1b");
    terminal.wait_for("R restart");
    // The next scenario starts at once.
    terminal.send_keys("n");
    terminal.wait_for("a blocking HTTP client in async tasks");
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
    terminal.assert_restored(&modes);
    terminal.wait_for("A task must not block its thread");
}
