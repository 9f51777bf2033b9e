//! What the options of a curl command set, up to `--next`.
//!
//! Start at [`Given::set`] and [`Given::finish`].

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::import::curl::form_part::form_part;
use crate::import::curl::given_headers::GivenHeaders;
use crate::import::curl::option_notes::OptionNotes;
use crate::import::curl::options::CurlOption;
use crate::import::curl::url_glob::expand;
use crate::import::curl::words::{imported_word, is_expanded};
use crate::import::imported_text::ImportedText;
use crate::import::request::{ImportedAuth, ImportedBody, ImportedPart, ImportedRequest, shown_url};
use crate::text::sanitize::sanitize;

/// The first character that marks a variable in a word.
const MARKS: char = '\u{f0000}';
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// What the options set.
#[derive(Default)]
pub(super) struct Given {
    urls: Vec<String>,
    request: ImportedRequest,
    headers: GivenHeaders,
    /// The data, once there is some. It may be empty.
    data: Option<String>,
    /// Additions to the query.
    query: Vec<String>,
    file: Option<String>,
    parts: Vec<ImportedPart>,
    user: Option<String>,
    scheme: Option<String>,
    is_digest: bool,
    is_get: bool,
    is_head: bool,
    is_upload: bool,
    is_json: bool,
    has_no_globs: bool,
    /// Why it cannot be imported.
    wrong: Option<String>,
}

impl Given {
    /// Adds a URL as it was written.
    pub(super) fn add_url(&mut self, url: String) {
        self.urls.push(url);
    }

    /// The request cannot be imported.
    pub(super) fn fail(&mut self, why: String) {
        self.wrong.get_or_insert(why);
    }

    /// Applies an option.
    pub(super) fn set(&mut self, option: CurlOption, value: String, notes: &mut OptionNotes) {
        match option {
            CurlOption::Url => self.urls.push(value),
            CurlOption::Method => self.request.method = Some(value),
            CurlOption::Header if value.starts_with('@') => self.fail("its headers are in a file".to_owned()),
            CurlOption::Header => {
                if let Err(why) = self.headers.add(&value, notes) {
                    self.fail(why);
                }
            }
            CurlOption::DataRaw => self.add_data(&value, "&"),
            CurlOption::Data | CurlOption::DataBinary => match value.strip_prefix('@') {
                Some(path) => {
                    if option == CurlOption::Data {
                        let note = "`-d @FILE` drops line breaks in curl: here the file is sent as it is";
                        notes.others.insert(note.to_owned());
                    }
                    self.set_file(path);
                }
                None => self.add_data(&value, "&"),
            },
            CurlOption::DataUrlencode => {
                if let Some(encoded) = self.encoded(&value) {
                    self.add_data(&encoded, "&");
                }
            }
            CurlOption::UrlQuery => {
                let encoded = value.strip_prefix('+').map(str::to_owned).or_else(|| self.encoded(&value));
                self.query.extend(encoded);
            }
            CurlOption::Json => {
                self.is_json = true;
                match value.strip_prefix('@') {
                    Some(path) => self.set_file(path),
                    None => self.add_data(&value, ""),
                }
            }
            CurlOption::Form | CurlOption::FormString => self.add_part(&value, option == CurlOption::Form),
            CurlOption::User => self.user = Some(value),
            CurlOption::Basic => self.is_digest = false,
            CurlOption::Digest => self.is_digest = true,
            CurlOption::Bearer => self.request.auth = Some(ImportedAuth::Bearer(self.text(&value))),
            CurlOption::UserAgent => self.headers.imply("user-agent", value),
            CurlOption::Referer => self.headers.imply("referer", value.trim_end_matches(";auto").to_owned()),
            CurlOption::Cookie if value.contains('=') => self.headers.imply("cookie", value),
            CurlOption::Cookie if value.is_empty() => {}
            CurlOption::Cookie => self.fail("its cookies are in a file".to_owned()),
            CurlOption::Range => self.headers.imply("range", format!("bytes={value}")),
            CurlOption::Get => self.is_get = true,
            CurlOption::Head => self.is_head = true,
            CurlOption::Upload => {
                self.is_upload = true;
                self.set_file(&value);
            }
            CurlOption::MaxTime => self.request.timeout = self.milliseconds(&value),
            CurlOption::ConnectTimeout => self.request.connect_timeout = self.milliseconds(&value),
            // A negative number allows any number of them.
            CurlOption::MaxRedirects => self.request.redirects = value.parse().ok(),
            CurlOption::PathAsIs => self.request.path_as_is = true,
            CurlOption::NoGlobs => self.has_no_globs = true,
            CurlOption::DefaultScheme => self.scheme = Some(value),
            CurlOption::Next
            | CurlOption::NoEffect
            | CurlOption::Flag(_)
            | CurlOption::LeftOut
            | CurlOption::Needed => {}
        }
    }

