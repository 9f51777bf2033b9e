//! The lab: common concurrency mistakes, run for real next to the right way.
//!
//! Nothing here is scripted. Each lane is a program with its own thread, runtime, sockets and practice
//! server, whose counters decide the result. The lab draws and prints nothing. Start at [`scenario`] for
//! the list of scenarios, and at [`run`] for how one runs.

pub mod body;
pub mod client;
pub mod connection_pool;
pub mod controls;
pub mod counted;
pub mod heartbeat;
pub mod lane;
pub mod lesson;
pub mod observer;
pub mod pause_gate;
pub mod programs;
pub mod run;
pub mod scenario;
pub mod spec;
pub mod workload;
