//! Lines of the program's source, read from its files.
//!
//! Each is read once. Literals after a name that sounds like a secret are masked. Start at [`CodeLines::read`].

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::event::program::CodeLine;
use crate::text::secret::{MASK, mask_queries, remove_users};
use crate::text::secret_name::{is_secret_header, is_secret_name};
use crate::watch::probe_line::ReportedPlace;

/// A larger file is not read.
const LARGEST: u64 = 4 << 20;
/// Files that are kept.
const MOST_FILES: usize = 64;
/// The most characters of a line that are kept.
const LONGEST: usize = 160;

/// The source files of the program.
#[derive(Debug, Default)]
pub struct CodeLines {
    /// The folder that paths are shown relative to.
    folder: PathBuf,
    files: HashMap<String, Arc<[Box<str>]>>,
}

impl CodeLines {
    /// Files are named relative to this folder if they are inside it.
    pub fn within(folder: PathBuf) -> Self {
        Self { folder, files: HashMap::new() }
    }

    /// The line at a place.
    pub fn read(&mut self, place: &ReportedPlace) -> CodeLine {
        let (file, line, function) = place;
        let text = self.text(file, *line).unwrap_or_default();
        let shown = Path::new(file).strip_prefix(&self.folder).map_or(file.as_str().into(), Path::to_string_lossy);
        CodeLine { file: Arc::from(&*shown), line: *line, function: Arc::from(function.as_str()), text: text.into() }
    }

    /// The line that dropped a coroutine, if it names it; otherwise where the coroutine is defined.
    ///
    /// A coroutine that was kept in a variable is dropped at any later line.
    pub fn dropped_at(
        &mut self,
        coroutine: &str,
        dropped: Option<&ReportedPlace>,
        defined: Option<&ReportedPlace>,
    ) -> Option<CodeLine> {
        let name = coroutine.rsplit('.').next().unwrap_or(coroutine);
        let dropped = dropped.map(|place| self.read(place));
        let names_it = dropped.as_ref().is_some_and(|line| line.text.contains(name));
        match defined {
            Some(defined) if !names_it => Some(self.read(defined)),
            _ => dropped,
        }
    }

    fn text(&mut self, file: &str, line: u32) -> Option<String> {
        if !self.files.contains_key(file) {
            if self.files.len() >= MOST_FILES {
                return None;
            }
            let lines = read_file(Path::new(file)).unwrap_or_default();
            self.files.insert(file.to_owned(), lines.into());
        }
        let lines = self.files.get(file)?;
        let text = lines.get(usize::try_from(line).ok()?.checked_sub(1)?)?;
        Some(masked(without_comment(file, text.trim())).chars().take(LONGEST).collect())
    }
}

/// The lines of a source file. A program may name any path, so anything but a file of usual size is refused.
fn read_file(path: &Path) -> Option<Vec<Box<str>>> {
    let found = fs::metadata(path).ok()?;
    if !found.is_file() || found.len() > LARGEST {
        return None;
    }
    let text = fs::read(path).ok()?;
    Some(String::from_utf8_lossy(&text).lines().map(Box::from).collect())
}

/// The line without a comment after two spaces, or in JavaScript after one, as most are written.
fn without_comment<'l>(file: &str, line: &'l str) -> &'l str {
    let mark = if file.ends_with(".py") { "  #" } else { " //" };
    line.split_once(mark).map_or(line, |(code, _)| code.trim_end())
}

/// The line with every literal masked that comes after a secret name, and secrets in addresses.
fn masked(line: &str) -> String {
    let line = mask_queries(&remove_users(line));
    let Some(from) = end_of_secret_name(&line) else { return line };
    let (before, mut rest) = line.split_at(from);
    let mut shown = before.to_owned();
    while let Some(at) = rest.find(['"', '\'']) {
        let quote = &rest[at..=at];
        shown.push_str(&rest[..=at]);
        shown.push_str(MASK);
        rest = &rest[at + 1..];
        let Some(end) = rest.find(quote) else { return shown };
        shown.push_str(quote);
        rest = &rest[end + 1..];
    }
    shown + rest
}

/// Where the value of the first secret name begins: after `token=`, `"token": ` or `["token"] = `.
fn end_of_secret_name(line: &str) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut from = 0;
    while let Some(start) = line[from..].find(is_word).map(|at| from + at) {
        let end = line[start..].find(|c| !is_word(c)).map_or(line.len(), |at| start + at);
        let word = &line[start..end];
        let after = line[end..].trim_start_matches(['"', '\'', ']', ' ']);
        let is_quoted = line[end..].starts_with(['"', '\'']);
        let is_masked = after.strip_prefix('=').is_some_and(|value| value.starts_with(MASK));
        let names_value = !is_masked && after.starts_with(['=', ':']) || is_quoted && after.starts_with(',');
        if names_value && (is_secret_name(word) || is_secret_header(word)) {
            return Some(line.len() - after.len());
        }
        from = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{masked, without_comment};

    #[test]
    fn literals_after_a_secret_name_are_masked() {
        for (line, shown) in [
            ("return requests.get(url)", "return requests.get(url)"),
            ("get(url, headers={'Authorization': 'Bearer x'})", "get(url, headers={'Authorization': '***'})"),
            ("login(\"ann\", password=\"pw\", otp='1')", "login(\"ann\", password=\"***\", otp='***')"),
            ("h[\"x-api-key\"] = 'k'", "h[\"x-api-key\"] = '***'"),
            ("async with session.get('/v1/items') as r:", "async with session.get('/v1/items') as r:"),
            ("get('https://a.example/?token=abc')", "get('https://a.example/?token=***')"),
            ("get('https://u:p@a.example/')", "get('https://a.example/')"),
        ] {
            assert_eq!(masked(line), shown);
        }
    }

    #[test]
    fn a_comment_is_left_out() {
        assert_eq!(without_comment("a.py", "time.sleep(0.2)     # stalls the loop"), "time.sleep(0.2)");
        assert_eq!(without_comment("a.py", "get('#x')"), "get('#x')");
        assert_eq!(without_comment("a.mjs", "execSync('date'); // stalls the loop"), "execSync('date');");
        assert_eq!(without_comment("a.mjs", "get('http://a.example')"), "get('http://a.example')");
    }
}
