//! The overview at every size that has its own layout.

use crate::screen::shot::shot;

#[test]
fn a_usual_terminal_shows_everything() {
    shot("storm-429").at("6s").size(80, 24).matches();
}

#[test]
fn a_large_terminal_has_large_numbers() {
    shot("storm-429").at("6s").size(120, 40).matches();
}

#[test]
fn a_huge_terminal_enlarges_bars_and_charts() {
    shot("storm-429").at("6s").size(200, 50).matches();
}

#[test]
fn a_narrow_terminal_drops_columns_in_order() {
    shot("storm-429").at("6s").size(60, 16).matches();
}

#[test]
fn a_small_terminal_has_the_compact_layout() {
    shot("storm-429").at("6s").size(40, 10).matches();
}

#[test]
fn a_tiny_terminal_has_one_line() {
    shot("storm-429").at("6s").size(25, 4).matches();
}

#[test]
fn a_terminal_without_unicode_shows_the_same() {
    shot("storm-429").at("6s").size(80, 24).ascii().matches();
    shot("storm-429").at("6s").size(120, 40).ascii().matches();
}

#[test]
fn a_watched_program_without_a_plan_has_neither_limit_nor_progress() {
    shot("watched-serial").at("4s").size(80, 24).matches();
}

#[test]
fn a_level_alone_is_drawn_as_in_flight() {
    shot("watched-level-only").at("1s").size(80, 24).matches();
}

#[test]
fn endpoints_of_two_workers_are_shown_together() {
    shot("two-workers").at("900ms").size(80, 24).matches();
}

#[test]
fn a_liveness_check_shows_what_is_up_or_down_and_for_how_long() {
    shot("polled").at("9s").size(120, 40).matches();
    shot("polled").at("9s").size(60, 16).matches();
}
