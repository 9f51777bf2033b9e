//! The appearance of the screen: theme, colours and marks, from flags, settings and environment.
//!
//! Start at [`Appearance::decide`].

use crate::app::settings;
use crate::cli::look::LookArgs;
use crate::config::settings::Settings;
use crate::config::theme_catalog::{ThemeCatalog, ThemeError};
use crate::error::Error;
use crate::model::window::TimeWindow;
use crate::text::console::Console;
use crate::text::diagnostics::Mistakes;
use crate::tui::clipboard::ClipboardSupport;
use crate::tui::detect::{Background, Decision, Environment};
use crate::tui::keymap::Keymap;
use crate::tui::notice::{NoticeProtocol, Notify};
use crate::tui::setting::{ScreenSetting, SettingRow, SettingStep, SettingValue};
use crate::tui::theme::color::Depth;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Variant;
use crate::tui::theme::{Capabilities, Theme};

/// The frame rates that the settings menu offers.
const FRAME_RATES: [u32; 9] = [1, 2, 5, 8, 10, 15, 20, 30, 60];

/// The decided appearance.
#[derive(Debug)]
pub struct Appearance {
    /// The theme in use.
    pub theme: Theme,
    /// What the terminal can show.
    pub capabilities: Capabilities,
    /// Whether to query the terminal's background, and to switch to the theme's pair if it does not match.
    pub asks_background: bool,
    /// The maximum frame rate.
    pub frames_per_second: u32,
    /// Whether the screen updates at once, not once a second.
    pub has_motion: bool,
    /// Whether the mouse is on from the start.
    pub has_mouse: bool,
    /// Whether to set the window's title.
    pub has_title: bool,
    /// Whether to show progress in the terminal's tab.
    pub has_progress: bool,
    /// Whether the screen closes when the run is over.
    pub exits: bool,
    /// How to notify.
    pub notify: Notify,
    /// Whether hosts and paths are hidden.
    pub has_privacy: bool,
    /// The time that the key figures cover.
    pub window: TimeWindow,
    /// The keys in use.
    pub keymap: Keymap,
    /// The catalogue name of the theme in use.
    theme_name: String,
    /// The name of the theme that a preview replaces.
    theme_before: Option<String>,
    catalog: ThemeCatalog,
    environment: Environment,
}

/// The environment with the flags applied.
pub fn with_flags(mut environment: Environment, args: &LookArgs) -> Environment {
    environment.plain = args.plain;
    environment.ascii = args.paint.ascii;
    environment.no_motion = args.no_motion;
    environment.fps = args.fps;
    environment.no_title = args.no_title;
    environment.no_progress = args.no_progress;
    environment.exit = args.exit;
    environment.notify = args.notify;
    environment.depth = args.paint.color_depth;
    environment.theme.clone_from(&args.theme);
    environment
}

impl Appearance {
    /// Decides from flags, settings and environment, before the terminal is queried.
    pub fn decide(environment: &Environment, console: Console) -> Result<Self, Error> {
        Self::with_settings(settings(console)?, environment)
    }

    /// Decides with these settings.
    pub fn with_settings(settings: Settings, environment: &Environment) -> Result<Self, Error> {
        let environment = Environment { preferences: settings.preferences, ..environment.clone() };
        let capabilities = Capabilities { depth: environment.depth().value, charset: environment.charset().value };
        let (background, asks) = match environment.background().value {
            Background::Is(variant) => (Some(variant), false),
            Background::Unknown => (None, false),
            Background::Query => (None, true),
        };
        let catalog = ThemeCatalog::open();
        let missing = settings.themes.iter().filter_map(|named| match catalog.check(&named.theme) {
            Err(ThemeError::Missing { suggestion, .. }) => Some(named.missing(suggestion)),
            Ok(()) | Err(_) => None,
        });
        Mistakes::check(missing.collect())?;
        let (name, theme) = choose_theme(&catalog, &environment, capabilities, background)?;
        let preferences = &environment.preferences;
        let may_change = preferences.light.is_some() || preferences.dark.is_some() || theme.pair().is_some();
        Ok(Self {
            // A theme that the user named is kept on any background.
            asks_background: asks && environment.theme.is_none() && capabilities.depth != Depth::Mono && may_change,
            theme,
            capabilities,
            frames_per_second: environment.frames_per_second().value,
            has_motion: environment.motion().value,
            has_mouse: environment.mouse().value,
            has_title: environment.title().value,
            has_progress: environment.progress().value,
            exits: environment.exits().value,
            notify: environment.notify().value,
            has_privacy: environment.privacy().value,
            window: environment.window().value,
            keymap: settings.keymap,
            theme_name: name,
            theme_before: None,
            catalog,
            environment,
        })
    }

    /// The environment that decided, settings included.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The name of the theme in use, and the reason for it.
    pub fn theme_decision(&self) -> Decision<String> {
        let Decision { value, why } = self.environment.theme(self.capabilities.depth, self.theme.variant());
        let why = if value == self.theme_name { why } else { format!("{why}, and this is its pair").into() };
        Decision { value: self.theme_name.clone(), why }
    }

    /// Whether the terminal accepts copies.
    pub fn clipboard(&self) -> ClipboardSupport {
        self.environment.clipboard().value
    }

    /// How the terminal takes desktop notifications.
    pub fn notice_protocol(&self) -> NoticeProtocol {
        self.environment.notice_protocol()
    }

