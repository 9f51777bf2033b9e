//! The lab on the live loop: keys and clicks in, frames out, without a terminal.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::app::appearance::Appearance;
use crate::app::lab::lab_view::LabView;
use crate::app::live::script::{Clock, Script, ScriptStep, gone, key, mouse, press};
use crate::app::live::{Live, ScreenExit};
use crate::app::wakeups::Wakeups;
use crate::config::settings::Settings;
use crate::lab::controls::Controls;
use crate::lab::scenario::Scenario;
use crate::tui::detect::Environment;
use crate::tui::input::event::MouseAction;
use crate::tui::terminal::memory_screen::{MemoryScreen, enter, escape, position_of};

/// The title of the palette while nothing is typed.
const PALETTE: &str = "List the keys";

#[test]
fn every_finding_that_a_lesson_names_exists() {
    for scenario in Scenario::ALL {
        let watched = scenario.spec().lesson.watched;
        assert!(watched.is_none_or(|kind| crate::model::verdict::rank(kind).is_some()), "{watched:?}");
    }
}

/// Plays a script over a scenario whose lanes do not end within a test; returns the frames with their times.
fn play(steps: Vec<(u64, ScriptStep)>) -> (ScreenExit, Vec<(u64, String)>) {
    let clock: Clock = Rc::new(Cell::new(Instant::now()));
    let mut screen = MemoryScreen::new(&clock);
    let environment = Environment { fps: Some(20), ..Environment::default() };
    let mut appearance = Appearance::with_settings(Settings::default(), &environment).unwrap();
    let controls = Controls { delay: Duration::from_secs(10), ..Controls::defaults(Scenario::Sleep) };
    let notifier = Wakeups::without_signals().notifier();
    appearance.has_mouse = true;
    let mut view = LabView::start(Scenario::Sleep, controls, notifier, &appearance, false).unwrap();
    let mut script = Script::new(&clock, &screen.state, steps, None);
    let live = Live::new(&mut view, &mut screen, &mut appearance, clock.get()).run_loop(&mut script);
    (live.unwrap().0, screen.frames)
}

/// Whether a frame that was drawn in this time shows the text.
fn is_shown(frames: &[(u64, String)], text: &str, times: std::ops::Range<u64>) -> bool {
    frames.iter().any(|(at, frame)| times.contains(at) && frame.contains(text))
}

/// The last frame before a time.
fn frame_before(frames: &[(u64, String)], time: u64) -> &str {
    &frames.iter().rev().find(|(at, _)| *at < time).unwrap().1
}

#[test]
fn the_palette_lists_the_actions_of_the_lab_and_runs_one() {
    let typed = "paus".chars().zip(400_u64..).map(|(letter, at)| (at, key(letter)));
    let mut steps = vec![(100, key(':'))];
    steps.extend(typed);
    steps.extend([(600, press(enter())), (900, key('q'))]);
    let (exit, frames) = play(steps);
    let listed = frame_before(&frames, 400);
    assert!(listed.contains("restart") && listed.contains("next_program") && !listed.contains("filter"), "{listed}");
    assert!(frame_before(&frames, 600).contains(":paus") && !is_shown(&frames, "PAUSED", 0..600));
    assert!(is_shown(&frames, "PAUSED", 600..900) && !frame_before(&frames, 900).contains(":paus"));
    assert_eq!(exit, ScreenExit::Left);
}

#[test]
fn escape_closes_the_palette_and_nothing_else() {
    let (_, frames) = play(vec![(100, key(':')), (300, press(escape())), (600, gone())]);
    assert!(frame_before(&frames, 300).contains(PALETTE));
    assert!(!frame_before(&frames, 600).contains(PALETTE) && frame_before(&frames, 600).contains("? help"));
}

#[test]
fn a_click_on_a_row_of_the_palette_runs_its_action() {
    let open = |rest: Vec<(u64, ScriptStep)>| play([(100, key(':'))].into_iter().chain(rest).collect()).1;
    let at = position_of("In the lab: switch to the next scenario", frame_before(&open(vec![(300, gone())]), 300));
    let frames = open(vec![(300, mouse(MouseAction::Click, at)), (600, gone())]);
    assert!(frames[0].1.contains("inflight  sleep"), "{}", frames[0].1);
    assert!(!frame_before(&frames, 600).contains("inflight  sleep"), "{}", frame_before(&frames, 600));
}

#[test]
fn a_click_on_a_footer_hint_does_what_its_key_does() {
    let (_, frames) = play(vec![(100, gone())]);
    let at = position_of(": actions", &frames[0].1);
    let (_, frames) = play(vec![(310, mouse(MouseAction::Click, at)), (600, gone())]);
    assert!(is_shown(&frames, PALETTE, 310..360));
}

#[test]
fn the_wheel_moves_the_selection_of_the_palette_by_one_row() {
    let wheel = mouse(MouseAction::WheelDown, (50, 10));
    let (_, frames) = play(vec![(100, key(':')), (300, wheel), (500, press(enter())), (800, gone())]);
    assert!(!is_shown(&frames, "PAUSED", 500..800));
    let (before, after) = (frame_before(&frames, 300), frame_before(&frames, 500));
    let selected = |frame: &str| frame.lines().position(|line| line.contains('▌'));
    assert_eq!(selected(after), selected(before).map(|row| row + 1), "{before}\n{after}");
}

#[test]
fn m_toggles_the_mouse() {
    let click = |place: (u16, u16)| mouse(MouseAction::Click, place);
    let (_, frames) = play(vec![(100, gone())]);
    let help = position_of("? help", &frames[0].1);
    let (_, frames) =
        play(vec![(100, key('m')), (3_500, click(help)), (4_000, key('m')), (7_500, click(help)), (8_000, gone())]);
    assert!(is_shown(&frames, "mouse off", 100..300) && is_shown(&frames, "mouse on", 4_000..4_300));
    assert!(!is_shown(&frames, "Keys ─", 3_500..7_500) && is_shown(&frames, "Keys ─", 7_500..8_000));
}
