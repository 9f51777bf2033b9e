//! What a picture comes to: its bytes, and in how many pieces they reach the terminal.

use std::io::ErrorKind;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use inflight::control::Abilities;
use inflight::event::Offset;
use inflight::model::Model;
use inflight::tui::keymap::Keymap;
use inflight::tui::state::UiState;
use inflight::tui::terminal::encoder::FrameEncoder;
use inflight::tui::theme::color::Depth;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::theme::{Capabilities, Theme};
use inflight::tui::tty::writer::TerminalWriter;
use inflight::tui::view;
use inflight::tui::view::scene::ViewScene;
use ratatui::layout::Rect;

use crate::alone;
use crate::busy::Busy;

const SCREEN: Rect = Rect::new(0, 0, 120, 40);
/// What happens from one picture to the next, in a twentieth of a second.
const EVENTS: usize = 3_000;
const PATIENCE: Duration = Duration::from_secs(20);

/// A screen, and a terminal that receives each write as one message.
struct Screen {
    model: Model,
    ui: UiState,
    theme: Theme,
    encoder: FrameEncoder,
    writer: TerminalWriter,
    terminal: UnixDatagram,
}

impl Screen {
    fn new() -> Self {
        let (ours, terminal) = UnixDatagram::pair().unwrap();
        terminal.set_nonblocking(true).unwrap();
        let look = Capabilities { depth: Depth::True, charset: Charset::Unicode };
        Self {
            model: Model::default(),
            ui: UiState::default(),
            theme: Theme::bundled("inflight-dark", look).unwrap(),
            encoder: FrameEncoder::new(SCREEN.as_size()),
            writer: TerminalWriter::start(ours.into()).unwrap(),
            terminal,
        }
    }

    /// Draws a picture of a moment, and gives back the length of each piece that arrives.
    fn draw(&mut self, now: Offset) -> Vec<usize> {
        self.ui.fit(view::measure(&self.ui, &Keymap::default(), &self.model, SCREEN), &self.model, now);
        let scene = ViewScene {
            model: &self.model,
            ui: &self.ui,
            theme: &self.theme,
            keymap: &Keymap::default(),
            can: Abilities::FULL,
            charset: Charset::Unicode,
            now,
        };
        self.encoder.draw(SCREEN, "", false, |frame| drop(view::render(frame, &scene))).unwrap();
        self.encoder.with_bytes(|bytes| bytes.is_empty() || self.writer.submit(bytes));
        assert!(self.writer.write_and_wait(b"", PATIENCE));
        let mut piece = vec![0; 1 << 17];
        let mut pieces = Vec::new();
        loop {
            match self.terminal.recv(&mut piece) {
                Ok(length) => pieces.push(length),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return pieces,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn a_picture_is_one_small_piece_and_the_same_picture_is_none() {
    let _alone = alone();
    let mut screen = Screen::new();
    let busy = Busy { endpoints: 10_000, jobs: 100_000, in_flight: 200, a_second: 20_000 };
    let mut events = busy.events();
    let mut draw = |n| {
        for event in events.by_ref().take(n) {
            screen.model.apply(&event);
        }
        let now = screen.model.last;
        let [length] = screen.draw(now)[..] else { panic!("a picture is one piece") };
        assert_eq!(screen.draw(now).len(), 0, "nothing has changed");
        length
    };
    let first = draw(10_000 + EVENTS);
    let mut rest: Vec<usize> = (0..60).map(|_| draw(EVENTS)).collect();
    rest.sort_unstable();
    let (usual, most) = (rest[54], rest[59]);
    println!("{first} bytes, then {usual} for nine of ten and {most} at most");
    // Every cell has a background of its own colour.
    assert!(first <= 22_000, "{first} bytes for all of it");
    assert!(usual <= 4_096, "{usual} bytes for what has changed");
    // Now and then a chart doubles the time it covers, and is another from end to end.
    assert!(most <= 10_000, "{most} bytes when much has changed");
}
