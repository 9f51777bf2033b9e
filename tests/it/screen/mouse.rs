//! The mouse: every test clicks on a text that it finds in the picture.

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

/// A screen with a mouse.
struct ClickableScreen {
    model: Model,
    ui: UiState,
    size: (u16, u16),
}

const NOW: Offset = Offset(6_000_000);

/// The screen of a run in its sixth second, after some keys.
fn screen(size: (u16, u16), keys: &str) -> ClickableScreen {
    let model = fold(fixtures::read("storm-429").iter().filter(|event| event.at <= NOW));
    let mut screen = ClickableScreen { model, ui: UiState::default(), size };
    screen.press(keys);
    screen
}

impl ClickableScreen {
    fn press(&mut self, keys: &str) {
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        press(&mut self.ui, &self.model, Abilities::FULL, (NOW, area), keys);
    }

    fn lines(&self) -> Vec<String> {
        let theme = roles::theme(Charset::Unicode);
        let (drawn, _) = drawn(&self.model, &self.ui, &theme, Abilities::FULL, Charset::Unicode, NOW, self.size);
        picture::lines(&drawn)
    }

    /// Clicks on the last letter of a text on the screen.
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
        effects.unwrap_or_default().iter().find_map(sent)
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
        let mut screen = screen(size, "");
        for (tab, view) in [(" 6", View::Log), (" 4", View::Failures), (" 7", View::InFlight), (" 1", View::Overview)] {
            // The tabs are on the second line.
            let x = screen.lines()[1].find(tab).unwrap() + 1;
            screen.click_at(Position { x: x.try_into().unwrap(), y: 1 });
            assert_eq!(screen.ui.view, view, "{size:?}");
        }
    }
}

#[test]
fn a_click_on_a_column_header_sorts_and_a_second_click_reverses_the_order() {
    for (size, keys, head, sorted) in [
        ((120, 40), "", "P95", "P95▼"),
        ((80, 24), "", "ENDPOINT", "ENDPOINT ▼"),
        ((80, 24), "4", "ATTEMPTS", "ATTEMPTS▼"),
        ((120, 40), "5", "THROTTLED", "THROTTLED▼"),
        ((60, 16), "7", "AGE", "AGE▼"),
    ] {
        let mut screen = screen(size, keys);
        if keys == "7" {
            // This view is already sorted by age.
            screen.press("s");
        }
        screen.click(head);
        screen.shows(sorted);
        screen.click(head);
        screen.shows(&sorted.replace('▼', "▲"));
    }
}

#[test]
fn a_click_selects_a_row_and_a_second_opens_it() {
    let mut screen = screen((80, 24), "");
    screen.click("GET /legacy");
    screen.click("GET /catalog");
    assert_eq!(screen.ui.view, View::Overview);
    screen.shows("▌ ● GET /catalog");
    screen.click("GET /catalog");
    assert_eq!(screen.ui.view, View::Endpoint);
    screen.press("esc");
    screen.click("GET /catalog");
    assert_eq!(screen.ui.view, View::Overview, "a click before a key is forgotten");
}

#[test]
fn a_click_selects_one_of_the_slowest_attempts_and_a_second_opens_it() {
    let mut screen = screen((120, 40), "3");
    let selected = |screen: &ClickableScreen| screen.ui.selected_slow(&screen.model).map(|bar| bar.attempt);
    let first = selected(&screen);
    let row = screen.lines().iter().position(|line| line.contains("Slowest")).unwrap();
    let third = Position { x: 30, y: (row + 3).try_into().unwrap() };
    screen.click_at(third);
    let chosen = selected(&screen);
    assert!(chosen.is_some() && chosen != first);
    assert_eq!(screen.ui.context(), Context::At(View::Endpoint));
    screen.click_at(third);
    assert_eq!(screen.ui.card.as_ref().and_then(|card| card.request().attempt), chosen);
}

#[test]
fn a_click_on_a_key_hint_performs_its_action() {
    let mut screen = screen((140, 40), "");
    let limit = |limit| Some(Command::SetLimit { scope: Scope::Run, limit });
    assert_eq!(screen.click("space"), Some(Command::Pause));
    assert_eq!(screen.click("   - + limit"), limit(15));
    assert_eq!(screen.click("- +"), limit(16));
    screen.click("q quit");
    assert_eq!(screen.ui.context(), Context::Question);
    screen.click("POST /checkout");
    screen.click(" 4");
    assert_eq!((screen.ui.context(), screen.ui.view), (Context::Question, View::Overview));
    assert_eq!(screen.click("stop now"), Some(Command::Cancel));
}

#[test]
fn a_click_on_why_shows_the_derivation() {
    let mut screen = screen((120, 40), "");
    screen.model = fold(&fixtures::read("storm-429"));
    screen.press("");
    screen.click("i why");
    screen.shows("Working");
}

#[test]
fn a_popup_covers_the_click_targets_below() {
    let mut screen = screen((120, 40), "?");
    let before = screen.ui.list().selected;
    for at in Rect::new(0, 0, 120, 38).positions().step_by(29) {
        screen.click_at(at);
    }
    assert_eq!(
        (screen.ui.context(), screen.ui.view, screen.ui.list().selected),
        (Context::Help, View::Overview, before)
    );
    screen.click("close");
    assert_eq!(screen.ui.context(), Context::At(View::Overview));
}

#[test]
fn a_click_in_the_palette_performs_the_action() {
    let mut screen = screen((80, 24), ": l i m i t");
    assert!(matches!(screen.click("Allow half"), Some(Command::SetLimit { limit: 8, .. })));
    assert_eq!(screen.ui.context(), Context::At(View::Overview));
}

#[test]
fn a_click_on_a_row_keeps_the_typed_filter() {
    let mut screen = screen((80, 24), "/ s e a");
    screen.click("GET /search");
    assert_eq!(screen.ui.context(), Context::At(View::Overview));
    screen.shows("filter /sea");
}

#[test]
fn the_wheel_scrolls_and_auto_scroll_resumes_at_the_end() {
    let mut screen = screen((80, 14), "6");
    let newest = screen.ui.list().selected;
    screen.ui.scroll_wheel(true);
    screen.press("");
    assert!(screen.ui.list().is_scroll_locked && screen.ui.list().selected < newest);
    let scroll = screen.ui.list().scroll;
    screen.ui.scroll_wheel(true);
    assert_eq!(screen.ui.list().scroll, scroll - 3);
    for _ in 0..100 {
        screen.ui.scroll_wheel(false);
    }
    assert!(!screen.ui.list().is_scroll_locked && screen.ui.list().selected == newest);
    screen.press("?");
    screen.ui.scroll_wheel(false);
    assert_eq!(screen.ui.help.as_ref().map(|list| list.scroll), Some(3));
}
