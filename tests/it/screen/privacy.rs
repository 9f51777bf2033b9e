//! Hosts and paths on a shared screen: no view shows them while they are hidden, and the key shows them again.
//!
//! Hosts and paths of recordings are replaced by `zq…` and `xj…`, so that even a cut one is found. Start at
//! [`with_marked_names`].

use inflight::control::Abilities;
use inflight::event::{Event, Offset};
use inflight::model::Model;
use inflight::tui::picture;
use inflight::tui::state::UiState;
use inflight::tui::theme::glyphs::Charset;
use ratatui::layout::Rect;
use serde_json::Value;

use crate::scenario::{fixtures, fold, replay};
use crate::screen::roles;
use crate::screen::shot::{draw, press};

/// The events of a recording whose hosts begin with `zq`, and whose paths consist of `xj`.
fn with_marked_names(fixture: &str) -> Vec<Event> {
    let text = String::from_utf8(fixtures::bytes(fixture)).unwrap();
    let line = |line: &str| {
        let mut value: Value = serde_json::from_str(line).unwrap();
        mark(&mut value);
        format!("{value}\n")
    };
    let (events, skipped) = replay(text.lines().map(line).collect::<String>().as_bytes());
    assert_eq!(skipped, 0);
    events
}

/// Marks every host and every path in the strings of a value.
fn mark(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('/') || text.contains(".practice") => {
            *text = text.split(' ').map(marked).collect::<Vec<_>>().join(" ");
        }
        Value::Array(values) => values.iter_mut().for_each(mark),
        Value::Object(fields) => fields.values_mut().for_each(mark),
        _ => {}
    }
}

/// A word with its host or path marked; the same word is always marked alike.
fn marked(word: &str) -> String {
    let path = |path: &str| format!("/xjxj{}", path.replace(|c: char| c.is_alphanumeric(), "xj"));
    match word.split_once("://") {
        Some((scheme, address)) => {
            let scheme = if scheme == "practice" { "https" } else { scheme };
            let (host, rest) = address.split_once('/').map_or((address, None), |(host, rest)| (host, Some(rest)));
            let host = host.replace(".practice", ".example").replace("127.0.0.1", "local.example");
            format!("{scheme}://zq{host}{}", rest.map(path).unwrap_or_default())
        }
        None if word.starts_with('/') => path(&word[1..]),
        None => word.replace(".practice", ".example"),
    }
}

/// The text of the screen after some keys.
fn lines(model: &Model, now: Offset, (width, height): (u16, u16), keys: &str) -> String {
    let mut ui = UiState::default();
    // A source that records no marks leaves them to the screen, so that the comparison can be opened.
    let can = Abilities { stop: !keys.contains('\''), ..Abilities::FULL };
    press(&mut ui, model, can, (now, Rect::new(0, 0, width, height)), keys);
    let theme = roles::theme(Charset::Unicode);
    let drawn = draw(model, &ui, &theme, can, Charset::Unicode, now, (width, height));
    picture::lines(&drawn).join("\n")
}

/// The keys that show every view and popup with names in it.
const VIEWS: [&str; 28] = [
    "",
    "b",
    "b b",
    "b b b",
    "H",
    "X",
    "i",
    "' c",
    "enter",
    "2",
    "2 up enter",
    "3",
    "3 down enter",
    "4",
    "4 enter",
    "4 enter enter",
    "4 r",
    "5",
    "5 down",
    "5 +",
    "5 enter",
    "6",
    "6 up enter",
    "7",
    "7 x",
    "7 enter",
    ": h o s t",
    ": e n d p o i n t",
];

#[test]
fn no_view_shows_a_host_or_a_path_while_they_are_hidden() {
    for (fixture, seconds) in [
        ("storm-429", 6),
        ("storm-429", 20),
        ("failing", 60),
        ("late", 5),
        ("polled", 60),
        ("two-workers", 60),
        ("wall", 60),
    ] {
        let now = Offset(seconds * 1_000_000);
        let model = fold(with_marked_names(fixture).iter().filter(|event| event.at <= now));
        for keys in VIEWS {
            for size in [(200, 50), (120, 40), (80, 24), (60, 16), (40, 10)] {
                let text = lines(&model, now, size, &format!("P {keys}"));
                let shown = text.lines().find(|line| line.contains("zq") || line.contains("xj"));
                assert_eq!(shown, None, "{fixture} {seconds} s, keys `{keys}`, {size:?}:\n{text}");
            }
        }
    }
}

#[test]
fn the_same_key_shows_the_names_again_and_stand_ins_are_stable() {
    let now = Offset(6_000_000);
    let model = fold(with_marked_names("storm-429").iter().filter(|event| event.at <= now));
    let text = |keys: &str| lines(&model, now, (120, 40), keys);
    assert!(text("").contains("xj") && text("5").contains("zq"));
    assert_eq!(text("P P w w w w"), text("w w w w"));
    let hidden = text("P 5");
    assert!(hidden.contains("host 1") && hidden.contains("host 7"), "{hidden}");
    assert_eq!(text("P 6 4 5"), hidden, "another view changes no number of a known host");
}

#[test]
fn a_badge_says_that_names_are_hidden() {
    let model = fold(fixtures::read("storm-429").iter().filter(|event| event.at <= Offset(6_000_000)));
    for size in [(200, 50), (120, 40), (80, 24), (60, 16), (44, 10)] {
        let head = |keys| lines(&model, Offset(6_000_000), size, keys).lines().next().unwrap_or_default().to_owned();
        assert!(!head("").contains("PRIVATE"), "{}", head(""));
        assert!(head("P").contains("PRIVATE"), "{}", head("P"));
        assert!(!head("P P").contains("PRIVATE"), "{}", head("P P"));
    }
}
