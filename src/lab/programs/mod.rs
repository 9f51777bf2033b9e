//! The programs of the lab: each mistake as people make it, and the right way beside it.
//!
//! One file for each scenario, as readable as the example of the same name. What they may use is an
//! [`Workload`](crate::lab::workload::Workload), tokio and `futures-util`, as any program may.

pub mod convoy;
pub mod flood;
pub mod forgotten;
pub mod offload;
pub mod race;
pub mod rotten;
pub mod sleep;
pub mod swallowed;
pub mod unbounded;
