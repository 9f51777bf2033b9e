//! The keys that show views, find rows and move among them.
//!
//! Start at [`ROWS`].

use crate::tui::action::Action;
use crate::tui::keymap::context_sets::{
    ANYWHERE, GROUPED, LAB, OTHER_VIEWS, OVERVIEW, TABLES, VIEWS, WATERFALL, WITH_AUTO_SCROLL, WITH_DETAIL,
    WITH_POPUPS, WITH_REQUESTS, WITH_SEARCH,
};
use crate::tui::keymap::entry::Context::{At, Card, Compare, Confirm, Help, Menu, Palette, Prompt, Question, Settings};
use crate::tui::keymap::entry::{ActionEntry, KeyGroup, Need};
use crate::tui::keymap::row::{IN_WATERFALL, MOVE, PLAIN, SIBLING, row, show};
use crate::tui::views::View;

/// Their rows.
pub(super) const ROWS: &[ActionEntry] = &[
    show(View::Overview, "view_1", &["1"], "Overview: progress, latency and load at a glance"),
    show(View::Waterfall, "view_2", &["2"], "Waterfall: when each request ran, and what ran at once"),
    show(View::Endpoint, "view_3", &["3"], "Endpoint: everything about one endpoint"),
    show(View::Failures, "view_4", &["4"], "Failures: what failed, why, and what to do about it"),
    show(View::Hosts, "view_5", &["5"], "Hosts: what each host allows, and what limits it"),
    show(View::Log, "view_6", &["6"], "Log: events in order"),
    show(View::InFlight, "view_7", &["7", "o"], "In flight: running requests, oldest first"),
    show(View::Output, "view_8", &["8"], "Output: what a watched program prints"),
    show(View::Findings, "view_9", &["9"], "Findings: what a watched program does wrong, the worst first"),
    ActionEntry {
        action: Action::ViewNext,
        id: "view_next",
        keys: &["tab"],
        group: KeyGroup::View,
        help: "Show the next view",
        footer: &[(OVERVIEW, "view")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::ViewPrev,
        id: "view_prev",
        keys: &["shift+tab"],
        group: KeyGroup::View,
        help: "Show the previous view",
        ..PLAIN
    },
    row(
        IN_WATERFALL,
        Action::Left,
        "left",
        &["left", "h"],
        "In the waterfall: pan to an earlier time",
        &[(WATERFALL, "pan")],
    ),
    row(
        IN_WATERFALL,
        Action::Right,
        "right",
        &["right", "l"],
        "In the waterfall: pan to a later time",
        &[(WATERFALL, "pan")],
    ),
    row(IN_WATERFALL, Action::ZoomIn, "zoom_in", &["z"], "In the waterfall: zoom in", &[(WATERFALL, "zoom")]),
    row(IN_WATERFALL, Action::ZoomOut, "zoom_out", &["Z"], "In the waterfall: zoom out", &[(WATERFALL, "zoom")]),
    ActionEntry {
        action: Action::GroupBy,
        id: "group_by",
        keys: &["b"],
        group: KeyGroup::Find,
        help: "Group rows: the overview by endpoint, address, host or status, the waterfall by time, endpoint or slot",
        contexts: GROUPED,
        footer: &[(GROUPED, "group")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::SiblingPrev,
        id: "sibling_prev",
        keys: &["["],
        help: "Show the previous endpoint; on a request's card, the next slower request",
        footer: &[(&[At(View::Endpoint)], "other endpoint"), (&[Card], "other request"), (&[Compare], "other mark")],
        ..SIBLING
    },
    ActionEntry {
        action: Action::SiblingNext,
        id: "sibling_next",
        keys: &["]"],
        help: "Show the next endpoint; on a request's card, the next faster request",
        footer: &[(&[At(View::Endpoint)], "other endpoint"), (&[Card], "other request"), (&[Compare], "other mark")],
        ..SIBLING
    },
    ActionEntry {
        action: Action::LogScale,
        id: "log_scale",
        keys: &["L"],
        help: "In the endpoint view: toggle the logarithmic scale",
        contexts: &[At(View::Endpoint)],
        footer: &[(&[At(View::Endpoint)], "scale")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::Filter,
        id: "filter",
        keys: &["/"],
        group: KeyGroup::Find,
        help: "Show only matching rows, such as `api !slow status:5xx ms>500`; in the help, search",
        contexts: WITH_SEARCH,
        footer: &[(VIEWS, "filter"), (&[Help], "search")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::Sort,
        id: "sort",
        keys: &["s"],
        group: KeyGroup::Find,
        help: "Sort by the next column",
        contexts: TABLES,
        footer: &[(TABLES, "sort")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::SortReverse,
        id: "sort_reverse",
        keys: &["S"],
        group: KeyGroup::Find,
        help: "Reverse the sort order",
        ..PLAIN
    },
    ActionEntry {
        action: Action::Open,
        id: "open",
        keys: &["enter"],
        group: KeyGroup::View,
        help: "Open the selected row: an endpoint, or the card of a request; esc goes back",
        contexts: WITH_DETAIL,
        footer: &[(OVERVIEW, "detail"), (WITH_REQUESTS, "request"), (&[At(View::Findings), Card], "events")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::SetHostAside,
        id: "host_aside",
        keys: &["x"],
        group: KeyGroup::Work,
        help: "Start nothing at the selected host; press again to release it",
        contexts: &[At(View::Hosts)],
        footer: &[(&[At(View::Hosts)], "aside")],
        needs: Need::Pick,
        ..PLAIN
    },
    ActionEntry {
        action: Action::Follow,
        id: "follow",
        keys: &["F"],
        group: KeyGroup::Find,
        help: "In the waterfall and the log: toggle auto-scroll",
        contexts: WITH_AUTO_SCROLL,
        footer: &[(WITH_AUTO_SCROLL, "follow")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::Palette,
        id: "palette",
        keys: &[":"],
        group: KeyGroup::Find,
        help: "List the available actions, and run one by name",
        contexts: WITH_POPUPS,
        footer: &[(LAB, "actions")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::Choose,
        id: "choose",
        keys: &["enter"],
        group: KeyGroup::Find,
        help: "In that list: run the selected action",
        contexts: &[Palette],
        footer: &[(&[Palette], "do it")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::Up,
        id: "up",
        keys: &["up", "k"],
        help: "Move up one row",
        footer: &[(&[Help, Card, Compare], "scroll"), (&[Palette, Settings], "choose")],
        ..MOVE
    },
    ActionEntry {
        action: Action::Down,
        id: "down",
        keys: &["down", "j"],
        help: "Move down one row",
        footer: &[(&[Help, Card, Compare], "scroll"), (&[Palette, Settings], "choose")],
        ..MOVE
    },
    ActionEntry { action: Action::PageUp, id: "page_up", keys: &["pgup", "ctrl+u"], help: "Move up one page", ..MOVE },
    ActionEntry {
        action: Action::PageDown,
        id: "page_down",
        keys: &["pgdn", "ctrl+d"],
        help: "Move down one page",
        ..MOVE
    },
    row(MOVE, Action::Top, "top", &["g"], "Go to the first row", &[]),
    row(MOVE, Action::Bottom, "bottom", &["G"], "Go to the last row", &[]),
    row(MOVE, Action::Start, "start", &["home"], "Go to the start of a replay; in a run, to the first row", &[]),
    row(MOVE, Action::End, "end", &["end"], "Go to the end of a replay; in a run, to the last row", &[]),
    ActionEntry {
        action: Action::Keep,
        id: "keep",
        keys: &["enter"],
        group: KeyGroup::Find,
        help: "While a filter or a search is typed: keep it",
        contexts: &[Prompt],
        footer: &[(&[Prompt], "keep")],
        ..PLAIN
    },
    ActionEntry {
        action: Action::Back,
        id: "back",
        keys: &["esc", "backspace"],
        group: KeyGroup::Move,
        help: "Close, clear or go back; never quits",
        contexts: ANYWHERE,
        footer: &[
            (OTHER_VIEWS, "back"),
            (&[Help, Card, Compare, Menu, Palette, Settings], "close"),
            (&[Question, Confirm], "stay"),
            (&[Prompt], "clear"),
        ],
        ..PLAIN
    },
];
