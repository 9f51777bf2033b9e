//! Where events come from.
//!
//! A source turns commands into events. Start at [`pool`], which runs a plan, and at [`replay`], which
//! plays a recording.

pub mod pool;
pub mod replay;
