//! A recording on the screen: it runs, stands still, goes back and forth, and says what it cannot do.

use std::fs;

use tempfile::TempDir;

use crate::pty::terminal::{INFLIGHT, Terminal};
use crate::pty::watch;
use crate::told::fixtures;

/// A recording in a terminal, played with these words.
fn replay(words: &str) -> (TempDir, Terminal, String) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("storm.jsonl"), fixtures::bytes("storm-429")).unwrap();
    let (terminal, modes) = watch(&folder, &format!("exec '{INFLIGHT}' replay storm.jsonl {words}"));
    (folder, terminal, modes)
}

#[test]
fn a_recording_is_held_moved_and_left_or_interrupted() {
    let (_folder, mut terminal, modes) = replay("--speed 4");
    terminal.wait_for("replay 4×");
    terminal.send_keys(" ");
    terminal.wait_for("HELD");
    terminal.wait_for("space go on");
    terminal.send_keys("\x1b[H");
    terminal.wait_for("00:00.0 of ");
    terminal.send_keys("\x1b[C");
    terminal.wait_for("00:05.0 of ");
    terminal.send_keys("\x1b[C\x1b[D");
    terminal.wait_for("00:05.0 of ");
    terminal.send_keys("<");
    terminal.wait_for("replay 2×");
    terminal.send_keys("+");
    terminal.wait_for("a recording cannot be changed");
    terminal.send_keys("\x1b[F");
    terminal.wait_for("00:14.3 of 00:14.3");
    terminal.wait_for("31 of 369 refused");
    terminal.send_keys("\x1b[H");
    terminal.wait_until("nothing refused yet", |screen| !screen.contents().contains("refused"));
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
    terminal.assert_restored(&modes);

    // Nothing is lost: it leaves at the first word.
    let (_folder, mut terminal, modes) = replay("");
    terminal.wait_for("replay 1×");
    terminal.send_keys("\x03");
    assert_eq!(terminal.exit(), 130);
    terminal.assert_restored(&modes);
}
