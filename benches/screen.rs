//! The cost of the screen, measured with the program itself in a pseudo-terminal.
//!
//! `busy` replays 10,000 endpoints at 50,000 events per second. For every view it prints the cost of a
//! frame, the frame rate, and how long a key takes to change the screen. `stuck` compares a terminal that
//! stops reading for ten seconds with `--plain`, and prints the ratio of throughput and the memory of each.
//!
//! Start at [`main`]. Run it with `cargo bench --bench screen`, or with `-- busy` or `-- stuck` for one of
//! them. It reads `/proc`, so it needs Linux.

#![expect(clippy::print_stdout, reason = "it prints a table")]

mod busy;
mod practice;

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use inflight::journal::{JournalHeader, Writer};
use portable_pty::{Child as Pupil, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::Parser;

use crate::busy::Busy;
use crate::practice::Upstream;

const PROGRAM: &str = env!("CARGO_BIN_EXE_inflight");
/// The start of a frame: `CSI ? 2026 h`, a synchronized update.
const BEGIN: &[u8] = b"\x1b[?2026h";

const ENDPOINTS: u32 = 10_000;
const EVENTS_A_SECOND: u64 = 50_000;
/// Long enough for all views.
const BUSY_SECONDS: u64 = 40;
/// How long each view is measured.
const LOOK: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;
const REQUESTS: &str = "1200000";
/// How long the terminal stops reading.
const STUCK: Duration = Duration::from_secs(10);

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    let folder = tempfile::tempdir()?;
    if is_wanted("busy") {
        busy(folder.path())?;
    }
    if is_wanted("stuck") {
        stuck(folder.path())?;
    }
    Ok(())
}

/// Measures the cost of a frame in a busy run.
fn busy(folder: &Path) -> Result<(), Failure> {
    let recording = folder.join("busy.jsonl");
    record(&recording)?;
    let arguments = ["replay", recording.to_str().ok_or("a path that is not text")?];
    let mut terminal = Terminal::start(PROGRAM, &arguments, folder)?;
    terminal.wait_for("RUNNING")?;
    let began = (Instant::now(), terminal.elapsed()?);
    println!("{ENDPOINTS} endpoints, {EVENTS_A_SECOND} events a second, 120x40");
    println!("{:<12} {:>12} {:>12} {:>16}", "view", "pictures/s", "CPU/picture", "key to picture");
    // The overview is measured with its histogram and with its heat map.
    for view in ["1", "1H", "2", "3", "4", "5", "6", "7"] {
        terminal.send(view)?;
        thread::sleep(Duration::from_millis(300));
        let before = (terminal.pictures(), cpu(terminal.pid)?, Instant::now());
        thread::sleep(LOOK);
        let (pictures, spent) = (terminal.pictures() - before.0, cpu(terminal.pid)?.saturating_sub(before.1));
        let a_second = pictures as f64 / before.2.elapsed().as_secs_f64();
        let mut waits = Vec::new();
        for _ in 0..5 {
            waits.push(terminal.answer_to("?", |text| text.contains("a tenth above"))?);
            waits.push(terminal.answer_to("?", |text| !text.contains("a tenth above"))?);
        }
        waits.sort_unstable();
        let each = spent / u32::try_from(pictures).unwrap_or(1).max(1);
        println!("{view:<12} {a_second:>12.1} {:>12} {:>16}", ms(each), ms(waits[waits.len() / 2]));
    }
    let kept = (terminal.elapsed()? - began.1) / began.0.elapsed().as_secs_f64();
    println!("the recording was played at {kept:.2} times its speed");
    Ok(())
}

