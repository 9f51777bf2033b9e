//! The result of an exchange: its outcome, the next hop of a redirect, a sample of a failure.
//!
//! It sends nothing and reads no clock.
//! Start at [`judge`].

pub mod failure_sample;
pub mod judge;
pub mod redirect;
pub mod request_profile;
