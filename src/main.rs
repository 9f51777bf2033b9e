//! The `inflight` command; the library's `app` does all of its work.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(inflight::app::run())
}
