//! The console without a terminal: `--color` decides every stream of every command, and a file gets whole lines.

use crate::run::program::{Ended, Folder};
use crate::run::{at, upstream};

/// A plan whose name and target are longer than any line of a terminal.
fn long_plan(target: &str) -> String {
    let name = "a name longer than a line ".repeat(6);
    format!("name = \"{name}end\"\n[retry]\nattempts = 1\n[[endpoint]]\nname = \"{name}\"\nurl = \"{target}\"\n")
}

/// Every kind of output that can be coloured: the arguments, the exit code, and whether it is on standard output.
fn outputs() -> [(&'static str, i32, bool); 9] {
    [
        ("run plan.toml", 1, true),
        ("run plan.toml --plain", 1, true),
        ("check plan.toml", 0, true),
        ("replay run.jsonl", 0, true),
        ("theme show", 0, true),
        ("demo race --speed 50", 0, true),
        ("run wrong.toml", 3, false),
        ("replay nothing.jsonl", 3, false),
        ("run --nonsense", 2, false),
    ]
}

/// A folder with what those need.
fn folder() -> (Folder, inflight::upstream::Upstream) {
    let upstream = upstream();
    let folder =
        Folder::new().with("plan.toml", &long_plan(&at(&upstream, "/status/500"))).with("wrong.toml", "nonsense = 1\n");
    folder.inflight("run plan.toml --events run.jsonl").run().exits(1);
    (folder, upstream)
}

fn is_coloured(bytes: &[u8]) -> bool {
    bytes.contains(&0x1b)
}

#[test]
fn color_always_colours_pipes_and_color_never_colours_nothing() {
    let (folder, _upstream) = folder();
    for (arguments, code, is_result) in outputs() {
        let run = |color: &str| folder.inflight(&format!("{arguments} {color}")).run().exits(code);
        let Ended { stdout, stderr, .. } = run("--color always");
        let coloured = if is_result { stdout } else { stderr };
        assert!(is_coloured(&coloured), "{arguments}: {}", String::from_utf8_lossy(&coloured));
        for plain in ["--color never", "--color=never", ""] {
            let Ended { stdout, stderr, .. } = run(plain);
            assert!(!is_coloured(&stdout) && !is_coloured(&stderr), "{arguments} {plain}");
        }
    }
}

#[test]
fn a_variable_against_colour_yields_to_the_flag() {
    let (folder, _upstream) = folder();
    let ended = folder.inflight("check plan.toml --color always").var("NO_COLOR", "1").run().exits(0);
    assert!(is_coloured(&ended.stdout));
}

#[test]
fn a_pipe_gets_names_and_targets_whole() {
    let upstream = upstream();
    let target = at(&upstream, &format!("/status/500?{}", "long=1&".repeat(40)));
    let plan = long_plan(&target);
    let name = plan.lines().next().unwrap().split('"').nth(1).unwrap();
    let ended = Folder::new().with("plan.toml", &plan).inflight("run plan.toml").run().exits(1);
    for text in [ended.out(), ended.err()] {
        assert!(text.contains(name) && text.contains(&target) && !text.contains('…'), "{text}");
    }
}
