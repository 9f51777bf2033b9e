//! The header's badge of adaptive limits, and its countdown to the next round.

use inflight::control::Abilities;
use inflight::event::origin::Origin;
use inflight::event::run_times::RunTimes;
use inflight::event::{EndpointId, Event, Fact, Micros, Offset};
use inflight::model::Model;
use inflight::tui::picture;
use inflight::tui::state::UiState;
use inflight::tui::theme::glyphs::Charset;
use ratatui::layout::Rect;

use crate::scenario::fold;
use crate::scenario::notation::scenario;
use crate::screen::roles;
use crate::screen::shot::{draw, press};

/// The header of a screen of this width.
fn header(model: &Model, now: Offset, width: u16) -> String {
    let mut ui = UiState::default();
    press(&mut ui, model, Abilities::FULL, (now, Rect::new(0, 0, width, 40)), "");
    let theme = roles::theme(Charset::Unicode);
    let drawn = draw(model, &ui, &theme, Abilities::FULL, Charset::Unicode, now, (width, 40));
    picture::lines(&drawn).swap_remove(0)
}

#[test]
fn adaptive_limits_are_named_with_the_pace_that_was_found() {
    let shown = |steps: &str, width| {
        let model = scenario(&format!("0ms run limit 4 jobs 9 | 0ms start a#1 | {steps}")).fold();
        header(&model, Offset(1_000_000), width)
    };
    let paced = "1ms mode when-refused | 2ms adapt a 12 gap 50ms";
    for width in [200, 120, 80] {
        assert!(shown(paced, width).contains("ADAPTIVE 20.0/s"), "{}", shown(paced, width));
    }
    assert!(shown("1ms mode when-refused | 2ms adapt a 12", 120).contains("ADAPTIVE limit 12"));
    assert!(!shown("1ms mode when-refused", 120).contains("ADAPTIVE"), "nothing has been found yet");
    let over = format!("{paced} | 3ms answer a#1 200 | 3ms done a#1 | 4ms end");
    assert!(!shown(&over, 120).contains("ADAPTIVE"), "the run is over");
}

#[test]
fn a_liveness_check_counts_down_to_its_next_round() {
    let event = |at, fact| Event { at: Offset(at), origin: Origin::HERE, fact };
    let times = RunTimes { every: Some(Micros(30_000_000)), rounds: Some(2), ..RunTimes::default() };
    let round = |round, late| Fact::RoundStarted { endpoint: Some(EndpointId(0)), round, late: Micros(late) };
    let started =
        Fact::RunStarted { name: "up".into(), limit: Some(4), jobs: None, insecure: false, times: Some(times) };
    let announced = Fact::EndpointAnnounced { endpoint: EndpointId(0), name: "a".into(), jobs: None };
    let first = [event(0, started), event(0, announced), event(1_000_000, round(1, 0))];
    let model = fold(&first);
    assert!(header(&model, Offset(11_000_000), 120).contains("round 1 of 2, next in 20 s"));
    assert!(header(&model, Offset(32_000_000), 120).contains("round 1 of 2, next now"), "it is late");
    let model = fold(first.iter().chain([&event(33_000_000, round(2, 2_000_000))]));
    let last = header(&model, Offset(40_000_000), 80);
    assert!(last.contains("round 2 of 2") && !last.contains("next"), "{last}");
}
