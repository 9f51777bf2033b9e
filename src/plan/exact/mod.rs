//! What a request sends exactly as it was written: the names of its headers, its path, and where its host is.
//!
//! The `http` and `url` crates have no place for that. Start at [`field_names`] and [`request_url`].

pub mod field_names;
pub mod request_url;
