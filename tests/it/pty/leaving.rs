//! Quitting: the run ends as requested, and the terminal is restored.

use std::fs;

use rustix::process::Signal;
use vt100::{MouseProtocolEncoding, MouseProtocolMode};

use crate::pty::terminal::{INFLIGHT, Terminal};
use crate::pty::{LONG, folder, run_command, watch};
use crate::scenario::notation::scenario;

/// The middle row of the large number 16, with the limit next to it: every slot is in use.
const FULL: &str = " █  █▀█  of 16";

#[test]
fn keys_and_the_mouse_follow_the_settings_and_quit_restores_the_terminal() {
    let folder = folder(LONG);
    fs::create_dir(folder.path().join(".config")).unwrap();
    let settings = "theme = \"gruvbox-light\"\nascii = true\nmouse = true\n\
                    [keys]\npause = \"p\"\nview_4 = \"v\"\nview_6 = []\n";
    fs::write(folder.path().join(".config/inflight.toml"), settings).unwrap();
    let (mut terminal, modes) = watch(&folder, &run_command());
    terminal.wait_until("the keys of the settings", |screen| {
        let text = screen.contents();
        text.contains("16 / 16") && text.contains("p pause") && text.contains(" v Fail ") && !text.contains("6 Log")
    });
    assert_ne!(terminal.modes(), modes);
    terminal.send_keys("p");
    terminal.wait_until("a pause with nothing in flight", |screen| {
        let text = screen.contents();
        text.contains("PAUSED") && text.contains(" 0 / 16")
    });
    terminal.send_keys("p+");
    terminal.wait_for("RUNNING");
    terminal.wait_for("17 / 17");
    terminal.send_keys("v");
    terminal.wait_for("[v Failures]");
    assert!(terminal.text().is_ascii(), "{}", terminal.text());
    terminal.send_keys("mm");
    terminal.wait_until("the mouse", |screen| {
        screen.mouse_protocol_mode() == MouseProtocolMode::PressRelease
            && screen.mouse_protocol_encoding() == MouseProtocolEncoding::Sgr
    });
    let x = terminal.text().lines().nth(1).unwrap().find('2').unwrap() + 1;
    terminal.send_keys(&format!("\x1b[<0;{x};2M\x1b[<0;{x};2m"));
    terminal.wait_for("[2 Waterfall]");
    terminal.send_keys("t");
    terminal.wait_for("theme tokyo-night");
    terminal.send_keys("q");
    terminal.wait_for("how to quit?");
    terminal.send_keys("\x1b");
    terminal.wait_for("? help");
    terminal.send_keys("q");
    terminal.wait_for("how to quit?");
    terminal.send_keys("k");
    assert_eq!(terminal.exit(), 1);
    terminal.assert_restored(&modes);
    terminal.wait_for("cancelled after");
}

#[test]
fn with_exit_the_screen_closes_at_the_end_and_its_last_frame_stays() {
    let folder = folder(&LONG.replace("1..=100000", "1..=20"));
    let (mut terminal, modes) = watch(&folder, &format!("{} --exit --notify both", run_command()));
    assert_eq!(terminal.exit(), 0);
    terminal.assert_restored(&modes);
    // The frame, and the summary below it.
    terminal.wait_until("frame and summary", |screen| {
        let text = screen.contents();
        text.contains("every job has settled") && text.contains("20 ok")
    });
    let bytes = String::from_utf8(terminal.bytes()).unwrap();
    assert_eq!(bytes.matches("\x07\x1b]9;inflight: long: finished\x1b\\").count(), 1, "{bytes}");
}

