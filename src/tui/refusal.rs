//! Reasons why an action is unavailable: the source does not support it, or the run is over.
//!
//! Footer and palette dim unavailable actions. Start at [`refusal`].

use crate::control::Abilities;
use crate::model::Stage;
use crate::tui::action::Action;
use crate::tui::keymap;
use crate::tui::keymap::entry::Need;

/// The reason why an action is unavailable, if it is.
pub fn refusal(action: Action, stage: Stage, can: Abilities) -> Option<&'static str> {
    let needs = keymap::entry(action)?.needs;
    let reaches_the_run = match needs {
        Need::Pause | Need::SetLimit | Need::Pick | Need::Stop => !can.travel,
        // Failed jobs can also be resent after the run.
        Need::Nothing | Need::Travel | Need::Repeat | Need::Rerun => false,
    };
    let is_late = reaches_the_run && matches!(stage, Stage::Ended(_));
    let is_early = needs == Need::Rerun && !matches!(stage, Stage::Ended(_));
    let by_stage = is_late.then_some("the run is over").or(is_early.then_some("the run is not over"));
    needs.refusal(can).or(by_stage)
}

#[cfg(test)]
mod tests {
    use super::refusal;
    use crate::control::Abilities;
    use crate::event::reasons::RunEnd;
    use crate::model::Stage;
    use crate::tui::action::Action;

    #[test]
    fn a_run_that_is_over_cannot_be_changed_any_more() {
        let ended = Stage::Ended(RunEnd::Finished);
        assert_eq!(refusal(Action::LimitUp, Stage::Running, Abilities::FULL), None);
        for action in [Action::LimitUp, Action::Pause, Action::CancelOne] {
            assert_eq!(refusal(action, ended, Abilities::FULL), Some("the run is over"));
        }
        assert_eq!(refusal(Action::Theme, ended, Abilities::NONE), None);
        assert_eq!(refusal(Action::Pause, ended, Abilities::REPLAY), None);
    }

    #[test]
    fn a_recording_cannot_be_changed() {
        let changes = [
            Action::LimitUp,
            Action::CancelOne,
            Action::RetryLater,
            Action::SkipEndpoint,
            Action::SetHostAside,
            Action::Repeat,
        ];
        for stage in [Stage::Running, Stage::Ended(RunEnd::Finished)] {
            for action in changes {
                assert_eq!(
                    refusal(action, stage, Abilities::REPLAY),
                    Some("a recording cannot be changed"),
                    "{action:?}"
                );
            }
        }
    }
}
