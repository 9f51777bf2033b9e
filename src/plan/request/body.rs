//! The builder of request bodies from a source's rows.
//!
//! It opens no file. Start at [`BodyBuilder::content`].

use std::path::{Component, Path, PathBuf};

use crate::plan::body_template::{Body, PartTemplate};
use crate::plan::content::{ContentPart, RequestContent};
use crate::plan::template::{SecretDisplay, Template};

/// Builds the bodies of one source.
pub(in crate::plan) enum BodyBuilder {
    /// The same body for all rows.
    Same(RequestContent),
    /// Rows fill in this template.
    Filled(Template),
    /// Rows fill in these parts. The paths of files are relative to the folder.
    Parts(Vec<PartTemplate>),
}

impl BodyBuilder {
    /// Prepares the bodies of a source.
    pub(in crate::plan) fn new(body: Option<&Body>) -> Result<Self, String> {
        let builder = match body {
            None => return Ok(Self::Same(RequestContent::default())),
            Some(Body::Constant(content)) => return Ok(Self::Same(content.clone())),
            Some(Body::Template(body)) => Self::Filled(body.clone()),
            Some(Body::Parts(parts)) => Self::Parts(parts.clone()),
        };
        Ok(if body.is_some_and(Body::is_constant) { Self::Same(builder.content(&[])?) } else { builder })
    }

    /// Returns the body of a row.
    pub(in crate::plan) fn content(&self, values: &[String]) -> Result<RequestContent, String> {
        match self {
            Self::Same(content) => Ok(content.clone()),
            Self::Filled(body) => Ok(body.filled(values, SecretDisplay::Plain)?.into()),
            Self::Parts(parts) => {
                let parts: Result<Vec<_>, _> = parts.iter().map(|part| content_part(part, values)).collect();
                Ok(RequestContent::from_parts(parts?))
            }
        }
    }
}

fn content_part(part: &PartTemplate, values: &[String]) -> Result<ContentPart, String> {
    Ok(match part {
        PartTemplate::Text(text) => ContentPart::memory(text.filled(values, SecretDisplay::Plain)?),
        PartTemplate::File { folder, path } => ContentPart::File(folder.join(row_path(path, values)?).into()),
        PartTemplate::FileName { path } => {
            let path = row_path(path, values)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            ContentPart::memory(quoted_parameter(&name))
        }
    })
}

/// Returns the path of a row's file. A value must not lead out of the folder that the plan names.
fn row_path(path: &Template, values: &[String]) -> Result<PathBuf, String> {
    let filled = PathBuf::from(path.filled(values, SecretDisplay::Plain)?);
    let n_up = |path: &Path| path.components().filter(|part| *part == Component::ParentDir).count();
    let empty = vec![String::new(); values.len()];
    let written = PathBuf::from(path.filled(&empty, SecretDisplay::Plain)?);
    if n_up(&filled) > n_up(&written) {
        return Err("a value moves up from the folder of the body's file".to_owned());
    }
    if filled.file_name().is_none() || !path.is_constant() && filled == written {
        return Err("the path of the body's file has no name: a value is empty".to_owned());
    }
    Ok(filled)
}

/// Escapes a name for a quoted parameter of a multipart header, as browsers and curl do.
pub(in crate::plan) fn quoted_parameter(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::row_path;
    use crate::plan::template::Template;
    use crate::plan::template::escape::Escaping;
    use crate::plan::template::interpolation::PlanText;

    fn path(written: &str, value: &str) -> Result<String, String> {
        let mut columns = Vec::new();
        let template = Template::parse(&PlanText::written(written), Escaping::Raw, &mut columns);
        let values = vec![value.to_owned(); columns.len()];
        row_path(&template, &values).map(|path| path.to_string_lossy().into_owned())
    }

    #[test]
    fn a_value_names_a_file_within_the_folder() {
        assert_eq!(path("photos/{id}.jpg", "a/b").as_deref(), Ok("photos/a/b.jpg"));
        assert_eq!(path("../shared/{id}", "x").as_deref(), Ok("../shared/x"));
        assert_eq!(path("{file}", "/data/x").as_deref(), Ok("/data/x"));
        for value in ["..", "../x", "a/../../x"] {
            assert!(path("photos/{id}", value).is_err(), "{value}");
        }
        assert!(path("photos/{id}", "").is_err() && path("{file}", "").is_err());
        assert!(Path::new("photos/").file_name().is_some());
    }
}
