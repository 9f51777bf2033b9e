//! Counts that noise cannot change and that must not grow: allocations, bytes, threads, system calls.
//!
//! The difference of a long and a short run removes the cost of a start. This is a binary of its own because it
//! counts its allocator's calls. Its tests run one at a time, because the counts are of the whole process. The
//! practice upstream is another process, so it is not counted. Start at
//! [`run::Batch`], for a run in this process.

#![expect(clippy::print_stdout, reason = "with `--nocapture` the figures are printed")]
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
mod reports;
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

/// Only one test counts while this is held.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many allocations there were so far.
fn allocations() -> usize {
    let stats = ALLOCATOR.stats();
    stats.allocations + stats.reallocations
}
