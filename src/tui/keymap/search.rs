//! A search for actions by name, by help text, or by some letters of the name.
//!
//! Pure: it reads only the key table. Start at [`search`].

use crate::tui::action::Action;
use crate::tui::keymap::entry::{ActionEntry, Context};
use crate::tui::keymap::table::ENTRIES;

/// How well an action matches the search text, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum MatchQuality {
    /// A word of its name starts with the text.
    Name,
    /// Its name contains the text.
    InName,
    /// A word of its help or of its footer label starts with the text.
    Words,
    /// Its name has the letters of the text, in this order.
    Letters,
}

/// The actions of a context that match every word of a text: best match first, then in table order.
pub fn search(context: Context, text: &str) -> Vec<&'static ActionEntry> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let here = ENTRIES.iter().filter(|entry| entry.contexts.contains(&context) && entry.action != Action::Palette);
    let mut found: Vec<_> = here.filter_map(|entry| Some((match_all(entry, &words)?, entry))).collect();
    // Scattered letters are a guess, so they count only if nothing matches better.
    if found.iter().any(|(quality, _)| *quality < MatchQuality::Letters) {
        found.retain(|(quality, _)| *quality < MatchQuality::Letters);
    }
    found.sort_by_key(|(quality, _)| *quality);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// The match of the worst word.
fn match_all(entry: &ActionEntry, words: &[String]) -> Option<MatchQuality> {
    words.iter().try_fold(MatchQuality::Name, |worst, word| Some(worst.max(match_word(entry, word)?)))
}

/// The match of one word.
fn match_word(entry: &ActionEntry, word: &str) -> Option<MatchQuality> {
    let help = entry.help.to_lowercase();
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
}

/// Whether a name has all these letters, in this order.
fn has_letters(name: &str, letters: &str) -> bool {
    let mut name = name.chars();
    letters.chars().all(|letter| name.any(|c| c == letter))
}

#[cfg(test)]
mod tests {
    use super::search;
    use crate::tui::keymap::entry::Context;
    use crate::tui::views::View;

    fn found(view: View, text: &str) -> Vec<&'static str> {
        search(Context::At(view), text).into_iter().map(|entry| entry.id).collect()
    }

    #[test]
    fn names_come_before_help_and_help_before_letters() {
        let limits = found(View::Overview, "limit");
        assert_eq!(limits[..3], ["limit_down", "limit_up", "limit_half"]);
        assert_eq!(found(View::Overview, "FEW"), ["limit_down"]);
        assert_eq!(found(View::Overview, "lmtup"), ["limit_up"]);
        assert_eq!(found(View::Overview, "limit twice"), ["limit_double"]);
        assert_eq!(found(View::Overview, "waterfall")[0], "view_2");
    }

    #[test]
    fn an_action_of_another_context_is_not_found() {
        assert!(found(View::Hosts, "").contains(&"host_aside") && !found(View::Overview, "").contains(&"host_aside"));
        assert!(!found(View::Overview, "").contains(&"sure") && !found(View::Overview, "").contains(&"palette"));
        assert!(found(View::Overview, "chekout").is_empty());
    }
}
