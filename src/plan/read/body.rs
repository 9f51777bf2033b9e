//! The body of an endpoint: a text, JSON, a file, a form, or a form with files.
//!
//! Start at [`BodyEntries::get`].

use std::path::Path;
use std::sync::Arc;

use crate::plan::body_template::{Body, PartTemplate};
use crate::plan::error::io_reason;
use crate::plan::read::json;
use crate::plan::read::rows::PlaceholderUses;
use crate::plan::read::values::{PlanEntry, PlanReader, PlanSection};
use crate::plan::request::content_type::{self, FORM, JSON};
use crate::plan::request::multipart::{FileField, MultipartBody};
use crate::plan::template::escape::Escaping;
use crate::plan::template::{SecretDisplay, Template};
use crate::text::value_error::ValueError;

const FILE_EXAMPLE: &str = "a file such as `\"order.json\"`";
const FORM_EXAMPLE: &str = "a table such as `{ name = \"{name}\" }`";
const FIELD_EXAMPLE: &str = "a table such as `{ name = \"photo\", file = \"{id}.jpg\" }`";

/// The keys of an endpoint that set its body, each with its value.
pub(super) struct BodyEntries<'r> {
    given: Vec<(BodyKey, PlanEntry<'r>)>,
}

/// A key that sets a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BodyKey {
    Text,
    Json,
    File,
    Form,
    Multipart,
}

/// A body, and the content type that it implies.
pub(super) struct TypedBody {
    pub(super) body: Body,
    pub(super) content_type: Option<String>,
}

/// What a body may use.
pub(super) struct BodyContext<'r, 'c> {
    pub(super) reader: &'r PlanReader<'r>,
    pub(super) columns: &'c mut Vec<String>,
    pub(super) used: &'c mut PlaceholderUses<'r>,
}

impl<'r> BodyEntries<'r> {
    /// Takes the keys of an endpoint.
    pub(super) fn get(section: &mut PlanSection<'r>) -> Self {
        let keys = [
            (BodyKey::Text, "body"),
            (BodyKey::Json, "json"),
            (BodyKey::File, "body_file"),
            (BodyKey::Form, "form"),
            (BodyKey::Multipart, "multipart"),
        ];
        Self { given: keys.into_iter().filter_map(|(key, name)| Some((key, section.get(name)?))).collect() }
    }

    /// Reads the body.
    pub(super) fn read(mut self, context: &mut BodyContext<'r, '_>) -> Option<TypedBody> {
        self.given.sort_by_key(|(_, entry)| entry.name.start);
        if let [_, (_, second), ..] = self.given.as_slice() {
            let message = "an endpoint has one of `body`, `json`, `body_file`, `form` and `multipart`";
            context.reader.note_at(second.name.clone(), message, "leave one out");
        }
        let (key, entry) = self.given.into_iter().next()?;
        match key {
            BodyKey::Text => read_text(&entry, context),
            BodyKey::Json => {
                let text = json::json_text(&entry)?;
                let body = context.template(&entry, |columns| Template::parse(&text, Escaping::Json, columns));
                Some(TypedBody { body: Body::Template(body), content_type: Some(JSON.to_owned()) })
            }
            BodyKey::File => {
                let (path, content_type) = context.file(&entry)?;
                let folder = context.folder();
                let body = Body::Parts(vec![PartTemplate::File { folder, path }]);
                Some(TypedBody { body, content_type: Some(content_type.to_owned()) })
            }
            BodyKey::Form => read_form(&entry, context),
            BodyKey::Multipart => read_multipart(&entry, context),
        }
    }
}

impl BodyContext<'_, '_> {
    /// Parses a template, and records its placeholders.
    fn template(&mut self, entry: &PlanEntry<'_>, parse: impl FnOnce(&mut Vec<String>) -> Template) -> Template {
        let template = parse(self.columns);
        self.used.note(self.columns, &entry.span());
        template
    }

    /// Reads a text, or a number.
    fn text(&mut self, entry: &PlanEntry<'_>, escaping: Escaping) -> Option<Template> {
        if let Some(plain) = entry.number().or_else(|| entry.written_flag().map(|flag| flag.to_string())) {
            return Some(Template::literal(&plain));
        }
        let text = entry.text("a text")?;
        Some(self.template(entry, |columns| Template::parse(&text, escaping, columns)))
    }

