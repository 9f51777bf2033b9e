//! The keys of the screen itself: its appearance, popups, copies, and how to leave it.
//!
//! Start at [`ROWS`].

use crate::tui::action::Action;
use crate::tui::keymap::context_sets::{
    ANYWHERE, EXPORTABLE, LAB, OVERVIEW, VIEWS_AND_COMPARE, VIEWS_AND_LAB, WITH_COPY, WITH_DETAIL, WITH_POPUPS,
    WITH_REQUEST,
};
use crate::tui::keymap::entry::Context::{At, Question};
use crate::tui::keymap::entry::{ActionEntry, KeyBehavior, KeyGroup, Need};
use crate::tui::keymap::row::{CHANGE, IN_SETTINGS, PLAIN, SAVE, display, row, save};
use crate::tui::views::View;

/// Their rows.
pub(super) const ROWS: &[ActionEntry] = &[
    display(Action::Freeze, "freeze", &["f"], "Freeze the screen while the run goes on"),
    ActionEntry {
        contexts: VIEWS_AND_COMPARE,
        ..display(Action::Window, "window", &["w"], "Show figures of the last 1 s, 10 s or 60 s, or of the whole run")
    },
    ActionEntry { contexts: OVERVIEW, ..display(Action::HeatMap, "heat_map", &["H"], "Toggle latencies over time") },
    ActionEntry {
        contexts: WITH_DETAIL,
        ..display(
            Action::Privacy,
            "privacy",
            &["P"],
            "Hide hosts and paths, for a shared screen; press again to show them",
        )
    },
    ActionEntry { contexts: VIEWS_AND_LAB, ..display(Action::Mouse, "mouse", &["m"], "Toggle the mouse") },
    ActionEntry { contexts: VIEWS_AND_LAB, ..display(Action::Theme, "theme", &["t"], "Switch to the next theme") },
    ActionEntry {
        contexts: VIEWS_AND_LAB,
        ..display(Action::Themes, "themes", &["T"], "Choose a theme from a list, and save it")
    },
    display(Action::Settings, "settings", &[","], "Change settings, and save them"),
    row(IN_SETTINGS, Action::SettingPrev, "setting_prev", &["left", "h"], "In the settings: the value before", CHANGE),
    row(IN_SETTINGS, Action::SettingNext, "setting_next", &["right", "l"], "In the settings: the value after", CHANGE),
    row(IN_SETTINGS, Action::SaveSettings, "save_settings", &["enter"], "In the settings: save what was changed", SAVE),
    ActionEntry { contexts: ANYWHERE, ..display(Action::Redraw, "redraw", &["ctrl+l"], "Redraw the screen") },
    ActionEntry {
        action: Action::Copy,
        id: "copy",
        keys: &["y"],
        group: KeyGroup::Find,
        help: "Copy the selected request as a `curl` command, what a host takes, or the line of a finding",
        contexts: WITH_COPY,
        footer: &[
            (WITH_REQUEST, "copy as curl"),
            (&[At(View::Hosts)], "copy setting"),
            (&[At(View::Findings)], "copy line"),
        ],
        ..PLAIN
    },
    ActionEntry {
        action: Action::Export,
        id: "export",
        keys: &["e"],
        help: "Export to a file in the current folder (asks what)",
        contexts: EXPORTABLE,
        footer: &[(VIEWS_AND_LAB, "export")],
        ..PLAIN
    },
    save(Action::SaveSvg, "save_svg", &["s"], "Export: the screen as SVG"),
    save(Action::SaveText, "save_text", &["t"], "Export: the screen as text"),
    save(Action::SaveCurl, "save_curl", &["c"], "Export: the selected request or setting"),
    ActionEntry {
        action: Action::Why,
        id: "why",
        keys: &["i"],
        group: KeyGroup::View,
        help: "Show how the verdict was derived; in the lab, the lines that differ",
        contexts: WITH_POPUPS,
        footer: &[(LAB, "why")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::Help,
        id: "help",
        keys: &["?", "f1"],
        help: "List the keys",
        contexts: WITH_POPUPS,
        footer: &[(VIEWS_AND_LAB, "help")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::Quit,
        id: "quit",
        keys: &["q"],
        group: KeyGroup::Leave,
        help: "Quit (asks first while the run is unfinished)",
        contexts: WITH_POPUPS,
        footer: &[(VIEWS_AND_LAB, "quit")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::QuitKeep,
        id: "quit_keep",
        keys: &["Q"],
        group: KeyGroup::Leave,
        help: "Quit, and keep the last screen in the scrollback",
        contexts: VIEWS_AND_LAB,
        ..PLAIN
    },
    ActionEntry {
        action: Action::Drain,
        id: "drain",
        keys: &["d"],
        group: KeyGroup::Leave,
        help: "When asked: finish what is in flight, then quit",
        contexts: &[Question],
        footer: &[(&[Question], "drain")],
        needs: Need::Stop,
        ..PLAIN
    },
    ActionEntry {
        action: Action::Stop,
        id: "stop",
        keys: &["k"],
        group: KeyGroup::Leave,
        help: "When asked: cancel what is in flight, then quit",
        contexts: &[Question],
        footer: &[(&[Question], "stop now")],
        needs: Need::Stop,
        ..PLAIN
    },
    ActionEntry {
        action: Action::Interrupt,
        id: "interrupt",
        keys: &["ctrl+c"],
        group: KeyGroup::Leave,
        help: "First: drain. Second: cancel. Third: quit at once",
        contexts: ANYWHERE,
        behavior: KeyBehavior::Fixed,
        ..PLAIN
    },
    ActionEntry {
        action: Action::Suspend,
        id: "suspend",
        keys: &["ctrl+z"],
        group: KeyGroup::Leave,
        help: "Suspend until `fg`",
        contexts: ANYWHERE,
        behavior: KeyBehavior::Fixed,
        ..PLAIN
    },
];
