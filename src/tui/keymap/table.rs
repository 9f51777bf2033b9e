//! The key table: footer, help, documentation and remapping all read it.
//!
//! To add an action, add a row here. Start at [`ENTRIES`].

use crate::tui::action::Action;
use crate::tui::keymap::context_sets::{
    ANYWHERE, EXPORTABLE, GROUPED, LAB, OTHER_VIEWS, OVERVIEW, PAUSABLE, TABLES, VIEWS, VIEWS_AND_COMPARE,
    VIEWS_AND_LAB, WATERFALL, WITH_AUTO_SCROLL, WITH_COPY, WITH_DETAIL, WITH_FAILURE, WITH_HOSTS, WITH_LIMIT,
    WITH_POPUPS, WITH_REQUEST,
};
use crate::tui::keymap::entry::Context::{At, Card, Compare, Confirm, Help, Menu, Palette, Prompt, Question, Settings};
use crate::tui::keymap::entry::{ActionEntry, KeyBehavior, KeyGroup, Need};
use crate::tui::keymap::replay_texts::{COMPARING, END, EVENT, MARKING, NEXT, PREV, SEEK_TO, START, WINDOW};
use crate::tui::keymap::row::{
    CHANGE, LIMIT, MOVE, PLAIN, SAVE, SIBLING, display, lab, limit, moment, save, seek, setting, show, waterfall,
};
use crate::tui::views::View;

