//! Settings that are changed on the screen: they apply at once, and are saved on request.

use std::fs;

use crate::pty::{LONG, folder, run_command, watch};

#[test]
fn settings_apply_at_once_and_are_saved_with_their_comments() {
    let folder = folder(LONG);
    let settings = folder.path().join("xdg/inflight/config.toml");
    fs::create_dir_all(settings.parent().unwrap()).unwrap();
    fs::write(&settings, "# mine\nfps = 10 # slow line\n").unwrap();
    let xdg = folder.path().join("xdg");
    let (mut terminal, _) = watch(&folder, &format!("export XDG_CONFIG_HOME='{}'; {}", xdg.display(), run_command()));
    terminal.send_keys(",");
    terminal.wait_for("Settings ─");
    terminal.wait_for("inflight-dark");
    // The next theme, and one frame rate up.
    terminal.send_keys("l");
    terminal.wait_for("1 changed, not saved");
    terminal.send_keys("jjl");
    terminal.wait_for("2 changed, not saved");
    assert_eq!(fs::read_to_string(&settings).unwrap(), "# mine\nfps = 10 # slow line\n");
    terminal.send_keys("\r");
    terminal.wait_for("saved in ");
    let saved = fs::read_to_string(&settings).unwrap();
    assert!(saved.starts_with("# mine\nfps = 15 # slow line\ntheme = \""), "{saved}");
    terminal.send_keys(",l");
    terminal.wait_for("1 changed, not saved");
    terminal.send_keys("\x1b");
    terminal.wait_until("the menu is closed", |screen| !screen.contents().contains("Settings ─"));
    assert_eq!(fs::read_to_string(&settings).unwrap(), saved);
    terminal.send_keys("qk");
    terminal.exit();
}
