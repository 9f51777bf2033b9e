//! Writers for the output streams: results go to standard output, everything else to standard error.
//!
//! Start at [`print()`] and [`say`].

use std::io::{self, Write};

use serde_json::Value;

use crate::output::output_error::OutputError;
use crate::text::io_error::{IoErrorText, is_closed_pipe};
use crate::text::safe_json;

/// Prints a result on standard output. `what` names it in the error, such as `the summary`.
///
/// A reader that closed the pipe has what it wanted, so that is no error.
pub fn print(what: &'static str, text: &str) -> Result<(), OutputError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(cause) if !is_closed_pipe(&cause) => Err(OutputError::Printed { what, cause: IoErrorText(cause) }),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Prints a JSON document on standard output, in one line.
pub fn print_document(what: &'static str, document: &Value) -> Result<(), OutputError> {
    let text = safe_json::text(document).map_err(|cause| OutputError::Printed { what, cause: IoErrorText(cause) })?;
    print(what, &(text + "\n"))
}

/// Writes a terminal control sequence to standard error.
pub fn send_control(bytes: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(bytes.as_bytes()).and_then(|()| err.flush());
}

/// Prints a line on standard error. A failure is ignored, because it cannot be reported.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
