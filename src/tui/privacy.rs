//! Stand-ins for hosts and paths, while the screen is shared.
//!
//! Every foreign text passes through [`Privacy::safe`] before it is measured, cut and drawn, so no view can forget it.
//! Names that the user gave to endpoints stay, unless they contain a host or a path. Files, reports and copies keep
//! the real names. Start at [`Privacy::safe`].

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use crate::model::Model;
use crate::text::host_name::{PRACTICE_SUFFIX, name_in_key};
use crate::text::sanitize::sanitize;

/// Whether hosts and paths are hidden, and the stand-in of each.
#[derive(Debug, Default)]
pub struct Privacy {
    /// Whether they are hidden.
    pub is_on: bool,
    // Drawing must not change the state that it draws, and a number given to a new name changes no other name.
    names: RefCell<StandIns>,
}

/// The numbers of hosts and paths, each from 1 in the order in which they were met.
#[derive(Debug, Default)]
struct StandIns {
    hosts: HashMap<String, usize>,
    paths: HashMap<String, usize>,
    /// The number of the model's next host when its hosts were read.
    n_read: usize,
}

/// The most names of each kind that have a number. A plan may have millions of paths.
const MOST: usize = 50_000;

/// Endings of file names, which are no hosts.
const FILES: [&str; 14] =
    ["toml", "json", "jsonl", "txt", "sh", "svg", "csv", "tsv", "yaml", "yml", "html", "xml", "har", "http"];

impl Privacy {
    /// A foreign text that is safe to show: sanitized, and without hosts and paths while they are hidden.
    pub fn safe<'t>(&self, foreign: &'t str) -> Cow<'t, str> {
        let text = sanitize(foreign);
        if self.is_on { Cow::Owned(self.names.borrow_mut().hide(&text)) } else { text }
    }

    /// Learns the names of new hosts: some, such as `localhost`, look like ordinary words.
    pub(super) fn refresh(&mut self, model: &Model) {
        let names = self.names.get_mut();
        if self.is_on && names.n_read != model.hosts.next_number() {
            names.n_read = model.hosts.next_number();
            for host in model.hosts.kept() {
                names.host(name_in_key(&host.name));
            }
        }
    }
}

impl StandIns {
    /// The text with every host and every path replaced.
    fn hide(&mut self, text: &str) -> String {
        let mut hidden = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_after_word = hidden.ends_with(|c: char| c.is_alphanumeric() || c == '/');
            let word = word(rest);
            if first == '/' && !is_after_word {
                rest = self.hide_path(rest, &mut hidden);
            } else if word.is_empty() {
                hidden.push(first);
                rest = &rest[first.len_utf8()..];
            } else if let Some(address) = rest[word.len()..].strip_prefix("://") {
                let end = address.find(|c| matches!(c, '/' | '?' | '#') || ends_path(c)).unwrap_or(address.len());
                rest = self.hide_address(address, end, &mut hidden);
            } else if self.is_host(word) {
                rest = self.hide_address(rest, word.len() + port_length(&rest[word.len()..]), &mut hidden);
            } else {
                hidden.push_str(word);
                rest = &rest[word.len()..];
            }
        }
        hidden
    }

    /// Hides the host before `end`, and the path after it; returns the rest.
    fn hide_address<'t>(&mut self, text: &'t str, end: usize, hidden: &mut String) -> &'t str {
        let (authority, rest) = text.split_at(end);
        // What ends a sentence or a list is no part of the address.
        let kept = authority.trim_end_matches(['.', ',', ':', ';', ')']);
        let host = kept.rsplit_once('@').map_or(kept, |(_, host)| host);
        let name =
            host.rfind(':').filter(|&at| at + port_length(&host[at..]) == host.len()).map_or(host, |at| &host[..at]);
        hidden.push_str(&self.host(name));
        // The port of the practice server is another one in each run.
        if !name.ends_with(PRACTICE_SUFFIX) {
            hidden.push_str(&host[name.len()..]);
        }
        hidden.push_str(&authority[kept.len()..]);
        if kept.len() == authority.len() { self.hide_path(rest, hidden) } else { rest }
    }

    /// Hides the path at the start of the text, if there is one; returns the rest.
    fn hide_path<'t>(&mut self, text: &'t str, hidden: &mut String) -> &'t str {
        let end = text.find(ends_path).unwrap_or(text.len());
        let path = text[..end].trim_end_matches(['.', ',', ':', ';', ')', '!']);
        let rest = &text[path.len()..];
        let is_stand_in = path == "/path" && rest.trim_start().starts_with(|c: char| c.is_ascii_digit());
        if path.len() < 2 || is_stand_in {
            hidden.push_str(path);
        } else {
            hidden.push_str(&numbered(&mut self.paths, "/path", path));
        }
        rest
    }

    /// The stand-in of a host, given without scheme and port.
    fn host(&mut self, name: &str) -> Cow<'static, str> {
        if name.is_empty() {
            return Cow::Borrowed("");
        }
        let name = name.strip_suffix(PRACTICE_SUFFIX).unwrap_or(name).to_lowercase();
        Cow::Owned(numbered(&mut self.hosts, "host", &name))
    }

    /// Whether a word is the name or the number of a host.
    fn is_host(&self, word: &str) -> bool {
        let name = word.to_lowercase();
        let last = name.rsplit('.').next().unwrap_or_default();
        let is_domain = name.contains('.')
            && !name.starts_with('.')
            && last.chars().count() > 1
            && last.chars().all(char::is_alphabetic)
            && !FILES.contains(&last);
        is_domain
            || name.parse::<std::net::Ipv4Addr>().is_ok()
            || word.starts_with('[') && word.ends_with(']')
            || self.hosts.contains_key(&name)
    }
}