#[test]
fn interrupts_and_signals_end_the_run_and_restore_the_terminal() {
    let hanging = folder(&LONG.replace("/delay/100ms", "/hang"));
    for (presses, summary) in [(2, "cancelled after"), (3, "")] {
        let (mut terminal, modes) = watch(&hanging, &run_command());
        terminal.wait_for(FULL);
        terminal.send_keys("\x03");
        terminal.wait_for("DRAINING 16");
        terminal.send_keys(&"\x03".repeat(presses - 1));
        assert_eq!(terminal.exit(), 130, "after {presses}");
        terminal.assert_restored(&modes);
        terminal.wait_for(summary);
    }
    let answering = folder(LONG);
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let (mut terminal, modes) = watch(&answering, &run_command());
        terminal.wait_for(FULL);
        terminal.signal(signal);
        assert_eq!(terminal.exit(), code);
        terminal.assert_restored(&modes);
        terminal.wait_for("drained after");
    }
    let (mut race, modes) = watch(&answering, &format!("exec '{INFLIGHT}' demo race --delay 10s"));
    race.wait_for("RACING");
    race.send_keys("\x03");
    assert_eq!(race.exit(), 130);
    race.assert_restored(&modes);
}

#[test]
fn signals_that_end_the_process_at_once_restore_the_terminal() {
    let answering = folder(LONG);
    for signal in [Signal::QUIT, Signal::ABORT, Signal::ALARM, Signal::USR2] {
        let (mut terminal, modes) = watch(&answering, &run_command());
        terminal.wait_for(FULL);
        terminal.signal(signal);
        assert_ne!(terminal.exit(), 0, "{signal:?}");
        terminal.assert_restored(&modes);
    }
}

/// The name of the test below, and the variable that is set inside the terminal.
const PANICS: (&str, &str) = ("pty::leaving::a_panic_while_drawing_restores_the_terminal", "INSIDE");

/// The test runs itself inside a terminal, where it panics while drawing. The program itself needs no test hook.
#[test]
fn a_panic_while_drawing_restores_the_terminal() {
    if std::env::var_os(PANICS.1).is_some() {
        let mut guard = inflight::tui::terminal::Guard::enter(
            std::os::fd::AsFd::as_fd(&std::io::stderr()),
            inflight::tui::terminal::options::TerminalOptions { background: false, title: true, bar: true },
            std::sync::Arc::new(drop),
        );
        let guard = guard.as_mut().unwrap();
        let title = Some("inflight 63 %".to_owned());
        let bar = inflight::tui::window_status::TabProgress::from_model(&scenario("0ms run jobs 3").fold());
        guard.set_window_status(inflight::tui::window_status::WindowStatus { mouse: true, title, bar });
        let _ = guard.draw(guard.area(), |_| {});
        while guard.is_busy() {
            std::thread::yield_now();
        }
        let _ = guard.draw(guard.area(), |_| panic!("out of colours"));
    }
    let tests = std::env::current_exe().unwrap();
    let (this, folder) = (["--exact", PANICS.0, "--nocapture"], std::env::temp_dir());
    let mut terminal = Terminal::run(tests.to_str().unwrap(), &this, &folder, &[(PANICS.1, "1")]);
    let code = terminal.exit();
    let bytes = String::from_utf8(terminal.bytes()).unwrap();
    assert_eq!(code, 101, "{bytes}");
    let (inside, after) = bytes.split_once("\x1b[?1049l").unwrap();
    assert!(inside.contains("\x1b[?1049h") && !inside.contains("out of colours"), "{bytes}");
    assert!(after.contains("out of colours") && !after.contains("\x1b[?1049"), "{bytes}");
    // Title, mouse and progress are restored as well.
    for (there, back) in [
        ("\x1b[22;2t", "\x1b[23;2t"),
        ("\x1b]2;inflight 63 %\x1b\\", "\x1b[23;2t"),
        ("\x1b]9;4;1;0\x1b\\", "\x1b]9;4;0;\x1b\\"),
        ("\x1b[?1000h\x1b[?1006h", "\x1b[?1006l"),
    ] {
        assert!(bytes.find(there) < bytes.rfind(back), "{there:?} {bytes:?}");
        assert!(bytes.contains(there), "{there:?} {bytes:?}");
    }
    assert!(bytes.ends_with('\n') && bytes.rfind("\x1b[?25h") > bytes.rfind("\x1b[?25l"), "{bytes}");
}
