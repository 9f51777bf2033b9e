//! The terminal stops: suspended, gone, or no longer reading. The run must not mind.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Pid;

use crate::pty::terminal::{INFLIGHT, PATIENCE, Terminal};
use crate::pty::{LONG, folder, run_of_plan, watch};

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_until_fg() {
    let folder = folder(LONG);
    let mut terminal = Terminal::run("sh", &["-i"], folder.path(), &[("PS1", "sh> "), ("ENV", "/dev/null")]);
    terminal.wait_for("sh> ");
    let modes = terminal.modes();
    terminal.send_keys(&format!("'{INFLIGHT}' run plan.toml\n"));
    terminal.wait_for("16 / 16");
    terminal.send_keys("\x1a");
    terminal.wait_until("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("topped"));
    terminal.send_keys("echo the shell reads $((6 * 7)) keys\n");
    terminal.wait_for("reads 42 keys");
    terminal.assert_restored(&modes);
    terminal.send_keys("fg\n");
    terminal.wait_for("16 / 16");
    terminal.send_keys("q");
    terminal.wait_for("leave how?");
    terminal.send_keys("k");
    terminal
        .wait_until("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("cancelled after"));
    terminal.assert_restored(&modes);
    terminal.send_keys("exit 7\n");
    assert_eq!(terminal.exit(), 7);
}

#[test]
fn a_terminal_that_is_stuck_holds_nothing_up_and_one_that_vanishes_ends_the_run() {
    stuck();
    vanished();
}

/// The run ends soon and quietly.
#[track_caller]
fn vanished() {
    let slow = folder(&LONG.replace("/delay/100ms", "/delay/1500ms"));
    let shells = [
        run_of_plan(),
        // A leader of the session that takes no notice, as under `sudo`: nobody passes the signal on.
        format!("trap '' HUP; '{INFLIGHT}' run plan.toml; code=$?; times > times; exit $code"),
    ];
    for shell in shells {
        let (terminal, _) = watch(&slow, &shell);
        terminal.wait_for("16 / 16");
        let gone = Instant::now();
        assert_eq!(terminal.vanish().within(PATIENCE), 129, "{shell}");
        // What was in flight ends by itself, and two seconds are for noticing.
        assert!(gone.elapsed() < Duration::from_millis(3_500), "{:?} {shell}", gone.elapsed());
    }
    let times = fs::read_to_string(slow.path().join("times")).unwrap();
    assert!(seconds(times.lines().nth(1).unwrap()) < 0.8, "{times}");
}

/// It costs pictures, and neither time nor memory.
#[track_caller]
fn stuck() {
    let plan = LONG.replace("delay/100ms", "json/orders/{id}").replace("100000", "30000");
    let folder = folder(&plan);
    let (mut terminal, _) = watch(&folder, &format!("{} --events events.jsonl", run_of_plan()));
    terminal.wait_for("16 / 16");
    terminal.stop_reading();
    let before = resident(terminal.pid());
    await_end(&folder.path().join("events.jsonl"), r#""kind":"run-ended","how":"finished"}"#);
    let grown = resident(terminal.pid()).saturating_sub(before);
    assert!(grown < 20_000, "{grown} kB more");
    terminal.read_on();
    terminal.wait_for("FINISHED");
    terminal.wait_for("30,000 jobs");
    terminal.wait_for(" 0 / 16");
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
}

/// Waits until a file holds a text at its end.
#[track_caller]
fn await_end(path: &Path, text: &str) {
    let deadline = Instant::now() + PATIENCE;
    while !fs::read_to_string(path).is_ok_and(|file| file.trim_end().ends_with(text)) {
        assert!(Instant::now() < deadline, "`{text}` never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What `times` says of children, user and system together: `0m0.25s 0m0.05s`.
fn seconds(times: &str) -> f64 {
    let length = |text: &str| {
        let (minutes, seconds) = text.trim_end_matches('s').split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
    };
    times.split_whitespace().map(length).sum()
}

/// Kilobytes of memory that a process holds, where the system says so.
fn resident(pid: Pid) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or(0, |line| line.trim().trim_end_matches(" kB").parse().unwrap())
}
