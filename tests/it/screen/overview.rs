//! The overview at every size that has its own layout.

use std::time::Duration;

use inflight::control::Abilities;
use inflight::event::{Event, Offset};
use inflight::plan::Expect;
use inflight::tui::picture;
use inflight::tui::state::UiState;
use inflight::tui::state::expectations::LiveExpectations;
use inflight::tui::theme::glyphs::Charset;
use ratatui::layout::Rect;

use crate::scenario;
use crate::scenario::notation::scenario;
use crate::screen::roles;
use crate::screen::shot::{draw, press, shot, shot_of};

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
    assert!(text(ramp, 1_200, (80, 24), "").contains("of 3"), "{}", text(ramp, 1_200, (80, 24), ""));
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

/// A host that takes 20 requests a second and refuses the rest. After six seconds, the limit falls from 12 to 4.
fn limit_turned() -> Vec<Event> {
    let (mut steps, mut job) = (vec!["0ms run limit 12 jobs 2000".to_owned()], 0);
    for tick in 0..60 {
        let (start, end) = (tick * 200, tick * 200 + 199);
        let n = if start < 6_000 { 12 } else { 4 };
        if start == 6_000 {
            steps.push(format!("{start}ms limit 4"));
        }
        let jobs = job..job + n;
        job += n;
        steps.extend(jobs.clone().map(|job| format!("{start}ms start a#{job}")));
        for (i, job) in jobs.enumerate() {
            let is_taken = i < 4;
            let step = if is_taken { format!("answer a#{job} 200") } else { format!("refuse a#{job} 429") };
            steps.push(format!("{end}ms {step}"));
            steps.extend(is_taken.then(|| format!("{end}ms done a#{job}")));
        }
    }
    scenario(&steps.join(" | ")).events
}

#[test]
fn a_lower_limit_looks_like_the_end_of_the_refusals() {
    for size in [(120, 40), (80, 24), (200, 50)] {
        shot_of("limit-turned", limit_turned()).at("12s").size(size.0, size.1).matches();
    }
    shot_of("limit-turned", limit_turned()).at("12s").size(120, 40).ascii().matches();
    shot_of("limit-turned", limit_turned()).at("12s").size(120, 40).keys("H").matches();
    shot_of("limit-turned", limit_turned()).at("12s").size(80, 24).keys("H").matches();
}

#[test]
fn every_figure_covers_the_window_that_its_label_names() {
    let model = scenario::fold(&limit_turned());
    let shown = |keys: &str| {
        let (mut ui, now) = (UiState::default(), Offset(12_000_000));
        press(&mut ui, &model, Abilities::FULL, (now, Rect::new(0, 0, 120, 40)), keys);
        let theme = roles::theme(Charset::Unicode);
        picture::lines(&draw(&model, &ui, &theme, Abilities::FULL, Charset::Unicode, now, (120, 40)))[3..8].join("\n")
    };
    // The refusals ended six seconds ago: only the last second is free of them.
    for (keys, window, refused) in
        [("", "10 s", "160 "), ("w", "60 s", "240 "), ("w w", "whole run", "240 "), ("w w w", "1 s", "– ")]
    {
        let header = shown(keys);
        for label in ["GOODPUT", "LATENCY", "FAILED", "RATE LIMITED"] {
            let after = header.lines().next().unwrap().split_once(label).unwrap().1.trim_start();
            let after = after.trim_start_matches("last ").trim_start_matches("whole ");
            assert!(after.starts_with(window.trim_start_matches("whole ")), "{label} {keys}: {header}");
        }
        let at = header.lines().next().unwrap().split_once("RATE LIMITED").unwrap().0.chars().count();
        let figure: String = header.lines().nth(1).unwrap().chars().skip(at).chain([' ']).collect();
        assert!(figure.starts_with(refused), "{keys}: {header}");
        assert!(header.contains("now 0/s") && header.contains("last 7 s ago"), "{header}");
    }
}

#[test]
fn an_expectation_says_by_how_much_and_since_when() {
    let run = "0ms run limit 4 jobs 9 | 0ms start a#1 | 400ms answer a#1 200 | 400ms done a#1 | 1s start a#2 | \
               3s answer a#2 200 | 3s done a#2 | 3s start a#3 | 3500ms break a#3 | 3500ms fail a#3";
    let events = scenario(run).events;
    let expect = Expect { failed_below: Some(0.1), p95_below: Some(Duration::from_secs(1)) };
    let mut ui = UiState::default();
    ui.expectations = LiveExpectations::new(expect);
    let mut shown = |at: u64, size: (u16, u16)| {
        let (now, area) = (Offset(at * 1_000), Rect::new(0, 0, size.0, size.1));
        let model = scenario::fold(events.iter().filter(|event| event.at <= now));
        press(&mut ui, &model, Abilities::FULL, (now, area), "");
        let theme = roles::theme(Charset::Unicode);
        picture::lines(&draw(&model, &ui, &theme, Abilities::FULL, Charset::Unicode, now, size)).join("\n")
    };
    let before = shown(100, (120, 40));
    assert!(before.contains("p95 < 1.00 s not measured yet"), "{before}");
    let met = shown(500, (120, 40));
    assert!(met.contains("✓ p95 < 1.00 s met: 400 ms, 600 ms to spare, since 00:00"), "{met}");
    assert!(met.contains("✓ failed < 10 % met: 0 %, 10 points to spare"), "{met}");
    shown(3_100, (120, 40));
    let missed = shown(4_000, (140, 40));
    assert!(missed.contains("× p95 < 1.00 s not met: 2.00 s, 1.00 s over, since 00:03"), "{missed}");
    assert!(missed.contains("× failed < 10 % not met: 33.3 %, 23.3 points over, since 00:04"), "{missed}");
    // The slow cell has a mark, not only a colour.
    assert!(missed.contains("▲2.00 s"), "{missed}");
    let narrow = shown(4_100, (60, 24));
    assert!(narrow.contains("× failed < 10 % not met: 33.3 %   × p95 < 1.00 s not met"), "{narrow}");
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
