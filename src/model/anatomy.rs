//! The breakdown of an endpoint's attempts: time per phase, outcomes, and the slowest attempts.
//!
//! It is small, because each of ten thousand endpoints may have one. Start at [`Anatomy`].

use crate::event::Micros;
use crate::event::outcome::{Outcome, Phase, PhaseTimes, Reason};
use crate::event::waits::WaitTimes;

/// The breakdown of all attempts of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anatomy {
    /// Attempts started.
    pub started: u64,
    /// The total time that they waited, by reason.
    pub waited: WaitTimes,
    /// DNS look-up, if measured.
    pub resolve: Mean,
    /// Connecting, on a new connection.
    pub connect: Mean,
    /// TLS handshake, on a new connection.
    pub tls: Mean,
    /// Attempts on a reused connection.
    pub reused: u64,
    /// Waiting for the head of the answer.
    pub first_byte: Mean,
    /// Reading the body.
    pub body: Mean,
    /// Number of attempts per ending, in the order of first occurrence.
    endings: Vec<(Ending, u64)>,
    /// Attempts whose ending is not in the full list.
    other_endings: u64,
}

/// A running mean of times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mean {
    sum: Micros,
    n: u64,
}

impl Mean {
    /// The mean; `None` without values.
    pub fn value(self) -> Option<Micros> {
        self.sum.0.checked_div(self.n).map(Micros)
    }

    /// Number of values.
    pub fn n(self) -> u64 {
        self.n
    }

    fn add(&mut self, length: Option<Micros>) {
        if let Some(length) = length {
            self.sum += length;
            self.n += 1;
        }
    }
}

/// How an attempt ended, without the details of the single case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// An expected answer.
    Expected(u16),
    /// An unexpected answer.
    Unexpected(u16),
    /// A redirect.
    Redirected(u16),
    /// A request to slow down.
    Throttled(u16),
    /// A time-out.
    TimedOut(Phase),
    /// No complete answer.
    Failed(Reason),
    /// Cancelled by the client.
    Cancelled,
}

impl From<&Outcome> for Ending {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Answered { status, expected: true, .. } => Self::Expected(*status),
            Outcome::Answered { status, .. } => Self::Unexpected(*status),
            Outcome::Redirected { status } => Self::Redirected(*status),
            Outcome::Throttled { status, .. } => Self::Throttled(*status),
            Outcome::TimedOut { phase } => Self::TimedOut(*phase),
            Outcome::Failed { reason, .. } => Self::Failed(*reason),
            Outcome::Cancelled => Self::Cancelled,
        }
    }
}

impl Anatomy {
    /// Maximum number of different endings.
    pub const ENDINGS: usize = 16;

    /// The endings and their counts, most frequent first.
    pub fn endings(&self) -> Vec<(Ending, u64)> {
        let mut endings = self.endings.clone();
        endings.sort_by_key(|&(_, n)| std::cmp::Reverse(n));
        endings
    }

    /// Attempts whose ending is not listed.
    pub fn other_endings(&self) -> u64 {
        self.other_endings
    }

    /// Records a start.
    pub(super) fn start(&mut self, waited: WaitTimes) {
        self.started += 1;
        self.waited += waited;
    }

    /// Records an end, and how long the attempt took, if that is known.
    pub(super) fn end(&mut self, ending: Ending, took: Option<Micros>, spent: PhaseTimes) {
        let spent = match (ending, took) {
            (Ending::TimedOut(phase), Some(took)) => with_time_out(spent, phase, took),
            _ => spent,
        };
        self.resolve.add(spent.resolve);
        self.connect.add(spent.connect);
        self.tls.add(spent.tls);
        self.first_byte.add(spent.first_byte);
        self.body.add(spent.body);
        self.reused += u64::from(spent.first_byte.is_some() && spent.connect.is_none());
        match self.endings.iter().position(|(known, _)| *known == ending) {
            Some(known) => self.endings[known].1 += 1,
            None if self.endings.len() < Self::ENDINGS => {
                self.endings.reserve_exact(1);
                self.endings.push((ending, 1));
            }
            None => self.other_endings += 1,
        }
    }
}

/// The phases of an attempt that timed out: the one that it waited in has the time that the others did not take.
fn with_time_out(spent: PhaseTimes, phase: Phase, took: Micros) -> PhaseTimes {
    let known = [spent.stale, spent.resolve, spent.connect, spent.tls, spent.first_byte, spent.body];
    let known = known.into_iter().flatten().fold(Micros::ZERO, |sum, part| sum + part);
    let rest = Micros(took.0.saturating_sub(known.0));
    let waited = |part: Option<Micros>| Some(part.unwrap_or_default() + rest);
    match phase {
        Phase::Resolve => PhaseTimes { resolve: waited(spent.resolve), ..spent },
        Phase::Connect => PhaseTimes { connect: waited(spent.connect), ..spent },
        Phase::Tls => PhaseTimes { tls: waited(spent.tls), ..spent },
        Phase::FirstByte => PhaseTimes { first_byte: waited(spent.first_byte), ..spent },
        Phase::Body => PhaseTimes { body: waited(spent.body), ..spent },
        // The phase in which the job's time ran out is unknown.
        Phase::Job => spent,
    }
}

#[cfg(test)]
mod tests {
    use super::{Anatomy, Ending};
    use crate::event::Micros;
    use crate::event::outcome::{Phase, PhaseTimes};
    use crate::event::waits::WaitTimes;

    #[test]
    fn many_different_statuses_do_not_fill_the_memory() {
        let mut anatomy = Anatomy::default();
        for status in 0..1_000 {
            anatomy.end(Ending::Unexpected(status), Some(Micros(200)), PhaseTimes::default());
        }
        assert_eq!((anatomy.endings().len(), anatomy.other_endings()), (Anatomy::ENDINGS, 984));
    }

    #[test]
    fn a_time_out_counts_in_the_phase_that_it_waited_in() {
        let mut anatomy = Anatomy::default();
        let answered = PhaseTimes { first_byte: Some(Micros(100)), body: Some(Micros(10)), ..PhaseTimes::default() };
        anatomy.end(Ending::Expected(200), Some(Micros(110)), answered);
        let connected = PhaseTimes { connect: Some(Micros(50)), ..PhaseTimes::default() };
        anatomy.end(Ending::TimedOut(Phase::FirstByte), Some(Micros(950)), connected);
        assert_eq!((anatomy.first_byte.value(), anatomy.connect.value()), (Some(Micros(500)), Some(Micros(50))));
        assert_eq!(anatomy.body.value(), Some(Micros(10)));
    }

    #[test]
    fn a_reused_connection_does_not_lower_the_mean_connect_time() {
        let mut anatomy = Anatomy::default();
        anatomy.start(WaitTimes { slot: Micros(40), ..WaitTimes::NONE });
        let first = PhaseTimes { connect: Some(Micros(30)), first_byte: Some(Micros(100)), ..PhaseTimes::default() };
        anatomy.end(Ending::Expected(200), Some(Micros(200)), first);
        let second = PhaseTimes { first_byte: Some(Micros(200)), ..PhaseTimes::default() };
        anatomy.end(Ending::Expected(200), Some(Micros(200)), second);
        assert_eq!((anatomy.connect.value(), anatomy.reused), (Some(Micros(30)), 1));
        assert_eq!((anatomy.first_byte.value(), anatomy.resolve.value()), (Some(Micros(150)), None));
        assert_eq!((anatomy.started, anatomy.waited.slot), (1, Micros(40)));
    }
}
