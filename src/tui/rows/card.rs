//! The requests that a card can show, and the set of requests that one belongs to.
//!
//! Start at [`CardSet`].

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::event::Offset;
use crate::event::cause::Cause;
use crate::model::Model;
use crate::model::event_log::LogEvent;
use crate::model::incidents::example::Example;
use crate::model::timeline::Bar;
use crate::tui::rows::filter::quoted;
use crate::tui::rows::list::List;
use crate::tui::rows::rows_of;
use crate::tui::views::View;

/// The requests among which a card can go to the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardSet {
    /// The rows of the waterfall or of the in-flight view.
    Rows,
    /// Those of an endpoint, by its index.
    Endpoint(usize),
    /// Those of a host, by its number.
    Host(usize),
    /// The examples of a cause, by its row.
    Cause(usize),
    /// The failed attempts in the log.
    Events,
}

/// The content of a card: one request, and its place in its set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardContent {
    /// The request.
    pub request: Example,
    /// Its cause, if it failed.
    pub cause: Option<Cause>,
    /// Its number in the set, from 0.
    pub nth: usize,
    /// The size of the set.
    pub of: usize,
}

impl CardSet {
    /// The request of a row, as the first content of a card.
    pub fn first(self, list: &List, view: View, row: usize, model: &Model, now: Offset) -> Option<CardContent> {
        match self {
            Self::Rows => {
                let bar = rows_of(view).bar(model, row)?;
                let bars = self.bars(list, view, model, now);
                let nth = bars.iter().position(|other| other.is(bar.origin, bar.attempt)).unwrap_or(0);
                Some(CardContent::of_bar(bar, model, now, (nth, bars.len())))
            }
            Self::Endpoint(_) | Self::Host(_) => self.nth(list, view, 0, model, now),
            Self::Cause(_) => self.nth(list, view, 0, model, now),
            Self::Events => {
                let nth = event_rows(list, model).iter().position(|&event| event == row)?;
                self.nth(list, view, nth, model, now)
            }
        }
    }

    /// A request of the set; the last one if there are fewer.
    pub fn nth(self, list: &List, view: View, nth: usize, model: &Model, now: Offset) -> Option<CardContent> {
        match self {
            Self::Rows | Self::Endpoint(_) | Self::Host(_) => {
                let bars = self.bars(list, view, model, now);
                let nth = nth.min(bars.len().checked_sub(1)?);
                Some(CardContent::of_bar(bars[nth], model, now, (nth, bars.len())))
            }
            Self::Cause(row) => {
                let (cause, group) = model.incidents.nth(row)?;
                let of = group.attempts.examples.len().max(1);
                let nth = nth.min(of - 1);
                Some(CardContent { request: group.nth_example(nth).clone(), cause: Some(cause), nth, of })
            }
            Self::Events => {
                let rows = event_rows(list, model);
                let nth = nth.min(rows.len().checked_sub(1)?);
                let content = content_of_event(rows[nth], model, now)?;
                Some(CardContent { nth, of: rows.len(), ..content })
            }
        }
    }

    /// The request after or before another one of the set. The set may have changed since that one was shown.
    pub fn step(
        self,
        from: &CardContent,
        by: isize,
        (list, view): (&List, View),
        model: &Model,
        now: Offset,
    ) -> Option<CardContent> {
        let at = match (self, &from.request.bar) {
            (Self::Rows | Self::Endpoint(_) | Self::Host(_), Some(bar)) => {
                let bars = self.bars(list, view, model, now);
                let known = bars.iter().position(|other| other.is(bar.origin, bar.attempt));
                known.unwrap_or_else(|| bars.partition_point(|other| other.took(now) > bar.took(now)))
            }
            _ => from.nth,
        };
        self.nth(list, view, at.saturating_add_signed(by), model, now)
    }

    /// The order of the set, for the title of a card.
    pub fn order(self) -> &'static str {
        match self {
            Self::Rows | Self::Endpoint(_) | Self::Host(_) => "slowest first",
            Self::Cause(_) => "",
            Self::Events => "oldest first",
        }
    }

    /// The attempts of the set, the slowest first.
    fn bars<'m>(self, list: &List, view: View, model: &'m Model, now: Offset) -> Vec<&'m Bar> {
        let mut bars: Vec<&Bar> = match self {
            Self::Rows => list.order.iter().filter_map(|&row| rows_of(view).bar(model, row)).collect(),
            Self::Endpoint(endpoint) => {
                let kept = model.endpoints.get(endpoint).into_iter().flat_map(|endpoint| endpoint.kept.all());
                kept.chain(model.timeline.bars().filter(|bar| bar.endpoint == endpoint)).collect()
            }
            Self::Host(host) => {
                let kept = model.endpoints.iter().filter(|endpoint| endpoint.host == Some(host));
                let kept = kept.flat_map(|endpoint| endpoint.kept.all());
                kept.chain(model.timeline.bars()).filter(|bar| bar.host == host).collect()
            }
            Self::Cause(_) | Self::Events => Vec::new(),
        };
        // An attempt may be kept more than once.
        let mut known = HashSet::with_capacity(bars.len());
        bars.retain(|bar| known.insert((bar.origin, bar.attempt)));
        bars.sort_by_key(|bar| (Reverse(bar.took(now)), bar.started));
        bars
    }
}

