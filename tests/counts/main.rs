//! Counts that no noise can move, and that may not grow: allocations, bytes, threads, system calls.
//!
//! What a start costs is taken away by the difference of a long run and a short one. A binary of its own,
//! because it counts what its allocator is asked for; one test at a time, because that is the whole
//! process's. The practice upstream is another process, so nothing of it is counted. Start at
//! [`run::Batch`], for a run in this process.

#![expect(clippy::print_stdout, reason = "with `--nocapture` the figures themselves are seen")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod allocations;
#[path = "../../benches/busy/mod.rs"]
mod busy;
mod held;
#[cfg(target_os = "linux")]
mod hosts;
mod million;
#[cfg(unix)]
mod pictures;
#[path = "../../benches/practice/mod.rs"]
mod practice;
mod run;
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
mod system_calls;
#[cfg(target_os = "linux")]
mod threads;

use std::alloc::System;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Nobody else is counted while this is held.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often memory was asked for so far.
fn allocations() -> usize {
    let stats = ALLOCATOR.stats();
    stats.allocations + stats.reallocations
}