    /// A text with variables. What the shell would have to run makes the request one that cannot be imported.
    fn text(&mut self, word: &str) -> ImportedText {
        imported_word(word).unwrap_or_else(|| {
            self.fail("it has the output of another command in it".to_owned());
            ImportedText::default()
        })
    }

    /// A time in seconds, such as `2.5`. Zero means none.
    fn milliseconds(&mut self, seconds: &str) -> Option<u64> {
        let time = seconds.parse().ok().and_then(|seconds| std::time::Duration::try_from_secs_f64(seconds).ok());
        let Some(time) = time else {
            self.fail("its time is not a number of seconds".to_owned());
            return None;
        };
        u64::try_from(time.as_millis()).ok().filter(|milliseconds| *milliseconds > 0)
    }

    fn add_data(&mut self, value: &str, separator: &str) {
        match &mut self.data {
            Some(data) => data.extend([separator, value]),
            None => self.data = Some(value.to_owned()),
        }
    }

    fn set_file(&mut self, path: &str) {
        if path == "-" || path == "." || self.file.is_some() || is_expanded(path) {
            self.fail("its body is standard input, or several files".to_owned());
        }
        self.file = Some(path.to_owned());
    }

    /// Encodes `content`, `=content` or `name=content`.
    fn encoded(&mut self, value: &str) -> Option<String> {
        if is_expanded(value) {
            self.fail("a variable of the shell in it would have to be encoded".to_owned());
        }
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        match value.split_once('=') {
            None if value.contains('@') => {
                self.fail("its data is in a file".to_owned());
                None
            }
            None => Some(encoded(value)),
            Some(("", content)) => Some(encoded(content)),
            Some((name, content)) => Some(format!("{name}={}", encoded(content))),
        }
    }

    fn add_part(&mut self, value: &str, has_files: bool) {
        match form_part(value, has_files, &mut |text| imported_word(text)) {
            Ok(part) => {
                let path = part.value.as_ref().err();
                let others = [Some(&part.name), part.kind.as_ref(), part.filename.as_ref(), path];
                if others.into_iter().flatten().any(|text| is_expanded(text)) {
                    self.fail("a variable of the shell names a file or a field of its form".to_owned());
                }
                self.parts.push(part);
            }
            Err(why) => self.fail(why.to_owned()),
        }
    }

