//! Carries events from a source to the model and the recording.
//!
//! It has its own thread, takes events many at a time, and waits for nobody but the recording's
//! file. A recording that fails is a warning, never a lost run. Start at [`Pump::start`].

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::mpsc;

use crate::event::{Concern, Event, Fact, Origin};
use crate::journal;
use crate::model::Model;

/// Events taken at once.
const BATCH: usize = 1024;

/// Where the recording goes.
pub type Recorder = journal::Writer<Box<dyn Write + Send>>;

/// A model that follows a source.
#[derive(Debug)]
pub struct Pump {
    follow: Follow,
    thread: JoinHandle<Option<io::Error>>,
}

/// A view of a model that follows a source.
#[derive(Clone, Debug)]
pub struct Follow {
    model: Arc<Mutex<Model>>,
    version: Arc<AtomicU64>,
}

impl Pump {
    /// Follows `events` until their channel closes.
    pub fn start(events: mpsc::Receiver<Event>, recorder: Option<Recorder>) -> io::Result<Self> {
        let follow = Follow { model: Arc::default(), version: Arc::default() };
        let following = follow.clone();
        let thread = thread::Builder::new().name("pump".into()).spawn(move || following.run(events, recorder))?;
        Ok(Self { follow, thread })
    }

    /// The model, as it follows.
    pub fn follow(&self) -> Follow {
        self.follow.clone()
    }

    /// Waits for the last event; gives back what the recording failed of, if it did.
    pub fn join(self) -> Option<io::Error> {
        self.thread.join().unwrap_or_else(|_| Some(io::Error::other("the pump's thread broke")))
    }
}

impl Follow {
    /// The model as of now; whoever holds it holds up the pump.
    pub fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes with every batch of events: the same number means the same model.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    fn run(&self, mut events: mpsc::Receiver<Event>, mut recorder: Option<Recorder>) -> Option<io::Error> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut failure = None;
        while events.blocking_recv_many(&mut batch, BATCH) > 0 {
            if let Some(writer) = &mut recorder
                && let Err(error) = record(writer, &batch)
            {
                recorder = None;
                let at = batch.last().map_or_else(Default::default, |event| event.at);
                let message = format!("recording stopped: {error}; the run continues").into();
                batch.push(Event {
                    at,
                    origin: Origin::HERE,
                    fact: Fact::Warned { about: Concern::Recorder, message },
                });
                failure = Some(error);
            }
            let mut model = self.model();
            for event in &batch {
                model.apply(event);
            }
            drop(model);
            self.version.fetch_add(1, Ordering::Release);
            batch.clear();
        }
        failure
    }
}

/// Records a batch and hands it to the system, so that even a killed run leaves all but its last moments.
fn record(writer: &mut Recorder, batch: &[Event]) -> io::Result<()> {
    for event in batch {
        writer.write(event)?;
    }
    writer.flush()
}
