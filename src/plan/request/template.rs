//! Templates: texts with `{placeholders}` that rows fill in.
//!
//! A placeholder is a name in braces. Any other brace is literal, so JSON needs no escaping, and
//! `{{name}}` means `{name}`. A template is parsed once, when the plan is read. Start at
//! [`Template::parse`] and [`Template::fill`].

use std::fmt;

use crate::plan::request::escape::{Escaping, escaping_after, write_escaped};
use crate::plan::request::interpolation::{PlanText, TextPiece, is_secret};
use crate::text::secret::MASK;

/// A parsed template.
#[derive(Clone, Default, PartialEq, Eq)]
pub(in crate::plan) struct Template {
    parts: Vec<TemplatePart>,
}

#[derive(Clone, PartialEq, Eq)]
enum TemplatePart {
    /// Literal text.
    Text(String),
    /// Literal text that must be masked.
    Secret(String),
    /// A row's value.
    Value { column: usize, escaping: Escaping },
}

/// How secrets are written: plain for the server, masked for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum SecretDisplay {
    Plain,
    Masked,
}

impl Template {
    /// Parses a text. New placeholder names are added to `columns`.
    pub(in crate::plan) fn parse(text: &PlanText, escaping: Escaping, columns: &mut Vec<String>) -> Self {
        let mut template = Self::default();
        for piece in &text.pieces {
            match piece {
                TextPiece::Given(given) if is_secret(given) => template.parts.push(TemplatePart::Secret(given.clone())),
                TextPiece::Given(given) => template.parts.push(TemplatePart::Text(given.clone())),
                TextPiece::Written(written) => template.parse_written(written, escaping, columns),
            }
        }
        template
    }

    /// Returns a template whose braces are literal.
    pub(in crate::plan) fn literal(text: &str) -> Self {
        Self { parts: vec![TemplatePart::Text(text.to_owned())] }
    }

    /// Returns a template whose braces are literal and that must be masked.
    pub(in crate::plan) fn secret(text: &str) -> Self {
        Self { parts: vec![TemplatePart::Secret(text.to_owned())] }
    }

    /// Parses a URL. The escaping of a value depends on its position.
    pub(in crate::plan) fn parse_url(text: &PlanText, columns: &mut Vec<String>) -> Self {
        let mut template = Self::parse(text, Escaping::Raw, columns);
        let mut place = Escaping::Raw;
        for part in std::mem::take(&mut template.parts) {
            match part {
                TemplatePart::Value { column, escaping: _ } => {
                    template.parts.push(TemplatePart::Value { column, escaping: place })
                }
                TemplatePart::Text(text) => {
                    place = escaping_after(place, &text).0;
                    template.parts.push(TemplatePart::Text(text));
                }
                // Scheme and host are always shown, so only the rest is hidden.
                TemplatePart::Secret(text) => {
                    let (after, open_len) = escaping_after(place, &text);
                    place = after;
                    let (open, hidden) = text.split_at(open_len);
                    template.parts.extend((!open.is_empty()).then(|| TemplatePart::Text(open.to_owned())));
                    template.parts.extend(is_secret(hidden).then(|| TemplatePart::Secret(hidden.to_owned())));
                    if !is_secret(hidden) {
                        template.parts.push(TemplatePart::Text(hidden.to_owned()));
                    }
                }
            }
        }
        template
    }

