//! The replacement of secrets in imported requests with environment variables.
//!
//! Credentials are secret by their kind, and all other values by their name. Equal values share a variable. Start at
//! [`Secrets::hide`].

use std::ops::Range;

use crate::import::imported_text::ImportedText;
use crate::import::request::{ImportedAuth, ImportedBody, ImportedRequest};
use crate::text::secret_name::{is_secret_header, is_secret_name, secret_values};
use crate::text::units;

/// The secrets that were found so far.
#[derive(Debug, Default)]
pub struct Secrets {
    /// The value of each, its variable, and how often it was replaced.
    known: Vec<(String, String, u64)>,
}

impl Secrets {
    /// Replaces the secrets of a request.
    pub fn hide(&mut self, request: &mut ImportedRequest) {
        request.texts_mut().for_each(|text| text.replace_secrets(|name, secret| self.replace(name, secret)));
        self.hide_in_url(&mut request.url);
        for (name, value) in &mut request.headers {
            let has_scheme =
                |text: &str| text.trim_start().get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer "));
            if is_secret_header(name) || value.literals().any(has_scheme) {
                value.replace_literals(|text| self.hide_header(name, text));
            }
        }
        match &mut request.auth {
            None => {}
            Some(ImportedAuth::Basic(_, secret) | ImportedAuth::Digest(_, secret)) => {
                secret.replace_literals(|text| self.replace("PASSWORD", text));
            }
            Some(ImportedAuth::Bearer(token)) => token.replace_literals(|text| self.replace("TOKEN", text)),
        }
        match &mut request.body {
            None | Some(ImportedBody::File(_)) => {}
            Some(ImportedBody::Text(text)) => text.replace_literals(|text| self.hide_in_body(text)),
            Some(ImportedBody::Form(fields)) => {
                for (name, value) in fields.iter_mut().filter(|(name, _)| is_secret_name(name)) {
                    value.replace_literals(|text| self.replace(name, text));
                }
            }
            Some(ImportedBody::Multipart(parts)) => {
                for part in parts.iter_mut().filter(|part| is_secret_name(&part.name)) {
                    if let Ok(value) = &mut part.value {
                        value.replace_literals(|text| self.replace(&part.name, text));
                    }
                }
            }
        }
    }

    /// What the user should know about the replacements.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.known.is_empty() {
            let n = units::plural(self.known.iter().map(|(.., n)| n).sum(), "secret value");
            notes.push(format!("{n} became environment variables; `--keep-secrets` writes them as they are"));
        }
        notes
    }

    /// Replaces the credentials of a header, but not the scheme before them.
    fn hide_header(&mut self, name: &str, value: &str) -> ImportedText {
        match value.trim().split_once(' ') {
            Some((scheme, secret)) if scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token") => {
                let mut made = ImportedText::literal(format!("{scheme} "));
                made.append(self.replace("TOKEN", secret.trim()));
                made
            }
            Some((scheme, secret)) if scheme.eq_ignore_ascii_case("basic") => {
                let mut made = ImportedText::literal(format!("{scheme} "));
                made.append(self.replace("BASIC_LOGIN", secret.trim()));
                made
            }
            // The scheme is followed by a variable.
            None if value.ends_with(' ') => ImportedText::literal(value),
            Some(_) | None => self.replace(name, value.trim()),
        }
    }

    /// Replaces the password before the host, and secret values in the query.
    fn hide_in_url(&mut self, url: &mut ImportedText) {
        url.replace_literals(|text| {
            let (mut made, mut rest) = (ImportedText::default(), text);
            let start = rest.find("://").map_or(0, |at| at + 3);
            let end = rest[start..].find(['/', '?', '#']).map_or(rest.len(), |at| start + at);
            if let Some((user, _)) = rest[start..end].rsplit_once('@').filter(|_| start > 0) {
                let secret = user.split_once(':').map_or(user, |(_, password)| password);
                let from = start + user.len() - secret.len();
                made.push(&rest[..from]);
                made.append(self.replace("PASSWORD", secret));
                rest = &rest[start + user.len()..];
            }
            // A part of a URL may begin behind its question mark.
            while let Some(at) = rest.find(['?', '&']) {
                made.push(&rest[..=at]);
                rest = &rest[at + 1..];
                let end = rest.find(['&', '#']).unwrap_or(rest.len());
                if let Some((name, value)) = rest[..end].split_once('=').filter(|(name, _)| is_secret_name(name)) {
                    made.push(format!("{name}="));
                    made.append(self.replace(name, value));
                    rest = &rest[end..];
                }
            }
            made.push(rest);
            made
        });
    }

    /// Replaces secret values of JSON, or of a form.
    fn hide_in_body(&mut self, text: &str) -> ImportedText {
        let (mut made, mut from) = (ImportedText::default(), 0);
        let is_form = text.contains('=') && !text.contains(|c: char| c.is_whitespace() || "{}<>\"".contains(c));
        for (name, value) in if is_form { secret_fields(text) } else { secret_values(text) } {
            made.push(&text[from..value.start]);
            made.append(self.replace(name, &text[value.clone()]));
            from = value.end;
        }
        made.push(&text[from..]);
        made
    }

    /// The variable of a secret. One that is empty is none.
    fn replace(&mut self, name: &str, secret: &str) -> ImportedText {
        if secret.is_empty() {
            return ImportedText::default();
        }
        if let Some((_, variable, n)) = self.known.iter_mut().find(|(known, ..)| known == secret) {
            *n += 1;
            return ImportedText::variable(variable.clone());
        }
        let name = variable_name(name).to_ascii_uppercase();
        let is_taken = |name: &str| self.known.iter().any(|(_, taken, _)| taken == name);
        let numbered = (2..).map(|n| format!("{name}_{n}"));
        let free = [name.clone()].into_iter().chain(numbered).find(|name| !is_taken(name)).unwrap_or(name);
        self.known.push((secret.to_owned(), free.clone(), 1));
        ImportedText::variable(free)
    }
}

