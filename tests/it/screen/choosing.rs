//! What is chosen: which row the cursor is on, and whose limit the dials turn.

use inflight::control::{Abilities, Command};
use inflight::event::{HostId, Scope};
use inflight::tui::action::Action;
use inflight::tui::state::UiState;
use ratatui::layout::Rect;

use crate::screen::shot::{press, sent};
use crate::told::scenario::scenario;

#[test]
fn what_is_in_flight_stays_in_order_and_the_cursor_goes_with_nobody() {
    let mut ui = UiState::default();
    let started = "0ms run | 1ms start a#0 | 2ms start a#1 | 3ms start a#2 | 4ms start a#3";
    let mut then = |story: &str, keys: &str| {
        let model = scenario(&format!("{started}{story}")).fold();
        press(&mut ui, &model, Abilities::FULL, (model.last, Rect::new(0, 0, 120, 40)), keys);
        let jobs =
            ui.list().order.iter().filter_map(|&seat| model.open.on_seat(seat)).map(|(attempt, _)| attempt.job.0);
        let chosen = ui.list().chosen().and_then(|seat| model.open.on_seat(seat)).map(|(attempt, _)| attempt.job.0);
        (jobs.collect::<Vec<_>>(), chosen)
    };
    assert_eq!(then("", "7 down"), (vec![0, 1, 2, 3], Some(1)));
    let turned = " | 5ms answer a#1 | 6ms start a#4 | 7ms answer a#0 | 8ms start a#5";
    assert_eq!(then(turned, ""), (vec![2, 3, 4, 5], Some(3)), "the newest are at the end, on whichever seat they are");
}

#[test]
fn a_host_that_is_looked_at_has_its_own_limit_turned() {
    let model = scenario("0ms run limit 8 | 1ms start a#0 | 2ms start b#1 | 3ms own b 3").fold();
    let turned = |keys: &str| {
        let mut ui = UiState::default();
        press(&mut ui, &model, Abilities::FULL, (model.last, Rect::new(0, 0, 120, 40)), keys);
        [Action::LimitDown, Action::LimitDown, Action::LimitReset]
            .map(|action| ui.update(action, &model, Abilities::FULL, model.last).into_iter().find_map(sent))
    };
    let at = |scope, limits: [u32; 3]| limits.map(|limit| Some(Command::SetLimit { scope, limit }));
    assert_eq!(turned(""), at(Scope::Run, [7, 6, 8]));
    assert_eq!(turned("5"), at(Scope::Host(HostId(0)), [7, 6, 8]), "without its own it has the run's");
    assert_eq!(turned("5 down"), at(Scope::Host(HostId(1)), [2, 1, 8]));
    assert_eq!(turned("down enter"), at(Scope::Host(HostId(1)), [2, 1, 8]), "an endpoint's is that of its host");
}
