//! Hosts that are given up because they asked for too long a wait: what the screen shows before and after.

use std::fmt::Write;

use inflight::control::Abilities;
use inflight::event::{Event, Offset};
use inflight::tui::picture;
use inflight::tui::state::UiState;
use inflight::tui::theme::glyphs::Charset;
use ratatui::layout::Rect;

use crate::scenario::fold;
use crate::scenario::notation::scenario;
use crate::screen::roles;
use crate::screen::shot::{draw, press};

/// A host that asks for an hour after a second, and is given up after ten minutes: one of 388 jobs was sent.
fn given_up() -> Vec<Event> {
    let mut text = "0ms run limit 4 jobs 388 | 1s start a#1 | 1s refuse a#1 429 asked 3600s | 1s cool a 601s | \
                    1s retry a#1 601s host | 601s giveup a | 601s fail a#1"
        .to_owned();
    for job in 2..389 {
        write!(text, " | 601s unsent a#{job}").unwrap();
    }
    scenario(&format!("{text} | 601s end")).events
}

/// The lines of the screen after some keys.
fn lines(at: u64, size: (u16, u16), keys: &str) -> Vec<String> {
    let now = Offset(at);
    let model = fold(given_up().iter().filter(|event| event.at <= now));
    let mut ui = UiState::default();
    press(&mut ui, &model, Abilities::FULL, (now, Rect::new(0, 0, size.0, size.1)), keys);
    picture::lines(&draw(&model, &ui, &roles::theme(Charset::Unicode), Abilities::FULL, Charset::Unicode, now, size))
}

#[test]
fn jobs_that_were_never_sent_have_no_attempts() {
    let size = (120, 40);
    let all = lines(700_000_000, size, "4").join("\n");
    let row = all.lines().find(|line| line.contains("not sent, host given up")).unwrap();
    assert!(row.split_whitespace().any(|word| word == "387") && row.matches("387").count() == 1, "{row}");
    let at = all.lines().position(|line| line.contains("not sent, host given up")).unwrap();
    let keys = if at > 4 { "4 down" } else { "4" };
    let details = lines(700_000_000, size, keys).join("\n");
    assert!(details.contains("387 jobs failed, never sent"), "{details}");
    assert!(!details.contains("387 attempts"), "{details}");
    let example = lines(700_000_000, size, &format!("{keys} enter")).join("\n");
    assert!(example.contains("none: it was never sent"), "{example}");
}

#[test]
fn the_time_left_is_never_cut_in_a_number() {
    for width in [40, 44, 60, 80].into_iter().chain(100..=220) {
        let screen = lines(2_000_000, (width, 40), "");
        for line in screen.iter().filter(|line| line.contains("fail in")) {
            assert!(line.contains("fail in 9m 59 s"), "{width}: {line}");
        }
        // A narrow screen only has the number of refusals.
        let Some(title) = screen.iter().position(|line| line.contains("RATE LIMITED")) else {
            assert!(width < 112, "{width}: {screen:#?}");
            continue;
        };
        let text = &screen[title + 4];
        let (_, shown) = text.rsplit_once("  ").unwrap_or(("", text));
        assert!(["its jobs fail in 9m 59 s", "fail in 9m 59 s"].contains(&shown.trim()), "{width}: {text}");
    }
}
