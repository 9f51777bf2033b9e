//! Runs the attempts: the workers, the state that they share, and the commands that change it.
//!
//! It decides neither the order of jobs, as `schedule` does, nor whether to retry, as `retry` does.
//! Start at [`worker`].

pub mod before_steps;
pub mod commands;
pub mod cookie_exchange;
pub mod ends;
pub mod filled_exchange;
pub mod next_steps;
pub mod outbox;
pub mod shared_run;
pub mod signed_exchange;
pub(in crate::source::pool) mod state;
pub mod step_values;
mod stops;
pub mod supervision;
mod timers;
pub mod worker;
pub mod worker_handle;
