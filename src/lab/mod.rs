//! The lab: the mistakes that make a batch slow or lose its data, run for real, wrong beside right.
//!
//! Nothing here is scripted. Each lane is a program on a thread and a runtime of its own, on real sockets,
//! against a practice upstream of its own whose books are the referee; what is shown was measured. It
//! draws and prints nothing. Start at [`scenario`] for what there is, at [`trial`] for how it runs.

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
pub mod scenario;
pub mod workload;
