//! One endpoint in full, at every size that has a face of its own, and the ways there and back.

use inflight::control::Abilities;
use inflight::event::Offset;
use inflight::tui::state::UiState;
use inflight::tui::views::View;
use ratatui::layout::Rect;

use crate::scenario::notation::scenario;
use crate::screen::shot::{press, shot};

const SIZES: [(u16, u16); 5] = [(80, 24), (120, 40), (60, 16), (200, 50), (40, 10)];

#[test]
fn an_endpoint_says_how_slow_it_is_and_where_its_time_goes() {
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
fn before_the_first_answer_nothing_is_made_up() {
    shot("storm-429").at("0s").keys("3").matches();
    shot("storm-429").at("15ms").size(120, 40).keys("3").matches();
}

#[test]
fn latencies_stand_in_even_steps_where_asked() {
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
fn enter_on_an_endpoint_shows_it_and_esc_comes_back_to_its_place() {
    let there = after("down enter");
    assert_eq!((there.view, there.list().chosen()), (View::Endpoint, Some(1)));
    let next = after("down enter ]");
    assert_eq!((next.view, next.list().chosen()), (View::Endpoint, Some(2)));
    assert_eq!(after("down enter ] [ [ [").list().chosen(), Some(0));
    let back = after("down enter ] esc");
    assert_eq!((back.view, back.list().chosen()), (View::Overview, Some(1)));
    let deeper = after("down enter enter");
    assert_eq!((deeper.view, deeper.list().filter.value()), (View::Log, "endpoint:\"b\""));
    let all_the_way = after("down enter enter esc esc");
    assert_eq!((all_the_way.view, all_the_way.list().chosen()), (View::Overview, Some(1)));
}

#[test]
fn the_digit_shows_the_one_that_is_selected_and_a_filter_goes_along() {
    assert_eq!(after("down down 3").list().chosen(), Some(2));
    let narrowed = after("/ b enter enter");
    assert_eq!((narrowed.list().chosen(), narrowed.list().order.len()), (Some(1), 1));
    assert_eq!(after("/ b enter enter esc").list().filter.value(), "b");
}
