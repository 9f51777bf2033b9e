//! Questions before an action that cannot be undone: skip, cancel, resend, quit.
//!
//! What a question is about may end while it is open. It then stays open and says so, and its answer does nothing
//! else: the key must not do what it means in the view below. Start at [`UiState::confirm`].

use crate::control::Command;
use crate::event::cause::Cause;
use crate::event::outcome::Reason;
use crate::event::reasons::RunEnd;
use crate::event::{EndpointId, JobId, Offset};
use crate::model::{Model, Stage};
use crate::tui::rows::grouping::Grouping;
use crate::tui::rows::list::is_over;
use crate::tui::state::UiState;
use crate::tui::state::commands::NOT_LOCAL;

/// An open question to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// How to quit an unfinished run?
    Leave,
    /// Skip this endpoint? With its row, and its id at the source.
    Skip(usize, EndpointId),
    /// Cancel this job?
    Cancel(JobId),
    /// Resend the jobs that failed for this cause?
    Repeat(Cause),
}

impl Question {
    /// Why there is nothing left to ask, if what it is about has ended meanwhile.
    fn moot(self, model: &Model) -> Option<String> {
        let over = || is_over(model).then(|| "the run is over".to_owned());
        match self {
            Self::Leave => None,
            Self::Skip(row, _) => {
                let endpoint = model.endpoints.get(row)?;
                let is_done = endpoint.is_finished() || endpoint.is_skipped;
                let word = if endpoint.is_skipped { "skipped" } else { "finished" };
                over().or(is_done.then(|| format!("this endpoint is already {word}")))
            }
            Self::Cancel(job) => {
                over().or((!model.open.holds(job)).then(|| format!("job #{} is no longer in flight", job.0)))
            }
            Self::Repeat(cause) => repeat_refusal(cause, model).map(str::to_owned),
        }
    }
}

impl UiState {
    /// Answers the open question with yes. What it was about may have ended; then only that is shown.
    pub(super) fn confirm(&mut self, model: &Model, now: Offset) -> Option<Command> {
        let question = self.question.take()?;
        if let Some(why) = question.moot(model) {
            self.show_remark(&format!("{why}: nothing was done"), now);
            return None;
        }
        match question {
            Question::Leave => None,
            Question::Cancel(job) => Some(Command::CancelJob(job)),
            Question::Repeat(cause) => Some(Command::Repeat(cause)),
            Question::Skip(_, id) => Some(self.set_pending(Command::SkipEndpoint(id))),
        }
    }

    /// Asks whether to skip the rest of the selected endpoint.
    pub(super) fn ask_to_skip(&mut self, model: &Model, now: Offset) {
        if self.grouping() != Grouping::Endpoint {
            return self.show_remark("group by endpoint first: only endpoints are skipped", now);
        }
        match self.list().selected_row().and_then(|i| Some((i, model.endpoints.get(i)?))) {
            None => self.show_remark("nothing is selected", now),
            Some((_, endpoint)) if endpoint.is_finished() => self.show_remark("this endpoint is already finished", now),
            Some((_, endpoint)) if endpoint.is_skipped => self.show_remark("this endpoint is already skipped", now),
            Some((_, endpoint)) if !endpoint.origin.is_here() => self.show_remark(NOT_LOCAL, now),
            Some((i, endpoint)) => self.question = Some(Question::Skip(i, endpoint.id)),
        }
    }

    /// Asks whether to cancel the selected job.
    pub(super) fn ask_to_cancel(&mut self, model: &Model, now: Offset) {
        match self.selected_job(model) {
            Some(job) => self.question = Some(Question::Cancel(job)),
            None => self.show_remark("nothing is selected", now),
        }
    }

    /// Asks whether to resend the jobs that failed for the selected cause.
    pub(super) fn ask_to_repeat(&mut self, model: &Model, now: Offset) {
        let Some(cause) = self.selected_cause(model) else { return self.show_remark("nothing is selected", now) };
        match repeat_refusal(cause, model) {
            Some(refusal) => self.show_remark(refusal, now),
            None => self.question = Some(Question::Repeat(cause)),
        }
    }

    /// Why the open question has nothing left to ask about.
    pub fn moot_question(&self, model: &Model) -> Option<String> {
        self.question?.moot(model)
    }

    /// The cause whose jobs will be resent if the user confirms.
    pub fn cause_to_repeat(&self) -> Option<Cause> {
        match self.question? {
            Question::Repeat(cause) => Some(cause),
            Question::Leave | Question::Skip(..) | Question::Cancel(_) => None,
        }
    }

    /// The endpoint that will be skipped if the user confirms.
    pub fn endpoint_to_skip(&self) -> Option<usize> {
        match self.question? {
            Question::Skip(i, _) => Some(i),
            Question::Leave | Question::Cancel(_) | Question::Repeat(_) => None,
        }
    }

    /// The job that will be cancelled if the user confirms.
    pub fn job_to_cancel(&self) -> Option<JobId> {
        match self.question? {
            Question::Cancel(job) => Some(job),
            Question::Leave | Question::Skip(..) | Question::Repeat(_) => None,
        }
    }

    /// Whether the question before quitting is open.
    pub fn is_quit_question_open(&self) -> bool {
        self.question == Some(Question::Leave)
    }

    /// Closes the open question, after an interrupt has answered it.
    pub fn dismiss_question(&mut self) {
        self.question = None;
    }
}

/// Why the jobs that failed for a cause cannot be resent now.
fn repeat_refusal(cause: Cause, model: &Model) -> Option<&'static str> {
    match (model.incidents.by_cause(cause), model.stage) {
        (None, _) => Some("nothing is selected"),
        (Some((Cause::Failed(Reason::BadRow), _)), _) => Some("a bad row makes no request: correct the row first"),
        (Some((_, group)), _) if group.jobs == 0 => Some("no job failed for this cause: all retries succeeded"),
        (Some((_, group)), _) if group.left() == 0 => Some("all its jobs have already been resent"),
        (Some(_), Stage::Draining | Stage::Cancelling) => Some("the run is stopping"),
        (Some(_), Stage::Ended(RunEnd::Drained | RunEnd::Cancelled | RunEnd::FailedFast)) => {
            Some("the run was stopped: only a finished run can resend jobs")
        }
        (Some(_), Stage::Ready | Stage::Running | Stage::Ended(RunEnd::Finished | RunEnd::GivenUp)) => None,
    }
}
