//! Replays on the screen: playing, pausing, seeking, refused actions, copies and exports.

use std::fs;

use tempfile::TempDir;

use crate::pty::terminal::{INFLIGHT, Terminal};
use crate::pty::watch;
use crate::scenario::fixtures;

/// A replay in a terminal, with these arguments.
fn replay(arguments: &str) -> (TempDir, Terminal, String) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("storm.jsonl"), fixtures::bytes("storm-429")).unwrap();
    let (terminal, modes) = watch(&folder, &format!("exec '{INFLIGHT}' replay storm.jsonl {arguments}"));
    (folder, terminal, modes)
}

#[test]
fn a_replay_pauses_seeks_copies_exports_and_quits() {
    let (_folder, mut terminal, modes) = replay("--speed 4");
    terminal.wait_for("replay 4×");
    terminal.send_keys(" ");
    terminal.wait_for("PAUSED");
    terminal.wait_for("space resume");
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
    terminal.wait_for("29 of 96 refused");
    terminal.send_keys("\x1b[H");
    terminal.wait_until("nothing refused yet", |screen| !screen.contents().contains("refused"));
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
    terminal.assert_restored(&modes);

    // A replay has nothing to lose, so the first interrupt quits.
    let (_folder, mut terminal, modes) = replay("");
    terminal.wait_for("replay 1×");
    terminal.send_keys("\x03");
    assert_eq!(terminal.exit(), 130);
    terminal.assert_restored(&modes);

    copies();
    saves_the_command();
    saves_pictures();
}

#[test]
fn a_replay_goes_to_events_and_marks_by_keys_and_to_any_moment_by_a_click() {
    let (_folder, mut terminal, modes) = replay("--speed 4");
    terminal.wait_for("replay 4×");
    terminal.send_keys(" ");
    terminal.wait_for("PAUSED");
    terminal.send_keys("\x1b[H");
    terminal.wait_for("00:00.0 of ");
    // The first failure is named, and the next event is another.
    terminal.send_keys("n");
    terminal.wait_for("00:02.3 of ");
    terminal.send_keys("'");
    terminal.wait_for("mark A at 00:02.3");
    terminal.send_keys("n");
    terminal.wait_until("the next event", |screen| !screen.contents().contains("00:02.3 of "));
    terminal.send_keys("N");
    terminal.wait_for("00:02.3 of ");
    terminal.send_keys("\x1b[C");
    terminal.wait_for("00:07.3 of ");
    terminal.send_keys("c");
    terminal.wait_for("A and now");
    terminal.wait_for("A 00:02.3  now 00:07.3");
    terminal.send_keys("c");
    terminal.wait_until("the comparison closes", |screen| !screen.contents().contains("A and now"));
    // The bar is in the row above the last one, and covers the whole recording.
    terminal.send_keys("m");
    terminal.wait_for("mouse on");
    for (column, moment) in [(2, "00:00.0 of "), (79, "00:14.3 of "), (41, "00:07.2 of ")] {
        terminal.send_keys(&format!("\x1b[<0;{column};23M\x1b[<0;{column};23m"));
        terminal.wait_for(moment);
    }
    // The failed endpoints are on top at once, although the replay is paused.
    terminal.wait_until("a failed endpoint on top", |screen| screen.contents().contains(" ▌ × GET /"));
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
    terminal.assert_restored(&modes);
}

/// The end of a recording with failures, in a terminal with this `TERM`.
fn end_of_recording(term: &str) -> (TempDir, Terminal) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("failing.jsonl"), fixtures::bytes("failing")).unwrap();
    let (mut terminal, _) = watch(&folder, &format!("export TERM={term}; exec '{INFLIGHT}' replay failing.jsonl"));
    terminal.wait_for("replay 1");
    terminal.send_keys("\x1b[F");
    terminal.wait_for("FINISHED");
    (folder, terminal)
}

fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// A request is copied as a `curl` command if the terminal accepts copies.
#[track_caller]
fn copies() {
    let (_folder, mut terminal) = end_of_recording("xterm-kitty");
    terminal.send_keys("1y4");
    terminal.wait_for("500 Internal");
    terminal.send_keys("y");
    terminal.wait_for("copied as curl");
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
    // `curl -i -H` in base 64; the first view copies nothing, because no request is selected there.
    let bytes = terminal.bytes();
    assert!(has(&bytes, b"\x1b]52;c;Y3VybCAtaSAtS"));
    assert_eq!(bytes.windows(5).filter(|window| window == b"\x1b]52;").count(), 1);
}

/// Without a clipboard, the command is saved to a file.
#[track_caller]
fn saves_the_command() {
    let (folder, mut terminal) = end_of_recording("linux");
    terminal.send_keys("4");
    terminal.wait_for("500 Internal");
    terminal.send_keys("y");
    terminal.wait_for("takes no copies; e c saves it");
    terminal.send_keys("ec");
    terminal.wait_for("saved as inflight-1.sh");
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
    assert!(!has(&terminal.bytes(), b"\x1b]52;"));
    let command = fs::read_to_string(folder.path().join("inflight-1.sh")).unwrap();
    assert!(command.starts_with("curl -i -H 'accept: application/json' -H 'authorization: ***'"), "{command}");
}

/// The export menu saves the screen, replaces no file, and is not part of the image.
#[track_caller]
fn saves_pictures() {
    let (folder, mut terminal) = end_of_recording("xterm-256color");
    fs::write(folder.path().join("inflight-1.svg"), "older").unwrap();
    terminal.send_keys("e");
    terminal.wait_for("the screen as SVG");
    terminal.send_keys("\x1b");
    terminal.wait_until("the menu closes", |screen| !screen.contents().contains("the screen as SVG"));
    terminal.send_keys("es");
    terminal.wait_for("saved as inflight-2.svg");
    terminal.send_keys("et");
    terminal.wait_for("saved as inflight-1.txt");
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("inflight-1.svg"), "older");
    assert!(read("inflight-2.svg").starts_with("<svg ") && !read("inflight-2.svg").contains("the screen as"));
    assert!(read("inflight-1.txt").contains("FINISHED") && !read("inflight-1.txt").contains("the screen as"));
}
