//! Tests of settings: precedence, warnings and errors.

use super::{FLAGS, Settings, TEMPLATE, THEMES};
use crate::model::window::TimeWindow;
use crate::text::diagnostics::{Mistakes, SourceText};
use crate::tui::action::Action;
use crate::tui::theme::role::Variant;

fn read(texts: &[&str], variables: &[(&str, &str)]) -> Result<Settings, Mistakes> {
    let pages: Vec<SourceText> = texts.iter().map(|text| SourceText::new("conf/config.toml", text)).collect();
    let variable =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Settings::read(&pages, &variable)
}

#[track_caller]
fn error(text: &str) -> String {
    read(&[text], &[]).unwrap_err().render(false, 100)
}

#[test]
fn the_nearest_setting_wins() {
    let (project, user) = (
        "theme = \"nord\"\n[keys]\npause = \"p\"",
        "theme_dark = \"dracula\"\nascii = true\n[keys]\npause = \"v\"\nsort = []",
    );
    let settings = read(&[project, user], &[("INFLIGHT_ASCII", "0"), ("INFLIGHT_THEME_LIGHT", "ansi")]).unwrap();
    let theme = |variant| settings.preferences.theme(variant).map(|(name, _)| name.to_owned());
    assert_eq!(theme(Variant::Dark).as_deref(), Some("nord"));
    assert_eq!(theme(Variant::Light).as_deref(), Some("ansi"));
    assert_eq!(settings.preferences.ascii, Some(false));
    assert_eq!(settings.keymap.key(Action::Pause).as_deref(), Some("p"));
    assert_eq!(settings.keymap.key(Action::Sort), None);
    assert!(settings.warnings.is_none());
}

#[test]
fn a_flag_can_be_set_in_a_file_and_by_a_variable() {
    let file = "mouse = true\nmotion = false\ntitle = false\nprogress = false\nfps = 30";
    let preferences =
        read(&["theme = \"nord\"", file], &[("INFLIGHT_TITLE", "1"), ("INFLIGHT_FPS", "5")]).unwrap().preferences;
    assert_eq!((preferences.mouse, preferences.motion, preferences.progress), (Some(true), Some(false), Some(false)));
    assert_eq!((preferences.title, preferences.fps, preferences.ascii), (Some(true), Some(5), None));
}

#[test]
fn privacy_and_the_window_can_be_set() {
    let preferences = read(&["privacy = true\nwindow = \"60s\""], &[("INFLIGHT_WINDOW", "run")]).unwrap().preferences;
    assert_eq!((preferences.privacy, preferences.window), (Some(true), Some(TimeWindow::Run)));
    assert!(error("window = \"5s\"").contains("`1s`, `10s`, `60s` or `run`"));
}

#[test]
fn a_path_is_relative_to_its_settings_file() {
    let settings = read(&["theme = \"themes/dusk.toml\""], &[]).unwrap();
    assert_eq!(settings.preferences.theme(Variant::Dark), Some(("conf/themes/dusk.toml", false)));
}

#[test]
fn an_unknown_key_is_a_warning_with_a_suggestion() {
    let settings = read(&["thme = 1\n[keys]\npase = \"p\"\n"], &[]).unwrap();
    let warnings = settings.warnings.unwrap().render_warnings(false, 100);
    for expected in [
        "warning: unknown key `thme` in settings\n\n  conf/config.toml:1:1",
        "did you mean `theme`?",
        "warning: unknown action `pase` in settings\n\n  conf/config.toml:3:1",
        "did you mean `pause`?",
    ] {
        assert!(warnings.contains(expected), "{warnings}");
    }
}

#[test]
fn a_wrong_value_is_an_error_with_its_place() {
    for (text, expected) in [
        ("theme = 3", "`theme` cannot be a number\n\n  conf/config.toml:1:9"),
        ("ascii = \"yes\"", "`ascii` cannot be a text\n\n  conf/config.toml:1:9"),
        ("mouse = 1", "`mouse` cannot be a number\n\n  conf/config.toml:1:9"),
        ("fps = 0", "`fps` is not between 1 and 60\n\n  conf/config.toml:1:7"),
        ("fps = 61", "`fps` is not between 1 and 60"),
        ("fps = \"20\"", "`fps` cannot be a text"),
        ("keys = 1", "`keys` cannot be a number"),
        ("[keys]\npause = 3", "`pause` cannot be a number\n\n  conf/config.toml:2:9"),
        ("[keys]\npause = [\"p\", \"hyper+x\"]", "there is no key `hyper+x`\n\n  conf/config.toml:2:15"),
        ("[keys]\npause = \"ctrl+c\"", "`ctrl+c` is reserved for `interrupt`"),
        ("[keys]\nsuspend = []", "the key of `suspend` is always `ctrl+z`\n\n  conf/config.toml:2:1"),
        ("[keys]\nfreeze = \"space\"", "`space` is bound to both `pause` and `freeze`\n\n  conf/config.toml:2:10"),
        (
            "[keys]\nview_1 = \"v\"\nview_4 = \"v\"",
            "`v` is bound to both `view_1` and `view_4`\n\n  conf/config.toml:3:10",
        ),
        ("theme = ", "not TOML: "),
    ] {
        assert!(error(text).starts_with(&format!("error: {expected}")), "{}", error(text));
    }
    for (variable, value) in [("INFLIGHT_ASCII", "perhaps"), ("INFLIGHT_MOTION", "2"), ("INFLIGHT_FPS", "fast")] {
        assert!(read(&[], &[(variable, value)]).is_err(), "{variable}");
    }
    assert_eq!(error("ascii = 1\ntheme = 2\n[keys]\nsort = 3").matches("error: ").count(), 3);
}

#[test]
fn the_template_sets_nothing_until_it_is_uncommented() {
    assert!(read(&[TEMPLATE], &[]).unwrap().warnings.is_none());
    let lines =
        TEMPLATE.lines().map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ") || *rest == "[keys]"));
    let settings_text = lines.flatten().collect::<Vec<_>>().join("\n");
    let settings = read(&[&settings_text], &[]).unwrap();
    assert!(settings.warnings.is_none(), "{settings_text}");
    let keys = THEMES.into_iter().chain(FLAGS).chain(["fps", "keys"]);
    for key in keys {
        assert!(settings_text.lines().any(|line| line.starts_with(key) || line == format!("[{key}]")), "{key}");
    }
}
