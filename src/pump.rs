//! The thread that carries events from a source to the model and to the recording.
//!
//! It takes many events at a time, sleeps in between, and blocks only on the recording's file.
//! A recording that fails is a warning, and the run continues. A panic here ends the run: the source finds its
//! channel closed, and [`Pump::join`] reports it. Start at [`Pump::start`].

use std::fmt;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::event::origin::Origin;
use crate::event::reasons::WarningSource;
use crate::event::{Event, Fact};
use crate::journal;
use crate::model::Model;
use crate::text::io_error::{IoErrorText, is_closed_pipe};

/// How many events are taken at once.
const BATCH: usize = 1024;
/// How long events gather before they are taken. Waking for each event costs both sides more than applying
/// it. The channel holds what arrives meanwhile, and the delay is too short to be visible.
const NAP: Duration = Duration::from_millis(2);

/// Where the recording is written.
pub type Recorder = journal::Writer<Box<dyn Write + Send>>;

/// The thread that applies a source's events, and the model that it keeps.
#[derive(Debug)]
pub struct Pump {
    follow: Follow,
    thread: JoinHandle<Result<(), PumpError>>,
}

/// A handle on the model that a pump keeps up to date.
#[derive(Clone, Default)]
pub struct Follow {
    model: Arc<Mutex<Model>>,
    listener: Arc<Mutex<Option<ChangeListener>>>,
    is_closed: Arc<AtomicBool>,
    is_broken: Arc<AtomicBool>,
    /// How many events have been applied.
    applied: Arc<AtomicU64>,
}

/// A callback for every batch of events; it must not block.
type ChangeListener = Box<dyn Fn() + Send>;

/// Why a pump could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum PumpError {
    /// The recording could not be written; the model is complete.
    #[error("the recording stopped")]
    Recording(#[source] io::Error),
    /// The pump's thread panicked: events after that are lost.
    #[error("the thread that applies and records events panicked, which is a bug in inflight")]
    Panicked,
}

impl Pump {
    /// Follows `events` until their channel closes.
    pub fn start(events: mpsc::Receiver<Event>, recorder: Option<Recorder>) -> io::Result<Self> {
        let follow = Follow::default();
        let following = follow.clone();
        let run = move || {
            // Unwinding drops the receiver, from which the source learns that nothing takes its events.
            let ended = panic::catch_unwind(AssertUnwindSafe(|| following.run(events, recorder)));
            following.close(ended.is_err());
            ended.unwrap_or(Err(PumpError::Panicked))
        };
        let thread = thread::Builder::new().name("pump".into()).spawn(run)?;
        Ok(Self { follow, thread })
    }

    /// A handle on the model.
    pub fn follow(&self) -> Follow {
        self.follow.clone()
    }

    /// Waits until the last event has been applied and recorded.
    pub fn join(self) -> Result<(), PumpError> {
        self.thread.join().unwrap_or(Err(PumpError::Panicked))
    }
}

impl Follow {
    /// The model as of now. The pump waits while the guard is held.
    pub fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls `listener` after every batch of events, in place of any earlier listener.
    pub fn on_change(&self, listener: impl Fn() + Send + 'static) {
        *self.listener() = Some(Box::new(listener));
    }

    /// Whether the last event has been applied. A source that broke may have ended without `RunEnded`.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    /// Whether the pump panicked: the model shows the run as of then, and never changes again.
    pub fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Acquire)
    }

    /// Starts with an empty model again, once `after` events have been applied.
    ///
    /// A replay calls this to go back in its recording; it sends nothing meanwhile.
    pub fn start_anew(&self, after: u64) {
        while self.applied.load(Ordering::Acquire) < after && !self.is_closed() {
            thread::sleep(Duration::from_millis(1));
        }
        *self.model() = Model::default();
        self.notify();
    }

    fn listener(&self) -> MutexGuard<'_, Option<ChangeListener>> {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notify(&self) {
        if let Some(listener) = &*self.listener() {
            listener();
        }
    }

    fn run(&self, mut events: mpsc::Receiver<Event>, mut recorder: Option<Recorder>) -> Result<(), PumpError> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut failure = None;
        while events.blocking_recv_many(&mut batch, BATCH) > 0 {
            if let Some(writer) = &mut recorder
                && let Err(error) = record(writer, &batch)
            {
                recorder = None;
                let error = IoErrorText(error);
                // A reader that closed its end of a pipe expects nothing more.
                if !is_closed_pipe(&error.0) {
                    batch.push(recording_stopped(&batch, &error));
                }
                failure = Some(error.0);
            }
            let mut model = self.model();
            for event in &batch {
                model.apply(event);
            }
            drop(model);
            self.applied.fetch_add(batch.len() as u64, Ordering::AcqRel);
            self.notify();
            let naps = batch.len() < BATCH && !events.is_closed();
            batch.clear();
            if naps {
                thread::sleep(NAP);
            }
        }
        failure.map_or(Ok(()), |error| Err(PumpError::Recording(error)))
    }

    /// Marks the model as complete, or as cut short by a panic, and wakes the listener.
    fn close(&self, is_broken: bool) {
        self.is_broken.store(is_broken, Ordering::Release);
        self.is_closed.store(true, Ordering::Release);
        self.notify();
    }
}

impl fmt::Debug for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow").finish_non_exhaustive()
    }
}

/// The warning that the recording ends here.
fn recording_stopped(batch: &[Event], error: &IoErrorText) -> Event {
    let message = format!("recording stopped: {error}; the run continues").into();
    let at = batch.last().map_or_else(Default::default, |event| event.at);
    Event { at, origin: Origin::HERE, fact: Fact::Warned { about: WarningSource::Recorder, message } }
}

/// Records a batch and hands it to the system, so that a killed run loses only its last moments.
fn record(writer: &mut Recorder, batch: &[Event]) -> io::Result<()> {
    for event in batch {
        writer.write(event)?;
    }
    writer.flush()
}
