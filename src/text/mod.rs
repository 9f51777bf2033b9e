//! Helpers for safe and readable text: sanitizing, secrets, units, diagnostics, TOML and the console.
//!
//! They perform no input or output, and depend only on `event`. Start at [`sanitize`].

pub mod bare_address;
pub mod console;
pub mod diagnostics;
pub mod glob;
pub mod host_name;
pub mod io_error;
pub mod nearest;
pub mod output_lines;
pub mod safe_json;
pub mod sanitize;
pub mod secret;
pub mod secret_name;
pub mod shell;
pub mod time_ticks;
pub mod toml_reader;
pub mod toml_section;
pub mod units;
pub mod value_error;
pub mod written_url;
