//! How often a warm request asks the kernel for something: the program itself, step by step.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::alone;
use crate::practice::Upstream;

const SHORT: u64 = 1_000;
const LONG: u64 = 5_000;
/// In hundredths, for each warm request: two, and its share of asking which connections are ready.
const MOST: u64 = 220;
/// How often it is counted, if it is more than that.
const TRIES: u32 = 3;
/// At least one call to send and one to receive.
const LEAST: u64 = 195;

#[test]
fn a_warm_request_is_one_call_to_send_and_one_to_receive() {
    let _alone = alone();
    let upstream = Upstream::start().unwrap();
    for wire in ["direct", "reqwest"] {
        // On a busy machine fewer connections are ready at a time, so the question which ones are is asked more often.
        // A request that asked for more would do so in each try.
        let mut hundredths = u64::MAX;
        for _ in 0..TRIES {
            hundredths = hundredths.min(match hundredths_of(&upstream, wire) {
                Ok(hundredths) => hundredths,
                // Written directly, because libtest captures other output.
                Err(error @ (Errno::EPERM | Errno::EACCES | Errno::ENOSYS)) => {
                    writeln!(std::io::stderr(), "system calls were NOT counted: ptrace says {error}").unwrap();
                    return;
                }
                Err(error) => panic!("{error}"),
            });
            if hundredths <= MOST {
                break;
            }
        }
        println!("{wire}: {hundredths} hundredths of a call");
        assert!((LEAST..=MOST).contains(&hundredths), "{wire}: {hundredths} of {MOST} hundredths of a call");
    }
}

/// System calls of each further request, in hundredths.
fn hundredths_of(upstream: &Upstream, wire: &str) -> Result<u64, Errno> {
    let (short, long) = (calls(upstream, wire, SHORT)?, calls(upstream, wire, LONG)?);
    Ok((long - short) * 100 / (LONG - SHORT))
}

/// System calls of a run of so many requests, all its threads together, but for pauses.
fn calls(upstream: &Upstream, wire: &str, requests: u64) -> Result<u64, Errno> {
    let mut child = waiting(&format!("{} -n {requests} -c 50 --plain --wire {wire}", upstream.at("/status/200")));
    let counted = follow(&mut child);
    if counted.is_err() {
        let _ = child.kill();
    }
    // Who has followed it to its end has waited for it as well.
    let _ = child.wait();
    counted
}

/// Follows a process from its first line on.
fn follow(child: &mut Child) -> Result<u64, Errno> {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
    ptrace::seize(pid, Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_TRACECLONE | Options::PTRACE_O_EXITKILL)?;
    // To be stopped at its calls it must be stopped once.
    ptrace::interrupt(pid)?;
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    count(pid)
}

/// A shell that becomes the program as soon as it reads a line: by then it is being traced.
fn waiting(words: &str) -> Child {
    let line = format!("read go; exec '{}' run {words}", env!("CARGO_BIN_EXE_inflight"));
    let mut command = Command::new("sh");
    command.args(["-c", &line]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Follows a process and its threads to their end.
fn count(main: Pid) -> Result<u64, Errno> {
    let mut n = 0;
    loop {
        let (thread, signal) = match waitpid(None, Some(WaitPidFlag::__WALL))? {
            WaitStatus::Exited(pid, code) if pid == main => {
                assert_eq!(code, 0, "the run has failed");
                return Ok(n);
            }
            WaitStatus::Signaled(pid, signal, _) if pid == main => panic!("the run was ended by {signal}"),
            WaitStatus::PtraceSyscall(thread) => {
                n += u64::from(is_counted(thread)?);
                (thread, None)
            }
            WaitStatus::PtraceEvent(thread, ..) => (thread, None),
            WaitStatus::Stopped(thread, signal) => (thread, Some(signal)),
            _ => continue,
        };
        go_on(thread, signal)?;
    }
}

/// Whether a thread is at the beginning of a call that counts.
fn is_counted(thread: Pid) -> Result<bool, Errno> {
    match begins(thread).and_then(|begins| Ok(begins && !is_pause(thread)?)) {
        // It has just ended.
        Err(Errno::ESRCH) => Ok(false),
        counted => counted,
    }
}

/// Whether a thread is at the beginning of its call: it stops there and at the end of the call.
fn begins(thread: Pid) -> Result<bool, Errno> {
    Ok(ptrace::syscall_info(thread)?.op == libc::PTRACE_SYSCALL_INFO_ENTRY)
}

/// Whether its call is to sleep or about another thread: how often is a matter of moments, not of requests.
fn is_pause(thread: Pid) -> Result<bool, Errno> {
    let number = i64::try_from(ptrace::getregs(thread)?.orig_rax);
    Ok(number.is_ok_and(|number| [libc::SYS_clock_nanosleep, libc::SYS_futex].contains(&number)))
}

/// On to its next call, with the signal that it was stopped for.
fn go_on(thread: Pid, signal: Option<Signal>) -> Result<(), Errno> {
    match ptrace::syscall(thread, signal) {
        // It has just ended.
        Err(Errno::ESRCH) => Ok(()),
        went => went,
    }
}
