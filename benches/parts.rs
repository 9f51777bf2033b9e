//! The cost of each part of a run by itself, without sockets, threads or a terminal.
//!
//! There is one group for each part: applying an event, the gate, the schedule, the journal, and a frame
//! of 120×40. Run it with `cargo bench --bench parts`, or with `-- picture` for some parts.
//! `benches/peers/price.py parts` runs it in rounds.

mod busy;

use inflight::event::Event;
use inflight::model::Model;

use crate::busy::Busy;

fn main() {
    divan::main();
}

/// A run that does not end while it is measured, with fifty attempts in flight.
fn busy(endpoints: u32) -> impl Iterator<Item = Event> {
    Busy { endpoints, jobs: 1 << 40, in_flight: 50, a_second: 20_000 }.events()
}

/// How many events to apply before measuring.
fn n_warm_up(endpoints: u32) -> usize {
    endpoints as usize + 60_000
}

/// The model after these events.
fn folded(endpoints: u32) -> Model {
    let mut model = Model::default();
    for event in busy(endpoints).take(n_warm_up(endpoints)) {
        model.apply(&event);
    }
    model
}

mod model {
    use divan::Bencher;

    use super::{busy, folded, n_warm_up};

    /// Applies one event; a job has three.
    #[divan::bench(args = [10, 10_000], sample_size = 1_000)]
    fn fold(bencher: Bencher<'_, '_>, endpoints: u32) {
        let mut model = folded(endpoints);
        let mut events = busy(endpoints).skip(n_warm_up(endpoints));
        bencher.with_inputs(|| events.next()).bench_local_refs(|event| {
            if let Some(event) = event {
                model.apply(event);
            }
        });
    }
}

mod pool {
    use std::collections::VecDeque;
    use std::path::Path;

    use divan::Bencher;
    use inflight::event::Offset;
    use inflight::plan::Plan;
    use inflight::plan::cursor::Cursor;
    use inflight::source::pool::schedule::adaptive_lane::AttemptEvidence;
    use inflight::source::pool::schedule::gate::Gate;
    use inflight::source::pool::schedule::{Dispatch, Schedule};

    const LIMIT: u32 = 50;

    /// Takes a slot at the gate and returns another.
    #[divan::bench(sample_size = 1_000)]
    fn gate(bencher: Bencher<'_, '_>) {
        let mut gate = Gate::new(LIMIT);
        let mut held: VecDeque<u32> = (1..LIMIT).map(|_| gate.take()).collect();
        bencher.bench_local(|| {
            if gate.admits() {
                held.push_back(gate.take());
            }
            if let Some(slot) = held.pop_front() {
                gate.give_back(slot);
            }
        });
    }

    /// Draws and starts a job, and settles another; includes the gate.
    #[divan::bench(args = [1, 100], sample_size = 1_000)]
    fn schedule(bencher: Bencher<'_, '_>, hosts: u32) {
        let Ok(mut schedule) = endless(hosts) else { panic!("the plan is valid") };
        let (mut now, mut held) = (0, VecDeque::new());
        bencher.bench_local(|| {
            now += 1;
            schedule.tick(Offset(now));
            if let Dispatch::Start(ticket) = schedule.decide() {
                held.push_back(ticket);
            }
            if held.len() < LIMIT as usize {
                return;
            }
            if let Some(mut ticket) = held.pop_front() {
                schedule.give_back(ticket.slot, &mut ticket.ready, &AttemptEvidence::default());
                schedule.settle(ticket.ready.job.place, ticket.ready.job.endpoint, Some(true));
            }
        });
    }

    /// A schedule with more jobs than the benchmark needs.
    fn endless(hosts: u32) -> Result<Schedule, Box<dyn std::error::Error>> {
        let endpoint = |host| format!("[[endpoint]]\nurl = \"http://{host}.example/\"\nrepeat = 1000000000\n");
        let text = format!("[limits]\nconcurrency = {LIMIT}\n") + &(0..hosts).map(endpoint).collect::<String>();
        let plan = Plan::from_toml(&text, "parts.toml", Path::new("."), &|_| None)?;
        Ok(Schedule::new(Cursor::open(&plan, None)?, &plan.limits, None))
    }
}

mod journal {
    use std::io::{Sink, sink};
    use std::time::SystemTime;

    use divan::{Bencher, black_box};
    use inflight::journal::{JournalHeader, Reader, Writer};

    use super::busy;

