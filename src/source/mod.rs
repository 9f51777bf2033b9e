//! Where events come from.
//!
//! A source turns commands into events. Start at [`pool`], which runs a plan.

pub mod pool;
