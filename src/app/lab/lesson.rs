//! The lesson of a scenario, as the paragraphs that the screen shows.
//!
//! Start at [`paragraphs`].

use crate::lab::scenario::Scenario;
use crate::model::race::{LaneFigures, Race};
use crate::tui::view::race::paragraph::{Paragraph, Tone};

/// The rule, the lines that differ, where else the mistake occurs, how to find it in a program, and the verdict on each wrong lane
/// once it has ended.
pub fn paragraphs(scenario: Scenario, race: &Race) -> Vec<Paragraph> {
    let lesson = scenario.spec().lesson;
    let fixed = [
        ("The rule", lesson.rule, Tone::Prose),
        ("Rust", lesson.rust.wrong, Tone::Wrong),
        ("Rust", lesson.rust.right, Tone::Right),
        ("Python", lesson.python.wrong, Tone::Wrong),
        ("Python", lesson.python.right, Tone::Right),
        ("Elsewhere", lesson.elsewhere, Tone::Prose),
    ];
    let fixed = fixed.map(|(heading, text, tone)| Paragraph { heading, text: text.into(), tone });
    let watched = lesson.watched.map(|kind| Paragraph {
        heading: "In your program",
        text: format!("`inflight watch -- python3 app.py` finds it as `{kind}`, with the line").into(),
        tone: Tone::Prose,
    });
    let verdict = |(letter, lane): (char, &LaneFigures)| {
        let text = format!("{letter}: {}", lane.verdict.as_ref()?);
        Some(Paragraph { heading: "What the numbers say", text: text.into(), tone: Tone::Prose })
    };
    fixed.into_iter().chain(watched).chain(race.lettered().filter_map(verdict)).collect()
}
