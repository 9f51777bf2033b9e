//! Where themes are found: inside the program, in the user's folder, at a path.
//!
//! Start at [`ThemeCatalog::read`].

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::config;
use crate::error::Error;
use crate::text::diagnostics::{Mistakes, Page, meant};
use crate::text::io_error::IoErrorText;
use crate::tui::theme::{Capabilities, Theme, bundled};

/// All themes within reach.
#[derive(Clone, Debug)]
pub struct ThemeCatalog {
    /// The user's own, a file for each.
    folder: Option<PathBuf>,
}

/// A theme's text, and where it comes from.
#[derive(Debug)]
pub struct Found {
    /// What messages call it.
    pub origin: String,
    /// What is written there.
    pub text: Cow<'static, str>,
    /// Where else its parents may lie.
    folder: Option<PathBuf>,
}

impl ThemeCatalog {
    /// The shelf of whoever started us.
    pub fn open() -> Self {
        Self { folder: config::of_user().map(|folder| folder.join("themes")) }
    }

    /// Every theme that has a name: the bundled ones, then the user's own.
    pub fn names(&self) -> Vec<String> {
        let mut own: Vec<String> = self.own().collect();
        own.sort();
        Theme::names().map(str::to_owned).chain(own).collect()
    }

    /// The user's own. A bundled theme keeps its name.
    fn own(&self) -> impl Iterator<Item = String> {
        let entries = self.folder.as_ref().and_then(|folder| std::fs::read_dir(folder).ok());
        let names = entries.into_iter().flatten().filter_map(|entry| {
            let path = entry.ok()?.path();
            let is_theme = path.extension().is_some_and(|end| end == "toml");
            path.file_stem().filter(|_| is_theme)?.to_str().map(str::to_owned)
        });
        names.filter(|name| is_plain(name) && bundled::text(name).is_none())
    }

    /// The file of the user's theme of this name.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let path = self.folder.as_ref().filter(|_| is_plain(name))?.join(format!("{name}.toml"));
        path.is_file().then_some(path)
    }

    /// The text of a theme, by name or path.
    pub fn find(&self, name: &str) -> Result<Found, Error> {
        if let Some(text) = bundled::text(name) {
            return Ok(Found { origin: name.to_owned(), text: text.into(), folder: None });
        }
        let path = self.path(name).unwrap_or_else(|| PathBuf::from(name));
        // A device or a pipe may never end.
        if !path.is_file() {
            let names = self.names();
            return Err(Error::NoTheme { name: name.to_owned(), near: meant(name, names.iter().map(String::as_str)) });
        }
        let origin = path.to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).map_err(|error| {
            let message = format!("cannot read theme `{origin}`: {}", IoErrorText(error));
            Mistakes::one(Page::new(&origin, "").whole(message))
        })?;
        Ok(Found { origin, text: text.into(), folder: path.parent().map(Path::to_owned) })
    }

    /// A theme, by name or path.
    pub fn read(&self, name: &str, capabilities: Capabilities) -> Result<Theme, Error> {
        Ok(self.theme(&self.find(name)?, capabilities)?)
    }

    /// The theme of a text. A parent that is not bundled lies beside it, or in the user's folder.
    pub fn theme(&self, found: &Found, capabilities: Capabilities) -> Result<Theme, Mistakes> {
        let parent = |name: &str| {
            let folders =
                [found.folder.as_ref(), self.folder.as_ref()].into_iter().flatten().filter(|_| is_plain(name));
            let mut paths = folders.map(|folder| folder.join(format!("{name}.toml")));
            paths.find_map(|path| std::fs::read_to_string(path).ok())
        };
        Theme::read(&found.text, &found.origin, capabilities, &parent)
    }
}

/// Whether a name is a name and no path.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
