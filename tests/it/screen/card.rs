//! The card of a request: where it opens, what it shows, and what its keys act on.

use inflight::control::Abilities;
use inflight::event::Offset;
use inflight::event::cause::Cause;
use inflight::model::Model;
use inflight::tui::action::Action;
use inflight::tui::effect::{CopiedText, Effect};
use inflight::tui::rows::card::CardSet;
use inflight::tui::state::UiState;
use inflight::tui::views::View;
use ratatui::layout::Rect;

use crate::scenario::notation::scenario;
use crate::screen::shot::{press, shot};

const AREA: Rect = Rect::new(0, 0, 120, 40);
const NOW: Offset = Offset(900_000);

/// Job 1 is slow, job 2 is retried after a failure, job 3 follows a redirect, and job 4 is in flight.
const RUN: &str = "0ms run limit 4 jobs 4 | 0ms start a#1 slot 30ms | 0ms start b#2 | 0ms start a#3 | \
    20ms break b#2 | 20ms retry b#2 120ms | 120ms start b#2.2 backoff 100ms | 150ms answer b#2.2 200 | 150ms done b#2 | \
    30ms hop a#3 | 30ms start a#3.2 | 50ms answer a#3.2 200 | 50ms done a#3 | 300ms answer a#1 200 | 300ms done a#1 | \
    400ms start c#4";

fn model() -> Model {
    scenario(RUN).fold()
}

fn after(keys: &str) -> UiState {
    let mut ui = UiState::default();
    press(&mut ui, &model(), Abilities::FULL, (NOW, AREA), keys);
    ui
}

/// The job and the attempt on the card, and its place in its set.
fn shown(ui: &UiState) -> Option<(u64, u32, usize, usize)> {
    let content = &ui.card.as_ref()?.content;
    let attempt = content.request.attempt?;
    Some((attempt.job.0, attempt.n, content.nth, content.of))
}

#[test]
fn a_good_answer_has_a_card() {
    for (width, height) in [(120, 40), (80, 24), (60, 16)] {
        shot("storm-429").at("6s").size(width, height).keys("3 enter").matches();
    }
}

#[test]
fn a_card_has_every_attempt_of_its_job() {
    for (width, height) in [(120, 40), (80, 24), (60, 16)] {
        shot("storm-429").at("6s").size(width, height).keys("4 enter").matches();
    }
    // A request in flight shows how long it has been, and what it does.
    shot("storm-429").at("6s").size(120, 40).keys("7 enter").matches();
}

#[test]
fn enter_opens_the_card_of_the_selected_request_in_every_view() {
    assert_eq!(shown(&after("2 g enter")), Some((1, 1, 1, 6)), "the second slowest: job 4 is in flight for longer");
    assert_eq!(shown(&after("3 enter")), Some((1, 1, 0, 3)), "the slowest of the endpoint");
    assert_eq!(shown(&after("4 enter")), Some((2, 1, 0, 1)));
    assert_eq!(shown(&after("5 enter")), Some((1, 1, 0, 3)), "the slowest at the host");
    assert_eq!(shown(&after("6 enter")), Some((2, 1, 0, 1)));
    assert_eq!(shown(&after("7 enter")), Some((4, 1, 0, 1)));
}

#[test]
fn brackets_go_to_the_next_slower_and_the_next_faster_request_of_the_same_set() {
    assert_eq!(shown(&after("3 enter ]")), Some((3, 1, 1, 3)));
    assert_eq!(shown(&after("3 enter ] ] ] ] [")), Some((3, 1, 1, 3)));
    assert_eq!(shown(&after("3 enter [")), Some((1, 1, 0, 3)));
    assert_eq!(shown(&after("2 g enter [")), Some((4, 1, 0, 6)));
    // Only the rows that match the filter.
    assert_eq!(shown(&after("2 / h o s t : b enter g enter ] ]")), Some((2, 1, 1, 2)));
}

