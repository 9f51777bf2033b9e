//! The outline of a recording: what happened when, over its whole length.
//!
//! It is read before the recording is played, so that a scrub bar can show what is still to come. Its memory is
//! bounded: occurrences of one kind that are close to each other are one highlight. Start at [`Outline::add`].

use std::collections::HashSet;

use crate::event::cause::Cause;
use crate::event::origin::Origin;
use crate::event::outcome::{JobEnd, Outcome};
use crate::event::{Fact, HostId, Offset};

/// What happened when in a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    highlights: Vec<Highlight>,
    /// Occurrences of one kind that are closer than this are one highlight.
    gap: u64,
    n_marks: u64,
    is_paused: bool,
    down: HashSet<(Origin, HostId)>,
    /// When the recording ends.
    end: Offset,
}

/// A moment of interest, or a time span of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// When it began.
    pub at: Offset,
    /// When it was over, or when the last of its occurrences happened.
    pub until: Offset,
    /// What happened.
    pub kind: HighlightKind,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HighlightKind {
    /// Attempts or jobs failed.
    Failed,
    /// Attempts were refused with a request to slow down.
    Refused,
    /// A limit changed.
    Limit,
    /// The run was paused.
    Paused,
    /// The process or its machine was stopped.
    Stopped,
    /// Hosts did not answer.
    Down,
    /// The user marked the moment; the number of the mark, from 0.
    Marked(u64),
}

impl HighlightKind {
    /// What happened, as a noun.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failure",
            Self::Refused => "429",
            Self::Limit => "limit change",
            Self::Paused => "pause",
            Self::Stopped => "stop",
            Self::Down => "outage",
            Self::Marked(_) => "mark",
        }
    }
}

impl Outline {
    /// Number of highlights kept.
    const MOST: usize = 4_096;
    /// The shortest distance of two highlights of one kind.
    const LEAST_GAP: u64 = 20_000;
    /// Highlights of one kind are at least this part of the recording apart: they have a column each on a wide screen.
    const PARTS: u64 = 200;

    /// When the recording ends.
    pub fn end(&self) -> Offset {
        self.end
    }

    /// The number of marks in the recording.
    pub fn n_marks(&self) -> u64 {
        self.n_marks
    }

    /// All of them, in the order of their beginning.
    pub fn highlights(&self) -> &[Highlight] {
        &self.highlights
    }

    /// Adds the event that happened at `at`, by the clock of the recording.
    pub fn add(&mut self, at: Offset, origin: Origin, fact: &Fact) {
        self.end = self.end.max(at);
        match fact {
            Fact::AttemptEnded { outcome: Outcome::Throttled { .. }, .. } => self.occur(at, HighlightKind::Refused),
            // That a host which is down does not answer is no news.
            Fact::AttemptEnded { outcome, .. } if Cause::from_outcome(outcome).is_some() && self.down.is_empty() => {
                self.occur(at, HighlightKind::Failed);
            }
            Fact::JobSettled { end: JobEnd::Failed { .. }, .. } => self.occur(at, HighlightKind::Failed),
            Fact::LimitChanged { .. } => self.occur(at, HighlightKind::Limit),
            Fact::Paused => {
                self.is_paused = true;
                self.occur(at, HighlightKind::Paused);
            }
            Fact::Resumed => {
                self.is_paused = false;
                self.close(at, HighlightKind::Paused);
            }
            Fact::Stopped { .. } => self.occur(at, HighlightKind::Stopped),
            Fact::HostDown { host, .. } => self.begin_outage(at, (origin, *host)),
            Fact::HostUp { host } | Fact::HostGivenUp { host, .. } => self.end_outage(at, (origin, *host)),
            Fact::Marked => {
                self.push(at, HighlightKind::Marked(self.n_marks));
                self.n_marks += 1;
            }
            _ => {}
        }
    }

    /// Completes the outline after the last event.
    pub fn finish(&mut self) {
        if !self.down.is_empty() {
            self.close(self.end, HighlightKind::Down);
        }
        if self.is_paused {
            self.close(self.end, HighlightKind::Paused);
        }
        self.gap = self.gap.max(self.end.0 / Self::PARTS);
        self.merge();
    }

    /// The first highlight after a moment.
    pub fn after(&self, now: Offset) -> Option<Highlight> {
        self.highlights.iter().filter(|highlight| highlight.at > now).min_by_key(|highlight| highlight.at).copied()
    }

    /// The last highlight before a moment.
    pub fn before(&self, now: Offset) -> Option<Highlight> {
        self.highlights.iter().filter(|highlight| highlight.at < now).max_by_key(|highlight| highlight.at).copied()
    }

    /// Records that a host is down. Outages that overlap are one.
    fn begin_outage(&mut self, at: Offset, host: (Origin, HostId)) {
        if self.down.insert(host) && self.down.len() == 1 {
            self.push(at, HighlightKind::Down);
        }
    }

    /// Records that a host is no longer waited for.
    fn end_outage(&mut self, at: Offset, host: (Origin, HostId)) {
        if self.down.remove(&host) && self.down.is_empty() {
            self.close(at, HighlightKind::Down);
        }
    }

    /// Adds an occurrence to the last highlight of its kind, or begins another one.
    fn occur(&mut self, at: Offset, kind: HighlightKind) {
        let gap = self.gap;
        match self.last_of(kind) {
            Some(last) if at.since(last.until).0 < gap => last.until = last.until.max(at),
            _ => self.push(at, kind),
        }
    }

