//! Saved pictures and copied requests.
//!
//! Start at [`Screen::save`].

use crate::app::screen::Screen;
use crate::text::sanitize::sanitize;
use crate::tui::action::Action;
use crate::tui::clipboard::ClipboardSupport;
use crate::tui::curl::CurlCommand;
use crate::tui::effect::FileContent;
use crate::tui::picture::{self, Picture, svg};
use crate::tui::save_file;
use crate::tui::terminal::Guard;

impl Screen<'_> {
    /// Saves what was asked for, and says where.
    pub(super) fn save(&mut self, picture: Option<&Picture>) {
        let Some(content) = &self.saving else { return };
        let kept = match (content, picture) {
            (FileContent::PictureSvg, Some(picture)) => {
                save_file::save_new("svg", &svg::svg(picture, &self.appearance.theme))
            }
            (FileContent::PictureText, Some(picture)) => {
                save_file::save_new("txt", &(picture::lines(picture).join("\n") + "\n"))
            }
            (FileContent::Curl(line), _) => save_file::save_new("sh", &format!("{}\n", line.text)),
            // What cannot be drawn now is saved with the next picture.
            (FileContent::PictureSvg | FileContent::PictureText, None) => return,
        };
        let said = match (kept, content) {
            (Err(error), _) => format!("cannot save it: {error}"),
            (Ok(path), FileContent::Curl(line)) if !line.caveats.is_empty() => {
                format!("saved as {}: {}", path.display(), line.caveats)
            }
            (Ok(path), _) => format!("saved as {}", path.display()),
        };
        self.saving = None;
        self.ui.say(&sanitize(&said), self.now());
        self.due.at_once();
    }

    /// Copies what was asked for, and says what can be known of that.
    pub(super) fn copy(&mut self, line: &CurlCommand, guard: &mut Guard) {
        let menu = |action| self.keymap.key(action).unwrap_or_default();
        let instead = format!("{} {} saves it", menu(Action::Export), menu(Action::SaveCurl));
        let clipboard = self.appearance.clipboard();
        if clipboard != ClipboardSupport::Rejects {
            guard.copy(&line.text);
        }
        let mut said = match clipboard {
            ClipboardSupport::Accepts => "copied as curl".to_owned(),
            ClipboardSupport::Unknown => format!("copied as curl, if this terminal lets us; {instead}"),
            ClipboardSupport::Rejects => format!("this terminal takes no copies; {instead}"),
        };
        if !line.caveats.is_empty() {
            said = format!("{said}; {}", line.caveats);
        }
        self.ui.say(&said, self.now());
    }
}