    /// Returns the requests: one for each URL.
    pub(super) fn finish(mut self) -> Vec<Result<ImportedRequest, String>> {
        if self.urls.is_empty() {
            let why = self.wrong.unwrap_or_else(|| "it has no URL".to_owned());
            return vec![Err(format!("curl: {why}"))];
        }
        self.set_body();
        // A token wins, as in curl.
        if let Some(user) = self.user.take().filter(|_| self.request.auth.is_none()) {
            self.request.auth = Some(self.login(&user));
        }
        match std::mem::take(&mut self.headers).finish() {
            Ok(headers) => self.request.headers = headers,
            Err(why) => self.fail(why),
        }
        let mut urls = Vec::new();
        for url in std::mem::take(&mut self.urls) {
            match if self.has_no_globs { Ok(vec![url.clone()]) } else { expand(&url) } {
                Ok(expanded) => urls.extend(expanded),
                Err(why) => {
                    self.fail(why.to_owned());
                    urls.push(url);
                }
            }
        }
        let urls: Vec<String> = urls.into_iter().map(|url| self.whole_url(url)).collect();
        let texts: Option<Vec<ImportedText>> = urls.iter().map(|url| imported_word(url)).collect();
        match (texts, self.wrong) {
            (Some(texts), None) => {
                texts.into_iter().map(|url| Ok(ImportedRequest { url, ..self.request.clone() })).collect()
            }
            (_, wrong) => {
                let url: String = urls.first().into_iter().flat_map(|url| url.chars()).filter(|c| *c < MARKS).collect();
                let why = wrong.as_deref().unwrap_or("it has the output of another command in it");
                vec![Err(format!("curl {}: {why}", sanitize(&shown_url(&url))))]
            }
        }
    }

    /// Sets the method, the body and the content type that they imply.
    fn set_body(&mut self) {
        if self.is_head {
            self.request.method.get_or_insert("HEAD".to_owned());
        }
        let data = self.data.take();
        if usize::from(data.is_some()) + usize::from(self.file.is_some()) + usize::from(!self.parts.is_empty()) > 1 {
            self.fail("it has more than one body".to_owned());
        } else if self.is_get {
            self.query.extend(data.filter(|data| !data.is_empty()));
        } else if data.is_some() || self.file.is_some() {
            if !self.is_upload {
                self.headers.imply("content-type", if self.is_json { JSON } else { FORM }.to_owned());
            }
            if self.is_json {
                self.headers.imply("accept", JSON.to_owned());
            }
            let method = if self.is_upload { "PUT" } else { "POST" };
            self.request.method.get_or_insert(method.to_owned());
            self.request.body = match (data, &self.file) {
                (Some(data), _) if !data.is_empty() => Some(ImportedBody::Text(self.text(&data))),
                (_, Some(path)) => Some(ImportedBody::File(path.clone())),
                (_, None) => None,
            };
        } else if !self.parts.is_empty() {
            self.request.body = Some(ImportedBody::Multipart(std::mem::take(&mut self.parts)));
        }
    }

    fn login(&mut self, user: &str) -> ImportedAuth {
        let auth = if self.is_digest { ImportedAuth::Digest } else { ImportedAuth::Basic };
        match user.split_once(':') {
            // Some services take a key as the name.
            Some((key, "")) => auth(self.text(key).into_secret("USER"), ImportedText::default()),
            Some((name, password)) => auth(self.text(name), self.text(password).into_secret("PASSWORD")),
            None => auth(self.text(user), ImportedText::variable("PASSWORD")),
        }
    }

    /// Adds the scheme, the name of an uploaded file, and the query.
    fn whole_url(&self, url: String) -> String {
        let is_scheme =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        let has_scheme = url.find("://").is_some_and(|at| is_scheme(&url[..at]) || is_expanded(&url[..at]));
        let is_whole = has_scheme || is_expanded(&url[..url.find('/').unwrap_or(url.len())]);
        let scheme = self.scheme.as_deref().unwrap_or("http");
        let mut url = if is_whole { url } else { format!("{scheme}://{url}") };
        if let Some(path) = self.file.as_deref().filter(|_| self.is_upload && url.ends_with('/')) {
            url.push_str(path.rsplit('/').next().unwrap_or_default());
        }
        if !self.query.is_empty() {
            let fragment = url.find('#').map(|at| url.split_off(at)).unwrap_or_default();
            url = format!("{url}{}{}{fragment}", if url.contains('?') { '&' } else { '?' }, self.query.join("&"));
        }
        url
    }
}
