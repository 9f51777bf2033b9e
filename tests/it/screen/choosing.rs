//! The selection: which row the cursor is on, and which limit the keys change.

use inflight::control::{Abilities, Command};
use inflight::event::origin::Origin;
use inflight::event::{EndpointId, Event, Fact, HostId, Offset, Scope};
use inflight::model::Model;
use inflight::tui::action::Action;
use inflight::tui::state::UiState;
use ratatui::layout::Rect;

use crate::scenario::notation::scenario;
use crate::screen::shot::{press, sent};

#[test]
fn attempts_in_flight_keep_their_order_and_the_cursor_keeps_its_position() {
    let mut ui = UiState::default();
    let started = "0ms run | 1ms start a#0 | 2ms start a#1 | 3ms start a#2 | 4ms start a#3";
    let mut then = |steps: &str, keys: &str| {
        let model = scenario(&format!("{started}{steps}")).fold();
        press(&mut ui, &model, Abilities::FULL, (model.last, Rect::new(0, 0, 120, 40)), keys);
        let jobs = ui.list().order.iter().filter_map(|&row| model.open.in_row(row)).map(|(attempt, _)| attempt.job.0);
        let selected =
            ui.list().selected_row().and_then(|row| model.open.in_row(row)).map(|(attempt, _)| attempt.job.0);
        (jobs.collect::<Vec<_>>(), selected)
    };
    assert_eq!(then("", "7 down"), (vec![0, 1, 2, 3], Some(1)));
    let later = " | 5ms answer a#1 | 6ms start a#4 | 7ms answer a#0 | 8ms start a#5";
    assert_eq!(then(later, ""), (vec![2, 3, 4, 5], Some(3)), "the newest are at the end, in any row");
}

#[test]
fn keys_change_the_limit_of_the_selected_host() {
    let model = scenario("0ms run limit 8 | 1ms start a#0 | 2ms start b#1 | 3ms own b 3").fold();
    let limits = |keys: &str| {
        let mut ui = UiState::default();
        press(&mut ui, &model, Abilities::FULL, (model.last, Rect::new(0, 0, 120, 40)), keys);
        [Action::LimitDown, Action::LimitDown, Action::LimitReset]
            .map(|action| ui.update(action, &model, Abilities::FULL, model.last).iter().find_map(sent))
    };
    let commands = |scope, values: [u32; 3]| values.map(|limit| Some(Command::SetLimit { scope, limit }));
    assert_eq!(limits(""), commands(Scope::Run, [7, 6, 8]));
    assert_eq!(
        limits("5"),
        commands(Scope::Host(HostId(0)), [7, 6, 8]),
        "a host without its own limit starts from the run's"
    );
    assert_eq!(limits("5 down"), commands(Scope::Host(HostId(1)), [2, 1, 8]));
    assert_eq!(
        limits("down enter"),
        commands(Scope::Host(HostId(1)), [2, 1, 8]),
        "an endpoint changes the limit of its host"
    );
}

/// A run whose ids do not follow the order in which hosts and endpoints appear; the last ones belong to another
/// machine, which uses the same ids.
fn numbered_by_the_source() -> Model {
    let mut model = Model::default();
    let mut apply = |origin, fact| model.apply(&Event { at: Offset(0), origin: Origin(origin), fact });
    apply(0, Fact::RunStarted { name: "run".into(), limit: Some(8), jobs: Some(4), insecure: false, times: None });
    for (origin, id) in [(0, 7), (0, 3), (1, 3)] {
        let name = format!("https://{origin}-{id}.example:443").into();
        apply(origin, Fact::HostAnnounced { host: HostId(id), name, limit: None });
        let name = format!("{origin}-{id}").into();
        apply(origin, Fact::EndpointAnnounced { endpoint: EndpointId(id + 10), name, jobs: Some(1) });
    }
    model
}

#[test]
fn commands_name_a_row_by_the_id_that_the_source_gave_it() {
    let model = numbered_by_the_source();
    let pressed = |keys: &str, action| {
        let mut ui = UiState::default();
        press(&mut ui, &model, Abilities::FULL, (model.last, Rect::new(0, 0, 120, 40)), keys);
        ui.update(action, &model, Abilities::FULL, model.last).iter().find_map(sent)
    };
    assert_eq!(pressed("5", Action::SetHostAside), Some(Command::Quarantine(HostId(7))));
    assert_eq!(pressed("5 down", Action::SetHostAside), Some(Command::Quarantine(HostId(3))));
    let limit = Command::SetLimit { scope: Scope::Host(HostId(3)), limit: 7 };
    assert_eq!(pressed("5 down", Action::LimitDown), Some(limit));
    assert_eq!(pressed("X", Action::Confirm), Some(Command::SkipEndpoint(EndpointId(17))));
    assert_eq!(pressed("down X", Action::Confirm), Some(Command::SkipEndpoint(EndpointId(13))));
}

#[test]
fn hosts_and_endpoints_of_another_machine_accept_no_commands() {
    let model = numbered_by_the_source();
    for (keys, action) in
        [("5 down down", Action::SetHostAside), ("5 down down", Action::LimitUp), ("down down", Action::SkipEndpoint)]
    {
        let mut ui = UiState::default();
        press(&mut ui, &model, Abilities::FULL, (model.last, Rect::new(0, 0, 120, 40)), keys);
        assert_eq!(ui.update(action, &model, Abilities::FULL, model.last), []);
        assert_eq!(ui.remark.map(|(text, _)| text).as_deref(), Some("another machine runs it"));
    }
}
