//! Where events come from.
//!
//! A source turns commands into events. Start at [`pool`], which runs a plan, and at [`replay`], which
//! plays a recording; [`slowest`] says what an earlier run tells about the order of the next.

pub mod pool;
pub mod replay;
pub mod slowest;
