//! The rules of an endpoint: time-outs, expectations, refusals and retries.
//!
//! Start at [`read_rules`] and [`read_retry`].

use crate::plan::job::Statuses;
use crate::plan::network::cookies::{CookieMode, parse_cookie_mode};
use crate::plan::quantity;
use crate::plan::read::expect::read_answer;
use crate::plan::read::extract::read_extract;
use crate::plan::read::run_retry::RunRetry;
use crate::plan::read::values::{PlanEntry, PlanSection};
use crate::plan::retry_on::{EXAMPLE, RetryOn};
use crate::plan::rules::Rules;
use crate::plan::statuses::{StatusSet, Throttled, parse_refusals, parse_statuses};
use crate::text::value_error::ValueError;

/// Reads the rules that an endpoint and `[defaults]` share, except `timeout`.
pub(super) fn read_rules(section: &mut PlanSection<'_>) -> Rules {
    let mut time = |key| section.get(key).and_then(|entry: PlanEntry<'_>| entry.duration());
    let mut rules = Rules {
        connect_timeout: time("connect_timeout"),
        first_byte_timeout: time("first_byte_timeout"),
        idle_timeout: time("idle_timeout"),
        job_timeout: time("job_timeout"),
        ..Rules::default()
    };
    rules.downgrade = section.get("downgrade").and_then(|entry| entry.flag());
    rules.cookies = section.get("cookies").and_then(|entry| read_cookies(&entry));
    rules.allow_empty = section.get("allow_empty").and_then(|entry| entry.flag());
    rules.path_as_is = section.get("path_as_is").and_then(|entry| entry.flag());
    rules.redirects = section.get("redirects").and_then(|entry| entry.count_between(0, 100));
    rules.max_body = section.get("max_body").and_then(|entry| entry.size());
    rules.throttled = section.get("throttled").and_then(|entry| read_throttled(&entry));
    rules.extract = read_extract(section);
    let expect =
        section.get("expect").and_then(|entry| entry.section("expect", "a table such as `{ status = [200] }`"));
    if let Some(mut expect) = expect {
        rules.status = expect.get("status").and_then(|entry| read_statuses(&entry));
        rules.answer = read_answer(&mut expect);
        expect.finish();
    }
    rules
}

/// Reads whether cookies are kept.
pub(super) fn read_cookies(entry: &PlanEntry<'_>) -> Option<CookieMode> {
    entry.parse("`\"run\"`, `\"row\"` or `\"off\"`", parse_cookie_mode)
}

/// Reads a table of retry rules into `rules`. Returns those of the whole run.
pub(super) fn read_retry(entry: &PlanEntry<'_>, title: &str, rules: &mut Rules) -> RunRetry {
    let Some(mut section) = entry.section(title, "a table such as `{ attempts = 3 }`") else {
        return RunRetry::default();
    };
    rules.attempts = section.get("attempts").and_then(|entry| entry.count_between(1, 1000));
    rules.backoff = section
        .get("backoff")
        .and_then(|entry| entry.parse("a range of times such as `\"500ms..30s\"`", quantity::parse_backoff));
    rules.retry_on = section.get("on").and_then(|entry| read_retry_on(&entry));
    rules.retry_unsafe = section.get("unsafe").and_then(|entry| entry.flag());
    rules.longest_wait = section.get("longest_wait").and_then(|entry| entry.duration());
    let mut of_run = |key| {
        let entry: PlanEntry<'_> = section.get(key)?;
        if title != "[retry]" {
            entry.note_invalid(ValueError::new("a setting of the whole run", "write it under `[retry]`"));
        }
        Some(entry)
    };
    let budget = of_run("budget")
        .and_then(|entry| entry.parse("a share of all attempts such as `\"20%\"`", quantity::parse_share));
    let outage = of_run("outage").and_then(|entry| entry.duration_or_off());
    let unreachable = of_run("unreachable").and_then(|entry| entry.duration_or_off());
    section.finish();
    RunRetry { budget, outage, unreachable }
}

fn read_retry_on(entry: &PlanEntry<'_>) -> Option<RetryOn> {
    let mut on = RetryOn::NOTHING;
    for item in entry.items() {
        let word = match item.number() {
            Some(number) => number,
            None => item.text(EXAMPLE)?.value(),
        };
        item.check(on.add(&word));
    }
    Some(on)
}

/// Reads the statuses that count as refusals.
fn read_throttled(entry: &PlanEntry<'_>) -> Option<Throttled> {
    const EXAMPLE: &str = "a list of statuses such as `[429, 503]`";
    let mut listed = StatusSet::EMPTY;
    for item in entry.items() {
        let statuses = match item.number() {
            Some(number) => item.check(parse_refusals(&number)),
            None => item.parse(EXAMPLE, parse_refusals),
        };
        listed = listed.union(statuses?);
    }
    Some(Throttled::Listed(listed))
}

fn read_statuses(entry: &PlanEntry<'_>) -> Option<Statuses> {
    const EXAMPLE: &str = "a list such as `[200, \"3xx\", \"400..=404\"]`, or `\"any\"`";
    let mut listed = StatusSet::EMPTY;
    let items = entry.items();
    for item in &items {
        let word = match item.number() {
            Some(number) => number,
            None => item.text(EXAMPLE)?.value(),
        };
        if word == "any" && items.len() == 1 {
            return Some(Statuses::Any);
        }
        listed = listed.union(item.check(parse_statuses(&word)).unwrap_or_default());
    }
    if items.is_empty() {
        entry.note_invalid(ValueError::new("empty: no response could be expected", format!("write {EXAMPLE}")));
    }
    Some(Statuses::Listed(listed))
}
