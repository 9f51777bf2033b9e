//! The fields of a multipart form, as curl's `--form` writes them.
//!
//! Start at [`multipart`].

use std::path::Path;

use crate::cli::body::files::{read_text, unreadable};
use crate::cli::body::{BodyFlag, BodyFlagKind};
use crate::error::Error;
use crate::plan::request::multipart::MultipartBody;

/// A field, split into its parts.
#[derive(Debug, PartialEq, Eq)]
struct FormField<'t> {
    name: &'t str,
    value: &'t str,
    content_type: Option<&'t str>,
    file_name: Option<&'t str>,
}

/// Returns the form of these flags.
pub(super) fn multipart(flags: &[BodyFlag]) -> Result<MultipartBody, Error> {
    let mut body = MultipartBody::new();
    for BodyFlag { kind, value } in flags {
        let (name, text) = value.split_once('=').ok_or_else(|| wrong("has no `=`"))?;
        if *kind == BodyFlagKind::FormString {
            body.add_literal(name, text, None);
            continue;
        }
        let field = FormField::parse(name, text);
        if [Some(field.name), field.content_type].into_iter().flatten().any(|text| text.contains(char::is_control)) {
            return Err(wrong("has a control character in its name or type"));
        }
        match (field.value.strip_prefix('@'), field.value.strip_prefix('<')) {
            (Some(path), _) => {
                let file = Path::new(path).metadata().map_err(|error| unreadable(path, error))?;
                if !file.is_file() {
                    return Err(wrong("names no regular file: only those can be sent as a part"));
                }
                body.add_path(field.name, path, field.file_name, field.content_type);
            }
            (None, Some(path)) => body.add_literal(field.name, &read_text(path)?, field.content_type),
            (None, None) => body.add_literal(field.name, field.value, field.content_type),
        }
    }
    Ok(body)
}

impl<'t> FormField<'t> {
    /// Splits off `;type=` and `;filename=` at the end. Any other `;` belongs to the value.
    fn parse(name: &'t str, text: &'t str) -> Self {
        let mut field = Self { name, value: text, content_type: None, file_name: None };
        while let Some((value, last)) = field.value.rsplit_once(';') {
            let last = last.trim();
            if let Some(content_type) = last.strip_prefix("type=") {
                field.content_type.get_or_insert(content_type);
            } else if let Some(file_name) = last.strip_prefix("filename=") {
                field.file_name.get_or_insert(file_name.trim_matches('"'));
            } else {
                break;
            }
            field.value = value;
        }
        field
    }
}

fn wrong(what: &str) -> Error {
    Error::Usage {
        message: format!("a field given with `--form` {what}"),
        hint: "write it as `-F name=text` or `-F 'photo=@cat.jpg;type=image/jpeg'`".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::FormField;

    #[test]
    fn a_semicolon_belongs_to_the_value_unless_it_begins_a_known_part() {
        let field = FormField::parse("f", "@a;b.jpg; filename=\"c d\";type=image/png");
        assert_eq!((field.value, field.content_type, field.file_name), ("@a;b.jpg", Some("image/png"), Some("c d")));
        let field = FormField::parse("f", "x;y=z");
        assert_eq!((field.value, field.content_type, field.file_name), ("x;y=z", None, None));
    }
}
