//! How long good answers took over the course of the whole run, in a bounded number of spans of equal length.
//!
//! A span belongs to the answers whose attempts started in it. Start at [`AnswerTrend::spans`].

use crate::event::{Micros, Offset};
use crate::model::histogram::Histogram;

/// The good answers of a run by the time at which their attempts started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerTrend {
    spans: Vec<TrendSpan>,
    /// The length of a span, as a number of times [`AnswerTrend::SHORTEST`] that is a power of two.
    doubled: u32,
}

/// The good answers of one or more spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrendSpan {
    /// How long they took.
    pub took: Histogram,
    /// When the first of them started.
    pub started: Option<Offset>,
    /// When the last of them started.
    pub last_start: Offset,
    /// When the last of them ended.
    pub ended: Offset,
    /// Number of them by endpoint. Endpoints whose numbers have the same remainder share a counter.
    pub endpoints: [u64; TrendSpan::COUNTERS],
}

impl TrendSpan {
    /// Number of counters for endpoints.
    const COUNTERS: usize = 16;

    /// The answers of all these spans.
    pub fn sum<'s>(spans: impl IntoIterator<Item = &'s Self>) -> Self {
        let mut sum = Self::default();
        spans.into_iter().for_each(|span| sum.merge(span));
        sum
    }

    fn merge(&mut self, other: &Self) {
        self.took.merge(&other.took);
        self.started = self.started.into_iter().chain(other.started).min();
        (self.last_start, self.ended) = (self.last_start.max(other.last_start), self.ended.max(other.ended));
        for (n, more) in self.endpoints.iter_mut().zip(other.endpoints) {
            *n += more;
        }
    }
}

impl AnswerTrend {
    /// Number of spans. If the run is longer, two of them become one.
    const SPANS: usize = 128;
    /// The length of a span at first.
    const SHORTEST: Micros = Micros(40_000);

    /// Records a good answer to an attempt of this endpoint.
    pub(super) fn record(&mut self, (started, ended): (Offset, Offset), endpoint: usize) {
        let i = loop {
            let i = usize::try_from((started.0 / Self::SHORTEST.0) >> self.doubled).unwrap_or(usize::MAX);
            if i < Self::SPANS {
                break i;
            }
            self.double();
        };
        if self.spans.len() <= i {
            self.spans.resize_with(i + 1, TrendSpan::default);
        }
        let span = &mut self.spans[i];
        span.took.record(ended.since(started));
        span.started = Some(span.started.map_or(started, |first| first.min(started)));
        (span.last_start, span.ended) = (span.last_start.max(started), span.ended.max(ended));
        span.endpoints[endpoint % TrendSpan::COUNTERS] += 1;
    }

    fn double(&mut self) {
        let half = self.spans.len().div_ceil(2);
        for i in 0..half {
            // In place: what a span has reserved is kept.
            let mut span = std::mem::take(&mut self.spans[2 * i]);
            if let Some(later) = self.spans.get(2 * i + 1) {
                span.merge(later);
            }
            self.spans[i] = span;
        }
        self.spans.truncate(half);
        self.doubled += 1;
    }

    /// The spans that have answers, oldest first.
    pub fn spans(&self) -> impl Iterator<Item = &TrendSpan> {
        self.spans.iter().filter(|span| span.took.n() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{AnswerTrend, TrendSpan};
    use crate::event::Offset;

    #[test]
    fn the_spans_of_a_long_run_cover_all_of_it() {
        let mut trend = AnswerTrend::default();
        for n in 0..100_000 {
            let started = n * 7_000;
            trend.record((Offset(started), Offset(started + 5_000)), 3);
        }
        let n = trend.spans().count();
        assert!((AnswerTrend::SPANS / 2..=AnswerTrend::SPANS).contains(&n), "{n}");
        let all = TrendSpan::sum(trend.spans());
        assert_eq!((all.took.n(), all.endpoints[3]), (100_000, 100_000));
        assert_eq!((all.started, all.ended), (Some(Offset(0)), Offset(699_998_000)));
        let starts: Vec<_> = trend.spans().map(|span| span.started).collect();
        assert!(starts.is_sorted());
    }
}
