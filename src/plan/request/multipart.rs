//! Bodies of the type `multipart/form-data` (RFC 7578).
//!
//! Start at [`MultipartBody::new`].

use std::path::Path;
use std::sync::Arc;

use crate::plan::body_template::PartTemplate;
use crate::plan::content::RequestContent;
use crate::plan::request::body::{BodyBuilder, quoted_parameter};
use crate::plan::request::content_type;
use crate::plan::template::{SecretDisplay, Template};

/// A multipart body, to which fields are added one after the other.
pub struct MultipartBody {
    boundary: String,
    parts: Vec<PartTemplate>,
}

/// The file of a field.
pub(in crate::plan) struct FileField {
    /// The folder to which its path is relative.
    pub folder: Arc<Path>,
    /// Its path.
    pub path: Template,
    /// The name that the server gets; by default, that of the file.
    pub name: Option<Template>,
}

impl MultipartBody {
    /// Returns a body without fields, with a boundary that no content has.
    pub fn new() -> Self {
        let boundary = format!("------------------------{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
        Self { boundary, parts: Vec::new() }
    }

    /// Returns the content type, with the boundary.
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// Adds a field with a text.
    pub(in crate::plan) fn add_text(&mut self, name: &str, text: Template, content_type: Option<&str>) {
        self.write(&format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{}\"",
            self.boundary,
            quoted_parameter(name)
        ));
        self.write_type(content_type);
        self.parts.push(PartTemplate::Text(text));
        self.write("\r\n");
    }

    /// Adds a field with a file.
    pub(in crate::plan) fn add_file(&mut self, name: &str, file: FileField, content_type: Option<&str>) {
        let FileField { folder, path, name: file_name } = file;
        let by_name = path.filled(&[], SecretDisplay::Plain).unwrap_or_default();
        let content_type = content_type.unwrap_or_else(|| content_type::of_file(&by_name));
        let name = quoted_parameter(name);
        self.write(&format!("--{}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"", self.boundary));
        self.parts.push(PartTemplate::FileName { path: file_name.unwrap_or_else(|| path.clone()) });
        self.write("\"");
        self.write_type(Some(content_type));
        self.parts.push(PartTemplate::File { folder, path });
        self.write("\r\n");
    }

    /// Adds a field with a text without placeholders.
    pub fn add_literal(&mut self, name: &str, text: &str, content_type: Option<&str>) {
        self.add_text(name, Template::literal(text), content_type);
    }

    /// Adds a field with a file, whose path is relative to the current folder.
    pub fn add_path(&mut self, name: &str, path: &str, file_name: Option<&str>, content_type: Option<&str>) {
        let (folder, path) = (Path::new("").into(), Template::literal(path));
        self.add_file(name, FileField { folder, path, name: file_name.map(Template::literal) }, content_type);
    }

    /// Returns the complete body, if it has no placeholders.
    pub fn into_content(self) -> Result<RequestContent, String> {
        BodyBuilder::Parts(self.into_parts()).content(&[])
    }

    /// Returns the parts of the complete body.
    pub(in crate::plan) fn into_parts(mut self) -> Vec<PartTemplate> {
        self.write(&format!("--{}--\r\n", self.boundary));
        self.parts
    }

    fn write_type(&mut self, content_type: Option<&str>) {
        if let Some(content_type) = content_type {
            self.write(&format!("\r\nContent-Type: {content_type}"));
        }
        self.write("\r\n\r\n");
    }

    fn write(&mut self, text: &str) {
        self.parts.push(PartTemplate::Text(Template::literal(text)));
    }
}

impl Default for MultipartBody {
    fn default() -> Self {
        Self::new()
    }
}