/// The stand-in of a name; names beyond the limit share one without a number.
fn numbered(names: &mut HashMap<String, usize>, kind: &str, name: &str) -> String {
    if let Some(number) = names.get(name) {
        return format!("{kind} {number}");
    }
    if names.len() >= MOST {
        return kind.to_owned();
    }
    let number = names.len() + 1;
    names.insert(name.to_owned(), number);
    format!("{kind} {number}")
}

/// The word at the start of a text: a name, a number, or an IPv6 address in brackets. It may be empty.
fn word(text: &str) -> &str {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(address, _)| address);
    if let Some(address) = bracketed.filter(|address| address.parse::<std::net::Ipv6Addr>().is_ok()) {
        return &text[..address.len() + 2];
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    text[..end].trim_end_matches(['-', '.'])
}

/// The length of the port at the start of a text, with its colon.
fn port_length(text: &str) -> usize {
    let digits = text.strip_prefix(':').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    if digits == 0 { 0 } else { digits + 1 }
}

/// Whether a character ends a path in a text.
fn ends_path(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '|' | '…')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Privacy;

    fn hidden(privacy: &Privacy, text: &str) -> String {
        privacy.safe(text).into_owned()
    }

    fn on() -> Privacy {
        let privacy = Privacy { is_on: true, ..Privacy::default() };
        privacy.names.borrow_mut().host("db");
        privacy
    }

    #[test]
    fn hosts_and_paths_have_stable_stand_ins() {
        let privacy = on();
        for (text, expected) in [
            ("GET https://shop.example/v1/items?id=3", "GET host 2/path 1"),
            ("GET https://SHOP.example:8443/v1/items?id=3", "GET host 2:8443/path 1"),
            ("GET /v1/items?id=3", "GET /path 1"),
            ("POST practice://cart/", "POST host 3/"),
            ("http://cart.practice:35989/x", "host 3/path 2"),
            ("shop.example/x, 3 more", "host 2/path 2, 3 more"),
            ("limit 3 → 4 at db", "limit 3 → 4 at host 1"),
            ("connect to 10.0.0.7:80 failed (shop.example).", "connect to host 4:80 failed (host 2)."),
            ("http://[::1]:80/x", "host 5:80/path 2"),
            ("location: /x", "location: /path 2"),
        ] {
            assert_eq!(hidden(&privacy, text), expected);
            assert_eq!(hidden(&privacy, expected), expected, "twice is as once");
        }
    }

    #[test]
    fn other_texts_stay() {
        let privacy = on();
        for text in ["checkout", "shop-nightly.toml", "4.20/s, 24 / 32", "retry.longest_wait", "429, v1.2", "a/b", ""] {
            assert_eq!(hidden(&privacy, text), text);
        }
        let shown = Privacy::default();
        assert_eq!(hidden(&shown, "GET https://shop.example/x\n"), "GET https://shop.example/x␊");
    }

    proptest! {
        #[test]
        fn no_text_keeps_the_host_of_a_url(before in "\\PC*", path in "[a-z/?=.]{0,12}", after in "\\PC*") {
            let text = format!("{before} https://secret.example/{path} {after}");
            prop_assert!(!hidden(&on(), &text).contains("secret"));
        }
    }
}
