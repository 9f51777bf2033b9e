//! The lab's screen: lanes next to each other at every size, and the result in large digits.
//!
//! The lanes are made of scripted events, so that pictures stay the same. Start at [`Lanes`].

mod keys;

use std::fmt::Write;

use inflight::event::{Micros, Offset};
use inflight::model::Model;
use inflight::model::race::{
    Calls, LaneFigures, LaneResults, LateHeartbeat, Race, RaceMeasure, TimerLag, UpstreamCounts,
};
use inflight::tui::keymap::Keymap;
use inflight::tui::picture::{self, Picture};
use inflight::tui::state::race::RaceUi;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::view::race;
use inflight::tui::view::race::paragraph::{Paragraph, Tone};
use inflight::tui::view::race::scene::LabScene;
use proptest::prelude::*;
use ratatui::layout::Rect;

use crate::scenario::notation::scenario;
use crate::screen::roles;
use crate::screen::shot::key;

/// A lesson.
fn lesson() -> [Paragraph; 3] {
    [
        ("The rule", "A task must not wait with its thread.", Tone::Prose),
        ("Rust", "std::thread::sleep(pause);", Tone::Wrong),
        ("Rust", "tokio::time::sleep(pause).await;", Tone::Right),
    ]
    .map(|(heading, text, tone)| Paragraph { heading, text: text.into(), tone })
}

/// The lanes of a race at a moment.
struct Lanes {
    race: Race,
    models: Vec<Model>,
    now: Offset,
    charset: Charset,
    is_paused: bool,
}

/// Ten requests of one second each: serially on a blocked thread, and all at once.
fn lanes_at_second(seconds: u64) -> Lanes {
    let now = Offset(seconds * 1_000_000);
    let lane = |at_once: u64, is_right: bool| {
        let mut steps = String::from("0ms run jobs 10");
        let mut settled = 0;
        for n in 1..=10 {
            let (from, to) = ((n - 1) / at_once, (n - 1) / at_once + 1);
            if from <= seconds {
                write!(steps, " | {}ms start a#{n}", from * 1_000 + 2).unwrap();
            }
            if to <= seconds {
                settled = n;
                write!(steps, " | {}ms answer a#{n} 200 | {0}ms done a#{n}", to * 1_000).unwrap();
            }
        }
        let model = model_of(&steps);
        let is_over = settled == 10;
        let elapsed = if is_over { Micros(10_000_000 / at_once) } else { Micros(now.0) };
        let late = if is_right { Micros::ZERO } else { elapsed };
        let beats = vec![LateHeartbeat { due: Offset(10_000), late }];
        let figures = LaneFigures {
            approach: if is_right { "async client, all at once" } else { "blocking client in tasks" },
            is_right,
            is_over,
            jobs: 10,
            done: settled,
            in_flight: model.in_flight(),
            peak: model.level.peak(),
            elapsed,
            settled_at: Micros(if is_over { elapsed.0 } else { seconds * 1_000_000 }),
            late: TimerLag { now: Micros::ZERO, worst: late, blocked: late, beats },
            upstream: UpstreamCounts {
                requests: settled,
                peak: at_once,
                sockets: at_once,
                first: Some(Offset(2_000)),
                ..UpstreamCounts::default()
            },
            ..LaneFigures::default()
        };
        (figures, model)
    };
    let (lanes, models) = [lane(1, false), lane(10, true)].into_iter().unzip();
    Lanes { race: race_of(RaceMeasure::Time, lanes), models, now, charset: Charset::Unicode, is_paused: false }
}

/// The model of scenario steps in any order.
fn model_of(steps: &str) -> Model {
    let mut sorted_steps: Vec<_> = steps.split(" | ").collect();
    sorted_steps.sort_by_key(|step| step.split_once("ms").and_then(|(at, _)| at.parse::<u64>().ok()));
    scenario(&sorted_steps.join(" | ")).fold()
}

fn race_of(measure: RaceMeasure, lanes: Vec<LaneFigures>) -> Race {
    Race {
        name: "race",
        sentence: "a blocking HTTP client in async tasks, against an async one",
        rule: "A task must not wait with its thread.",
        measure,
        requests: 10,
        delay: Micros(1_000_000),
        delay_is: "each takes",
        limit: None,
        speed: 1.0,
        lanes,
    }
}

impl Lanes {
    /// Two more lanes like the first two.
    fn doubled(mut self) -> Self {
        self.race.lanes.extend(self.race.lanes.clone());
        (self.race.limit, self.race.lanes[3].limit) = (Some(5), Some(5));
        self.models.extend(self.models.clone());
        self
    }

    fn ascii(mut self) -> Self {
        self.charset = Charset::Ascii;
        self
    }

    fn paused(mut self) -> Self {
        self.is_paused = true;
        self
    }

    /// The picture after these keys.
    fn take(&self, (width, height): (u16, u16), keys: &str) -> Picture {
        let (keymap, area) = (Keymap::default(), Rect::new(0, 0, width, height));
        let (mut ui, lesson) = (RaceUi::default(), lesson());
        let fit = |ui: &mut RaceUi| {
            ui.fit(&self.race, race::visible_rows(area, &self.race, ui, self.charset));
            ui.fit_popup(race::popup_end(area, ui, &keymap, &lesson));
        };
        fit(&mut ui);
        for key in keys.split_whitespace().map(key) {
            match keymap.action(ui.context(), key) {
                Some(action) => drop(ui.update(action, &self.race, Offset::ZERO)),
                None => ui.edit(key),
            }
            fit(&mut ui);
        }
        let models: Vec<_> = self.models.iter().collect();
        let theme = roles::theme(self.charset);
        let stage = LabScene {
            race: &self.race,
            models: &models,
            is_paused: self.is_paused,
            lesson: &lesson,
            ui: &ui,
            theme: &theme,
            keymap: &keymap,
            charset: self.charset,
            now: self.now,
        };
        let mut picture = Picture::empty(Rect::new(0, 0, width, height));
        drop(race::render(&mut picture, &stage));
        picture
    }

