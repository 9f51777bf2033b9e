//! The images in the documentation, drawn from recordings of real runs at fixed moments.
//!
//! An outdated image is a failure; `INFLIGHT_PICTURES=renew cargo test --test it pictures` redraws them.
//! Look at them before you commit them. Start at [`PICTURES`].

use std::fs;
use std::path::{Path, PathBuf};

use inflight::control::Abilities;
use inflight::event::{Micros, Offset};
use inflight::tui::picture::svg::svg;
use inflight::tui::state::UiState;
use inflight::tui::theme::color::Depth;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::theme::{Capabilities, Theme};
use ratatui::layout::Rect;

use crate::scenario::{fixtures, fold};
use crate::screen::shot::{draw, press};

/// One image: its file, the recording and the moment, the size, the keys pressed first, and the theme.
struct Picture {
    file: &'static str,
    recording: &'static str,
    at: &'static str,
    size: (u16, u16),
    keys: &'static str,
    theme: &'static str,
}

const DARK: &str = "inflight-dark";
const LIGHT: &str = "inflight-light";

/// Every image under `examples/pictures`.
const PICTURES: &[Picture] = &[
    Picture { file: "overview", recording: "storm-429", at: "7500ms", size: (112, 40), keys: "H", theme: DARK },
    Picture { file: "overview-light", recording: "storm-429", at: "7500ms", size: (112, 40), keys: "H", theme: LIGHT },
    Picture { file: "staircase", recording: "staircase", at: "6s", size: (84, 34), keys: "2 F home", theme: DARK },
    Picture { file: "wall", recording: "at-once", at: "2s", size: (84, 34), keys: "2 F home", theme: DARK },
    Picture { file: "failures", recording: "failing", at: "4s", size: (100, 24), keys: "4", theme: DARK },
    Picture {
        file: "example",
        recording: "failing",
        at: "4s",
        size: (100, 24),
        keys: "4 down down enter",
        theme: DARK,
    },
    Picture { file: "compact", recording: "storm-429", at: "6s", size: (44, 10), keys: "", theme: DARK },
];

impl Picture {
    fn path(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pictures").join(format!("{}.svg", self.file))
    }

    fn drawn(&self) -> String {
        let now = Offset(Micros::from(humantime::parse_duration(self.at).unwrap()).0);
        let events = fixtures::read(self.recording);
        let model = fold(events.iter().filter(|event| event.at <= now));
        let capabilities = Capabilities { depth: Depth::True, charset: Charset::Unicode };
        let theme = Theme::bundled(self.theme, capabilities).unwrap();
        let mut ui = UiState::default();
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        press(&mut ui, &model, Abilities::FULL, (now, area), self.keys);
        ui.remark = None;
        svg(&draw(&model, &ui, &theme, Abilities::FULL, capabilities.charset, now, self.size), &theme)
    }
}

#[test]
fn images_are_up_to_date() {
    let renews = std::env::var("INFLIGHT_PICTURES").is_ok_and(|value| value == "renew");
    let is_stale = |picture: &&Picture| fs::read_to_string(picture.path()).ok().as_ref() != Some(&picture.drawn());
    let stale: Vec<&Picture> = PICTURES.iter().filter(is_stale).collect();
    for picture in stale.iter().filter(|_| renews) {
        fs::write(picture.path(), picture.drawn()).unwrap();
    }
    let names: Vec<&str> = stale.iter().filter(|_| !renews).map(|picture| picture.file).collect();
    assert!(names.is_empty(), "stale: {names:?}; INFLIGHT_PICTURES=renew redraws them");
}

#[test]
fn every_image_is_drawn_here_and_shown_in_the_readme() {
    let readme = include_str!("../../README.md");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pictures");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap();
        assert!(PICTURES.iter().any(|picture| picture.file == name), "nothing draws `{name}`");
        assert!(readme.contains(&format!("examples/pictures/{name}.svg")), "the README does not show `{name}`");
    }
    let shown = readme.split("examples/pictures/").skip(1).filter_map(|rest| rest.split_once(".svg"));
    let unknown: Vec<&str> =
        shown.map(|(name, _)| name).filter(|name| PICTURES.iter().all(|picture| picture.file != *name)).collect();
    assert!(unknown.is_empty(), "nothing draws {unknown:?}, which the README shows");
}
