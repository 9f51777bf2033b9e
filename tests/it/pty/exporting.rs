//! What leaves the screen: a request as a command, copied or saved, and pictures that replace nothing.

use std::fs;

use tempfile::TempDir;

use crate::pty::terminal::{INFLIGHT, Terminal};
use crate::pty::watch;
use crate::told::fixtures;

/// The end of a recording with failures, in a terminal that says it is this one.
fn replay(term: &str) -> (TempDir, Terminal) {
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

#[test]
fn a_request_is_copied_as_a_command_where_the_terminal_takes_it() {
    let (_folder, mut terminal) = replay("xterm-kitty");
    terminal.send_keys("1y4");
    terminal.wait_for("500 Internal");
    terminal.send_keys("y");
    terminal.wait_for("copied as curl");
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
    // `curl -i -H` in base 64, and not for the first view, where no request is selected.
    let bytes = terminal.bytes();
    assert!(has(&bytes, b"\x1b]52;c;Y3VybCAtaSAtS"));
    assert_eq!(bytes.windows(5).filter(|window| window == b"\x1b]52;").count(), 1);
}

#[test]
fn a_terminal_without_a_clipboard_is_offered_a_file() {
    let (folder, mut terminal) = replay("linux");
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

#[test]
fn the_menu_saves_pictures_that_replace_nothing_and_are_without_it() {
    let (folder, mut terminal) = replay("xterm-256color");
    fs::write(folder.path().join("inflight-1.svg"), "older").unwrap();
    terminal.send_keys("e");
    terminal.wait_for("the picture, as SVG");
    terminal.send_keys("\x1b");
    terminal.wait_until("the menu closes", |screen| !screen.contents().contains("the picture, as SVG"));
    terminal.send_keys("es");
    terminal.wait_for("saved as inflight-2.svg");
    terminal.send_keys("et");
    terminal.wait_for("saved as inflight-1.txt");
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("inflight-1.svg"), "older");
    assert!(read("inflight-2.svg").starts_with("<svg ") && !read("inflight-2.svg").contains("the picture"));
    assert!(read("inflight-1.txt").contains("FINISHED") && !read("inflight-1.txt").contains("the picture"));
}
