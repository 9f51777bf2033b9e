//! What settings change on the screen: its keys, its theme, its marks.

use std::fs;

use crate::pty::terminal::{INFLIGHT, Terminal};
use crate::pty::{LONG, folder};

#[test]
fn the_screen_obeys_the_keys_and_the_theme_of_the_settings() {
    let folder = folder(LONG);
    fs::create_dir(folder.path().join(".config")).unwrap();
    let settings = "theme = \"gruvbox-light\"\nascii = true\n[keys]\npause = \"p\"\nview_4 = \"v\"\nview_6 = []\n";
    fs::write(folder.path().join(".config/inflight.toml"), settings).unwrap();
    let mut terminal = Terminal::run(INFLIGHT, &["run", "plan.toml"], folder.path(), &[]);
    terminal.wait_until("the keys of the settings", |screen| {
        let text = screen.contents();
        text.contains("p pause") && text.contains("  v  ") && !text.contains("  6  ")
    });
    terminal.send_keys("p");
    terminal.wait_for("PAUSED");
    terminal.send_keys("v");
    terminal.wait_for("[v Failures]");
    assert!(terminal.text().is_ascii(), "{}", terminal.text());
    terminal.send_keys("t");
    terminal.wait_for("theme tokyo-night");
}
