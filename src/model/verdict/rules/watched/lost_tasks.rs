//! Tasks whose end nothing observed: exceptions never retrieved, tasks still running at the end.

use crate::model::verdict::evidence::program::LineCount;
use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::rules::watched::{brief, is_javascript, shown};
use crate::model::verdict::sentence::VerdictSentence;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// The exception of a task was never retrieved.
pub fn errors_lost(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let lost = &figures.model.evidence.program.lost;
    let worst = lost.worst()?;
    let number = format!("{} × {} never retrieved", units::count(worst.n), sanitize(&worst.name));
    let place = place(worst, lost.n - worst.n);
    let is_javascript = is_javascript(figures, worst.code.as_ref());
    let (remedy, short) = if is_javascript {
        ("await the promise, or add a `catch`", "await the promise")
    } else {
        ("await the task, or gather the tasks", "await the task")
    };
    let sentence = VerdictSentence::new(number, place, remedy.to_owned())
        .or_brief(worst.code.as_ref().map_or_else(String::new, brief), short)
        .at(worst.code.clone());
    if is_javascript {
        let explanation = Explanation {
            observed: format!("{} that nothing handled", units::plural(lost.n, "rejection")),
            formula: "what Node itself raises as an uncaught exception".to_owned(),
            refuted: "a failure that the program means to ignore",
            causes: &["a promise without `await` or `catch`"],
            press: None,
        };
        return Some((Gravity::Failed, sentence, explanation));
    }
    let explanation = Explanation {
        observed: format!("{} of tasks that nothing awaited", units::plural(lost.n, "exception")),
        formula: "what asyncio itself reports as never retrieved, or would report later".to_owned(),
        refuted: "a failure that the program means to ignore",
        causes: &["`create_task` without an `await` of the task", "`asyncio.wait` without a look at its results"],
        press: None,
    };
    Some((Gravity::Failed, sentence, explanation))
}

/// Tasks still ran when the event loop ended.
pub fn unfinished(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let unfinished = &model.evidence.program.unfinished;
    let worst = unfinished.worst()?;
    // The gather that left them alone has a finding of its own.
    let is_explained = !model.evidence.program.raised.is_empty();
    // A task that only waits, as a heartbeat does, may be meant to end with the program.
    let was_at_work = model.totals.cancelled > 0 && !is_explained;
    let number = format!("{} × `{}` still running at the end", units::count(worst.n), sanitize(&worst.name));
    let place = place(worst, unfinished.n - worst.n);
    let is_javascript = is_javascript(figures, worst.code.as_ref());
    let remedy = if is_javascript { "await them before `process.exit`" } else { "await them before `main` returns" };
    let sentence = VerdictSentence::new(number, place, remedy.to_owned())
        .or_number(format!("{} unfinished", units::plural(unfinished.n, "task")))
        .or_brief(worst.code.as_ref().map_or_else(String::new, brief), "await them")
        .at(worst.code.clone());
    if is_javascript {
        let explanation = Explanation {
            observed: format!("{} without an answer at the end", units::plural(unfinished.n, "request")),
            formula: "requests that were in flight when the program ended with exit code 0".to_owned(),
            refuted: "requests whose answers do not matter",
            causes: &["`process.exit` before every promise was awaited"],
            press: None,
        };
        return Some((Gravity::Failed, sentence, explanation));
    }
    let explanation = Explanation {
        observed: format!(
            "{} cancelled by the end of `asyncio.run`, {} in flight meanwhile",
            units::plural(unfinished.n, "task"),
            units::plural(model.totals.cancelled, "request")
        ),
        formula: "tasks that were not done when `asyncio.run` cancelled what was left".to_owned(),
        refuted: "tasks that are meant to end with the program",
        causes: &["`create_task` without an `await` of the task"],
        press: None,
    };
    Some((if was_at_work { Gravity::Failed } else { Gravity::Note }, sentence, explanation))
}

fn place(worst: &LineCount, others: u64) -> String {
    let place = worst.code.as_ref().map_or_else(|| "an unknown line".to_owned(), shown);
    if others == 0 { place } else { format!("{place}, and {} more elsewhere", units::count(others)) }
}
