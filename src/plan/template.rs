//! Text with `{placeholders}` that rows fill in.
//!
//! A placeholder is a name in braces; any other brace stands for itself, so JSON can be written as
//! it is, and `{{name}}` stands for `{name}`. Templates are taken apart once, when the plan is read.
//! Start at [`Template::parse`] and [`Template::fill`].

use std::fmt;

use crate::plan::put::{Put, place_after, write_value};
use crate::plan::text::{Piece, Text, is_secret};
use crate::text::secret::MASK;

/// A text taken apart.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq)]
enum Part {
    /// Stands for itself.
    Text(String),
    /// Stands for itself, and must not be seen.
    Secret(String),
    /// A row's value.
    Value { column: usize, put: Put },
}

/// Who will read the filled text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Eyes {
    /// The server.
    Wire,
    /// A person: secrets are masked.
    Screen,
}

impl Template {
    /// Takes a text apart. New placeholder names are added to `columns`.
    pub(super) fn parse(text: &Text, put: Put, columns: &mut Vec<String>) -> Self {
        let mut template = Self::default();
        for piece in &text.pieces {
            match piece {
                Piece::Given(given) if is_secret(given) => template.parts.push(Part::Secret(given.clone())),
                Piece::Given(given) => template.parts.push(Part::Text(given.clone())),
                Piece::Written(written) => template.parse_written(written, put, columns),
            }
        }
        template
    }

    /// A text whose braces stand for themselves.
    pub(super) fn literal(text: &str) -> Self {
        Self { parts: vec![Part::Text(text.to_owned())] }
    }

    /// A text whose braces stand for themselves, and that must not be seen.
    pub(super) fn secret(text: &str) -> Self {
        Self { parts: vec![Part::Secret(text.to_owned())] }
    }

    /// Takes a URL apart: how a value is written depends on where in the URL it stands.
    pub(super) fn parse_url(text: &Text, columns: &mut Vec<String>) -> Self {
        let mut template = Self::parse(text, Put::Raw, columns);
        let mut place = Put::Raw;
        for part in std::mem::take(&mut template.parts) {
            match part {
                Part::Value { column, put: _ } => template.parts.push(Part::Value { column, put: place }),
                Part::Text(text) => {
                    place = place_after(place, &text).0;
                    template.parts.push(Part::Text(text));
                }
                // Scheme and host are shown everywhere, so only what follows them is hidden.
                Part::Secret(text) => {
                    let (after, seen) = place_after(place, &text);
                    place = after;
                    let (open, hidden) = text.split_at(seen);
                    template.parts.extend((!open.is_empty()).then(|| Part::Text(open.to_owned())));
                    template.parts.extend(is_secret(hidden).then(|| Part::Secret(hidden.to_owned())));
                    if !is_secret(hidden) {
                        template.parts.push(Part::Text(hidden.to_owned()));
                    }
                }
            }
        }
        template
    }

    fn parse_written(&mut self, written: &str, put: Put, columns: &mut Vec<String>) {
        let mut text = String::new();
        let mut rest = written;
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            text.push_str(before);
            if let Some(name) = from.strip_prefix('{').and_then(name_until_brace) {
                self.parts.extend((!text.is_empty()).then(|| Part::Text(std::mem::take(&mut text))));
                let column = columns.iter().position(|known| known == name).unwrap_or(columns.len());
                if column == columns.len() {
                    columns.push(name.to_owned());
                }
                self.parts.push(Part::Value { column, put });
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
        self.parts.extend((!text.is_empty()).then_some(Part::Text(text)));
    }

    /// Writes the text with a row's values, one for each column.
    pub(super) fn fill(&self, values: &[String], eyes: Eyes, out: &mut String) -> Result<(), String> {
        for part in &self.parts {
            match part {
                Part::Secret(_) if eyes == Eyes::Screen => out.push_str(MASK),
                Part::Text(text) | Part::Secret(text) => out.push_str(text),
                Part::Value { column, put } => {
                    write_value(values.get(*column).map_or("", String::as_str), *put, out)?;
                }
            }
        }
        Ok(())
    }

    /// The filled text.
    pub(super) fn filled(&self, values: &[String], eyes: Eyes) -> Result<String, String> {
        let mut out = String::new();
        self.fill(values, eyes, &mut out)?;
        Ok(out)
    }

    /// The text as a person wrote it, secrets masked.
    pub(super) fn written(&self, columns: &[String]) -> String {
        let names: Vec<String> = columns.iter().map(|name| format!("{{{name}}}")).collect();
        let as_is = Self { parts: self.parts.iter().map(Part::raw).collect() };
        as_is.filled(&names, Eyes::Screen).unwrap_or_default()
    }

    /// Whether rows make no difference.
    pub(super) fn is_constant(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part, Part::Value { .. }))
    }

    /// How many bytes it is, where that is the same for all rows.
    pub(super) fn constant_len(&self) -> Option<usize> {
        let len = |part: &Part| match part {
            Part::Text(text) | Part::Secret(text) => Some(text.len()),
            Part::Value { .. } => None,
        };
        self.parts.iter().map(len).sum()
    }

    /// Whether a part of it must not be seen.
    pub(super) fn has_secret(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Secret(_)))
    }

    /// The parts of it that must not be seen.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Secret(secret) => Some(secret.as_str()),
            Part::Text(_) | Part::Value { .. } => None,
        })
    }

    /// For a URL: whether every row goes to the same scheme, host and port.
    pub(super) fn has_constant_host(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part, Part::Value { put: Put::Raw | Put::Host, .. }))
    }

    /// For a URL: values that stand for any row when the plan is checked.
    pub(super) fn sample(&self, n_columns: usize) -> Vec<String> {
        let mut values = vec!["1".to_owned(); n_columns];
        for (i, part) in self.parts.iter().enumerate() {
            let Part::Value { column, put } = part else { continue };
            let is_scheme = matches!(self.parts.get(i + 1), Some(Part::Text(next)) if next.starts_with("://"));
            values[*column] = match put {
                Put::Raw if is_scheme => "https".to_owned(),
                Put::Raw => "sample.example".to_owned(),
                Put::Host | Put::Path | Put::Query | Put::Json => "1".to_owned(),
            };
        }
        values
    }
}

