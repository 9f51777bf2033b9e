//! The keys that control a run, a replay or the lab.
//!
//! Start at [`ROWS`].

use crate::tui::action::Action;
use crate::tui::keymap::context_sets::{LAB, OVERVIEW, PAUSABLE, VIEWS, WITH_FAILURE, WITH_HOSTS, WITH_LIMIT};
use crate::tui::keymap::entry::Context::{At, Confirm};
use crate::tui::keymap::entry::{ActionEntry, KeyBehavior, KeyGroup, Need};
use crate::tui::keymap::row::{IN_LAB, LIMIT, PLAIN, lane, row};
use crate::tui::views::View;

/// Their rows.
pub(super) const ROWS: &[ActionEntry] = &[
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
    row(IN_LAB, Action::Restart, "restart", &["R"], "In the lab: restart all lanes", &[(LAB, "restart")]),
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
    row(LIMIT, Action::LimitHalf, "limit_half", &["{"], "Allow half as many in flight", &[]),
    row(LIMIT, Action::LimitDouble, "limit_double", &["}"], "Allow twice as many in flight", &[]),
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
    row(IN_LAB, Action::DelayDown, "delay_down", &["<"], "In the lab: halve the delay and restart", &[(LAB, "delay")]),
    row(IN_LAB, Action::DelayUp, "delay_up", &[">"], "In the lab: double the delay and restart", &[(LAB, "delay")]),
    // Not `p`, because many users bind `pause` to it.
    row(
        IN_LAB,
        Action::NextProgram,
        "next_program",
        &["n"],
        "In the lab: switch to the next scenario",
        &[(LAB, "program")],
    ),
    lane(0, "lane_1", &["1"]),
    lane(1, "lane_2", &["2"]),
    lane(2, "lane_3", &["3"]),
    lane(3, "lane_4", &["4"]),
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
        ..PLAIN
    },
];
