//! One row of the key table: an action's keys, its help, and where it works.
//!
//! Start at [`ActionEntry`].

use crate::control::Abilities;
use crate::tui::action::Action;
use crate::tui::views::View;

/// A row of the key table.
#[derive(Clone, Copy, Debug)]
pub struct ActionEntry {
    /// The action.
    pub action: Action,
    /// The action's name in settings.
    pub id: &'static str,
    /// The default keys; the footer shows the first.
    pub keys: &'static [&'static str],
    /// The heading in the help.
    pub group: KeyGroup,
    /// What it does: one imperative sentence without a period.
    pub help: &'static str,
    /// The contexts in which it works.
    pub contexts: &'static [Context],
    /// The contexts in which the footer shows it, and its label there.
    pub footer: &'static [(&'static [Context], &'static str)],
    /// What the event source has to support.
    pub needs: Need,
    /// Whether it repeats, and whether its key can be changed.
    pub behavior: KeyBehavior,
}

/// What is open on the screen: it decides what keys mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// A view without a popup.
    At(View),
    /// The lab.
    Race,
    /// The list of keys, or the derivation of the verdict.
    Help,
    /// The card of a request.
    Card,
    /// The comparison of a marked moment with now.
    Compare,
    /// The export menu.
    Menu,
    /// The settings menu.
    Settings,
    /// The question before quitting.
    Question,
    /// The question before an action that cannot be undone.
    Confirm,
    /// The filter prompt: typing keys are text.
    Prompt,
    /// The action palette and its search line: typing keys are text.
    Palette,
}

impl Context {
    /// The view, if no popup is open.
    pub fn view(self) -> Option<View> {
        if let Self::At(view) = self { Some(view) } else { None }
    }

    /// Whether typing keys are text here.
    pub fn takes_text(self) -> bool {
        matches!(self, Self::Prompt | Self::Palette)
    }
}

/// A heading in the list of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyGroup {
    /// Controls the run.
    Work,
    /// Switches views.
    View,
    /// Finds rows.
    Find,
    /// Moves.
    Move,
    /// Changes the appearance.
    Look,
    /// Quits.
    Leave,
}

/// The ability that an action needs from the event source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// None.
    Nothing,
    /// Pause.
    Pause,
    /// Change limits.
    SetLimit,
    /// Act on one job, endpoint or host.
    Pick,
    /// Resend failed jobs.
    Repeat,
    /// Run the batch again.
    Rerun,
    /// Drain and cancel.
    Stop,
    /// Seek in time.
    Travel,
}

/// How an action's key behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyBehavior {
    /// Acts once per press.
    Once,
    /// Repeats while the key is held.
    Repeats,
    /// Acts once per press, and its key cannot be changed.
    Fixed,
}

impl KeyGroup {
    /// All headings, in the order of the help.
    pub const ALL: [Self; 6] = [Self::Work, Self::View, Self::Find, Self::Move, Self::Look, Self::Leave];

    /// The heading's text.
    pub fn title(self) -> &'static str {
        match self {
            Self::Work => "Work",
            Self::View => "View",
            Self::Find => "Find",
            Self::Move => "Move",
            Self::Look => "Look",
            Self::Leave => "Leave",
        }
    }
}

impl Need {
    /// The reason why the source cannot do it, if it cannot.
    pub fn refusal(self, can: Abilities) -> Option<&'static str> {
        match self {
            // A replay pauses itself.
            Self::Pause if can.travel => None,
            Self::SetLimit | Self::Pick | Self::Repeat | Self::Rerun | Self::Stop if can.travel => {
                Some("a recording cannot be changed")
            }
            Self::Pause if !can.pause && can.is_program => Some("only with `inflight watch --steer`"),
            Self::SetLimit if !can.set_limit && can.is_program => Some("only with `inflight watch --steer`"),
            Self::Pick | Self::Repeat if !can.pick && can.is_program => Some("the program sends its requests itself"),
            Self::Rerun if !can.rerun && can.is_program => Some("a watched program is not started again from here"),
            Self::Pause if !can.pause => Some("this source cannot be paused"),
            Self::SetLimit if !can.set_limit => Some("this source keeps its own limit"),
            Self::Stop if !can.stop => Some("this source cannot be stopped from here"),
            Self::Pick if !can.pick => Some("this source has no single jobs to act on"),
            Self::Repeat if !can.repeat => Some("this source cannot resend jobs"),
            Self::Rerun if !can.rerun => Some("this run's input cannot be read again"),
            Self::Travel if !can.travel => Some("only a replay can seek"),
            Self::Nothing
            | Self::Pause
            | Self::SetLimit
            | Self::Pick
            | Self::Repeat
            | Self::Rerun
            | Self::Stop
            | Self::Travel => None,
        }
    }
}
