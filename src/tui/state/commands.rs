//! Commands to the source: pause, limits, and commands for one job, endpoint or host.
//!
//! Start at [`UiState::change_limit`].

use crate::control::Command;
use crate::event::adaptive::AdaptiveMode;
use crate::event::origin::Origin;
use crate::event::{JobId, Offset, Scope};
use crate::model::host::HostStats;
use crate::model::{Model, Stage};
use crate::text::host_name::short_host;
use crate::text::sanitize::sanitize;
use crate::tui::effect::{Effect, Leave};
use crate::tui::rows::list::is_over;
use crate::tui::state::UiState;
use crate::tui::views::View;

/// The refusal for a host that has been idle for long, because the model no longer tracks it individually.
const NOT_TRACKED: &str = "this idle host is only counted together with others";
/// The refusal for a host or endpoint that another machine reports. Its ids mean nothing to this run.
pub(super) const NOT_LOCAL: &str = "another machine runs it";

impl UiState {
    pub(super) fn pause_or_resume(&mut self, model: &Model, now: Offset) -> Option<Command> {
        if model.stage != Stage::Running {
            self.show_remark("the run is already stopping", now);
            return None;
        }
        let command = if model.is_paused { Command::Resume } else { Command::Pause };
        self.pending = Some(command);
        Some(command)
    }

