//! The verdict in the summary: the main finding, and for a watched program all findings.
//!
//! Start at [`lines`].

use crate::event::Offset;
use crate::model::Model;
use crate::model::verdict::findings;
use crate::model::verdict::headline::main_sentence;
use crate::output::fit;
use crate::output::output_error::path_shown;
use crate::output::summary::extras::Extras;
use crate::text::console::StreamStyle;
use crate::text::units;

/// The verdict or the headline, wrapped to the line width. Each mistake of a program has a line of its own to repair.
pub fn lines(model: &Model, now: Offset, extras: &Extras<'_>, style: StreamStyle) -> Vec<String> {
    let recording = extras.recording.or(extras.replay_of).map(path_shown);
    let mut sentences = vec![("verdict", main_sentence(model, recording.as_deref(), now).0.to_string())];
    if model.is_watched() {
        let others = findings(model, recording.as_deref()).into_iter().skip(1);
        sentences.extend(others.map(|finding| ("also", finding.sentence.to_string())));
    }
    let mut lines = Vec::new();
    for (label, sentence) in sentences {
        let head = |i: usize| if i == 0 { label } else { "" };
        let wrapped = fit::wrapped(&sentence, style, 12);
        lines.extend(wrapped.iter().enumerate().map(|(i, line)| format!("  {:<9} {line}", head(i))));
    }
    if model.evidence.program.is_steered {
        let limit = model.limit.map_or_else(|| "no limit".to_owned(), |limit| format!("limit {limit}"));
        lines.push(format!("  {:<9} the program could be held back; {limit} at the end", "steering"));
    }
    let used = model.evidence.program.used;
    if !used.is_zero() {
        let used = units::length(used);
        // In Node, it works in the thread of the program.
        let whose =
            if model.evidence.program.has_node { "the program's time" } else { "processor time in its own thread" };
        lines.push(format!("  {:<9} {used} of {whose}", "probe"));
    }
    lines
}
