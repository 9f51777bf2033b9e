//! A replay on the screen: the scrub bar, marks, the next event, typed moments, and the comparison of two moments.

use inflight::control::{Abilities, Command, ReplayCommand};
use inflight::event::Offset;
use inflight::model::Model;
use inflight::tui::click_targets::ClickTarget;
use inflight::tui::effect::Effect;
use inflight::tui::keymap::Keymap;
use inflight::tui::keymap::entry::Context;
use inflight::tui::picture;
use inflight::tui::state::UiState;
use inflight::tui::theme::glyphs::Charset;
use ratatui::layout::{Position, Rect};

use crate::scenario::notation::{Scenario, scenario};
use crate::scenario::{fixtures, fold};
use crate::screen::roles;
use crate::screen::shot::{drawn, key, press, replaying, shot};

const SIZES: [(u16, u16); 5] = [(80, 24), (120, 40), (60, 16), (200, 50), (40, 10)];
const AREA: Rect = Rect::new(0, 0, 120, 40);

#[test]
fn a_replay_has_a_scrub_bar_with_what_happens_and_the_marks() {
    for (width, height) in SIZES {
        shot("storm-429").at("6s").size(width, height).replayed().keys("'").matches();
    }
    shot("refused-paused-and-cut").at("5s").size(120, 40).replayed().keys("").matches();
    shot("refused-paused-and-cut").at("5s").size(80, 24).replayed().keys("'").ascii().matches();
}

