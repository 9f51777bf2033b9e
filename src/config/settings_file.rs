//! Writes settings back to the user's file. Comments, order and unknown keys stay as they are.
//!
//! Start at [`save`].

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use toml_edit::{DocumentMut, Item, Value};

use crate::text::io_error::IoErrorText;
use crate::tui::setting::SettingValue;

/// The error of settings that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Io(#[from] IoErrorText),
    /// The file is not TOML: saving would lose what the user wrote.
    #[error("it is not TOML: `inflight doctor` shows where")]
    NotToml,
}

/// Sets keys in a settings file, and creates the file if there is none.
pub fn save(path: &Path, values: &[(&str, SettingValue)]) -> Result<(), SaveError> {
    // Settings are often links into a folder of dot files. The link stays, and its file is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(IoErrorText(error).into()),
    };
    let text = with_values(&text, values).ok_or(SaveError::NotToml)?;
    write(&path, &text).map_err(|error| IoErrorText(error).into())
}

/// Replaces a file in one step, so that a full disk loses no settings.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    if let Ok(before) = fs::metadata(path) {
        fs::set_permissions(file.path(), before.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// The text of a settings file with other values; `None` if it is not TOML.
fn with_values(text: &str, values: &[(&str, SettingValue)]) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    for (key, value) in values {
        // A theme of its own for each background would win over `theme`.
        if *key == "theme" {
            document.remove("theme_light");
            document.remove("theme_dark");
        }
        let mut value: Value = match value {
            SettingValue::Name(name) => name.into(),
            SettingValue::Flag(flag) => (*flag).into(),
            SettingValue::Number(number) => i64::from(*number).into(),
        };
        match document.get_mut(key).and_then(Item::as_value_mut) {
            Some(old) => {
                // The comment at the end of the line belongs to the old value.
                *value.decor_mut() = old.decor().clone();
                *old = value;
            }
            None => {
                document.insert(key, Item::Value(value));
            }
        }
    }
    Some(document.to_string())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{SaveError, save, with_values};
    use crate::tui::setting::SettingValue;

    #[test]
    fn comments_order_and_unknown_keys_stay() {
        let before = "# mine\nfps = 10 # slow line\n\nfuture = { a = 1 }\n[keys]\npause = \"p\" # as in mpv\n";
        let values = [("fps", SettingValue::Number(30)), ("mouse", SettingValue::Flag(true))];
        let after = with_values(before, &values).unwrap();
        let expected =
            "# mine\nfps = 30 # slow line\n\nfuture = { a = 1 }\nmouse = true\n[keys]\npause = \"p\" # as in mpv\n";
        assert_eq!(after, expected);
    }

    #[test]
    fn a_theme_replaces_those_for_one_kind_of_background() {
        let before = "theme_dark = \"nord\"\nascii = true\n";
        let after = with_values(before, &[("theme", SettingValue::Name("dracula".into()))]).unwrap();
        assert_eq!(after, "ascii = true\ntheme = \"dracula\"\n");
    }

    #[test]
    fn a_file_that_is_not_toml_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inflight/config.toml");
        let values = [("theme", SettingValue::Name("a \"b\"".into()))];
        save(&path, &values).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "theme = 'a \"b\"'\n");
        fs::write(&path, "fps = = 3").unwrap();
        assert!(matches!(save(&path, &values), Err(SaveError::NotToml)));
        assert_eq!(fs::read_to_string(&path).unwrap(), "fps = = 3");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_modes_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("dotfile.toml"), folder.path().join("config.toml"));
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        save(&link, &[("fps", SettingValue::Number(5))]).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "fps = 5\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