/// Every action, in the order of the footer and of help.
pub static ENTRIES: &[ActionEntry] = &[
    ActionEntry {
        action: Action::Pause,
        id: "pause",
        keys: &["space"],
        group: KeyGroup::Work,
        help: "Start no new attempts; press again to resume",
        contexts: PAUSABLE,
        footer: &[(PAUSABLE, "pause")],
        needs: Need::Pause,
        ..PLAIN
    },
    ActionEntry {
        action: Action::TryHost,
        id: "try_host",
        keys: &["r"],
        group: KeyGroup::Work,
        help: "Try each host that is down now; in the hosts view, only the selected one",
        contexts: WITH_HOSTS,
        footer: &[(WITH_HOSTS, "try now")],
        needs: Need::Pick,
        ..PLAIN
    },
    lab(Action::Restart, "restart", &["R"], "In the lab: restart all lanes", &[(LAB, "restart")]),
    seek(Action::SeekBack, "seek_back", &["left"], "In a replay: go back 5 s"),
    seek(Action::SeekOn, "seek_on", &["right"], "In a replay: go forward 5 s"),
    seek(Action::Slower, "slower", &["<"], "In a replay: halve the speed"),
    seek(Action::Faster, "faster", &[">"], "In a replay: double the speed"),
    ActionEntry { contexts: VIEWS_AND_COMPARE, ..seek(Action::SeekTo, "seek_to", &[], SEEK_TO) },
    ActionEntry {
        action: Action::LimitDown,
        id: "limit_down",
        keys: &["-", "_"],
        help: "Allow fewer in flight: by 1 below 10, by a tenth above",
        footer: &[(WITH_LIMIT, "limit")],
        ..LIMIT
    },
    ActionEntry {
        action: Action::LimitUp,
        id: "limit_up",
        keys: &["+", "="],
        help: "Allow more in flight; in the hosts and endpoint views, only at that host",
        footer: &[(WITH_LIMIT, "limit")],
        ..LIMIT
    },
    limit(Action::LimitHalf, "limit_half", &["{"], "Allow half as many in flight"),
    limit(Action::LimitDouble, "limit_double", &["}"], "Allow twice as many in flight"),
    ActionEntry {
        action: Action::LimitReset,
        id: "limit_reset",
        keys: &["0"],
        help: "Reset the limit to the plan's",
        contexts: VIEWS,
        behavior: KeyBehavior::Once,
        ..LIMIT
    },
    ActionEntry {
        action: Action::LimitAuto,
        id: "limit_auto",
        keys: &["a"],
        help: "Adapt limits to each host: never, once it refuses, or from the start",
        contexts: VIEWS,
        behavior: KeyBehavior::Once,
        ..LIMIT
    },
    lab(Action::DelayDown, "delay_down", &["<"], "In the lab: halve the delay and restart", &[(LAB, "delay")]),
    lab(Action::DelayUp, "delay_up", &[">"], "In the lab: double the delay and restart", &[(LAB, "delay")]),
    // Not `p`, because many users bind `pause` to it.
    lab(Action::NextProgram, "next_program", &["n"], "In the lab: switch to the next scenario", &[(LAB, "program")]),
    ActionEntry {
        action: Action::CancelOne,
        id: "cancel_one",
        keys: &["x"],
        group: KeyGroup::Work,
        help: "Cancel the selected job (asks first)",
        contexts: &[At(View::InFlight)],
        footer: &[(&[At(View::InFlight)], "cancel")],
        needs: Need::Pick,
        ..PLAIN
    },
    ActionEntry {
        action: Action::RetryLater,
        id: "retry_later",
        keys: &["r"],
        group: KeyGroup::Work,
        help: "Cancel the selected attempt, and retry its job after all others",
        contexts: &[At(View::InFlight)],
        footer: &[(&[At(View::InFlight)], "retry at the end")],
        needs: Need::Pick,
        ..PLAIN
    },
    ActionEntry {
        action: Action::Repeat,
        id: "repeat",
        keys: &["r"],
        group: KeyGroup::Work,
        help: "Resend the jobs that failed for the selected cause (asks first)",
        contexts: WITH_FAILURE,
        footer: &[(WITH_FAILURE, "send again")],
        needs: Need::Repeat,
        ..PLAIN
    },
    ActionEntry {
        action: Action::Rerun,
        id: "rerun",
        keys: &["R"],
        group: KeyGroup::Work,
        help: "Run the whole batch again once it is over",
        footer: &[(VIEWS, "run again")],
        needs: Need::Rerun,
        ..PLAIN
    },
    ActionEntry {
        action: Action::SkipEndpoint,
        id: "skip_endpoint",
        keys: &["X"],
        group: KeyGroup::Work,
        help: "Skip the rest of the selected endpoint (asks first)",
        contexts: OVERVIEW,
        needs: Need::Pick,
        ..PLAIN
    },
    ActionEntry {
        action: Action::Confirm,
        id: "sure",
        keys: &["y"],
        group: KeyGroup::Work,
        help: "Confirm",
        contexts: &[Confirm],
        footer: &[(&[Confirm], "yes")],
        needs: Need::Pick,
        ..PLAIN
    },
    show(View::Overview, "view_1", &["1"], "Overview: progress, latency and load at a glance"),
    show(View::Waterfall, "view_2", &["2"], "Waterfall: when each request ran, and what ran at once"),
    show(View::Endpoint, "view_3", &["3"], "Endpoint: everything about one endpoint"),
    show(View::Failures, "view_4", &["4"], "Failures: what failed, why, and what to do about it"),
    show(View::Hosts, "view_5", &["5"], "Hosts: what each host allows, and what limits it"),
    show(View::Log, "view_6", &["6"], "Log: events in order"),
    show(View::InFlight, "view_7", &["7", "o"], "In flight: running requests, oldest first"),
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
    ActionEntry { behavior: KeyBehavior::Repeats, ..moment(Action::NextEvent, "next_event", &["n"], NEXT, EVENT) },
    ActionEntry { behavior: KeyBehavior::Repeats, ..moment(Action::PrevEvent, "prev_event", &["N"], PREV, EVENT) },
    moment(Action::Mark, "mark", &["'"], "Mark this moment; a recording keeps the mark", MARKING),
    moment(Action::Compare, "compare", &["c"], "Compare the last mark with now; press again to close", COMPARING),
    waterfall(Action::Left, "left", &["left", "h"], "In the waterfall: pan to an earlier time", &[(WATERFALL, "pan")]),
    waterfall(Action::Right, "right", &["right", "l"], "In the waterfall: pan to a later time", &[(WATERFALL, "pan")]),
    waterfall(Action::ZoomIn, "zoom_in", &["z"], "In the waterfall: zoom in", &[(WATERFALL, "zoom")]),
    waterfall(Action::ZoomOut, "zoom_out", &["Z"], "In the waterfall: zoom out", &[(WATERFALL, "zoom")]),
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
        help: "Show only matching rows, such as `api !slow status:5xx ms>500`",
        footer: &[(VIEWS, "filter")],
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
        footer: &[(OVERVIEW, "detail"), (OTHER_VIEWS, "request"), (&[Card], "events")],
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
    ActionEntry { action: Action::Top, id: "top", keys: &["g"], help: "Go to the first row", ..MOVE },
    ActionEntry { action: Action::Bottom, id: "bottom", keys: &["G"], help: "Go to the last row", ..MOVE },
    ActionEntry { action: Action::Start, id: "start", keys: &["home"], help: START, ..MOVE },
    ActionEntry { action: Action::End, id: "end", keys: &["end"], help: END, ..MOVE },
    ActionEntry {
        action: Action::Keep,
        id: "keep",
        keys: &["enter"],
        group: KeyGroup::Find,
        help: "While a filter is typed: keep it",
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
    display(Action::Freeze, "freeze", &["f"], "Freeze the screen while the run goes on"),
    ActionEntry { contexts: VIEWS_AND_COMPARE, ..display(Action::Window, "window", &["w"], WINDOW) },
    ActionEntry { contexts: OVERVIEW, ..display(Action::HeatMap, "heat_map", &["H"], "Toggle latencies over time") },
    ActionEntry { contexts: VIEWS_AND_LAB, ..display(Action::Mouse, "mouse", &["m"], "Toggle the mouse") },
    ActionEntry { contexts: VIEWS_AND_LAB, ..display(Action::Theme, "theme", &["t"], "Switch to the next theme") },
    display(Action::Settings, "settings", &[","], "Change settings, and save them"),
    setting(Action::SettingPrev, "setting_prev", &["left", "h"], "In the settings: the value before", CHANGE),
    setting(Action::SettingNext, "setting_next", &["right", "l"], "In the settings: the value after", CHANGE),
    setting(Action::SaveSettings, "save_settings", &["enter"], "In the settings: save what was changed", SAVE),
    ActionEntry { contexts: ANYWHERE, ..display(Action::Redraw, "redraw", &["ctrl+l"], "Redraw the screen") },
    ActionEntry {
        action: Action::Copy,
        id: "copy",
        keys: &["y"],
        group: KeyGroup::Find,
        help: "Copy the selected request as a `curl` command, or what a host takes",
        contexts: WITH_COPY,
        footer: &[(WITH_REQUEST, "copy as curl"), (&[At(View::Hosts)], "copy setting")],
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
