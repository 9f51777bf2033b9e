//! README and `docs/`: what they say about the program is compared with the program.
//!
//! The tables that list what the code knows are generated: `INFLIGHT_DOCS=renew` writes them again.
//! Start at [`assert_generated`].

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser};
use inflight::cli::Cli;
use inflight::cli::arguments::join_modes;
use inflight::config::settings::{self, Settings};
use inflight::error::code;
use inflight::lab::scenario::Scenario;
use inflight::plan::Plan;
use inflight::text::diagnostics::SourceText;
use inflight::tui::keymap;
use inflight::tui::theme::color::Depth;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::theme::role::{Role, Variant};
use inflight::tui::theme::{Capabilities, Theme};

/// The README and the pages of `docs`, each with its path and text.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<PathBuf> = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.push(root.join("README.md"));
    paths.push(root.join("CONTRIBUTING.md"));
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The text of one page.
fn page(name: &str) -> String {
    pages().into_iter().find(|(path, _)| path.ends_with(name)).map(|(_, text)| text).unwrap()
}

/// The contents of every fenced block in this language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let opening = format!("```{language}\n");
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(opening.as_str()) {
        let Some((block, next)) = after.split_once("```") else { break };
        found.push(block);
        rest = next;
    }
    found
}

/// The cells of every table row between a heading and the next one, without the header of the table.
fn rows<'t>(text: &'t str, heading: &str) -> Vec<Vec<&'t str>> {
    let start = format!("## {heading}\n");
    let Some((_, section)) = text.split_once(start.as_str()) else { panic!("there is no `{heading}`") };
    let section = section.split("\n## ").next().unwrap_or_default();
    let lines = section.lines().filter(|line| line.starts_with("| `"));
    lines.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

/// The names in backticks in one column of a table.
fn column(text: &str, heading: &str, n: usize) -> Vec<String> {
    rows(text, heading).iter().map(|cells| cells[n].trim_matches('`').to_owned()).collect()
}

/// A page has this text in its generated part with this name.
#[track_caller]
fn assert_generated(page_name: &str, name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page_name);
    let page = fs::read_to_string(&path).unwrap();
    let start = format!("<!-- generated: {name} -->\n");
    let (before, after) = page.split_once(start.as_str()).unwrap();
    let (current, after) = after.split_once("<!-- end -->").unwrap();
    if current == text {
        return;
    }
    let renews = std::env::var("INFLIGHT_DOCS").is_ok_and(|value| value == "renew");
    assert!(renews, "{page_name}: `{name}` is stale; INFLIGHT_DOCS=renew cargo test --test it docs:: writes it again");
    fs::write(&path, format!("{before}{start}{text}<!-- end -->{after}")).unwrap();
}

#[test]
fn the_tables_are_those_of_the_code() {
    assert_generated("docs/keys.md", "keys", &keymap::markdown());
    let mut codes = String::from("| code | meaning |\n| --- | --- |\n");
    for (code, meaning) in code::MEANINGS {
        writeln!(codes, "| {code} | {meaning} |").unwrap();
    }
    assert_generated("docs/reference.md", "exit codes", &codes);
    assert_generated("README.md", "exit codes", &codes);
    let themes: Vec<String> = Theme::names().map(|name| format!("`{name}`")).collect();
    let list = themes.chunks(6).map(|line| line.join(", ") + "\n").collect::<String>();
    assert_generated("docs/themes.md", "themes", &list);
}

#[test]
fn every_command_is_one_that_the_program_accepts() {
    let mut n = 0;
    for (path, text) in pages() {
        let commands =
            blocks(&text, "sh").into_iter().flat_map(str::lines).filter(|line| line.starts_with("inflight "));
        for command in commands {
            let arguments = command.split(['#', '|']).next().unwrap_or_default().split_whitespace();
            assert!(
                Cli::try_parse_from(join_modes(arguments.map(Into::into))).is_ok(),
                "{}: {command}",
                path.display()
            );
            n += 1;
        }
    }
    assert!(n >= 20, "only {n} commands were found");
}

#[test]
fn every_flag_that_is_named_exists() {
    let command = Cli::command();
    let mut flags: BTreeSet<String> = command
        .get_subcommands()
        .flat_map(|sub| sub.get_subcommands().chain([sub]))
        .flat_map(clap::Command::get_arguments)
        .filter_map(clap::Arg::get_long)
        .map(|long| format!("--{long}"))
        .collect();
    flags.insert("--help".to_owned());
    for (path, text) in pages() {
        for code in text.split('`').skip(1).step_by(2).filter(|code| !code.contains("cargo") && !code.contains('\n')) {
            for word in code.split_whitespace().filter(|word| word.starts_with("--") && *word != "--") {
                assert!(flags.contains(word), "{}: `{word}` is not a flag", path.display());
            }
        }
    }
}

#[test]
fn every_plan_is_valid() {
    let mut n = 0;
    for (path, text) in pages() {
        for plan in blocks(&text, "toml").into_iter().filter(|block| !is_settings(block)) {
            let find = |_: &str| Some("value".to_owned());
            Plan::from_toml(plan, "docs", Path::new(""), &find)
                .unwrap_or_else(|error| panic!("{}: {}", path.display(), error.render(false, 100)));
            n += 1;
        }
    }
    assert!(n >= 3, "only {n} plans were found");
}

/// The keys that the plan reader accepts in a table: it lists them when it finds an unknown one.
fn plan_keys(plan: &str) -> Vec<String> {
    let error = Plan::from_toml(plan, "plan", Path::new(""), &|_| None).unwrap_err().render(false, 2_000);
    let list = error
        .lines()
        .find_map(|line| line.split_once("keys allowed "))
        .map_or_else(|| panic!("{error}"), |(_, rest)| rest);
    list.split_once(" are ").unwrap().1.split(", ").map(|key| key.trim().to_owned()).collect()
}

