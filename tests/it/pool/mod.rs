//! The pool over a scripted wire, under a clock that jumps to the next moment that matters.
//!
//! Start at [`rig::Rig`]; what must be true of every run is in [`ledger::Ledger`].

#![expect(clippy::expect_used, reason = "tests may take what they need for granted")]

mod adaptive;
mod ahead;
mod any_run;
mod endings;
mod hosts;
mod idle;
pub mod ledger;
pub mod makespan;
mod order;
mod outages;
mod pacing;
mod pages;
mod promises;
mod retry;
mod rig;
mod rounds;
#[cfg(unix)]
mod slow_files;
mod stops;
mod tail;
mod threads;
mod turning;
mod waits;
