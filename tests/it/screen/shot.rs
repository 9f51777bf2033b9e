//! A builder of snapshots: a recording, a moment, a size, and some keys.
//!
//! Start at [`shot`].

use std::sync::Arc;

use inflight::control::{Abilities, Command, Playback};
use inflight::event::{Event, Micros, Offset};
use inflight::model::Model;
use inflight::model::moment::outline::Outline;
use inflight::text::output_lines::OutputLines;
use inflight::tui::action::Action;
use inflight::tui::click_targets::ClickTargets;
use inflight::tui::effect::Effect;
use inflight::tui::keymap::Keymap;
use inflight::tui::output_pane::OutputPane;
use inflight::tui::picture::{self, Picture};
use inflight::tui::state::UiState;
use inflight::tui::theme::Theme;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::view;
use inflight::tui::view::scene::ViewScene;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use crate::scenario::{fixtures, fold};
use crate::screen::roles;

/// A snapshot to take.
pub struct Shot {
    fixture: String,
    name: String,
    events: Vec<Event>,
    at: Offset,
    size: (u16, u16),
    keys: String,
    can: Abilities,
    charset: Charset,
    is_replay: bool,
    printed: Option<OutputLines>,
}

/// A snapshot of a recording under `tests/fixtures/`.
#[track_caller]
pub fn shot(fixture: &str) -> Shot {
    shot_of(fixture, fixtures::read(fixture))
}

/// A snapshot of other events; the name is that of its folder.
pub fn shot_of(name: &str, events: Vec<Event>) -> Shot {
    Shot {
        fixture: name.to_owned(),
        name: name.to_owned(),
        events,
        at: Offset::ZERO,
        size: (80, 24),
        keys: String::new(),
        can: Abilities::FULL,
        charset: Charset::Unicode,
        is_replay: false,
        printed: None,
    }
}

/// The state of a screen that replays these events, and is paused.
pub fn replaying(events: &[Event]) -> UiState {
    let mut outline = Outline::default();
    for event in events {
        outline.add(event.at, event.origin, &event.fact);
    }
    outline.finish();
    let mut ui = UiState::default();
    ui.playback = Some(Playback { speed: 1.0, is_paused: true, is_at_end: false, end: outline.end() });
    ui.moments.outline = Some(Arc::new(outline));
    ui
}

impl Shot {
    /// Sets the moment: `6s`, `1200ms`.
    pub fn at(mut self, at: &str) -> Self {
        self.at = Offset(Micros::from(humantime::parse_duration(at).unwrap()).0);
        self.name = format!("{}-{at}", self.name);
        self
    }

    /// Sets the size of the terminal.
    pub fn size(mut self, width: u16, height: u16) -> Self {
        self.size = (width, height);
        self
    }

    /// Sets the keys to press, by name: `/ c h enter`.
    pub fn keys(mut self, keys: &str) -> Self {
        keys.clone_into(&mut self.keys);
        self
    }

    /// Sets the abilities of the source.
    pub fn can(mut self, can: Abilities) -> Self {
        self.can = can;
        self
    }

    /// Shows a paused replay instead of a run.
    pub fn replayed(self) -> Self {
        Self { can: Abilities::REPLAY, is_replay: true, ..self }
    }

    /// Shows a watched program that has printed these lines.
    pub fn printed(self, lines: &OutputLines) -> Self {
        Self { can: Abilities { stop: true, ..Abilities::PROGRAM }, printed: Some(lines.clone()), ..self }
    }

    /// Uses a terminal without Unicode.
    pub fn ascii(mut self) -> Self {
        self.charset = Charset::Ascii;
        self
    }

