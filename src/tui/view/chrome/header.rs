//! The header: the run's name, its state, and its time.
//!
//! Start at [`draw`].

use crate::event::Micros;
use crate::event::adaptive::AdaptiveMode;
use crate::event::reasons::RunEnd;
use crate::model::{Model, Stage};
use crate::text::host_name::short_host;
use crate::text::units;
use crate::tui::rows::hosts::{cooling_text, next_try_text};
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::state_label;

/// The width of the shortest time with a gap before it.
const SHORTEST_TIME: u16 = 9;
/// From this width on, the badge of steering has room next to the state.
const STEERING_FROM: u16 = 78;
/// The space before a badge.
const GAP: u16 = 3;
/// The badge of a screen that hides hosts and paths.
pub const PRIVATE: &str = "PRIVATE";

/// The state of a run.
#[derive(Clone, Debug)]
pub struct StateText {
    /// It decides mark and colour.
    pub status: Status,
    /// The text.
    pub long: String,
    /// A text for narrow screens.
    pub short: String,
}

/// Draws the header: name on the left, state in the middle, time on the right.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let model = scene.model;
    let StateText { status, long, short } = state(scene);
    // The state keeps its position and the time is shortened, unless the line is short.
    let state_at = pen.width() * 3 / 8;
    let has_room = width_of(&long) + 2 + SHORTEST_TIME <= pen.width().saturating_sub(state_at);
    let word = if has_room { long } else { short };
    let state_width = width_of(&word) + 2;
    let badge = badge(scene);
    let badge_width = badge.iter().map(|text| width_of(text) + GAP).min().unwrap_or(0);
    let room = pen.width().saturating_sub(state_at + state_width + 2);
    // The badge takes room from the longest times, and never from the shortest.
    let room = if room >= badge_width + SHORTEST_TIME { room - badge_width } else { room };
    let times = times(scene);
    let time = times.iter().find(|time| width_of(time) <= room).or(times.last()).map_or("", String::as_str);
    let time_at = pen.width().saturating_sub(width_of(time));
    let state_at = state_at.min(time_at.saturating_sub(state_width + 2));

    // An unchecked run says so in every frame, in the place of the program's name.
    let (program, role) = match () {
        () if model.is_insecure => ("INSECURE", Role::Failed),
        // Where the badge has no room, it comes first: what is held back is no measurement of the program alone.
        () if model.evidence.program.is_steered && pen.width() < STEERING_FROM => ("STEERING", Role::Limited),
        () => ("inflight", Role::TextDim),
    };
    let after = pen.text(0, 0, program, role);
    let room = state_at.saturating_sub(after + 3);
    let name = pen.theme.style(Role::Title);
    pen.foreign(after + 2, 0, &model.name, room, name);
    state_label::draw(pen, state_at, 0, status, &word);
    let badge_at = state_at + state_width + GAP;
    let room = time_at.saturating_sub(badge_at + 2);
    if let Some(badge) = badge.iter().find(|text| width_of(text) <= room) {
        let role = if model.evidence.program.is_steered { Role::Limited } else { Role::Accent };
        pen.text(badge_at, 0, badge, role);
    }
    pen.right(pen.width(), 0, time, if scene.ui.frozen.is_some() { Role::Accent } else { Role::TextDim });
}

/// That names are hidden, and that limits adapt to the hosts, longest first; nothing if neither is so.
fn badge(scene: &ViewScene<'_>) -> Vec<String> {
    let adaptive = adaptive_badge(scene);
    if !scene.ui.privacy.is_on {
        return adaptive;
    }
    let both = adaptive.iter().map(|adaptive| format!("{PRIVATE}   {adaptive}"));
    both.chain([PRIVATE.to_owned()]).collect()
}

/// That limits adapt to the hosts, and what was found, longest first; nothing if they do not.
fn adaptive_badge(scene: &ViewScene<'_>) -> Vec<String> {
    let model = scene.model;
    if model.evidence.program.is_steered && model.ended.is_none() && scene.ui.frozen.is_none() {
        let limit = model.limit.map(|limit| format!("STEERING limit {}", units::count(limit.into())));
        return limit.into_iter().chain(["STEERING".to_owned()]).collect();
    }
    let adapted = || model.hosts.kept().filter_map(|host| host.adapted);
    let n = adapted().count() as u64;
    let is_on = model.adaptive == AdaptiveMode::On || model.adaptive == AdaptiveMode::WhenRefused && n > 0;
    if !is_on || model.stage != Stage::Running {
        return Vec::new();
    }
    let found = match (n, adapted().next()) {
        (0, _) | (_, None) => None,
        (1, Some(adapted)) => {
            Some(adapted.pace().unwrap_or_else(|| format!("limit {}", units::count(adapted.limit.into()))))
        }
        _ => Some(format!("{} hosts", units::count(n))),
    };
    let long = found.map(|found| format!("ADAPTIVE {found}"));
    long.into_iter().chain(["ADAPTIVE".to_owned()]).collect()
}