/// Finds the values of the secret fields of a form, with their names.
fn secret_fields(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut from = 0;
    let field = |field: &'_ str| {
        let start = from;
        from += field.len() + 1;
        field.split_once('=').map(|(name, _)| start + name.len()).map(|end| (start..end, end + 1..start + field.len()))
    };
    let fields: Vec<_> = text.split('&').filter_map(field).collect();
    let named = fields.into_iter().map(|(name, value)| (&text[name], value));
    named.filter(|(name, _)| is_secret_name(name)).collect()
}

/// Makes the name of a variable from another name: letters, digits and underscores, the first one no digit.
pub(super) fn variable_name(name: &str) -> String {
    let mut made: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if made.starts_with(|c: char| c.is_ascii_digit()) || made.is_empty() {
        made.insert(0, '_');
    }
    made
}

#[cfg(test)]
mod tests {
    use super::Secrets;
    use crate::import::imported_text::ImportedText;
    use crate::import::request::ImportedRequest;

    #[test]
    fn secrets_of_urls_and_headers_become_variables_and_equal_ones_share_theirs() {
        let mut request = ImportedRequest {
            url: "https://ann:pw1@a.b/x?page=2&api_key=k1&z#top".into(),
            headers: vec![
                ("Authorization".to_owned(), "Bearer t1".into()),
                ("X-Api-Key".to_owned(), "k1".into()),
                ("Cookie".to_owned(), "a=b; c=d".into()),
                ("Accept".to_owned(), "*/*".into()),
            ],
            ..ImportedRequest::default()
        };
        let mut secrets = Secrets::default();
        secrets.hide(&mut request);
        let headers: Vec<String> = request.headers.iter().map(|(_, value)| value.in_plan()).collect();
        assert_eq!(request.url.in_plan(), "https://ann:${PASSWORD}@a.b/x?page=2&api_key=${API_KEY}&z#top");
        assert_eq!(headers, ["Bearer ${TOKEN}", "${API_KEY}", "${COOKIE}", "*/*"]);
        let mut other = ImportedRequest {
            headers: vec![("authorization".to_owned(), "bearer t2".into())],
            ..ImportedRequest::default()
        };
        secrets.hide(&mut other);
        assert_eq!(other.headers[0].1.in_plan(), "bearer ${TOKEN_2}");
        let mut written = ImportedText::literal("Bearer ");
        written.append(ImportedText::variable("mine"));
        let headers = vec![("authorization".to_owned(), written.clone())];
        let mut request = ImportedRequest { headers, ..ImportedRequest::default() };
        secrets.hide(&mut request);
        assert_eq!(request.headers[0].1, written);
        assert!(secrets.notes()[0].starts_with("6 secret values "), "{:?}", secrets.notes());
    }
}
