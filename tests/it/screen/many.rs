//! Large runs: a picture of ten thousand rows costs no more than its visible rows.

use std::time::{Duration, Instant};

use inflight::control::Abilities;
use inflight::event::origin::Origin;
use inflight::event::outcome::{JobEnd, Outcome, PhaseTimes};
use inflight::event::reasons::RunEnd;
use inflight::event::waits::WaitTimes;
use inflight::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Micros, Offset};
use inflight::model::Model;
use inflight::tui::state::UiState;
use inflight::tui::theme::color::Depth;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::theme::{Capabilities, Theme};
use ratatui::layout::Rect;

use crate::screen::shot::{draw, press};

/// A model with `n` endpoints and hosts, each with one throttled attempt.
fn model(n: u32) -> Model {
    let mut model = Model::default();
    let mut apply = |at: u64, fact| model.apply(&Event { at: Offset(at), origin: Origin::HERE, fact });
    apply(0, Fact::RunStarted { name: "many".into(), limit: Some(32), jobs: None, insecure: false, times: None });
    for id in 0..n {
        let (endpoint, host) = (EndpointId(id), HostId(id));
        apply(0, Fact::EndpointAnnounced { endpoint, name: format!("GET /things/{id}").into(), jobs: Some(2) });
        apply(0, Fact::HostAnnounced { host, name: format!("https://{id}.example:443").into(), limit: Some(4) });
        let attempt = Attempt { job: JobId(id.into()), n: 1 };
        let (target, waited) = (format!("GET https://{id}.example/").into(), WaitTimes::NONE);
        apply(
            id.into(),
            Fact::AttemptStarted {
                attempt,
                endpoint,
                host,
                row: 0,
                slot: 0,
                target,
                waited,
                page: None,
                until: None,
                due: None,
            },
        );
        let outcome = Outcome::Throttled { status: 429, retry_after: None };
        apply(
            u64::from(id) + 900,
            Fact::AttemptEnded { attempt, outcome, spent: PhaseTimes::default(), malformed: 0, decoded: None },
        );
    }
    model
}

#[test]
fn a_picture_builds_only_the_visible_rows() {
    const ROWS: u32 = 10_000;
    let (model, now, (width, height)) = (model(ROWS), Offset(2_000_000), (120, 40));
    let look = Capabilities { depth: Depth::True, charset: Charset::Unicode };
    let theme = Theme::bundled("inflight-dark", look).unwrap();
    for view in ["1", "2", "2 b", "3", "4", "5", "6"] {
        let mut ui = UiState::default();
        press(&mut ui, &model, Abilities::FULL, (now, Rect::new(0, 0, width, height)), view);
        let picture = || {
            let began = Instant::now();
            draw(&model, &ui, &theme, Abilities::FULL, look.charset, now, (width, height));
            began.elapsed()
        };
        // The best of five, because the machine may be busy. Without optimisation a row takes tens of
        // microseconds, so building all rows would take half a second.
        let best = (0..5).map(|_| picture()).min().unwrap_or_default();
        assert!(best < Duration::from_millis(100), "view {view} takes {best:?}");
    }
}

#[test]
fn finished_endpoints_are_hidden_until_the_run_is_over() {
    let mut model = Model::default();
    let apply = |model: &mut Model, fact| model.apply(&Event { at: Offset(1), origin: Origin::HERE, fact });
    apply(
        &mut model,
        Fact::RunStarted { name: "many".into(), limit: Some(32), jobs: Some(60), insecure: false, times: None },
    );
    for id in 0..60 {
        let (endpoint, job) = (EndpointId(id), JobId(id.into()));
        apply(&mut model, Fact::EndpointAnnounced { endpoint, name: format!("GET /{id}").into(), jobs: Some(1) });
        let (total, waited) = (Micros(1), WaitTimes::NONE);
        if id < 57 {
            let settled = Fact::JobSettled { job, endpoint, end: JobEnd::Done, tries: 1, total, waited, target: None };
            apply(&mut model, settled);
        }
    }
    let shown = |model: &Model, keys: &str| {
        let mut ui = UiState::default();
        press(&mut ui, model, Abilities::FULL, (Offset(2), Rect::new(0, 0, 120, 40)), keys);
        ui.list().order.len()
    };
    assert_eq!(shown(&model, ""), 3);
    assert_eq!(shown(&model, "s"), 60, "another order shows all");
    assert_eq!(shown(&model, "/ s t a t e : d o n e enter"), 57, "a filter finds hidden endpoints");
    apply(&mut model, Fact::RunEnded { how: RunEnd::Cancelled });
    assert_eq!(shown(&model, ""), 60);
}
