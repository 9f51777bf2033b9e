//! What the person at the screen has chosen: selection, order, filter, theme, open questions.
//!
//! Start at [`UiState::update`].

pub mod sort;

use ratatui::crossterm::event::Event as TerminalEvent;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use crate::control::{Abilities, Command};
use crate::event::{Micros, Offset, Scope};
use crate::model::endpoint::Endpoint;
use crate::model::{Model, Stage};
use crate::shown::shown;
use crate::tui::action::Action;
use crate::tui::input::Key;
use crate::tui::keymap;
use crate::tui::keymap::table::Context;
use crate::tui::state::sort::{Sort, compare, rank};

/// What the person has chosen.
#[derive(Debug, Default)]
pub struct UiState {
    /// Index of the selected endpoint.
    pub selected: usize,
    /// The first row shown.
    pub scroll: usize,
    /// Rows the table had when it was last drawn.
    pub page: usize,
    /// The column the table is sorted by.
    pub sort: Sort,
    /// Sorted the other way round.
    pub is_reversed: bool,
    /// What rows must match.
    pub filter: Input,
    /// The filter is being typed.
    pub is_typing: bool,
    /// Latencies of the last ten seconds only.
    pub is_recent: bool,
    /// The list of keys lies open, scrolled to this row.
    pub help: Option<usize>,
    /// The furthest row it can be scrolled to, when it was last drawn.
    pub help_end: usize,
    /// The question before leaving lies open.
    pub is_asking: bool,
    /// The moment at which the picture stands still.
    pub frozen: Option<Offset>,
    /// What was wished for and has not come true.
    pub wish: Option<Command>,
    /// A remark for the footer, and until when it stands there.
    pub remark: Option<(String, Offset)>,
    /// Indices of endpoints in the order of the table.
    pub order: Vec<usize>,
    sorted_at: Option<Offset>,
    /// The order is that of a run that is over.
    is_sorted_for_good: bool,
    leave: Option<Leave>,
    themes_wanted: usize,
    wants_redraw: bool,
    wants_export: bool,
}

/// How the person wants to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Take the screen away now.
    Now,
    /// … and let the last picture stay in the scrollback.
    KeepPicture,
    /// Take it away once what is in flight has ended.
    WhenEnded,
}

impl UiState {
    /// The table keeps its order for this long, so that rows do not jump while they are read.
    const ORDER_HOLDS: Micros = Micros(500_000);
    /// How long a remark stands in the footer.
    const REMARK_STANDS: Micros = Micros(2_500_000);

    /// Turns a key's meaning into a change of view, and perhaps a wish for the source.
    pub fn update(&mut self, action: Action, model: &Model, can: Abilities, now: Offset) -> Option<Command> {
        if let Some(refusal) = keymap::entry(action).and_then(|entry| entry.needs.refusal(can)) {
            self.say(refusal, now);
            return None;
        }
        match action {
            Action::Pause => return self.pause_or_resume(model, now),
            Action::LimitDown => return self.turn(model, step_down, now),
            Action::LimitUp => return self.turn(model, step_up, now),
            Action::LimitHalf => return self.turn(model, |limit, _| (limit / 2).max(1), now),
            Action::LimitDouble => return self.turn(model, |limit, _| limit.saturating_mul(2), now),
            Action::LimitReset => return self.turn(model, |limit, first| first.unwrap_or(limit), now),
            Action::Filter => self.is_typing = true,
            Action::Sort => {
                self.sort = self.sort.next();
                self.is_reversed = false;
                self.sorted_at = None;
                self.say(&format!("sorted by {}", self.sort.name()), now);
            }
            Action::SortReverse => {
                self.is_reversed = !self.is_reversed;
                self.sorted_at = None;
            }
            Action::Up => self.step(-1),
            Action::Down => self.step(1),
            Action::PageUp => self.step(-self.page_step()),
            Action::PageDown => self.step(self.page_step()),
            Action::Top => self.step(isize::MIN),
            Action::Bottom => self.step(isize::MAX),
            Action::Keep => self.is_typing = false,
            Action::Back => self.go_back(),
            Action::Freeze => self.frozen = if self.frozen.is_some() { None } else { Some(now) },
            Action::Window => self.is_recent = !self.is_recent,
            Action::Theme => self.themes_wanted += 1,
            Action::Redraw => self.wants_redraw = true,
            Action::Export => self.wants_export = true,
            Action::Help => self.help = if self.help.is_some() { None } else { Some(0) },
            // Only work that would be lost is worth a question.
            Action::Quit if is_over(model) || !can.stop => self.leave = Some(Leave::Now),
            Action::QuitKeep if is_over(model) || !can.stop => self.leave = Some(Leave::KeepPicture),
            Action::Quit | Action::QuitKeep => self.is_asking = true,
            Action::Drain => return Some(self.stop(Command::Drain)),
            Action::Stop => return Some(self.stop(Command::Cancel)),
            // Signals are the run loop's.
            Action::Interrupt | Action::Suspend => {}
        }
        None
    }

