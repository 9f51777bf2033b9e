//! Lines that arrive when they arrive: standard input, read by a thread of its own.
//!
//! At most a few hundred lines wait here; the thread stops reading when nobody takes them. Start at
//! [`Feed::next`].

use std::borrow::Cow;
use std::io::{self, Read};
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::plan::rows::lines::{Line, Lines};

/// Lines that may wait.
const WAITING: usize = 512;

/// Where lines come from.
pub(in crate::plan) type Input = Box<dyn Read + Send>;

/// What to call when there is more, once somebody has said so.
pub(in crate::plan) type Waker = Arc<Mutex<Option<Arc<dyn Fn() + Send + Sync>>>>;

/// Lines on their way.
pub(super) struct Feed {
    lines: Receiver<Line<'static>>,
    starving: Arc<AtomicBool>,
    number: u64,
    /// The thread that reads; taken when it has ended.
    reader: Option<JoinHandle<()>>,
}

impl Feed {
    /// Starts reading.
    pub(super) fn start(input: Input, waker: Waker) -> io::Result<Self> {
        let (sender, lines) = sync_channel(WAITING);
        let starving = Arc::new(AtomicBool::new(false));
        let hungry = Arc::clone(&starving);
        let reader = thread::Builder::new().name("plan-input".to_owned());
        let reader = reader.spawn(move || read(input, sender, &hungry, &waker))?;
        Ok(Self { lines, starving, number: 0, reader: Some(reader) })
    }

    /// The next line; nothing if it is not there yet.
    pub(super) fn next(&mut self) -> Option<Line<'static>> {
        let line = match self.lines.try_recv() {
            Err(TryRecvError::Empty) => {
                // Say so first, then look again: a line that arrived in between wakes nobody.
                self.starving.store(true, Ordering::SeqCst);
                self.lines.try_recv()
            }
            other => other,
        };
        match line {
            Ok(line) => {
                if let Line::Text { number, .. } | Line::Bad { number, .. } = &line {
                    self.number = *number;
                }
                Some(line)
            }
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                // A reader that panicked has lost lines: this is no end, and whoever draws breaks with it.
                if let Some(Err(cause)) = self.reader.take().map(JoinHandle::join) {
                    panic::resume_unwind(cause);
                }
                Some(Line::End)
            }
        }
    }

    /// The number of the line that was drawn last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

fn read(input: Input, sender: SyncSender<Line<'static>>, starving: &AtomicBool, waker: &Waker) {
    let send_all = move || {
        let mut lines = Lines::new(input);
        loop {
            let line = match lines.next() {
                Line::Text { number, text } => Line::Text { number, text: Cow::Owned(text.into_owned()) },
                Line::Bad { number, why } => Line::Bad { number, why },
                Line::End => return,
            };
            if sender.send(line).is_err() {
                return;
            }
            wake(starving, waker);
        }
    };
    // Either way the channel is closed by now, which has to be noticed.
    let ended = panic::catch_unwind(AssertUnwindSafe(send_all));
    wake(starving, waker);
    if let Err(cause) = ended {
        panic::resume_unwind(cause);
    }
}

fn wake(starving: &AtomicBool, waker: &Waker) {
    if starving.swap(false, Ordering::SeqCst) {
        let waker = waker.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(waker) = waker {
            waker();
        }
    }
}
