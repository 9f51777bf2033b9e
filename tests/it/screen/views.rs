//! The views other than the overview, at every size that has its own layout, and navigation between views.

use inflight::control::Abilities;
use inflight::event::Offset;
use inflight::tui::action::Action;
use inflight::tui::keymap::Keymap;
use inflight::tui::keymap::entry::Context;
use inflight::tui::picture;
use inflight::tui::rows::card::CardSet;
use inflight::tui::state::UiState;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::view;
use inflight::tui::views::View;
use ratatui::layout::Rect;

use crate::scenario::notation::scenario;
use crate::screen::roles;
use crate::screen::shot::{draw, press, shot};

/// The sizes that have their own layout.
const SIZES: [(u16, u16); 5] = [(80, 24), (120, 40), (60, 16), (200, 50), (40, 10)];

/// Compares one moment of a run at every size.
fn at_every_size(fixture: &str, at: &str, keys: &str) {
    for (width, height) in SIZES {
        shot(fixture).at(at).size(width, height).keys(keys).matches();
    }
}

#[test]
fn failures_are_grouped_by_meaning() {
    at_every_size("storm-429", "6s", "4");
}

#[test]
fn hosts_show_what_limits_them() {
    at_every_size("storm-429", "10500ms", "5");
}

#[test]
fn the_log_has_the_newest_last() {
    at_every_size("storm-429", "6s", "6");
}

#[test]
fn tabs_do_not_move_when_the_view_or_a_count_changes() {
    let job = |job| format!("1ms start a#{job} | 2ms break a#{job} | 2ms fail a#{job}");
    let jobs = (1..=120).map(job).collect::<Vec<_>>().join(" | ");
    let (none, many) = ("0ms run limit 9 jobs 1500".to_owned(), format!("0ms run limit 9 jobs 1500 | {jobs}"));
    for (width, forms) in
        [(120, " 6 Log   7 In flight"), (80, " 6 Log   7 Live"), (60, " 6 Log  7 Live"), (64, " 6 Log  7 Live")]
    {
        for (run, view) in [(&none, "1"), (&none, "2"), (&many, "1"), (&many, "2")] {
            let model = scenario(run).fold();
            let mut ui = UiState::default();
            press(&mut ui, &model, Abilities::FULL, (Offset(9_000), Rect::new(0, 0, width, 24)), view);
            let theme = roles::theme(Charset::Unicode);
            let picture = draw(&model, &ui, &theme, Abilities::FULL, Charset::Unicode, Offset(9_000), (width, 24));
            let tabs = picture::lines(&picture).swap_remove(1);
            assert!(tabs.contains(forms), "{width}: {tabs}");
            let count = if width < 80 { "4 ×120" } else { "120 " };
            assert_eq!(tabs.contains(count), run == &many, "{width}: {tabs}");
        }
    }
}

#[test]
fn a_run_without_failures_shows_that() {
    shot("storm-429").at("15ms").keys("4").matches();
    shot("storm-429").at("15ms").keys("6").matches();
    shot("storm-429").at("0s").keys("5").matches();
}

#[test]
fn after_the_run_no_host_is_limited() {
    shot("storm-429").at("20s").size(120, 40).keys("5").matches();
}

#[test]
fn a_filter_works_in_every_view() {
    shot("storm-429").at("6s").keys("/ s t a t u s : 4 x x enter").matches();
    shot("storm-429").at("6s").keys("4 / t i m e enter").matches();
    shot("storm-429").at("6s").keys("5 / n o w h e r e").matches();
    shot("storm-429").at("6s").keys("6 / ! l e g a c y enter").matches();
    shot("storm-429").at("6s").size(120, 40).keys("6 / ").matches();
}

#[test]
fn enter_shows_the_events_behind_a_row() {
    shot("storm-429").at("6s").keys("4 down enter enter").matches();
    shot("storm-429").at("6s").keys("down down down enter enter up").matches();
}

#[test]
fn a_failure_is_shown_with_its_response() {
    at_every_size("failing", "3s", "4 enter");
    shot("failing").at("3s").keys("4 end enter ] ]").matches();
    shot("failing").at("3s").size(60, 16).keys("4 enter end").matches();
    // This recording has no samples, so only the other facts are shown.
    shot("storm-429").at("6s").keys("4 enter").matches();
}

#[test]
fn resending_asks_first_and_a_refusal_has_a_reason() {
    shot("failing").at("3s").keys("4 r").matches();
    shot("failing").at("3s").keys("4 r").can(Abilities::NONE).matches();
}

