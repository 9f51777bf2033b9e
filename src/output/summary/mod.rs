//! The summary of a run: as text for people, and as JSON for scripts.
//!
//! Start at [`summary_text`](text::summary_text) and [`summary_json`](json::summary_json).

pub mod extras;
mod failures;
pub mod hosts;
pub mod json;
mod latency;
mod since_due;
pub mod text;
mod verdict;