/// Measures what a terminal that does not read costs the run.
fn stuck(folder: &Path) -> Result<(), Failure> {
    let upstream = Upstream::start()?;
    let url = upstream.at("/status/200");
    println!("{REQUESTS} requests, 50 at once; the terminal stops reading for {STUCK:?}");
    println!(
        "{:<6} {:>10} {:>10} {:>7} {:>10} {:>10} {:>7} {:>12} {:>12}",
        "round", "plain", "stuck", "ratio", "plain CPU", "stuck CPU", "ratio", "plain peak", "stuck peak"
    );
    let (mut rates, mut costs) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let plain = plain(folder, &url)?;
        let screen = on_screen(folder, &url)?;
        let (rate, cost) = (screen.rate / plain.rate, screen.cpu.as_secs_f64() / plain.cpu.as_secs_f64());
        println!(
            "{round:<6} {:>8.0}/s {:>8.0}/s {rate:>7.3} {:>8.2} s {:>8.2} s {cost:>7.3} {:>8} KiB {:>8} KiB",
            plain.rate,
            screen.rate,
            plain.cpu.as_secs_f64(),
            screen.cpu.as_secs_f64(),
            plain.peak,
            screen.peak
        );
        rates.push(rate);
        costs.push(cost);
    }
    for (what, mut ratios) in [("throughput", rates), ("CPU", costs)] {
        ratios.sort_by(f64::total_cmp);
        println!("{what}: median {:.3}, from {:.3} to {:.3}", ratios[ROUNDS / 2], ratios[0], ratios[ROUNDS - 1]);
    }
    Ok(())
}

/// A run, as measured from outside.
struct Measured {
    /// Requests a second.
    rate: f64,
    /// CPU time of all threads.
    cpu: Duration,
    /// Peak memory, in KiB.
    peak: u64,
}

fn plain(folder: &Path, url: &str) -> Result<Measured, Failure> {
    let result = folder.join("plain.json");
    let mut child = Command::new(PROGRAM)
        .args(["run", url, "-n", REQUESTS, "-c", "50", "--plain", "--json"])
        .stdout(File::create(&result)?)
        .stderr(Stdio::null())
        .spawn()?;
    let (mut peak, mut cpu) = (0, Duration::ZERO);
    while child.try_wait()?.is_none() {
        (peak, cpu) = (memory(child.id()).unwrap_or(peak), all_cpu(child.id()).unwrap_or(cpu));
        thread::sleep(Duration::from_millis(20));
    }
    Ok(Measured { rate: rate(&result)?, cpu, peak })
}