    /// Writes an event.
    #[divan::bench(sample_size = 1_000)]
    fn write(bencher: Bencher<'_, '_>) {
        let mut events = busy(100);
        let mut writer: Option<Writer<Sink>> = Writer::new(sink(), &header()).ok();
        bencher.with_inputs(|| events.next()).bench_local_refs(|event| {
            if let (Some(writer), Some(event)) = (&mut writer, event) {
                drop(black_box(writer.write(event)));
            }
        });
    }

    /// Reads an event.
    #[divan::bench(sample_size = 1_000)]
    fn read(bencher: Bencher<'_, '_>) {
        let mut recording = Vec::new();
        if let Ok(mut writer) = Writer::new(&mut recording, &header()) {
            for event in busy(100).take(30_000) {
                drop(writer.write(&event));
            }
            drop(writer.flush());
        }
        let mut reader = Reader::new(&*recording).ok();
        bencher.bench_local(|| {
            let read = reader.as_mut().and_then(Iterator::next);
            if read.is_none() {
                reader = Reader::new(&*recording).ok();
            }
            read
        });
    }

    fn header() -> JournalHeader {
        JournalHeader::new("parts", SystemTime::UNIX_EPOCH)
    }
}

mod tui {
    use std::cell::RefCell;

    use divan::Bencher;
    use inflight::control::Abilities;
    use inflight::tui::keymap::Keymap;
    use inflight::tui::state::UiState;
    use inflight::tui::terminal::encoder::FrameEncoder;
    use inflight::tui::theme::color::Depth;
    use inflight::tui::theme::glyphs::Charset;
    use inflight::tui::theme::{Capabilities, Theme};
    use inflight::tui::view;
    use inflight::tui::view::scene::ViewScene;
    use ratatui::layout::Rect;

    use super::{busy, folded, n_warm_up};

    const SCREEN: Rect = Rect::new(0, 0, 120, 40);
    /// The events between two frames.
    const BETWEEN: usize = 3_000;

    mod picture {
        use divan::Bencher;

        use super::{Overview, picture};

        /// The next frame, encoded as its difference from the previous one.
        #[divan::bench(args = [10, 10_000, 100_000])]
        fn changed(bencher: Bencher<'_, '_>, endpoints: u32) {
            picture(bencher, endpoints, Overview { is_unknown: false, has_heat_map: false });
        }

        /// The next frame, with latencies as a heat map.
        #[divan::bench(args = [10, 10_000, 100_000])]
        fn heat_map(bencher: Bencher<'_, '_>, endpoints: u32) {
            picture(bencher, endpoints, Overview { is_unknown: false, has_heat_map: true });
        }

        /// A whole frame, as after a resize.
        #[divan::bench(args = [10, 10_000, 100_000])]
        fn anew(bencher: Bencher<'_, '_>, endpoints: u32) {
            picture(bencher, endpoints, Overview { is_unknown: true, has_heat_map: false });
        }
    }

    /// What is drawn.
    #[derive(Clone, Copy)]
    struct Overview {
        /// The terminal's content is unknown, so every cell is sent.
        is_unknown: bool,
        has_heat_map: bool,
    }

    /// Encodes frames that are a twentieth of a second apart.
    fn picture(bencher: Bencher<'_, '_>, endpoints: u32, Overview { is_unknown, has_heat_map }: Overview) {
        let look = Capabilities { depth: Depth::True, charset: Charset::Unicode };
        let (model, mut events) = (RefCell::new(folded(endpoints)), busy(endpoints).skip(n_warm_up(endpoints)));
        let (mut ui, keymap) = (UiState::default(), Keymap::default());
        ui.has_heat_map = has_heat_map;
        let Some(theme) = Theme::bundled("inflight-dark", look) else { panic!("the theme is bundled") };
        let mut encoder = FrameEncoder::new(SCREEN.as_size());
        let between = || {
            for event in events.by_ref().take(BETWEEN) {
                model.borrow_mut().apply(&event);
            }
        };
        bencher.with_inputs(between).bench_local_values(|()| {
            let model = model.borrow();
            let now = model.last;
            ui.fit(view::measure(&ui, &keymap, &model, SCREEN), &model, now);
            let (can, charset) = (Abilities::FULL, look.charset);
            let scene = ViewScene { model: &model, ui: &ui, theme: &theme, keymap: &keymap, can, charset, now };
            let drawn = encoder.draw(SCREEN, "", is_unknown, |picture| drop(view::render(picture, &scene)));
            let length = encoder.with_bytes(|bytes| std::mem::take(bytes).len());
            drawn.map(|()| length)
        });
    }
}
