//! The lesson of a scenario: the lines that differ, the rule, and where else the mistake occurs.
//!
//! The Rust lines come from the program under `examples`; a test checks that. Start at [`Lesson`].

/// What a scenario teaches.
#[derive(Debug)]
pub struct Lesson {
    /// The rule, in one sentence.
    pub rule: &'static str,
    /// The lines that differ, in Rust.
    pub rust: Pair,
    /// The same in Python.
    pub python: Pair,
    /// How the same mistake looks in other languages.
    pub elsewhere: &'static str,
    /// What `inflight watch` calls it in a program of the user, if it finds it there.
    pub watched: Option<&'static str>,
}

/// A few lines of code, wrong and right.
#[derive(Debug)]
pub struct Pair {
    /// The mistake.
    pub wrong: &'static str,
    /// The correction.
    pub right: &'static str,
}
