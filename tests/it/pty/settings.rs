//! What settings change on the screen: its keys, its theme, its marks, its mouse.

use std::fs;

use vt100::{MouseProtocolEncoding, MouseProtocolMode};

use crate::pty::terminal::{INFLIGHT, Terminal};
use crate::pty::{LONG, folder};

#[test]
fn the_screen_obeys_the_keys_the_theme_and_the_mouse_of_the_settings() {
    let folder = folder(LONG);
    fs::create_dir(folder.path().join(".config")).unwrap();
    let settings = "theme = \"gruvbox-light\"\nascii = true\n[keys]\npause = \"p\"\nview_4 = \"v\"\nview_6 = []\n";
    let settings = format!("mouse = true\n{settings}");
    fs::write(folder.path().join(".config/inflight.toml"), settings).unwrap();
    let mut terminal = Terminal::run(INFLIGHT, &["run", "plan.toml"], folder.path(), &[]);
    terminal.wait_until("the keys of the settings", |screen| {
        let text = screen.contents();
        text.contains("p pause") && text.contains(" v Fail ") && !text.contains("6 Log")
    });
    terminal.send_keys("p");
    terminal.wait_for("PAUSED");
    terminal.send_keys("v");
    terminal.wait_for("[v Failures]");
    assert!(terminal.text().is_ascii(), "{}", terminal.text());
    terminal.wait_until("the mouse", |screen| {
        screen.mouse_protocol_mode() == MouseProtocolMode::PressRelease
            && screen.mouse_protocol_encoding() == MouseProtocolEncoding::Sgr
    });
    let tabs = terminal.text().lines().nth(1).unwrap().to_owned();
    let click = |text: &str| format!("\x1b[<0;{};2M\x1b[<0;{0};2m", tabs.find(text).unwrap() + 1);
    terminal.send_keys(&click("2"));
    terminal.wait_for("[2 Waterfall]");
    terminal.send_keys("m");
    terminal.wait_until("no mouse", |screen| screen.mouse_protocol_mode() == MouseProtocolMode::None);
    terminal.send_keys("t");
    terminal.wait_for("theme tokyo-night");
}