impl Part {
    fn raw(&self) -> Self {
        match self {
            Self::Value { column, put: _ } => Self::Value { column: *column, put: Put::Raw },
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
                Part::Text(text) => write!(f, "{}", text.escape_debug())?,
                Part::Secret(_) => f.write_str(MASK)?,
                Part::Value { column, .. } => write!(f, "{{{column}}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Eyes, Template};
    use crate::plan::put::Put;
    use crate::plan::text::{Piece, Text};

    #[track_caller]
    fn url(text: &str, values: &[&str]) -> Result<String, String> {
        let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
        Template::parse_url(&Text::written(text), &mut Vec::new()).filled(&values, Eyes::Wire)
    }

    #[test]
    fn values_are_encoded_in_path_and_query() {
        let filled = url("https://a.b/x/{id}?q={q}&again={id}", &["ü/ä ?#", "a&b=c%"]).unwrap();
        assert_eq!(filled, "https://a.b/x/%C3%BC%2F%C3%A4%20%3F%23?q=a%26b%3Dc%25&again=%C3%BC%2F%C3%A4%20%3F%23");
    }

    #[test]
    fn a_whole_url_or_its_start_is_taken_as_it_is() {
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
    fn braces_that_hold_no_name_stand_for_themselves() {
        let mut columns = Vec::new();
        let text = Text::written(r#"{"a": {"b": {id}}, "c": "{{id}}", "d": {}, "e": {x y}"#);
        let template = Template::parse(&text, Put::Raw, &mut columns);
        assert_eq!(columns, ["id"]);
        let filled = template.filled(&["7".to_owned()], Eyes::Wire).unwrap();
        assert_eq!(filled, r#"{"a": {"b": 7}, "c": "{id}", "d": {}, "e": {x y}"#);
    }

    #[test]
    fn values_inside_json_strings_are_escaped() {
        let template = Template::parse(&Text::written(r#"{"a":"{id}"}"#), Put::Json, &mut Vec::new());
        assert_eq!(template.filled(&["x\"\n".to_owned()], Eyes::Wire).unwrap(), r#"{"a":"x\"\n"}"#);
    }

    #[test]
    fn given_values_are_masked_and_never_searched_for_placeholders() {
        let pieces = vec![Piece::Written("https://a.b/".into()), Piece::Given("k{id}k".into())];
        let text = Text { pieces, ..Text::default() };
        let mut columns = Vec::new();
        let template = Template::parse_url(&text, &mut columns);
        assert!(columns.is_empty());
        assert_eq!(template.filled(&[], Eyes::Wire).unwrap(), "https://a.b/k{id}k");
        assert_eq!(template.filled(&[], Eyes::Screen).unwrap(), "https://a.b/***");
        assert_eq!(format!("{template:?}"), "https://a.b/***");
    }

    #[test]
    fn a_given_base_shows_its_host_and_hides_the_rest() {
        let pieces = vec![Piece::Given("https://a.b/tenant".into()), Piece::Written("/{id}".into())];
        let text = Text { pieces, ..Text::default() };
        let template = Template::parse_url(&text, &mut Vec::new());
        assert_eq!(template.filled(&["1/2".to_owned()], Eyes::Screen).unwrap(), "https://a.b***/1%2F2");
        assert!(template.has_constant_host());
    }
}
