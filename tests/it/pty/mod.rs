//! Tests in a terminal: the program takes it, draws on it, and restores it.
//!
//! The program runs in a pty, against its own practice upstream. Start at [`terminal`].

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod again;
mod console;
mod drawing;
mod leaving;
mod replaying;
mod settings;
mod stopping;
pub mod terminal;
mod watching;

use std::fs;

use tempfile::TempDir;
use terminal::Terminal;

/// A plan for a batch that outlasts any test: sixteen requests at once, each of 100 ms.
const LONG: &str = r#"
    name = "long"
    limits.concurrency = 16
    upstream = {}

    [[endpoint]]
    name = "orders"
    url = "practice://orders/delay/100ms?id={id}"
    each = { id = "1..=100000" }
"#;

/// A folder with a plan in it.
fn folder(plan: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("plan.toml"), plan).unwrap();
    folder
}

/// Runs a plan in a shell that first waits for a key; returns the terminal and its original modes.
fn watch(folder: &TempDir, shell: &str) -> (Terminal, String) {
    let mut terminal = Terminal::run("sh", &["-c", &format!("read go; {shell}")], folder.path(), &[]);
    let modes = terminal.modes();
    terminal.send_keys("\n");
    terminal
        .wait_until("the first frame", |screen| screen.alternate_screen() && screen.contents().contains("inflight"));
    (terminal, modes)
}

/// The shell command that replaces the shell by a run.
fn run_command() -> String {
    format!("exec '{}' run plan.toml", terminal::INFLIGHT)
}
