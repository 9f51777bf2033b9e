//! Templates: texts with `{placeholders}` that rows fill in.
//!
//! A placeholder is a name in braces. Any other brace is literal, so JSON needs no escaping, and
//! `{{name}}` means `{name}`. A template is parsed once, when the plan is read. Start at
//! [`Template::parse`] and [`Template::fill`].

pub(in crate::plan) mod escape;
pub mod interpolation;

use std::fmt;

use percent_encoding::utf8_percent_encode;

use crate::plan::template::escape::{COMPONENT, Escaping, escaping_after, write_escaped};
use crate::plan::template::interpolation::{PlanText, TextPiece, is_secret};
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

    /// Percent-encodes its text, but not its placeholders, whose values are escaped anyway.
    pub(in crate::plan) fn with_encoded_text(mut self) -> Self {
        for part in &mut self.parts {
            match part {
                TemplatePart::Text(text) | TemplatePart::Secret(text) => {
                    *text = utf8_percent_encode(text, COMPONENT).to_string();
                }
                TemplatePart::Value { .. } => {}
            }
        }
        self
    }

    /// Parses a URL. The escaping of a value depends on its position.
    pub(in crate::plan) fn parse_url(text: &PlanText, columns: &mut Vec<String>) -> Self {
        let mut template = Self::parse(text, Escaping::Raw, columns);
        let mut place = Escaping::Raw;
        for part in std::mem::take(&mut template.parts) {
            match part {
                TemplatePart::Value { column, escaping: _ } => {
                    template.parts.push(TemplatePart::Value { column, escaping: place });
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

    /// For a URL: whether these values leave a segment of its path empty.
    pub(in crate::plan) fn has_empty_segment(&self, values: &[String]) -> bool {
        let (mut segment_is_empty, mut has_value) = (false, false);
        for part in &self.parts {
            match part {
                TemplatePart::Value { column, escaping: Escaping::Path } => {
                    has_value = true;
                    segment_is_empty &= values.get(*column).is_none_or(String::is_empty);
                }
                TemplatePart::Value { .. } => segment_is_empty = false,
                TemplatePart::Text(text) | TemplatePart::Secret(text) => {
                    if segment_is_empty && has_value && text.starts_with(['/', '?', '#']) {
                        return true;
                    }
                    (segment_is_empty, has_value) = (text.ends_with('/'), false);
                }
            }
        }
        segment_is_empty && has_value
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
mod tests;
