//! What a thread does at this moment, by its current system call.
//!
//! Start at [`ThreadState::of_main_thread`].

use std::fs;

use crate::watch::passive::process::ProcessId;

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadState {
    /// It runs.
    Running,
    /// It sleeps for a time.
    Sleeping,
    /// It waits for one descriptor: a blocking read.
    Reading,
    /// It waits for any of many descriptors, as an event loop without work does.
    Idle,
    /// It waits for another thread.
    Locked,
    /// It waits for something else.
    Other,
}

/// Numbers of system calls: sleeps, reads, polls of a list, waits of an event loop, locks.
#[cfg(target_arch = "x86_64")]
const CALLS: [&[u32]; 5] = [&[35, 230], &[0, 42, 45, 47], &[7, 23, 270, 271], &[232, 281, 441], &[202]];
/// Numbers of system calls: sleeps, reads, polls of a list, waits of an event loop, locks.
#[cfg(not(target_arch = "x86_64"))]
const CALLS: [&[u32]; 5] = [&[101, 115], &[63, 203, 207, 212], &[72, 73], &[22, 441], &[98]];

impl ThreadState {
    /// What the main thread of a process does; nothing if that may not be read.
    pub fn of_main_thread(process: ProcessId) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{process}/syscall")).ok()?)
    }

    /// The state in the words of `/proc/…/syscall`.
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let call = words.next()?;
        if call == "running" {
            return Some(Self::Running);
        }
        let Ok(call) = call.parse::<u32>() else { return Some(Self::Other) };
        let [sleeps, reads, polls, waits, locks] = CALLS.map(|calls| calls.contains(&call));
        // The second argument is the number of descriptors, or with `select` the first is one more than the highest.
        let is_one = words.nth(1) == Some("0x1");
        Some(match () {
            () if sleeps => Self::Sleeping,
            () if reads || polls && is_one => Self::Reading,
            () if waits || polls => Self::Idle,
            () if locks => Self::Locked,
            () => Self::Other,
        })
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::ThreadState;

    #[test]
    fn system_calls_are_understood() {
        for (text, state) in [
            ("running\n", ThreadState::Running),
            ("230 0x1 0x1 0x7ffd 0x0 0x0 0x0 0x7ffd 0x7f1\n", ThreadState::Sleeping),
            ("7 0x7ffd 0x1 0x1388 0x0 0x0 0x0 0x7ffd 0x7f1\n", ThreadState::Reading),
            ("7 0x7ffd 0x14 0x1388 0x0 0x0 0x0 0x7ffd 0x7f1\n", ThreadState::Idle),
            ("45 0x3 0x7f 0x2000 0x0 0x0 0x0 0x7ffd 0x7f1\n", ThreadState::Reading),
            ("232 0x5 0x7ffd 0x400 0x3e8 0x0 0x0 0x7ffd 0x7f1\n", ThreadState::Idle),
            ("202 0x7f 0x189 0x0 0x0 0x0 0xffffffff 0x7ffd 0x7f1\n", ThreadState::Locked),
            ("61 0xffffffff 0x7ffd 0x0 0x0 0x0 0x0 0x7ffd 0x7f1\n", ThreadState::Other),
            ("-1 0x7ffd 0x7f1\n", ThreadState::Other),
        ] {
            assert_eq!(ThreadState::parse(text), Some(state), "{text}");
        }
    }
}
