//! Plays a recording: the same events, at their own pace or another.
//!
//! The file is read as it is played, and from its start again to go back, so memory is no larger for a
//! long one. Start at [`Recording::open`] and [`Replay::start`].

pub mod position;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::sync::mpsc::Sender;

use crate::event::{Event, Fact, Micros, Offset, Origin};
use crate::journal::{ReadError, Reader};
use crate::source::replay::position::{Next, Position};

/// Events that may wait for whoever follows.
pub const EVENTS_AHEAD: usize = 1024;

/// A recording that can be read.
#[derive(Clone, Debug)]
pub struct Recording {
    path: PathBuf,
    /// Events in it.
    pub n: u64,
    /// When the last of them happened.
    pub end: Offset,
    /// Lines that were no event of a kind we know.
    pub skipped: u64,
    /// Whether the last line was cut off.
    pub is_cut: bool,
}

impl Recording {
    /// Reads it once, for its length and for what is wrong with it.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let mut reader = Reader::new(BufReader::new(File::open(path)?))?;
        let (mut n, mut end, mut clocks) = (0, Offset::ZERO, Clocks::default());
        for event in reader.by_ref() {
            let event = event?;
            n += 1;
            end = end.max(clocks.moment(&event));
        }
        Ok(Self { path: path.to_owned(), n, end, skipped: reader.skipped(), is_cut: reader.is_cut() })
    }

    /// Every event, in order.
    pub fn events(&self) -> Result<impl Iterator<Item = Result<Event, io::Error>> + use<>, ReadError> {
        Reader::new(BufReader::new(File::open(&self.path)?))
    }
}

/// A recording that is being played.
#[derive(Debug)]
pub struct Replay {
    position: Arc<Position>,
    thread: JoinHandle<()>,
}

impl Replay {
    /// Plays from the start. `rewind` is called to go back: with how many events have been sent so far, it
    /// has whoever follows forget them.
    pub fn start(
        recording: Recording,
        speed: f64,
        events: Sender<Event>,
        rewind: impl Fn(u64) + Send + 'static,
    ) -> io::Result<Self> {
        let position = Arc::new(Position::new(recording.end, speed));
        let player = Player { recording, position: Arc::clone(&position), events, sent: 0 };
        let thread = thread::Builder::new().name("replay".into()).spawn(move || player.run(rewind))?;
        Ok(Self { position, thread })
    }

    /// Where it stands, to look at and to move.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// Stops, and waits for the thread.
    pub fn stop(self) {
        self.position.close();
        // A thread that broke has nothing more to say.
        let _ = self.thread.join();
    }
}

/// The thread's own state.
struct Player {
    recording: Recording,
    position: Arc<Position>,
    events: Sender<Event>,
    sent: u64,
}

impl Player {
    /// Plays until it is closed; each round plays the file once from its start.
    fn run(mut self, rewind: impl Fn(u64)) {
        while self.play() {
            rewind(self.sent);
        }
    }

    /// Plays from the start of the file; tells whether to play it again.
    fn play(&mut self) -> bool {
        // A file that is gone or broken by now is at its end: what has been shown stands.
        let mut events = self.recording.events().ok();
        let (mut clocks, mut played) = (Clocks::default(), Offset::ZERO);
        loop {
            let event = events.as_mut().and_then(|events| events.next()?.ok());
            let due = event.as_ref().map(|event| clocks.moment(event));
            match self.position.wait(due, played) {
                Next::Play => {}
                Next::Back => return true,
                Next::Close => return false,
            }
            let (Some(event), Some(due)) = (event, due) else { continue };
            played = played.max(due);
            if self.events.blocking_send(event).is_err() {
                return false;
            }
            self.sent += 1;
        }
    }
}

/// Where each machine's zero lies on the recording's own clock.
#[derive(Debug, Default)]
struct Clocks(HashMap<Origin, Offset>);

impl Clocks {
    /// When an event happened, by the recording's own clock.
    fn moment(&mut self, event: &Event) -> Offset {
        if let Fact::OriginJoined { zero, .. } = event.fact {
            self.0.insert(event.origin, zero);
        }
        let zero = self.0.get(&event.origin).copied().unwrap_or_default();
        event.at + Micros(zero.0)
    }
}