#[test]
fn the_export_menu_lists_the_formats() {
    shot("failing").at("3s").keys("e").matches();
    shot("failing").at("3s").size(60, 16).keys("4 enter e").matches();
    shot("failing").at("3s").size(40, 10).keys("e").matches();
}

#[test]
fn an_open_example_stays_the_same_while_more_requests_fail() {
    let model = |n: usize| {
        let steps: Vec<String> = (1..=n).map(|i| format!("{i}ms start a#{i} | {i}ms break a#{i}")).collect();
        scenario(&format!("0ms run | {}", steps.join(" | "))).fold()
    };
    let mut ui = UiState::default();
    press(&mut ui, &model(2), Abilities::FULL, (Offset(50_000), AREA), "4 enter ]");
    let shown = |ui: &UiState| ui.card.as_ref().map(|card| (card.set, card.content.nth));
    assert_eq!(shown(&ui), Some((CardSet::Cause(0), 1)));
    press(&mut ui, &model(9), Abilities::FULL, (Offset(50_000), AREA), "");
    assert_eq!(shown(&ui), Some((CardSet::Cause(0), 1)));
    // At most three examples are kept.
    press(&mut ui, &model(9), Abilities::FULL, (Offset(50_000), AREA), "] ] ]");
    assert_eq!(shown(&ui), Some((CardSet::Cause(0), 2)));
    press(&mut ui, &model(9), Abilities::FULL, (Offset(50_000), AREA), "5");
    assert_eq!(shown(&ui), Some((CardSet::Cause(0), 2)), "only esc closes a popup");
}

#[test]
fn views_have_help_and_ascii_too() {
    shot("storm-429").at("6s").size(120, 40).keys("4 down s s ?").matches();
    shot("storm-429").at("6s").keys("4").ascii().matches();
}

#[test]
fn a_reversed_log_is_labelled() {
    shot("storm-429").at("6s").size(120, 40).keys("6 S down down").matches();
}

/// The screen after some keys.
struct Place {
    ui: UiState,
}

const AREA: Rect = Rect::new(0, 0, 80, 24);

/// A run with three endpoints, two of which fail; then these keys.
fn after(keys: &str) -> Place {
    let model = scenario(
        "0ms run limit 4 jobs 9 | 0ms start a#1 | 0ms start b#2 | 0ms start c#3 | 20ms answer a#1 200 | 20ms done a#1 | \
         30ms break b#2 | 30ms fail b#2 | 40ms refuse c#3 429 | 40ms retry c#3 90ms",
    )
    .fold();
    let mut ui = UiState::default();
    press(&mut ui, &model, Abilities::FULL, (Offset(50_000), AREA), keys);
    Place { ui }
}

impl Place {
    fn view(&self) -> View {
        self.ui.view
    }

    fn filter(&self) -> &str {
        self.ui.list().filter.value()
    }
}

#[test]
fn digits_and_tab_switch_views() {
    assert_eq!(after("").view(), View::Overview);
    assert_eq!([after("4").view(), after("5").view(), after("6").view()], [View::Failures, View::Hosts, View::Log]);
    assert_eq!([after("tab").view(), after("back-tab").view()], [View::Waterfall, View::InFlight]);
    assert_eq!(after("tab tab tab tab tab tab tab").view(), View::Overview);
    assert_eq!(after("4").ui.context(), Context::At(View::Failures));
}

#[test]
fn enter_opens_details_and_esc_goes_back_to_the_same_row() {
    let deep = after("4 down enter enter");
    assert_eq!((deep.view(), deep.filter()), (View::Log, "cause:\"connection reset\""));
    let back = after("4 down enter enter esc");
    assert_eq!((back.view(), back.ui.list().selected, back.filter()), (View::Failures, 0, ""));
    // The example that was open in between is open again.
    assert_eq!((back.ui.context(), after("4 down enter esc").ui.context()), (Context::Card, after("4").ui.context()));
    // The earlier filter of the log is restored.
    assert_eq!(after("6 / b r e a k enter 5 enter enter esc esc 6").filter(), "break");
    assert_eq!(after("6 / x enter 5 enter enter esc esc 6").filter(), "x");
    assert_eq!(after("6 / x enter 5 enter enter esc esc 1 6").filter(), "x");
}

#[test]
fn esc_clears_before_it_goes_back_and_never_quits() {
    assert_eq!(after("4 / x enter esc").view(), View::Failures);
    assert_eq!(after("4 / x enter esc").filter(), "");
    assert_eq!(after("4 / x enter esc esc esc esc").view(), View::Overview);
    assert!(!after("esc esc").ui.is_quit_question_open());
}