fn on_screen(folder: &Path, url: &str) -> Result<Measured, Failure> {
    let result = folder.join("screen.json");
    // The screen is on standard error, so the result can go to a file.
    let line = format!("exec '{PROGRAM}' run {url} -n {REQUESTS} -c 50 --json > '{}'", result.display());
    let mut terminal = Terminal::start("sh", &["-c", &line], folder)?;
    terminal.wait_for("RUNNING")?;
    terminal.is_paused.store(true, Ordering::Release);
    let until = Instant::now() + STUCK;
    let (mut peak, mut cpu) = (0, Duration::ZERO);
    while terminal.pupil.try_wait()?.is_none() {
        (peak, cpu) = (memory(terminal.pid).unwrap_or(peak), all_cpu(terminal.pid).unwrap_or(cpu));
        if Instant::now() >= until && terminal.is_paused.swap(false, Ordering::AcqRel) {
            // It reads again: the next frame is complete and current.
            terminal.wait_for("RUNNING")?;
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(Measured { rate: rate(&result)?, cpu, peak })
}

/// Requests a second, from the summary.
fn rate(result: &Path) -> Result<f64, Failure> {
    let summary: serde_json::Value = serde_json::from_slice(&fs::read(result)?)?;
    let (done, took) = (summary["jobs"]["done"].as_f64(), summary["elapsed_s"].as_f64());
    let (Some(done), Some(took)) = (done, took) else { return Err(format!("no summary: {summary}").into()) };
    if done < REQUESTS.parse()? {
        return Err(format!("only {done} of {REQUESTS} done").into());
    }
    Ok(done / took)
}

/// The program in a terminal of 120 columns and 40 rows.
struct Terminal {
    _master: Box<dyn MasterPty + Send>,
    fingers: Box<dyn Write + Send>,
    pupil: Box<dyn Pupil + Send + Sync>,
    pid: u32,
    paper: Arc<Mutex<ScreenOutput>>,
    is_paused: Arc<AtomicBool>,
}

/// What the program has printed.
struct ScreenOutput {
    parser: Parser,
    pictures: usize,
    /// The last bytes, in case the start of a frame is split.
    tail: Vec<u8>,
}

impl Terminal {
    fn start(program: &str, arguments: &[&str], folder: &Path) -> Result<Self, Failure> {
        let pair = native_pty_system().openpty(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 })?;
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(folder);
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("COLORFGBG", "15;0")] {
            command.env(name, value);
        }
        let pupil = pair.slave.spawn_command(command)?;
        let pid = pupil.process_id().ok_or("no process")?;
        let one = |n| std::num::NonZero::new(n).ok_or("no size");
        let parser = Parser::new(one(40)?, one(120)?, 0);
        let paper = Arc::new(Mutex::new(ScreenOutput { parser, pictures: 0, tail: Vec::new() }));
        let is_paused = Arc::new(AtomicBool::new(false));
        let (mut from, theirs, held) = (pair.master.try_clone_reader()?, Arc::clone(&paper), Arc::clone(&is_paused));
        thread::spawn(move || {
            let mut bytes = vec![0; 65_536];
            while let Ok(n) = from.read(&mut bytes) {
                if n == 0 {
                    return;
                }
                theirs.lock().unwrap_or_else(PoisonError::into_inner).take(&bytes[..n]);
                while held.load(Ordering::Acquire) {
                    thread::sleep(Duration::from_millis(5));
                }
            }
        });
        let fingers = pair.master.take_writer()?;
        Ok(Self { _master: pair.master, fingers, pupil, pid, paper, is_paused })
    }

    fn send(&mut self, keys: &str) -> Result<(), Failure> {
        self.fingers.write_all(keys.as_bytes())?;
        Ok(self.fingers.flush()?)
    }

    fn pictures(&self) -> usize {
        self.paper.lock().unwrap_or_else(PoisonError::into_inner).pictures
    }

    /// The time in the header, in seconds.
    fn elapsed(&self) -> Result<f64, Failure> {
        let contents = self.contents();
        let before = contents.split(" of ").next().unwrap_or_default();
        let (minutes, seconds) = before.rsplit(' ').next().and_then(|time| time.split_once(':')).ok_or("no clock")?;
        Ok(minutes.parse::<f64>()? * 60.0 + seconds.parse::<f64>()?)
    }

    fn contents(&self) -> String {
        self.paper.lock().unwrap_or_else(PoisonError::into_inner).parser.screen().contents()
    }

    /// Types a key, and returns how long the screen takes to show its effect.
    fn answer_to(&mut self, keys: &str, shows: impl Fn(&str) -> bool) -> Result<Duration, Failure> {
        let typed = Instant::now();
        self.send(keys)?;
        self.wait_until(shows)?;
        Ok(typed.elapsed())
    }

    fn wait_for(&self, text: &str) -> Result<(), Failure> {
        self.wait_until(|contents| contents.contains(text))
    }

    fn wait_until(&self, shows: impl Fn(&str) -> bool) -> Result<(), Failure> {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let contents = self.contents();
            if shows(&contents) {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(format!("the screen never showed the expected text, but this:\n{contents}").into());
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.pupil.kill();
        let _ = self.pupil.wait();
    }
}

impl ScreenOutput {
    fn take(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        self.tail.extend_from_slice(bytes);
        self.pictures += self.tail.windows(BEGIN.len()).filter(|window| *window == BEGIN).count();
        // Shorter than the start of a frame, so none is counted twice.
        let kept = self.tail.len().saturating_sub(BEGIN.len() - 1);
        self.tail.drain(..kept);
    }
}

/// CPU time of the drawing thread so far.
fn cpu(pid: u32) -> Result<Duration, Failure> {
    let stat = fs::read_to_string(format!("/proc/{pid}/task/{pid}/schedstat"))?;
    Ok(Duration::from_nanos(stat.split_whitespace().next().ok_or("no times")?.parse()?))
}

/// CPU time of all threads of a process so far, to a hundredth of a second.
fn all_cpu(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // After the name in brackets, user and system time are fields 12 and 13.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    (ticks > 0).then(|| Duration::from_millis(ticks * 10))
}

/// Peak memory of a process so far, in KiB.
fn memory(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// Writes the recording of a busy run.
fn record(path: &Path) -> Result<(), Failure> {
    let header = JournalHeader::new("busy", std::time::SystemTime::now());
    let mut writer = Writer::new(BufWriter::new(File::create(path)?), &header)?;
    // A job has three events (started, ended, settled); five hundred are in flight.
    let a_second = EVENTS_A_SECOND / 3;
    let busy = Busy { endpoints: ENDPOINTS, jobs: BUSY_SECONDS * a_second, in_flight: 500, a_second };
    for event in busy.events() {
        writer.write(&event)?;
    }
    Ok(writer.flush()?)
}