/// The current round, and when the next one begins.
fn round(scene: &ViewScene<'_>) -> Option<String> {
    let rounds = &scene.model.rounds;
    if rounds.n == 0 || scene.model.stage != Stage::Running {
        return None;
    }
    let of = rounds.of.map_or_else(String::new, |of| format!(" of {}", units::count(of.into())));
    let next = rounds.next().map(|next| match next.since(scene.now) {
        Micros(0) => ", next now".to_owned(),
        left => format!(", next in {}", units::countdown_seconds(left)),
    });
    Some(format!("round {}{of}{}", units::count(rounds.n.into()), next.unwrap_or_default()))
}

/// The wordings of the time, longest first.
fn times(scene: &ViewScene<'_>) -> Vec<String> {
    let elapsed = elapsed(scene);
    if scene.ui.frozen.is_some() {
        // A frozen screen always shows that it is frozen, instead of the other times.
        return vec![format!("FROZEN {elapsed}")];
    }
    if let Some(playback) = scene.ui.playback {
        let (now, end) = (units::clock(scene.now), units::clock(playback.end));
        let speed = format!("{}×", playback.speed);
        return vec![format!("replay {speed}   {now} of {end}"), format!("{speed} {now} of {end}"), now];
    }
    if let Some(round) = round(scene) {
        return vec![format!("{elapsed} elapsed   {round}"), format!("{elapsed}   {round}"), round, elapsed];
    }
    let (left, held) = (time_left(scene), stragglers(scene));
    let both = left.as_ref().zip(held.as_ref()).map(|(left, held)| format!("{left}, {held}"));
    let long = both.iter().chain(&left).chain(held.iter().filter(|_| left.is_none()));
    let mut times: Vec<_> = long.map(|text| format!("{elapsed} elapsed   {text}")).collect();
    times.extend(left.map(|left| format!("{elapsed}   {left}")));
    times.extend([format!("{elapsed} elapsed"), elapsed]);
    times
}

/// The run's state: its mark, its text, and a shorter text for narrow screens.
pub fn state(scene: &ViewScene<'_>) -> StateText {
    if let Some(down) = down(scene) {
        return down;
    }
    let (status, long) = other_state(scene);
    StateText { status, short: long.clone(), long }
}

/// The state of a run with hosts that are down.
fn down(scene: &ViewScene<'_>) -> Option<StateText> {
    let model = scene.model;
    let is_stopped = scene.ui.playback.is_some_and(|playback| playback.is_paused);
    if model.stage != Stage::Running || model.is_paused || is_stopped {
        return None;
    }
    let since = units::clock_seconds(model.hosts_down().map(|(_, outage)| outage.since).min()?);
    let next_try = model.hosts_down().map(|(_, outage)| outage.next_try).min()?;
    let (n, all) = (model.hosts_down().count() as u64, model.hosts.n_kept() as u64 + model.hosts.n_others());
    let next = next_try_text(next_try, scene.now);
    let brief = next.replacen("next try", "try", 1).replacen(" now", "", 1);
    let of_all = || format!("{} of {}", units::count(n), units::count(all));
    let (long, short) = match (n, only_down(scene)) {
        (1, Some(name)) if all > 1 && !model.is_down(scene.now) => {
            (format!("RUNNING, {name} down since {since}"), format!("RUNNING, 1 of {all} down"))
        }
        _ if n < all && !model.is_down(scene.now) => (
            format!("RUNNING, {} hosts down, the first since {since}", of_all()),
            format!("RUNNING, {} down", of_all()),
        ),
        (1, Some(name)) if all > 1 => (format!("DOWN, {name} since {since}, {next}"), format!("DOWN, {brief}")),
        (1, _) => (format!("DOWN since {since}, {next}"), format!("DOWN, {brief}")),
        _ => {
            let hosts = match n {
                _ if n < all => format!("{} hosts", of_all()),
                2 => "both hosts".to_owned(),
                _ => format!("all {} hosts", units::count(n)),
            };
            let short = format!("DOWN, {} hosts, {brief}", units::count(n));
            (format!("DOWN, {hosts}, the first since {since}, {next}"), short)
        }
    };
    Some(StateText { status: Status::Down, long, short })
}

