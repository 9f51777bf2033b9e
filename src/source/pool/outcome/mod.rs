//! The results of exchanges: outcomes, redirects and samples of failures.
//!
//! This module sends nothing and reads no clock. Start at [`judge`].

pub mod answer_check;
pub mod body_check;
pub mod failure_sample;
pub mod host_fate;
pub mod judge;
pub mod next_page;
pub mod next_step;
pub mod redirect;
pub mod request_profile;
