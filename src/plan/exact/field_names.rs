//! The names of header fields as they were written: the `http` crate knows them only in lower case.
//!
//! Fields are compared, masked and reported without regard to case; only what is sent has the written name. Start at
//! [`FieldName`] and [`FieldNames`].

use std::ops::Deref;
use std::sync::Arc;

use http::HeaderName;

/// The name of a header field, with its letters as written.
#[derive(Clone, Debug)]
pub struct FieldName {
    name: HeaderName,
    /// Absent if it is written in the usual way, such as `Content-Type`.
    written: Option<Arc<str>>,
}

/// The written names of a request's fields, if any is written in an unusual way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldNames {
    /// All fields of a name that is once written in an unusual way, in the order of the request.
    unusual: Vec<(HeaderName, Arc<str>)>,
}

impl FieldName {
    /// Parses a name.
    pub fn parse(written: &str) -> Option<Self> {
        let name = HeaderName::try_from(written).ok()?;
        let is_usual = usual(name.as_str()).eq(written.bytes());
        Some(Self { name, written: (!is_usual).then(|| written.into()) })
    }
}

impl FieldNames {
    /// Collects the names of all fields of a request, in order.
    pub fn collect<'n>(fields: impl Iterator<Item = &'n FieldName> + Clone) -> Self {
        let mut names = Self::default();
        // A name that is always written as usual needs no entry.
        if fields.clone().any(|field| field.written.is_some()) {
            for field in fields {
                names.push(field);
            }
        }
        names
    }

    /// Whether all names are written as usual.
    pub fn is_empty(&self) -> bool {
        self.unusual.is_empty()
    }

    /// Adds the name of the next field.
    fn push(&mut self, field: &FieldName) {
        let written = field.written.clone();
        let written =
            written.unwrap_or_else(|| String::from_utf8_lossy(&usual(field.as_str()).collect::<Vec<_>>()).into());
        self.unusual.push((field.name.clone(), written));
    }

    /// Replaces the names of these fields, and adds those that are new.
    #[must_use]
    pub fn replaced_by<'n>(&self, fields: impl Iterator<Item = &'n FieldName> + Clone) -> Self {
        let is_kept = |name: &HeaderName| fields.clone().all(|field| field.name != *name);
        let mut unusual: Vec<_> = self.unusual.iter().filter(|(name, _)| is_kept(name)).cloned().collect();
        unusual.extend(Self::collect(fields).unusual);
        Self { unusual }
    }

    /// Appends the name of a request's field: of the `nth` one with this name.
    pub fn write(&self, name: &HeaderName, nth: usize, text: &mut Vec<u8>) {
        let mut all = self.unusual.iter().filter(|(own, _)| own == name).map(|(_, written)| written);
        // A request may have more values than were written, but not of a name that was written once.
        match all.nth(nth) {
            Some(written) => text.extend_from_slice(written.as_bytes()),
            None => text.extend(usual(name.as_str())),
        }
    }
}

/// Returns the bytes of a name with each word capitalised, as most clients write it.
fn usual(name: &str) -> impl Iterator<Item = u8> {
    let before = std::iter::once(b'-').chain(name.bytes());
    before.zip(name.bytes()).map(
        |(before, byte)| {
            if before == b'-' { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() }
        },
    )
}

impl Deref for FieldName {
    type Target = HeaderName;

    fn deref(&self) -> &HeaderName {
        &self.name
    }
}

impl From<HeaderName> for FieldName {
    fn from(name: HeaderName) -> Self {
        Self { name, written: None }
    }
}

/// Names are the same without regard to case.
impl PartialEq for FieldName {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for FieldName {}

impl PartialEq<HeaderName> for FieldName {
    fn eq(&self, other: &HeaderName) -> bool {
        self.name == *other
    }
}

impl PartialEq<HeaderName> for &FieldName {
    fn eq(&self, other: &HeaderName) -> bool {
        self.name == *other
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldName, FieldNames};

    fn parsed(written: &[&str]) -> Vec<FieldName> {
        written.iter().map(|name| FieldName::parse(name).unwrap()).collect()
    }

    fn written(names: &FieldNames, name: &str, nth: usize) -> String {
        let mut text = Vec::new();
        names.write(&name.parse().unwrap(), nth, &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn names_are_written_as_they_were_given() {
        let names = parsed(&["X-myAPI-Key", "lower", "Accept", "ACCEPT", "X-Usual-1a"]);
        let names = FieldNames::collect(names.iter());
        assert_eq!(written(&names, "x-myapi-key", 0), "X-myAPI-Key");
        assert_eq!(written(&names, "lower", 0), "lower");
        assert_eq!((written(&names, "accept", 0), written(&names, "accept", 1)), ("Accept".into(), "ACCEPT".into()));
        assert_eq!(written(&names, "user-agent", 0), "User-Agent");
        assert!(FieldNames::collect(parsed(&["Accept", "X-Usual-1a"]).iter()).is_empty());
        assert!(FieldName::parse("no name").is_none() && FieldName::parse("").is_none());
    }

    #[test]
    fn a_row_replaces_the_names_of_its_own_fields() {
        let names = FieldNames::collect(parsed(&["aa", "bb"]).iter()).replaced_by(parsed(&["Bb", "CC"]).iter());
        assert_eq!(["aa", "bb", "cc"].map(|name| written(&names, name, 0)), ["aa", "Bb", "CC"]);
    }
}
