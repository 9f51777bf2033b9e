//! Six tasks by keys alone: each with its shortest path, and what the screen shows at its end.

use inflight::control::{Abilities, Command, ReplayCommand};
use inflight::event::cause::Cause;
use inflight::event::origin::Origin;
use inflight::event::outcome::Phase;
use inflight::event::reasons::ChangedBy;
use inflight::event::{EndpointId, Event, Fact, Offset, Scope};
use inflight::model::Model;
use inflight::text::units;
use inflight::tui::effect::{CopiedText, Effect};
use inflight::tui::keymap::Keymap;
use inflight::tui::picture;
use inflight::tui::state::UiState;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::view;
use ratatui::layout::Rect;

use crate::scenario::notation::scenario;
use crate::scenario::{fixtures, fold};
use crate::screen::addresses::list;
use crate::screen::roles;
use crate::screen::shot::{draw, key, press, replaying};

const SIZE: (u16, u16) = (120, 40);

/// The text of the screen after some keys.
pub fn text(model: &Model, keys: &str, size: (u16, u16)) -> String {
    let mut ui = UiState::default();
    press(&mut ui, model, Abilities::FULL, (model.last, Rect::new(0, 0, size.0, size.1)), keys);
    drawn(model, &ui, Abilities::FULL, size)
}

fn drawn(model: &Model, ui: &UiState, can: Abilities, size: (u16, u16)) -> String {
    let theme = roles::theme(Charset::Unicode);
    picture::lines(&draw(model, ui, &theme, can, Charset::Unicode, model.last, size)).join("\n")
}

/// Presses keys one after the other, and returns the effects of the last one.
#[track_caller]
fn task(model: &Model, ui: &mut UiState, can: Abilities, keys: &str) -> Vec<Effect> {
    assert!(keys.split_whitespace().count() <= 5, "a task takes at most five keys");
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let keymap = Keymap::default();
    let mut effects = Vec::new();
    press(ui, model, can, (model.last, area), "");
    for key in keys.split_whitespace().map(key) {
        effects =
            keymap.action(ui.context(), key).map_or_else(Vec::new, |action| ui.update(action, model, can, model.last));
        ui.fit(view::measure(ui, &keymap, model, area), model, model.last);
    }
    effects
}

#[track_caller]
fn assert_shows(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no `{part}` in:\n{text}");
    }
}

#[test]
fn the_slow_one_of_200_and_its_phase_are_found() {
    let model = fold(list(200).iter().filter(|event| !matches!(event.fact, Fact::RunEnded { .. })));
    let mut ui = UiState::default();
    // What failed comes first; the column of the longest time puts the slow one on top.
    task(&model, &mut ui, Abilities::FULL, "enter ] ]");
    let screen = drawn(&model, &ui, Abilities::FULL, SIZE);
    assert_shows(&screen, &["GET http://shop.example/items/137", "200 OK after 3.00 s", "first byte ", "2.90 s"]);
    // Where nothing failed, one key does it.
    let is_good = |event: &&Event| {
        !matches!(&event.fact, Fact::AttemptStarted { attempt, .. } | Fact::AttemptEnded { attempt, .. } if [40, 90].contains(&attempt.job.0))
            && !matches!(&event.fact, Fact::JobSettled { job, .. } if [40, 90].contains(&job.0))
    };
    let events = list(200);
    let model = fold(events.iter().filter(is_good));
    let mut ui = UiState::default();
    task(&model, &mut ui, Abilities::FULL, "enter");
    let screen = drawn(&model, &ui, Abilities::FULL, SIZE);
    assert_shows(&screen, &["GET http://shop.example/items/137", "first byte ", "2.90 s"]);
}

#[test]
fn a_lower_limit_makes_the_429s_stop() {
    let refused: Vec<String> = (1..=40).map(|i| format!(" | {i}0ms start a#{i} | {i}1ms refuse a#{i} 429")).collect();
    let refused = refused.concat();
    let before = scenario(&format!("0ms run limit 12 jobs 99{refused}"));
    let model = before.fold();
    let mut ui = UiState::default();
    let effects = task(&model, &mut ui, Abilities::FULL, "{ - -");
    let limit = Command::SetLimit { scope: Scope::Run, limit: 4 };
    assert!(matches!(effects.as_slice(), [Effect::Send(command)] if *command == limit), "{effects:?}");
    assert_shows(&drawn(&model, &ui, Abilities::FULL, SIZE), &["limit 5 → 4"]);
    // The run goes on with the new limit, and without refusals.
    let mut events = before.events.clone();
    let fact = Fact::LimitChanged { scope: Scope::Run, limit: 4, by: ChangedBy::Operator };
    events.push(Event { at: Offset(500_000), origin: Origin::HERE, fact });
    let answered: Vec<String> =
        (100..140).map(|i| format!(" | {}0ms start a#{i} | {}9ms answer a#{i} 200", i - 40, i - 40)).collect();
    let answered = answered.concat();
    events
        .extend(scenario(&format!("0ms run{answered}")).events.into_iter().filter(|event| event.at > Offset(500_000)));
    let model = fold(events.iter());
    task(&model, &mut ui, Abilities::FULL, "");
    assert_shows(&drawn(&model, &ui, Abilities::FULL, SIZE), &["12 → 4"]);
}

