//! Moments of a run or of a replay: marks, seeking, and the comparison of a marked moment with now.
//!
//! Start at [`UiState::change_moment`] and [`UiState::compare`].

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::control::{Abilities, Command, ReplayCommand};
use crate::event::Offset;
use crate::model::Model;
use crate::model::moment::outline::{HighlightKind, Outline};
use crate::model::moment::{MomentFigures, mark_name};
use crate::text::units;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keymap::entry::Context;
use crate::tui::rows::list::is_over;
use crate::tui::state::UiState;

/// The marked moments, and what a recording contains when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// What a recording contains when, if this is a replay.
    pub outline: Option<Arc<Outline>>,
    /// The marks whose figures are known, by number. Those of a recording are known once they have been played.
    marks: BTreeMap<u64, Arc<MomentFigures>>,
    /// The marks that only the screen has, because the source records none.
    own: Vec<u64>,
    /// The moment that was clicked.
    pub(super) clicked: Option<Offset>,
}

/// The comparison of a mark with now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The number of the mark.
    pub mark: u64,
    /// The figures at the mark.
    pub figures: Arc<MomentFigures>,
    /// The first visible line.
    pub scroll: usize,
    /// The maximum scroll position in the last picture.
    end: usize,
}

impl Moments {
    /// Number of marks whose figures are kept.
    const KEPT: usize = 64;

    /// Whether no mark can be compared.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The marks that only the screen has, each with its number.
    pub fn own_marks(&self) -> impl Iterator<Item = (u64, Offset)> {
        self.own.iter().filter_map(|number| Some((*number, self.marks.get(number)?.at)))
    }

    /// Keeps the figures of the marks that the model has met since the last picture.
    ///
    /// A replay may still be on its way to the moment where the user has set a mark.
    pub(super) fn refresh(&mut self, model: &Model, now: Offset) {
        if let Some(mark) = self.own.last().and_then(|number| self.marks.get_mut(number))
            && mark.at == now
        {
            *mark = Arc::new(MomentFigures::new(model, now));
        }
        if model.marked.n_set() > 0 {
            for (number, figures) in model.marked.iter() {
                if !self.own.contains(&number) {
                    self.marks.entry(number).or_insert_with(|| Arc::clone(figures));
                }
            }
            self.forget_oldest();
        }
    }

    /// Sets a mark that only the screen has, and returns its number.
    fn add(&mut self, model: &Model, now: Offset) -> u64 {
        let recorded = self.outline.as_ref().map_or(model.marked.n_set(), |outline| outline.n_marks());
        let number = self.own.last().map_or(recorded, |last| last + 1);
        self.own.push(number);
        self.marks.insert(number, Arc::new(MomentFigures::new(model, now)));
        self.forget_oldest();
        number
    }

    fn forget_oldest(&mut self) {
        while self.marks.len() > Self::KEPT {
            self.marks.pop_first();
        }
        self.own.retain(|number| self.marks.contains_key(number));
    }

    /// The next or the previous moment of interest, with its name.
    fn next(&self, is_forward: bool, now: Offset) -> Option<(Offset, String)> {
        let outline = self.outline.as_ref()?;
        let found = if is_forward { outline.after(now) } else { outline.before(now) };
        let found = found.map(|highlight| {
            let name = match highlight.kind {
                HighlightKind::Marked(number) => format!("mark {}", mark_name(number)),
                kind => kind.name().to_owned(),
            };
            (highlight.at, name)
        });
        let is_beyond = |at: &Offset| if is_forward { *at > now } else { *at < now };
        let own = self.own_marks().filter(|(_, at)| is_beyond(at));
        let candidates = own.map(|(number, at)| (at, format!("mark {}", mark_name(number)))).chain(found);
        if is_forward { candidates.min_by_key(|(at, _)| *at) } else { candidates.max_by_key(|(at, _)| *at) }
    }
}

impl Comparison {
    /// Scrolls by some lines.
    pub(super) fn scroll_by(&mut self, by: isize) {
        self.scroll = self.scroll.saturating_add_signed(by).min(self.end);
    }
}

impl UiState {
    /// Applies an action about moments: seeking, marks, the next event, and the comparison. `None` if it is no such action.
    pub(super) fn change_moment(
        &mut self,
        action: Action,
        model: &Model,
        can: Abilities,
        now: Offset,
    ) -> Option<Vec<Effect>> {
        // While a popup is open, these keys scroll it.
        let seeks_with_rows = can.travel && matches!(self.context(), Context::At(_) | Context::Compare);
        let travel = match action {
            Action::Pause if can.travel => ReplayCommand::TogglePause,
            Action::Start if seeks_with_rows => ReplayCommand::Start,
            Action::End if seeks_with_rows => ReplayCommand::End,
            Action::SeekBack => ReplayCommand::Back,
            Action::SeekOn => ReplayCommand::Forward,
            Action::Slower => ReplayCommand::Slower,
            Action::Faster => ReplayCommand::Faster,
            Action::SeekTo => {
                let Some(at) = self.moments.clicked.take() else {
                    self.show_remark("type a moment after `:`, such as 12.5s, 1m30s or 50%", now);
                    return Some(Vec::new());
                };
                ReplayCommand::To(at)
            }
            Action::NextEvent | Action::PrevEvent if can.travel => {
                return Some(self.seek_event(action == Action::NextEvent, model, now));
            }
            Action::Mark => return Some(self.mark(model, can, now)),
            _ => {
                match action {
                    Action::NextEvent => self.next_match(1, now),
                    Action::PrevEvent => self.next_match(-1, now),
                    Action::Compare => self.compare(now),
                    Action::SiblingPrev if self.comparison.is_some() => self.compare_other(-1),
                    Action::SiblingNext if self.comparison.is_some() => self.compare_other(1),
                    _ => return None,
                }
                return Some(Vec::new());
            }
        };
        Some(vec![Effect::Travel(travel)])
    }

