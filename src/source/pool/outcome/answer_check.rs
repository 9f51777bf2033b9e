//! The check of an answer against what the plan expects of it, apart from its body.
//!
//! It sends nothing and reads no clock. Start at [`wrong_answer`].

use crate::event::Micros;
use crate::event::outcome::Reason;
use crate::plan::expected::header::{ExpectedHeader, OtherHeader};
use crate::plan::job::Job;
use crate::source::pool::wire::{Exchange, Reply, WrongAnswer};
use crate::text::sanitize::sanitize;
use crate::text::secret::{self, MASK};
use crate::text::units;

/// What is wrong with an answer that took this long: its address, a header, its body, or its time.
pub fn wrong_answer(job: &Job, exchange: &Exchange, took: Micros) -> Option<WrongAnswer> {
    other_address(job)
        .or_else(|| other_header(job, exchange))
        .or_else(|| exchange.wrong_answer.as_deref().cloned())
        .or_else(|| late(job, took))
}

/// What is wrong with an answer from another address than the plan expects.
fn other_address(job: &Job) -> Option<WrongAnswer> {
    let expected = job.policy.answer.url.as_ref().filter(|expected| !expected.matches(&job.url))?;
    let mask = |url: &str| secret::mask_values(url, &job.secrets);
    let (reached, expected) = (mask(&secret::mask_url(&job.url)), mask(&expected.to_string()));
    let text = format!("the final address is {reached}, not {expected} as expected");
    Some(wrong(text, &format!("the final address {expected}")))
}

/// What is wrong with an answer without a header that the plan expects.
fn other_header(job: &Job, exchange: &Exchange) -> Option<WrongAnswer> {
    let Reply::Answer { head, .. } = &exchange.reply else { return None };
    let (header, other) = job.policy.answer.header.iter().flat_map(|all| all.iter()).find_map(|header| {
        let other = header.find_other(&head.headers)?;
        Some((header, other))
    })?;
    let shown = shown_header(header);
    let text = match other {
        OtherHeader::Missing => format!("the answer has no `{}`", header.name()),
        OtherHeader::Values(_) if header.is_secret() => {
            format!("the header `{}` is not as expected; both values are secret", header.name())
        }
        OtherHeader::Values(values) => {
            let values = secret::mask_values(&values, &job.secrets);
            format!("the header `{}` is `{values}`, without `{}`", header.name(), header.value())
        }
    };
    Some(wrong(text, &format!("the header {shown}")))
}

fn shown_header(header: &ExpectedHeader) -> String {
    if header.is_secret() { format!("{}: {MASK}", header.name()) } else { header.to_string() }
}

/// What is wrong with an answer that took longer than the plan expects.
fn late(job: &Job, took: Micros) -> Option<WrongAnswer> {
    let most = Micros::from(job.policy.answer.within.filter(|&most| took > most.into())?);
    let expected = format!("an answer within {}", units::length(most));
    Some(wrong(format!("it took {}, not at most {}", units::length(took), units::length(most)), &expected))
}

fn wrong(text: String, expected: &str) -> WrongAnswer {
    WrongAnswer { failure: (Reason::Unexpected, text), expected: Some(sanitize(expected).into_owned()) }
}
