//! The paragraphs of a lesson, as the sheet of the lab shows them.
//!
//! Start at [`Paragraph`].

use std::borrow::Cow;

/// A part of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// What it is of: `Rust`.
    pub heading: &'static str,
    /// What it says.
    pub text: Cow<'static, str>,
    /// How it is meant.
    pub tone: Tone,
}

/// How a paragraph is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// In words.
    Words,
    /// Lines of a program, as they should not be.
    Wrong,
    /// Lines of a program, as they should.
    Right,
}
