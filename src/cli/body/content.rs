//! The body that the flags describe, and the headers that it implies.
//!
//! A text, standard input and a small file are read once, before the run. A larger file that is sent as it is, is
//! read for each attempt. Start at [`GivenBody::read`].

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method};

use crate::cli::body::files::{file, read_bytes};
use crate::cli::body::form;
use crate::cli::body::{BodyFlag, BodyFlagKind, BodyFlags};
use crate::error::Error;
use crate::plan::content::{ContentPart, RequestContent};
use crate::plan::request::content_type::{self, FORM, JSON};
use crate::text::sanitize::sanitize;

/// A body from flags.
#[derive(Debug)]
pub struct GivenBody {
    /// Its content.
    pub content: RequestContent,
    /// The headers that are sent with it unless others are given.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The method, unless another is given or the usual one fits.
    pub method: Option<Method>,
    /// The content type, if it was found by looking at the content.
    pub is_detected_json: bool,
    /// The file that lost line breaks within its text.
    pub joined_file: Option<String>,
}

impl GivenBody {
    /// Reads the body that these flags describe.
    pub fn read(flags: &BodyFlags, is_stdin_taken: bool) -> Result<Option<Self>, Error> {
        let Some(first) = flags.0.first() else { return Ok(None) };
        let group = |kind| match kind {
            BodyFlagKind::Form | BodyFlagKind::FormString => BodyFlagKind::Form,
            BodyFlagKind::Json | BodyFlagKind::UploadFile => kind,
            BodyFlagKind::Data | BodyFlagKind::DataRaw | BodyFlagKind::DataBinary | BodyFlagKind::DataUrlencode => {
                BodyFlagKind::Data
            }
        };
        if let Some(other) = flags.0.iter().find(|flag| group(flag.kind) != group(first.kind)) {
            return Err(Error::Usage {
                message: format!("`{}` and `{}` cannot be combined", first.kind.flag(), other.kind.flag()),
                hint: "a request has one body: give it with flags of one kind".into(),
            });
        }
        let reads_stdin = flags.0.iter().filter(|flag| flag.reads_stdin()).count();
        if reads_stdin > usize::from(!is_stdin_taken) {
            return Err(Error::Usage {
                message: "standard input can be read only once".into(),
                hint: "save one of the inputs to a file".into(),
            });
        }
        let body = match group(first.kind) {
            BodyFlagKind::Form => {
                let form = form::multipart(&flags.0)?;
                let content_type = form.content_type();
                let content = form.into_content().map_err(|message| Error::Usage { message, hint: String::new() })?;
                Self::new(content, &content_type)
            }
            BodyFlagKind::UploadFile => upload(&flags.0)?,
            BodyFlagKind::Json => json(&flags.0)?,
            _ => data(&flags.0)?,
        };
        Ok(Some(body))
    }

    /// Returns what the user should know, unless the plan decides the content type.
    pub fn notes(&self, has_content_type: bool) -> Vec<String> {
        let json = "the body is JSON, so it is sent as `application/json`; `-H 'content-type: …'` changes that";
        let joined = self.joined_file.as_ref().map(|file| {
            let file = sanitize(file);
            format!("`-d @{file}` joins the lines of `{file}`, as curl does; `--data-binary @{file}` keeps them")
        });
        let json = (self.is_detected_json && !has_content_type).then(|| json.to_owned());
        json.into_iter().chain(joined).collect()
    }

    fn new(content: RequestContent, content_type: &str) -> Self {
        let content_type = HeaderValue::from_str(content_type).ok();
        Self {
            content,
            headers: content_type.map(|value| (CONTENT_TYPE, value)).into_iter().collect(),
            method: None,
            is_detected_json: false,
            joined_file: None,
        }
    }
}

