//! The `import` command: from a file of another tool to a plan or a list.
//!
//! Start at [`run`].

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::cli::import::ImportArgs;
use crate::error::Error;
use crate::import::import;
use crate::import::write::{WrittenFormat, write};
use crate::output::destination::{check_report, is_stdout};
use crate::output::output_error::path_shown;
use crate::output::report::target::ReportTarget;
use crate::output::{exit, streams};
use crate::plan::rows::encoding::decoded;
use crate::text::io_error::IoErrorText;
use crate::text::sanitize::sanitize;

/// The largest file to import. A recording of a browser may hold all responses.
const MAX_FILE: u64 = 512 << 20;
/// How many requests that were left out are listed.
const MAX_LISTED: usize = 20;

/// Imports a file; returns the exit code.
pub fn run(args: &ImportArgs) -> Result<u8, Error> {
    let output = args.output.as_deref().filter(|path| !is_stdout(path));
    if let Some(path) = output {
        check_new(path, args.force)?;
    }
    let is_stdin = args.file.as_os_str() == "-";
    let shown = if is_stdin { "standard input".to_owned() } else { path_shown(&args.file) };
    let bytes = read(&args.file, is_stdin).map_err(|why| Error::Import {
        message: format!("cannot read `{shown}`: {}", IoErrorText(why)),
        hint: None,
        is_empty: false,
    })?;
    let name = args.file.display().to_string();
    let mut imported = import(&bytes, &name, args.from, args.keep_secrets)?;
    let ending = output.and_then(Path::extension).and_then(OsStr::to_str);
    let format = args.written.or_else(|| WrittenFormat::from_ending(ending?));
    let text = write(&mut imported, &shown, format)?;
    match output {
        None => streams::print("the import", &text)?,
        Some(path) => {
            let target = ReportTarget::open(path).map_err(|why| unwritable(path, why))?;
            target.write(|to| to.write_all(text.as_bytes())).map_err(|why| unwritable(path, why))?;
        }
    }
    for left_out in imported.left_out.iter().take(MAX_LISTED) {
        streams::say(&format!("left out: {}", sanitize(left_out)));
    }
    let n_more = imported.left_out.len().saturating_sub(MAX_LISTED);
    if n_more > 0 {
        streams::say(&format!("left out: {n_more} more"));
    }
    for note in &imported.notes {
        streams::say(&format!("note: {}", sanitize(note)));
    }
    Ok(exit::OK)
}

/// Refuses to replace a file, unless the user wants that: the user may have edited the plan.
fn check_new(path: &Path, replaces: bool) -> Result<(), Error> {
    check_report(path).map_err(|why| unwritable(path, why))?;
    match path.symlink_metadata() {
        Ok(found) if found.is_file() && found.len() > 0 && !replaces => Err(Error::Unwritable {
            message: format!("`{}` exists already, and would be replaced", path_shown(path)),
            hint: Some("add `--force` to replace it, or choose another name".to_owned()),
        }),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// An output that cannot be written.
pub(super) fn unwritable(path: &Path, why: io::Error) -> Error {
    Error::Unwritable { message: format!("cannot write `{}`: {}", path_shown(path), IoErrorText(why)), hint: None }
}

/// Reads a text in UTF-8 or UTF-16, also if it is compressed.
fn read(path: &Path, is_stdin: bool) -> io::Result<Vec<u8>> {
    let mut input: Box<dyn Read + Send> = if is_stdin { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let mut start = Vec::new();
    input.by_ref().take(2).read_to_end(&mut start)?;
    let is_gzip = start == [0x1f, 0x8b];
    let input = io::Cursor::new(start).chain(input);
    let input: Box<dyn Read + Send> = if is_gzip { Box::new(MultiGzDecoder::new(input)) } else { Box::new(input) };
    let mut bytes = Vec::new();
    decoded(input).take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(io::Error::other("it is larger than 512 MiB"));
    }
    Ok(bytes)
}
