//! The `inflight` command: see the library's `app`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(inflight::app::run())
}
