//! The screen of a watched program: the loop band, the findings, and what the program prints.

use std::fmt::Write;

use inflight::control::{Abilities, Command};
use inflight::event::{Event, Offset, Scope};
use inflight::model::Model;
use inflight::text::output_lines::OutputLines;
use inflight::text::output_lines::OutputStream::{Stderr, Stdout};
use inflight::tui::action::Action;
use inflight::tui::effect::{CopiedText, Effect};
use inflight::tui::output_pane::OutputPane;
use inflight::tui::picture;
use inflight::tui::state::UiState;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::views::View;
use ratatui::layout::Rect;

use crate::scenario::notation::scenario;
use crate::screen::roles;
use crate::screen::shot::{draw, press, shot_of};

const SIZE: (u16, u16) = (80, 24);
const CAN: Abilities = Abilities { stop: true, ..Abilities::PROGRAM };

/// Twelve requests one after the other, each in a block of the event loop; then the program computes and ends.
fn blocked() -> Vec<Event> {
    let mut text = "0ms run | 10ms program joined | 50ms program loop | 60ms program gathered 12".to_owned();
    for job in 1..=12 {
        let (start, end) = (100 + job * 200, 290 + job * 200);
        write!(text, " | {start}ms start a#{job} | {start}ms program waited").unwrap();
        write!(text, " | {end}ms answer a#{job} 200 | {end}ms done a#{job} | {end}ms program blocked 190ms 11")
            .unwrap();
    }
    text.push_str(" | 2600ms program unawaited | 2700ms program ran 40ms | 2800ms program ran 60ms | 3s end");
    scenario(&text).events
}

/// The same as a model, some time into the run.
fn model_of(events: &[Event], until: Offset) -> Model {
    crate::scenario::fold(events.iter().filter(|event| event.at <= until))
}

fn printed() -> OutputLines {
    let lines = OutputLines::default();
    lines.add(Stdout, b"starting\n\x1b[32mreport\x1b[0m 1 of 12\n");
    lines.add(Stderr, b"warning: slow \x07\x9b1m\n");
    lines.add(Stdout, b"report 2 of 12\n");
    lines
}

#[test]
fn the_screen_of_a_program_shows_its_loop_and_the_line_to_blame_at_every_size() {
    for (width, height) in [(200, 50), (120, 40), (80, 24), (60, 16)] {
        let shot = |keys: &str| shot_of("watched-blocked", blocked()).printed(&printed()).at("2900ms").keys(keys);
        for keys in ["", "8", "9"] {
            shot(keys).size(width, height).matches();
        }
    }
    shot_of("watched-blocked", blocked()).printed(&printed()).at("2900ms").size(120, 40).keys("6").matches();
}

#[test]
fn the_first_finding_and_its_line_are_in_sight_on_a_small_terminal() {
    let (model, ui) = (model_of(&blocked(), Offset(2_900_000)), UiState::default());
    let theme = roles::theme(Charset::Unicode);
    let drawn = draw(&model, &ui, &theme, CAN, Charset::Unicode, Offset(2_900_000), SIZE);
    let text = picture::lines(&drawn).join("\n");
    assert!(text.contains("never awaited") && text.contains("app.py:16") && text.contains("work()"), "{text}");
    assert!(text.contains("WATCHING") && text.contains("loop"), "{text}");
}

/// The screen of the program after these keys, and what the last action does.
fn after(keys: &str, last: Action) -> (UiState, Vec<Effect>) {
    let (model, now) = (model_of(&blocked(), Offset(2_900_000)), Offset(2_900_000));
    let mut ui = UiState::default();
    ui.output = OutputPane::new(printed());
    press(&mut ui, &model, CAN, (now, Rect::new(0, 0, SIZE.0, SIZE.1)), keys);
    let effects = ui.update(last, &model, CAN, now);
    (ui, effects)
}

#[test]
fn a_finding_is_copied_as_a_line_and_opens_its_events() {
    let (_, effects) = after("9", Action::Copy);
    assert_eq!(effects, [Effect::Copy(CopiedText::Place("app.py:16".to_owned()))]);
    let (ui, _) = after("9", Action::Open);
    assert_eq!(ui.view, View::Log);
    assert_eq!(ui.list().filter.value(), "\"app.py:16\"");
    let (ui, _) = after("9 enter", Action::Back);
    assert_eq!(ui.view, View::Findings);
    let (ui, _) = after("9 enter", Action::Redraw);
    assert!(!ui.list().order.is_empty(), "the log has the events of the line");
}

#[test]
fn what_a_program_cannot_be_made_to_do_is_refused_with_the_reason() {
    for (action, why) in [
        (Action::Pause, "only with `inflight watch --steer`"),
        (Action::LimitUp, "only with `inflight watch --steer`"),
        (Action::SkipEndpoint, "the program sends its requests itself"),
        (Action::Rerun, "a watched program is not started again from here"),
    ] {
        let (ui, effects) = after("", action);
        assert_eq!((ui.remark.unwrap().0.as_str(), effects), (why, Vec::new()), "{action:?}");
    }
}

#[test]
fn a_run_of_a_plan_has_neither_output_nor_findings() {
    let model = scenario("0ms run limit 2 jobs 9 | 0ms start a#1").fold();
    let (mut ui, now) = (UiState::default(), Offset(1_000));
    for view in [View::Output, View::Findings] {
        ui.update(Action::Show(view), &model, Abilities::FULL, now);
        assert_eq!(ui.view, View::Overview);
        assert!(ui.remark.take().unwrap().0.contains("inflight watch"));
    }
    for _ in 0..7 {
        ui.update(Action::ViewNext, &model, Abilities::FULL, now);
    }
    assert_eq!(ui.view, View::Overview, "the tabs that are not there are passed over");
}

#[test]
fn keys_turn_a_limit_that_a_steered_program_did_not_have() {
    let can = Abilities { pause: true, set_limit: true, ..CAN };
    let text = "0ms run | 1ms program steering | 1ms program joined | 2ms start a#1 | 2ms start a#2 | 2ms start a#3";
    let model = scenario(text).fold();
    let (mut ui, now) = (UiState::default(), Offset(9_000));
    assert_eq!(ui.update(Action::Pause, &model, can, now), [Effect::Send(Command::Pause)]);
    let lower = ui.update(Action::LimitDown, &model, can, now);
    assert_eq!(lower, [Effect::Send(Command::SetLimit { scope: Scope::Run, limit: 2 })]);
    let drawn = draw(&model, &ui, &roles::theme(Charset::Unicode), can, Charset::Unicode, now, SIZE);
    assert!(picture::lines(&drawn)[0].contains("STEERING"), "{:?}", picture::lines(&drawn)[0]);
}