    pub(super) fn change_limit(
        &mut self,
        model: &Model,
        to: impl Fn(u32, Option<u32>) -> u32,
        now: Offset,
    ) -> Option<Command> {
        if is_over(model) {
            self.show_remark("the run is over", now);
            return None;
        }
        let is_steered = model.evidence.program.is_steered;
        // Without a limit, the first one begins at the most that was in flight.
        let run = model.limit.or(is_steered.then(|| model.level.peak().max(1)))?;
        let host = self.selected_host(model).filter(|_| !is_steered);
        if host.is_some_and(|i| model.hosts.get(i).is_none()) {
            self.show_remark(NOT_TRACKED, now);
            return None;
        }
        let (scope, current, first, place) = match host.and_then(|i| model.hosts.get(i)) {
            Some(host) if !host.origin.is_here() => {
                self.show_remark(NOT_LOCAL, now);
                return None;
            }
            Some(host) => {
                let scope = Scope::Host(host.id);
                // A host without its own limit may use the whole limit of the run.
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
        self.show_remark(&sanitize(&format!("limit {from} → {limit}{place}")), now);
        Some(command)
    }

    /// The host whose limit the keys change: the selected one, in the hosts view and the endpoint view.
    fn selected_host(&self, model: &Model) -> Option<usize> {
        match self.view {
            View::Hosts => self.list().selected_row(),
            View::Endpoint => model.endpoints.get(self.list().selected_row()?)?.host,
            View::Overview
            | View::Waterfall
            | View::Failures
            | View::Log
            | View::InFlight
            | View::Output
            | View::Findings => None,
        }
    }

    /// Steps to the next mode of adaptive limits. Quick key presses step on from the pending mode.
    pub(super) fn next_adaptive_mode(&mut self, model: &Model, now: Offset) -> Option<Command> {
        if is_over(model) {
            self.show_remark("the run is over", now);
            return None;
        }
        if model.evidence.program.is_steered {
            self.show_remark("a watched program has a fixed limit only", now);
            return None;
        }
        let mode = match self.pending {
            Some(Command::SetAdaptive(mode)) => mode.next(),
            _ => model.adaptive.next(),
        };
        self.show_remark(
            match mode {
                AdaptiveMode::Off => "adaptive off: your limits apply, even if hosts refuse",
                AdaptiveMode::WhenRefused => "adaptive when refused: your limits apply until a host refuses",
                AdaptiveMode::On => "adaptive on: each host starts low, and rises as far as it accepts",
            },
            now,
        );
        Some(self.set_pending(Command::SetAdaptive(mode)))
    }

    /// Tries the hosts that are down now: in the hosts view the selected one, elsewhere all.
    pub(super) fn try_hosts(&mut self, model: &Model, now: Offset) -> Vec<Effect> {
        let selected = (self.view == View::Hosts).then(|| self.list().selected_row());
        let is_meant = |host: &HostStats| selected.is_none_or(|row| row == Some(host.number));
        let down: Vec<&HostStats> = model.hosts_down().map(|(host, _)| host).filter(|host| is_meant(host)).collect();
        let here: Vec<&HostStats> = down.iter().copied().filter(|host| host.origin.is_here()).collect();
        let remark = match (here.as_slice(), down.is_empty()) {
            ([], true) if selected.is_some() => "this host is not down".to_owned(),
            ([], true) => "no host is down".to_owned(),
            ([], false) => NOT_LOCAL.to_owned(),
            ([host], _) => format!("trying {} now", sanitize(short_host(&host.name))),
            (hosts, _) => format!("trying {} hosts now", hosts.len()),
        };
        self.show_remark(&remark, now);
        here.iter().map(|host| Effect::Send(Command::TryHost(host.id))).collect()
    }

    /// Whether a host is down that the key would try.
    pub fn has_host_to_try(&self, model: &Model) -> bool {
        let selected = (self.view == View::Hosts).then(|| self.list().selected_row());
        model.hosts_down().any(|(host, _)| selected.is_none_or(|row| row == Some(host.number)))
    }

    /// Keeps a command as pending until it has taken effect.
    pub(super) fn set_pending(&mut self, command: Command) -> Command {
        self.pending = Some(command);
        command
    }

    pub(super) fn toggle_quarantine(&mut self, model: &Model, now: Offset) -> Option<Command> {
        let Some(row) = self.list().selected_row() else {
            self.show_remark("nothing is selected", now);
            return None;
        };
        let Some(host) = model.hosts.get(row) else {
            self.show_remark(NOT_TRACKED, now);
            return None;
        };
        if !host.origin.is_here() {
            self.show_remark(NOT_LOCAL, now);
            return None;
        }
        let id = host.id;
        Some(self.set_pending(if host.is_quarantined { Command::Release(id) } else { Command::Quarantine(id) }))
    }

    /// The job of the selected attempt.
    pub(super) fn selected_job(&self, model: &Model) -> Option<JobId> {
        let (attempt, _) = model.open.in_row(self.list().selected_row()?)?;
        Some(attempt.job)
    }

    /// Cancels the selected attempt. Its job is retried after all other jobs have started.
    pub(super) fn retry_later(&mut self, model: &Model, now: Offset) -> Option<Command> {
        let Some(job) = self.selected_job(model) else {
            self.show_remark("nothing is selected", now);
            return None;
        };
        self.show_remark("this job will be retried after all others", now);
        Some(Command::PostponeJob(job))
    }

    /// Stops the run, and leaves the screen once the run has ended.
    pub(super) fn stop(&mut self, command: Command) -> Vec<Effect> {
        self.question = None;
        self.pending = Some(command);
        vec![Effect::Send(command), Effect::Leave(Leave::WhenEnded)]
    }
}

/// Whether a command has taken effect.
pub(super) fn is_applied(command: Command, model: &Model) -> bool {
    is_over(model)
        || match command {
            Command::Pause => model.is_paused,
            Command::Resume => !model.is_paused,
            Command::SetLimit { scope: Scope::Run, limit } => model.limit == Some(limit),
            Command::SetLimit { scope: Scope::Host(host), limit } => {
                model.host_by_id(Origin::HERE, host).is_some_and(|host| host.limit == Some(limit))
            }
            // Their effect is not visible in the model's settings, so they are never pending.
            Command::CancelJob(_)
            | Command::PostponeJob(_)
            | Command::Repeat(_)
            | Command::Mark
            | Command::TryHost(_) => true,
            Command::SetAdaptive(mode) => model.adaptive == mode,
            Command::SkipEndpoint(id) => model.endpoint_by_id(Origin::HERE, id).is_some_and(|it| it.is_skipped),
            Command::Quarantine(id) => model.host_by_id(Origin::HERE, id).is_some_and(|it| it.is_quarantined),
            Command::Release(id) => model.host_by_id(Origin::HERE, id).is_some_and(|it| !it.is_quarantined),
            Command::Drain => model.stage != Stage::Running,
            Command::Cancel => model.stage == Stage::Cancelling,
        }
}

/// Raises a limit by 1 up to 10, and by a tenth above.
pub(super) fn step_up(limit: u32, _: Option<u32>) -> u32 {
    limit.saturating_add((limit / 10).max(1))
}

/// Lowers a limit; undoes [`step_up`].
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
