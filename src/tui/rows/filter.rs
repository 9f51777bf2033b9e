//! The filter language of rows: `checkout !slow status:5xx ms>500 fail>3 host:api state:failed`.
//!
//! Terms are separated by spaces, and all of them must match. `!` negates a term, and quotes keep a text with
//! spaces together. An incomplete term is ignored. Start at [`Filter::parse`].

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

/// A condition on a row. In a view that lacks the subject, no row matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// `checkout`: the row's text.
    Word(SearchWord),
    /// `status:503`, `status:5xx`: an HTTP status that occurred.
    Status(StatusRange),
    /// `ms>500`: the duration; `p95>500` is the same, because tables compare their p95.
    Length(Bound),
    /// `fail>3`: the number of failed jobs.
    Failures(Bound),
    /// `host:api`: the host.
    Host(SearchWord),
    /// `endpoint:checkout`: the endpoint.
    Endpoint(SearchWord),
    /// `state:failed`: the state or the result.
    State(SearchWord),
    /// `cause:timeout`: the cause of a failure.
    Cause(SearchWord),
}

/// A text to search for; case is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchWord(String);

/// A range of HTTP statuses, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRange(u16, u16);

/// A bound for a duration or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    is_above: bool,
    is_inclusive: bool,
    /// Microseconds, or a number.
    limit: u64,
}

impl Filter {
    /// Parses a filter; every text is valid.
    pub fn parse(text: &str) -> Self {
        Self { terms: split_terms(text).iter().filter_map(|part| parse_term(part)).collect() }
    }

    /// Whether the filter has no terms.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a row passes; `matches` decides about a single term.
    pub fn accepts(&self, matches: impl Fn(&Term) -> bool) -> bool {
        self.terms.iter().all(|(sign, term)| matches(term) == (*sign == Sign::Must))
    }
}

impl SearchWord {
    /// Whether a text contains the word.
    pub fn is_in(&self, text: &str) -> bool {
        if self.0.is_ascii() && text.is_ascii() {
            // Avoids allocation: each key press may search ten thousand rows.
            let (wanted, text) = (self.0.as_bytes(), text.as_bytes());
            return text.windows(wanted.len()).any(|part| part.eq_ignore_ascii_case(wanted));
        }
        sanitize(text).to_lowercase().contains(&self.0)
    }
}

impl StatusRange {
    /// Whether the range contains a status.
    pub fn contains(self, status: u16) -> bool {
        (self.0..=self.1).contains(&status)
    }

    /// Parses `503`, `50x` or `5xx`.
    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches(['x', 'X']);
        let number: u16 = digits.parse().ok()?;
        if text.len() != 3 || digits.len() > 3 {
            return None;
        }
        let count = 10_u16.pow(u32::try_from(3 - digits.len()).ok()?);
        let from = number.checked_mul(count)?;
        Some(Self(from, from + (count - 1)))
    }
}

impl Bound {
    /// Whether a duration satisfies the bound.
    pub fn contains(self, length: Micros) -> bool {
        self.contains_number(length.0)
    }

    /// Whether a number satisfies the bound.
    pub fn contains_number(self, number: u64) -> bool {
        let is_beyond = if self.is_above { number > self.limit } else { number < self.limit };
        is_beyond || (self.is_inclusive && number == self.limit)
    }

    /// Parses `>500` or `<=1.5`, in a unit.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number, and it saturates")]
    fn parse(text: &str, unit: f64) -> Option<Self> {
        let is_above = text.starts_with('>');
        let number = text.strip_prefix(['>', '<'])?;
        let is_inclusive = number.starts_with('=');
        let number: f64 = number.trim_start_matches('=').parse().ok()?;
        (number >= 0.0).then_some(Self { is_above, is_inclusive, limit: (number * unit) as u64 })
    }
}

