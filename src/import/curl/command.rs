//! The requests of one curl command.
//!
//! Start at [`request`].

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::import::curl::options::{CurlOption, find, find_letter};
use crate::import::curl::words::{imported_word, is_expanded};
use crate::import::har::is_own_header;
use crate::import::imported_text::ImportedText;
use crate::import::request::{ImportedAuth, ImportedBody, ImportedPart, ImportedRequest};
use crate::text::sanitize::sanitize;

/// The first character that marks a variable in a word.
const MARKS: char = '\u{f0000}';

/// What the options up to `--next` set.
#[derive(Default)]
struct Given {
    urls: Vec<String>,
    request: ImportedRequest,
    data: Vec<String>,
    file: Option<String>,
    parts: Vec<ImportedPart>,
    user: Option<String>,
    is_digest: bool,
    is_get: bool,
    is_head: bool,
    /// Why it cannot be imported.
    wrong: Option<String>,
}

/// Makes the requests of a command: one for each URL. Adds what the user should know to `notes`.
pub(super) fn request(arguments: &[String], notes: &mut Vec<String>) -> Vec<Result<ImportedRequest, String>> {
    let mut found = Vec::new();
    let mut given = Given::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        for (option, attached) in options(argument, notes) {
            let Some(option) = option else {
                given.urls.push(attached.unwrap_or_default());
                continue;
            };
            let value = if option.takes_value() { attached.or_else(|| rest.next().cloned()) } else { None };
            if option == CurlOption::Next {
                found.extend(std::mem::take(&mut given).finish());
            } else if matches!(option, CurlOption::Connection { .. }) {
                let name = sanitize(argument);
                notes.push(format!("`{name}` is left out: give the flag of the same name to `inflight run`"));
            } else {
                given.set(option, value.unwrap_or_default());
            }
        }
    }
    found.extend(given.finish());
    found
}

/// The options of one argument, each with a value that is attached to it. A URL has no option.
fn options(argument: &str, notes: &mut Vec<String>) -> Vec<(Option<CurlOption>, Option<String>)> {
    let unknown = |name: &str, notes: &mut Vec<String>| {
        notes.push(format!("the option `{}` of curl is not known, and left out", sanitize(name)));
    };
    if let Some(long) = argument.strip_prefix("--") {
        // `--no-location` and the like turn an option off that has no effect here.
        let option = find(long).or_else(|| find(long.strip_prefix("no-")?).filter(|option| !option.takes_value()));
        if option.is_none() {
            unknown(argument, notes);
        }
        return option.map(|option| (Some(option), None)).into_iter().collect();
    }
    let Some(letters) = argument.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
        return vec![(None, Some(argument.to_owned()))];
    };
    let mut found = Vec::new();
    for (at, letter) in letters.char_indices() {
        match find_letter(letter) {
            Some(option) if option.takes_value() => {
                let attached = &letters[at + letter.len_utf8()..];
                found.push((Some(option), Some(attached.to_owned()).filter(|attached| !attached.is_empty())));
                break;
            }
            Some(option) => found.push((Some(option), None)),
            None => unknown(&format!("-{letter}"), notes),
        }
    }
    found
}

impl Given {
    fn set(&mut self, option: CurlOption, value: String) {
        match option {
            CurlOption::Url => self.urls.push(value),
            CurlOption::Method => self.request.method = Some(value),
            CurlOption::Header => self.set_header(&value),
            CurlOption::DataRaw => self.data.push(value),
            CurlOption::Data | CurlOption::DataBinary => match value.strip_prefix('@') {
                Some(path) => self.set_file(path),
                None => self.data.push(value),
            },
            CurlOption::DataUrlencode => self.add_encoded(&value),
            CurlOption::Json => {
                self.add_header("content-type", "application/json");
                self.add_header("accept", "application/json");
                self.set(CurlOption::Data, value);
            }
            CurlOption::Form | CurlOption::FormString => self.add_part(&value, option == CurlOption::Form),
            CurlOption::User => self.user = Some(value),
            CurlOption::Digest => self.is_digest = true,
            CurlOption::Bearer => self.request.auth = Some(ImportedAuth::Bearer(self.text(&value))),
            CurlOption::UserAgent => self.add_header("user-agent", &value),
            CurlOption::Referer => self.add_header("referer", value.trim_end_matches(";auto")),
            CurlOption::Cookie if value.contains('=') => self.add_header("cookie", &value),
            CurlOption::Cookie => self.wrong = Some("its cookies are in a file".to_owned()),
            CurlOption::Get => self.is_get = true,
            CurlOption::Head => self.is_head = true,
            CurlOption::Upload => {
                self.set_file(&value);
                self.request.method.get_or_insert("PUT".to_owned());
            }
            CurlOption::MaxTime => self.request.timeout = milliseconds(&value),
            CurlOption::Next | CurlOption::Connection { .. } | CurlOption::Ignored { .. } => {}
        }
    }

