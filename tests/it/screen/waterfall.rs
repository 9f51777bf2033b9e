//! The waterfall at every size that has its own layout: serial and concurrent runs, retries and failures.

use inflight::control::Abilities;
use inflight::event::Offset;
use inflight::tui::state::UiState;
use inflight::tui::views::View;
use ratatui::layout::Rect;

use crate::scenario::notation::scenario;
use crate::screen::shot::{press, shot};

const SIZES: [(u16, u16); 5] = [(80, 24), (120, 40), (60, 16), (200, 50), (40, 10)];

#[test]
fn serial_requests_look_like_a_staircase() {
    for (width, height) in SIZES {
        shot("watched-serial").at("13s").size(width, height).keys("2").matches();
    }
}

#[test]
fn concurrent_requests_look_like_a_wall() {
    for (width, height) in SIZES {
        shot("wall").at("3s").size(width, height).keys("2").matches();
    }
}

#[test]
fn throttled_requests_wait_and_are_retried() {
    for (width, height) in SIZES {
        shot("storm-429").at("6s").size(width, height).keys("2").matches();
    }
    shot("storm-429").at("20s").size(120, 40).keys("2").matches();
    shot("refused-paused-and-cut").at("5s").size(120, 40).keys("2").matches();
}

#[test]
fn before_the_first_start_the_waterfall_is_empty() {
    shot("storm-429").at("0s").keys("2").matches();
    shot("watched-level-only").at("1s").keys("2").matches();
}

#[test]
fn the_selected_request_shows_its_phases() {
    shot("wall").at("3s").size(120, 40).keys("2 up up up up").matches();
    shot("storm-429").at("6s").size(120, 40).keys("2 up z left").matches();
}

#[test]
fn requests_can_be_grouped_by_endpoint_or_by_slot() {
    shot("wall").at("3s").size(120, 40).keys("2 b home").matches();
    shot("wall").at("3s").size(120, 40).keys("2 b b home").matches();
}

#[test]
fn a_filter_shows_only_matching_requests() {
    shot("wall").at("3s").keys("2 / s t a t e : f a i l e d enter").matches();
    shot("storm-429").at("6s").keys("2 / n o w h e r e").matches();
}

#[test]
fn a_terminal_without_unicode_shows_the_same() {
    shot("wall").at("3s").size(120, 40).keys("2").ascii().matches();
}

const AREA: Rect = Rect::new(0, 0, 120, 40);

/// The screen after `n` serial requests and some keys.
fn after(n: u64, keys: &str) -> UiState {
    let mut ui = UiState::default();
    then(&mut ui, n, &format!("2 {keys}"));
    ui
}

fn then(ui: &mut UiState, n: u64, keys: &str) {
    let steps = (0..n).map(|i| format!("{}ms start a#{i} | {}ms answer a#{i}", i * 100, i * 100 + 90));
    let model = scenario(&format!("0ms run | {}", steps.collect::<Vec<_>>().join(" | "))).fold();
    press(ui, &model, Abilities::FULL, (Offset(n * 100_000), AREA), keys);
}

#[test]
fn the_newest_request_is_followed_until_the_selection_moves() {
    let mut ui = after(200, "");
    assert_eq!((ui.list().selected_row(), ui.list().is_scroll_locked), (Some(199), false));
    assert!(ui.axis.from > Offset(17_000_000) && ui.axis.to() >= Offset(20_000_000), "{:?}", ui.axis);
    then(&mut ui, 300, "");
    assert!(ui.axis.from > Offset(27_000_000), "{:?}", ui.axis);
    then(&mut ui, 300, "up left");
    let (axis, scroll) = (ui.axis, ui.list().scroll);
    then(&mut ui, 400, "");
    assert_eq!((ui.axis, ui.list().scroll, ui.list().selected_row()), (axis, scroll, Some(298)));
    then(&mut ui, 400, "F");
    assert_eq!(ui.list().selected_row(), Some(399));
    assert!(ui.axis.to() >= Offset(40_000_000));
}

#[test]
fn the_axis_moves_in_at_most_half_of_the_pictures() {
    let mut ui = after(200, "");
    let mut moves = 0;
    for n in 201..=260 {
        let before = ui.axis;
        then(&mut ui, n, "");
        moves += usize::from(ui.axis != before);
    }
    assert!(moves <= 30, "{moves} moves in 60 pictures");
}

#[test]
fn zooming_and_panning_stay_within_the_run() {
    let ui = after(50, "left left left left left left left left left left");
    assert_eq!(ui.axis.from, Offset::ZERO);
    let ui = after(50, "up z z z");
    assert!(ui.axis.length.0 < 1_000_000 && ui.list().is_scroll_locked, "{:?}", ui.axis);
    let row = Offset(4_800_000);
    assert!(ui.axis.from <= row && row <= ui.axis.to(), "{:?}", ui.axis);
}

#[test]
fn enter_opens_the_card_and_the_events_of_a_request_and_esc_goes_back() {
    let model = scenario(
        "0ms run | 0ms start a#1 | 9ms break a#1 | 9ms fail a#1 | 9ms start b#2 | 20ms answer b#2 | 20ms done b#2",
    )
    .fold();
    let after = |keys: &str| {
        let mut ui = UiState::default();
        press(&mut ui, &model, Abilities::FULL, (Offset(50_000), AREA), keys);
        ui
    };
    let events = after("2 up enter enter");
    assert_eq!(
        (events.view, events.list().filter.value(), events.list().order.len()),
        (View::Log, "endpoint:\"a\" #1", 1)
    );
    // A request in flight has no events yet, so those of its endpoint are shown.
    let open = scenario("0ms run | 0ms start c#3").fold();
    let mut ui = UiState::default();
    press(&mut ui, &open, Abilities::FULL, (Offset(50_000), AREA), "2 enter enter");
    assert_eq!((ui.view, ui.list().filter.value()), (View::Log, "endpoint:\"c\""));
    let back = after("2 up enter enter esc");
    assert_eq!((back.view, back.list().selected_row(), back.card.is_some()), (View::Waterfall, Some(0), true));
    assert_eq!(after("2 up enter enter esc esc").card, None);
}
