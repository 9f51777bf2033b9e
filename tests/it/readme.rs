//! What the README says is held against the program.

use std::path::Path;

use clap::Parser;
use inflight::cli::Cli;
use inflight::config::settings::Settings;
use inflight::error::code;
use inflight::plan::Plan;
use inflight::text::diagnostics::SourceText;
use inflight::tui::keymap;
use inflight::tui::theme::color::Depth;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::theme::role::Variant;
use inflight::tui::theme::{Capabilities, Theme};

const README: &str = include_str!("../../README.md");

/// The contents of every fenced block in this language.
fn blocks(language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    let after = README.split(opening.as_str()).skip(1);
    after.filter_map(|rest| rest.split_once("```").map(|(block, _)| block)).collect()
}

#[test]
fn the_key_table_is_that_of_the_keymap() {
    assert!(README.contains(&keymap::markdown()), "copy this into the README:\n{}", keymap::markdown());
}

#[test]
fn the_exit_codes_are_those_of_the_program() {
    for (codes, meaning) in code::MEANINGS {
        assert!(README.contains(&format!("| {codes} | {meaning} |\n")), "{codes}");
    }
}

#[test]
fn every_command_is_one_that_the_program_takes() {
    let commands = blocks("sh").into_iter().flat_map(str::lines).filter(|line| line.starts_with("inflight "));
    let mut n = 0;
    for command in commands {
        let words = command.split(['#', '|']).next().unwrap_or_default().split_whitespace();
        assert!(Cli::try_parse_from(words).is_ok(), "{command}");
        n += 1;
    }
    assert!(n >= 5, "only {n} commands were found");
}

#[test]
fn every_plan_is_valid() {
    let plans: Vec<_> = blocks("toml").into_iter().filter(|block| !is_settings(block)).collect();
    assert_eq!(plans.len(), 1);
    for plan in plans {
        Plan::from_toml(plan, "README.md", Path::new(""), &|_| None)
            .unwrap_or_else(|error| panic!("{}", error.render(false, 100)));
    }
}

/// Whether a block shows settings, which it says in its first line.
fn is_settings(block: &str) -> bool {
    block.starts_with("# ~/.config/inflight/config.toml")
}

#[test]
fn the_settings_are_valid() {
    let pages: Vec<_> = blocks("toml").into_iter().filter(|block| is_settings(block)).collect();
    assert_eq!(pages.len(), 1);
    let settings = Settings::read(&[SourceText::new("README.md", pages[0])], &|_| None);
    let settings = settings.unwrap_or_else(|error| panic!("{}", error.render(false, 100)));
    assert!(settings.warnings.is_none());
    for variant in [Variant::Dark, Variant::Light] {
        let name = settings.preferences.theme(variant).map(|(name, _)| name);
        assert!(Theme::names().any(|known| Some(known) == name), "{name:?}");
    }
}

#[test]
fn the_theme_is_valid() {
    let themes: Vec<_> = blocks("text").into_iter().filter(|block| block.starts_with("[meta]")).collect();
    assert_eq!(themes.len(), 1);
    let look = Capabilities { depth: Depth::True, charset: Charset::Unicode };
    let theme = Theme::read(themes[0], "README.md", look, &|_| None);
    let theme = theme.unwrap_or_else(|error| panic!("{}", error.render(false, 100)));
    assert!(Theme::names().any(|known| Some(known) == theme.pair()));
    assert!(README.contains("# eighteen") && Theme::names().count() == 18);
}

#[test]
fn every_file_that_is_named_is_there() {
    let named = README.split(['`', '(', ')']).filter(|word| word.starts_with("examples/") && word.contains('.'));
    let missing: Vec<_> = named.filter(|path| !Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
