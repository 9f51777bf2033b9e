//! Saves exported text as a new file in the current folder, and never replaces a file.
//!
//! Start at [`save_new`].

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

/// Writes the text to a new file `inflight-N` with this extension, and returns its path.
pub fn save_new(extension: &str, text: &str) -> io::Result<PathBuf> {
    for n in 1..1000 {
        let path = PathBuf::from(format!("inflight-{n}.{extension}"));
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