    /// What keys mean now.
    pub fn context(&self) -> Context {
        if self.is_asking {
            Context::Question
        } else if self.is_typing {
            Context::Prompt
        } else if self.help.is_some() {
            Context::Help
        } else {
            Context::Overview
        }
    }

    /// Drops a remark that has stood long enough; `now` is the clock's even while the picture is frozen.
    pub fn forget(&mut self, now: Offset) {
        self.remark.take_if(|(_, until)| now >= *until);
    }

    /// Brings order and selection up to date, before a picture is drawn.
    pub fn refresh(&mut self, model: &Model, now: Offset) {
        if self.wish.is_some_and(|wish| has_come_true(wish, model)) {
            self.wish = None;
        }
        self.is_asking &= !is_over(model);
        // The end is looked at longest, and nothing draws after it: its order is right at once.
        let is_fresh = self.sorted_at.is_some_and(|at| now.since(at) < Self::ORDER_HOLDS)
            && self.is_sorted_for_good == is_over(model);
        if !is_fresh || (self.order.len() < model.endpoints.len() && self.filter.value().is_empty()) {
            self.arrange(model, now);
        }
        self.keep_in_view();
    }

    /// A key that means no action here edits the filter, where that is being typed.
    pub fn edit(&mut self, key: Key) {
        if self.is_typing {
            self.filter.handle_event(&TerminalEvent::Key(key));
            self.refilter();
        }
    }

    /// The filter's text has changed.
    pub fn refilter(&mut self) {
        self.sorted_at = None;
        self.scroll = 0;
    }

    /// Says something in the footer for a while.
    pub fn say(&mut self, remark: &str, now: Offset) {
        self.remark = Some((remark.to_owned(), now + Self::REMARK_STANDS));
    }

    /// Leaves once the run has ended, as somebody asked from outside.
    pub fn leave_when_ended(&mut self) {
        self.is_asking = false;
        self.leave.get_or_insert(Leave::WhenEnded);
    }

    /// How to leave, once the person has said so.
    pub fn leaving(&self, model: &Model) -> Option<Leave> {
        match self.leave {
            Some(Leave::WhenEnded) if is_over(model) => Some(Leave::Now),
            leave => leave,
        }
    }

    /// Whether the last picture is to stay.
    pub fn keeps_picture(&self) -> bool {
        self.leave == Some(Leave::KeepPicture)
    }

    /// Themes asked for since last asked.
    pub fn take_themes_wanted(&mut self) -> usize {
        std::mem::take(&mut self.themes_wanted)
    }

    /// Whether everything should be drawn anew, since last asked.
    pub fn take_redraw(&mut self) -> bool {
        std::mem::take(&mut self.wants_redraw)
    }

    /// Whether a picture is to be saved.
    pub fn wants_export(&self) -> bool {
        self.wants_export
    }

    /// Whether a picture is to be saved, since last asked.
    pub fn take_export(&mut self) -> bool {
        std::mem::take(&mut self.wants_export)
    }

    fn pause_or_resume(&mut self, model: &Model, now: Offset) -> Option<Command> {
        if model.stage != Stage::Running {
            self.say("nothing starts any more", now);
            return None;
        }
        let wish = if model.is_paused { Command::Resume } else { Command::Pause };
        self.wish = Some(wish);
        Some(wish)
    }

    fn turn(&mut self, model: &Model, to: impl Fn(u32, Option<u32>) -> u32, now: Offset) -> Option<Command> {
        if is_over(model) {
            self.say("the run is over", now);
            return None;
        }
        // From the last wish on, so that a key pressed ten times quickly counts ten times.
        let from = match self.wish {
            Some(Command::SetLimit { limit, .. }) => limit,
            _ => model.limit?,
        };
        let limit = to(from, model.first_limit).clamp(1, 1_000_000);
        let wish = Command::SetLimit { scope: Scope::Run, limit };
        self.wish = Some(wish);
        self.say(&format!("limit {from} → {limit}"), now);
        Some(wish)
    }

    fn stop(&mut self, wish: Command) -> Command {
        self.is_asking = false;
        self.leave = Some(Leave::WhenEnded);
        self.wish = Some(wish);
        wish
    }

    fn go_back(&mut self) {
        if self.is_asking {
            self.is_asking = false;
        } else if self.help.is_some() {
            self.help = None;
        } else if self.is_typing || !self.filter.value().is_empty() {
            self.is_typing = false;
            self.filter.reset();
            self.refilter();
        } else {
            self.frozen = None;
        }
    }

