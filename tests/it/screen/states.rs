//! The screen in every state of a run, and after every key that changes it.

use inflight::control::Abilities;
use inflight::event::Offset;
use inflight::model::Model;
use inflight::tui::state::UiState;
use ratatui::layout::Rect;

use crate::scenario::{fixtures, fold};
use crate::screen::shot::{press, replaying, shot};

#[test]
fn before_the_first_event_all_sections_are_there_and_zero() {
    shot("storm-429").at("0s").matches();
    shot("storm-429").at("0s").size(120, 40).matches();
}

#[test]
fn before_the_first_response_no_figures_are_shown() {
    shot("storm-429").at("15ms").matches();
}

#[test]
fn waiting_for_a_rate_limit_counts_down() {
    shot("storm-429").at("10500ms").matches();
}

#[test]
fn a_pause_is_shown_as_pending_until_it_takes_effect() {
    shot("storm-429").at("6s").size(80, 24).keys("space").matches();
}

#[test]
fn a_paused_run_drains_what_is_in_flight() {
    shot("refused-paused-and-cut").at("460ms").matches();
}

#[test]
fn attempts_above_a_lowered_limit_drain() {
    shot("refused-paused-and-cut").at("760ms").size(120, 40).keys("+").matches();
}

#[test]
fn a_run_that_is_being_cancelled_shows_it() {
    shot("refused-paused-and-cut").at("1530ms").matches();
}

#[test]
fn a_cancelled_run_shows_its_results() {
    shot("refused-paused-and-cut").at("5s").matches();
}

#[test]
fn a_finished_run_with_failures_counts_them() {
    shot("storm-429").at("20s").matches();
    shot("storm-429").at("20s").size(120, 40).matches();
}

#[test]
fn reordered_jobs_and_late_timeouts_are_reported_with_advice() {
    shot("late").at("500ms").matches();
    shot("late").at("5s").size(120, 40).matches();
    shot("late").at("5s").keys("i").matches();
}

#[test]
fn the_question_before_quitting_shows_the_number_in_flight() {
    shot("storm-429").at("6s").keys("q").matches();
}

#[test]
fn help_lists_the_keys() {
    shot("storm-429").at("6s").keys("?").matches();
    shot("storm-429").at("6s").size(60, 16).keys("? down down").matches();
    shot("storm-429").at("6s").keys("? end").matches();
}

#[test]
fn a_frozen_picture_shows_since_when() {
    shot("storm-429").at("6s").keys("f").matches();
}

#[test]
fn a_filter_shows_only_matching_rows() {
    shot("storm-429").at("6s").keys("/ c h e enter").matches();
}

#[test]
fn a_filter_is_typed_in_the_footer() {
    shot("storm-429").at("6s").keys("/ g e t").matches();
}

#[test]
fn a_filter_without_matches_shows_how_to_clear_it() {
    shot("storm-429").at("6s").keys("/ c h e k o u t enter").matches();
}

#[test]
fn a_sorted_column_has_an_arrow_and_the_selection_moves_with_its_row() {
    shot("storm-429").at("6s").size(120, 40).keys("down down s s s s s").matches();
}

#[test]
fn unsupported_actions_are_faint_and_show_the_reason() {
    shot("storm-429").at("6s").keys("space").can(Abilities::NONE).matches();
}

#[test]
fn the_verdict_is_below_the_key_figures_and_i_shows_its_derivation() {
    shot("watched-serial").at("8s").matches();
    shot("watched-serial").at("8s").size(120, 40).matches();
    shot("watched-serial").at("8s").keys("i").matches();
    shot("watched-serial").at("8s").size(120, 40).keys("i").matches();
    shot("storm-429").at("20s").size(60, 16).keys("i down down").matches();
    shot("watched-level-only").at("1s").keys("i").matches();
    shot("watched-serial").at("8s").keys("i esc").matches();
}

#[test]
fn a_paused_replay_sorts_its_rows_at_each_moment_that_it_goes_to() {
    let events = fixtures::read("storm-429");
    let until = |at: u64| fold(events.iter().filter(|event| event.at <= Offset(at)));
    let show = |ui: &mut UiState, model: &Model, now: u64| {
        press(ui, model, Abilities::REPLAY, (Offset(now), Rect::new(0, 0, 80, 24)), "");
        ui.list().order.clone()
    };
    let mut ui = replaying(&events);
    // The last picture of a moment may be drawn before the model has reached it.
    for (model, now) in [(2_300_000, 7_300_000), (7_300_000, 7_300_000), (1_000_000, 1_000_000), (9_000_000, 9_000_000)]
    {
        let model = until(model);
        let expected = show(&mut replaying(&events), &model, now);
        assert_eq!(show(&mut ui, &model, now), expected, "at {now}");
    }
}