impl CardContent {
    /// The content for an attempt, with what was sampled of its answer.
    pub fn of_bar(bar: &Bar, model: &Model, now: Offset, (nth, of): (usize, usize)) -> Self {
        let cause = cause_of(bar);
        let sampled = cause.and_then(|cause| model.incidents.by_cause(cause)).and_then(|(_, group)| {
            let is_it = |example: &&Example| {
                example
                    .bar
                    .as_ref()
                    .is_some_and(|other| other.is(bar.origin, bar.attempt) && other.started == bar.started)
            };
            group.attempts.examples.iter().find(is_it)
        });
        let answer = sampled.and_then(|example| example.answer.clone());
        Self { request: Example { answer, took: bar.took(now), ..Example::of_bar(bar) }, cause, nth, of }
    }
}

/// The cause of an attempt's failure.
pub fn cause_of(bar: &Bar) -> Option<Cause> {
    Cause::from_outcome(bar.end.as_ref()?.outcome.as_ref()?)
}

/// An attempt that is kept anywhere: on the timeline, or among those of its endpoint.
fn kept_bar<'m>(model: &'m Model, endpoint: usize, is_it: impl Fn(&Bar) -> bool) -> Option<&'m Bar> {
    let of_endpoint = || model.endpoints.get(endpoint)?.kept.all().find(|bar| is_it(bar));
    model.timeline.bars().find(|bar| is_it(bar)).or_else(of_endpoint)
}

/// The rows of the log that are about one attempt.
fn event_rows(list: &List, model: &Model) -> Vec<usize> {
    list.order.iter().copied().filter(|&row| is_attempt(model, row)).collect()
}

/// Whether an event of the log is about one attempt.
pub fn is_attempt(model: &Model, row: usize) -> bool {
    model.event_log.nth(row as u64).is_some_and(|item| matches!(item.event, LogEvent::AttemptFailed { .. }))
}

fn content_of_event(row: usize, model: &Model, now: Offset) -> Option<CardContent> {
    let item = model.event_log.nth(row as u64)?;
    let LogEvent::AttemptFailed { origin, attempt, endpoint, target, outcome, took, .. } = &item.event else {
        return None;
    };
    let bar = kept_bar(model, *endpoint, |bar| bar.is(*origin, *attempt));
    let content = bar.map(|bar| CardContent::of_bar(bar, model, now, (0, 0)));
    Some(content.unwrap_or_else(|| {
        let request = Example {
            endpoint: *endpoint,
            attempt: Some(*attempt),
            at: item.at,
            took: *took,
            ..Example::from_outcome(outcome, Some(target))
        };
        CardContent { request, cause: Cause::from_outcome(outcome), nth: 0, of: 0 }
    }))
}

/// A filter of the log that matches the events of a card.
pub fn events_filter(set: CardSet, content: &CardContent, model: &Model) -> String {
    if let (CardSet::Cause(_), Some(cause)) = (set, content.cause) {
        return format!("cause:{}", quoted(&cause.to_string()));
    }
    let name = model.endpoints.get(content.request.endpoint).map_or("", |endpoint| &*endpoint.name);
    // A successful request has no events in the log, so those of its endpoint are shown.
    let job = content.request.attempt.filter(|_| content.cause.is_some());
    let job = job.map_or_else(String::new, |attempt| format!(" #{}", attempt.job.0));
    format!("endpoint:{}{job}", quoted(name))
}

/// The attempts of the same job that are kept, in their order.
pub fn attempts_of_job<'m>(bar: &Bar, model: &'m Model) -> Vec<&'m Bar> {
    let of_endpoint = model.endpoints.get(bar.endpoint).into_iter().flat_map(|endpoint| endpoint.kept.all());
    let is_same_job = |other: &&Bar| other.attempt.job == bar.attempt.job && other.origin == bar.origin;
    let mut attempts: Vec<&Bar> = model.timeline.bars().chain(of_endpoint).filter(is_same_job).collect();
    attempts.sort_by_key(|bar| bar.attempt.n);
    attempts.dedup_by_key(|bar| bar.attempt.n);
    attempts
}
