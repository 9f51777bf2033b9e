//! A search by words: for actions by name, by help text, or by some letters of the name; for other things by name.
//!
//! Pure. Start at [`SearchWords`].

use crate::tui::keymap::entry::ActionEntry;

/// How well something matches the search text, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchQuality {
    /// A word of its name starts with the text.
    Name,
    /// Its name contains the text.
    InName,
    /// A word of its help or of its footer label starts with the text.
    Words,
    /// Its name has the letters of the text, in this order.
    Letters,
}

/// The words of a search text. Everything that is found matches every word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchWords(Vec<String>);

impl SearchWords {
    /// The words of a text.
    pub fn new(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_lowercase).collect())
    }

    /// Whether there is no word, so that everything matches.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How well an action matches.
    pub fn action(&self, entry: &ActionEntry) -> Option<MatchQuality> {
        let help = entry.help.to_lowercase();
        self.worst(|word| {
            let labels = entry.footer.iter().flat_map(|(_, label)| label.split(' '));
            let mut words = help.split(|c: char| !c.is_alphanumeric()).chain(labels);
            if entry.id.starts_with(word) || entry.id.split('_').any(|part| part.starts_with(word)) {
                Some(MatchQuality::Name)
            } else if entry.id.contains(word) {
                Some(MatchQuality::InName)
            } else if words.any(|known| known.starts_with(word)) {
                Some(MatchQuality::Words)
            } else {
                has_letters(entry.id, word).then_some(MatchQuality::Letters)
            }
        })
    }

    /// How well a name matches, or what kind of thing it names: `theme`, `host`.
    pub fn name(&self, kind: &str, name: &str) -> Option<MatchQuality> {
        let name = name.to_lowercase();
        self.worst(|word| {
            let mut parts = name.split(|c: char| !c.is_alphanumeric());
            if name.starts_with(word) || parts.any(|part| part.starts_with(word)) {
                Some(MatchQuality::Name)
            } else {
                (name.contains(word) || kind.starts_with(word)).then_some(MatchQuality::InName)
            }
        })
    }

    /// The match of the worst word.
    fn worst(&self, matches: impl Fn(&str) -> Option<MatchQuality>) -> Option<MatchQuality> {
        self.0.iter().try_fold(MatchQuality::Name, |worst, word| Some(worst.max(matches(word)?)))
    }
}

/// Whether a name has all these letters, in this order.
fn has_letters(name: &str, letters: &str) -> bool {
    let mut name = name.chars();
    letters.chars().all(|letter| name.any(|c| c == letter))
}

#[cfg(test)]
mod tests {
    use super::{MatchQuality, SearchWords};
    use crate::tui::action::Action;
    use crate::tui::keymap;

    fn matched(text: &str, action: Action) -> Option<MatchQuality> {
        SearchWords::new(text).action(keymap::entry(action).unwrap())
    }

    #[test]
    fn names_come_before_help_and_help_before_letters() {
        assert_eq!(matched("limit", Action::LimitDown), Some(MatchQuality::Name));
        assert_eq!(matched("imi", Action::LimitDown), Some(MatchQuality::InName));
        assert_eq!(matched("FEW", Action::LimitDown), Some(MatchQuality::Words));
        assert_eq!(matched("lmtup", Action::LimitUp), Some(MatchQuality::Letters));
        assert_eq!(matched("limit twice", Action::LimitDouble), Some(MatchQuality::Words));
        assert_eq!(matched("chekout", Action::LimitDouble), None);
    }

    #[test]
    fn a_name_matches_by_its_parts_or_by_its_kind() {
        let matched = |text| SearchWords::new(text).name("host", "https://shop.example");
        assert_eq!(
            ["shop", "xampl", "host", "host shop", "db"].map(matched),
            [
                Some(MatchQuality::Name),
                Some(MatchQuality::InName),
                Some(MatchQuality::InName),
                Some(MatchQuality::InName),
                None
            ]
        );
    }
}
