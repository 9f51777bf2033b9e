//! A terminal that is suspended, has gone, or has stopped reading must not disturb the run.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Pid;

use crate::pty::terminal::{INFLIGHT, PATIENCE, Terminal};
use crate::pty::{LONG, folder, run_command, watch};
use crate::scenario::{fold, replay};

/// The middle row of the large number 16, with the limit next to it: every slot is in use.
const FULL: &str = " █  █▀█  of 16";

#[test]
fn ctrl_z_suspends_until_fg() {
    let folder = folder(LONG);
    let mut terminal = Terminal::run("sh", &["-i"], folder.path(), &[("PS1", "sh> "), ("ENV", "/dev/null")]);
    terminal.wait_for("sh> ");
    let modes = terminal.modes();
    terminal.send_keys(&format!("'{INFLIGHT}' run plan.toml\n"));
    terminal.wait_for(FULL);
    terminal.send_keys("\x1a");
    terminal.wait_until("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("topped"));
    terminal.send_keys("echo the shell reads $((6 * 7)) keys\n");
    terminal.wait_for("reads 42 keys");
    terminal.assert_restored(&modes);
    terminal.send_keys("fg\n");
    terminal.wait_for(FULL);
    terminal.send_keys("q");
    terminal.wait_for("how to quit?");
    terminal.send_keys("k");
    terminal
        .wait_until("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("cancelled after"));
    terminal.assert_restored(&modes);
    terminal.send_keys("exit 7\n");
    assert_eq!(terminal.exit(), 7);
}

#[test]
fn a_suspended_run_loses_no_job_to_a_time_out() {
    let plan = r#"
        name = "suspended"
        limits.concurrency = 2
        retry.attempts = 1
        defaults.timeout = "1s"
        upstream = {}
        [[endpoint]]
        url = "practice://orders/delay/400ms?id={id}"
        each = { id = "1..=12" }
    "#;
    let folder = folder(plan);
    let mut terminal = Terminal::run("sh", &["-i"], folder.path(), &[("PS1", "sh> "), ("ENV", "/dev/null")]);
    terminal.wait_for("sh> ");
    terminal.send_keys(&format!("'{INFLIGHT}' run plan.toml --events run.jsonl\n"));
    terminal.wait_for("█▀▀  of 2");
    terminal.send_keys("\x1a");
    terminal.wait_until("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("topped"));
    terminal.send_keys("sleep 2; fg\n");
    terminal.wait_for("FINISHED");
    terminal.send_keys("q");
    terminal.wait_for("stopped   once");
    terminal.send_keys("exit 7\n");
    assert_eq!(terminal.exit(), 7);
    let (events, _) = replay(&fs::read(folder.path().join("run.jsonl")).unwrap());
    let totals = fold(&events).totals;
    assert_eq!((totals.jobs_done, totals.timed_out, totals.stops), (12, 0, 1));
}

#[test]
fn a_stuck_terminal_delays_nothing_and_a_vanished_one_ends_the_run() {
    stuck();
    vanished();
}

/// If the terminal vanishes, the run ends soon and uses no CPU time.
#[track_caller]
fn vanished() {
    let slow = folder(&LONG.replace("/delay/100ms", "/delay/1500ms"));
    let shells = [
        run_command(),
        // A session leader that ignores the hang-up, as under `sudo`, does not pass the signal on.
        format!("trap '' HUP; '{INFLIGHT}' run plan.toml; code=$?; times > times; exit $code"),
    ];
    for shell in shells {
        let (terminal, _) = watch(&slow, &shell);
        terminal.wait_for(FULL);
        let gone = Instant::now();
        assert_eq!(terminal.vanish().within(PATIENCE), 129, "{shell}");
        // Requests in flight finish in 1.5 s, and noticing may take 2 s.
        assert!(gone.elapsed() < Duration::from_millis(3_500), "{:?} {shell}", gone.elapsed());
    }
    let times = fs::read_to_string(slow.path().join("times")).unwrap();
    assert!(seconds(times.lines().nth(1).unwrap()) < 0.8, "{times}");
}

/// A stuck terminal costs frames, but neither time nor memory.
#[track_caller]
fn stuck() {
    let plan = LONG.replace("delay/100ms", "json/orders/{id}").replace("100000", "30000");
    let folder = folder(&plan);
    let (mut terminal, _) = watch(&folder, &format!("{} --events events.jsonl", run_command()));
    terminal.wait_for(FULL);
    terminal.stop_reading();
    let before = resident(terminal.pid());
    await_end(&folder.path().join("events.jsonl"), r#""kind":"run-ended","how":"finished"}"#);
    let grown = resident(terminal.pid()).saturating_sub(before);
    assert!(grown < 20_000, "{grown} kB more");
    terminal.read_on();
    terminal.wait_for("FINISHED");
    terminal.wait_for("30,000 jobs");
    terminal.wait_for("    █ █  of 16");
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
}

/// Waits until a file ends with a text.
#[track_caller]
fn await_end(path: &Path, text: &str) {
    let deadline = Instant::now() + PATIENCE;
    while !fs::read_to_string(path).is_ok_and(|file| file.trim_end().ends_with(text)) {
        assert!(Instant::now() < deadline, "`{text}` never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// User and system time together, from a line of `times` such as `0m0.25s 0m0.05s`.
fn seconds(times: &str) -> f64 {
    let length = |text: &str| {
        let (minutes, seconds) = text.trim_end_matches('s').split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
    };
    times.split_whitespace().map(length).sum()
}

/// The resident memory of a process in kilobytes; 0 if the system does not report it.
fn resident(pid: Pid) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or(0, |line| line.trim().trim_end_matches(" kB").parse().unwrap())
}