    /// Compares it with the picture under `snapshots/lab/`.
    #[track_caller]
    fn matches(&self, name: &str, size: (u16, u16), keys: &str) {
        let picture = self.take(size, keys);
        let (text, roles) = (picture::lines(&picture).join("\n"), crate::screen::shot::grid(&picture));
        let both = format!("{text}\n\n{}\n{}\n\n{roles}", "=".repeat(size.0.into()), roles::legend(&roles));
        insta::with_settings!({
            snapshot_path => "../snapshots/lab",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(format!("race-{name}-{}x{}", size.0, size.1), both);
        });
    }
}

#[test]
fn lanes_share_one_axis_and_predictions_are_labelled() {
    lanes_at_second(3).matches("under-way", (120, 40), "");
}

#[test]
fn at_the_end_the_result_is_large() {
    lanes_at_second(10).matches("over", (120, 40), "");
    lanes_at_second(10).matches("over", (80, 24), "");
    lanes_at_second(10).matches("over", (60, 16), "");
}

#[test]
fn four_lanes_are_two_by_two_or_one_below_the_other() {
    lanes_at_second(10).doubled().matches("four", (120, 40), "");
    lanes_at_second(10).doubled().matches("four", (60, 16), "");
    lanes_at_second(3).doubled().matches("four", (40, 10), "");
}

#[test]
fn a_terminal_without_unicode_shows_the_same() {
    lanes_at_second(10).ascii().matches("ascii", (80, 24), "");
}

#[test]
fn lesson_and_help_are_popups() {
    lanes_at_second(3).matches("why", (80, 24), "i");
    lanes_at_second(3).matches("help", (80, 24), "?");
    lanes_at_second(3).paused().matches("paused", (80, 24), "");
}

#[test]
fn all_ten_requests_are_visible_and_the_numbers_are_large_if_there_is_room() {
    let visible = |lanes: &Lanes, size, keys| {
        let lines = picture::lines(&lanes.take(size, keys));
        (1..=10).all(|n| lines.iter().any(|line| line.trim_start().starts_with(&format!("{n} "))))
    };
    let large = |lanes: &Lanes, size, keys| picture::lines(&lanes.take(size, keys)).join("").contains('▀');
    let (two, four) = (lanes_at_second(3), lanes_at_second(3).doubled());
    for (lanes, size, keys) in [
        (&two, (120, 40), ""),
        (&two, (80, 24), ""),
        (&four, (120, 40), ""),
        (&four, (200, 50), ""),
        (&four, (80, 24), "1 2"),
    ] {
        assert!(visible(lanes, size, keys), "{size:?} {keys}");
    }
    for (lanes, size) in [(&two, (120, 40)), (&two, (80, 24)), (&four, (200, 50)), (&four, (120, 40))] {
        assert!(large(lanes, size, ""), "{size:?}");
    }
    assert!(!large(&four, (80, 24), "") && large(&four, (80, 24), "1 2"));
}

#[test]
fn a_lane_whose_thread_is_blocked_from_the_start_says_so() {
    let mut lanes = lanes_at_second(3);
    lanes.models[0] = model_of("0ms run jobs 10");
    let screen = |lanes: &Lanes| picture::lines(&lanes.take((120, 40), "")).join("\n");
    assert!(screen(&lanes).contains("A ✓ Nothing in flight: nothing has started yet"), "its timers are on time");
    lanes.race.lanes[0].late.now = Micros(2_300_000);
    let blocked = "A × Nothing in flight: its thread has been blocked for 2.30 s; nothing can start";
    assert!(screen(&lanes).contains(blocked), "{}", screen(&lanes));
    // On a narrow screen, no number is cut.
    let narrow = picture::lines(&lanes.take((80, 24), "")).join("\n");
    assert!(narrow.contains("A × Nothing in flight: its thread is blocked; nothing can start"), "{narrow}");
}

#[test]
fn lost_jobs_are_named() {
    let mut lanes = lanes_at_second(10);
    lanes.race.measure = RaceMeasure::Lost;
    lanes.race.lanes[0].results =
        LaneResults { kept: 3, read: 1, lost: vec![5, 6, 7, 8, 9, 10], ..LaneResults::default() };
    lanes.race.lanes[0].calls = Some(Calls { created: 10, polled: 4, finished: 4 });
    let text = picture::lines(&lanes.take((120, 40), "")).join("\n");
    for words in ["Lost #5–#10. 3 kept, 1 error read.", "10 futures made, 4 polled", "lost silently", "LOST"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_race_can_be_drawn_at_every_size(
        seconds in 0..12_u64,
        is_doubled: bool,
        is_ascii: bool,
        keys in prop::sample::select(vec!["", "i", "?", "down down pgdn", "i down end", "q"]),
        width in 0..=220_u16,
        height in 0..=70_u16,
    ) {
        let mut lanes = lanes_at_second(seconds);
        if is_doubled {
            lanes = lanes.doubled();
        }
        if is_ascii {
            lanes = lanes.ascii();
        }
        for line in picture::lines(&lanes.take((width, height), keys)) {
            prop_assert!(!line.contains(char::is_control), "{line:?}");
            prop_assert!(!is_ascii || line.is_ascii(), "{line:?}");
        }
    }
}
