//! The filter that finds rows whose request an earlier row of the same source makes.
//!
//! Requests are the same if method, URL, headers and body are. It remembers hashes of 64 bits, and no more than a given
//! number of them. Start at [`RepeatFilter::is_repeat`].

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

use rustc_hash::FxBuildHasher;

use crate::plan::request::{BuiltRequest, RequestBuilder};
use crate::text::units;

/// The requests of a source so far.
#[derive(Debug)]
pub(super) struct RepeatFilter {
    /// Their hashes.
    known: HashSet<u64, FxBuildHasher>,
    /// Its key is random, so that no file can be prepared whose rows are taken for repeats.
    hasher: RandomState,
    /// How many requests are remembered.
    most: usize,
    /// Whether repeats are left out.
    pub(super) drops: bool,
    n_compared: u64,
    n_repeats: u64,
    /// Whether the last request was a repeat.
    pub(super) was_repeat: bool,
    /// A request came that is not remembered, so the numbers no longer hold for the whole source.
    is_full: bool,
}

impl RepeatFilter {
    /// A filter that remembers this many requests.
    pub(super) fn new(most: usize, drops: bool) -> Self {
        Self {
            known: HashSet::default(),
            hasher: RandomState::new(),
            most,
            drops,
            n_compared: 0,
            n_repeats: 0,
            was_repeat: false,
            is_full: false,
        }
    }

    /// Whether an earlier row makes the same request. Remembers the request.
    pub(super) fn is_repeat(&mut self, request: &BuiltRequest, builder: &RequestBuilder) -> bool {
        // Once the numbers are final, only dropping goes on.
        if self.is_full && !self.drops {
            return false;
        }
        let hash = self.hasher.hash_one(Fingerprint { request, builder });
        let is_repeat = self.known.contains(&hash);
        if !is_repeat && self.known.len() < self.most {
            self.known.insert(hash);
        } else if !is_repeat {
            self.is_full = true;
        }
        if !self.is_full {
            self.n_compared += 1;
        }
        self.n_repeats += u64::from(is_repeat);
        self.was_repeat = is_repeat;
        is_repeat
    }

    /// What the user should know about the rows of `name`, if any is a repeat.
    pub(super) fn note(&self, name: &str) -> Option<String> {
        if self.n_repeats == 0 {
            return None;
        }
        let (n, rows) = (units::count(self.n_repeats), units::plural(self.n_compared, "row"));
        let (verb, are) = if self.n_repeats == 1 { ("repeats", "is") } else { ("repeat", "are") };
        Some(match (self.drops, self.is_full) {
            (false, false) => format!("{n} of {rows} in {name} {verb} an earlier one; `--unique` drops them"),
            (false, true) => format!("{n} of the first {rows} in {name} {verb} an earlier one; `--unique` drops them"),
            (true, false) => format!("{n} of {rows} in {name} {verb} an earlier one and {are} left out"),
            (true, true) => format!(
                "{n} in {name} {verb} one of the first {} and {are} left out; other repeats are not recognized",
                units::plural(self.most as u64, "request")
            ),
        })
    }

    /// Forgets all requests.
    pub(super) fn restart(&mut self) {
        self.known.clear();
        (self.n_compared, self.n_repeats, self.is_full) = (0, 0, false);
    }
}

/// What makes two requests the same.
struct Fingerprint<'r> {
    request: &'r BuiltRequest,
    builder: &'r RequestBuilder,
}

impl Hash for Fingerprint<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let BuiltRequest { method, address, headers, body, .. } = self.request;
        method.hash(state);
        // The text of the URL has neither its zone nor a path as it is.
        (address.url.as_str(), address.url.zone(), address.url.target()).hash(state);
        // What all rows share may be long, and need not be compared for each row.
        if !self.builder.shares_headers(headers) {
            for (name, value) in &**headers {
                name.hash(state);
                value.hash(state);
            }
        }
        if !self.builder.shares_body(body) {
            body.hash(state);
        }
    }
}
