//! What is said of each action: its keys, where they work, and what they need.
//!
//! Start at [`Entry`].

use crate::control::Abilities;
use crate::tui::action::Action;
use crate::tui::views::View;

/// All about one action.
#[derive(Debug)]
pub struct Entry {
    /// What happens.
    pub action: Action,
    /// Its name in settings.
    pub id: &'static str,
    /// Its keys unless the user says otherwise, the shown one first.
    pub keys: &'static [&'static str],
    /// Under which heading help lists it.
    pub group: Group,
    /// What it does, as one sentence without a period.
    pub help: &'static str,
    /// Where it works.
    pub contexts: &'static [Context],
    /// Where the footer shows it, and in which words.
    pub footer: &'static [(&'static [Context], &'static str)],
    /// What the source must be able to do for it.
    pub needs: Need,
    /// How far it can be turned into something else.
    pub nature: Nature,
}

/// What lies open, and so what keys mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// A view, with nothing on top of it.
    At(View),
    /// The lab: lanes beside each other.
    Race,
    /// The list of keys, or the working behind the verdict.
    Help,
    /// A failure in full.
    Example,
    /// What can be saved.
    Menu,
    /// The question before leaving.
    Question,
    /// The question before something that cannot be undone.
    Sure,
    /// A line of text is being typed: keys that type are not looked up.
    Prompt,
    /// The list of what can be done, and the line that narrows it.
    Palette,
}

impl Context {
    /// Whether keys that type are text here, and nothing else.
    pub fn takes_text(self) -> bool {
        matches!(self, Self::Prompt | Self::Palette)
    }
}

/// A heading in the list of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// What reaches the source.
    Work,
    /// Which view.
    View,
    /// What is found in it.
    Find,
    /// Where one is.
    Move,
    /// How it looks.
    Look,
    /// How it ends.
    Leave,
}

/// What a source must be able to do for an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// To pause.
    Pause,
    /// To change limits.
    SetLimit,
    /// To have jobs, endpoints and hosts picked out.
    Pick,
    /// To send again what failed.
    Repeat,
    /// To run all of it again.
    Rerun,
    /// To drain and cancel.
    Stop,
    /// To go back and forth in time.
    Travel,
}

/// How far an action's keys bend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Happens once per press.
    Once,
    /// Happens again while the key is held.
    Repeats,
    /// Once per press, and its key cannot be changed.
    Fixed,
}

impl Group {
    /// All of them, in the order of help.
    pub const ALL: [Self; 6] = [Self::Work, Self::View, Self::Find, Self::Move, Self::Look, Self::Leave];

    /// Its heading.
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
    /// Why the source cannot do it, if it cannot.
    pub fn refusal(self, can: Abilities) -> Option<&'static str> {
        match self {
            // A recording stands still instead.
            Self::Pause if can.travel => None,
            Self::SetLimit | Self::Repeat | Self::Rerun | Self::Stop if can.travel => {
                Some("a recording cannot be changed")
            }
            Self::Pause if !can.pause => Some("this source cannot be paused"),
            Self::SetLimit if !can.set_limit => Some("this source keeps its own limit"),
            Self::Stop if !can.stop => Some("this source cannot be stopped from here"),
            Self::Pick if !can.pick => Some("nothing of this source can be picked out"),
            Self::Repeat if !can.repeat => Some("nothing of this source can be sent again"),
            Self::Rerun if !can.rerun => Some("what this run was made of cannot be read again"),
            Self::Travel if !can.travel => Some("only a replay goes back and forth in time"),
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
