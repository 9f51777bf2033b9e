//! A list of requests: one URL a line, with an optional method before it.
//!
//! If the first line has a method, header lines and a line `@file` with the body may follow each request, as in the
//! targets of vegeta. Start at [`RequestList::next`].

use std::io;
use std::path::{Path, PathBuf};

use http::{HeaderName, Method};

use crate::plan::content::{ContentPart, RequestContent};
use crate::plan::error::io_reason;
use crate::plan::rows::Input;
use crate::plan::rows::lines::{Line, Lines};
use crate::plan::rows::request::RowRequest;
use crate::text::bare_address::is_address;
use crate::text::sanitize::sanitize;

/// A reader of requests from a list.
pub(super) struct RequestList {
    lines: Lines<Input>,
    /// The folder to which paths of bodies are relative.
    folder: PathBuf,
    /// Whether header lines may follow a request; unknown before the first one.
    has_details: Option<bool>,
    /// A line that was read and belongs to the next request.
    pending: Option<(u64, String)>,
    /// The line of the last request.
    number: u64,
}

/// A line that makes no request: its number, and what completes "line 7 …".
pub(super) type BadLine = (u64, String);

impl RequestList {
    pub(super) fn new(input: Input, folder: &Path) -> Self {
        Self { lines: Lines::new(input), folder: folder.to_owned(), has_details: None, pending: None, number: 0 }
    }

    /// The line of the last request.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Counts the requests, and lines that make none.
    pub(super) fn count(mut self) -> io::Result<u64> {
        let mut n_rows = 0;
        while self.next().is_some() {
            n_rows += 1;
            // Then each line is a request or a bad row, and a run need not read it to start.
            if self.has_details == Some(false) {
                return Ok(n_rows + self.lines.count()?);
            }
        }
        Ok(n_rows)
    }

    /// Reads the next request.
    pub(super) fn next(&mut self) -> Option<Result<RowRequest, BadLine>> {
        let (number, text) = match self.pending.take() {
            Some(pending) => pending,
            None => match self.lines.next() {
                Line::End => return None,
                Line::Bad { number, why } => return Some(Err((number, why))),
                Line::Text { number, text } => (number, text.to_owned()),
            },
        };
        self.number = number;
        let (method, url) = split_method(&text);
        let url = unquoted(url);
        let has_details = *self.has_details.get_or_insert(method.is_some());
        let request = RowRequest { url: url.to_owned(), method, weight: 1, size: text.len(), ..RowRequest::default() };
        if !has_details {
            return Some(if split_header(&text).is_some() { Err(stray(number, &text)) } else { Ok(request) });
        }
        if text.starts_with('@') || split_header(&text).is_some() {
            return Some(Err(stray(number, &text)));
        }
        Some(self.read_details(request).map_err(|why| (number, why)))
    }

    /// Reads the headers and the body below a request.
    fn read_details(&mut self, mut request: RowRequest) -> Result<RowRequest, String> {
        let mut wrong = None;
        loop {
            let (number, text) = match self.lines.next_any() {
                Ok(None) => break,
                Ok(Some((number, None))) => {
                    return Err(format!("is followed by line {number}, which is longer than 1 MiB"));
                }
                Err(why) => return Err(format!("cannot be read: {}", io_reason(&why))),
                Ok(Some((number, Some(line)))) => (number, String::from_utf8_lossy(line).trim().to_owned()),
            };
            if text.is_empty() {
                break;
            } else if text.starts_with('#') {
                continue;
            } else if let Some(path) = text.strip_prefix('@') {
                match self.find_body(path.trim()) {
                    Ok(body) => request.body = Some(body),
                    Err(why) => wrong = Some(why),
                }
            } else if let Some((name, value)) = split_header(&text) {
                request.headers.push((name.to_owned(), value.to_owned()));
            } else {
                self.pending = Some((number, text));
                break;
            }
            request.size += text.len();
        }
        wrong.map_or(Ok(request), Err)
    }

    /// Finds the file of a body, in the list's folder or else in the current one.
    fn find_body(&self, path: &str) -> Result<RequestContent, String> {
        let in_folder = self.folder.join(path);
        let place = if in_folder.exists() { in_folder } else { PathBuf::from(path) };
        match place.metadata() {
            Ok(file) if file.is_dir() => Err(format!("names the body `{}`: it is a folder", sanitize(path))),
            Ok(_) => Ok(RequestContent::from_parts([ContentPart::File(place.into())])),
            Err(why) => Err(format!("names the body `{}`: {}", sanitize(path), io_reason(&why))),
        }
    }
}

fn stray(number: u64, text: &str) -> BadLine {
    let what = if text.starts_with('@') { "a body" } else { "a header" };
    (number, format!("is {what} without a request: begin the list with one such as `GET https://example.org/`"))
}

