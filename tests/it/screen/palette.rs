//! The action palette: typing searches, enter runs an action, and unavailable actions are faint.

use inflight::control::{Abilities, Command};
use inflight::event::{Offset, Scope};
use inflight::tui::action::Action;
use inflight::tui::effect::Effect;
use inflight::tui::keymap::entry::Context;
use inflight::tui::state::UiState;
use inflight::tui::views::View;
use ratatui::layout::Rect;

use crate::scenario::notation::scenario;
use crate::screen::shot::{press, shot};

#[test]
fn every_available_action_is_listed_with_its_key() {
    for (width, height) in [(120, 40), (80, 24), (60, 16), (40, 10)] {
        shot("storm-429").at("6s").size(width, height).keys(":").matches();
    }
}

#[test]
fn typing_narrows_the_list() {
    shot("storm-429").at("6s").keys(": l i m i t down").matches();
    shot("storm-429").at("6s").size(60, 16).keys(": n o w h e r e").matches();
    shot("storm-429").at("6s").size(120, 40).keys(": w f l l").ascii().matches();
}

#[test]
fn unavailable_actions_are_faint_and_show_the_reason() {
    shot("storm-429").at("6s").keys(": l i m i t").can(Abilities::NONE).matches();
    shot("storm-429").at("20s").size(60, 16).keys(": l i m i t").matches();
}

/// A screen after some keys.
fn after(keys: &str) -> UiState {
    let model = scenario("0ms run limit 3 jobs 9 | 0ms start a#1").fold();
    let mut ui = UiState::default();
    press(&mut ui, &model, Abilities::FULL, (Offset(1_000), Rect::new(0, 0, 80, 24)), keys);
    ui
}

#[test]
fn enter_runs_the_selected_action_and_esc_closes() {
    assert_eq!(after(": f a i l u r enter").view, View::Failures);
    assert_eq!(after(": f a i l u r esc").view, View::Overview);
    assert_eq!(after(": l i m i t down enter").pending, Some(Command::SetLimit { scope: Scope::Run, limit: 4 }));
    assert_eq!(after(": n o w h e r e enter").context(), Context::At(View::Overview));
    assert_eq!(after("? :").context(), Context::Palette);
    assert_eq!(after(": q").context(), Context::Palette);
}

#[test]
fn an_action_of_the_live_loop_is_returned_as_an_effect() {
    let model = scenario("0ms run limit 3 jobs 9 | 0ms start a#1").fold();
    let mut ui = after(": s u s p e n d");
    let effects = |ui: &mut UiState| ui.update(Action::Choose, &model, Abilities::FULL, Offset(1_000));
    assert_eq!((effects(&mut ui), effects(&mut ui)), (vec![Effect::Suspend], vec![]));
}