#[test]
fn the_plan_reference_has_every_key_of_every_table() {
    const ENDPOINT: &str = "[[endpoint]]\nurl = \"http://a/\"\n";
    let tables = [
        ("Top level", format!("zzz = 1\n{ENDPOINT}")),
        ("`[limits]`", format!("[limits]\nzzz = 1\n{ENDPOINT}")),
        ("`[host.\"PATTERN\"]`", format!("[host.\"a\"]\nzzz = 1\n{ENDPOINT}")),
        ("`[defaults]`", format!("[defaults]\nzzz = 1\n{ENDPOINT}")),
        ("`expect` of an endpoint", format!("[defaults]\nexpect = {{ zzz = 1 }}\n{ENDPOINT}")),
        ("`[retry]`", format!("[retry]\nzzz = 1\n{ENDPOINT}")),
        ("`[[before]]`", format!("[[before]]\nurl = \"http://a/\"\nzzz = 1\n{ENDPOINT}")),
        ("`[[endpoint]]`", format!("{ENDPOINT}zzz = 1\n")),
        ("`[expect]`", format!("{ENDPOINT}[expect]\nzzz = 1\n")),
        ("`[output]`", format!("{ENDPOINT}[output]\nzzz = 1\n")),
        ("`[tls]`", format!("{ENDPOINT}[tls]\nzzz = 1\n")),
        ("`[upstream]`", format!("{ENDPOINT}[upstream]\nzzz = 1\n")),
    ];
    let text = page("docs/plan.md") + &page("docs/network.md");
    for (heading, plan) in tables {
        let known: BTreeSet<String> = plan_keys(&plan).into_iter().collect();
        let listed: BTreeSet<String> = column(&text, heading, 0).into_iter().collect();
        assert_eq!(listed, known, "{heading}");
    }
}

/// Whether a block contains settings, which it says in its first line.
fn is_settings(block: &str) -> bool {
    block.starts_with("# ~/.config/inflight/config.toml")
}

#[test]
fn the_settings_are_valid_and_complete() {
    let text = page("docs/themes.md");
    let blocks: Vec<_> = blocks(&text, "toml").into_iter().filter(|block| is_settings(block)).collect();
    assert_eq!(blocks.len(), 1);
    let read = Settings::read(&[SourceText::new("themes.md", blocks[0])], &|_| None);
    let read = read.unwrap_or_else(|error| panic!("{}", error.render(false, 100)));
    assert!(read.warnings.is_none());
    // The template has each setting as a comment, and keys of actions after `[keys]`.
    let template = settings::TEMPLATE.split("# [keys]").next().unwrap_or_default().to_owned();
    let known =
        template.lines().filter_map(|line| line.strip_prefix("# ")?.split_once(" = ")).map(|(key, _)| key.to_owned());
    let known: BTreeSet<String> = known.chain(["keys".to_owned()]).collect();
    assert_eq!(column(&text, "Settings", 0).into_iter().collect::<BTreeSet<_>>(), known);
}

#[test]
fn the_theme_is_valid_and_every_role_is_listed() {
    let text = page("docs/themes.md");
    let themes: Vec<_> = blocks(&text, "text").into_iter().filter(|block| block.starts_with("[meta]")).collect();
    assert_eq!(themes.len(), 1);
    let look = Capabilities { depth: Depth::True, charset: Charset::Unicode };
    let theme = Theme::read(themes[0], "themes.md", look, &|_| None);
    let theme = theme.unwrap_or_else(|error| panic!("{}", error.render(false, 100)));
    assert!(Theme::names().any(|known| Some(known) == theme.pair()));
    assert_eq!(theme.variant(), Variant::Dark);
    assert!(text.contains("# 18 bundled") && Theme::names().count() == 18);
    let roles: Vec<String> = Role::ALL.iter().map(|role| role.name().to_owned()).collect();
    assert_eq!(column(&text, "Your own theme", 1), roles);
}

#[test]
fn every_scenario_of_the_lab_is_listed() {
    let text = page("docs/lab.md");
    for scenario in Scenario::ALL {
        let name = scenario.spec().name;
        assert!(text.contains(&format!("| `{name}` | ")), "{name}");
    }
}

#[test]
fn every_link_and_every_file_that_is_named_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, text) in pages() {
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
        for link in links.filter(|link| !link.contains("://") && !link.starts_with('#')) {
            assert!(path.parent().unwrap().join(link).exists(), "{}: {link}", path.display());
        }
        let files = text.split('`').skip(1).step_by(2).filter(|word| {
            ["examples/", "benches/", "tests/", "src/"].iter().any(|folder| word.starts_with(folder))
                && !word.contains(char::is_whitespace)
        });
        for file in files {
            assert!(root.join(file).exists(), "{}: {file}", path.display());
        }
    }
}

#[test]
fn every_file_that_the_map_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let files = map.lines().filter_map(|line| line.strip_prefix("//! | ")?.split_once(" | `")).map(|(_, files)| files);
    let files: Vec<&str> = files.flat_map(|files| files.split('`')).filter(|file| file.contains(['/', '.'])).collect();
    assert!(files.len() > 20, "{files:?}");
    let missing: Vec<&&str> = files.iter().filter(|file| !root.join("src").join(file).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_readme_is_short() {
    let n = page("README.md").split_whitespace().count();
    assert!(n <= 2_000, "{n} words: move something to `docs`");
}