    /// Chooses the theme again for a background that the terminal has reported.
    pub fn set_background(&mut self, variant: Variant) {
        if let Ok((name, theme)) = choose_theme(&self.catalog, &self.environment, self.capabilities, Some(variant)) {
            (self.theme_name, self.theme) = (name, theme);
        }
    }

    /// The settings that the screen can change, with their values.
    pub fn setting_rows(&self) -> Vec<SettingRow> {
        let environment = &self.environment;
        let row = |setting| {
            let (value, why) = match setting {
                ScreenSetting::Theme => (SettingValue::Name(self.theme_name.clone()), self.theme_decision().why),
                ScreenSetting::Motion => (SettingValue::Flag(self.has_motion), environment.motion().why),
                ScreenSetting::Fps => {
                    (SettingValue::Number(self.frames_per_second), environment.frames_per_second().why)
                }
                ScreenSetting::Ascii => {
                    (SettingValue::Flag(self.capabilities.charset == Charset::Ascii), environment.charset().why)
                }
                ScreenSetting::Mouse => (SettingValue::Flag(self.has_mouse), environment.mouse().why),
                ScreenSetting::Exit => (SettingValue::Flag(self.exits), environment.exits().why),
                ScreenSetting::Notify => (SettingValue::Name(self.notify.name().to_owned()), environment.notify().why),
                ScreenSetting::Privacy => (SettingValue::Flag(self.has_privacy), environment.privacy().why),
                ScreenSetting::Window => (SettingValue::Name(self.window.key().to_owned()), environment.window().why),
            };
            SettingRow { setting, value, why: format!("at the start: {why}") }
        };
        ScreenSetting::ALL.map(row).into()
    }

    /// Steps a setting to another value.
    pub fn step_setting(&mut self, setting: ScreenSetting, step: SettingStep) {
        match setting {
            ScreenSetting::Theme => self.step_theme(step),
            ScreenSetting::Motion => self.has_motion = !self.has_motion,
            ScreenSetting::Fps => self.frames_per_second = step.through(&FRAME_RATES, self.frames_per_second),
            ScreenSetting::Ascii => {
                self.capabilities.charset =
                    step.through(&[Charset::Unicode, Charset::Ascii], self.capabilities.charset);
                // Its marks depend on the characters.
                if let Ok(theme) = self.catalog.read(&self.theme_name, self.capabilities) {
                    self.theme = theme;
                }
            }
            ScreenSetting::Mouse => self.has_mouse = !self.has_mouse,
            ScreenSetting::Exit => self.exits = !self.exits,
            ScreenSetting::Notify => self.notify = step.through(&Notify::ALL, self.notify),
            ScreenSetting::Privacy => self.has_privacy = !self.has_privacy,
            ScreenSetting::Window => self.window = step.through(&TimeWindow::ALL, self.window),
        }
    }

    /// What overrides one of these settings in the user's file: a variable, or the project's file.
    pub fn overriding(&self, settings: &[ScreenSetting], users_file: &str) -> Option<String> {
        let sources = &self.environment.preferences.sources;
        let mut places = settings.iter().filter_map(|setting| sources.get(setting.key()));
        places.find(|place| !place.starts_with(users_file)).cloned()
    }

    /// Switches to the next theme that is valid, the user's own included.
    pub fn next_theme(&mut self) {
        self.step_theme(SettingStep::Next);
    }

    /// The names of all themes.
    pub fn theme_names(&self) -> Vec<String> {
        self.catalog.names()
    }

    /// Switches to a theme, if it is valid.
    pub fn set_theme(&mut self, name: &str) {
        self.theme_before = None;
        if let Ok(theme) = self.catalog.read(name, self.capabilities) {
            (self.theme_name, self.theme) = (name.to_owned(), theme);
        }
    }

    /// Shows a theme for a while, or the one before again.
    pub fn preview_theme(&mut self, name: Option<&str>) {
        let before = self.theme_before.take().unwrap_or_else(|| self.theme_name.clone());
        self.set_theme(name.unwrap_or(&before));
        self.theme_before = name.map(|_| before);
    }

    fn step_theme(&mut self, step: SettingStep) {
        let mut names = self.catalog.names();
        if step == SettingStep::Previous {
            names.reverse();
        }
        let here = names.iter().position(|name| *name == self.theme_name);
        let from = here.map_or(0, |place| place + 1);
        let mut found = names.iter().cycle().skip(from).take(names.len());
        let usable = |name: &String| Some((name.clone(), self.catalog.read(name, self.capabilities).ok()?));
        if let Some((name, theme)) = found.find_map(usable) {
            (self.theme_name, self.theme) = (name, theme);
        }
    }
}

/// The theme for this background, and its name in the catalogue.
///
/// If the background is unknown, a theme that the user chose is not replaced by its pair.
fn choose_theme(
    catalog: &ThemeCatalog,
    environment: &Environment,
    capabilities: Capabilities,
    background: Option<Variant>,
) -> Result<(String, Theme), Error> {
    let assumed = background.unwrap_or(Variant::Dark);
    let name = environment.theme(capabilities.depth, assumed).value;
    let theme = catalog.read(&name, capabilities)?;
    let is_chosen =
        environment.theme.is_some() || environment.preferences.theme(assumed).is_some_and(|(_, exact)| exact);
    let pair = background.filter(|_| !is_chosen).and_then(|background| theme.pair_for(background)).map(str::to_owned);
    match pair.and_then(|pair| Some((catalog.read(&pair, capabilities).ok()?, pair))) {
        Some((theme, pair)) => Ok((pair, theme)),
        None => Ok((name, theme)),
    }
}