    /// Reads the path of a file, which must exist unless rows fill it in. Returns it with its content type.
    fn file(&mut self, entry: &PlanEntry<'_>) -> Option<(Template, &'static str)> {
        let text = entry.text(FILE_EXAMPLE)?;
        let path = self.template(entry, |columns| Template::parse(&text, Escaping::Raw, columns));
        let name = text.value();
        let wrong = |what: String| ValueError::new(what, "the path is relative to the plan's folder");
        if name.is_empty() {
            return entry.check(Err(wrong("empty".to_owned())));
        }
        if path.is_constant() {
            match self.folder().join(&name).metadata() {
                Ok(file) if file.is_dir() => return entry.check(Err(wrong("not readable: it is a folder".to_owned()))),
                Ok(_) => {}
                Err(why) => return entry.check(Err(wrong(format!("not readable: {}", io_reason(&why))))),
            }
        }
        Some((path, content_type::of_file(&name)))
    }

    fn folder(&self) -> Arc<Path> {
        self.reader.context.folder.into()
    }
}

/// Reads `body`. Its type is only known if it is JSON.
fn read_text(entry: &PlanEntry<'_>, context: &mut BodyContext<'_, '_>) -> Option<TypedBody> {
    let text = entry.text("the body as a text")?;
    let body = context.template(entry, |columns| Template::parse(&text, Escaping::Raw, columns));
    // A placeholder may be a number or a part of a text.
    let sample = body.filled(&vec!["1".to_owned(); context.columns.len()], SecretDisplay::Plain).unwrap_or_default();
    let content_type = content_type::is_json(sample.as_bytes()).then(|| JSON.to_owned());
    Some(TypedBody { body: Body::Template(body), content_type })
}

/// Reads `form`.
fn read_form(entry: &PlanEntry<'_>, context: &mut BodyContext<'_, '_>) -> Option<TypedBody> {
    let mut parts = Vec::new();
    for (i, field) in entry.section("form", FORM_EXAMPLE)?.entries().iter().enumerate() {
        let name = content_type::encode_field(&field.key);
        parts.push(PartTemplate::Text(Template::literal(&format!("{}{name}=", if i > 0 { "&" } else { "" }))));
        parts.push(PartTemplate::Text(context.text(field, Escaping::Query)?.with_encoded_text()));
    }
    Some(TypedBody { body: Body::Parts(parts), content_type: Some(FORM.to_owned()) })
}

/// Reads `multipart`.
fn read_multipart(entry: &PlanEntry<'_>, context: &mut BodyContext<'_, '_>) -> Option<TypedBody> {
    let mut body = MultipartBody::new();
    if !entry.is_list_of_tables() {
        return entry.check(Err(ValueError::new("not a list of tables", format!("write {FIELD_EXAMPLE} in brackets"))));
    }
    for item in entry.items() {
        let mut field = item.section("multipart", FIELD_EXAMPLE)?;
        let name = field.require("name", "write one such as `name = \"photo\"`");
        let (value, file) = (field.get("value"), field.get("file"));
        let (kind, filename) = (field.get("type"), field.get("filename"));
        field.finish();
        let name = name?.text("a text")?.value();
        let kind = match kind {
            Some(kind) => Some(kind.text("a type such as `\"image/png\"`")?.value()),
            None => None,
        };
        if [Some(&name), kind.as_ref()].into_iter().flatten().any(|text| text.contains(char::is_control)) {
            return item.check(Err(ValueError::new("not a field", "a name and a type have no control characters")));
        }
        match (value, file) {
            (Some(value), None) => body.add_text(&name, context.text(&value, Escaping::Raw)?, kind.as_deref()),
            (None, Some(file)) => {
                let path = context.file(&file)?.0;
                let name_sent = match filename {
                    Some(filename) => Some(context.text(&filename, Escaping::Raw)?),
                    None => None,
                };
                let file = FileField { folder: context.folder(), path, name: name_sent };
                body.add_file(&name, file, kind.as_deref());
            }
            (Some(_), Some(_)) | (None, None) => {
                return item.check(Err(ValueError::new("not a field", "write either `value` or `file`")));
            }
        }
    }
    let content_type = Some(body.content_type());
    Some(TypedBody { body: Body::Parts(body.into_parts()), content_type })
}
