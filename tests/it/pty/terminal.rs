//! A terminal for tests: a pty, typed keys, and an emulator that shows the output.
//!
//! Nothing sleeps: every wait ends with output, with the program's end, or after [`PATIENCE`].
//! Start at [`Terminal::run`].

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal};
use rustix::termios::Termios;
use vt100::{MouseProtocolMode, Parser, Screen};

/// The longest wait: longer than any working program needs on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The program under test.
pub const INFLIGHT: &str = env!("CARGO_BIN_EXE_inflight");

/// A terminal and the program in it, which is killed if the test ends first.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    /// The program's side, kept open so that modes can be read after its end.
    device: File,
    output: Arc<Output>,
    reader: Option<JoinHandle<()>>,
    pid: Pid,
    ended: Receiver<u32>,
    code: Option<u32>,
}

/// The output so far, and whether reading continues.
struct Output {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: Parser,
    raw: Vec<u8>,
    reading: Reading,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    On,
    /// Reading is paused.
    Held,
    /// The reader closes the terminal.
    Over,
}

impl Terminal {
    /// Runs a program in a terminal of 80 columns and 24 rows, with little else in its environment.
    pub fn run(program: &str, arguments: &[&str], folder: &Path, more: &[(&str, &str)]) -> Self {
        let pair = native_pty_system().openpty(size(80, 24)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(folder);
        command.env_clear();
        let path = std::env::var("PATH").unwrap_or_default();
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("PATH", &path)].iter().chain(more) {
            command.env(name, value);
        }
        let device = File::options().read(true).write(true).open(pair.master.tty_name().unwrap()).unwrap();
        let mut child = pair.slave.spawn_command(command).unwrap();
        let pid = Pid::from_raw(i32::try_from(child.process_id().unwrap()).unwrap()).unwrap();
        let (sender, ended) = mpsc::channel();
        thread::spawn(move || sender.send(child.wait().unwrap().exit_code()));

        let output = Arc::new(Output {
            state: Mutex::new(State { parser: parser(80, 24), raw: Vec::new(), reading: Reading::On }),
            changed: Condvar::new(),
        });
        let reader = thread::spawn({
            let (output, from) = (Arc::clone(&output), pair.master.try_clone_reader().unwrap());
            move || output.read(from)
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self { master: pair.master, keyboard, device, output, reader: Some(reader), pid, ended, code: None }
    }

    /// Waits until the screen shows something.
    #[track_caller]
    pub fn wait_until(&self, what: &str, shows: impl Fn(&Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.output.state();
        while !shows(state.parser.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never came: {what}\n{}", state.parser.screen().contents());
            state = self.output.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait_until(&format!("`{text}`"), |screen| screen.contents().contains(text));
    }

    /// The text on the screen.
    pub fn text(&self) -> String {
        self.output.state().parser.screen().contents()
    }

    /// Types keys.
    pub fn send_keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Resizes the window; the emulator first, so that it has room for the next frame.
    pub fn resize(&self, columns: u16, rows: u16) {
        let (at_least_one, screen) = (|n| NonZero::new(n).unwrap(), &mut self.output.state());
        screen.parser.screen_mut().set_size(at_least_one(rows), at_least_one(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// The terminal's modes, for comparison.
    pub fn modes(&self) -> String {
        let Termios { input_modes, output_modes, control_modes, local_modes, special_codes, .. } =
            rustix::termios::tcgetattr(self.device.as_fd()).unwrap();
        format!("{input_modes:?} {output_modes:?} {control_modes:?} {local_modes:?} {special_codes:?}")
    }

    /// Asserts that the terminal is restored, apart from its text.
    #[track_caller]
    pub fn assert_restored(&self, modes_before: &str) {
        self.wait_until("the normal screen", |screen| !screen.alternate_screen());
        self.wait_until("the cursor", |screen| !screen.hide_cursor());
        self.wait_until("the end of bracketed paste", |screen| !screen.bracketed_paste());
        self.wait_until("no mouse", |screen| screen.mouse_protocol_mode() == MouseProtocolMode::None);
        assert_eq!(self.modes(), modes_before);
    }

    /// Stops reading until [`Terminal::read_on`], so that the program's output piles up.
    pub fn stop_reading(&self) {
        self.output.set(Reading::Held);
    }

    /// Reads again.
    pub fn read_on(&self) {
        self.output.set(Reading::On);
    }

    /// The process of the program.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.pid, signal).unwrap();
    }

    /// Closes the window, as when a connection breaks; returns the program's end.
    pub fn vanish(mut self) -> End {
        self.output.set(Reading::Over);
        // The reader returns with the next byte, which the clock on the screen sends.
        self.reader.take().unwrap().join().unwrap();
        let ended = std::mem::replace(&mut self.ended, mpsc::channel().1);
        self.code = Some(0);
        End { pid: self.pid, ended }
    }

    /// The program's exit code, once it has ended.
    #[track_caller]
    pub fn exit(&mut self) -> u32 {
        let code = self.ended.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("does not end\n{}", self.text()));
        self.code = Some(code);
        code
    }

    /// All output, once the program has ended.
    #[track_caller]
    pub fn bytes(mut self) -> Vec<u8> {
        assert!(self.code.is_some(), "the program has not ended");
        // Reading ends when the last descriptor of the device is closed.
        self.device = File::open("/dev/null").unwrap();
        self.reader.take().unwrap().join().unwrap();
        std::mem::take(&mut self.output.state().raw)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.code.is_none() && self.ended.try_recv().is_err() {
            let _ = rustix::process::kill_process(self.pid, Signal::KILL);
        }
        self.output.set(Reading::Over);
    }
}

/// The end of a program whose terminal is gone.
pub struct End {
    /// Its process.
    pub pid: Pid,
    ended: Receiver<u32>,
}

impl End {
    /// The exit code, if it comes in time; else the program is killed.
    #[track_caller]
    pub fn within(&self, at_most: Duration) -> u32 {
        self.ended.recv_timeout(at_most).unwrap_or_else(|_| {
            let _ = rustix::process::kill_process(self.pid, Signal::KILL);
            panic!("does not end within {at_most:?}")
        })
    }
}

impl Output {
    fn state(&self) -> MutexGuard<'_, State> {
        // A failed test still has to close its terminal.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, reading: Reading) {
        self.state().reading = reading;
        self.changed.notify_all();
    }

    fn read(&self, mut from: Box<dyn Read + Send>) {
        let mut bytes = [0; 4096];
        while let Ok(n) = from.read(&mut bytes) {
            let mut state = self.state();
            if n == 0 || state.reading == Reading::Over {
                return;
            }
            state.parser.process(&bytes[..n]);
            state.raw.extend_from_slice(&bytes[..n]);
            self.changed.notify_all();
            while state.reading == Reading::Held {
                state = self.changed.wait(state).unwrap();
            }
        }
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn parser(columns: u16, rows: u16) -> Parser {
    Parser::new(NonZero::new(rows).unwrap(), NonZero::new(columns).unwrap(), 0)
}
