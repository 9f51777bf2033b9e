//! The one table of keys: footer, help, README and remapping read it.
//!
//! A new action gets a row here and is then known everywhere. Start at [`ENTRIES`].

use crate::tui::action::Action;
use crate::tui::keymap::entry::Context::{At, Example, Help, Menu, Palette, Prompt, Question, Sure};
use crate::tui::keymap::entry::{Entry, Group, Nature, Need};
use crate::tui::keymap::places::{
    ANYWHERE, ASKED, BESIDE, DEEP, DIALS, FAILED, FALLS, LAB, LISTED, OVERVIEW, SCREENS, SEEN, SHEETS, STAGES, STORIED,
    STREAMS, TABLES,
};
use crate::tui::keymap::row::{DIAL, PEER, PLAIN, STEP, TRAVEL, along, lab, look, save, show};
use crate::tui::views::View;

/// Every action, in the order of the footer and of help.
pub static ENTRIES: &[Entry] = &[
    Entry {
        action: Action::Pause,
        id: "pause",
        keys: &["space"],
        group: Group::Work,
        help: "Start no new attempts; again to resume",
        contexts: STAGES,
        footer: &[(STAGES, "pause")],
        needs: Need::Pause,
        ..PLAIN
    },
    lab(Action::Restart, "restart", &["R"], "In the lab: start all lanes again", &[(LAB, "restart")]),
    Entry { action: Action::SeekBack, id: "seek_back", keys: &["left"], help: "In a replay: 5 s back", ..TRAVEL },
    Entry { action: Action::SeekOn, id: "seek_on", keys: &["right"], help: "In a replay: 5 s on", ..TRAVEL },
    Entry { action: Action::Slower, id: "slower", keys: &["<"], help: "In a replay: half as fast", ..TRAVEL },
    Entry { action: Action::Faster, id: "faster", keys: &[">"], help: "In a replay: twice as fast", ..TRAVEL },
    Entry {
        action: Action::LimitDown,
        id: "limit_down",
        keys: &["-", "_"],
        help: "Allow fewer in flight: by 1 below 10, by a tenth above",
        footer: &[(DIALS, "limit")],
        ..DIAL
    },
    Entry {
        action: Action::LimitUp,
        id: "limit_up",
        keys: &["+", "="],
        help: "Allow more in flight; in the views of hosts and of one endpoint, at that host",
        footer: &[(DIALS, "limit")],
        ..DIAL
    },
    Entry { action: Action::LimitHalf, id: "limit_half", keys: &["{"], help: "Allow half as many in flight", ..DIAL },
    Entry {
        action: Action::LimitDouble,
        id: "limit_double",
        keys: &["}"],
        help: "Allow twice as many in flight",
        ..DIAL
    },
    Entry {
        action: Action::LimitReset,
        id: "limit_reset",
        keys: &["0"],
        help: "Go back to the limit of the plan",
        contexts: SCREENS,
        nature: Nature::Once,
        ..DIAL
    },
    Entry {
        action: Action::LimitAuto,
        id: "limit_auto",
        keys: &["a"],
        help: "Find each host's limit or pace by itself, or no longer",
        contexts: SCREENS,
        nature: Nature::Once,
        ..DIAL
    },
    lab(Action::DelayDown, "delay_down", &["<"], "In the lab: half the delay, from the start", &[(LAB, "delay")]),
    lab(Action::DelayUp, "delay_up", &[">"], "In the lab: twice the delay, from the start", &[(LAB, "delay")]),
    // Not `p`, which many give to `pause`.
    lab(Action::NextProgram, "next_program", &["n"], "In the lab: the next mistake", &[(LAB, "program")]),
    Entry {
        action: Action::CancelOne,
        id: "cancel_one",
        keys: &["x"],
        group: Group::Work,
        help: "End the selected job; asks first",
        contexts: &[At(View::InFlight)],
        footer: &[(&[At(View::InFlight)], "cancel")],
        needs: Need::Pick,
        ..PLAIN
    },
    Entry {
        action: Action::RetryLater,
        id: "retry_later",
        keys: &["r"],
        group: Group::Work,
        help: "End the selected attempt, and try its job again when there is nothing else to start",
        contexts: &[At(View::InFlight)],
        footer: &[(&[At(View::InFlight)], "retry at the end")],
        needs: Need::Pick,
        ..PLAIN
    },
    Entry {
        action: Action::Repeat,
        id: "repeat",
        keys: &["r"],
        group: Group::Work,
        help: "Send the jobs again that failed for the selected cause; asks first",
        contexts: FAILED,
        footer: &[(FAILED, "send again")],
        needs: Need::Repeat,
        ..PLAIN
    },
    Entry {
        action: Action::Rerun,
        id: "rerun",
        keys: &["R"],
        group: Group::Work,
        help: "When all is over: run the whole batch again",
        footer: &[(SCREENS, "run again")],
        needs: Need::Rerun,
        ..PLAIN
    },
    Entry {
        action: Action::SkipEndpoint,
        id: "skip_endpoint",
        keys: &["X"],
        group: Group::Work,
        help: "Start nothing more of the selected endpoint; asks first",
        contexts: OVERVIEW,
        needs: Need::Pick,
        ..PLAIN
    },
    Entry {
        action: Action::Sure,
        id: "sure",
        keys: &["y"],
        group: Group::Work,
        help: "When asked: do it",
        contexts: &[Sure],
        footer: &[(&[Sure], "yes")],
        needs: Need::Pick,
        ..PLAIN
    },
    show(View::Overview, "view_1", &["1"], "Overview: how far is it, what is slow, is it full?"),
    show(View::Waterfall, "view_2", &["2"], "Waterfall: does it run at once, or one after the other?"),
    show(View::Endpoint, "view_3", &["3"], "Endpoint: what is one of them like?"),
    show(View::Failures, "view_4", &["4"], "Failures: what went wrong, and what can be done about it?"),
    show(View::Hosts, "view_5", &["5"], "Hosts: what does each allow, and what holds it back?"),
    show(View::Log, "view_6", &["6"], "Log: what happened, one thing after the other?"),
    show(View::InFlight, "view_7", &["7", "o"], "In flight: what is it, and for how long? The oldest first"),
    Entry {
        action: Action::ViewNext,
        id: "view_next",
        keys: &["tab"],
        group: Group::View,
        help: "The next view",
        footer: &[(OVERVIEW, "view")],
        ..PLAIN
    },
    Entry {
        action: Action::ViewPrev,
        id: "view_prev",
        keys: &["shift+tab"],
        group: Group::View,
        help: "The view before",
        ..PLAIN
    },
    along(Action::Left, "left", &["left", "h"], "In the waterfall: to an earlier time", &[(FALLS, "pan")]),
    along(Action::Right, "right", &["right", "l"], "In the waterfall: to a later time", &[(FALLS, "pan")]),
    along(Action::ZoomIn, "zoom_in", &["z"], "In the waterfall: half as much time", &[(FALLS, "zoom")]),
    along(Action::ZoomOut, "zoom_out", &["Z"], "In the waterfall: twice as much time", &[(FALLS, "zoom")]),
    Entry {
        action: Action::GroupBy,
        id: "group_by",
        keys: &["b"],
        group: Group::Find,
        help: "In the waterfall: group by time, endpoint or slot",
        contexts: FALLS,
        footer: &[(FALLS, "group")],
        ..PLAIN
    },
    Entry {
        action: Action::SiblingPrev,
        id: "sibling_prev",
        keys: &["["],
        help: "In the detail: the endpoint before, or the example",
        footer: &[(&[At(View::Endpoint)], "other endpoint"), (&[Example], "other example")],
        ..PEER
    },
    Entry {
        action: Action::SiblingNext,
        id: "sibling_next",
        keys: &["]"],
        help: "In the detail: the next endpoint, or example",
        footer: &[(&[At(View::Endpoint)], "other endpoint"), (&[Example], "other example")],
        ..PEER
    },
    Entry {
        action: Action::LogScale,
        id: "log_scale",
        keys: &["L"],
        help: "In the detail: latencies in even steps, or on a log scale",
        contexts: &[At(View::Endpoint)],
        footer: &[(&[At(View::Endpoint)], "scale")],
        ..PLAIN
    },
    Entry {
        action: Action::Filter,
        id: "filter",
        keys: &["/"],
        group: Group::Find,
        help: "Show only rows that match, such as `api !slow status:5xx ms>500`",
        footer: &[(SCREENS, "filter")],
        ..PLAIN
    },
    Entry {
        action: Action::Sort,
        id: "sort",
        keys: &["s"],
        group: Group::Find,
        help: "Sort by the next column",
        contexts: TABLES,
        footer: &[(TABLES, "sort")],
        ..PLAIN
    },
    Entry {
        action: Action::SortReverse,
        id: "sort_reverse",
        keys: &["S"],
        group: Group::Find,
        help: "Sort the other way round",
        ..PLAIN
    },
    Entry {
        action: Action::Open,
        id: "open",
        keys: &["enter"],
        group: Group::View,
        help: "Show what is behind the selected row; esc comes back",
        contexts: DEEP,
        footer: &[(OVERVIEW, "detail"), (&[At(View::Failures)], "example"), (STORIED, "events")],
        ..PLAIN
    },
    Entry {
        action: Action::PutAside,
        id: "host_aside",
        keys: &["x"],
        group: Group::Work,
        help: "Start nothing at the selected host; again to release it",
        contexts: &[At(View::Hosts)],
        footer: &[(&[At(View::Hosts)], "aside")],
        needs: Need::Pick,
        ..PLAIN
    },
    Entry {
        action: Action::Follow,
        id: "follow",
        keys: &["F"],
        group: Group::Find,
        help: "In the waterfall and the log: keep the newest in sight, or let it stand",
        contexts: STREAMS,
        footer: &[(STREAMS, "follow")],
        ..PLAIN
    },
    Entry {
        action: Action::Palette,
        id: "palette",
        keys: &[":"],
        group: Group::Find,
        help: "List everything that can be done now, and do it by name",
        contexts: LISTED,
        ..PLAIN
    },
    Entry {
        action: Action::Choose,
        id: "choose",
        keys: &["enter"],
        group: Group::Find,
        help: "In that list: do it",
        contexts: &[Palette],
        footer: &[(&[Palette], "do it")],
        ..PLAIN
    },
    Entry {
        action: Action::Up,
        id: "up",
        keys: &["up", "k"],
        help: "One row up",
        footer: &[(&[Help, Example], "scroll"), (&[Palette], "choose")],
        ..STEP
    },
    Entry {
        action: Action::Down,
        id: "down",
        keys: &["down", "j"],
        help: "One row down",
        footer: &[(&[Help, Example], "scroll"), (&[Palette], "choose")],
        ..STEP
    },
    Entry { action: Action::PageUp, id: "page_up", keys: &["pgup", "ctrl+u"], help: "One page up", ..STEP },
    Entry { action: Action::PageDown, id: "page_down", keys: &["pgdn", "ctrl+d"], help: "One page down", ..STEP },
    Entry {
        action: Action::Top,
        id: "top",
        keys: &["home", "g"],
        help: "To the first row; in a replay, to its start",
        ..STEP
    },
    Entry {
        action: Action::Bottom,
        id: "bottom",
        keys: &["end", "G"],
        help: "To the last row; in a replay, to its end",
        ..STEP
    },
    Entry {
        action: Action::Keep,
        id: "keep",
        keys: &["enter"],
        group: Group::Find,
        help: "While a filter is typed: keep it",
        contexts: &[Prompt],
        footer: &[(&[Prompt], "keep")],
        ..PLAIN
    },
    Entry {
        action: Action::Back,
        id: "back",
        keys: &["esc", "backspace"],
        group: Group::Move,
        help: "Close, clear or go back; never quits",
        contexts: ANYWHERE,
        footer: &[
            (BESIDE, "back"),
            (&[Help, Example, Menu, Palette], "close"),
            (&[Question, Sure], "stay"),
            (&[Prompt], "clear"),
        ],
        ..PLAIN
    },
    look(Action::Freeze, "freeze", &["f"], "Let the picture stand still; work goes on"),
    look(Action::Window, "window", &["w"], "Latency of the last 10 s, or of the whole run"),
    look(Action::Mouse, "mouse", &["m"], "Use the mouse here, or leave it to the terminal"),
    Entry { contexts: STAGES, ..look(Action::Theme, "theme", &["t"], "Next theme") },
    Entry {
        action: Action::Redraw,
        id: "redraw",
        keys: &["ctrl+l"],
        help: "Draw everything anew",
        contexts: ANYWHERE,
        ..PLAIN
    },
    Entry {
        action: Action::Copy,
        id: "copy",
        keys: &["y"],
        group: Group::Find,
        help: "Copy the selected request as a `curl` command",
        contexts: ASKED,
        footer: &[(ASKED, "copy as curl")],
        ..PLAIN
    },
    Entry {
        action: Action::Export,
        id: "export",
        keys: &["e"],
        help: "Save something of this as a file in the current folder; asks what",
        contexts: SEEN,
        footer: &[(STAGES, "export")],
        ..PLAIN
    },
    save(Action::SaveSvg, "save_svg", &["s"], "Export: the picture, as SVG"),
    save(Action::SaveText, "save_text", &["t"], "Export: the picture, as text"),
    save(Action::SaveCurl, "save_curl", &["c"], "Export: the selected request, for curl"),
    Entry {
        action: Action::Why,
        id: "why",
        keys: &["i"],
        group: Group::View,
        help: "Show the working behind the verdict; in the lab, the lines that differ",
        contexts: SHEETS,
        footer: &[(LAB, "why")],
        ..PLAIN
    },
    Entry {
        action: Action::Help,
        id: "help",
        keys: &["?", "f1"],
        help: "Explain the keys",
        contexts: SHEETS,
        footer: &[(STAGES, "help")],
        ..PLAIN
    },
    Entry {
        action: Action::Quit,
        id: "quit",
        keys: &["q"],
        group: Group::Leave,
        help: "Leave; asks first while work is unfinished",
        contexts: SHEETS,
        footer: &[(STAGES, "quit")],
        ..PLAIN
    },
    Entry {
        action: Action::QuitKeep,
        id: "quit_keep",
        keys: &["Q"],
        group: Group::Leave,
        help: "Leave, and let the last picture stay in the scrollback",
        contexts: STAGES,
        ..PLAIN
    },
    Entry {
        action: Action::Drain,
        id: "drain",
        keys: &["d"],
        group: Group::Leave,
        help: "When asked: let what is in flight end, then leave",
        contexts: &[Question],
        footer: &[(&[Question], "drain")],
        needs: Need::Stop,
        ..PLAIN
    },
    Entry {
        action: Action::Stop,
        id: "stop",
        keys: &["k"],
        group: Group::Leave,
        help: "When asked: end what is in flight now, then leave",
        contexts: &[Question],
        footer: &[(&[Question], "stop now")],
        needs: Need::Stop,
        ..PLAIN
    },
    Entry {
        action: Action::Interrupt,
        id: "interrupt",
        keys: &["ctrl+c"],
        group: Group::Leave,
        help: "First: drain. Second: cancel. Third: leave at once",
        contexts: ANYWHERE,
        nature: Nature::Fixed,
        ..PLAIN
    },
    Entry {
        action: Action::Suspend,
        id: "suspend",
        keys: &["ctrl+z"],
        group: Group::Leave,
        help: "Give the terminal back until `fg`",
        contexts: ANYWHERE,
        nature: Nature::Fixed,
        ..PLAIN
    },
];
