//! Writers for the output streams: results go to standard output, everything else to standard error.
//!
//! Start at [`result`] and [`say`].

use std::io::{self, Write};

/// Prints a result on standard output.
pub fn result(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
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
