//! Libraries and functions that only some modules may use: clocks, files, HTTP, the terminal.
//!
//! Start at [`BANS`].

use crate::source::{Source, rust};
use crate::{Finding, assert_rule, lines};

/// Words that must not occur in some places.
struct Ban {
    words: &'static [&'static str],
    /// The files or folders that must not use them.
    places: &'static [&'static str],
    /// The exceptions.
    but: &'static [&'static str],
    instead: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        words: &["tokio", "std::fs", "File", "Instant", "SystemTime"],
        places: &["src/event/", "src/model/", "src/control.rs", "src/job_result.rs", "src/text/units.rs"],
        but: &[],
        instead: "facts and the model use no clock, no file and no runtime; every event has its own `at`",
    },
    Ban {
        words: &["Path", "PathBuf", "std::fs", "File"],
        places: &["src/journal.rs"],
        but: &[],
        instead: "a journal is read from any `Read` and written to any `Write`",
    },
    Ban {
        words: &["reqwest"],
        places: &["src/"],
        but: &["src/source/"],
        instead: "only the source sends; wrap what is needed in a type of `source`",
    },
    Ban {
        words: &["ratatui", "crossterm", "tui_input"],
        places: &["src/"],
        but: &["src/tui/"],
        instead: "only `tui` draws and reads keys; use its own types, or move the code there",
    },
    Ban {
        words: &["tokio", "Instant", "SystemTime", "Mutex", "&mut Model", "&mut UiState"],
        places: &["src/tui/view/"],
        but: &[],
        instead: "a view only draws; `now` is in the scene",
    },
    Ban {
        words: &["sanitize"],
        places: &["src/tui/view/"],
        but: &["src/tui/view/pen.rs"],
        instead: "use `Pen::safe`, which also hides hosts and paths",
    },
    Ban {
        words: &["env::var", "env::var_os", "env::vars", "env::vars_os"],
        places: &["src/"],
        but: &["src/config/mod.rs"],
        instead: "only `config` reads the environment; pass in what it found",
    },
    Ban {
        words: &["process::exit", "process::abort"],
        places: &["src/"],
        but: &["src/main.rs"],
        instead: "return the exit code, so that the terminal is restored and results are written",
    },
    Ban {
        words: &["println!", "print!", "eprintln!", "eprint!", "dbg!"],
        places: &["src/"],
        but: &["src/output/", "src/main.rs"],
        instead: "use `output::streams`, which survives a closed pipe",
    },
];

fn words(file: &Source) -> Vec<Finding> {
    let lies_in = |places: &[&str]| places.iter().any(|place| file.path.starts_with(place));
    let bans = BANS.iter().filter(|ban| lies_in(ban.places) && !lies_in(ban.but));
    bans.flat_map(|ban| file.findings(ban.words, ban.instead)).collect()
}

/// Only `tui::theme` names colours; all other code names a role.
fn colours(file: &Source) -> Vec<Finding> {
    if file.path.starts_with("src/tui/theme/") {
        return Vec::new();
    }
    let is_hex = |text: &str| {
        let digits = text.bytes().take_while(u8::is_ascii_hexdigit).count();
        digits == 6 || digits == 8
    };
    // Strings count here, because a colour may be one.
    (1..)
        .zip(file.bare.lines())
        .filter(|(_, line)| {
            let names_one = ["Color::Rgb", "Color::Indexed", "Color::from_u32"].iter().any(|word| line.contains(word));
            names_one || line.match_indices("\"#").any(|(at, _)| is_hex(&line[at + 2..]))
        })
        .map(|(line, _)| Finding {
            line,
            message: "a colour outside `tui::theme`: ask the theme for a role instead".to_owned(),
        })
        .collect()
}

#[test]
fn libraries_stay_where_they_belong() {
    assert_rule(rust(&["src"]), words);
}

#[test]
fn colours_stay_in_the_theme() {
    assert_rule(rust(&["src"]), colours);
}

#[test]
fn a_word_in_the_wrong_place_is_found() {
    let cases = [
        ("src/model/rate.rs", "use std::time::Instant;"),
        ("src/model/mod.rs", "tokio::spawn(x);"),
        ("src/event/mod.rs", "use std::fs;"),
        ("src/journal.rs", "fn open(path: &Path) {}"),
        ("src/app/batch.rs", "let client = reqwest::Client::new();"),
        ("src/app/screen.rs", "use ratatui::buffer::Buffer;"),
        ("src/cli/mod.rs", "use crossterm::event::KeyEvent;"),
        ("src/tui/view/kpi.rs", "fn draw(model: &mut Model) {}"),
        ("src/tui/view/kpi.rs", "let now = Instant::now();"),
        ("src/tui/view/log.rs", "let text = sanitize(name);"),
        ("src/cli/mod.rs", "std::env::var(\"HOME\")"),
        ("src/app/mod.rs", "std::process::exit(1);"),
        ("src/source/pool/mod.rs", "eprintln!(\"x\");"),
    ];
    for (path, line) in cases {
        assert_eq!(lines(words, path, &format!("//! Doc.\n{line}\n")), [2], "{path}: {line}");
    }
}

#[test]
fn the_same_word_in_the_right_place_is_fine() {
    let cases = [
        ("src/source/pool/http.rs", "use reqwest::Client;"),
        ("src/tui/terminal/mod.rs", "use ratatui::Terminal; let now = Instant::now();"),
        ("src/config/mod.rs", "std::env::var(name)"),
        ("src/main.rs", "process::exit(1)"),
        ("src/output/streams.rs", "println!(\"x\");"),
        ("src/model/mod.rs", "// No Instant and no tokio here.\nlet text = \"tokio\";"),
    ];
    for (path, line) in cases {
        assert_eq!(lines(words, path, line), [], "{path}: {line}");
    }
}

#[test]
fn a_colour_outside_the_theme_is_found() {
    assert_eq!(lines(colours, "src/tui/view/kpi.rs", "\nlet red = Color::Rgb(255, 0, 0);\n"), [2]);
    assert_eq!(lines(colours, "src/tui/picture/svg.rs", "fill(\"#ff0000\");"), [1]);
    assert_eq!(lines(colours, "src/tui/theme/color.rs", "Color::Rgb(1, 2, 3)"), []);
    assert_eq!(lines(colours, "src/tui/view/kpi.rs", "let job = \"#3071\";"), []);
}
