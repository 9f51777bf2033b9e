//! The result of `inflight check`: as text for people, and as JSON for scripts.
//!
//! Start at [`check_text`](text::check_text) and [`check_json`](json::check_json).

pub mod json;
pub mod text;
