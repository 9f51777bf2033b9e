//! The program itself: how it is started, and how signals are passed on to it.
//!
//! It runs in a process group of its own, so that a Ctrl-C reaches it once, from here. Start at [`WatchedProgram::start`].

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::SyncSender;
use std::thread;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::control;
use crate::watch::listener::Incoming;

/// How to start a program.
#[derive(Debug)]
pub struct ProgramSettings<'a> {
    /// The program and its arguments.
    pub words: &'a [OsString],
    /// Variables that are set for it, in addition to those of this process.
    pub variables: Vec<(&'static str, OsString)>,
    /// Whether it reads this process's standard input.
    pub reads_input: bool,
    /// Where it prints to, if not to the streams of this process.
    pub streams: ProgramStreams,
}

/// Where a program prints to: nothing means the stream of this process.
#[derive(Debug, Default)]
pub struct ProgramStreams {
    /// Its standard output.
    pub stdout: Option<OwnedFd>,
    /// Its standard error.
    pub stderr: Option<OwnedFd>,
}

/// A program that was started.
#[derive(Clone, Debug)]
pub struct WatchedProgram {
    id: Pid,
    has_own_group: bool,
    to: SyncSender<Incoming>,
}

impl WatchedProgram {
    /// Starts it. Its end arrives like everything else.
    pub fn start(settings: ProgramSettings<'_>, to: SyncSender<Incoming>) -> io::Result<Self> {
        let (name, arguments) = settings.words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(name);
        command.args(arguments).envs(settings.variables.iter().map(|(name, value)| (name, value)));
        if !settings.reads_input {
            command.stdin(Stdio::null());
        }
        if let Some(stdout) = settings.streams.stdout {
            command.stdout(stdout);
        }
        if let Some(stderr) = settings.streams.stderr {
            command.stderr(stderr);
        }
        // A program of a background group cannot read the terminal.
        let has_own_group = !settings.reads_input;
        if has_own_group {
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidData)?;
        let session = to.clone();
        thread::Builder::new().name("watch-wait".into()).spawn(move || {
            // Sending fails only when the session is over.
            drop(session.send(Incoming::Exited(child.wait())));
        })?;
        Ok(Self { id, has_own_group, to })
    }

    /// Passes a command on to the session.
    pub fn command(&self, command: control::Command) {
        // Sending fails only when the session is over.
        drop(self.to.send(Incoming::Command(command)));
    }

    /// The number of its first process.
    pub fn process(&self) -> u32 {
        self.id.as_raw_nonzero().get().unsigned_abs()
    }

    /// Passes a signal on. What a terminal would send to the whole group goes to the whole group.
    pub fn signal(&self, signal: Signal) {
        // Sending fails only when the session is over.
        drop(self.to.send(Incoming::Signalled));
        // It fails only when the program has ended.
        let _ = match signal {
            // The terminal has sent it to the group that the program shares with this process.
            Signal::INT | Signal::HUP if !self.has_own_group => Ok(()),
            Signal::INT | Signal::HUP | Signal::QUIT => kill_process_group(self.id, signal),
            _ => kill_process(self.id, signal),
        };
    }
}

/// The exit code as a shell reports it: 128 + the signal, if a signal ended the program.
pub fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code & 0xff).unwrap_or(1)
}

/// The name of a run: the program, and its script if the first argument is one. Other arguments may be secrets.
pub fn run_name(words: &[OsString]) -> String {
    let Some((program, arguments)) = words.split_first() else { return String::new() };
    let program = Path::new(program).file_name().unwrap_or(program).to_string_lossy();
    match arguments.first().map(|word| word.to_string_lossy()).filter(|word| !word.starts_with('-')) {
        Some(script) => format!("{program} {script}"),
        None => program.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::run_name;

    #[test]
    fn a_run_is_named_after_its_program_and_script() {
        let name = |words: &[&str]| run_name(&words.iter().map(Into::into).collect::<Vec<_>>());
        assert_eq!(name(&["/opt/python3", "report.py", "--token", "x"]), "python3 report.py");
        assert_eq!(name(&["python3", "-m", "report"]), "python3");
    }
}
