//! Keeps what was asked for as a file in the current folder, and never in place of another.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

/// Writes a new file with this ending, under a name that nothing has there yet.
pub fn keep(ending: &str, text: &str) -> io::Result<PathBuf> {
    for n in 1..1000 {
        let path = PathBuf::from(format!("inflight-{n}.{ending}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("there are a thousand of them already"))
}
