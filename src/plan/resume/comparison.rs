//! Whether the rows of a plan still make the jobs that an earlier run had results of.
//!
//! It reads the rows and sends nothing. Start at [`compare`].

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::thread;

use crate::plan::cursor::{Cursor, Draw};
use crate::plan::job::Place;
use crate::plan::row_values::{RowObject, RowValues};
use crate::text::safe_json;

/// The most differences that are kept for the user.
const MOST: usize = 3;

/// What identifies a request: its method and masked URL, and the values of its row. `None` for a row that makes none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestMark(Option<u64>);

/// A job of an earlier run.
#[derive(Clone, Copy, Debug)]
pub struct EarlierJob {
    /// Its place in the plan.
    pub place: Place,
    /// Its request, if it is known: that of a job without a result is not.
    pub mark: Option<RequestMark>,
}

/// How the rows of a plan differ from those of an earlier run.
#[derive(Debug, Default)]
pub struct RowComparison {
    /// Jobs that are others now, or that the plan no longer has.
    pub changed: Vec<Place>,
    /// The requests of the first of them; `None` if there is no such row any more.
    pub examples: Vec<(Place, Option<String>)>,
    /// The endpoints and requests of jobs whose request was not known.
    pub named: BTreeMap<Place, String>,
}

impl RequestMark {
    /// The mark of a request; `with` has the values of its row as JSON.
    pub fn new(request: Option<&str>, with: Option<&str>) -> Self {
        Self(request.map(|request| {
            let mut hasher = DefaultHasher::new();
            (request, with).hash(&mut hasher);
            hasher.finish()
        }))
    }
}

/// Reads the rows of a plan, and compares them with the jobs of an earlier run, which are sorted by place. Nothing has
/// been drawn from the cursor yet.
pub fn compare(mut cursor: Cursor, earlier: &[EarlierJob]) -> RowComparison {
    let reader = thread::current();
    cursor.set_waker(Arc::new(move || reader.unpark()));
    let mut compared = RowComparison::default();
    for jobs in earlier.chunk_by(|one, other| one.place.source == other.place.source) {
        let source = jobs[0].place.source;
        let mut left = jobs.iter().peekable();
        while let Some(&&EarlierJob { place, mark }) = left.peek() {
            let drawn = match cursor.draw(source as usize) {
                Draw::Row(drawn) => drawn,
                // A wake-up that came before is not lost: parking returns at once.
                Draw::Pending => {
                    thread::park();
                    continue;
                }
                Draw::End => break,
            };
            let at = drawn.as_ref().map_or_else(|bad| bad.place, |job| job.place);
            if at < place {
                continue;
            }
            // A row that was left out because it repeats another one has no job any more.
            if at > place {
                compared.add_changed(place, None);
                left.next();
                continue;
            }
            let request = drawn.as_ref().ok().map(|job| &*job.target);
            let with = drawn.as_ref().ok().and_then(|job| job.row_values.as_deref()).and_then(values_text);
            if mark.is_some_and(|mark| mark != RequestMark::new(request, with.as_deref())) {
                compared.add_changed(place, Some(request.unwrap_or("no valid request").to_owned()));
            } else if mark.is_none() {
                compared.named.insert(place, request.unwrap_or("no valid request").to_owned());
            }
            left.next();
        }
        left.for_each(|job| compared.add_changed(job.place, None));
    }
    compared
}

impl RowComparison {
    fn add_changed(&mut self, place: Place, request: Option<String>) {
        self.changed.push(place);
        if self.examples.len() < MOST {
            self.examples.push((place, request));
        }
    }
}

/// The values of a row as JSON, as a report has them.
fn values_text(values: &RowValues) -> Option<String> {
    safe_json::text(&RowObject(values)).ok()
}