    fn parse_written(&mut self, written: &str, escaping: Escaping, columns: &mut Vec<String>) {
        let mut text = String::new();
        let mut rest = written;
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            text.push_str(before);
            if let Some(name) = from.strip_prefix('{').and_then(name_until_brace) {
                self.parts.extend((!text.is_empty()).then(|| TemplatePart::Text(std::mem::take(&mut text))));
                let column = columns.iter().position(|known| known == name).unwrap_or(columns.len());
                if column == columns.len() {
                    columns.push(name.to_owned());
                }
                self.parts.push(TemplatePart::Value { column, escaping });
                rest = &from[name.len() + 2..];
            } else if let Some(name) = from
                .strip_prefix("{{")
                .and_then(name_until_brace)
                .filter(|name| from[name.len() + 3..].starts_with('}'))
            {
                text.push_str(&from[1..name.len() + 3]);
                rest = &from[name.len() + 4..];
            } else {
                text.push('{');
                rest = &from[1..];
            }
        }
        text.push_str(rest);
        self.parts.extend((!text.is_empty()).then_some(TemplatePart::Text(text)));
    }

    /// Writes the text with a row's values, one for each column.
    pub(in crate::plan) fn fill(
        &self,
        values: &[String],
        secrets: SecretDisplay,
        out: &mut String,
    ) -> Result<(), String> {
        for part in &self.parts {
            match part {
                TemplatePart::Secret(_) if secrets == SecretDisplay::Masked => out.push_str(MASK),
                TemplatePart::Text(text) | TemplatePart::Secret(text) => out.push_str(text),
                TemplatePart::Value { column, escaping } => {
                    write_escaped(values.get(*column).map_or("", String::as_str), *escaping, out)?;
                }
            }
        }
        Ok(())
    }

    /// Returns the text with a row's values.
    pub(in crate::plan) fn filled(&self, values: &[String], secrets: SecretDisplay) -> Result<String, String> {
        let mut out = String::new();
        self.fill(values, secrets, &mut out)?;
        Ok(out)
    }

    /// Returns the text as written, with secrets masked.
    pub(in crate::plan) fn written(&self, columns: &[String]) -> String {
        let names: Vec<String> = columns.iter().map(|name| format!("{{{name}}}")).collect();
        let as_is = Self { parts: self.parts.iter().map(TemplatePart::raw).collect() };
        as_is.filled(&names, SecretDisplay::Masked).unwrap_or_default()
    }

    /// Whether it is the same for all rows.
    pub(in crate::plan) fn is_constant(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part, TemplatePart::Value { .. }))
    }

    /// Returns its length in bytes, if it is the same for all rows.
    pub(in crate::plan) fn constant_len(&self) -> Option<usize> {
        let len = |part: &TemplatePart| match part {
            TemplatePart::Text(text) | TemplatePart::Secret(text) => Some(text.len()),
            TemplatePart::Value { .. } => None,
        };
        self.parts.iter().map(len).sum()
    }

    /// Whether a part of it must be masked.
    pub(in crate::plan) fn has_secret(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, TemplatePart::Secret(_)))
    }

    /// Returns the parts that must be masked.
    pub(in crate::plan) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Secret(secret) => Some(secret.as_str()),
            TemplatePart::Text(_) | TemplatePart::Value { .. } => None,
        })
    }

    /// For a URL: whether every row goes to the same scheme, host and port.
    pub(in crate::plan) fn has_constant_host(&self) -> bool {
        !self
            .parts
            .iter()
            .any(|part| matches!(part, TemplatePart::Value { escaping: Escaping::Raw | Escaping::Host, .. }))
    }

    /// For a URL: returns sample values, to check the plan before rows are read.
    pub(in crate::plan) fn sample(&self, n_columns: usize) -> Vec<String> {
        let mut values = vec!["1".to_owned(); n_columns];
        for (i, part) in self.parts.iter().enumerate() {
            let TemplatePart::Value { column, escaping } = part else { continue };
            let is_scheme = matches!(self.parts.get(i + 1), Some(TemplatePart::Text(next)) if next.starts_with("://"));
            values[*column] = match escaping {
                Escaping::Raw if is_scheme => "https".to_owned(),
                Escaping::Raw => "sample.example".to_owned(),
                Escaping::Host | Escaping::Path | Escaping::Query | Escaping::Json => "1".to_owned(),
            };
        }
        values
    }
}

impl TemplatePart {
    fn raw(&self) -> Self {
        match self {
            Self::Value { column, escaping: _ } => Self::Value { column: *column, escaping: Escaping::Raw },
            other => other.clone(),
        }
    }
}

