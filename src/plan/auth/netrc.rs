//! Netrc files: a login for each host, as curl and ftp read them.
//!
//! Start at [`Netrc::parse`].

use std::fmt;

use http::HeaderValue;

use crate::plan::auth::basic::basic;

/// The logins of a netrc file.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Netrc {
    file: String,
    entries: Vec<NetrcEntry>,
}

#[derive(Clone, Default, PartialEq, Eq)]
struct NetrcEntry {
    /// The host; `None` for the entry that applies to all others.
    host: Option<String>,
    user: String,
    password: String,
}

impl Netrc {
    /// Parses the text of a file.
    pub fn parse(file: &str, text: &str) -> Self {
        let mut netrc = Self { file: file.to_owned(), entries: Vec::new() };
        let mut is_macro = false;
        for line in text.lines() {
            // A macro ends with an empty line.
            if is_macro {
                is_macro = !line.trim().is_empty();
                continue;
            }
            let mut tokens = tokens(line).into_iter();
            while let Some(token) = tokens.next() {
                let mut value = || tokens.next().unwrap_or_default();
                match token.as_str() {
                    "machine" => {
                        let host = value().to_ascii_lowercase();
                        netrc.entries.push(NetrcEntry { host: Some(host), ..NetrcEntry::default() });
                    }
                    "default" => netrc.entries.push(NetrcEntry::default()),
                    "login" => {
                        if let (user, Some(entry)) = (value(), netrc.entries.last_mut()) {
                            entry.user = user;
                        }
                    }
                    "password" => {
                        if let (password, Some(entry)) = (value(), netrc.entries.last_mut()) {
                            entry.password = password;
                        }
                    }
                    "account" => drop(value()),
                    "macdef" => {
                        is_macro = true;
                        break;
                    }
                    _ => {}
                }
            }
        }
        netrc
    }

    /// Returns the name of the file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns the `authorization` header for a host.
    pub(in crate::plan) fn header(&self, host: &str) -> Option<HeaderValue> {
        let applies = |entry: &&NetrcEntry| entry.host.as_ref().is_none_or(|own| *own == host.to_ascii_lowercase());
        self.entries.iter().find(applies).map(|entry| basic(&entry.user, &entry.password))
    }

    /// Returns all passwords, and the values of all headers.
    pub(in crate::plan) fn secrets(&self) -> impl Iterator<Item = Box<str>> {
        self.entries.iter().flat_map(|entry| {
            let header = basic(&entry.user, &entry.password);
            let encoded = header.to_str().unwrap_or_default().trim_start_matches("Basic ").to_owned();
            [entry.password.as_str().into(), encoded.into()]
        })
    }
}

/// Splits a line into words. A word may be in quotes; a comment ends the line.
fn tokens(line: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut chars = line.chars().peekable();
    while let Some(&first) = chars.peek() {
        if first.is_whitespace() {
            chars.next();
            continue;
        }
        if first == '#' {
            break;
        }
        let mut token = String::new();
        if first == '"' {
            chars.next();
            while let Some(c) = chars.next().filter(|c| *c != '"') {
                token.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
            }
        } else {
            while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
                token.push(c);
            }
        }
        tokens.push(token);
    }
    tokens
}

impl fmt::Debug for Netrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Netrc").field("file", &self.file).field("n", &self.entries.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Netrc;
    use crate::plan::auth::basic::basic;

    #[test]
    fn the_first_entry_for_a_host_applies_and_the_default_comes_last() {
        let text = "# mine\nmachine A.example\n  login ann password \"p w\\\"d\"\nmacdef init\nmachine b.example\n\n\
                    machine b.example login bo password x#y account z default login d password e";
        let netrc = Netrc::parse(".netrc", text);
        assert_eq!(netrc.header("a.example"), Some(basic("ann", "p w\"d")));
        assert_eq!(netrc.header("b.example"), Some(basic("bo", "x#y")));
        assert_eq!(netrc.header("c.example"), Some(basic("d", "e")));
        assert_eq!(Netrc::parse("", "machine a login b").header("c"), None);
        assert!(!format!("{netrc:?}").contains("p w"));
    }
}