    /// A text with variables. What the shell would have to run makes the request one that cannot be imported.
    fn text(&mut self, word: &str) -> ImportedText {
        imported_word(word).unwrap_or_else(|| {
            self.wrong = Some("it has the output of another command in it".to_owned());
            ImportedText::default()
        })
    }

    fn set_header(&mut self, line: &str) {
        if line.starts_with('@') {
            self.wrong = Some("its headers are in a file".to_owned());
        } else if let Some((name, value)) = line.split_once(':')
            && !value.trim().is_empty()
            && !is_own_header(name.trim())
        {
            let value = self.text(value.trim());
            self.request.headers.push((name.trim().to_owned(), value));
        }
    }

    /// Adds a header that an option implies.
    fn add_header(&mut self, name: &str, value: &str) {
        if !self.request.has_header(name) {
            let value = self.text(value);
            self.request.headers.push((name.to_owned(), value));
        }
    }

    fn set_file(&mut self, path: &str) {
        if path == "-" || path == "." || !self.data.is_empty() || is_expanded(path) {
            self.wrong = Some("its body is standard input, or a file with other data".to_owned());
        }
        self.file = Some(path.to_owned());
    }

    /// Adds `content`, `=content` or `name=content`, percent-encoded.
    fn add_encoded(&mut self, value: &str) {
        if is_expanded(value) {
            self.wrong = Some("a variable of the shell in it would have to be encoded".to_owned());
        }
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        match value.split_once('=') {
            None if value.contains('@') => self.wrong = Some("its data is in a file".to_owned()),
            None => self.data.push(encoded(value)),
            Some(("", content)) => self.data.push(encoded(content)),
            Some((name, content)) => self.data.push(format!("{name}={}", encoded(content))),
        }
    }

    /// Adds `name=content`, `name=@path` or `name=<path`.
    fn add_part(&mut self, value: &str, has_files: bool) {
        let (name, content) = value.split_once('=').unwrap_or((value, ""));
        let content = match content.strip_prefix('@').filter(|_| has_files) {
            Some(path) => Err(path.split(';').next().unwrap_or(path).to_owned()),
            None if has_files && content.starts_with('<') => {
                self.wrong = Some("a field of its form is in a file".to_owned());
                return;
            }
            None => Ok(self.text(content)),
        };
        self.parts.push(ImportedPart { name: name.to_owned(), value: content });
    }

    /// Returns the requests: one for each URL.
    fn finish(mut self) -> Vec<Result<ImportedRequest, String>> {
        let data = self.data.join("&");
        if self.is_head {
            self.request.method.get_or_insert("HEAD".to_owned());
        }
        if !self.is_get && !self.data.is_empty() {
            if !self.request.has_header("content-type") {
                self.add_header("content-type", "application/x-www-form-urlencoded");
            }
            self.request.body = Some(ImportedBody::Text(self.text(&data)));
            self.request.method.get_or_insert("POST".to_owned());
        } else if let Some(path) = self.file.take() {
            self.request.body = Some(ImportedBody::File(path));
        } else if !self.parts.is_empty() {
            self.request.body = Some(ImportedBody::Multipart(std::mem::take(&mut self.parts)));
        }
        if let Some(user) = self.user.take() {
            let (name, password) = user.split_once(':').unwrap_or((&user, ""));
            let password = if password.is_empty() { ImportedText::variable("PASSWORD") } else { self.text(password) };
            let auth = if self.is_digest { ImportedAuth::Digest } else { ImportedAuth::Basic };
            self.request.auth = Some(auth(self.text(name), password));
        }
        let make = |url: String| {
            let is_start = url.contains("://") || is_expanded(&url[..url.find('/').unwrap_or(url.len())]);
            let mut url = if is_start { url } else { format!("http://{url}") };
            if self.is_get && !data.is_empty() {
                url = format!("{url}{}{data}", if url.contains('?') { '&' } else { '?' });
            }
            let text = imported_word(&url).filter(|_| self.wrong.is_none());
            let Some(url) = text else {
                let shown: String = url.split('?').next().unwrap_or_default().chars().filter(|c| *c < MARKS).collect();
                let why = self.wrong.as_deref().unwrap_or("it has the output of another command in it");
                return Err(format!("curl {}: {why}", sanitize(&shown)));
            };
            Ok(ImportedRequest { url, ..self.request.clone() })
        };
        let urls = std::mem::take(&mut self.urls);
        urls.into_iter().map(make).collect()
    }
}

/// A time in seconds, such as `2.5`.
fn milliseconds(seconds: &str) -> Option<u64> {
    let time = std::time::Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?;
    u64::try_from(time.as_millis()).ok().filter(|milliseconds| *milliseconds > 0)
}
