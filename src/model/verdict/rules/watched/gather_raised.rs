//! A gather that raised: finished results are lost, and the rest runs on unobserved.

use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::rules::watched::{brief, shown};
use crate::model::verdict::sentence::VerdictSentence;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// A gather raised the first exception, and so dropped results or left tasks alone.
pub fn gather_raised(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let program = &figures.model.evidence.program;
    let worst =
        program.raised.iter().filter(|one| one.good + one.running > 0).max_by_key(|one| one.good + one.running)?;
    let error = sanitize(&worst.error);
    let raised = worst.raised.as_ref().map(|raised| format!(" from {}", brief(raised))).unwrap_or_default();
    let lost = match (worst.good, worst.running) {
        (0, running) => format!("{} still running unobserved", units::count(running.into())),
        (good, 0) => format!("{} dropped", units::plural(good.into(), "finished result")),
        (good, running) => format!(
            "{} dropped, {} still running unobserved",
            units::plural(good.into(), "finished result"),
            units::count(running.into())
        ),
    };
    let others = match program.n_raised {
        0 | 1 => String::new(),
        n => format!(" ({} gathers raised in all)", units::count(n)),
    };
    let sentence = VerdictSentence::new(
        format!("gather of {} raised {error}{raised}", worst.width),
        format!("{}: {lost}{others}", shown(&worst.code)),
        "use `return_exceptions=True`, or a `TaskGroup`".to_owned(),
    )
    .or_number(format!("gather raised {error}"))
    .or_brief(brief(&worst.code), "use `return_exceptions=True`")
    .at(Some(worst.code.clone()));
    let explanation = Explanation {
        observed: lost,
        formula: "what had a result and what still ran when the future of the gather got its exception".to_owned(),
        refuted: "a caller that needs none of the results",
        causes: &["`asyncio.gather` without `return_exceptions=True`"],
        press: None,
    };
    Some((Gravity::Failed, sentence, explanation))
}
