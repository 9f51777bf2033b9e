//! Commands to the source: pause, limits, and commands for one job, endpoint or host.
//!
//! Start at [`UiState::turn`].

use crate::control::Command;
use crate::event::cause::Cause;
use crate::event::outcome::Reason;
use crate::event::{JobId, Offset, Origin, RunEnd, Scope};
use crate::model::{Model, Stage};
use crate::text::sanitize::sanitize;
use crate::tui::effect::{Effect, Leave};
use crate::tui::rows::list::is_over;
use crate::tui::state::{Asking, UiState};
use crate::tui::views::View;

/// Why a host that has been idle for long cannot be changed: it is no longer kept one by one.
const COUNTED_TOGETHER: &str = "it is counted together with other hosts";
/// Why a host or an endpoint that another machine reports cannot be changed: its ids are not ours.
const ELSEWHERE: &str = "another machine runs it";

impl UiState {
    pub(super) fn pause_or_resume(&mut self, model: &Model, now: Offset) -> Option<Command> {
        if model.stage != Stage::Running {
            self.say("nothing starts any more", now);
            return None;
        }
        let command = if model.is_paused { Command::Resume } else { Command::Pause };
        self.pending = Some(command);
        Some(command)
    }

    pub(super) fn turn(&mut self, model: &Model, to: impl Fn(u32, Option<u32>) -> u32, now: Offset) -> Option<Command> {
        if is_over(model) {
            self.say("the run is over", now);
            return None;
        }
        let run = model.limit?;
        let host = self.host_in_hand(model);
        if host.is_some_and(|i| model.hosts.get(i).is_none()) {
            self.say(COUNTED_TOGETHER, now);
            return None;
        }
        let (scope, current, first, place) = match host.and_then(|i| model.hosts.get(i)) {
            Some(host) if !host.origin.is_here() => {
                self.say(ELSEWHERE, now);
                return None;
            }
            Some(host) => {
                let scope = Scope::Host(host.id);
                // A host without a limit of its own has all of the run's.
                (scope, host.limit.unwrap_or(run), host.first_limit.or(model.first_limit), format!(" at {}", host.name))
            }
            None => (Scope::Run, run, model.first_limit, String::new()),
        };
        // Counts from the pending limit, so that ten quick key presses count ten times.
        let from = match self.pending {
            Some(Command::SetLimit { limit, scope: pending }) if pending == scope => limit,
            _ => current,
        };
        let limit = to(from, first).clamp(1, 1_000_000);
        let command = Command::SetLimit { scope, limit };
        self.pending = Some(command);
        self.say(&sanitize(&format!("limit {from} → {limit}{place}")), now);
        Some(command)
    }

    /// The host whose limit the dials turn: where a host or an endpoint is looked at, that one's.
    fn host_in_hand(&self, model: &Model) -> Option<usize> {
        match self.view {
            View::Hosts => self.list().chosen(),
            View::Endpoint => model.endpoints.get(self.list().chosen()?)?.host,
            View::Overview | View::Waterfall | View::Failures | View::Log | View::InFlight => None,
        }
    }

    /// Remembers a command until it has taken effect.
    pub(super) fn remember(&mut self, command: Command) -> Command {
        self.pending = Some(command);
        command
    }

    pub(super) fn put_aside(&mut self, model: &Model, now: Offset) -> Option<Command> {
        let Some(row) = self.list().chosen() else {
            self.say("nothing is selected", now);
            return None;
        };
        let Some(host) = model.hosts.get(row) else {
            self.say(COUNTED_TOGETHER, now);
            return None;
        };
        if !host.origin.is_here() {
            self.say(ELSEWHERE, now);
            return None;
        }
        let id = host.id;
        Some(self.remember(if host.is_quarantined { Command::Release(id) } else { Command::Quarantine(id) }))
    }

    pub(super) fn ask_to_skip(&mut self, model: &Model, now: Offset) {
        match self.list().chosen().and_then(|i| Some((i, model.endpoints.get(i)?))) {
            None => self.say("nothing is selected", now),
            Some((_, endpoint)) if endpoint.is_finished() => self.say("it is over already", now),
            Some((_, endpoint)) if endpoint.is_skipped => self.say("it is skipped already", now),
            Some((_, endpoint)) if !endpoint.origin.is_here() => self.say(ELSEWHERE, now),
            Some((i, endpoint)) => self.asking = Some(Asking::Skip(i, endpoint.id)),
        }
    }

    /// The job on the selected seat.
    pub(super) fn chosen_job(&self, model: &Model) -> Option<JobId> {
        let (attempt, _) = model.open.in_row(self.list().chosen()?)?;
        Some(attempt.job)
    }

    /// Ends the selected attempt; its job is tried again once nothing else is left to start.
    pub(super) fn retry_later(&mut self, model: &Model, now: Offset) -> Option<Command> {
        let Some(job) = self.chosen_job(model) else {
            self.say("nothing is selected", now);
            return None;
        };
        self.say("tried again when there is nothing else to start", now);
        Some(Command::PostponeJob(job))
    }

