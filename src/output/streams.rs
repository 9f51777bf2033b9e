//! The two ways out to whoever started us: results on standard output, everything else beside it.
//!
//! Start at [`result`] and [`say`].

use std::io::{self, Write};

/// Prints a result on standard output.
pub fn result(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Tells the terminal behind standard error something that is no text.
pub fn signal(bytes: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(bytes.as_bytes()).and_then(|()| err.flush());
}

/// Says one line on standard error. Where nobody listens, nobody has to be told.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
