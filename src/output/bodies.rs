//! Saved bodies: one file per answer, with a safe name.
//!
//! Names are `{source}-{row}-{endpoint}.{kind}`, counted from 1: `2-000017-orders.json`. Only letters and digits of
//! foreign text enter a name, so that no name leaves the folder, is a device, or differs only by case. Files are
//! written atomically and replace a file or a link of the same name; a link is never followed. Start at
//! [`Bodies::save`].

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::job_result::{Answer, JobResult};
use crate::output::atomic_file;
use crate::output::report::entry;
use crate::text::io_error;

/// Longest part of a name that comes from the endpoint.
const SLUG: usize = 40;

/// The first bytes of files of some kinds. A server may state another content type.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"\x1f\x8b\x08", "gz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"\x89PNG\r\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"%PDF-", "pdf"),
];

/// A folder that receives bodies.
#[derive(Debug)]
pub struct Bodies {
    folder: PathBuf,
    saved: u64,
}

impl Bodies {
    /// Opens the folder, creates it if it is missing, and checks that it is writable.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => ErrorKind::NotADirectory.into(),
            _ => error,
        })?;
        // Resolve links now: they may change during the run.
        let folder = fs::canonicalize(folder)?;
        tempfile::tempfile_in(&folder)?;
        Ok(Self { folder, saved: 0 })
    }

    /// Saves the job's body, if it has one, and returns the file name.
    pub fn save(&mut self, result: &JobResult) -> io::Result<Option<String>> {
        let Some(answer) = result.answer.as_ref().filter(|answer| !answer.body.is_empty()) else { return Ok(None) };
        let name = file_name(result, answer);
        let path = self.folder.join(&name);
        match answer.file.as_deref() {
            None => atomic_file::write_without_sync(&path, &answer.body)?,
            // It is in this folder already.
            Some(Ok(file)) => file.move_to(&path)?,
            Some(Err(error)) => return Err(io_error::copy_of(error)),
        }
        self.saved += 1;
        Ok(Some(name))
    }

    /// Number of saved bodies.
    pub fn saved(&self) -> u64 {
        self.saved
    }
}

fn file_name(result: &JobResult, answer: &Answer) -> String {
    let (source, row) = (u64::from(result.place.source) + 1, result.place.row.saturating_add(1));
    format!("{source}-{row:06}-{}.{}", slug(&result.endpoint), extension(answer))
}

/// Foreign text as part of a name: lower-case letters and digits, separated by single dashes.
fn slug(foreign: &str) -> String {
    let mut slug = String::with_capacity(SLUG);
    for c in foreign.chars() {
        if slug.len() == SLUG {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "job".to_owned() } else { slug.to_owned() }
}

/// The usual file extension for the body's content, or else for its content type.
fn extension(answer: &Answer) -> &'static str {
    if let Some((_, extension)) = SIGNATURES.iter().find(|(signature, _)| answer.body.starts_with(signature)) {
        return extension;
    }
    if answer.is_encoded {
        return "bin";
    }
    let Some(content_type) = &answer.content_type else { return guessed(&answer.body) };
    match entry::essence(content_type).as_str() {
        "text/html" | "application/xhtml+xml" => "html",
        "text/csv" => "csv",
        "text/css" => "css",
        "text/javascript" | "application/javascript" => "js",
        "application/x-ndjson" | "application/jsonl" => "jsonl",
        "image/svg+xml" => "svg",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/gzip" => "gz",
        "application/xml" | "text/xml" => "xml",
        essence if entry::is_json_type(essence) => "json",
        essence if essence.ends_with("+xml") => "xml",
        essence if essence.starts_with("text/") => "txt",
        _ => "bin",
    }
}

fn guessed(body: &[u8]) -> &'static str {
    match str::from_utf8(body) {
        Ok(text) if entry::looks_like_json(text) => "json",
        Ok(_) => "txt",
        Err(_) => "bin",
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Bodies, slug};
    use crate::event::outcome::JobEnd;
    use crate::event::{JobId, Micros};
    use crate::job_result::{Answer, JobResult};
    use crate::plan::job::Place;

    fn result(row: u64, endpoint: &str, content_type: Option<&str>, body: &[u8]) -> JobResult {
        JobResult {
            place: Place { source: 1, row },
            job: JobId(row + 1),
            endpoint: endpoint.into(),
            target: "GET http://a.b/".into(),
            final_target: None,
            row_values: None,
            page: None,
            started: None,
            end: JobEnd::Done,
            tries: 1,
            total: Micros(1_000),
            waited: Micros::ZERO,
            since_due: None,
            answer: Some(Answer {
                status: 200,
                content_type: content_type.map(str::to_owned),
                bytes: body.len() as u64,
                body: body.to_vec().into(),
                file: None,
                is_encoded: false,
            }),
        }
    }

    #[track_caller]
    fn name(endpoint: &str, content_type: Option<&str>, body: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut bodies = Bodies::open(&folder.path().join("new/deep")).unwrap();
        let name = bodies.save(&result(16, endpoint, content_type, body)).unwrap().unwrap();
        assert_eq!(fs::read(folder.path().join("new/deep").join(&name)).unwrap(), body);
        assert_eq!(fs::read_dir(folder.path().join("new/deep")).unwrap().count(), 1);
        name
    }

    #[test]
    fn a_name_contains_the_position_of_the_job_and_the_kind_of_its_body() {
        assert_eq!(name("Orders / all", Some("application/json; charset=utf-8"), b"{}"), "2-000017-orders-all.json");
        assert_eq!(name("o", Some("Application/VND.x+JSON"), b"{}"), "2-000017-o.json");
        assert_eq!(name("o", Some("image/svg+xml"), b"<svg/>"), "2-000017-o.svg");
        assert_eq!(name("o", Some("../../etc/passwd"), b"x"), "2-000017-o.bin");
        assert_eq!(name("o", None, b" {}"), "2-000017-o.json");
        assert_eq!(name("o", None, b"\xff"), "2-000017-o.bin");
    }

    #[test]
    fn foreign_text_cannot_escape_the_folder() {
        let cases = [
            ("../../x", "x"),
            ("/etc/passwd", "etc-passwd"),
            ("C:\\x", "c-x"),
            ("CON", "con"),
            ("a\0b", "a-b"),
            ("😀", "job"),
            ("..", "job"),
            ("GET https://a.b/?x=1&y=%2F", "get-https-a-b-x-1-y-2f"),
        ];
        for (foreign, ours) in cases {
            assert_eq!(slug(foreign), ours);
        }
        assert_eq!(slug(&"ab-".repeat(100)).len(), 40);
    }

    #[test]
    fn a_job_without_a_body_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut bodies = Bodies::open(folder.path()).unwrap();
        assert_eq!(bodies.save(&result(0, "o", None, b"")).unwrap(), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_with_the_same_name_is_replaced_and_not_followed() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::NamedTempFile::new().unwrap());
        std::os::unix::fs::symlink(outside.path(), folder.path().join("2-000001-o.txt")).unwrap();
        let mut bodies = Bodies::open(folder.path()).unwrap();
        let name = bodies.save(&result(0, "o", None, b"inside")).unwrap().unwrap();
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), b"inside");
        assert_eq!(fs::read(outside.path()).unwrap(), b"");
    }
}
