//! Carries events from a source to the model and the recording.
//!
//! It has its own thread, takes events many at a time, naps between, and waits for nobody but the
//! recording's file. A recording that fails is a warning, never a lost run. Start at [`Pump::start`].

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::event::{Event, Fact, Origin, WarningSource};
use crate::journal;
use crate::model::Model;
use crate::text::io_error::{IoErrorText, is_closed_pipe};

/// Events taken at once.
const BATCH: usize = 1024;
/// Events are left to gather for so long. To wake for each of them costs more than to take it in, here
/// and for whoever sends; the channel holds what comes meanwhile, and no eye sees the delay.
const NAP: Duration = Duration::from_millis(2);

/// Where the recording goes.
pub type Recorder = journal::Writer<Box<dyn Write + Send>>;

/// A model that follows a source.
#[derive(Debug)]
pub struct Pump {
    follow: Follow,
    thread: JoinHandle<Option<io::Error>>,
}

/// A view of a model that follows a source.
#[derive(Clone, Default)]
pub struct Follow {
    model: Arc<Mutex<Model>>,
    hearer: Arc<Mutex<Option<Hearer>>>,
    is_closed: Arc<AtomicBool>,
    /// Events that have been taken in.
    applied: Arc<AtomicU64>,
}

/// Called after every batch of events; must not wait.
type Hearer = Box<dyn Fn() + Send>;

impl Pump {
    /// Follows `events` until their channel closes.
    pub fn start(events: mpsc::Receiver<Event>, recorder: Option<Recorder>) -> io::Result<Self> {
        let follow = Follow::default();
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

    /// Has `hearer` called after every batch of events, instead of whoever was called before.
    pub fn on_change(&self, hearer: impl Fn() + Send + 'static) {
        *self.hearer() = Some(Box::new(hearer));
    }

    /// Whether the last event has been seen. A source that broke may have ended without saying so.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    /// Forgets everything, once so many events have been taken in: whoever plays a recording goes back in
    /// it, and sends nothing meanwhile.
    pub fn start_anew(&self, after: u64) {
        while self.applied.load(Ordering::Acquire) < after && !self.is_closed() {
            thread::sleep(Duration::from_millis(1));
        }
        *self.model() = Model::default();
        self.tell();
    }

    fn hearer(&self) -> MutexGuard<'_, Option<Hearer>> {
        self.hearer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        if let Some(hearer) = &*self.hearer() {
            hearer();
        }
    }

    fn run(&self, mut events: mpsc::Receiver<Event>, mut recorder: Option<Recorder>) -> Option<io::Error> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut failure = None;
        while events.blocking_recv_many(&mut batch, BATCH) > 0 {
            if let Some(writer) = &mut recorder
                && let Err(error) = record(writer, &batch)
            {
                recorder = None;
                let error = IoErrorText(error);
                // Whoever closed the other end of a pipe knows that nothing comes any more.
                if !is_closed_pipe(&error.0) {
                    batch.push(stopped(&batch, &error));
                }
                failure = Some(error.0);
            }
            let mut model = self.model();
            for event in &batch {
                model.apply(event);
            }
            drop(model);
            self.applied.fetch_add(batch.len() as u64, Ordering::AcqRel);
            self.tell();
            let naps = batch.len() < BATCH && !events.is_closed();
            batch.clear();
            if naps {
                thread::sleep(NAP);
            }
        }
        self.is_closed.store(true, Ordering::Release);
        self.tell();
        failure
    }
}

impl fmt::Debug for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow").finish_non_exhaustive()
    }
}

/// The warning that the recording ends here.
fn stopped(batch: &[Event], error: &IoErrorText) -> Event {
    let message = format!("recording stopped: {error}; the run continues").into();
    let at = batch.last().map_or_else(Default::default, |event| event.at);
    Event { at, origin: Origin::HERE, fact: Fact::Warned { about: WarningSource::Recorder, message } }
}

/// Records a batch and hands it to the system, so that even a killed run leaves all but its last moments.
fn record(writer: &mut Recorder, batch: &[Event]) -> io::Result<()> {
    for event in batch {
        writer.write(event)?;
    }
    writer.flush()
}
