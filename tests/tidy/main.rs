//! Holds the source to the shape that makes it readable: rows of modules, words, lengths, names.
//!
//! It reads files as text, so it needs no compiler and cannot be talked out of it. Every rule is a
//! function from one file to findings; beside each stands a proof that it can fail.
//! Start at [`hold`].

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod length;
mod names;
mod rows;
mod source;
mod words;

use std::fmt;

use crate::source::Source;

/// One thing that is not as it should be.
struct Finding {
    /// Counted from 1.
    line: usize,
    /// What is wrong, and what to do.
    message: String,
}

/// Looks at one file.
type Rule = fn(&Source) -> Vec<Finding>;

/// Fails with every place where a file breaks the rule.
#[track_caller]
fn hold<'s>(files: impl Iterator<Item = &'s Source>, rule: Rule) {
    let mut n_files = 0;
    let told = |file: &'s Source| rule(file).into_iter().map(|finding| format!("{}:{finding}", file.path));
    let broken: Vec<String> = files.inspect(|_| n_files += 1).flat_map(told).collect();
    assert!(n_files > 1, "there are no files to look at");
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

/// The lines at which a file of this path and text breaks the rule.
fn lines(rule: Rule, path: &str, text: &str) -> Vec<usize> {
    rule(&Source::new(path, text)).iter().map(|finding| finding.line).collect()
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.message)
    }
}
