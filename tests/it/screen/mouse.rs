//! The mouse does what stands where it points: every click here is on a text that is found in the picture.

use inflight::control::{Abilities, Command};
use inflight::event::{Offset, Scope};
use inflight::model::Model;
use inflight::tui::keymap::entry::Context;
use inflight::tui::picture;
use inflight::tui::state::UiState;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::views::View;
use ratatui::layout::{Position, Rect};

use crate::scenario::{fixtures, fold};
use crate::screen::roles;
use crate::screen::shot::{drawn, press, sent};

/// A screen, and a hand on the mouse.
struct ChangedBy {
    model: Model,
    ui: UiState,
    size: (u16, u16),
}

const NOW: Offset = Offset(6_000_000);

/// Before a run in its sixth second, after some keys.
fn hand(size: (u16, u16), keys: &str) -> ChangedBy {
    let model = fold(fixtures::read("storm-429").iter().filter(|event| event.at <= NOW));
    let mut hand = ChangedBy { model, ui: UiState::default(), size };
    hand.press(keys);
    hand
}

impl ChangedBy {
    fn press(&mut self, keys: &str) {
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        press(&mut self.ui, &self.model, Abilities::FULL, (NOW, area), keys);
    }

    fn lines(&self) -> Vec<String> {
        let theme = roles::theme(Charset::Unicode);
        let (drawn, _) = drawn(&self.model, &self.ui, &theme, Abilities::FULL, Charset::Unicode, NOW, self.size);
        picture::lines(&drawn)
    }

    /// Clicks on the last letter of a text that stands on the screen.
    #[track_caller]
    fn click(&mut self, text: &str) -> Option<Command> {
        let found = self.lines().iter().enumerate().find_map(|(y, line)| {
            let before = line.split_once(text)?.0;
            Some(Position {
                x: u16::try_from((before.to_owned() + text).chars().count() - 1).ok()?,
                y: y.try_into().ok()?,
            })
        });
        let at = found.unwrap_or_else(|| panic!("no `{text}` in\n{}", self.lines().join("\n")));
        self.click_at(at)
    }

    fn click_at(&mut self, at: Position) -> Option<Command> {
        let theme = roles::theme(Charset::Unicode);
        let (_, targets) = drawn(&self.model, &self.ui, &theme, Abilities::FULL, Charset::Unicode, NOW, self.size);
        let action = targets.at(at).and_then(|target| self.ui.click(target, NOW));
        let effects = action.map(|action| self.ui.update(action, &self.model, Abilities::FULL, NOW));
        self.press("");
        effects.unwrap_or_default().into_iter().find_map(sent)
    }

    #[track_caller]
    fn shows(&self, text: &str) {
        let lines = self.lines();
        assert!(lines.iter().any(|line| line.contains(text)), "no `{text}` in\n{}", lines.join("\n"));
    }
}

#[test]
fn a_click_on_a_tab_shows_its_view() {
    for size in [(120, 40), (80, 24), (60, 16)] {
        let mut hand = hand(size, "");
        for (tab, view) in [(" 6", View::Log), (" 4", View::Failures), (" 7", View::InFlight), (" 1", View::Overview)] {
            // The tabs are the second line; the first tells the time.
            let x = hand.lines()[1].find(tab).unwrap() + 1;
            hand.click_at(Position { x: x.try_into().unwrap(), y: 1 });
            assert_eq!(hand.ui.view, view, "{size:?}");
        }
    }
}

#[test]
fn a_click_on_the_head_of_a_column_sorts_by_it_and_a_second_turns_it_round() {
    for (size, keys, head, sorted) in [
        ((120, 40), "", "P95", "P95▼"),
        ((80, 24), "", "ENDPOINT", "ENDPOINT ▼"),
        ((80, 24), "4", "ATTEMPTS", "ATTEMPTS▼"),
        ((120, 40), "5", "THROTTLED", "THROTTLED▼"),
        ((60, 16), "7", "AGE", "AGE▼"),
    ] {
        let mut hand = hand(size, keys);
        if keys == "7" {
            // It is sorted by that already.
            hand.press("s");
        }
        hand.click(head);
        hand.shows(sorted);
        hand.click(head);
        hand.shows(&sorted.replace('▼', "▲"));
    }
}

#[test]
fn a_click_selects_a_row_and_a_second_opens_it() {
    let mut hand = hand((80, 24), "");
    hand.click("GET /search");
    hand.click("POST /checkout");
    assert_eq!(hand.ui.view, View::Overview);
    hand.shows("▌ ‖ POST /checkout");
    hand.click("POST /checkout");
    assert_eq!(hand.ui.view, View::Endpoint);
    hand.press("esc");
    hand.click("POST /checkout");
    assert_eq!(hand.ui.view, View::Overview, "a click before a key is forgotten");
}

#[test]
fn a_click_on_a_key_of_the_footer_does_it() {
    let mut hand = hand((120, 40), "");
    let limit = |limit| Some(Command::SetLimit { scope: Scope::Run, limit });
    assert_eq!(hand.click("space"), Some(Command::Pause));
    assert_eq!(hand.click("   - + limit"), limit(15));
    assert_eq!(hand.click("- +"), limit(16));
    hand.click("q quit");
    assert_eq!(hand.ui.context(), Context::Question);
    hand.click("POST /checkout");
    hand.click(" 4");
    assert_eq!((hand.ui.context(), hand.ui.view), (Context::Question, View::Overview));
    assert_eq!(hand.click("stop now"), Some(Command::Cancel));
}

#[test]
fn a_click_on_why_shows_the_working() {
    let mut hand = hand((120, 40), "");
    hand.model = fold(&fixtures::read("storm-429"));
    hand.press("");
    hand.click("i why");
    hand.shows("Working");
}

#[test]
fn nothing_below_a_sheet_can_be_reached() {
    let mut hand = hand((120, 40), "?");
    for at in Rect::new(0, 0, 120, 38).positions().step_by(29) {
        hand.click_at(at);
    }
    assert_eq!((hand.ui.context(), hand.ui.view, hand.ui.list().selected), (Context::Help, View::Overview, 0));
    hand.click("close");
    assert_eq!(hand.ui.context(), Context::At(View::Overview));
}

#[test]
fn a_click_in_the_list_of_what_can_be_done_does_it() {
    let mut hand = hand((80, 24), ": l i m i t");
    assert!(matches!(hand.click("Allow half"), Some(Command::SetLimit { limit: 8, .. })));
    assert_eq!(hand.ui.context(), Context::At(View::Overview));
}

#[test]
fn a_click_on_a_row_keeps_the_filter_that_is_being_typed() {
    let mut hand = hand((80, 24), "/ s e a");
    hand.click("GET /search");
    assert_eq!(hand.ui.context(), Context::At(View::Overview));
    hand.shows("filter /sea");
}

#[test]
fn the_wheel_moves_what_is_in_sight_and_a_stream_is_followed_again_at_its_end() {
    let mut hand = hand((80, 14), "6");
    let newest = hand.ui.list().selected;
    hand.ui.turn_wheel(true);
    hand.press("");
    assert!(hand.ui.list().is_reading && hand.ui.list().selected < newest);
    let scroll = hand.ui.list().scroll;
    hand.ui.turn_wheel(true);
    assert_eq!(hand.ui.list().scroll, scroll - 3);
    for _ in 0..100 {
        hand.ui.turn_wheel(false);
    }
    assert!(!hand.ui.list().is_reading && hand.ui.list().selected == newest);
    hand.press("?");
    hand.ui.turn_wheel(false);
    assert_eq!(hand.ui.help, Some(3));
}
