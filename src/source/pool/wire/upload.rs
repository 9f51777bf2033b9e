//! The body of a request as it is sent: bytes in memory, or files that are read while they are sent.
//!
//! A file is read in chunks by a thread for blocking work, so an upload of any size takes the memory of one chunk. Its
//! length is fixed when it is opened. If the file changes before its end, the attempt fails and the body stays
//! incomplete, because the server must not take a mixture for the file. Start at [`open`].

use std::collections::VecDeque;
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Sleep, sleep};

use crate::event::outcome::Reason;
use crate::plan::content::{ContentPart, RequestContent};
use crate::source::pool::wire::failure::{Failure, UploadError};
use crate::source::pool::wire::milestones::Milestones;
use crate::text::io_error::IoErrorText;
use crate::text::sanitize::sanitize;

/// The number of bytes that are read at once.
const CHUNK: u64 = 128 << 10;

/// The length above which the server is asked for its consent first, as curl does.
const ASKS_ABOVE: u64 = 1 << 20;

/// How long a server may take to consent. Many servers never do.
const CONSENT_WAIT: Duration = Duration::from_secs(1);

/// The body of a request.
#[derive(Debug)]
pub enum RequestBody {
    /// A body in memory.
    Memory(Full<Bytes>),
    /// A body with files.
    Upload(Box<Upload>),
}

/// A body with files.
#[derive(Debug)]
pub struct Upload {
    parts: VecDeque<OpenPart>,
    /// The number of bytes that are not sent yet.
    left: u64,
    /// Waits for the server's consent.
    consent: Option<Consent>,
    milestones: Arc<Milestones>,
}

/// A part that is ready to be sent.
#[derive(Debug)]
enum OpenPart {
    Memory(Bytes),
    File(OpenFile),
    /// A thread reads the next chunk.
    Reading(JoinHandle<io::Result<(OpenFile, Bytes)>>),
}

/// A file of which a part was sent.
#[derive(Debug)]
struct OpenFile {
    file: File,
    path: Arc<Path>,
    /// What it was like when it was opened.
    opened: Metadata,
    left: u64,
}

/// The wait for a server's consent.
#[derive(Debug)]
struct Consent {
    given: oneshot::Receiver<()>,
    wait: Pin<Box<Sleep>>,
}

/// Opens the body of a request.
pub async fn open(content: &RequestContent, milestones: &Arc<Milestones>) -> Result<RequestBody, Failure> {
    match content {
        RequestContent::Memory(bytes) => Ok(RequestBody::Memory(Full::new(bytes.clone()))),
        // Boxed, because few requests need it and it would enlarge the future of every worker.
        RequestContent::Parts(parts) => Box::pin(open_parts(Arc::clone(parts), Arc::clone(milestones))).await,
    }
}

async fn open_parts(parts: Arc<[ContentPart]>, milestones: Arc<Milestones>) -> Result<RequestBody, Failure> {
    let opened = spawn_blocking(move || parts.iter().map(OpenPart::open).collect::<io::Result<VecDeque<_>>>()).await;
    let parts = flatten(opened).map_err(|error| (Reason::BadRow, error.to_string()))?;
    let left = parts.iter().map(OpenPart::len).sum();
    Ok(RequestBody::Upload(Box::new(Upload { parts, left, consent: None, milestones })))
}

impl RequestBody {
    /// Makes a large upload wait for the server's consent. Returns what to call when it is given.
    pub fn await_consent(&mut self) -> Option<oneshot::Sender<()>> {
        let Self::Upload(upload) = self else { return None };
        (upload.left > ASKS_ABOVE).then(|| {
            let (sender, given) = oneshot::channel();
            upload.consent = Some(Consent { given, wait: Box::pin(sleep(CONSENT_WAIT)) });
            sender
        })
    }
}

impl Upload {
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if let Some(consent) = &mut self.consent {
            if Pin::new(&mut consent.given).poll(context).is_pending() {
                ready!(consent.wait.as_mut().poll(context));
            }
            self.consent = None;
        }
        loop {
            let Some(part) = self.parts.pop_front() else { return Poll::Ready(None) };
            match part {
                OpenPart::Memory(bytes) if bytes.is_empty() => {}
                OpenPart::Memory(bytes) => return Poll::Ready(Some(Ok(bytes))),
                OpenPart::File(file) if file.left == 0 => {}
                OpenPart::File(file) => {
                    self.parts.push_front(OpenPart::Reading(spawn_blocking(|| file.read_chunk())));
                }
                OpenPart::Reading(mut reading) => {
                    let Poll::Ready(read) = Pin::new(&mut reading).poll(context) else {
                        self.parts.push_front(OpenPart::Reading(reading));
                        return Poll::Pending;
                    };
                    return Poll::Ready(Some(flatten(read).map(|(file, chunk)| {
                        self.parts.push_front(OpenPart::File(file));
                        chunk
                    })));
                }
            }
        }
    }
}

impl OpenPart {
    fn open(part: &ContentPart) -> io::Result<Self> {
        Ok(match part {
            ContentPart::Memory(bytes) => Self::Memory(bytes.clone()),
            ContentPart::File(path) => {
                let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
                let (opened, file) = opened.map_err(|error| failed(path, IoErrorText(error)))?;
                if !opened.is_file() {
                    return Err(failed(path, "it is not a regular file"));
                }
                Self::File(OpenFile { file, path: Arc::clone(path), left: opened.len(), opened })
            }
        })
    }

    fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File(file) => file.left,
            Self::Reading(_) => 0,
        }
    }
}

impl OpenFile {
    /// Reads the next chunk, which is never empty.
    fn read_chunk(mut self) -> io::Result<(Self, Bytes)> {
        let mut chunk = Vec::with_capacity(usize::try_from(self.left.min(CHUNK)).unwrap_or_default());
        (&mut self.file)
            .take(self.left.min(CHUNK))
            .read_to_end(&mut chunk)
            .map_err(|error| failed(&self.path, IoErrorText(error)))?;
        self.left -= chunk.len() as u64;
        let now = self.file.metadata()?;
        // The last chunk is held back if the file changed: the body stays incomplete.
        let has_changed = now.len() != self.opened.len() || now.modified().ok() != self.opened.modified().ok();
        if chunk.is_empty() || has_changed {
            return Err(failed(&self.path, "it changed while it was sent"));
        }
        Ok((self, chunk.into()))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Memory(body) => Pin::new(body).poll_frame(context).map_err(|never| match never {}),
            Self::Upload(upload) => {
                let chunk = ready!(upload.poll_chunk(context));
                if let Some(Ok(chunk)) = &chunk {
                    upload.left = upload.left.saturating_sub(chunk.len() as u64);
                    upload.milestones.mark_sent();
                }
                Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Memory(body) => body.is_end_stream(),
            Self::Upload(upload) => upload.left == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Memory(body) => body.size_hint(),
            Self::Upload(upload) => SizeHint::with_exact(upload.left),
        }
    }
}

fn failed(path: &Path, why: impl fmt::Display) -> io::Error {
    let message = format!("cannot send `{}`: {why}", sanitize(&path.to_string_lossy()));
    io::Error::other(UploadError(message))
}

/// A thread that panicked has read nothing.
fn flatten<T>(joined: Result<io::Result<T>, tokio::task::JoinError>) -> io::Result<T> {
    joined.unwrap_or_else(|error| Err(io::Error::other(error)))
}