    /// Ends the last highlight of a kind.
    fn close(&mut self, at: Offset, kind: HighlightKind) {
        if let Some(last) = self.last_of(kind) {
            last.until = last.until.max(at);
        }
    }

    fn last_of(&mut self, kind: HighlightKind) -> Option<&mut Highlight> {
        self.highlights.iter_mut().rev().find(|highlight| highlight.kind == kind)
    }

    fn push(&mut self, at: Offset, kind: HighlightKind) {
        while self.highlights.len() >= Self::MOST {
            self.gap = self.gap.saturating_mul(2);
            self.merge();
            // Marks are never merged; beyond this many, the others give way.
            if self.gap >= self.end.0 && self.highlights.len() >= Self::MOST {
                self.highlights.remove(0);
            }
        }
        self.highlights.push(Highlight { at, until: at, kind });
    }

    /// Merges highlights of one kind that are closer than the gap.
    fn merge(&mut self) {
        let all = std::mem::take(&mut self.highlights);
        for highlight in all {
            let gap = self.gap;
            let last = match highlight.kind {
                HighlightKind::Marked(_) => None,
                kind => self.last_of(kind),
            };
            match last {
                Some(last) if highlight.at.since(last.until).0 < gap => last.until = last.until.max(highlight.until),
                _ => self.highlights.push(highlight),
            }
        }
    }
}

impl Default for Outline {
    fn default() -> Self {
        let (highlights, down) = (Vec::new(), HashSet::new());
        Self { highlights, gap: Self::LEAST_GAP, n_marks: 0, is_paused: false, down, end: Offset::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::{Highlight, HighlightKind, Outline};
    use crate::event::origin::Origin;
    use crate::event::outcome::{JobEnd, Outcome};
    use crate::event::reasons::ChangedBy;
    use crate::event::waits::WaitTimes;
    use crate::event::{EndpointId, Fact, HostId, JobId, Micros, Offset, Scope};

    fn failed() -> Fact {
        let end = JobEnd::Failed { last: Outcome::Answered { status: 500, bytes: 0, expected: false } };
        let (job, endpoint, waited) = (JobId(1), EndpointId(0), WaitTimes::NONE);
        Fact::JobSettled { job, endpoint, end, tries: 1, total: Micros(1), waited, target: None }
    }

    fn outline(facts: &[(u64, Fact)]) -> Outline {
        let mut outline = Outline::default();
        for (at, fact) in facts {
            outline.add(Offset(*at), Origin::HERE, fact);
        }
        outline.finish();
        outline
    }

    #[test]
    fn failures_that_are_close_are_one_highlight_and_the_next_is_found_in_both_directions() {
        let limit = Fact::LimitChanged { scope: Scope::Run, limit: 2, by: ChangedBy::Operator };
        let outline = outline(&[
            (1_000_000, failed()),
            (1_015_000, failed()),
            (1_020_000, Fact::Marked),
            (1_025_000, failed()),
            (2_000_000, limit),
            (3_000_000, failed()),
        ]);
        let at = |highlight: Option<Highlight>| highlight.map(|highlight| (highlight.at.0, highlight.kind));
        assert_eq!(at(outline.after(Offset::ZERO)), Some((1_000_000, HighlightKind::Failed)));
        assert_eq!(at(outline.after(Offset(1_000_000))), Some((1_020_000, HighlightKind::Marked(0))));
        assert_eq!(at(outline.after(Offset(1_020_000))), Some((2_000_000, HighlightKind::Limit)));
        assert_eq!(at(outline.before(Offset(3_000_000))), Some((2_000_000, HighlightKind::Limit)));
        assert_eq!((outline.after(Offset(3_000_000)), outline.before(Offset(1_000_000))), (None, None));
        assert_eq!((outline.highlights()[0].until, outline.end()), (Offset(1_025_000), Offset(3_000_000)));
    }

    #[test]
    fn pauses_and_outages_last_until_they_are_over() {
        let down = |next| Fact::HostDown { host: HostId(0), why: "refused".into(), next_try: Offset(next) };
        let outline = outline(&[
            (1_000_000, Fact::Paused),
            (2_000_000, Fact::Resumed),
            (3_000_000, down(4_000_000)),
            (4_000_000, down(5_000_000)),
            (6_000_000, Fact::HostUp { host: HostId(0) }),
            (7_000_000, down(8_000_000)),
            (9_000_000, Fact::Marked),
        ]);
        let spans: Vec<_> = outline.highlights().iter().map(|it| (it.kind.name(), it.at.0, it.until.0)).collect();
        let expected = [
            ("pause", 1_000_000, 2_000_000),
            ("outage", 3_000_000, 6_000_000),
            ("outage", 7_000_000, 9_000_000),
            ("mark", 9_000_000, 9_000_000),
        ];
        assert_eq!(spans, expected);
    }

    #[test]
    fn a_long_recording_does_not_fill_the_memory() {
        let facts: Vec<(u64, Fact)> = (0..20_000).map(|i| (i * 1_000_000, failed())).collect();
        let long = outline(&facts);
        assert!(long.highlights().len() <= Outline::MOST && long.after(Offset(5)).is_none());
        let marks: Vec<(u64, Fact)> = (0..9_000).map(|i| (i * 1_000_000, Fact::Marked)).collect();
        assert!(outline(&marks).highlights().len() <= Outline::MOST);
    }
}