#[test]
fn two_moments_are_next_to_each_other() {
    let events = fixtures::read("storm-429");
    for size in SIZES {
        let mut ui = replaying(&events);
        let until = |at: u64| fold(events.iter().filter(|event| event.at <= Offset(at)));
        let area = Rect::new(0, 0, size.0, size.1);
        press(&mut ui, &until(1_000_000), Abilities::REPLAY, (Offset(1_000_000), area), "'");
        let now = Offset(6_000_000);
        let model = until(now.0);
        press(&mut ui, &model, Abilities::REPLAY, (now, area), "c");
        let theme = roles::theme(Charset::Unicode);
        let (picture, _) = drawn(&model, &ui, &theme, Abilities::REPLAY, Charset::Unicode, now, size);
        let text = picture::lines(&picture).join("\n");
        let name = format!("compared-{}x{}", size.0, size.1);
        insta::with_settings!({
            snapshot_path => "../snapshots/storm-429/replay",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

/// A replay of a scenario, and the model at one of its moments.
struct Replayed {
    run: Scenario,
    ui: UiState,
}

impl Replayed {
    fn new(run: &str) -> Self {
        let run = scenario(run);
        let ui = replaying(&run.events);
        Self { run, ui }
    }

    fn model(&self, now: Offset) -> Model {
        fold(self.run.events.iter().filter(|event| event.at <= now))
    }

    /// Presses keys at a moment of the recording, and returns where the last one leads.
    fn press(&mut self, ms: u64, keys: &str) -> Option<ReplayCommand> {
        let now = Offset(ms * 1_000);
        let model = self.model(now);
        let keys: Vec<&str> = keys.split_whitespace().collect();
        let (last, others) = keys.split_last()?;
        press(&mut self.ui, &model, Abilities::REPLAY, (now, AREA), &others.join(" "));
        let action = Keymap::default().action(self.ui.context(), key(last))?;
        let effects = self.ui.update(action, &model, Abilities::REPLAY, now);
        press(&mut self.ui, &model, Abilities::REPLAY, (now, AREA), "");
        match effects.as_slice() {
            [] => None,
            [Effect::Travel(command)] => Some(*command),
            effects => panic!("{effects:?}"),
        }
    }

    fn remark(&self) -> &str {
        self.ui.remark.as_ref().map_or("", |(text, _)| text)
    }
}

const RUN: &str = "0ms run limit 4 jobs 9 | 1ms start a#1 | 1ms start b#2 | 1000ms refuse a#1 429 | 2000ms limit 2 | \
                   3000ms mark | 4000ms pause | 5000ms resume | 6000ms break b#2 | 6000ms fail b#2 | 9000ms end";

#[test]
fn n_goes_to_the_next_event_of_interest_and_holds_there() {
    let mut replay = Replayed::new(RUN);
    let hold = |ms: u64| Some(ReplayCommand::HoldAt(Offset(ms * 1_000)));
    for (from, to, what) in [
        (0, 1_000, "429 at 00:01.0"),
        (1_000, 2_000, "limit change at 00:02.0"),
        (2_500, 3_000, "mark A at 00:03.0"),
        (3_000, 4_000, "pause at 00:04.0"),
        (4_000, 6_000, "failure at 00:06.0"),
    ] {
        assert_eq!(replay.press(from, "n"), hold(to));
        assert_eq!(replay.remark(), what);
    }
    assert_eq!((replay.press(6_000, "n"), replay.remark()), (None, "no later event"));
    assert_eq!(replay.press(6_000, "N"), hold(4_000));
    assert_eq!((replay.press(1_000, "N"), replay.remark()), (None, "no earlier event"));
}

#[test]
fn a_mark_of_the_user_is_one_of_the_events_and_follows_those_of_the_recording() {
    let mut replay = Replayed::new(RUN);
    assert_eq!(replay.press(1_500, "'"), None);
    assert_eq!(replay.remark(), "mark B at 00:01.5");
    assert_eq!(replay.press(1_000, "n"), Some(ReplayCommand::HoldAt(Offset(1_500_000))));
    assert_eq!(replay.press(2_000, "N"), Some(ReplayCommand::HoldAt(Offset(1_500_000))));
}

#[test]
fn a_typed_moment_is_sought_and_anything_else_is_a_search() {
    let mut replay = Replayed::new(RUN);
    let to = |ms: u64| Some(ReplayCommand::To(Offset(ms * 1_000)));
    assert_eq!(replay.press(1_000, ": 2 . 5 s enter"), to(2_500));
    assert_eq!(replay.press(1_000, ": 5 0 % enter"), to(4_500));
    assert_eq!(replay.press(1_000, ": 1 m 3 0 s enter"), to(9_000));
    assert_eq!(replay.press(1_000, ": h o s t s enter"), None);
    assert_eq!(replay.ui.context(), Context::At(inflight::tui::views::View::Hosts));
}

#[test]
fn home_and_end_seek_and_the_tables_keep_g() {
    let mut replay = Replayed::new(RUN);
    assert_eq!(replay.press(6_000, "home"), Some(ReplayCommand::Start));
    assert_eq!(replay.press(6_000, "end"), Some(ReplayCommand::End));
    let order = replay.ui.list().order.clone();
    assert_eq!((replay.press(6_000, "G"), replay.ui.list().selected), (None, order[1]));
    assert_eq!((replay.press(6_000, "g"), replay.ui.list().selected), (None, order[0]));
}

#[test]
fn a_click_on_the_scrub_bar_seeks() {
    let mut replay = Replayed::new(RUN);
    let (model, theme) = (replay.model(Offset(1_000_000)), roles::theme(Charset::Unicode));
    let now = Offset(1_000_000);
    let (_, targets) = drawn(&model, &replay.ui, &theme, Abilities::REPLAY, Charset::Unicode, now, (120, 40));
    let target = |x| targets.at(Position { x, y: 38 });
    assert_eq!(target(2), Some(ClickTarget::Moment(Offset::ZERO)));
    assert_eq!(target(117), Some(ClickTarget::Moment(Offset(9_000_000))));
    let clicked = target(60).unwrap();
    let action = replay.ui.click(clicked, now).unwrap();
    let effects = replay.ui.update(action, &model, Abilities::REPLAY, now);
    let [Effect::Travel(ReplayCommand::To(at))] = effects.as_slice() else { panic!("{effects:?}") };
    assert!((4_400_000..4_600_000).contains(&at.0), "{at:?}");
}

#[test]
fn the_marks_of_a_recording_can_be_compared_once_they_were_played_even_after_going_back() {
    let mut replay = Replayed::new(RUN);
    replay.press(2_000, "c");
    assert_eq!((replay.remark(), replay.ui.comparison.is_some()), ("no moment is marked yet", false));
    replay.press(3_500, "c");
    let mark = |replay: &Replayed| replay.ui.comparison.as_ref().map(|it| (it.mark, it.figures.at));
    assert_eq!(mark(&replay), Some((0, Offset(3_000_000))));
    // A second mark is compared first; the brackets choose another.
    replay.press(1_200, "esc ' c");
    assert_eq!(mark(&replay), Some((1, Offset(1_200_000))));
    replay.press(1_200, "[");
    assert_eq!(mark(&replay), Some((0, Offset(3_000_000))));
    assert_eq!(replay.press(1_200, "n"), Some(ReplayCommand::HoldAt(Offset(2_000_000))));
    replay.press(1_200, "c");
    assert_eq!(mark(&replay), None);
}

#[test]
fn a_mark_that_is_set_while_the_replay_is_still_on_its_way_gets_the_figures_of_its_moment() {
    let mut replay = Replayed::new(RUN);
    let (early, late) = (Offset(1_500_000), Offset(6_000_000));
    let jobs = |replay: &Replayed| replay.ui.comparison.as_ref().map(|it| (it.figures.at, it.figures.failed));
    // The key comes before the events up to that moment.
    let behind = replay.model(early);
    press(&mut replay.ui, &behind, Abilities::REPLAY, (late, AREA), "' c");
    assert_eq!(jobs(&replay), Some((late, 0)));
    let there = replay.model(late);
    press(&mut replay.ui, &there, Abilities::REPLAY, (late, AREA), "");
    assert_eq!(jobs(&replay), Some((late, 1)));
    press(&mut replay.ui, &behind, Abilities::REPLAY, (early, AREA), "");
    assert_eq!(jobs(&replay), Some((late, 1)));
}

#[test]
fn a_run_records_a_mark_and_compares_it_with_now() {
    let model = scenario("0ms run limit 4 jobs 9 | 1ms start a#1 | 500ms mark | 900ms answer a#1 200").fold();
    let mut ui = UiState::default();
    press(&mut ui, &model, Abilities::FULL, (model.last, AREA), "");
    let action = Keymap::default().action(ui.context(), key("'")).unwrap();
    let effects = ui.update(action, &model, Abilities::FULL, model.last);
    assert_eq!(effects, [Effect::Send(Command::Mark)]);
    press(&mut ui, &model, Abilities::FULL, (model.last, AREA), "c");
    let theme = roles::theme(Charset::Unicode);
    let (picture, _) = drawn(&model, &ui, &theme, Abilities::FULL, Charset::Unicode, model.last, (120, 40));
    let text = picture::lines(&picture).join("\n");
    assert!(text.contains("A 00:00.5") && text.contains("now 00:00.9"), "{text}");
    // After the run there is nothing left to record.
    let ended = scenario("0ms run limit 4 jobs 0 | 900ms end").fold();
    assert!(ui.update(action, &ended, Abilities::FULL, ended.last).is_empty());
}
