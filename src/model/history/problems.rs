//! Refusals by host and failures by cause, over the whole run.
//!
//! Memory is bounded: after the first few hosts and causes, all others are counted together. Start at
//! [`Problems::rows`].

use std::sync::Arc;

use crate::event::Offset;
use crate::event::cause::Cause;
use crate::event::outcome::Outcome;
use crate::model::bins::Bins;

/// Refused and failed attempts over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    rows: Vec<ProblemRow>,
}

/// The attempts of one row over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemRow {
    /// What they have in common.
    pub kind: ProblemKind,
    /// Their number.
    pub n: u64,
    over_time: Bins<u32, 256>,
}

/// What the attempts of a row have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// This host refused them; foreign text.
    Refused(Arc<str>),
    /// One of the other hosts refused them.
    RefusedElsewhere,
    /// They failed for this cause.
    Failed(Cause),
    /// They failed for one of the other causes.
    FailedOtherwise,
}

impl ProblemKind {
    /// Whether a host refused them.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::RefusedElsewhere)
    }
}

impl ProblemRow {
    /// Attempts that ended within `from..to`.
    pub fn between(&self, from: Offset, to: Offset, now: Offset) -> f64 {
        self.over_time.shares(from, to, now).map(|(share, n)| share * f64::from(*n)).sum()
    }
}

impl Problems {
    /// Number of hosts, and number of causes, that have a row each.
    const MOST: usize = 12;

    /// Refusals first, then failures; of both, the largest first.
    pub fn rows(&self) -> Vec<&ProblemRow> {
        let mut rows: Vec<&ProblemRow> = self.rows.iter().collect();
        rows.sort_by(|a, b| b.kind.is_refusal().cmp(&a.kind.is_refusal()).then(b.n.cmp(&a.n)));
        rows
    }

    /// Counts the end of an attempt at a host, if it was refused or failed.
    pub(in crate::model) fn count(&mut self, at: Offset, outcome: &Outcome, host: &Arc<str>) {
        let Some(cause) = Cause::from_outcome(outcome) else { return };
        let is_refusal = matches!(cause, Cause::Throttled(_));
        let is_same = |row: &ProblemRow| match &row.kind {
            ProblemKind::Refused(known) => is_refusal && known == host,
            ProblemKind::Failed(known) => *known == cause,
            ProblemKind::RefusedElsewhere | ProblemKind::FailedOtherwise => false,
        };
        let at_row = self.rows.iter().position(is_same).unwrap_or_else(|| {
            let n = self.rows.iter().filter(|row| row.kind.is_refusal() == is_refusal).count();
            let kind = match is_refusal {
                true if n < Self::MOST => ProblemKind::Refused(Arc::clone(host)),
                true => ProblemKind::RefusedElsewhere,
                false if n < Self::MOST => ProblemKind::Failed(cause),
                false => ProblemKind::FailedOtherwise,
            };
            self.row_of(kind)
        });
        let row = &mut self.rows[at_row];
        row.n += 1;
        let n = row.over_time.at(at.0);
        *n = n.saturating_add(1);
    }

    /// The row of this kind, which is added if there is none.
    fn row_of(&mut self, kind: ProblemKind) -> usize {
        let known = self.rows.iter().position(|row| row.kind == kind);
        known.unwrap_or_else(|| {
            self.rows.push(ProblemRow { kind, n: 0, over_time: Bins::default() });
            self.rows.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{ProblemKind, Problems};
    use crate::event::Offset;
    use crate::event::cause::Cause;
    use crate::event::outcome::{Outcome, Phase};

    #[test]
    fn refusals_are_counted_by_host_and_failures_by_cause() {
        let mut problems = Problems::default();
        let refused = Outcome::Throttled { status: 429, retry_after: None };
        let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
        let timeout = Outcome::TimedOut { phase: Phase::FirstByte };
        for (at, outcome, host) in [(1, &refused, &a), (2, &refused, &b), (3, &refused, &b), (4, &timeout, &a)] {
            problems.count(Offset(at * 1_000_000), outcome, host);
        }
        problems.count(Offset(5), &Outcome::Answered { status: 200, bytes: 0, expected: true }, &a);
        let rows = problems.rows();
        let kinds: Vec<_> = rows.iter().map(|row| (row.kind.clone(), row.n)).collect();
        let cause = Cause::TimedOut(Phase::FirstByte);
        assert_eq!(
            kinds,
            [(ProblemKind::Refused(b), 2), (ProblemKind::Refused(a), 1), (ProblemKind::Failed(cause), 1)]
        );
        let now = Offset(9_000_000);
        assert!((rows[0].between(Offset(1_500_000), Offset(9_000_000), now) - 2.0).abs() < 1e-9);
        assert!(rows[0].between(Offset::ZERO, Offset(1_500_000), now).abs() < 1e-9);
    }

    #[test]
    fn many_hosts_and_causes_do_not_fill_the_memory() {
        let mut problems = Problems::default();
        for n in 0..200 {
            let host = Arc::from(format!("host {n}"));
            problems.count(Offset(n), &Outcome::Throttled { status: 429, retry_after: None }, &host);
            let status = u16::try_from(400 + n).unwrap();
            problems.count(Offset(n), &Outcome::Answered { status, bytes: 0, expected: false }, &host);
        }
        let rows = problems.rows();
        assert_eq!((rows.len(), rows[0].kind.clone()), (2 * Problems::MOST + 2, ProblemKind::RefusedElsewhere));
        assert_eq!(rows.iter().map(|row| row.n).sum::<u64>(), 400);
    }
}
