//! The program without a terminal, in its own folder and environment.
//!
//! It is killed when it takes too long, so that no test hangs. Start at [`Folder::inflight`].

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// How long any run of the program may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// A folder to run the program in.
pub struct Folder(TempDir);

/// The program, about to be started.
pub struct Program(Command);

/// The program, started. Dropping it kills it.
pub struct Running {
    child: Child,
    stdout: Option<Receiver<Vec<u8>>>,
    stderr: Receiver<Vec<u8>>,
}

/// What the program printed, and its exit code.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code, or 128 + the signal that ended it.
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Folder {
    #[track_caller]
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    #[track_caller]
    pub fn with(self, name: &str, text: &str) -> Self {
        fs::write(self.path(name), text).unwrap();
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    #[track_caller]
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    #[track_caller]
    pub fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.bytes(name)).unwrap()
    }

    /// The names of everything in the folder, sorted.
    #[track_caller]
    pub fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The program with these arguments, separated by spaces.
    pub fn inflight(&self, args: &str) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_inflight"));
        command.args(args.split_whitespace()).current_dir(self.0.path()).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Program(command)
    }
}

impl Program {
    /// Adds one argument, which may contain spaces.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.0.args(args);
        self
    }

    pub fn var(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    /// Starts it in another folder.
    pub fn within(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    /// Limits it to `n` open files. Call this before the methods that change its streams.
    pub fn with_files(self, n: u32) -> Self {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("ulimit -n {n} && exec \"$0\" \"$@\"")]).arg(self.0.get_program());
        command.args(self.0.get_args()).env_clear();
        command.envs(self.0.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(self.0.get_current_dir().unwrap());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command)
    }

    /// Opens its standard input: see [`Running::input`].
    pub fn with_input(mut self) -> Self {
        self.0.stdin(Stdio::piped());
        self
    }

    /// Sends its standard output elsewhere.
    pub fn printing_to(mut self, stdout: impl Into<Stdio>) -> Self {
        self.0.stdout(stdout);
        self
    }

    #[track_caller]
    pub fn start(mut self) -> Running {
        let mut child = self.0.spawn().unwrap();
        let (stdout, stderr) = (child.stdout.take().map(read), read(child.stderr.take().unwrap()));
        Running { child, stdout, stderr }
    }

    #[track_caller]
    pub fn run(self) -> Ended {
        self.start().wait()
    }
}

impl Running {
    /// Its standard input; it ends when this is dropped.
    #[track_caller]
    pub fn input(&mut self) -> ChildStdin {
        self.child.stdin.take().unwrap()
    }

    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    #[track_caller]
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Its file in `/proc`.
    #[cfg(target_os = "linux")]
    pub fn proc(&self, what: &str) -> PathBuf {
        Path::new("/proc").join(self.child.id().to_string()).join(what)
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(mut self) -> Ended {
        // Standard error closes with the program; standard output may be open elsewhere.
        let stderr = self.stderr.recv_timeout(PATIENCE).unwrap();
        let stdout = self.stdout.as_ref().map_or_else(Vec::new, |out| out.recv_timeout(PATIENCE).unwrap());
        let status = self.child.wait().unwrap();
        let code = status.code().or(status.signal().map(|signal| 128 + signal)).unwrap();
        Ended { code, stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It only fails when the program has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    #[track_caller]
    pub fn out(&self) -> &str {
        str::from_utf8(&self.stdout).unwrap()
    }

    #[track_caller]
    pub fn err(&self) -> &str {
        str::from_utf8(&self.stderr).unwrap()
    }

    /// The summary that `--json` prints.
    #[track_caller]
    pub fn summary(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.err()))
    }

    /// Asserts the exit code; shows standard error if it differs.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.err());
        self
    }
}

/// Reads to the end, on a thread of its own.
fn read(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (to, read) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // An incomplete stream is returned as far as it was read, if the test still waits for it.
        let _ = from.read_to_end(&mut bytes);
        let _ = to.send(bytes);
    });
    read
}
