//! Suggestions for misspelt words.
//!
//! Start at [`did_you_mean`].

/// The least similarity of a suggestion.
const MIN_SIMILARITY: f64 = 0.6;

/// Returns `did you mean …?` if a known word is similar enough.
pub fn did_you_mean<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<String> {
    nearest(word, known).map(|known| format!("did you mean `{known}`?"))
}

/// Returns the most similar known word, if it is similar enough.
pub fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let word = word.to_lowercase();
    let similarity = |known: &str| strsim::normalized_damerau_levenshtein(&word, &known.to_lowercase());
    let best = known.into_iter().map(|known| (similarity(known), known)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(similarity, _)| *similarity >= MIN_SIMILARITY).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, nearest};

    #[test]
    fn a_misspelt_word_gets_the_most_similar_one() {
        assert_eq!(did_you_mean("limitd", ["failed", "limited"]).as_deref(), Some("did you mean `limited`?"));
        assert_eq!(nearest("PAUSE", ["sort", "Pause"]), Some("Pause"));
        assert_eq!(nearest("zzz", ["sort", "pause"]), None);
    }
}
