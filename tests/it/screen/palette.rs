//! The action palette: typing searches, enter runs an action, and unavailable actions are faint.

use inflight::control::{Abilities, Command};
use inflight::event::{Offset, Scope};
use inflight::tui::action::Action;
use inflight::tui::effect::Effect;
use inflight::tui::keymap::entry::Context;
use inflight::tui::setting::ScreenSetting;
use inflight::tui::state::UiState;
use inflight::tui::state::palette::{PaletteChoice, PaletteRow};
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

/// The names of the palette's rows after some keys, and which of them are refused.
fn rows_after(keys: &str) -> Vec<(String, bool)> {
    let ui = after(keys);
    let rows = ui.palette.as_ref().unwrap().rows();
    let name = |row: &PaletteRow| match row.choice {
        PaletteChoice::Act(entry) => entry.id.to_owned(),
        choice => format!("{} {}", choice.kind(), row.name),
    };
    rows.iter().map(|row| (name(row), row.refusal.is_some())).collect()
}

#[test]
fn endpoints_hosts_and_themes_are_found_by_name() {
    assert!(rows_after(": h o s t").contains(&("host a.example".to_owned(), false)));
    assert!(rows_after(": e n d p o i n t").contains(&("endpoint a".to_owned(), false)));
    assert!(rows_after(": n o r d").contains(&("theme nord".to_owned(), false)));
    assert_eq!(after(": h o s t space a enter").view, View::Hosts);
    let endpoint = after(": e n d p o i n t space a enter");
    assert_eq!((endpoint.view, endpoint.list().selected_row()), (View::Endpoint, Some(0)));
    assert_eq!(after(": e n d p o i n t space a enter esc").view, View::Overview);
}

#[test]
fn what_cannot_be_done_now_comes_last_with_its_reason() {
    let rows = rows_after(": c a n c e l");
    let first_refused = rows.iter().position(|(_, is_refused)| *is_refused).unwrap();
    assert!(rows[first_refused..].iter().all(|(_, is_refused)| *is_refused), "{rows:?}");
    assert!(rows.contains(&("cancel_one".to_owned(), true)));
    let ui = after(": c a n c e l _ o n e enter");
    assert_eq!(ui.remark.map(|(text, _)| text).as_deref(), Some("works in In flight"));
}

#[test]
fn the_list_of_themes_previews_and_saves() {
    let model = scenario("0ms run limit 3 jobs 9 | 0ms start a#1").fold();
    let themes = ["inflight-dark", "nord", "dracula"].map(str::to_owned);
    let mut ui = UiState::default();
    ui.show_themes(&themes, "nord");
    let mut effects = |action| ui.update(action, &model, Abilities::FULL, Offset(1_000));
    assert_eq!(effects(Action::Down), [Effect::PreviewTheme(Some("dracula".to_owned()))]);
    assert_eq!(effects(Action::Back), [Effect::PreviewTheme(None)]);
    ui.show_themes(&themes, "nord");
    let mut effects = |action| ui.update(action, &model, Abilities::FULL, Offset(1_000));
    effects(Action::Up);
    let saved = Effect::SaveSettings(vec![ScreenSetting::Theme]);
    assert_eq!(effects(Action::Choose), [Effect::SetTheme("inflight-dark".to_owned()), saved]);
}

/// A screen after some keys.
fn after(keys: &str) -> UiState {
    let model = scenario("0ms run limit 3 jobs 9 | 0ms start a#1").fold();
    let mut ui = UiState::default();
    ui.themes = vec!["nord".to_owned()];
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
