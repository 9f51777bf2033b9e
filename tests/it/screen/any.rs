//! Property tests: every run can be drawn at every terminal size.

use std::sync::LazyLock;

use inflight::control::Abilities;
use inflight::event::{Event, Offset};
use inflight::tui::picture;
use inflight::tui::state::UiState;
use inflight::tui::theme::color::Depth;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::theme::{Capabilities, Theme};
use proptest::prelude::*;
use proptest::sample::select;
use ratatui::layout::Rect;

use crate::scenario::playback::run;
use crate::scenario::strategies::any_events;
use crate::scenario::{fixtures, fold};
use crate::screen::shot::{draw, drawn, press};

/// A recording with all kinds of events.
static STORM: LazyLock<Vec<Event>> = LazyLock::new(|| fixtures::read("storm-429"));

/// Keys that change the picture.
const KEYS: [&str; 40] = [
    "space", "+", "-", "{", "/", "a", "enter", "esc", "s", "S", "f", "w", "?", "q", "down", "end", "1", "4", "5", "6",
    "tab", "up", "F", "home", ":", "m", "2", "left", "right", "z", "Z", "b", "3", "[", "]", "L", "i", "e", "y", "r",
];

fn keys() -> impl Strategy<Value = String> {
    prop::collection::vec(select(&KEYS[..]), 0..10).prop_map(|keys| keys.join(" "))
}

fn capabilities_of(depth: Depth, is_ascii: bool) -> Capabilities {
    Capabilities { depth, charset: if is_ascii { Charset::Ascii } else { Charset::Unicode } }
}

fn can(all: bool) -> Abilities {
    if all { Abilities::FULL } else { Abilities::NONE }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_run_can_be_drawn_at_every_size(
        events in prop_oneof![any_events(80), run()],
        keys in keys(),
        now in prop_oneof![4 => 0..60_000_000_u64, 1 => any::<u64>()],
        width in 0..=220_u16,
        height in 0..=70_u16,
        (is_ascii, is_able) in (any::<bool>(), any::<bool>()),
    ) {
        let (model, capabilities, now) = (fold(&events), capabilities_of(Depth::True, is_ascii), Offset(now));
        let mut ui = UiState::default();
        press(&mut ui, &model, can(is_able), (now, Rect::new(0, 0, width, height)), &keys);
        let theme = Theme::bundled("inflight-dark", capabilities).unwrap();
        let (picture, targets) = drawn(&model, &ui, &theme, can(is_able), capabilities.charset, now, (width, height));
        for line in picture::lines(&picture) {
            prop_assert!(!line.contains(|c: char| c.is_control() || c == '\u{202e}'), "{line:?}");
        }
        for (i, (area, target)) in targets.iter().enumerate() {
            prop_assert_eq!(area.intersection(picture.area), area);
            // A popup adds its own target on top of those that it covers.
            prop_assert!(targets.at(area.as_position()).is_some());
            if let Some(action) = ui.click(target, now) {
                ui.update(action, &model, can(is_able), now);
            }
            ui.scroll_wheel(i % 2 == 0);
        }
        draw(&model, &ui, &theme, can(is_able), capabilities.charset, now, (width, height));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_theme_shows_the_same_text(
        at in 0..15_000_000_u64,
        keys in keys(),
        width in 0..=140_u16,
        height in 0..=44_u16,
        is_ascii in any::<bool>(),
    ) {
        let now = Offset(at);
        let model = fold(STORM.iter().filter(|event| event.at <= now));
        let mut ui = UiState::default();
        press(&mut ui, &model, Abilities::FULL, (now, Rect::new(0, 0, width, height)), &keys);
        let text = |name: &str, depth| {
            let capabilities = capabilities_of(depth, is_ascii);
            let theme = Theme::bundled(name, capabilities).unwrap();
            let drawn = draw(&model, &ui, &theme, Abilities::FULL, capabilities.charset, now, (width, height));
            // A theme without colours has shades instead, so that the areas of charts are distinct.
            let plain = |line: String| line.replace(['░', '▒', '▓'], "█").replace([':', '*'], "#");
            picture::lines(&drawn).into_iter().map(plain).collect::<Vec<_>>()
        };
        let mono = text("mono", Depth::Mono);
        for name in Theme::names() {
            for depth in [Depth::True, Depth::Ansi16, Depth::Mono] {
                prop_assert_eq!(&text(name, depth), &mono, "{} {:?}", name, depth);
            }
        }
    }
}

#[test]
fn every_popup_can_be_drawn_at_the_smallest_sizes() {
    let model = fold(&*STORM);
    let theme = Theme::bundled("inflight-dark", capabilities_of(Depth::True, false)).unwrap();
    let now = Offset(6_000_000);
    for keys in [
        "",
        "?",
        "q",
        "/ a",
        "f",
        "4",
        "5",
        "6",
        "4 enter",
        "4 enter enter",
        "4 r",
        "e",
        "6 / a",
        "5 ?",
        "2",
        "2 up",
        "2 b z left",
        "3",
        "3 ]",
        "i",
        "4 i ?",
        ":",
        ": l i m i t down",
    ] {
        let mut ui = UiState::default();
        press(&mut ui, &model, Abilities::FULL, (now, Rect::new(0, 0, 80, 16)), keys);
        for (width, height) in (0..=8).flat_map(|width| (0..=8).map(move |height| (width, height))) {
            draw(&model, &ui, &theme, Abilities::FULL, Charset::Unicode, now, (width * 10, height * 2));
            draw(&model, &ui, &theme, Abilities::FULL, Charset::Unicode, now, (width, height));
        }
    }
}