    fn step(&mut self, by: isize) {
        if let Some(row) = &mut self.help {
            *row = row.saturating_add_signed(by).min(self.help_end);
            return;
        }
        let at = self.row_of_selected().unwrap_or(self.scroll);
        let last = self.order.len().saturating_sub(1);
        if let Some(&endpoint) = self.order.get(at.saturating_add_signed(by).min(last)) {
            self.selected = endpoint;
        }
        self.keep_in_view();
    }

    fn page_step(&self) -> isize {
        isize::try_from(self.page.saturating_sub(1).max(1)).unwrap_or(1)
    }

    fn row_of_selected(&self) -> Option<usize> {
        self.order.iter().position(|&endpoint| endpoint == self.selected)
    }

    fn keep_in_view(&mut self) {
        let page = self.page.max(1);
        self.scroll = self.scroll.min(self.order.len().saturating_sub(page));
        // The cursor sits on the first row until it is moved, so rows above it are never missed.
        if let Some(row) = self.row_of_selected() {
            if row < self.scroll {
                self.scroll = row;
            } else if row >= self.scroll + page {
                self.scroll = row + 1 - page;
            }
        }
    }

    /// Sorts and filters the endpoints anew.
    fn arrange(&mut self, model: &Model, now: Offset) {
        self.sorted_at = Some(now);
        self.is_sorted_for_good = is_over(model);
        let was_at = self.row_of_selected();
        let wanted = self.filter.value().to_lowercase();
        let (wanted, inverted) = match wanted.strip_prefix('!') {
            Some(rest) => (rest, true),
            None => (wanted.as_str(), false),
        };
        let matches = |endpoint: &Endpoint| {
            wanted.is_empty() || shown(&endpoint.name).to_lowercase().contains(wanted) != inverted
        };
        self.order.clear();
        self.order.extend((0..model.endpoints.len()).filter(|&i| matches(&model.endpoints[i])));
        let sort = self.sort;
        if sort == Sort::State {
            // Each row's rank once, not at every comparison.
            self.order.sort_by_cached_key(|&i| rank(model.endpoints[i].state(now)));
        } else {
            self.order.sort_by(|&a, &b| compare(sort, &model.endpoints[a], &model.endpoints[b]));
        }
        if self.is_reversed {
            self.order.reverse();
        }
        // The selection stays with its endpoint, unless it sits at the top: there it shows what is next.
        if was_at.is_none_or(|row| row == 0)
            && let Some(&first) = self.order.first()
        {
            self.selected = first;
        }
    }
}

fn is_over(model: &Model) -> bool {
    matches!(model.stage, Stage::Ended(_))
}

fn has_come_true(wish: Command, model: &Model) -> bool {
    is_over(model)
        || match wish {
            Command::Pause => model.is_paused,
            Command::Resume => !model.is_paused,
            Command::SetLimit { scope: Scope::Run, limit } => model.limit == Some(limit),
            Command::SetLimit { scope: Scope::Host(host), limit } => {
                model.hosts.get(host.0 as usize).is_some_and(|host| host.limit == Some(limit))
            }
            // What these ask for is seen in the job, or may never be.
            Command::CancelJob(_) | Command::PostponeJob(_) => true,
            Command::SetAdaptive(on) => model.is_adaptive == on,
            Command::SkipEndpoint(id) => model.endpoints.get(id.0 as usize).is_some_and(|it| it.is_skipped),
            Command::Quarantine(id) => model.hosts.get(id.0 as usize).is_some_and(|it| it.is_quarantined),
            Command::Release(id) => model.hosts.get(id.0 as usize).is_some_and(|it| !it.is_quarantined),
            Command::Drain => model.stage != Stage::Running,
            Command::Cancel => model.stage == Stage::Cancelling,
        }
}

/// By 1 up to 10, by a tenth above.
fn step_up(limit: u32, _: Option<u32>) -> u32 {
    limit.saturating_add((limit / 10).max(1))
}

/// The way back of [`step_up`].
fn step_down(limit: u32, _: Option<u32>) -> u32 {
    if limit <= 10 { limit.saturating_sub(1).max(1) } else { (limit - (limit / 11).max(1)).max(10) }
}

#[cfg(test)]
mod tests {
    use super::{step_down, step_up};

    #[test]
    fn steps_are_by_one_below_ten_and_by_a_tenth_above() {
        assert_eq!([step_up(1, None), step_up(9, None), step_up(10, None), step_up(100, None)], [2, 10, 11, 110]);
        assert_eq!(
            [step_down(1, None), step_down(10, None), step_down(11, None), step_down(110, None)],
            [1, 9, 10, 100]
        );
    }
}
