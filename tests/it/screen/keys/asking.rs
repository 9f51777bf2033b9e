//! Questions and prompts: what a confirmation was about may have ended, and prompts know what was typed before.

use inflight::control::{Abilities, Command};
use inflight::event::{JobId, Offset};
use inflight::model::Model;
use inflight::tui::action::Action;
use inflight::tui::keymap::Keymap;
use inflight::tui::keymap::entry::Context;
use inflight::tui::picture;
use inflight::tui::state::UiState;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::views::View;
use ratatui::layout::Rect;

use crate::scenario::notation::scenario;
use crate::screen::roles;
use crate::screen::shot::{draw, key, press, sent};

const SIZE: (u16, u16) = (120, 40);

fn press_on(ui: &mut UiState, model: &Model, keys: &str) {
    press(ui, model, Abilities::FULL, (model.last, Rect::new(0, 0, SIZE.0, SIZE.1)), keys);
}

fn footer(ui: &UiState, model: &Model) -> String {
    let theme = roles::theme(Charset::Unicode);
    let picture = draw(model, ui, &theme, Abilities::FULL, Charset::Unicode, model.last, SIZE);
    picture::lines(&picture).pop().unwrap()
}

/// The command of one more key.
fn command(ui: &mut UiState, model: &Model, name: &str) -> Option<Command> {
    let action = Keymap::default().action(ui.context(), key(name))?;
    ui.update(action, model, Abilities::FULL, model.last).iter().find_map(sent)
}

#[test]
fn yes_does_nothing_else_once_the_job_in_question_has_ended() {
    let started = "0ms run limit 4 jobs 9 | 1ms start a#1 | 2ms start a#2";
    let (before, after) = (scenario(started).fold(), scenario(&format!("{started} | 9ms answer a#1")).fold());
    let mut ui = UiState::default();
    press_on(&mut ui, &before, "7 x");
    assert!(footer(&ui, &before).contains("cancel job #1 now?"));
    press_on(&mut ui, &after, "");
    // Without the question, the key would copy the request of the next row.
    assert_eq!(ui.context(), Context::Confirm);
    let line = footer(&ui, &after);
    assert!(line.contains("job #1 is no longer in flight") && !line.contains("y yes"), "{line}");
    assert_eq!(command(&mut ui, &after, "y"), None);
    assert_eq!(ui.context(), Context::At(View::InFlight));
    assert!(footer(&ui, &after).contains("job #1 is no longer in flight: nothing was done"));
    // The same if it ends between the last picture and the key.
    let mut ui = UiState::default();
    press_on(&mut ui, &before, "7 x");
    assert_eq!(command(&mut ui, &after, "y"), None);
    let mut ui = UiState::default();
    press_on(&mut ui, &before, "7 x");
    assert_eq!(command(&mut ui, &before, "y"), Some(Command::CancelJob(JobId(1))));
}

#[test]
fn yes_skips_and_resends_nothing_that_is_over() {
    let started = "0ms run limit 4 jobs 2 | 1ms start a#1 | 2ms break a#1 | 2ms fail a#1";
    let before = scenario(started).fold();
    for (steps, keys, shown) in [
        (" | 9ms end", "X", "the run is over"),
        (" | 9ms end drained", "4 r", "the run was stopped: only a finished run can resend jobs"),
        (" | 9ms drain", "4 r", "the run is stopping"),
    ] {
        let after = scenario(&format!("{started}{steps}")).fold();
        let mut ui = UiState::default();
        press_on(&mut ui, &before, keys);
        press_on(&mut ui, &after, "");
        assert_eq!(ui.context(), Context::Confirm, "{steps}");
        assert!(footer(&ui, &after).contains(shown), "{}", footer(&ui, &after));
        assert_eq!(command(&mut ui, &after, "y"), None);
        assert!(ui.remark.as_ref().is_some_and(|(text, _)| *text == format!("{shown}: nothing was done")));
    }
}

fn three_endpoints() -> Model {
    scenario("0ms run limit 4 jobs 9 | 1ms start a#1 | 2ms start b#2 | 3ms start c#3").fold()
}

#[test]
fn up_recalls_earlier_filters_and_down_comes_back_to_what_was_typed() {
    let model = three_endpoints();
    let mut ui = UiState::default();
    let filter = |ui: &UiState| ui.list().filter.value().to_owned();
    press_on(&mut ui, &model, "/ a enter / backspace b enter esc / c");
    assert_eq!(filter(&ui), "c");
    press_on(&mut ui, &model, "up");
    assert_eq!(filter(&ui), "b");
    press_on(&mut ui, &model, "up up");
    assert_eq!(filter(&ui), "a");
    press_on(&mut ui, &model, "down down");
    assert_eq!(filter(&ui), "c");
    // Another view has the same history.
    press_on(&mut ui, &model, "esc 7 / up");
    assert_eq!(filter(&ui), "b");
    // Without history, the keys move among the rows.
    let mut ui = UiState::default();
    press_on(&mut ui, &model, "/ down down");
    assert_eq!(ui.list().selected, 2);
    press_on(&mut ui, &model, "up");
    assert_eq!((ui.list().selected, filter(&ui)), (1, String::new()));
}

#[test]
fn up_recalls_earlier_searches_of_the_palette() {
    let model = three_endpoints();
    let mut ui = UiState::default();
    press_on(&mut ui, &model, ": f a i l u r enter : h o s t s : enter");
    press_on(&mut ui, &model, "esc 1 : up");
    let text = |ui: &UiState| ui.palette.as_ref().map(|palette| palette.text().to_owned());
    assert_eq!(text(&ui).as_deref(), Some("hosts:"));
    press_on(&mut ui, &model, "up");
    assert_eq!(text(&ui).as_deref(), Some("failur"));
    press_on(&mut ui, &model, "enter");
    assert_eq!(ui.view, View::Failures);
}

#[test]
fn n_goes_through_the_matches_of_a_filter_and_round() {
    let model = three_endpoints();
    let mut ui = UiState::default();
    let mut selected = |keys: &str| {
        press_on(&mut ui, &model, keys);
        (ui.list().selected, ui.remark.as_ref().map(|(text, _)| text.clone()).unwrap_or_default())
    };
    assert_eq!(selected("n"), (0, "no filter is set, so there is no next match".to_owned()));
    assert_eq!(selected("/ ! b enter n"), (2, "match 2 of 2".to_owned()));
    assert_eq!(selected("n").0, 0);
    assert_eq!(selected("N").0, 2);
}

#[test]
fn an_action_that_reaches_the_run_still_asks_first() {
    let model = scenario("0ms run limit 4 jobs 9 | 1ms start a#1").fold();
    let mut ui = UiState::default();
    press_on(&mut ui, &model, "7");
    assert!(ui.update(Action::CancelOne, &model, Abilities::FULL, Offset(2_000)).is_empty());
    assert_eq!(ui.context(), Context::Confirm);
}
