//! The console of a terminal: each stream is coloured by itself, and `--color never` colours nothing.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::pty::folder;
use crate::pty::terminal::{INFLIGHT, Terminal};

/// Two requests that fail, so that there is something to colour.
const FAILING: &str = r#"
    name = "failing"
    upstream = {}
    [retry]
    attempts = 1
    [[endpoint]]
    name = "orders"
    url = "practice://orders/status/500?id={id}"
    each = { id = [1, 2] }
"#;

/// Runs the plan with these arguments in a shell, and returns all bytes that the terminal received.
fn bytes(folder: &TempDir, arguments: &str) -> String {
    let command = format!("'{INFLIGHT}' run plan.toml {arguments}");
    let mut terminal = Terminal::run("sh", &["-c", &command], folder.path(), &[]);
    assert_eq!(terminal.exit(), 1);
    String::from_utf8(terminal.bytes()).unwrap()
}

fn file(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// Colours that are set: the parameters of every SGR sequence, without resets and weights.
fn colours(text: &str) -> Vec<&str> {
    let sequences = text.split("\x1b[").skip(1);
    let sgr = |rest: &'_ str| rest.find(|c: char| c.is_alphabetic()).filter(|end| rest[*end..].starts_with('m'));
    let codes = sequences.filter_map(|rest| Some(&rest[..sgr(rest)?])).filter(|codes| !codes.starts_with(['>', '?']));
    let is_colour = |code: &&str| matches!(code.parse(), Ok(30..=38 | 40..=48 | 90..=107));
    codes.flat_map(|codes| codes.split([';', ':'])).filter(is_colour).collect()
}

#[test]
fn lines_on_a_terminal_are_coloured_unless_colour_is_off() {
    let folder = folder(FAILING);
    assert!(bytes(&folder, "--plain").contains("\x1b[31m"));
    for refused in ["--plain --color never", "--plain --color never --json"] {
        let text = bytes(&folder, refused);
        assert!(!text.contains('\x1b'), "{refused}: {text}");
    }
}

#[test]
fn each_stream_is_coloured_by_itself() {
    let folder = folder(FAILING);
    let text = bytes(&folder, "--plain > summary.txt");
    let summary = file(folder.path(), "summary.txt");
    assert!(summary.contains("2 failed") && !summary.contains('\x1b'), "{summary}");
    assert!(text.contains("2 failed") && !text.contains("\x1b["), "{text}");
    bytes(&folder, "--plain --color always > summary.txt");
    assert!(file(folder.path(), "summary.txt").contains("\x1b[31m"));
    // Standard output goes elsewhere, so the summary goes to the terminal.
    assert!(bytes(&folder, "--plain --json > summary.json").contains("\x1b[31m"));
}

#[test]
fn the_screen_has_no_colour_if_colour_is_off() {
    let folder = folder(FAILING);
    let shown = |arguments: &str| {
        let command = format!("'{INFLIGHT}' run plan.toml {arguments}");
        let mut terminal = Terminal::run("sh", &["-c", &command], folder.path(), &[]);
        terminal.wait_for("FINISHED");
        terminal.send_keys("q");
        assert_eq!(terminal.exit(), 1);
        String::from_utf8(terminal.bytes()).unwrap()
    };
    assert_ne!(colours(&shown("")), [""; 0]);
    assert_eq!(colours(&shown("--color never")), [""; 0]);
}

#[test]
fn only_a_terminal_cuts_lines_to_its_width() {
    let long = FAILING.replace("\"failing\"", &format!("\"{}end\"", "long ".repeat(40)));
    let folder = folder(&long);
    let summary = bytes(&folder, "--plain");
    let headline = summary.lines().rfind(|line| line.contains("finished in")).unwrap();
    assert!(headline.contains('…'), "{summary}");
    bytes(&folder, "--plain > summary.txt");
    assert!(file(folder.path(), "summary.txt").contains("long long end"));
}
