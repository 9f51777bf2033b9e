//! The overview at every size that has its own layout.

use inflight::control::Abilities;
use inflight::event::Offset;
use inflight::tui::picture;
use inflight::tui::state::UiState;
use inflight::tui::theme::glyphs::Charset;
use ratatui::layout::Rect;

use crate::scenario::notation::scenario;
use crate::screen::roles;
use crate::screen::shot::{draw, press, shot};

/// What the screen shows of a scenario after these keys.
fn text(notation: &str, at_ms: u64, size: (u16, u16), keys: &str) -> String {
    let (model, mut ui, now) = (scenario(notation).fold(), UiState::default(), Offset(at_ms * 1_000));
    press(&mut ui, &model, Abilities::FULL, (now, Rect::new(0, 0, size.0, size.1)), keys);
    let drawn = draw(&model, &ui, &roles::theme(Charset::Unicode), Abilities::FULL, Charset::Unicode, now, size);
    picture::lines(&drawn).join("\n")
}

#[test]
fn a_ramp_is_shown_like_a_change_of_the_limit() {
    let ramp = "0ms run limit 20 jobs 90 | 0ms limit 1 ramp | 0ms start a#1 | 500ms limit 2 ramp | 1s limit 3 ramp";
    let rising = text(ramp, 1_200, (120, 40), "");
    assert!(rising.contains("of 3") && rising.contains("limit 3 (ramp to 20)"), "{rising}");
    assert!(rising.contains("1 → 3, ramp") && rising.matches(", ramp").count() == 1, "{rising}");
    assert!(!rising.contains("limit 20 to"), "one mark, at its end: {rising}");
    assert!(text(ramp, 1_200, (80, 24), "").contains("1 / 3"), "{}", text(ramp, 1_200, (80, 24), ""));
    let over = text(&format!("{ramp} | 9s limit 20 ramp"), 9_100, (120, 40), "");
    assert!(over.contains("limit 1 to 20") && !over.contains("ramp to"), "{over}");
    let set = text(&format!("{ramp} | 2s limit 8"), 2_100, (120, 40), "");
    assert!(set.contains("limit 3 to 8") && !set.contains("ramp to"), "{set}");
}

#[test]
fn latencies_since_due_are_shown_once_a_start_is_late() {
    let on_time = "0ms run limit 1 jobs 9 gap 10ms | 0ms start a#1 | 500ms answer a#1 200 | 500ms done a#1";
    let late =
        format!("{on_time} | 500ms start a#2 due 300ms missed 2 first 10ms | 600ms answer a#2 200 | 600ms done a#2");
    for (size, keys) in [((120, 40), ""), ((120, 40), "3"), ((80, 24), "3")] {
        assert!(!text(on_time, 700, size, keys).contains("since due"), "{size:?} {keys}");
        let shown = text(&late, 700, size, keys);
        assert!(shown.contains("since due") && shown.contains("p99 590 ms"), "{shown}");
    }
}

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
