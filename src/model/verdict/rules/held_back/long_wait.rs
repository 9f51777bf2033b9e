//! A long wait: a host asked for it, so that nothing starts there, or was given up because it is too long.
//!
//! Start at [`long_wait`].

use std::sync::Arc;

use crate::event::cause::Cause;
use crate::event::outcome::Reason;
use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, host_name};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// A host that asked for a long wait, or that was given up because it refused everything.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LongWaitFinding {
    /// Number of the host.
    host: usize,
    /// What becomes of its jobs.
    fate: WaitFate,
    /// Number of hosts in this state.
    hosts: u64,
}

/// What becomes of the jobs of a host that asked for a long wait.
#[derive(Clone, Debug, PartialEq, Eq)]
enum WaitFate {
    /// They wait until the moment that it named.
    Wait {
        /// How long it asked for.
        asked: Micros,
        /// That moment.
        until: Offset,
    },
    /// They fail at a moment before.
    WillFail {
        /// How long it asked for.
        asked: Micros,
        /// The moment that it named.
        until: Offset,
        /// When they fail.
        fails_at: Offset,
    },
    /// They fail without being sent.
    GivenUp {
        /// Since when.
        since: Offset,
        /// Why, with the setting; foreign text.
        why: Arc<str>,
    },
}

/// A host has been given up because it refused, or asked for a wait so long that nothing else explains the run now.
pub fn long_wait(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let found = find(figures)?;
    let gravity = if matches!(found.fate, WaitFate::GivenUp { .. }) { Gravity::Failed } else { Gravity::Limited };
    Some((gravity, found.sentence(figures.model), found.explanation()))
}

fn find(figures: &RunFigures<'_>) -> Option<LongWaitFinding> {
    let model = figures.model;
    let given_up = || model.hosts_given_up().filter(|(_, given_up)| !given_up.was_down);
    if let Some((host, first)) = given_up().next() {
        let fate = WaitFate::GivenUp { since: first.since, why: Arc::clone(&first.why) };
        return Some(LongWaitFinding { host: host.number, fate, hosts: given_up().count() as u64 });
    }
    if model.ended.is_some() {
        return None;
    }
    let waiting = || model.hosts.kept().filter_map(|host| Some((host.number, fate_of_wait(model, host.number)?)));
    let (host, fate) = waiting().max_by_key(|(_, fate)| match fate {
        WaitFate::Wait { until, .. } | WaitFate::WillFail { until, .. } => *until,
        WaitFate::GivenUp { since, .. } => *since,
    })?;
    Some(LongWaitFinding { host, fate, hosts: waiting().count() as u64 })
}

fn fate_of_wait(model: &Model, host: usize) -> Option<WaitFate> {
    let (host, now) = (model.hosts.get(host)?, model.last);
    if let Some(wait) = host.cut_wait(now) {
        let asked = wait.until.since(host.cooled_at);
        return Some(WaitFate::WillFail { asked, until: wait.until, fails_at: wait.fails_at });
    }
    let until = host.cooldown.filter(|&until| until > now && host.in_flight == 0 && host.given_up.is_none())?;
    let asked = until.since(host.cooled_at);
    host.is_wait_reported.then_some(WaitFate::Wait { asked, until })
}

impl LongWaitFinding {
    /// The finding as a sentence.
    fn sentence(&self, model: &Model) -> VerdictSentence {
        let name = host_name(model, self.host);
        let others =
            if self.hosts > 1 { format!(" ({} in all)", units::plural(self.hosts, "host")) } else { String::new() };
        let asked_text = |asked: Micros| format!("{name} asked for a wait of {}{others}", units::length(asked));
        match &self.fate {
            WaitFate::Wait { asked, until } => VerdictSentence::new(
                asked_text(*asked),
                format!("nothing starts there before {}", units::clock_seconds(*until)),
                "its jobs wait, and lose no try".to_owned(),
            )
            .or_number(format!("No start before {}", units::clock_seconds(*until)))
            .or_brief(name, "its jobs wait"),
            WaitFate::WillFail { asked, until, fails_at } => {
                let (until, fails_at) = (units::clock_seconds(*until), units::clock_seconds(*fails_at));
                VerdictSentence::new(
                    asked_text(*asked),
                    format!("nothing starts there before {until}"),
                    format!("its jobs fail at {fails_at}, as `retry.longest_wait` sets"),
                )
                .or_number(format!("No start before {until}"))
                .or_brief(name, &format!("jobs fail at {fails_at}"))
            }
            WaitFate::GivenUp { since, why } => {
                let (jobs, unsent) = self.lost_jobs(model);
                let failed = format!("{} failed", units::plural(jobs, "job"));
                let remedy = match unsent {
                    0 => failed.clone(),
                    unsent => format!("{failed}, {} without being sent", units::count(unsent)),
                };
                let since = units::clock_seconds(*since);
                VerdictSentence::new(
                    format!("Given up at {since}"),
                    format!("{name} {}{others}", sanitize(why)),
                    remedy,
                )
                .or_brief(format!("{name}, see `retry.longest_wait`"), &failed)
            }
        }
    }

    /// The jobs that failed, and how many of them were never sent: those at this host, if it is the only one in this
    /// state and its endpoints are known.
    fn lost_jobs(&self, model: &Model) -> (u64, u64) {
        let unsent = model.incidents.by_cause(Cause::Failed(Reason::GivenUp)).map(|(_, group)| group);
        let endpoints = || model.endpoints.iter().enumerate().filter(|(_, it)| it.host == Some(self.host));
        let failed: u64 = endpoints().map(|(_, endpoint)| endpoint.failed).sum();
        if self.hosts > 1 || failed == 0 {
            return (model.totals.jobs_failed, unsent.map_or(0, |group| group.jobs));
        }
        let of = |i: usize| unsent.and_then(|group| group.endpoints.get(&i)).copied().unwrap_or(0);
        (failed, endpoints().map(|(i, _)| of(i)).sum())
    }

    /// How it was found.
    fn explanation(&self) -> Explanation {
        let observed = match &self.fate {
            WaitFate::Wait { asked, .. } | WaitFate::WillFail { asked, .. } => {
                format!("a refusal that asked for a wait of {}", units::length(*asked))
            }
            WaitFate::GivenUp { since, why } => format!("{}: {}", units::clock(*since), sanitize(why)),
        };
        Explanation {
            observed,
            formula: format!(
                "a stated wait of {} or more, or refusals for as long as `retry.longest_wait` allows",
                units::length(t::LONG_WAIT)
            ),
            refuted: "an accepted request before that moment",
            causes: &["a quota for an hour or a day", "a block of this client"],
            press: Some(Press::Hosts),
        }
    }
}
