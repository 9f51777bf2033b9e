//! The manual page and the completions: well-formed, and nothing left out.

use clap::{Command, CommandFactory};
use inflight::cli::Cli;
use inflight::error::code;
use inflight::tui::keymap::table::ENTRIES;

use super::program::Folder;

/// Every command without subcommands, with its path.
fn commands() -> Vec<(String, Command)> {
    fn below(command: &Command, path: &str, all: &mut Vec<(String, Command)>) {
        for command in command.get_subcommands() {
            let path = format!("{path} {}", command.get_name());
            if command.has_subcommands() {
                below(command, &path, all);
            } else {
                all.push((path, command.clone()));
            }
        }
    }
    let mut all = Vec::new();
    below(&Cli::command(), "inflight", &mut all);
    all
}

/// The page as a reader sees it, without typesetting commands.
fn read(page: &str) -> String {
    let page = page.replace("\\fB", "").replace("\\fI", "").replace("\\fR", "").replace("\\-", "-");
    page.replace("\\*(Aq", "'").replace("\\&", "").replace("\\\\", "\\").replace("\\e", "\\")
}

#[test]
fn the_manual_page_names_every_command_option_key_and_exit_code() {
    let ended = Folder::new().inflight("man").run().exits(0);
    let page = ended.out();
    let reads = read(page);
    for (path, command) in commands() {
        let part = reads.split_once(&format!(".SS \"{path}\"\n")).unwrap_or_else(|| panic!("no `{path}`")).1;
        let part = part.split("\n.SS ").next().unwrap();
        for option in command.get_arguments().filter_map(|arg| Some((arg.get_long()?, arg.get_help()?.to_string()))) {
            let (name, help) = option;
            assert!(part.contains(&format!("--{name}")) && part.contains(&help), "{path} --{name}: {part}");
        }
    }
    for entry in ENTRIES {
        let keys = if entry.keys.is_empty() { "no key".to_owned() } else { entry.keys.join(" ") };
        let row = format!(".TP\n{keys}\n{}\n", entry.help);
        // A line that begins with a dot or an apostrophe is escaped.
        assert!(reads.contains(&row), "`{}` is missing: {row}", entry.id);
    }
    for (codes, meaning) in code::MEANINGS {
        assert!(reads.contains(&format!(".TP\n{codes}\n{meaning}\n")), "{codes}");
    }
    for name in ["INFLIGHT_FPS", "NO_COLOR", "config.toml"] {
        assert!(reads.contains(name), "{name}");
    }
}

#[test]
fn the_manual_page_can_be_typeset() {
    let ended = Folder::new().inflight("man").run().exits(0);
    let page = ended.out();
    assert_eq!(page.matches(".TH inflight 1").count(), 1);
    let known = [".TH", ".SH", ".SS", ".TP", ".PP", ".IP", ".RS", ".RE", ".I", ".br", ".nf", ".fi", ".ie", ".el"];
    let requests = page.lines().filter(|line| line.starts_with(['.', '\'']));
    for request in requests {
        assert!(known.contains(&request.split(' ').next().unwrap()), "{request}");
    }
    for (opens, closes) in [(".RS", ".RE"), (".nf", ".fi")] {
        let count = |word: &str| page.lines().filter(|line| line.split(' ').next() == Some(word)).count();
        assert_eq!(count(opens), count(closes), "{opens}");
    }
    // A term is followed by its description.
    let lines: Vec<_> = page.lines().collect();
    for (i, _) in lines.iter().enumerate().filter(|(_, line)| **line == ".TP") {
        let follows = |line: &str| !line.is_empty() && !line.starts_with('.');
        assert!(follows(lines[i + 1]) && follows(lines[i + 2]), "{:?}", &lines[i..i + 3]);
    }
}

#[test]
fn the_manual_page_has_the_keys_of_the_settings() {
    let folder = Folder::new();
    let conf = folder.path("conf/inflight");
    std::fs::create_dir_all(&conf).unwrap();
    std::fs::write(conf.join("config.toml"), "[keys]\npause = \"ctrl+p\"\nsort = []\n").unwrap();
    let ended = folder.inflight("man").var("XDG_CONFIG_HOME", folder.path("conf").to_str().unwrap()).run().exits(0);
    let reads = read(ended.out());
    assert!(reads.contains("ctrl+p\nStart no new attempts"), "{reads}");
    assert!(reads.contains("no key\nSort by the next column"), "{reads}");
}

#[test]
fn every_shell_completes_every_command_and_option() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ended = Folder::new().inflight(&format!("completions {shell}")).run().exits(0);
        for (path, command) in commands() {
            let name = command.get_name();
            assert!(ended.out().contains(name), "{shell}: {path}");
            for long in command.get_arguments().filter_map(|arg| arg.get_long()) {
                assert!(ended.out().contains(long), "{shell}: {path} --{long}");
            }
        }
    }
    let ended = Folder::new().inflight("completions tcsh").run().exits(2);
    assert!(ended.err().contains("possible values: bash"), "{}", ended.err());
}
