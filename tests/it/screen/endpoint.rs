//! The endpoint view at every size that has its own layout, and the navigation to it and back.

use inflight::control::Abilities;
use inflight::event::Offset;
use inflight::tui::state::UiState;
use inflight::tui::views::View;
use ratatui::layout::Rect;

use crate::scenario::notation::scenario;
use crate::screen::shot::{press, shot};

const SIZES: [(u16, u16); 5] = [(80, 24), (120, 40), (60, 16), (200, 50), (40, 10)];

#[test]
fn an_endpoint_shows_its_latencies_and_phases() {
    for (width, height) in SIZES {
        shot("storm-429").at("6s").size(width, height).keys("3").matches();
        shot("wall").at("3s").size(width, height).keys("3 ]").matches();
    }
}

#[test]
fn a_serial_program_has_an_endpoint_too() {
    shot("watched-serial").at("13s").size(120, 40).keys("3").matches();
}

#[test]
fn before_the_first_response_no_figures_are_shown() {
    shot("storm-429").at("0s").keys("3").matches();
    shot("storm-429").at("15ms").size(120, 40).keys("3").matches();
}

#[test]
fn the_latency_scale_can_be_linear() {
    shot("storm-429").at("6s").size(120, 40).keys("3 L").matches();
    shot("storm-429").at("6s").size(120, 40).keys("3 L").ascii().matches();
}

const AREA: Rect = Rect::new(0, 0, 120, 40);

fn after(keys: &str) -> UiState {
    let model = scenario("0ms run limit 4 jobs 9 | 0ms start a#1 | 0ms start b#2 | 0ms start c#3").fold();
    let mut ui = UiState::default();
    press(&mut ui, &model, Abilities::FULL, (Offset(50_000), AREA), keys);
    ui
}

#[test]
fn enter_on_an_endpoint_opens_it_and_esc_goes_back_to_its_row() {
    let there = after("down enter");
    assert_eq!((there.view, there.list().selected_row()), (View::Endpoint, Some(1)));
    let next = after("down enter ]");
    assert_eq!((next.view, next.list().selected_row()), (View::Endpoint, Some(2)));
    assert_eq!(after("down enter ] [ [ [").list().selected_row(), Some(0));
    let back = after("down enter ] esc");
    assert_eq!((back.view, back.list().selected_row()), (View::Overview, Some(1)));
    let deeper = after("down enter enter enter");
    assert_eq!((deeper.view, deeper.list().filter.value()), (View::Log, "endpoint:\"b\""));
    let all_the_way = after("down enter enter enter esc esc esc");
    assert_eq!((all_the_way.view, all_the_way.list().selected_row()), (View::Overview, Some(1)));
}

#[test]
fn the_digit_key_opens_the_selected_endpoint_and_keeps_the_filter() {
    assert_eq!(after("down down 3").list().selected_row(), Some(2));
    let filtered = after("/ b enter enter");
    assert_eq!((filtered.list().selected_row(), filtered.list().order.len()), (Some(1), 1));
    assert_eq!(after("/ b enter enter esc").list().filter.value(), "b");
}