#[test]
fn the_slowest_requests_can_be_selected() {
    assert_eq!(shown(&after("3 j enter")), Some((3, 1, 1, 3)));
    assert_eq!(shown(&after("3 j j j j k enter")), Some((3, 1, 1, 3)));
    // Another endpoint starts at its slowest request, and esc goes back to where the card was opened.
    assert_eq!(shown(&after("3 j ] enter")), shown(&after("3 ] enter")));
    let back = after("3 j enter ] esc");
    assert_eq!(
        (back.view, back.card.is_none(), shown(&after("3 j enter ] esc enter"))),
        (View::Endpoint, true, Some((3, 1, 1, 3)))
    );
}

#[test]
fn with_a_filter_that_leaves_one_row_that_row_is_selected_and_opens() {
    for keys in ["2 / # 1 enter enter", "2 k k k / # 1 enter enter", "7 / c enter enter", "4 / r e s e t enter enter"] {
        let ui = after(keys);
        assert_eq!((ui.list().order.len(), shown(&ui).is_some()), (1, true), "{keys}");
    }
    assert_eq!(after("/ b enter enter").view, View::Endpoint);
}

fn copied(keys: &str) -> String {
    let (model, mut ui) = (model(), after(keys));
    let effects = ui.update(Action::Copy, &model, Abilities::FULL, NOW);
    match effects.as_slice() {
        [Effect::Copy(CopiedText::Curl(command))] => command.text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_card_is_copied_and_resent_by_what_it_shows() {
    let url = |job: u64| {
        let target = model().timeline.bars().find(|bar| bar.attempt.job.0 == job).unwrap().target.to_string();
        target.trim_start_matches("GET ").to_owned()
    };
    for (keys, job) in [("3 enter", 1), ("3 j", 3), ("3 enter ]", 3), ("2 g enter [", 4), ("4 enter", 2), ("6", 2)] {
        assert!(copied(keys).contains(&url(job)), "{keys}: {} is not {}", copied(keys), url(job));
    }
    let cause = |keys: &str| after(keys).selected_cause(&model());
    let reset = Cause::Failed(inflight::event::outcome::Reason::Reset);
    assert_eq!(
        [cause("4 enter"), cause("6 enter"), cause("3 enter"), cause("2")],
        [Some(reset), Some(reset), None, None]
    );
}

#[test]
fn a_card_keeps_its_request_and_follows_it_to_its_end() {
    let model = |tail: &str| scenario(&format!("0ms run | 0ms start a#1{tail}")).fold();
    let mut ui = UiState::default();
    press(&mut ui, &model(""), Abilities::FULL, (Offset(50_000), AREA), "7 enter");
    let is_open = |ui: &UiState| ui.card.as_ref().unwrap().content.request.bar.as_ref().unwrap().is_open();
    assert!(is_open(&ui));
    press(&mut ui, &model(" | 60ms break a#1"), Abilities::FULL, (Offset(70_000), AREA), "");
    let card = ui.card.as_ref().unwrap();
    assert_eq!((is_open(&ui), card.set, card.content.cause.is_some()), (false, CardSet::Rows, true));
    // Far more requests than are kept follow.
    let later: String = (2..4_000).map(|i| format!(" | 99ms start a#{i} | 99ms answer a#{i} 200")).collect();
    press(&mut ui, &model(&format!(" | 60ms break a#1{later}")), Abilities::FULL, (Offset(100_000), AREA), "");
    assert_eq!(shown(&ui).map(|(job, ..)| job), Some(1));
}

#[test]
fn an_endpoint_keeps_its_slowest_requests_after_thousands_of_faster_ones() {
    let fast: String = (2..4_000).map(|i| format!(" | 99ms start b#{i} | 99ms answer b#{i} 200")).collect();
    let model = scenario(&format!("0ms run | 0ms start a#1 | 40ms answer a#1 200{fast}")).fold();
    let mut ui = UiState::default();
    press(&mut ui, &model, Abilities::FULL, (NOW, AREA), "3 enter");
    assert_eq!(shown(&ui), Some((1, 1, 0, 1)));
    // Those that left the waterfall are kept as the latest of their endpoint.
    press(&mut ui, &model, Abilities::FULL, (NOW, AREA), "esc ]");
    assert!(model.endpoints[1].kept.all().count() > 5);
}