/// The name of the only host that is down, if it is short.
fn only_down(scene: &ViewScene<'_>) -> Option<String> {
    const LONGEST: u16 = 32;
    let (host, _) = scene.model.hosts_down().next()?;
    let name = scene.ui.privacy.safe(short_host(&host.name)).into_owned();
    (width_of(&name) <= LONGEST).then_some(name)
}

fn other_state(scene: &ViewScene<'_>) -> (Status, String) {
    let model = scene.model;
    let in_flight = model.in_flight();
    if scene.ui.playback.is_some_and(|playback| playback.is_paused) {
        return (Status::Paused, "PAUSED".into());
    }
    match model.stage {
        Stage::Ready => (Status::Queued, "STARTING".into()),
        Stage::Running if model.is_paused && in_flight > 0 => (Status::Paused, format!("PAUSED, {in_flight} draining")),
        Stage::Running if model.is_paused => (Status::Paused, "PAUSED".into()),
        Stage::Running => match model.cooldown(scene.now) {
            Some((host, until)) if in_flight == 0 => {
                let host = model.hosts.get(host);
                let left = host.map(|host| cooling_text(host, until, scene.now)).unwrap_or_default();
                (Status::Limited, format!("LIMITED, {}", left.trim_start_matches("its ")))
            }
            None if in_flight == 0 && model.hosts.all().any(|host| host.is_limited(scene.now)) => {
                (Status::Limited, "LIMITED, tried again soon".into())
            }
            _ => running(model),
        },
        Stage::Draining => (Status::Limited, format!("DRAINING {in_flight}")),
        Stage::Cancelling => (Status::Cancelled, "CANCELLING".into()),
        Stage::Ended(how) => ended(model, how),
    }
}

/// The state of a run that goes on, perhaps without the hosts that were given up.
fn running(model: &Model) -> (Status, String) {
    let (n, all) = (model.hosts_given_up().count() as u64, model.hosts.n_kept() as u64 + model.hosts.n_others());
    match n {
        0 if model.is_watched() => (Status::Running, "WATCHING".into()),
        0 => (Status::Running, "RUNNING".into()),
        _ if n == all => (Status::Failed, "GIVEN UP".into()),
        _ => (Status::Running, format!("RUNNING, {} of {} given up", units::count(n), units::plural(all, "host"))),
    }
}

fn ended(model: &Model, how: RunEnd) -> (Status, String) {
    let failed = model.totals.jobs_failed;
    match how {
        RunEnd::Finished if failed == 0 => (Status::Ok, "FINISHED".into()),
        RunEnd::Finished => (Status::Failed, format!("FINISHED, {} failed", units::count(failed))),
        RunEnd::Drained => (Status::Cancelled, "STOPPED".into()),
        RunEnd::Cancelled => (Status::Cancelled, "CANCELLED".into()),
        RunEnd::FailedFast => (Status::Failed, "STOPPED at the first failure".into()),
        RunEnd::GivenUp => (Status::Failed, format!("GIVEN UP, {} failed", units::count(failed))),
    }
}

/// The time of the run so far; it stops when the run is over.
pub fn elapsed(scene: &ViewScene<'_>) -> String {
    // The length of a run is rounded as in the summary.
    units::clock(scene.model.ended.map_or(scene.now, |ended| ended + Micros(50_000)))
}

/// The estimated time left, if there is an estimate.
fn time_left(scene: &ViewScene<'_>) -> Option<String> {
    let model = scene.model;
    if model.is_paused && model.stage == Stage::Running {
        return None;
    }
    model.time_left(scene.now).map(|left| format!("about {} left", units::roughly(left)))
}

/// The number of stragglers, and the longest time they can still take.
fn stragglers(scene: &ViewScene<'_>) -> Option<String> {
    let held = scene.model.stragglers(scene.now);
    let until = held.until.map(|until| format!(" up to {}", units::roughly(until.since(scene.now))));
    (held.n > 0).then(|| format!("{}{}", units::plural(held.n, "straggler"), until.unwrap_or_default()))
}
