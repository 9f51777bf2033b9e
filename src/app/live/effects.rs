//! The effects of a key that the loop performs itself: copy, save, change the theme, leave.
//!
//! Effects on the source are passed to the view. Start at [`Live::perform`].

use std::io;

use crate::app::live::live_view::LiveView;
use crate::app::live::{Live, ScreenExit};
use crate::app::wakeups::Signal;
use crate::text::sanitize::sanitize;
use crate::tui::action::Action;
use crate::tui::clipboard::ClipboardSupport;
use crate::tui::effect::{CopiedText, Effect, FileContent};
use crate::tui::picture::{self, Picture, svg};
use crate::tui::save_file;
use crate::tui::terminal::screen::Screen;

/// The remark on a copy while hosts and paths are hidden on the screen.
const REAL_NAMES: &str = "with the real host and path";

impl<V: LiveView, S: Screen> Live<'_, V, S> {
    /// Performs one effect of a key.
    pub(super) fn perform(&mut self, effect: Effect) -> io::Result<Option<ScreenExit>> {
        match effect {
            Effect::Copy(text) => self.copy(&text),
            Effect::SaveFile(content) => self.saving = Some(content),
            Effect::NextTheme => {
                self.appearance.next_theme();
                self.view.say(&format!("theme {}", sanitize(self.appearance.theme.name())));
            }
            Effect::SetTheme(name) => {
                self.appearance.set_theme(&name);
                self.view.say(&format!("theme {}", sanitize(self.appearance.theme.name())));
            }
            Effect::OpenThemes => {
                let (names, current) = (self.appearance.theme_names(), self.appearance.theme_decision().value);
                self.view.show_themes(&names, &current);
            }
            Effect::PreviewTheme(name) => self.appearance.preview_theme(name.as_deref()),
            Effect::OpenSettings => self.open_settings(),
            Effect::StepSetting(setting, step) => self.step_setting(setting, step),
            Effect::SaveSettings(settings) => self.save_settings(&settings),
            Effect::Redraw => self.screen.redraw(),
            Effect::Leave(leave) => self.leave = Some(leave),
            Effect::Interrupt => return Ok(self.interrupt(Signal::Interrupt)),
            Effect::Suspend => {
                let screen = &mut *self.screen;
                self.view.suspend(&mut || screen.suspend())?;
            }
            Effect::Send(_) | Effect::Travel(_) | Effect::ControlLab(_) => self.view.control(effect)?,
        }
        Ok(None)
    }

    /// Saves the requested content, and shows the path in the footer.
    pub(super) fn save(&mut self, picture: Option<&Picture>) {
        let Some(content) = &self.saving else { return };
        let saved = match (content, picture) {
            (FileContent::PictureSvg, Some(picture)) => {
                save_file::save_new("svg", &svg::svg(picture, &self.appearance.theme))
            }
            (FileContent::PictureText, Some(picture)) => {
                save_file::save_new("txt", &(picture::lines(picture).join("\n") + "\n"))
            }
            (FileContent::Text(CopiedText::Curl(line)), _) => save_file::save_new("sh", &format!("{}\n", line.text)),
            (FileContent::Text(CopiedText::Setting(lines)), _) => save_file::save_new("toml", lines),
            (FileContent::Text(CopiedText::Place(place)), _) => save_file::save_new("txt", &format!("{place}\n")),
            // Without a picture of this frame, the next frame is saved.
            (FileContent::PictureSvg | FileContent::PictureText, None) => return,
        };
        let remark = match (saved, content) {
            (Err(error), _) => format!("cannot save it: {error}"),
            (Ok(path), FileContent::Text(CopiedText::Curl(line))) if !line.caveats.is_empty() => {
                format!("saved as {}: {}", path.display(), line.caveats)
            }
            (Ok(path), _) => format!("saved as {}", path.display()),
        };
        let is_real = self.view.hides_names() && !content.is_picture();
        let remark = if is_real { format!("{remark}; {REAL_NAMES}") } else { remark };
        self.saving = None;
        self.view.say(&sanitize(&remark));
        self.pacing.draw_soon();
    }

    /// Copies a text, and shows in the footer whether the terminal accepts copies.
    fn copy(&mut self, copied: &CopiedText) {
        let (text, kind, caveats) = match copied {
            CopiedText::Curl(line) => (&line.text, "as curl", &*line.caveats),
            CopiedText::Setting(lines) => (lines, "as lines of a plan", ""),
            CopiedText::Place(place) => (place, "the line of code", ""),
        };
        // The screen shows stand-ins, and the copy has none.
        let kind = if self.view.hides_names() { format!("{kind} {REAL_NAMES}") } else { kind.to_owned() };
        let key = |action| self.appearance.keymap.key(action).unwrap_or_default();
        let instead = format!("{} {} saves it", key(Action::Export), key(Action::SaveCurl));
        let clipboard = self.appearance.clipboard();
        if clipboard != ClipboardSupport::Rejects {
            self.screen.copy(text);
        }
        let mut remark = match clipboard {
            ClipboardSupport::Accepts => format!("copied {kind}"),
            ClipboardSupport::Unknown => format!("copied {kind}, if this terminal allows it; {instead}"),
            ClipboardSupport::Rejects => format!("this terminal takes no copies; {instead}"),
        };
        if !caveats.is_empty() {
            remark = format!("{remark}; {caveats}");
        }
        self.view.say(&remark);
    }
}
