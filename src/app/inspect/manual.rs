//! The manual page: every command, every key as the settings have it, files and exit codes.
//!
//! It is made from the same tables as the help and the screen, so that it cannot differ from them. Start at
//! [`page`].

use std::io;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::{Cli, EXAMPLES};
use crate::config::settings::VARIABLES;
use crate::error::code;
use crate::tui::keymap::Keymap;
use crate::tui::keymap::entry::KeyGroup;

/// Files of settings and themes, and what they are for.
const FILES: [(&str, &str); 3] = [
    ("~/.config/inflight/config.toml", "Your settings. `inflight schema config --template` prints them all."),
    (".config/inflight.toml", "Settings of a project, in its folder or a folder above. They override yours."),
    ("~/.config/inflight/themes/", "Your own themes, one file each."),
];

/// Variables that other programs use as well.
const SHARED: [(&str, &str); 4] = [
    ("INFLIGHT_PASSWORD", "The password of `-u NAME`."),
    ("NO_COLOR", "Disables colour, unless a theme or `--color always` is given."),
    ("ACCESSIBLE", "Prints lines of text instead of the screen."),
    ("XDG_CONFIG_HOME", "The folder of settings, instead of `~/.config`."),
];

/// The page, for `man`.
pub fn page(keymap: &Keymap) -> io::Result<String> {
    // `help` repeats what this page says.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let man = Man::new(command.clone()).manual("User Commands");
    let mut page = ManualPage::default();
    page.add(|to| man.render_title(to))?;
    page.add(|to| man.render_name_section(to))?;
    page.add(|to| man.render_synopsis_section(to))?;
    page.add(|to| man.render_description_section(to))?;
    page.add(|to| man.render_options_section(to))?;
    page.section("COMMANDS", &[])?;
    for command in command.get_subcommands() {
        page.command(command)?;
    }
    page.keys(keymap)?;
    let files = FILES.map(|(file, what)| (file.to_owned(), what.to_owned()));
    page.section("FILES", &files)?;
    let ours = VARIABLES.map(|(name, key)| (name.to_owned(), format!("Overrides `{key}` of the settings.")));
    let shared = SHARED.map(|(name, what)| (name.to_owned(), what.to_owned()));
    page.section("ENVIRONMENT", &[ours.as_slice(), &shared].concat())?;
    page.section("EXIT STATUS", &code::MEANINGS.map(|(codes, what)| (codes.to_owned(), what.to_owned())))?;
    page.examples()?;
    Ok(page.text)
}

/// A page being written.
#[derive(Default)]
struct ManualPage {
    text: String,
}

impl ManualPage {
    /// Adds what `write` writes. Each piece begins with the same definition of apostrophes, which is kept once.
    fn add(&mut self, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        let is_first = self.text.is_empty();
        for line in String::from_utf8_lossy(&bytes).lines() {
            if is_first || !(line.starts_with(".ie ") || line.starts_with(".el ")) {
                self.text += line;
                self.text.push('\n');
            }
        }
        Ok(())
    }

    /// Adds a section of terms and their descriptions.
    fn section(&mut self, title: &str, terms: &[(String, String)]) -> io::Result<()> {
        let mut roff = Roff::new();
        roff.control("SH", [title]);
        for (term, what) in terms {
            roff.control("TP", []).text([bold(term)]).text([roman(what)]);
        }
        self.add(|to| roff.to_writer(to))
    }

    /// Adds a command, or its subcommands.
    fn command(&mut self, command: &Command) -> io::Result<()> {
        if command.has_subcommands() {
            return command.get_subcommands().try_for_each(|command| self.command(command));
        }
        let mut head = Roff::new();
        head.control("SS", [command.get_bin_name().unwrap_or_else(|| command.get_name())]);
        self.add(|to| head.to_writer(to))?;
        // The page also explains what the short help leaves out.
        let man = Man::new(command.clone().mut_args(|arg| arg.hide_short_help(false)));
        let mut parts = Self::default();
        parts.add(|to| man.render_synopsis_section(to))?;
        parts.add(|to| man.render_description_section(to))?;
        parts.add(|to| man.render_options_section(to))?;
        // The parts of a command are paragraphs, not sections.
        let as_part = |line: &str| match line.strip_prefix(".SH ") {
            Some("SYNOPSIS" | "DESCRIPTION") => ".PP".to_owned(),
            Some(title) => format!(".PP\n.I {}", capitalised(title.trim_matches('"'))),
            None => line.to_owned(),
        };
        let text = parts.text.lines().map(as_part).collect::<Vec<_>>().join("\n") + "\n";
        self.add(|to| {
            to.extend_from_slice(text.as_bytes());
            Ok(())
        })
    }

    /// Adds the keys by group.
    fn keys(&mut self, keymap: &Keymap) -> io::Result<()> {
        let rows = keymap.rows();
        let mut roff = Roff::new();
        roff.control("SH", ["KEYS"]);
        for group in KeyGroup::ALL {
            roff.control("SS", [group.title()]);
            for row in rows.iter().filter(|row| row.group == group) {
                let keys = if row.keys.is_empty() { "no key" } else { &row.keys };
                roff.control("TP", []).text([bold(keys)]).text([roman(row.help)]);
            }
        }
        self.add(|to| roff.to_writer(to))
    }

    fn examples(&mut self) -> io::Result<()> {
        let mut roff = Roff::new();
        roff.control("SH", ["EXAMPLES"]).control("nf", []);
        for line in EXAMPLES.lines().skip(1) {
            roff.text([roman(line.trim())]);
        }
        roff.control("fi", []);
        self.add(|to| roff.to_writer(to))
    }
}

/// `LOOK` as `Look`.
fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    let first: String = letters.next().into_iter().collect();
    first + &letters.as_str().to_lowercase()
}
