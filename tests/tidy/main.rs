//! Structure tests: they check the source text for layers, vocabulary, names and sizes.
//!
//! The tests read the files as text and need no compiler. A rule is a function from one file, or from
//! all files, to findings. Each rule has a test with a small example that it must reject.
//! Start at [`assert_rule`].

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod circles;
mod definitions;
mod folders;
mod forbidden;
mod functions;
mod layers;
mod length;
mod names;
mod source;

mod vocabulary;

use std::fmt;

use crate::source::Source;

/// One violation of a rule.
struct Finding {
    /// Counted from 1.
    line: usize,
    /// What is wrong, and how to fix it.
    message: String,
}

/// A check of one file.
type Rule = fn(&Source) -> Vec<Finding>;

/// Fails with every place where a file breaks the rule.
#[track_caller]
fn assert_rule<'s>(files: impl Iterator<Item = &'s Source>, rule: Rule) {
    let mut n_files = 0;
    let report = |file: &'s Source| rule(file).into_iter().map(|finding| format!("{}:{finding}", file.path));
    let broken: Vec<String> = files.inspect(|_| n_files += 1).flat_map(report).collect();
    assert!(n_files > 1, "there are no files to check");
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

/// The lines at which a file with this path and text breaks the rule.
fn lines(rule: Rule, path: &str, text: &str) -> Vec<usize> {
    rule(&Source::new(path, text)).iter().map(|finding| finding.line).collect()
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.message)
    }
}
