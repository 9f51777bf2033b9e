//! Finds actions by what is typed: by their names, by their explanations, by some of their letters.
//!
//! Pure, and made from the table of keys. Start at [`search`].

use crate::tui::action::Action;
use crate::tui::keymap::entry::{Context, Entry};
use crate::tui::keymap::table::ENTRIES;

/// How well an action fits what was typed, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// A word of its name begins so.
    Name,
    /// Its name holds it.
    InName,
    /// A word of its explanation begins so, or one of the footer.
    Words,
    /// Its name has these letters, in this order.
    Letters,
}

/// Every action that means something here and fits each word of a text: the best first, and else in
/// the order of the table.
pub fn search(context: Context, text: &str) -> Vec<&'static Entry> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let here = ENTRIES.iter().filter(|entry| entry.contexts.contains(&context) && entry.action != Action::Palette);
    let mut found: Vec<_> = here.filter_map(|entry| Some((fits(entry, &words)?, entry))).collect();
    // Scattered letters are a guess, and none is needed where something is named so.
    if found.iter().any(|(fit, _)| *fit < Fit::Letters) {
        found.retain(|(fit, _)| *fit < Fit::Letters);
    }
    found.sort_by_key(|(fit, _)| *fit);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// As well as the word that fits worst.
fn fits(entry: &Entry, words: &[String]) -> Option<Fit> {
    words.iter().try_fold(Fit::Name, |worst, word| Some(worst.max(fit(entry, word)?)))
}

fn fit(entry: &Entry, word: &str) -> Option<Fit> {
    let help = entry.help.to_lowercase();
    let labels = entry.footer.iter().flat_map(|(_, label)| label.split(' '));
    let mut words = help.split(|c: char| !c.is_alphanumeric()).chain(labels);
    if entry.id.starts_with(word) || entry.id.split('_').any(|part| part.starts_with(word)) {
        Some(Fit::Name)
    } else if entry.id.contains(word) {
        Some(Fit::InName)
    } else if words.any(|known| known.starts_with(word)) {
        Some(Fit::Words)
    } else {
        has_letters(entry.id, word).then_some(Fit::Letters)
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
    fn names_come_before_explanations_and_those_before_letters() {
        let limits = found(View::Overview, "limit");
        assert_eq!(limits[..3], ["limit_down", "limit_up", "limit_half"]);
        assert_eq!(found(View::Overview, "FEW"), ["limit_down"]);
        assert_eq!(found(View::Overview, "lmtup"), ["limit_up"]);
        assert_eq!(found(View::Overview, "limit twice"), ["limit_double"]);
        assert_eq!(found(View::Overview, "waterfall")[0], "view_2");
    }

    #[test]
    fn what_means_nothing_here_is_not_found() {
        assert!(found(View::Hosts, "").contains(&"host_aside") && !found(View::Overview, "").contains(&"host_aside"));
        assert!(!found(View::Overview, "").contains(&"sure") && !found(View::Overview, "").contains(&"palette"));
        assert!(found(View::Overview, "chekout").is_empty());
    }
}
