//! Puts a scenario's lesson into the paragraphs that the screen shows.
//!
//! Start at [`paragraphs`].

use crate::lab::scenario::Scenario;
use crate::tui::view::race::lesson::{Paragraph, Tone};

/// The rule, the lines that differ, and where else the mistake is made.
pub fn paragraphs(scenario: Scenario) -> Vec<Paragraph> {
    let lesson = scenario.about().lesson;
    [
        ("The rule", lesson.rule, Tone::Words),
        ("Rust", lesson.rust.wrong, Tone::Wrong),
        ("Rust", lesson.rust.right, Tone::Right),
        ("Python", lesson.python.wrong, Tone::Wrong),
        ("Python", lesson.python.right, Tone::Right),
        ("Elsewhere", lesson.elsewhere, Tone::Words),
    ]
    .into_iter()
    .map(|(heading, text, tone)| Paragraph { heading, text, tone })
    .collect()
}