impl BodyFlag {
    fn reads_stdin(&self) -> bool {
        match self.kind {
            BodyFlagKind::Data | BodyFlagKind::DataBinary | BodyFlagKind::Json => self.value == "@-",
            BodyFlagKind::DataUrlencode => !self.value.contains('=') && self.value.ends_with("@-"),
            BodyFlagKind::Form => self.value.ends_with("=<-"),
            BodyFlagKind::UploadFile => self.value == "-",
            BodyFlagKind::DataRaw | BodyFlagKind::FormString => false,
        }
    }
}

/// Joins the values of `--data` and its variants.
fn data(flags: &[BodyFlag]) -> Result<GivenBody, Error> {
    let mut parts = Vec::new();
    let mut joined_file = None;
    for (i, BodyFlag { kind, value }) in flags.iter().enumerate() {
        parts.extend((i > 0).then(|| ContentPart::memory("&")));
        match (kind, value.strip_prefix('@')) {
            (BodyFlagKind::DataUrlencode, _) => parts.push(ContentPart::memory(url_encoded(value)?)),
            (BodyFlagKind::Data, Some(path)) => {
                let text = read_bytes(path)?;
                let is_dropped = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0);
                if text.trim_ascii_end().iter().any(is_dropped) && !content_type::is_json(&text) {
                    joined_file = Some(path.to_owned());
                }
                parts.push(ContentPart::memory(text.into_iter().filter(|byte| !is_dropped(byte)).collect::<Vec<u8>>()));
            }
            (BodyFlagKind::DataBinary, Some(path)) => parts.push(file(path)?),
            _ => parts.push(ContentPart::memory(value.clone())),
        }
    }
    let content = RequestContent::from_parts(parts);
    let is_json = is_json(&content);
    let body = GivenBody::new(content, if is_json { JSON } else { FORM });
    Ok(GivenBody { is_detected_json: is_json, joined_file, ..body })
}

fn json(flags: &[BodyFlag]) -> Result<GivenBody, Error> {
    let part = |flag: &BodyFlag| match flag.value.strip_prefix('@') {
        Some(path) => file(path),
        None => Ok(ContentPart::memory(flag.value.clone())),
    };
    let parts: Result<Vec<_>, _> = flags.iter().map(part).collect();
    let mut body = GivenBody::new(RequestContent::from_parts(parts?), JSON);
    body.headers.push((ACCEPT, HeaderValue::from_static(JSON)));
    Ok(body)
}

fn upload(flags: &[BodyFlag]) -> Result<GivenBody, Error> {
    let [BodyFlag { value: path, .. }] = flags else {
        return Err(Error::Usage {
            message: "`--upload-file` was given more than once".into(),
            hint: "to send many files, write a plan with `body_file = \"{path}\"` and `rows`".into(),
        });
    };
    let content = RequestContent::from_parts([file(path)?]);
    // As in curl, a file that is sent alone has no content type.
    Ok(GivenBody { headers: Vec::new(), method: Some(Method::PUT), ..GivenBody::new(content, FORM) })
}

/// Whether a body is JSON. A file that is not in memory is judged by its name.
fn is_json(content: &RequestContent) -> bool {
    match content {
        RequestContent::Memory(bytes) => content_type::is_json(bytes),
        RequestContent::Parts(parts) => match &**parts {
            [ContentPart::File(path)] => content_type::of_file(&path.to_string_lossy()) == JSON,
            _ => false,
        },
    }
}

/// Encodes a value of `--data-urlencode`.
fn url_encoded(value: &str) -> Result<String, Error> {
    let (name, text) = match (value.split_once('='), value.split_once('@')) {
        (Some((name, text)), _) => (name, text.to_owned()),
        (None, Some((name, path))) => {
            return Ok(with_name(name, &content_type::encode_field_bytes(&read_bytes(path)?)));
        }
        (None, None) => ("", value.to_owned()),
    };
    Ok(with_name(name, &content_type::encode_field_bytes(text.as_bytes())))
}

fn with_name(name: &str, encoded: &str) -> String {
    if name.is_empty() { encoded.to_owned() } else { format!("{name}={encoded}") }
}
