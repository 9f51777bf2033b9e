//! The paragraphs of a lesson, as the lab's popup shows them.
//!
//! Start at [`Paragraph`].

use std::borrow::Cow;

/// A part of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// The heading, such as `Rust`.
    pub heading: &'static str,
    /// The text.
    pub text: Cow<'static, str>,
    /// The kind of text.
    pub tone: Tone,
}

/// The kind of a paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Prose.
    Prose,
    /// Lines of a wrong program.
    Wrong,
    /// Lines of a right program.
    Right,
}