    pub(super) fn sure(&mut self) -> Option<Command> {
        match self.asking.take()? {
            Asking::Leave => None,
            Asking::Cancel(job) => Some(Command::CancelJob(job)),
            Asking::Repeat(cause) => Some(Command::Repeat(cause)),
            Asking::Skip(_, id) => Some(self.remember(Command::SkipEndpoint(id))),
        }
    }

    /// Asks whether the jobs of the selected cause are to be sent again.
    pub(super) fn ask_to_repeat(&mut self, model: &Model, now: Offset) {
        let chosen = self.list().chosen().and_then(|row| model.incidents.nth(row));
        let refusal = match (chosen, model.stage) {
            (None, _) => "nothing is selected",
            (Some((Cause::Failed(Reason::BadRow), _)), _) => "a bad row makes no request: it has to be put right first",
            (Some((_, group)), _) if group.jobs == 0 => "no job failed for it: retries have made it good",
            (Some((_, group)), _) if group.left() == 0 => "every job of it has been sent again",
            (Some(_), Stage::Draining | Stage::Cancelling) => "nothing starts any more",
            (Some(_), Stage::Ended(RunEnd::Drained | RunEnd::Cancelled | RunEnd::FailedFast)) => {
                "the run was stopped: only one that has finished goes on"
            }
            (Some((cause, _)), Stage::Ready | Stage::Running | Stage::Ended(RunEnd::Finished)) => {
                self.asking = Some(Asking::Repeat(cause));
                return;
            }
        };
        self.say(refusal, now);
    }

    /// The cause whose jobs will be sent again if the person is sure.
    pub fn repeating(&self) -> Option<Cause> {
        match self.asking? {
            Asking::Repeat(cause) => Some(cause),
            Asking::Leave | Asking::Skip(..) | Asking::Cancel(_) => None,
        }
    }

    /// The endpoint that will be skipped if the person is sure.
    pub fn skipping(&self) -> Option<usize> {
        match self.asking? {
            Asking::Skip(i, _) => Some(i),
            Asking::Leave | Asking::Cancel(_) | Asking::Repeat(_) => None,
        }
    }

    /// The job that will be ended if the person is sure.
    pub fn cancelling(&self) -> Option<JobId> {
        match self.asking? {
            Asking::Cancel(job) => Some(job),
            Asking::Leave | Asking::Skip(..) | Asking::Repeat(_) => None,
        }
    }

    /// Whether the question how to leave lies open.
    pub fn asks_how_to_leave(&self) -> bool {
        self.asking == Some(Asking::Leave)
    }

    /// Stops the run and leaves once it has ended.
    pub(super) fn stop(&mut self, command: Command) -> Vec<Effect> {
        self.asking = None;
        self.pending = Some(command);
        vec![Effect::Send(command), Effect::Leave(Leave::WhenEnded)]
    }
}

pub(super) fn is_applied(command: Command, model: &Model) -> bool {
    is_over(model)
        || match command {
            Command::Pause => model.is_paused,
            Command::Resume => !model.is_paused,
            Command::SetLimit { scope: Scope::Run, limit } => model.limit == Some(limit),
            Command::SetLimit { scope: Scope::Host(host), limit } => {
                model.host_by_id(Origin::HERE, host).is_some_and(|host| host.limit == Some(limit))
            }
            // The effect of these shows in the job, or never.
            Command::CancelJob(_) | Command::PostponeJob(_) | Command::Repeat(_) => true,
            Command::SetAdaptive(on) => model.is_adaptive == on,
            Command::SkipEndpoint(id) => model.endpoint_by_id(Origin::HERE, id).is_some_and(|it| it.is_skipped),
            Command::Quarantine(id) => model.host_by_id(Origin::HERE, id).is_some_and(|it| it.is_quarantined),
            Command::Release(id) => model.host_by_id(Origin::HERE, id).is_some_and(|it| !it.is_quarantined),
            Command::Drain => model.stage != Stage::Running,
            Command::Cancel => model.stage == Stage::Cancelling,
        }
}

/// By 1 up to 10, by a tenth above.
pub(super) fn step_up(limit: u32, _: Option<u32>) -> u32 {
    limit.saturating_add((limit / 10).max(1))
}

/// The way back of [`step_up`].
pub(super) fn step_down(limit: u32, _: Option<u32>) -> u32 {
    if limit <= 10 { limit.saturating_sub(1).max(1) } else { (limit - (limit / 11).max(1)).max(10) }
}

#[cfg(test)]
mod tests {
    use super::{step_down, step_up};

    #[test]
    pub(super) fn steps_are_by_one_below_ten_and_by_a_tenth_above() {
        assert_eq!([step_up(1, None), step_up(9, None), step_up(10, None), step_up(100, None)], [2, 10, 11, 110]);
        assert_eq!(
            [step_down(1, None), step_down(10, None), step_down(11, None), step_down(110, None)],
            [1, 9, 10, 100]
        );
    }
}
