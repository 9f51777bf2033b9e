//! The replay of a recording: the same events, at the original pace or another.
//!
//! It reads the file while it plays, and again from the start to go back, so a long recording takes no more memory. Start at [`Recording::open`] and [`Replay::start`].

pub mod position;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use tokio::sync::mpsc::Sender;

use crate::event::origin::Origin;
use crate::event::{Event, Fact, Micros, Offset};
use crate::journal::{JournalHeader, ReadError, Reader};
use crate::model::moment::outline::Outline;
use crate::source::replay::position::{PlayerStep, Position};

/// Events that may be in the channel.
pub const EVENTS_AHEAD: usize = 1024;

/// A recording that can be read.
#[derive(Clone, Debug)]
pub struct Recording {
    path: PathBuf,
    /// When the run started, as its first line says.
    header: JournalHeader,
    /// Events in it.
    pub n: u64,
    /// What happens when.
    pub outline: Arc<Outline>,
    /// Lines with no event of a known kind.
    pub skipped: u64,
    /// Whether the last line was cut off.
    pub is_cut: bool,
}

impl Recording {
    /// Reads it once, for its length, its outline and its defects.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let mut reader = Reader::new(BufReader::new(File::open(path)?))?;
        let header = reader.header().clone();
        let (mut n, mut outline, mut clocks) = (0, Outline::default(), Clocks::default());
        for event in reader.by_ref() {
            let event = event?;
            n += 1;
            outline.add(clocks.moment(&event), event.origin, &event.fact);
        }
        outline.finish();
        Ok(Self {
            path: path.to_owned(),
            header,
            n,
            outline: Arc::new(outline),
            skipped: reader.skipped(),
            is_cut: reader.is_cut(),
        })
    }

    /// When the run started, by the wall clock of that machine.
    pub fn started(&self) -> SystemTime {
        humantime::parse_rfc3339_weak(&self.header.started).unwrap_or(SystemTime::UNIX_EPOCH)
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
    /// Plays from the start. To go back, it calls `rewind` with the number of events sent so far, which the
    /// receiver must then discard.
    pub fn start(
        recording: Recording,
        speed: f64,
        events: Sender<Event>,
        rewind: impl Fn(u64) + Send + 'static,
    ) -> io::Result<Self> {
        let position = Arc::new(Position::new(Arc::clone(&recording.outline), speed));
        let player = Player { recording, position: Arc::clone(&position), events, sent: 0 };
        let thread = thread::Builder::new().name("replay".into()).spawn(move || player.run(rewind))?;
        Ok(Self { position, thread })
    }

    /// Its position, to read and to change.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// Stops, and waits for the thread; fails if that panicked.
    pub fn stop(self) -> io::Result<()> {
        self.position.close();
        self.thread.join().map_err(|_| io::Error::other("its thread panicked, which is a bug in inflight"))
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

    /// Plays from the start of the file. Returns whether to play it again.
    fn play(&mut self) -> bool {
        // A file that is gone or damaged by now counts as ended; what was shown stays on the screen.
        let mut events = self.recording.events().ok();
        let (mut clocks, mut played) = (Clocks::default(), Offset::ZERO);
        loop {
            let event = events.as_mut().and_then(|events| events.next()?.ok());
            let due = event.as_ref().map(|event| clocks.moment(event));
            match self.position.wait(due, played) {
                PlayerStep::Play => {}
                PlayerStep::Back => return true,
                PlayerStep::Close => return false,
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

/// The zero of each machine's clock, by the clock of the recording.
#[derive(Debug, Default)]
struct Clocks(HashMap<Origin, Offset>);

impl Clocks {
    /// When an event happened, by the clock of the recording.
    fn moment(&mut self, event: &Event) -> Offset {
        if let Fact::OriginJoined { zero, .. } = event.fact {
            self.0.insert(event.origin, zero);
        }
        let zero = self.0.get(&event.origin).copied().unwrap_or_default();
        event.at + Micros(zero.0)
    }
}