    /// Goes to the next or the previous moment of interest, and holds the replay there.
    fn seek_event(&mut self, is_forward: bool, model: &Model, now: Offset) -> Vec<Effect> {
        self.moments.refresh(model, now);
        let Some((at, name)) = self.moments.next(is_forward, now) else {
            self.show_remark(if is_forward { "no later event" } else { "no earlier event" }, now);
            return Vec::new();
        };
        self.show_remark(&format!("{name} at {}", units::clock(at)), now);
        vec![Effect::Travel(ReplayCommand::HoldAt(at))]
    }

    /// Marks this moment: in the recording of a run, or else only on this screen.
    pub(super) fn mark(&mut self, model: &Model, can: Abilities, now: Offset) -> Vec<Effect> {
        if !can.travel && is_over(model) {
            self.show_remark("the run is over", now);
            return Vec::new();
        }
        if can.stop {
            self.show_remark(&format!("marked {}", units::clock(now)), now);
            return vec![Effect::Send(Command::Mark)];
        }
        let number = self.moments.add(model, now);
        self.show_remark(&format!("mark {} at {}", mark_name(number), units::clock(now)), now);
        Vec::new()
    }

    /// Compares the last mark with now, or closes the comparison.
    pub(super) fn compare(&mut self, now: Offset) {
        self.comparison = match self.moments.marks.last_key_value() {
            Some((mark, figures)) if self.comparison.is_none() => {
                Some(Comparison { mark: *mark, figures: Arc::clone(figures), scroll: 0, end: 0 })
            }
            _ => None,
        };
        if self.moments.marks.is_empty() {
            self.show_remark("no moment is marked yet", now);
        }
    }

    /// Compares another mark with now.
    pub(super) fn compare_other(&mut self, by: isize) {
        let Some(comparison) = &mut self.comparison else { return };
        let marks = &self.moments.marks;
        let next =
            if by < 0 { marks.range(..comparison.mark).next_back() } else { marks.range(comparison.mark + 1..).next() };
        if let Some((mark, figures)) = next {
            (comparison.mark, comparison.figures) = (*mark, Arc::clone(figures));
        }
    }

    /// Records the maximum scroll position of the comparison, and takes the latest figures of its mark.
    pub(super) fn fit_comparison(&mut self, end: usize) {
        if let Some(comparison) = &mut self.comparison {
            comparison.end = end;
            comparison.scroll = comparison.scroll.min(end);
            if let Some(figures) = self.moments.marks.get(&comparison.mark) {
                comparison.figures = Arc::clone(figures);
            }
        }
    }
}

/// Parses a moment of a replay with this end: `12.5s`, `1m30s`, `1:30`, `50%`. A number needs a unit, because digits
/// are also part of names.
pub fn parse_moment(text: &str, end: Offset) -> Option<Offset> {
    let text = text.trim();
    let micros = if let Some(percent) = text.strip_suffix('%') {
        number(percent.trim_end()).filter(|percent| *percent <= 100.0)? / 100.0 * end.0 as f64
    } else if text.contains(':') {
        let mut parts = text.split(':').map(number);
        let seconds = parts.try_fold(0.0, |sum, part| Some(sum * 60.0 + part?))?;
        seconds * 1e6
    } else {
        spans(text)?
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number, and it saturates")]
    let at = Offset(micros.round() as u64);
    Some(at.min(end))
}

/// Parses numbers with units, one after the other: `1m30.5s`.
fn spans(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut micros = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value = number(&rest[..digits])?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        micros += value
            * match &rest[..letters] {
                "ms" => 1e3,
                "s" => 1e6,
                "m" | "min" => 60e6,
                "h" => 3_600e6,
                _ => return None,
            };
        rest = rest[letters..].trim_start();
    }
    (!text.is_empty()).then_some(micros)
}

/// A number without a sign or an exponent.
fn number(text: &str) -> Option<f64> {
    let is_plain =
        text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::parse_moment;
    use crate::event::Offset;

    #[test]
    fn a_moment_is_a_time_a_clock_or_a_share() {
        let parse = |text| parse_moment(text, Offset(200_000_000)).map(|at| at.0);
        assert_eq!([parse("12.5s"), parse("1m30s"), parse("50%")], [12_500_000, 90_000_000, 100_000_000].map(Some));
        assert_eq!([parse("250ms"), parse("1:30"), parse("00:41.2")], [250_000, 90_000_000, 41_200_000].map(Some));
        assert_eq!([parse("0s"), parse("100%"), parse("9h")], [0, 200_000_000, 200_000_000].map(Some));
        for text in ["", "12", "s", "limit", "-3s", "1e3s", "120%", "5x", "1:x", "%", "1..5s", "3s limit"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
