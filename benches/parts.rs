//! What the parts of a run cost, each by itself: no socket, no thread, no terminal.
//!
//! One group for each part, as the tree names them: the fold of an event, the gate, the schedule, the
//! journal, a picture of 120 columns and 40 rows. Run it with `cargo bench --bench parts`, or with
//! `-- picture` for some of them; `benches/peers/price.py parts` runs it in turns.

mod busy;

use inflight::event::Event;
use inflight::model::Model;

use crate::busy::Busy;

fn main() {
    divan::main();
}

/// A run that does not end while it is measured: so many endpoints, fifty in flight.
fn busy(endpoints: u32) -> impl Iterator<Item = Event> {
    Busy { endpoints, jobs: 1 << 40, in_flight: 50, a_second: 20_000 }.events()
}

/// How many of its events have been seen after a while.
fn seen(endpoints: u32) -> usize {
    endpoints as usize + 60_000
}

/// What they add up to.
fn folded(endpoints: u32) -> Model {
    let mut model = Model::default();
    for event in busy(endpoints).take(seen(endpoints)) {
        model.apply(&event);
    }
    model
}

mod model {
    use divan::Bencher;

    use super::{busy, folded, seen};

    /// The fold of one event; a job is three.
    #[divan::bench(args = [10, 10_000], sample_size = 1_000)]
    fn fold(bencher: Bencher<'_, '_>, endpoints: u32) {
        let mut model = folded(endpoints);
        let mut events = busy(endpoints).skip(seen(endpoints));
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
    use inflight::source::pool::schedule::gate::Gate;
    use inflight::source::pool::schedule::{Decision, Schedule};

    const LIMIT: u32 = 50;

    /// A slot is taken at the gate, and another given back.
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

    /// A job is drawn and started, and another's attempt ends and settles it; the gate is part of it.
    #[divan::bench(args = [1, 100], sample_size = 1_000)]
    fn schedule(bencher: Bencher<'_, '_>, hosts: u32) {
        let Ok(mut schedule) = endless(hosts) else { panic!("the plan is sound") };
        let (mut now, mut held) = (0, VecDeque::new());
        bencher.bench_local(|| {
            now += 1;
            schedule.tick(Offset(now));
            if let Decision::Start(ticket) = schedule.decide() {
                held.push_back(ticket);
            }
            if held.len() < LIMIT as usize {
                return;
            }
            if let Some(ticket) = held.pop_front() {
                schedule.give_back(ticket.slot, ticket.ready.host);
                schedule.settle(ticket.ready.job.place, ticket.ready.job.endpoint, Some(true));
            }
        });
    }

    /// A schedule of more jobs than can be measured.
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
    use inflight::journal::{Header, Reader, Writer};

    use super::busy;

    /// An event is written.
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

    /// It is read back.
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

    fn header() -> Header {
        Header::new("parts", SystemTime::UNIX_EPOCH)
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
    use inflight::tui::view::scene::Scene;
    use ratatui::layout::Rect;

    use super::{busy, folded, seen};

    const SCREEN: Rect = Rect::new(0, 0, 120, 40);
    /// What happens from one picture to the next.
    const BETWEEN: usize = 3_000;

    mod picture {
        use divan::Bencher;

        use super::picture;

        /// The next picture, as what is different from the one before.
        #[divan::bench(args = [10, 10_000, 100_000])]
        fn changed(bencher: Bencher<'_, '_>, endpoints: u32) {
            picture(bencher, endpoints, false);
        }

        /// All of it, as after the window has changed.
        #[divan::bench(args = [10, 10_000, 100_000])]
        fn anew(bencher: Bencher<'_, '_>, endpoints: u32) {
            picture(bencher, endpoints, true);
        }
    }

    /// One picture after the other, as bytes; a twentieth of a second lies between them.
    fn picture(bencher: Bencher<'_, '_>, endpoints: u32, is_unknown: bool) {
        let look = Capabilities { depth: Depth::True, charset: Charset::Unicode };
        let (model, mut events) = (RefCell::new(folded(endpoints)), busy(endpoints).skip(seen(endpoints)));
        let (mut ui, keymap) = (UiState::default(), Keymap::default());
        let (Some(theme), Ok(mut easel)) = (Theme::bundled("inflight-dark", look), FrameEncoder::new(SCREEN.as_size()))
        else {
            panic!("the theme is ours, and nothing is asked of a terminal")
        };
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
            let scene = Scene { model: &model, ui: &ui, theme: &theme, keymap: &keymap, can, charset, now };
            let drawn = easel.draw(SCREEN, "", is_unknown, |frame| drop(view::render(frame, &scene)));
            let length = easel.with_bytes(|bytes| std::mem::take(bytes).len());
            drawn.map(|()| length)
        });
    }
}
