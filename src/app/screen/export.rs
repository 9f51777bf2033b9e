//! Saved pictures and copied requests.
//!
//! Start at [`Screen::save`].

use crate::app::screen::Screen;
use crate::text::sanitize::sanitize;
use crate::tui::action::Action;
use crate::tui::clipboard::Clipboard;
use crate::tui::curl::Line;
use crate::tui::effect::FileContent;
use crate::tui::picture::{self, Picture, svg};
use crate::tui::save_file;
use crate::tui::terminal::Guard;

impl Screen<'_> {
    /// Saves what was asked for, and says where.
    pub(super) fn save(&mut self, picture: Option<&Picture>) {
        let Some(content) = &self.saving else { return };
        let kept = match (content, picture) {
            (FileContent::PictureSvg, Some(picture)) => save_file::keep("svg", &svg::svg(picture, &self.looks.theme)),
            (FileContent::PictureText, Some(picture)) => {
                save_file::keep("txt", &(picture::lines(picture).join("\n") + "\n"))
            }
            (FileContent::Curl(line), _) => save_file::keep("sh", &format!("{}\n", line.text)),
            // What cannot be drawn now is saved with the next picture.
            (FileContent::PictureSvg | FileContent::PictureText, None) => return,
        };
        let said = match (kept, content) {
            (Err(error), _) => format!("cannot save it: {error}"),
            (Ok(path), FileContent::Curl(line)) if !line.but.is_empty() => {
                format!("saved as {}: {}", path.display(), line.but)
            }
            (Ok(path), _) => format!("saved as {}", path.display()),
        };
        self.saving = None;
        self.ui.say(&sanitize(&said), self.now());
        self.due.at_once();
    }

    /// Copies what was asked for, and says what can be known of that.
    pub(super) fn copy(&mut self, line: &Line, guard: &mut Guard) {
        let menu = |action| self.keymap.key(action).unwrap_or_default();
        let instead = format!("{} {} saves it", menu(Action::Export), menu(Action::SaveCurl));
        let clipboard = self.looks.clipboard();
        if clipboard != Clipboard::Refuses {
            guard.copy(&line.text);
        }
        let mut said = match clipboard {
            Clipboard::Takes => "copied as curl".to_owned(),
            Clipboard::Unknown => format!("copied as curl, if this terminal lets us; {instead}"),
            Clipboard::Refuses => format!("this terminal takes no copies; {instead}"),
        };
        if !line.but.is_empty() {
            said = format!("{said}; {}", line.but);
        }
        self.ui.say(&said, self.now());
    }
}
