//! The keys as the help lists them: those of the current view first.
//!
//! Start at [`Keymap::sections`].

use crate::tui::keymap::context_sets::VIEWS;
use crate::tui::keymap::entry::{ActionEntry, Context, KeyGroup, Need};
use crate::tui::keymap::search::{MatchQuality, SearchWords};
use crate::tui::keymap::{KeyRow, Keymap, entry};

/// A heading with its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySection {
    /// The heading.
    pub title: &'static str,
    /// The keys.
    pub rows: Vec<KeyRow>,
    /// They work now.
    pub is_here: bool,
}

impl Keymap {
    /// The keys that match a text: first those of this context alone, then those of every view, then all others.
    ///
    /// A run has no keys of the lab, and the lab only its own. Only a replay has keys that seek.
    pub fn sections(&self, context: Context, is_replay: bool, text: &str) -> Vec<KeySection> {
        let words = SearchWords::new(text);
        let mut sections: Vec<KeySection> = headings(context).collect();
        for row in self.rows() {
            let Some(entry) = entry(row.action).filter(|entry| is_listed(entry, context, is_replay)) else { continue };
            let is_key = row.keys.split(' ').any(|key| key == text.trim());
            if !is_key && words.action(entry).is_none_or(|quality| quality == MatchQuality::Letters) {
                continue;
            }
            let is_here = entry.contexts.contains(&context);
            let is_general = VIEWS.iter().all(|view| entry.contexts.contains(view));
            let place = match (is_here, is_general) {
                (true, false) => 0,
                (true, true) => 1 + row.group as usize,
                (false, _) => 1 + KeyGroup::ALL.len(),
            };
            sections[place].rows.push(row);
        }
        sections.retain(|section| !section.rows.is_empty());
        sections
    }
}

/// The headings, in their order.
fn headings(context: Context) -> impl Iterator<Item = KeySection> {
    let here = match context {
        Context::At(view) => view.title(),
        Context::Race => "Lab",
        Context::Card => "Request",
        Context::Compare => "Comparison",
        Context::Help
        | Context::Menu
        | Context::Settings
        | Context::Question
        | Context::Confirm
        | Context::Prompt
        | Context::Palette => "Here",
    };
    let general = KeyGroup::ALL.into_iter().map(|group| (group.title(), true));
    let all = std::iter::once((here, true)).chain(general).chain([("In other views and popups", false)]);
    all.map(|(title, is_here)| KeySection { title, rows: Vec::new(), is_here })
}

/// Whether the help lists an action.
fn is_listed(entry: &ActionEntry, context: Context, is_replay: bool) -> bool {
    if context == Context::Race {
        return entry.contexts.contains(&context);
    }
    let is_of_lab = entry.contexts.iter().all(|context| *context == Context::Race);
    !is_of_lab && (is_replay || entry.needs != Need::Travel)
}

#[cfg(test)]
mod tests {
    use crate::tui::action::Action;
    use crate::tui::keymap::Keymap;
    use crate::tui::keymap::entry::Context;
    use crate::tui::keymap::sections::KeySection;
    use crate::tui::keymap::table::ENTRIES;
    use crate::tui::views::View;

    fn sections(context: Context, is_replay: bool, text: &str) -> Vec<KeySection> {
        Keymap::default().sections(context, is_replay, text)
    }

    fn actions(sections: &[KeySection]) -> Vec<Action> {
        sections.iter().flat_map(|section| &section.rows).map(|row| row.action).collect()
    }

    #[test]
    fn the_keys_of_the_current_view_come_first() {
        let found = sections(Context::At(View::Waterfall), false, "");
        assert_eq!(found[0].title, "Waterfall");
        let here = actions(&found[..1]);
        assert!([Action::ZoomIn, Action::Left, Action::Follow].iter().all(|action| here.contains(action)), "{here:?}");
        assert!(!here.contains(&Action::Pause) && !here.contains(&Action::CancelOne));
        let last = found.last().unwrap();
        assert!(!last.is_here && last.rows.iter().any(|row| row.action == Action::CancelOne));
    }

    #[test]
    fn the_help_of_a_run_has_no_keys_of_the_lab_and_seeks_only_in_a_replay() {
        for is_replay in [false, true] {
            let shown = actions(&sections(Context::At(View::Overview), is_replay, ""));
            assert!(!shown.contains(&Action::Restart) && !shown.contains(&Action::NextProgram));
            assert_eq!(shown.contains(&Action::SeekBack), is_replay);
            assert!(shown.contains(&Action::Pause) && shown.contains(&Action::TryHost));
        }
        let lab = actions(&sections(Context::Race, false, ""));
        assert!(lab.contains(&Action::Restart) && lab.len() < ENTRIES.len() / 2);
    }

    #[test]
    fn a_search_finds_words_and_keys() {
        let found = |text| actions(&sections(Context::At(View::Overview), false, text));
        assert_eq!(found("half"), [Action::LimitHalf]);
        assert_eq!(found("ctrl+z"), [Action::Suspend]);
        assert!(found("nowhere").is_empty());
    }
}
