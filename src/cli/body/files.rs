//! The files that the flags for the body name.
//!
//! Standard input and a small file are read once, before the run. Start at [`file()`].

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use crate::error::Error;
use crate::plan::content::ContentPart;
use crate::text::io_error::IoErrorText;
use crate::text::sanitize::sanitize;

/// The largest file that is read once. A larger one is read while it is sent.
const MAX_IN_MEMORY: u64 = 1 << 20;

/// The largest text that is read before the run. It cannot be sent while it is read, because it is changed.
const MAX_TEXT: u64 = 64 << 20;

/// Returns a file as a part. A small one is read now, and so is a pipe, which cannot be read again.
pub(super) fn file(path: &str) -> Result<ContentPart, Error> {
    let is_large = |file: &Metadata| file.is_file() && file.len() > MAX_IN_MEMORY;
    if path != "-" && Path::new(path).metadata().is_ok_and(|file| is_large(&file)) {
        File::open(path).map_err(|error| unreadable(path, error))?;
        return Ok(ContentPart::File(Path::new(path).into()));
    }
    Ok(ContentPart::memory(read_bytes(path)?))
}

/// Reads a text file, or standard input.
pub(super) fn read_text(path: &str) -> Result<String, Error> {
    String::from_utf8(read_bytes(path)?).map_err(|_| Error::Usage {
        message: format!("`{}` is not UTF-8 text", sanitize(path)),
        hint: "send it as a file, with `@` before its name".into(),
    })
}

/// Reads a file, or standard input, which is not too large.
pub(super) fn read_bytes(path: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = match path {
        "-" => io::stdin().lock().take(MAX_TEXT + 1).read_to_end(&mut bytes),
        path => File::open(path).and_then(|file| file.take(MAX_TEXT + 1).read_to_end(&mut bytes)),
    };
    read.map_err(|error| unreadable(path, error))?;
    if bytes.len() as u64 > MAX_TEXT {
        return Err(Error::Usage {
            message: format!("`{}` is larger than 64 MiB", sanitize(path)),
            hint: "a file of any size is sent with `--data-binary @FILE` or `-T FILE`".into(),
        });
    }
    Ok(bytes)
}

/// Returns the error of a file that cannot be read.
pub(super) fn unreadable(path: &str, error: io::Error) -> Error {
    Error::Usage {
        message: format!("cannot read `{}`: {}", sanitize(path), IoErrorText(error)),
        hint: "`@` names a file; `--data-raw` sends a text that begins with it".into(),
    }
}