#[test]
fn keys_that_come_faster_than_pictures_are_not_lost() {
    let model = scenario("0ms run | 0ms start a#1 | 0ms start b#2 | 0ms start c#3").fold();
    let mut ui = UiState::default();
    press(&mut ui, &model, Abilities::FULL, (Offset(50_000), AREA), "");
    for action in [Action::Show(View::Hosts), Action::Down, Action::Down] {
        ui.update(action, &model, Abilities::FULL, Offset(50_000));
        // The live loop measures after every key, and draws only when a picture is due.
        ui.fit(view::measure(&ui, &Keymap::default(), &model, AREA), &model, Offset(50_000));
    }
    assert_eq!((ui.view, ui.list().selected_row(), ui.list().scroll), (View::Hosts, Some(2), 0));
}

#[test]
fn the_row_with_details_stays_selected() {
    let mut ui = UiState::default();
    let early = scenario("0ms run | 0ms start a#1 | 9ms break a#1 | 9ms fail a#1").fold();
    press(&mut ui, &early, Abilities::FULL, (Offset(10_000), AREA), "4");
    assert_eq!(ui.list().selected_row(), Some(0));
    // A new cause sorts before the selected one, which stays selected.
    let late =
        "0ms run | 0ms start a#1 | 0ms start b#2 | 9ms break a#1 | 9ms fail a#1 | 20ms refuse b#2 429 | 20ms fail b#2";
    let late = scenario(late).fold();
    press(&mut ui, &late, Abilities::FULL, (Offset(30_000), AREA), "");
    assert_eq!((&ui.list().order[..], ui.list().selected_row()), (&[1, 0][..], Some(0)));
    // A row that a filter hides cannot stay selected.
    press(&mut ui, &late, Abilities::FULL, (Offset(30_000), AREA), "/ 4 2 9");
    assert_eq!(ui.list().selected_row(), Some(1));
}

#[test]
fn every_view_keeps_its_position() {
    let place = after("down 4 down s S 5 / b enter 1 4");
    let list = place.ui.list();
    assert_eq!((list.selected, list.column, list.is_reversed), (0, 1, true));
    assert_eq!(after("5 / b enter 1 5").filter(), "b");
    assert_eq!(after("down 4 1").ui.list().selected, 1);
}

#[test]
fn without_auto_scroll_visible_rows_stay_while_events_arrive() {
    let storm = |n: usize| {
        let steps: Vec<String> = (1..=n).map(|i| format!("{i}ms start a#{i} | {i}ms break a#{i}")).collect();
        scenario(&format!("0ms run | {}", steps.join(" | "))).fold()
    };
    let (before, after) = (storm(60), storm(1_100));
    let now = Offset(2_000_000);
    let mut ui = UiState::default();
    press(&mut ui, &before, Abilities::FULL, (now, AREA), "6");
    assert_eq!(ui.list().selected_row(), Some(59));
    press(&mut ui, &before, Abilities::FULL, (now, AREA), "up up up");
    let visible = |ui: &UiState| ui.list().visible_rows().take(5).collect::<Vec<_>>();
    let before_more = visible(&ui);
    press(&mut ui, &storm(90), Abilities::FULL, (now, AREA), "");
    assert_eq!((ui.list().selected, visible(&ui)), (56, before_more));
    // The selected event has been discarded, so the oldest kept one is selected.
    press(&mut ui, &after, Abilities::FULL, (now, AREA), "");
    assert_eq!(ui.list().selected, 100);
    press(&mut ui, &after, Abilities::FULL, (now, AREA), "F");
    assert_eq!((ui.list().selected_row(), ui.list().is_scroll_locked), (Some(1_099), false));
    // In reversed order, the newest is first.
    press(&mut ui, &after, Abilities::FULL, (now, AREA), "S");
    assert_eq!((ui.list().order[0], ui.list().scroll), (1_099, 0));
}

#[test]
fn attempts_in_flight_are_listed_oldest_first_with_their_progress() {
    shot("tail").at("4s").size(120, 40).keys("o").matches();
    shot("tail").at("4s").size(80, 24).keys("o").matches();
    shot("tail").at("4s").size(60, 16).keys("o").matches();
    shot("tail").at("4s").size(200, 50).keys("o").matches();
}

#[test]
fn cancelling_a_job_asks_with_its_number() {
    shot("tail").at("4s").size(80, 24).keys("o down x").matches();
}