fn name_until_brace(text: &str) -> Option<&str> {
    let name = &text[..text.find('}')?];
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    (starts && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')).then_some(name)
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                TemplatePart::Text(text) => write!(f, "{}", text.escape_debug())?,
                TemplatePart::Secret(_) => f.write_str(MASK)?,
                TemplatePart::Value { column, .. } => write!(f, "{{{column}}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{SecretDisplay, Template};
    use crate::plan::request::escape::Escaping;
    use crate::plan::request::interpolation::{PlanText, TextPiece};

    #[track_caller]
    fn url(text: &str, values: &[&str]) -> Result<String, String> {
        let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
        Template::parse_url(&PlanText::written(text), &mut Vec::new()).filled(&values, SecretDisplay::Plain)
    }

    #[test]
    fn values_are_encoded_in_path_and_query() {
        let filled = url("https://a.b/x/{id}?q={q}&again={id}", &["ü/ä ?#", "a&b=c%"]).unwrap();
        assert_eq!(filled, "https://a.b/x/%C3%BC%2F%C3%A4%20%3F%23?q=a%26b%3Dc%25&again=%C3%BC%2F%C3%A4%20%3F%23");
    }

    #[test]
    fn a_value_for_a_whole_url_or_its_start_is_not_escaped() {
        assert_eq!(url("{url}", &["http://a.b/x?y=1"]).unwrap(), "http://a.b/x?y=1");
        assert_eq!(url("{base}/x/{id}", &["http://a.b", "a/b"]).unwrap(), "http://a.b/x/a%2Fb");
    }

    #[test]
    fn a_value_cannot_leave_its_place_in_the_url() {
        assert_eq!(url("https://{host}/x", &["a.b:81"]).unwrap(), "https://a.b:81/x");
        assert!(url("https://{host}/x", &["a.b/evil?"]).is_err());
        assert!(url("https://a.b/{id}/x", &[".."]).is_err());
        assert_eq!(url("https://a.b/x?q={id}", &[".."]).unwrap(), "https://a.b/x?q=..");
    }

    #[test]
    fn braces_without_a_name_are_literal() {
        let mut columns = Vec::new();
        let text = PlanText::written(r#"{"a": {"b": {id}}, "c": "{{id}}", "d": {}, "e": {x y}"#);
        let template = Template::parse(&text, Escaping::Raw, &mut columns);
        assert_eq!(columns, ["id"]);
        let filled = template.filled(&["7".to_owned()], SecretDisplay::Plain).unwrap();
        assert_eq!(filled, r#"{"a": {"b": 7}, "c": "{id}", "d": {}, "e": {x y}"#);
    }

    #[test]
    fn values_inside_json_strings_are_escaped() {
        let template = Template::parse(&PlanText::written(r#"{"a":"{id}"}"#), Escaping::Json, &mut Vec::new());
        assert_eq!(template.filled(&["x\"\n".to_owned()], SecretDisplay::Plain).unwrap(), r#"{"a":"x\"\n"}"#);
    }

    #[test]
    fn values_of_variables_are_masked_and_never_searched_for_placeholders() {
        let pieces = vec![TextPiece::Written("https://a.b/".into()), TextPiece::Given("k{id}k".into())];
        let text = PlanText { pieces, ..PlanText::default() };
        let mut columns = Vec::new();
        let template = Template::parse_url(&text, &mut columns);
        assert!(columns.is_empty());
        assert_eq!(template.filled(&[], SecretDisplay::Plain).unwrap(), "https://a.b/k{id}k");
        assert_eq!(template.filled(&[], SecretDisplay::Masked).unwrap(), "https://a.b/***");
        assert_eq!(format!("{template:?}"), "https://a.b/***");
    }

    #[test]
    fn a_base_url_from_a_variable_shows_only_its_host() {
        let pieces = vec![TextPiece::Given("https://a.b/tenant".into()), TextPiece::Written("/{id}".into())];
        let text = PlanText { pieces, ..PlanText::default() };
        let template = Template::parse_url(&text, &mut Vec::new());
        assert_eq!(template.filled(&["1/2".to_owned()], SecretDisplay::Masked).unwrap(), "https://a.b***/1%2F2");
        assert!(template.has_constant_host());
    }
}
