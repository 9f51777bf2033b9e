//! What the screen says in every state of a run, and after every key that changes it.

use inflight::control::Abilities;

use crate::screen::shot::shot;

#[test]
fn before_the_first_event_everything_is_there_and_zero() {
    shot("storm-429").at("0s").matches();
    shot("storm-429").at("0s").size(120, 40).matches();
}

#[test]
fn before_the_first_answer_nothing_is_made_up() {
    shot("storm-429").at("15ms").matches();
}

#[test]
fn waiting_for_a_rate_limit_counts_down() {
    shot("storm-429").at("10500ms").matches();
}

#[test]
fn pausing_during_a_429_storm_shows_the_wish_before_the_fact() {
    shot("storm-429").at("6s").size(80, 24).keys("space").matches();
}

#[test]
fn a_paused_run_drains_what_is_in_flight() {
    shot("refused-paused-and-cut").at("460ms").matches();
}

#[test]
fn above_a_limit_that_was_cut_the_rest_drains() {
    shot("refused-paused-and-cut").at("760ms").size(120, 40).keys("+").matches();
}

#[test]
fn a_run_that_is_being_cancelled_says_so() {
    shot("refused-paused-and-cut").at("1530ms").matches();
}

#[test]
fn a_run_that_was_cancelled_says_what_came_of_it() {
    shot("refused-paused-and-cut").at("5s").matches();
}

#[test]
fn a_finished_run_with_failures_counts_them() {
    shot("storm-429").at("20s").matches();
    shot("storm-429").at("20s").size(120, 40).matches();
}

#[test]
fn what_is_put_first_is_told_and_so_are_late_time_outs_with_what_would_help() {
    shot("late").at("500ms").matches();
    shot("late").at("5s").size(120, 40).matches();
    shot("late").at("5s").keys("i").matches();
}

#[test]
fn the_question_before_leaving_names_what_is_in_flight() {
    shot("storm-429").at("6s").keys("q").matches();
}

#[test]
fn help_lists_the_keys() {
    shot("storm-429").at("6s").keys("?").matches();
    shot("storm-429").at("6s").size(60, 16).keys("? down down").matches();
    shot("storm-429").at("6s").keys("? end").matches();
}

#[test]
fn a_frozen_picture_says_since_when() {
    shot("storm-429").at("6s").keys("f").matches();
}

#[test]
fn a_filter_leaves_what_matches() {
    shot("storm-429").at("6s").keys("/ c h e enter").matches();
}

#[test]
fn a_filter_that_is_being_typed_stands_in_the_footer() {
    shot("storm-429").at("6s").keys("/ g e t").matches();
}

#[test]
fn a_filter_without_matches_says_how_to_clear_it() {
    shot("storm-429").at("6s").keys("/ c h e k o u t enter").matches();
}

#[test]
fn a_sorted_column_has_an_arrow_and_the_selection_moves_with_its_row() {
    shot("storm-429").at("6s").size(120, 40).keys("down down s s s s s").matches();
}

#[test]
fn what_the_source_cannot_do_is_faint_and_says_why() {
    shot("storm-429").at("6s").keys("space").can(Abilities::NONE).matches();
}

#[test]
fn what_the_numbers_mean_stands_below_them_and_i_shows_the_working() {
    shot("watched-serial").at("8s").matches();
    shot("watched-serial").at("8s").size(120, 40).matches();
    shot("watched-serial").at("8s").keys("i").matches();
    shot("watched-serial").at("8s").size(120, 40).keys("i").matches();
    shot("storm-429").at("20s").size(60, 16).keys("i down down").matches();
    shot("watched-level-only").at("1s").keys("i").matches();
    shot("watched-serial").at("8s").keys("i esc").matches();
}
