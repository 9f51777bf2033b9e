//! The sentence that says how the run goes.
//!
//! The rules look at every attempt that is kept, which takes longer than drawing. So they are asked a few times a
//! second, and the sentence does not change faster than it can be read. Start at [`Headline::refresh`].

use crate::event::{Micros, Offset};
use crate::model::verdict::Gravity;
use crate::model::verdict::headline::main_sentence;
use crate::model::verdict::sentence::VerdictSentence;
use crate::model::{Model, Stage};

/// The last sentence, and when it was found.
#[derive(Debug, Default)]
pub struct Headline {
    found: Option<Found>,
}

/// A sentence with what it depends on.
#[derive(Debug)]
struct Found {
    sentence: (VerdictSentence, Gravity),
    at: Offset,
    controls: RunControls,
}

/// What the user sets. A change shows at once.
type RunControls = (Stage, bool, Option<u32>);

/// How long a sentence stays.
const LIFETIME: Micros = Micros(250_000);

impl Headline {
    /// Finds the sentence again if it is too old; `is_moving` is false while a replay is paused.
    pub(super) fn refresh(&mut self, model: &Model, recording: Option<&str>, is_moving: bool, now: Offset) {
        let now = model.ended.unwrap_or(now);
        let controls = (model.stage, model.is_paused, model.limit);
        let is_current = |found: &Found| {
            is_moving && found.controls == controls && found.at <= now && now.since(found.at) < LIFETIME
        };
        if !self.found.as_ref().is_some_and(is_current) {
            self.found = Some(Found { sentence: main_sentence(model, recording, now), at: now, controls });
        }
    }

    /// The sentence, and how serious it is; nothing before the first refresh.
    pub fn sentence(&self) -> Option<(VerdictSentence, Gravity)> {
        self.found.as_ref().map(|found| found.sentence.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::Headline;
    use crate::event::Offset;
    use crate::model::Model;

    /// The number of the sentence after these refreshes.
    fn number(headline: &Headline) -> String {
        headline.sentence().map(|(sentence, _)| sentence.number).unwrap_or_default()
    }

    #[test]
    fn the_sentence_stays_for_a_while_unless_the_user_changes_something() {
        let (mut headline, mut model) = (Headline::default(), Model::default());
        headline.refresh(&model, None, true, Offset(0));
        assert_eq!(number(&headline), "Nothing in flight");
        model.totals.started = 1;
        headline.refresh(&model, None, true, Offset(249_999));
        assert_eq!(number(&headline), "Nothing in flight");
        headline.refresh(&model, None, true, Offset(250_000));
        assert_eq!(number(&headline), "One request so far");
        model.is_paused = true;
        headline.refresh(&model, None, true, Offset(250_000));
        assert_eq!(number(&headline), "Paused");
        // A replay that is paused shows each moment as it was.
        (model.totals.started, model.is_paused) = (0, false);
        headline.refresh(&model, None, false, Offset(250_000));
        model.totals.started = 1;
        headline.refresh(&model, None, false, Offset(250_001));
        assert_eq!(number(&headline), "One request so far");
    }
}
