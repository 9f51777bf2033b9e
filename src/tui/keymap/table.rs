//! The one table of keys: footer, help, README and remapping read it.
//!
//! A new action gets a row here and is then known everywhere. Start at [`ENTRIES`].

use crate::tui::action::Action;
use crate::tui::keymap::entry::Context::{self, At, Help, Prompt, Question, Sure};
use crate::tui::keymap::entry::{Entry, Group, Nature, Need};
use crate::tui::keymap::places::{
    ANYWHERE, BESIDE, DEEP, DETAIL, DIALS, FALLS, LAB, LISTS, OVERVIEW, SCREENS, SHEETS, STAGES, STORIED, STREAMS,
    TABLES, TRAVELS,
};
use crate::tui::view::page::View;

/// A row with nothing special about it.
const PLAIN: Entry = Entry {
    action: Action::Redraw,
    id: "",
    keys: &[],
    group: Group::Look,
    help: "",
    contexts: SCREENS,
    footer: &[],
    needs: Need::Nothing,
    nature: Nature::Once,
};

/// A row of the dial.
const DIAL: Entry =
    Entry { group: Group::Work, contexts: STAGES, needs: Need::SetLimit, nature: Nature::Repeats, ..PLAIN };

/// A row of a replay's clock.
const TRAVEL: Entry =
    Entry { group: Group::Work, contexts: TRAVELS, needs: Need::Travel, nature: Nature::Repeats, ..PLAIN };

/// A row that leads to a view.
const fn show(view: View, id: &'static str, keys: &'static [&'static str], help: &'static str) -> Entry {
    Entry { action: Action::Show(view), id, keys, group: Group::View, help, ..PLAIN }
}

/// A row of the axis of time.
const fn along(
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
    footer: &'static [(&'static [Context], &'static str)],
) -> Entry {
    let nature = Nature::Repeats;
    Entry { action, id, keys, help, footer, group: Group::Move, contexts: FALLS, nature, ..PLAIN }
}

/// A row of the lab.
const fn lab(
    action: Action,
    id: &'static str,
    key: &'static [&'static str],
    help: &'static str,
    footer: &'static [(&'static [Context], &'static str)],
) -> Entry {
    Entry { action, id, keys: key, help, footer, group: Group::Work, contexts: LAB, ..PLAIN }
}

/// A row of what lies beside.
const PEER: Entry = Entry { group: Group::Move, contexts: DETAIL, nature: Nature::Repeats, ..PLAIN };

/// A row of movement.
const STEP: Entry = Entry { group: Group::Move, contexts: LISTS, nature: Nature::Repeats, ..PLAIN };

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
        help: "Allow more in flight",
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
    show(View::Overview, "view_1", &["1"], "How far is it, what is slow, is it full?"),
    show(View::Waterfall, "view_2", &["2"], "Does it run at once, or one after the other?"),
    show(View::Endpoint, "view_3", &["3"], "What is one endpoint like?"),
    show(View::Failures, "view_4", &["4"], "What went wrong, and what can be done about it?"),
    show(View::Hosts, "view_5", &["5"], "What does each host allow, and what holds it back?"),
    show(View::Log, "view_6", &["6"], "What happened, one thing after the other?"),
    show(View::InFlight, "view_7", &["7", "o"], "What is in flight, and for how long? The oldest first"),
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
        help: "In the detail: the endpoint before",
        footer: &[(DETAIL, "other endpoint")],
        ..PEER
    },
    Entry {
        action: Action::SiblingNext,
        id: "sibling_next",
        keys: &["]"],
        help: "In the detail: the next endpoint",
        footer: &[(DETAIL, "other endpoint")],
        ..PEER
    },
    Entry {
        action: Action::LogScale,
        id: "log_scale",
        keys: &["L"],
        help: "In the detail: latencies in even steps, or on a log scale",
        contexts: DETAIL,
        footer: &[(DETAIL, "scale")],
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
        help: "Show what is behind the selected row, an endpoint or events; esc comes back",
        contexts: DEEP,
        footer: &[(OVERVIEW, "detail"), (STORIED, "events")],
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
        action: Action::Up,
        id: "up",
        keys: &["up", "k"],
        help: "One row up",
        footer: &[(&[Help], "scroll")],
        ..STEP
    },
    Entry {
        action: Action::Down,
        id: "down",
        keys: &["down", "j"],
        help: "One row down",
        footer: &[(&[Help], "scroll")],
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
        footer: &[(BESIDE, "back"), (&[Help], "close"), (&[Question, Sure], "stay"), (&[Prompt], "clear")],
        ..PLAIN
    },
    Entry {
        action: Action::Freeze,
        id: "freeze",
        keys: &["f"],
        help: "Let the picture stand still; work goes on",
        ..PLAIN
    },
    Entry {
        action: Action::Window,
        id: "window",
        keys: &["w"],
        help: "Latency of the last 10 s, or of the whole run",
        ..PLAIN
    },
    Entry { action: Action::Theme, id: "theme", keys: &["t"], help: "Next theme", contexts: STAGES, ..PLAIN },
    Entry {
        action: Action::Redraw,
        id: "redraw",
        keys: &["ctrl+l"],
        help: "Draw everything anew",
        contexts: ANYWHERE,
        ..PLAIN
    },
    Entry {
        action: Action::Export,
        id: "export",
        keys: &["e"],
        help: "Save the picture as an SVG file in the current folder",
        contexts: STAGES,
        footer: &[(STAGES, "export")],
        ..PLAIN
    },
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
