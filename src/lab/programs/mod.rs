//! The programs of the lab: one file for each scenario, with the mistake and the right way.
//!
//! Each file is as readable as the example of the same name. A program uses only a
//! [`Workload`](crate::lab::workload::Workload), tokio and `futures-util`. Start at [`race`].

pub mod convoy;
pub mod flood;
pub mod forgotten;
pub mod offload;
pub mod race;
pub mod rotten;
pub mod sleep;
pub mod swallowed;
pub mod unbounded;
