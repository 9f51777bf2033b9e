//! A terminal of our own: a pty, a person's fingers, and the paper on which the bytes are shown.
//!
//! Nothing here sleeps: every wait ends with a byte, with the program's end, or with [`PATIENCE`].
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

/// Longer than anything that works takes, on a machine that has other things to do.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The program under test.
pub const INFLIGHT: &str = env!("CARGO_BIN_EXE_inflight");

/// A terminal and the program that runs in it, which is killed if the test ends before it.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    fingers: Box<dyn Write + Send>,
    /// The program's side, held open: modes can be read after the program has ended.
    device: File,
    paper: Arc<Paper>,
    reader: Option<JoinHandle<()>>,
    pid: Pid,
    ended: Receiver<u32>,
    code: Option<u32>,
}

/// What has been read, and whether reading goes on.
struct Paper {
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
    /// Nothing is read until it is on again.
    Held,
    /// The reader lets go of the terminal.
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
        let (tell, ended) = mpsc::channel();
        thread::spawn(move || tell.send(child.wait().unwrap().exit_code()));

        let paper = Arc::new(Paper {
            state: Mutex::new(State { parser: parser(80, 24), raw: Vec::new(), reading: Reading::On }),
            changed: Condvar::new(),
        });
        let reader = thread::spawn({
            let (paper, from) = (Arc::clone(&paper), pair.master.try_clone_reader().unwrap());
            move || paper.read(from)
        });
        let fingers = pair.master.take_writer().unwrap();
        Self { master: pair.master, fingers, device, paper, reader: Some(reader), pid, ended, code: None }
    }

    /// Waits until the screen shows something.
    #[track_caller]
    pub fn wait_until(&self, what: &str, shows: impl Fn(&Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.paper.state();
        while !shows(state.parser.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never came: {what}\n{}", state.parser.screen().contents());
            state = self.paper.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    /// Waits until a text stands on the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait_until(&format!("`{text}`"), |screen| screen.contents().contains(text));
    }

    /// What stands on the screen.
    pub fn text(&self) -> String {
        self.paper.state().parser.screen().contents()
    }

    /// Types.
    pub fn send_keys(&mut self, keys: &str) {
        self.fingers.write_all(keys.as_bytes()).unwrap();
        self.fingers.flush().unwrap();
    }

    /// Makes the window another size; the paper first, so that what is drawn for it finds room.
    pub fn resize(&self, columns: u16, rows: u16) {
        let (at_least_one, screen) = (|n| NonZero::new(n).unwrap(), &mut self.paper.state());
        screen.parser.screen_mut().set_size(at_least_one(rows), at_least_one(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// The modes of the terminal, comparable.
    pub fn modes(&self) -> String {
        let Termios { input_modes, output_modes, control_modes, local_modes, special_codes, .. } =
            rustix::termios::tcgetattr(self.device.as_fd()).unwrap();
        format!("{input_modes:?} {output_modes:?} {control_modes:?} {local_modes:?} {special_codes:?}")
    }

    /// Asserts that the terminal is as it was before the program came, apart from its text.
    #[track_caller]
    pub fn assert_restored(&self, modes_before: &str) {
        self.wait_until("the normal screen", |screen| !screen.alternate_screen());
        self.wait_until("the cursor", |screen| !screen.hide_cursor());
        self.wait_until("the end of bracketed paste", |screen| !screen.bracketed_paste());
        self.wait_until("no mouse", |screen| screen.mouse_protocol_mode() == MouseProtocolMode::None);
        assert_eq!(self.modes(), modes_before);
    }

    /// Stops reading until [`Terminal::read_on`]; the program's pictures pile up before us.
    pub fn stop_reading(&self) {
        self.paper.set(Reading::Held);
    }

    /// Reads again.
    pub fn read_on(&self) {
        self.paper.set(Reading::On);
    }

    /// The process of the program.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.pid, signal).unwrap();
    }

    /// The window is closed, as when a connection breaks. Gives back the program's end.
    pub fn vanish(mut self) -> End {
        self.paper.set(Reading::Over);
        // It reads until the next byte comes; the clock on the screen sees to that.
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

    /// Every byte that came, once the program has ended.
    #[track_caller]
    pub fn bytes(mut self) -> Vec<u8> {
        assert!(self.code.is_some(), "the program has not ended");
        // With the last hand off the device, reading ends.
        self.device = File::open("/dev/null").unwrap();
        self.reader.take().unwrap().join().unwrap();
        std::mem::take(&mut self.paper.state().raw)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.code.is_none() && self.ended.try_recv().is_err() {
            let _ = rustix::process::kill_process(self.pid, Signal::KILL);
        }
        self.paper.set(Reading::Over);
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

impl Paper {
    fn state(&self) -> MutexGuard<'_, State> {
        // A test that failed still takes its terminal down.
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
