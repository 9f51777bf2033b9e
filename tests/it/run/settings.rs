//! Settings and themes from outside: where they are found, which one wins, and how mistakes are reported.

use std::fs;

use super::program::{Folder, Program};

/// The program with its own folder of settings.
fn inflight(folder: &Folder, arguments: &str) -> Program {
    folder.inflight(arguments).var("XDG_CONFIG_HOME", folder.path("conf").to_str().unwrap())
}

/// A folder with these files and their folders.
#[track_caller]
fn with(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new();
    for (name, text) in files {
        let path = folder.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn keys_are_printed_as_the_settings_bind_them() {
    let folder =
        with(&[("conf/inflight/config.toml", "[keys]\npause = [\"p\", \"ctrl+p\"]\nsort = []\nview_1 = \"v\"\n")]);
    let ended = inflight(&folder, "keys").run().exits(0);
    let line = |id: &str| ended.out().lines().find(|line| line.split_whitespace().any(|word| word == id)).unwrap();
    assert!(line("pause").trim_start().starts_with("p ctrl+p "), "{}", ended.out());
    assert!(line("sort").trim_start().starts_with("- "), "{}", ended.out());
    assert!(line("view_1").trim_start().starts_with("v "), "{}", ended.out());
}

#[test]
fn the_project_wins_over_the_user_and_variables_win_over_both() {
    let folder = with(&[
        ("conf/inflight/config.toml", "theme = \"nord\""),
        ("work/.git/HEAD", ""),
        ("work/.config/inflight.toml", "theme = \"dracula\""),
        ("work/deep/plan.txt", ""),
        (".config/inflight.toml", "theme = \"ansi\""),
    ]);
    let shown = |within: &str, variables: &[(&str, &str)]| {
        let program = inflight(&folder, "theme show").within(&folder.path(within));
        let program = variables.iter().fold(program, |program, (name, value)| program.var(name, value));
        let ended = program.run().exits(0);
        ended.out().trim_start().split(',').next().unwrap().to_owned()
    };
    assert_eq!(shown("work/deep", &[]), "dracula");
    assert_eq!(shown("work/deep", &[("INFLIGHT_THEME", "mono")]), "mono");
    // Outside of a repository only the current folder counts.
    assert_eq!(shown("conf/inflight", &[]), "nord");
    assert_eq!(shown("", &[]), "ansi");
}

#[test]
fn mistakes_in_settings_are_reported_at_once_and_nothing_is_sent() {
    let folder = with(&[(
        "conf/inflight/config.toml",
        "thme = \"nord\"\nascii = 1\n[keys]\nfreeze = \"space\"\npause = \"ctrl+c\"\n",
    )]);
    let ended = inflight(&folder, "run http://127.0.0.1:1/").run().exits(3);
    for expected in ["`ascii` cannot be a number", "config.toml:2:9", "`ctrl+c` is reserved for `interrupt`"] {
        assert!(ended.err().contains(expected), "{expected}: {}", ended.err());
    }
    assert!(ended.stdout.is_empty());
}

#[test]
fn an_unknown_setting_is_a_warning() {
    let folder = with(&[("conf/inflight/config.toml", "thme = \"nord\"\n")]);
    let ended = inflight(&folder, "keys").run().exits(0);
    assert!(ended.err().starts_with("warning: unknown key `thme` in settings"), "{}", ended.err());
    assert!(ended.err().contains("did you mean `theme`?"), "{}", ended.err());
}

#[test]
fn a_theme_in_the_users_folder_has_a_name_and_a_parent() {
    let dusk = "[meta]\nname = \"dusk\"\nparent = \"base\"\n";
    let base = "[meta]\nname = \"base\"\nvariant = \"light\"\n[status]\nok = \"#123456\"\n";
    let folder = with(&[
        ("conf/inflight/themes/dusk.toml", dusk),
        ("conf/inflight/themes/base.toml", base),
        ("conf/inflight/themes/bad.toml", "[mta]\n"),
        ("conf/inflight/config.toml", "theme = \"dusk\"\n"),
    ]);
    let ended = inflight(&folder, "theme list").run().exits(0);
    assert!(ended.out().lines().any(|line| line.starts_with("dusk ") && line.contains("yours: ")), "{}", ended.out());
    assert!(ended.out().contains("run `inflight theme check bad`"), "{}", ended.out());
    let ended = inflight(&folder, "theme show").run().exits(0);
    assert!(ended.out().trim_start().starts_with("dusk, for"), "{}", ended.out());
    assert!(ended.out().contains("#123456") && !ended.out().contains('\x1b'), "{}", ended.out());
}

#[test]
fn a_theme_is_checked_by_name_and_by_path() {
    let folder = with(&[("dusk.toml", "[meta]\nname = \"dusk\"\n[ui]\ntext = \"blu\"\ntxt = 1\n[status]\nok = 400\n")]);
    let ended = inflight(&folder, "theme check dusk.toml").run().exits(3);
    assert_eq!(ended.err().matches("error: ").count(), 3, "{}", ended.err());
    for expected in ["dusk.toml:4:8", "did you mean `blue`?", "dusk.toml:5:1", "did you mean `text`?", "dusk.toml:7:6"]
    {
        assert!(ended.err().contains(expected), "{expected}: {}", ended.err());
    }
    let ended = inflight(&folder, "theme check nord").run().exits(0);
    assert!(ended.out().starts_with("theme `nord` is valid\n"), "{}", ended.out());
    let ended = inflight(&folder, "theme check nrod").run().exits(3);
    assert_eq!(ended.err(), "error: there is no theme `nrod`\nhint: did you mean `nord`?\n");
    let ended = inflight(&folder, "demo --theme nrod").run().exits(3);
    assert!(ended.err().contains("did you mean `nord`?"), "{}", ended.err());
}

#[test]
fn the_doctor_reports_every_decision_and_why_even_with_broken_settings() {
    let folder = with(&[("conf/inflight/config.toml", "theme = \"solarized-light\"\n")]);
    let doctor = |folder: &Folder| inflight(folder, "doctor").var("TERM", "xterm").var("COLORTERM", "truecolor");
    let ended = doctor(&folder).run().exits(0);
    assert!(ended.out().contains("solarized-light set by `"), "{}", ended.out());
    assert!(ended.out().contains("/conf/inflight/config.toml:1`\n"), "{}", ended.out());
    let ended = doctor(&folder).var("COLORFGBG", "15;0").run().exits(0);
    let line = |what: &str| ended.out().lines().find(|line| line.starts_with(what)).unwrap().split_whitespace();
    assert_eq!(line("colours").collect::<Vec<_>>(), ["colours", "all", "`COLORTERM`", "is", "`truecolor`"]);
    assert!(line("interface").any(|word| word == "lines"), "{}", ended.out());
    assert!(line("theme").any(|word| word == "solarized-dark"), "{}", ended.out());
    assert!(line("theme").any(|word| word == "pair"), "{}", ended.out());
    assert!(line("settings").any(|word| word == "read"), "{}", ended.out());

    let lively = with(&[("conf/inflight/config.toml", "mouse = true\nfps = 12\nmotion = false\n")]);
    let ended = doctor(&lively).run().exits(0);
    for expected in ["at most 12/s    set by `", "config.toml:2`", "motion      off", "mouse       on "] {
        assert!(ended.out().contains(expected), "{expected}: {}", ended.out());
    }
    let ended = inflight(&lively, "doctor --fps 3").var("SSH_TTY", "pts/1").run().exits(0);
    assert!(ended.out().contains("at most 3/s     `--fps` is given"), "{}", ended.out());

    let broken = with(&[("conf/inflight/config.toml", "ascii = 3\n")]);
    let ended = doctor(&broken).run().exits(0);
    assert!(ended.out().contains("write `true` or `false`"), "{}", ended.out());
}

#[test]
fn a_missing_theme_is_reported_where_it_is_named() {
    let folder = with(&[("conf/inflight/config.toml", "theme_dark = \"nrod\"\ntheme_light = \"./dusk.toml\"\n")]);
    let ended = inflight(&folder, "demo").var("INFLIGHT_THEME", "dracla").run().exits(3);
    for expected in [
        "there is no theme `nrod`\n",
        "config.toml:1:14",
        "did you mean `nord`?",
        "there is no theme `./dusk.toml`\n",
        "config.toml:2:15",
        "there is no theme `dracla`, which `INFLIGHT_THEME` names\nhint: did you mean `dracula`?",
    ] {
        assert!(ended.err().contains(expected), "{expected}: {}", ended.err());
    }
}
