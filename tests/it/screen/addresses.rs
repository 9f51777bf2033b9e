//! Lists of URLs: one row for each address, the worst first, and the other ways to group the overview.

use inflight::control::Abilities;
use inflight::event::origin::Origin;
use inflight::event::outcome::{JobEnd, Outcome, Phase, PhaseTimes};
use inflight::event::reasons::RunEnd;
use inflight::event::waits::WaitTimes;
use inflight::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Micros, Offset};
use inflight::model::endpoint::addresses::AddressTable;
use inflight::tui::rows::grouping::Grouping;
use inflight::tui::state::UiState;
use inflight::tui::views::View;
use ratatui::layout::Rect;

use crate::scenario::{fixtures, fold};
use crate::screen::shot::{press, shot_of};

const AREA: Rect = Rect::new(0, 0, 120, 40);

/// A run of a list of `n` URLs of one host. Each takes 50 ms, but the first byte of number 137 takes 2.9 s; number 40
/// fails, and number 90 times out.
pub fn list(n: u32) -> Vec<Event> {
    let mut events = Vec::new();
    let mut add = |at: u64, fact| events.push(Event { at: Offset(at), origin: Origin::HERE, fact });
    let jobs = Some(u64::from(n));
    add(0, Fact::RunStarted { name: "urls.txt".into(), limit: Some(8), jobs, insecure: false, times: None });
    let (endpoint, host) = (EndpointId(0), HostId(0));
    add(0, Fact::EndpointAnnounced { endpoint, name: "shop.example".into(), jobs: None });
    add(0, Fact::HostAnnounced { host, name: "http://shop.example:80".into(), limit: None });
    for id in 1..=n {
        let attempt = Attempt { job: JobId(id.into()), n: 1 };
        let (target, waited) = (format!("GET http://shop.example/items/{id}").into(), WaitTimes::NONE);
        let row = u64::from(id - 1);
        let started = Fact::AttemptStarted {
            attempt,
            endpoint,
            host,
            row,
            slot: id % 8,
            target,
            waited,
            page: None,
            until: None,
            due: None,
        };
        let start = u64::from(id) * 5_000;
        add(start, started);
        let (took, outcome) = match id {
            40 => (50_000, Outcome::Answered { status: 500, bytes: 17, expected: false }),
            90 => (900_000, Outcome::TimedOut { phase: Phase::FirstByte }),
            137 => (3_000_000, Outcome::Answered { status: 200, bytes: 80, expected: true }),
            _ => (50_000, Outcome::Answered { status: 200, bytes: 80, expected: true }),
        };
        let first_byte = Some(Micros(took - took / 30));
        let spent = PhaseTimes { first_byte, body: Some(Micros(took / 30)), ..PhaseTimes::default() };
        let spent = if id == 90 { PhaseTimes::default() } else { spent };
        let end = match id {
            40 | 90 => JobEnd::Failed { last: outcome.clone() },
            _ => JobEnd::Done,
        };
        add(start + took, Fact::AttemptEnded { attempt, outcome, spent, malformed: 0, decoded: None });
        let (job, total) = (attempt.job, Micros(took));
        add(start + took, Fact::JobSettled { job, endpoint, end, tries: 1, total, waited, target: None });
    }
    events.sort_by_key(|event| event.at);
    let last = events.last().map_or(Offset::ZERO, |event| event.at);
    events.push(Event { at: last, origin: Origin::HERE, fact: Fact::RunEnded { how: RunEnd::Finished } });
    events
}

fn after(events: &[Event], keys: &str) -> UiState {
    let model = fold(events.iter());
    let mut ui = UiState::default();
    press(&mut ui, &model, Abilities::FULL, (Offset(9_000_000), AREA), keys);
    ui
}

fn targets(ui: &UiState, events: &[Event]) -> Vec<String> {
    let model = fold(events.iter());
    ui.list().order.iter().filter_map(|&row| model.addresses.get(row)).map(|it| it.target.to_string()).collect()
}

#[test]
fn a_list_has_a_row_for_each_address_and_the_worst_comes_first() {
    let events = list(200);
    let ui = after(&events, "");
    assert_eq!((ui.grouping(), ui.list().order.len()), (Grouping::Address, 200));
    let first: Vec<String> = targets(&ui, &events).into_iter().take(3).collect();
    assert_eq!(first, [90, 40, 137].map(|id| format!("GET http://shop.example/items/{id}")));
    for (width, height) in [(120, 40), (80, 24), (60, 16), (40, 10)] {
        shot_of("list", list(200)).at("2s").size(width, height).matches();
        shot_of("list", list(200)).at("9s").size(width, height).matches();
    }
    shot_of("list", list(200)).at("9s").size(120, 40).keys("6").matches();
    shot_of("list", list(200)).at("9s").size(120, 40).keys("enter").matches();
}

#[test]
fn the_overview_is_grouped_by_endpoint_address_host_and_status() {
    let events = list(200);
    let groupings = ["", "b", "b b", "b b b", "b b b b"].map(|keys| after(&events, keys).grouping());
    assert_eq!(groupings, [Grouping::Address, Grouping::Host, Grouping::Status, Grouping::Endpoint, Grouping::Address]);
    for keys in ["b", "b b", "b b b"] {
        shot_of("list", list(200)).at("2s").size(120, 40).keys(keys).matches();
    }
    // A status leads to its requests, and esc back to the statuses.
    let requests = after(&events, "b b enter");
    assert_eq!((requests.view, requests.list().order.len()), (View::Waterfall, 1));
    assert_eq!(after(&events, "b b enter esc").grouping(), Grouping::Status);
    // Only endpoints are skipped.
    assert_eq!(after(&events, "X").context(), after(&events, "").context());
    // A plan has no addresses.
    assert!(fold(fixtures::read("storm-429").iter()).addresses.all().is_empty());
}

#[test]
fn the_card_of_an_address_leads_to_the_next_one_in_the_list() {
    let events = list(200);
    let shown = |keys: &str| {
        let ui = after(&events, keys);
        let content = &ui.card.as_ref().unwrap().content;
        (content.request.target.as_deref().unwrap().to_owned(), content.nth, content.of)
    };
    let url = |id: u32| format!("GET http://shop.example/items/{id}");
    assert_eq!(shown("enter"), (url(90), 0, 200));
    assert_eq!(shown("enter ]"), (url(40), 1, 200));
    assert_eq!(shown("down down enter [ ]"), (url(137), 2, 200));
    assert_eq!(shown("/ i t e m s / 1 9 9 enter enter"), (url(199), 0, 1));
}

#[test]
fn addresses_beyond_the_bound_are_folded_and_the_screen_says_so() {
    let events = list(10_250);
    let model = fold(events.iter());
    assert_eq!((model.addresses.all().len(), model.addresses.folded()), (AddressTable::MOST, 250));
    assert_eq!(model.addresses.all().iter().map(|address| u64::from(address.settled())).sum::<u64>(), 10_000);
    let text = crate::screen::tasks::text(&model, "", (120, 40));
    assert!(text.contains("+ 250 jobs at further addresses"), "{text}");
    // An address whose last request is no longer kept still has a card.
    let ui = after(&events, "end enter");
    assert!(ui.card.is_some());
}
