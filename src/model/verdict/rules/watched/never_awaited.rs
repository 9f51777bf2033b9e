//! Coroutines that were created and never awaited.

use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::rules::watched::{brief, shown};
use crate::model::verdict::sentence::VerdictSentence;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// A coroutine was dropped before it ran.
pub fn never_awaited(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let counts = &figures.model.evidence.program.never_awaited;
    let worst = counts.worst()?;
    let name = sanitize(&worst.name);
    let times = match worst.n {
        1 => "once".to_owned(),
        n => format!("{} times", units::count(n)),
    };
    let code = worst.code.as_ref();
    let others = match counts.n - worst.n {
        0 => String::new(),
        n => format!(", and {} more elsewhere", units::count(n)),
    };
    let sentence = VerdictSentence::new(
        format!("`{name}` created {times}, never awaited"),
        format!("{}{others}", code.map_or_else(|| "it did not run".to_owned(), shown)),
        "add `await`".to_owned(),
    )
    .or_number(format!("`{name}` never awaited"))
    .or_brief(code.map_or_else(|| "it did not run".to_owned(), brief), "add `await`")
    .at(code.cloned());
    let explanation = Explanation {
        observed: format!("{} dropped that never ran", units::plural(counts.n, "coroutine")),
        formula: "the interpreter's own warning, with the line that dropped the coroutine".to_owned(),
        refuted: "nothing: what was not awaited did not run",
        causes: &["a call of an `async def` function without `await`"],
        press: None,
    };
    Some((Gravity::Failed, sentence, explanation))
}
