//! The filter language of rows: `checkout !slow status:5xx ms>500 host:api state:failed`.
//!
//! Terms are separated by spaces, and all of them must match. `!` negates a term, and quotes keep a text with
//! spaces together. An incomplete term is ignored. Start at [`Filter::read`].

use crate::event::Micros;
use crate::text::sanitize::sanitize;

/// All terms of a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    terms: Vec<(Sign, Term)>,
}

/// Whether a term must hold, or must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Must,
    MustNot,
}

/// One condition on a row. A view that does not know its subject does not match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// `checkout`: anything the row says.
    Word(SearchWord),
    /// `status:503`, `status:5xx`: a status it has met.
    Status(StatusRange),
    /// `ms>500`: how long it takes.
    Length(Bound),
    /// `host:api`: where it goes.
    Host(SearchWord),
    /// `endpoint:checkout`: what it belongs to.
    Endpoint(SearchWord),
    /// `state:failed`: what it is doing, or how it ended.
    State(SearchWord),
    /// `cause:timeout`: what went wrong.
    Cause(SearchWord),
}

/// A text to find, in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchWord(String);

/// One status or a hundred of them, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRange(u16, u16);

/// A duration to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    is_above: bool,
    holds_itself: bool,
    than: Micros,
}

impl Filter {
    /// Reads what was typed; every text is a filter.
    pub fn read(text: &str) -> Self {
        Self { terms: parts(text).iter().filter_map(|part| term(part)).collect() }
    }

    /// Whether it asks nothing.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether every term holds for a row that answers like this.
    pub fn takes(&self, holds: impl Fn(&Term) -> bool) -> bool {
        self.terms.iter().all(|(sign, term)| holds(term) == (*sign == Sign::Must))
    }
}

impl SearchWord {
    /// Whether a text holds it.
    pub fn is_in(&self, text: &str) -> bool {
        if self.0.is_ascii() && text.is_ascii() {
            // Nothing is copied: ten thousand rows are asked at every key.
            let (wanted, text) = (self.0.as_bytes(), text.as_bytes());
            return text.windows(wanted.len()).any(|part| part.eq_ignore_ascii_case(wanted));
        }
        sanitize(text).to_lowercase().contains(&self.0)
    }
}

impl StatusRange {
    /// Whether a status is one of them.
    pub fn holds(self, status: u16) -> bool {
        (self.0..=self.1).contains(&status)
    }

    /// `503`, `50x`, `5xx`.
    fn read(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches(['x', 'X']);
        let known: u16 = digits.parse().ok()?;
        if text.len() != 3 || digits.len() > 3 {
            return None;
        }
        let open = 10_u16.pow(u32::try_from(3 - digits.len()).ok()?);
        let from = known.checked_mul(open)?;
        Some(Self(from, from + (open - 1)))
    }
}

impl Bound {
    /// Whether a length is on the right side.
    pub fn holds(self, length: Micros) -> bool {
        let is_beyond = if self.is_above { length > self.than } else { length < self.than };
        is_beyond || (self.holds_itself && length == self.than)
    }

    /// `>500`, `<=1.5`, in milliseconds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number, and it saturates")]
    fn read(text: &str) -> Option<Self> {
        let is_above = text.starts_with('>');
        let number = text.strip_prefix(['>', '<'])?;
        let holds_itself = number.starts_with('=');
        let ms: f64 = number.trim_start_matches('=').parse().ok()?;
        (ms >= 0.0).then_some(Self { is_above, holds_itself, than: Micros((ms * 1e3) as u64) })
    }
}

/// Quotes a text, so that a filter takes it as one term.
pub fn quoted(text: &str) -> String {
    // A filter cannot contain a quote within quotes: the text before it is specific enough.
    format!("\"{}\"", text.split('"').next().unwrap_or_default())
}

/// The parts between spaces, without quotes.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    for c in text.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            c if c.is_whitespace() && !is_quoted => parts.push(String::new()),
            c => {
                if let Some(part) = parts.last_mut() {
                    part.push(c);
                }
            }
        }
    }
    parts
}