#[test]
fn the_one_of_20_sites_that_is_down_is_the_first_row() {
    let names: Vec<char> = ('a'..='t').collect();
    let step = |(i, name): (usize, &char)| {
        format!(" | 1ms start {name}#{i} | 2ms answer {name}#{i} 200 | 2ms done {name}#{i}")
    };
    let mut run = scenario(&format!("0ms run jobs 20{}", names.iter().enumerate().map(step).collect::<String>()));
    let mut add = |at: u64, fact| run.events.push(Event { at: Offset(at), origin: Origin::HERE, fact });
    add(3_000, Fact::RoundStarted { endpoint: None, round: 1, late: inflight::event::Micros::ZERO });
    for name in &names {
        let endpoint = EndpointId(*name as u32 - u32::from(b'a'));
        add(4_000, Fact::EndpointStateChanged { endpoint, up: true });
    }
    add(30_000_000, Fact::EndpointStateChanged { endpoint: EndpointId(12), up: false });
    add(70_000_000, Fact::RoundStarted { endpoint: None, round: 2, late: inflight::event::Micros::ZERO });
    let model = fold(run.events.iter());
    let mut ui = UiState::default();
    task(&model, &mut ui, Abilities::FULL, "");
    assert_eq!(ui.list().order.first(), Some(&12));
    let screen = drawn(&model, &ui, Abilities::FULL, SIZE);
    let row = screen.lines().find(|line| line.contains("▌ × m ")).unwrap_or_default();
    assert_shows(row, &["▌ × m ", "down since 00:30.0"]);
}

#[test]
fn only_the_jobs_that_timed_out_are_sent_again() {
    let run = scenario(
        "0ms run limit 4 jobs 4 | 0ms start a#1 | 0ms start a#2 | 0ms start a#3 | 20ms break a#1 | 20ms fail a#1 | \
         30ms timeout a#2 | 30ms fail a#2 | 30ms timeout a#3 | 30ms fail a#3",
    );
    let model = run.fold();
    let mut ui = UiState::default();
    task(&model, &mut ui, Abilities::FULL, "4 r");
    assert_shows(&drawn(&model, &ui, Abilities::FULL, SIZE), &["resend 2 jobs that failed with timeout"]);
    let effects = task(&model, &mut ui, Abilities::FULL, "y");
    assert!(
        matches!(effects.as_slice(), [Effect::Send(Command::Repeat(Cause::TimedOut(Phase::FirstByte)))]),
        "{effects:?}"
    );
    // After the run too, and however long the question is: the key that answers it is named.
    let run = scenario("0ms run limit 4 jobs 1 | 0ms start a#1 | 30ms timeout a#1 | 30ms fail a#1 | 40ms end");
    for size in [(80, 24), (60, 16), (40, 10)] {
        assert_shows(&text(&run.fold(), "4 r", size), &["y yes", "esc stay"]);
    }
}

#[test]
fn two_moments_of_a_replay_are_compared() {
    let events = fixtures::read("storm-429");
    let until = |at: u64| fold(events.iter().filter(|event| event.at <= Offset(at)));
    let (earlier, mut ui) = (until(1_000_000), replaying(&events));
    // A mark, a step, and the key for the comparison.
    task(&earlier, &mut ui, Abilities::REPLAY, "'");
    let effects = task(&earlier, &mut ui, Abilities::REPLAY, "right");
    assert!(matches!(effects.as_slice(), [Effect::Travel(ReplayCommand::Forward)]), "{effects:?}");
    let later = until(6_000_000);
    task(&later, &mut ui, Abilities::REPLAY, "c");
    let screen = drawn(&later, &ui, Abilities::REPLAY, SIZE);
    let (then, now) = (units::clock(earlier.last), units::clock(later.last));
    assert_shows(&screen, &["A and now", &format!("A {then}"), &format!("now {now}"), "change", "in flight"]);
    assert_shows(&screen, &["p50", "p95", "p99", "429 Too Many Requests", "GET /search"]);
    // The comparison stays open while the replay moves.
    let effects = task(&later, &mut ui, Abilities::REPLAY, "right");
    assert!(matches!(effects.as_slice(), [Effect::Travel(ReplayCommand::Forward)]), "{effects:?}");
}

#[test]
fn the_failing_request_is_copied() {
    let model = fold(list(200).iter());
    let mut ui = UiState::default();
    let effects = task(&model, &mut ui, Abilities::FULL, "enter y");
    let [Effect::Copy(CopiedText::Curl(command))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(command.text, "curl -i 'http://shop.example/items/90'");
    assert_shows(&drawn(&model, &ui, Abilities::FULL, SIZE), &["GET http://shop.example/items/90", "timeout"]);
    // From the failures, too.
    let effects = task(&model, &mut UiState::default(), Abilities::FULL, "4 y");
    assert!(matches!(effects.as_slice(), [Effect::Copy(CopiedText::Curl(_))]), "{effects:?}");
}