/// Splits the method from a line such as `GET https://example.org/`. An HTTP version at the end is left out.
pub(in crate::plan) fn split_method(line: &str) -> (Option<Method>, &str) {
    let Some((word, rest)) = line.split_once([' ', '\t']) else { return (None, line) };
    let rest = rest.trim();
    let is_method = word.len() <= 20
        && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'-')
        && word.starts_with(|c: char| c.is_ascii_uppercase());
    let is_common = ["get", "head", "post", "put", "patch", "delete", "options"];
    let is_common = is_common.iter().any(|common| common.eq_ignore_ascii_case(word));
    let is_url = rest.contains("://") || is_address(rest.split([' ', '\t']).next().unwrap_or_default());
    if !(is_url && (is_method || is_common)) {
        return (None, line);
    }
    let url = match rest.rsplit_once([' ', '\t']) {
        Some((url, version)) if version.starts_with("HTTP/") => url.trim_end(),
        Some(_) | None => rest,
    };
    (Method::from_bytes(word.to_ascii_uppercase().as_bytes()).ok(), url)
}

/// Removes the quotes around an address, or the brackets that texts and mails have there.
fn unquoted(url: &str) -> &str {
    let pairs = [('"', '"'), ('\'', '\''), ('<', '>')];
    let inner = |(open, close)| url.strip_prefix(open)?.trim_end_matches(',').strip_suffix(close);
    pairs.into_iter().find_map(inner).unwrap_or(url)
}

/// Splits a header line. An address with a port is none.
fn split_header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    // A URL with too few slashes, or with the other ones.
    let is_scheme = name.eq_ignore_ascii_case("http") || name.eq_ignore_ascii_case("https");
    if value.starts_with("//") || value.starts_with(['/', '\\']) && is_scheme {
        return None;
    }
    let is_blank = value.starts_with([' ', '\t']);
    let is_header = HeaderName::try_from(name).is_ok() && (is_blank || !is_address(line));
    is_header.then(|| (name, value.trim()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::RequestList;

    #[track_caller]
    fn all(text: &'static str, folder: &Path) -> Vec<String> {
        let mut list = RequestList::new(Box::new(text.as_bytes()), folder);
        let mut found = Vec::new();
        while let Some(row) = list.next() {
            found.push(match row {
                Ok(row) => {
                    let method = row.method.map(|method| format!("{method} ")).unwrap_or_default();
                    let headers: Vec<_> = row.headers.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                    let headers = headers.concat();
                    let body = if row.body.is_some() { " with a body" } else { "" };
                    format!("{} {method}{}{headers}{body}", list.number(), row.url)
                }
                Err((number, why)) => format!("{number} {why}"),
            });
        }
        let n_rows = RequestList::new(Box::new(text.as_bytes()), folder).count().unwrap();
        assert_eq!(n_rows, found.len() as u64, "the count agrees");
        found
    }

    #[test]
    fn a_line_may_begin_with_a_method() {
        let found =
            all("a.b\nDELETE http://a.b/x\nPURGE a.b HTTP/1.1\nget localhost:80\nhello world\nx-a: b\n", Path::new(""));
        let stray = "6 is a header without a request: begin the list with one such as `GET https://example.org/`";
        assert_eq!(
            found,
            ["1 a.b", "2 DELETE http://a.b/x", "3 PURGE a.b", "4 GET localhost:80", "5 hello world", stray]
        );
    }

    #[test]
    fn quotes_around_an_address_are_no_part_of_it() {
        let found = all("\"http://a.b\",\n'http://a.b'\n<http://a.b>\n- http://a.b\n\"http://a.b\n", Path::new(""));
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(found, ["1 http://a.b", "2 http://a.b", "3 http://a.b", "4 - http://a.b", "5 \"http://a.b"]);
    }

    #[test]
    fn a_url_with_other_slashes_is_no_header() {
        assert_eq!(all("http:/a.b/x\nHTTPS:\\\\a.b\n", Path::new("")), ["1 http:/a.b/x", "2 HTTPS:\\\\a.b"]);
    }

    #[test]
    fn headers_and_bodies_follow_their_requests() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("body.json"), "{}").unwrap();
        let text = "# targets\nGET http://a.b/1\nX-A: 1\n# no\nX-A: http://2\n\nPOST http://a.b/2\nAccept:x\n@body.json\n\
                    PUT http://a.b/3\n@missing\nhttp://a.b/4\nlocalhost:80\n\n@body.json\nGET a.b\n";
        let found = all(text, folder.path());
        assert_eq!(
            found,
            [
                "2 GET http://a.b/1 X-A=1 X-A=http://2",
                "7 POST http://a.b/2 Accept=x with a body",
                "10 names the body `missing`: there is no such file",
                "12 http://a.b/4",
                "13 localhost:80",
                "15 is a body without a request: begin the list with one such as `GET https://example.org/`",
                "16 GET a.b",
            ]
        );
    }
}
