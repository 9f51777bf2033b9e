//! What is to be learned from a scenario: the lines that differ, the rule, and where else it bites.
//!
//! The lines in Rust are those of the program under `examples`; a test holds them to it. Start at [`Lesson`].

/// What is to be learned.
#[derive(Debug)]
pub struct Lesson {
    /// In one sentence.
    pub rule: &'static str,
    /// The lines that differ, in Rust.
    pub rust: Pair,
    /// The same in Python.
    pub python: Pair,
    /// Where the same mistake shows up in other languages.
    pub elsewhere: &'static str,
}

/// A few lines, wrong and right.
#[derive(Debug)]
pub struct Pair {
    /// As they should not be.
    pub wrong: &'static str,
    /// As they should.
    pub right: &'static str,
}