/// A key of comparisons, its unit and its term.
type Compared = (&'static str, f64, fn(Bound) -> Term);
/// The keys of comparisons.
const COMPARED: [Compared; 3] = [("ms", 1e3, Term::Length), ("p95", 1e3, Term::Length), ("fail", 1.0, Term::Failures)];

/// What a user may have meant as a term but wrote otherwise, with what there is. It is searched as text.
pub fn mistake(text: &str) -> Option<String> {
    let known = ["status", "host", "endpoint", "state", "cause"];
    let is_term = |part: &String| {
        let part = part.trim_start_matches('!');
        let key = part.split([':', '<', '>']).next().unwrap_or_default();
        let is_address = part.contains("://") || part.split(':').nth(1).is_some_and(is_number);
        let looks_like_one = key.len() < part.len() && key.chars().all(char::is_alphanumeric) && !is_address;
        let is_known = match parse_term(part) {
            Some((_, Term::Word(_))) => false,
            Some(_) => true,
            None => known.contains(&key) || COMPARED.iter().any(|(compared, ..)| *compared == key),
        };
        looks_like_one && !is_known
    };
    let part = split_terms(text).into_iter().find(is_term)?;
    Some(format!(
        "`{}` is searched as text: there are status:5xx ms>500 p95>500 fail>3 host: endpoint: state: cause:",
        sanitize(&part)
    ))
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Quotes a text so that a filter reads it as one term.
pub fn quoted(text: &str) -> String {
    // A filter cannot contain a quote within quotes: the text before it is specific enough.
    format!("\"{}\"", text.split('"').next().unwrap_or_default())
}

/// Splits a text at spaces outside quotes, and removes the quotes.
fn split_terms(text: &str) -> Vec<String> {
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

/// Parses one term; `None` if it is incomplete.
fn parse_term(part: &str) -> Option<(Sign, Term)> {
    let part = part.to_lowercase();
    let (sign, part) = match part.strip_prefix('!') {
        Some(rest) => (Sign::MustNot, rest),
        None => (Sign::Must, part.as_str()),
    };
    if part.is_empty() {
        return None;
    }
    let word = |text: &str| SearchWord(text.to_owned());
    for (key, unit, term) in COMPARED {
        let Some(bound) = part.strip_prefix(key).filter(|rest| rest.starts_with(['<', '>'])) else { continue };
        if matches!(bound, "<" | ">" | "<=" | ">=") {
            return None;
        }
        return Some((sign, Bound::parse(bound, unit).map_or_else(|| Term::Word(word(part)), term)));
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
            Some(term) => return Some((sign, term(word(value)))),
            None if key == "status" && value.len() < 3 => return None,
            None if key == "status" => {
                return Some((sign, StatusRange::parse(value).map_or_else(|| Term::Word(word(part)), Term::Status)));
            }
            None => {}
        }
    }
    Some((sign, Term::Word(word(part))))
}

#[cfg(test)]
mod tests {
    use super::{Filter, Term, mistake, quoted};
    use crate::event::Micros;

    /// Whether a filter accepts a row like this.
    fn accepts(filter: &str) -> bool {
        Filter::parse(filter).accepts(|term| match term {
            Term::Word(word) | Term::Endpoint(word) => word.is_in("POST /v1/Checkout"),
            Term::Status(statuses) => [503, 429].into_iter().any(|status| statuses.contains(status)),
            Term::Length(bound) => bound.contains(Micros(500_000)),
            Term::Failures(bound) => bound.contains_number(4),
            Term::Host(word) => word.is_in("https://api.example:443"),
            Term::State(word) => word.is_in("failed"),
            Term::Cause(word) => word.is_in("Verbindung größer"),
        })
    }

    #[test]
    fn words_are_found_in_any_case_and_all_must_match() {
        assert!(accepts("") && accepts("checkout") && accepts("post CHECK") && accepts("  /v1 "));
        assert!(!accepts("checkout search") && !accepts("chekout"));
        assert!(accepts("cause:GRÖSSER") == "GRÖSSER".to_lowercase().eq("größer") && accepts("cause:größ"));
    }

    #[test]
    fn an_exclamation_mark_negates_a_term() {
        assert!(accepts("!search") && !accepts("!checkout") && !accepts("!status:5xx") && accepts("!ms>900"));
    }

    #[test]
    fn a_status_term_is_one_status_or_a_class() {
        assert!(accepts("status:503") && accepts("status:5xx") && accepts("status:42X") && accepts("status:4xx"));
        assert!(!accepts("status:500") && !accepts("status:2xx"));
    }

    #[test]
    fn lengths_are_compared_in_milliseconds() {
        assert!(accepts("ms>499") && accepts("ms>=500") && accepts("ms<=500") && accepts("ms<500.5"));
        assert!(!accepts("ms>500") && !accepts("ms<500") && !accepts("fail>4 p95>=500"));
    }

    #[test]
    fn a_term_that_there_is_not_is_named() {
        for text in ["p50>500", "p95>fast", "checkout kind:timeout", "!status:abc", "latency<3"] {
            assert!(mistake(text).is_some_and(|mistake| mistake.contains("fail>3")), "{text}");
        }
        for text in ["", "checkout", "p95>500 fail>3", "status:5", "ms>", "http://a:80/x", "localhost:8080", "a/b:c"] {
            assert_eq!(mistake(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_limits_a_term_to_one_subject() {
        assert!(accepts("host:api state:failed endpoint:checkout") && !accepts("host:checkout"));
        assert!(accepts("endpoint:\"post /v1\"") && !accepts("\"v1 post\""));
    }

    #[test]
    fn an_incomplete_term_is_ignored() {
        for text in ["!", "status:", "status:5", "ms>", "ms>=", "host:", "!state:", "\"", "  "] {
            assert!(Filter::parse(text).is_empty() && accepts(text), "{text}");
        }
    }

    #[test]
    fn an_invalid_term_is_searched_as_text() {
        assert!(!accepts("status:abc") && !accepts("ms>fast") && !accepts("ms>-1") && !accepts("http://x"));
        assert!(!accepts("status:99999") && !accepts("status:xxx"));
    }

    #[test]
    fn a_name_can_be_written_as_one_term() {
        assert!(accepts(&quoted("POST /v1/Checkout")) && accepts(&quoted("POST \"x\"")));
    }
}
