//! The catalog of themes: bundled themes, themes in the user's folder, and any theme file by path.
//!
//! A file cannot replace a bundled theme of the same name. Start at [`ThemeCatalog::read`].

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::config;
use crate::text::diagnostics::{Mistake, Mistakes};
use crate::text::io_error::IoErrorText;
use crate::text::nearest::did_you_mean;
use crate::tui::theme::{Capabilities, Theme, bundled};

/// All themes that can be used by name.
#[derive(Clone, Debug)]
pub struct ThemeCatalog {
    /// The folder of the user's themes, one file each.
    folder: Option<PathBuf>,
}

/// The error of a theme that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// No theme has this name.
    #[error("there is no theme `{name}`")]
    Missing {
        /// The requested name; foreign text.
        name: String,
        /// The suggestion of a similar name.
        suggestion: Option<String>,
    },
    /// The theme cannot be read or is not valid.
    #[error(transparent)]
    Invalid(#[from] Mistakes),
}

/// The text of a theme, and its origin.
#[derive(Debug)]
struct ThemeText {
    /// Its name in messages.
    origin: String,
    text: Cow<'static, str>,
    /// The folder of its file, which may contain its parents.
    folder: Option<PathBuf>,
}

impl ThemeCatalog {
    /// Opens the catalog of the user who runs the program.
    pub fn open() -> Self {
        Self { folder: config::user_folder().map(|folder| folder.join("themes")) }
    }

    /// Returns the names of all themes: the bundled ones, then the user's.
    pub fn names(&self) -> Vec<String> {
        let mut own: Vec<String> = self.own_names().collect();
        own.sort();
        Theme::names().map(str::to_owned).chain(own).collect()
    }

    /// Returns the names of the user's themes, except those of bundled themes.
    fn own_names(&self) -> impl Iterator<Item = String> {
        let entries = self.folder.as_ref().and_then(|folder| std::fs::read_dir(folder).ok());
        let names = entries.into_iter().flatten().filter_map(|entry| {
            let path = entry.ok()?.path();
            let is_theme = path.extension().is_some_and(|end| end == "toml");
            path.file_stem().filter(|_| is_theme)?.to_str().map(str::to_owned)
        });
        names.filter(|name| is_plain_name(name) && bundled::text(name).is_none())
    }

    /// Returns the file of one of the user's themes.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let path = self.folder.as_ref().filter(|_| is_plain_name(name))?.join(format!("{name}.toml"));
        path.is_file().then_some(path)
    }

    /// Checks that a theme exists, by name or path, and that its file can be read.
    pub fn check(&self, name: &str) -> Result<(), ThemeError> {
        self.text(name).map(|_| ())
    }

    fn text(&self, name: &str) -> Result<ThemeText, ThemeError> {
        if let Some(text) = bundled::text(name) {
            return Ok(ThemeText { origin: name.to_owned(), text: text.into(), folder: None });
        }
        let path = self.path(name).unwrap_or_else(|| PathBuf::from(name));
        // Reading a device or a pipe may never end.
        if !path.is_file() {
            let suggestion = did_you_mean(name, self.names().iter().map(String::as_str));
            return Err(ThemeError::Missing { name: name.to_owned(), suggestion });
        }
        let origin = path.to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).map_err(|error| {
            let message = format!("cannot read theme `{origin}`: {}", IoErrorText(error));
            Mistakes::from(Mistake::in_file(&origin, message))
        })?;
        Ok(ThemeText { origin, text: text.into(), folder: path.parent().map(Path::to_owned) })
    }

    /// Reads a theme by name or path.
    ///
    /// A parent that is not bundled is searched next to the theme, then in the user's folder.
    pub fn read(&self, name: &str, capabilities: Capabilities) -> Result<Theme, ThemeError> {
        let theme = self.text(name)?;
        let parent = |name: &str| {
            let folders =
                [theme.folder.as_ref(), self.folder.as_ref()].into_iter().flatten().filter(|_| is_plain_name(name));
            let mut paths = folders.map(|folder| folder.join(format!("{name}.toml")));
            paths.find_map(|path| std::fs::read_to_string(path).ok())
        };
        Ok(Theme::read(&theme.text, &theme.origin, capabilities, &parent)?)
    }
}

/// Whether a text is a name rather than a path.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
