//! The import of requests from files of other tools: browser recordings, collections, commands, descriptions, sitemaps.
//!
//! It reads text and returns requests; it opens no file, sends nothing and runs no script. Values that look like secrets
//! become references to environment variables. Start at [`import`].

pub mod curl;
pub mod error;
pub mod har;
pub mod imported_text;
pub mod openapi;
pub mod postman;
pub mod request;
pub mod secrets;
pub mod sitemap;
pub mod write;

use crate::import::error::ImportError;
use crate::import::request::{Import, ImportedRequest};
use crate::import::secrets::Secrets;
use crate::plan::load::foreign::ForeignFormat;
use crate::text::sanitize::sanitize;

/// A format that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportFormat {
    /// A recording of a browser.
    Har,
    /// A Postman collection, version 2.0 or 2.1.
    Postman,
    /// An OpenAPI 3 or Swagger 2 description, in JSON or YAML.
    OpenApi,
    /// A sitemap.
    Sitemap,
    /// One or more curl commands.
    Curl,
}

impl ImportFormat {
    /// Its names on the command line.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("har", Self::Har),
        ("postman", Self::Postman),
        ("openapi", Self::OpenApi),
        ("sitemap", Self::Sitemap),
        ("curl", Self::Curl),
    ];
}

/// Imports a text. Without a format, its beginning and the name of its file show it.
///
/// With `keeps_secrets`, secrets are written as they are.
pub fn import(
    bytes: &[u8],
    name: &str,
    format: Option<ImportFormat>,
    keeps_secrets: bool,
) -> Result<Import, ImportError> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let format = format.map_or_else(|| detect(text, name), Ok)?;
    let mut import = match format {
        ImportFormat::Har => har::read(text)?,
        ImportFormat::Postman => postman::read(text)?,
        ImportFormat::OpenApi => openapi::read(text)?,
        ImportFormat::Sitemap => sitemap::read(text)?,
        ImportFormat::Curl => curl::read(text)?,
    };
    import.leave_out_faulty();
    if import.requests.is_empty() {
        let why = import
            .notes
            .iter()
            .chain(&import.left_out)
            .next()
            .map_or_else(|| "the file has none".to_owned(), Clone::clone);
        return Err(ImportError::nothing(format!("there is no request to import: {why}")));
    }
    if keeps_secrets {
        let texts = import.requests.iter_mut().flat_map(ImportedRequest::texts_mut);
        texts.for_each(|text| text.replace_secrets(|_, secret| secret.into()));
    } else {
        let mut secrets = Secrets::default();
        import.requests.iter_mut().for_each(|request| secrets.hide(request));
        import.notes.extend(secrets.notes());
    }
    import.notes.extend(import.undefined_variables());
    Ok(import)
}

fn detect(text: &str, name: &str) -> Result<ImportFormat, ImportError> {
    let end = text.char_indices().nth(1 << 16).map_or(text.len(), |(at, _)| at);
    let shown = sanitize(name);
    match ForeignFormat::detect(&text.as_bytes()[..end], name) {
        Some(ForeignFormat::Har) => Ok(ImportFormat::Har),
        Some(ForeignFormat::Postman) => Ok(ImportFormat::Postman),
        Some(ForeignFormat::OpenApi) => Ok(ImportFormat::OpenApi),
        Some(ForeignFormat::Sitemap) => Ok(ImportFormat::Sitemap),
        Some(ForeignFormat::Curl) => Ok(ImportFormat::Curl),
        Some(
            other @ (ForeignFormat::Insomnia
            | ForeignFormat::K6
            | ForeignFormat::Locust
            | ForeignFormat::JMeter
            | ForeignFormat::CopiedRequest
            | ForeignFormat::Html
            | ForeignFormat::Xml),
        ) => Err(ImportError::new(
            format!("`{shown}` is {}, which cannot be imported", other.noun()),
            Some(other.help(name)),
        )),
        None => Err(ImportError::new(
            format!("`{shown}` is in no format that can be imported"),
            Some("name its format: `--from har`, `postman`, `openapi`, `sitemap` or `curl`".to_owned()),
        )),
    }
}