    /// Compares the picture with its snapshot under `snapshots/`.
    #[track_caller]
    pub fn matches(self) {
        let picture = self.take(&roles::theme(self.charset));
        let text = picture::lines(&picture).join("\n");
        let roles = grid(&picture);
        let legend = roles::legend(&roles);
        let both = format!("{text}\n\n{}\n{legend}\n\n{roles}", "=".repeat(self.size.0.into()));
        let name = self.file_name();
        let folder = format!("snapshots/{}/{}", self.fixture, self.group());
        insta::with_settings!({
            snapshot_path => folder,
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, both);
        });
    }

    fn take(&self, theme: &Theme) -> Picture {
        let model = fold(self.events.iter().filter(|event| event.at <= self.at));
        let mut ui = if self.is_replay { replaying(&self.events) } else { UiState::default() };
        if let Some(lines) = &self.printed {
            ui.output = OutputPane::new(lines.clone());
        }
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        press(&mut ui, &model, self.can, (self.at, area), &self.keys);
        draw(&model, &ui, theme, self.can, self.charset, self.at, self.size)
    }

    /// The folder of the snapshot, named after what the first key opens.
    fn group(&self) -> &'static str {
        match self.keys.split_whitespace().next() {
            _ if self.is_replay => "replay",
            None => "overview",
            Some("2") => "waterfall",
            Some("3") => "endpoint",
            Some("4") => "failures",
            Some("5") => "hosts",
            Some("6") => "log",
            Some("7") => "in-flight",
            Some("8") => "output",
            Some("9") => "findings",
            Some(":") => "palette",
            Some(_) => "overview-keys",
        }
    }

    fn file_name(&self) -> String {
        let (width, height) = self.size;
        let mut name = format!("{}-{width}x{height}", self.name);
        for key in self.keys.split_whitespace() {
            let key = match key {
                "/" => "slash",
                "?" => "help",
                "+" => "plus",
                ":" => "colon",
                ">" => "above",
                "'" => "mark",
                "!" => "not",
                key => key,
            };
            name = format!("{name}-{key}");
        }
        if self.charset == Charset::Ascii {
            name.push_str("-ascii");
        }
        if self.can == Abilities::NONE {
            name.push_str("-cannot");
        }
        name
    }
}

/// The command of an effect that sends one.
pub fn sent(effect: &Effect) -> Option<Command> {
    if let Effect::Send(command) = effect { Some(*command) } else { None }
}

/// Presses keys one after the other on a screen of this size, as the run loop does.
pub fn press(ui: &mut UiState, model: &Model, can: Abilities, (now, area): (Offset, Rect), keys: &str) {
    let keymap = Keymap::default();
    let picture = |ui: &mut UiState| {
        ui.fit(view::measure(ui, &keymap, model, area), model, now);
    };
    picture(ui);
    for key in keys.split_whitespace().map(key) {
        match keymap.action(ui.context(), key) {
            Some(Action::Interrupt | Action::Suspend) => {}
            Some(action) => drop(ui.update(action, model, can, now)),
            None => ui.edit(key),
        }
        picture(ui);
    }
}

/// Draws one picture.
pub fn draw(
    model: &Model,
    ui: &UiState,
    theme: &Theme,
    can: Abilities,
    charset: Charset,
    now: Offset,
    size: (u16, u16),
) -> Picture {
    drawn(model, ui, theme, can, charset, now, size).0
}

/// Draws one picture, and returns its click targets too.
pub fn drawn(
    model: &Model,
    ui: &UiState,
    theme: &Theme,
    can: Abilities,
    charset: Charset,
    now: Offset,
    (width, height): (u16, u16),
) -> (Picture, ClickTargets) {
    let scene = ViewScene { model, ui, theme, keymap: &Keymap::default(), can, charset, now };
    let mut picture = Picture::empty(Rect::new(0, 0, width, height));
    let targets = view::render(&mut picture, &scene);
    (picture, targets)
}

/// The role of every cell, as letters, row by row.
pub fn grid(picture: &Picture) -> String {
    let area = picture.area;
    let row = |y| {
        let letters: String = (area.left()..area.right()).map(|x| roles::letter(&picture[(x, y)])).collect();
        letters.trim_end().to_owned()
    };
    (area.top()..area.bottom()).map(row).collect::<Vec<_>>().join("\n")
}

/// The key with this name.
pub fn key(name: &str) -> KeyEvent {
    let (name, modifiers) = match name.strip_prefix("ctrl+") {
        Some(rest) => (rest, KeyModifiers::CONTROL),
        None => (name, KeyModifiers::NONE),
    };
    let code = match name {
        "space" => KeyCode::Char(' '),
        "enter" => KeyCode::Enter,
        "tab" => KeyCode::Tab,
        "back-tab" => KeyCode::BackTab,
        "esc" => KeyCode::Esc,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pgdn" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "backspace" => KeyCode::Backspace,
        name => {
            let mut chars = name.chars();
            let only = chars.next().filter(|_| chars.as_str().is_empty());
            KeyCode::Char(only.unwrap_or_else(|| panic!("there is no key `{name}`")))
        }
    };
    KeyEvent::new(code, modifiers)
}