/// One term; none where there is not enough of it yet.
fn term(part: &str) -> Option<(Sign, Term)> {
    let part = part.to_lowercase();
    let (sign, part) = match part.strip_prefix('!') {
        Some(rest) => (Sign::MustNot, rest),
        None => (Sign::Must, part.as_str()),
    };
    if part.is_empty() {
        return None;
    }
    let word = |text: &str| SearchWord(text.to_owned());
    if let Some(bound) = part.strip_prefix("ms").filter(|rest| rest.starts_with(['<', '>'])) {
        if matches!(bound, "<" | ">" | "<=" | ">=") {
            return None;
        }
        return Some((sign, Bound::read(bound).map_or_else(|| Term::Word(word(part)), Term::Length)));
    }
    if let Some((key, value)) = part.split_once(':') {
        let known: Option<fn(SearchWord) -> Term> = match key {
            "host" => Some(Term::Host),
            "endpoint" => Some(Term::Endpoint),
            "state" => Some(Term::State),
            "cause" => Some(Term::Cause),
            _ => None,
        };
        match known {
            Some(_) if value.is_empty() => return None,
            Some(of) => return Some((sign, of(word(value)))),
            None if key == "status" && value.len() < 3 => return None,
            None if key == "status" => {
                return Some((sign, StatusRange::read(value).map_or_else(|| Term::Word(word(part)), Term::Status)));
            }
            None => {}
        }
    }
    Some((sign, Term::Word(word(part))))
}

#[cfg(test)]
mod tests {
    use super::{Filter, Term, quoted};
    use crate::event::Micros;

    /// A row as a view answers for it.
    fn takes(filter: &str) -> bool {
        Filter::read(filter).takes(|term| match term {
            Term::Word(word) | Term::Endpoint(word) => word.is_in("POST /v1/Checkout"),
            Term::Status(statuses) => [503, 429].into_iter().any(|status| statuses.holds(status)),
            Term::Length(bound) => bound.holds(Micros(500_000)),
            Term::Host(word) => word.is_in("https://api.example:443"),
            Term::State(word) => word.is_in("failed"),
            Term::Cause(word) => word.is_in("Verbindung größer"),
        })
    }

    #[test]
    fn words_are_found_in_any_case_and_all_must_match() {
        assert!(takes("") && takes("checkout") && takes("post CHECK") && takes("  /v1 "));
        assert!(!takes("checkout search") && !takes("chekout"));
        assert!(takes("cause:GRÖSSER") == "GRÖSSER".to_lowercase().eq("größer") && takes("cause:größ"));
    }

    #[test]
    fn an_exclamation_mark_turns_a_term_round() {
        assert!(takes("!search") && !takes("!checkout") && !takes("!status:5xx") && takes("!ms>900"));
    }

    #[test]
    fn statuses_are_asked_for_one_by_one_or_by_the_hundred() {
        assert!(takes("status:503") && takes("status:5xx") && takes("status:42X") && takes("status:4xx"));
        assert!(!takes("status:500") && !takes("status:2xx"));
    }

    #[test]
    fn lengths_are_compared_in_milliseconds() {
        assert!(takes("ms>499") && takes("ms>=500") && takes("ms<=500") && takes("ms<500.5"));
        assert!(!takes("ms>500") && !takes("ms<500"));
    }

    #[test]
    fn keys_ask_for_one_thing() {
        assert!(takes("host:api state:failed endpoint:checkout") && !takes("host:checkout"));
        assert!(takes("endpoint:\"post /v1\"") && !takes("\"v1 post\""));
    }

    #[test]
    fn what_is_half_typed_asks_nothing() {
        for text in ["!", "status:", "status:5", "ms>", "ms>=", "host:", "!state:", "\"", "  "] {
            assert!(Filter::read(text).is_empty() && takes(text), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_word_that_is_looked_for() {
        assert!(!takes("status:abc") && !takes("ms>fast") && !takes("ms>-1") && !takes("http://x"));
        assert!(!takes("status:99999") && !takes("status:xxx"));
    }

    #[test]
    fn a_name_can_be_written_as_one_term() {
        assert!(takes(&quoted("POST /v1/Checkout")) && takes(&quoted("POST \"x\"")));
    }
}
