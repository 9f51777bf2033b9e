//! What a user who looks elsewhere learns: that the run has ended, and what went down or up.
//!
//! Start at [`Attention::take`].

use std::time::{Duration, Instant};

use crate::app::appearance::Appearance;
use crate::model::event_log::LogEvent;
use crate::model::host::outage::HostNotice;
use crate::model::{Model, Stage};
use crate::tui::notice::{NoticeProtocol, Notify};
use crate::tui::privacy::Privacy;
use crate::tui::window_status;

/// The shortest time between two notices before the end: many endpoints often change at once.
const GAP: Duration = Duration::from_secs(5);

/// The notices of a run.
#[derive(Debug)]
pub struct Attention {
    notify: Notify,
    protocol: NoticeProtocol,
    /// The number of the next event to look at.
    next: u64,
    /// How many changes are not reported yet, and the last one.
    changes: u64,
    last: String,
    /// When the last notice was given.
    given: Option<Instant>,
    has_reported_end: bool,
}

impl Attention {
    /// Notices as the user wants them.
    pub fn new(appearance: &Appearance) -> Self {
        Self {
            notify: appearance.notify,
            protocol: appearance.notice_protocol(),
            next: 0,
            changes: 0,
            last: String::new(),
            given: None,
            has_reported_end: false,
        }
    }

    /// Follows a change of settings.
    pub fn set(&mut self, appearance: &Appearance) {
        self.notify = appearance.notify;
    }

    /// The bytes of a notice that is due now; none most of the time.
    pub fn take(&mut self, model: &Model, privacy: &Privacy, now: Instant) -> Vec<u8> {
        match self.due_text(model, now) {
            Some(text) => self.notify.sequence(self.protocol, &privacy.safe(&text)),
            None => Vec::new(),
        }
    }

    fn due_text(&mut self, model: &Model, now: Instant) -> Option<String> {
        if self.notify == Notify::Off {
            return None;
        }
        self.look(model);
        if matches!(model.stage, Stage::Ended(_)) {
            self.changes = 0;
            let is_first = !std::mem::replace(&mut self.has_reported_end, true);
            return is_first.then(|| format!("{}: {}", model.name, window_status::state(model)));
        }
        self.has_reported_end = false;
        let is_too_soon = self.given.is_some_and(|at| now.saturating_duration_since(at) < GAP);
        if self.changes == 0 || is_too_soon {
            return None;
        }
        self.given = Some(now);
        let last = std::mem::take(&mut self.last);
        Some(match std::mem::take(&mut self.changes) {
            1 => last,
            n => format!("{last}, and {} before it", crate::text::units::plural(n - 1, "change")),
        })
    }

    /// Counts the changes since the last look.
    fn look(&mut self, model: &Model) {
        let kept = model.event_log.kept();
        // A replay that was wound back starts anew.
        let from = if self.next > kept.end { kept.end } else { self.next.max(kept.start) };
        for entry in (from..kept.end).filter_map(|number| model.event_log.nth(number)) {
            let change = match &entry.event {
                // The first state of an endpoint is no change, unless it is down.
                LogEvent::EndpointStateChanged { endpoint, is_up, after } if after.is_some() || !is_up => {
                    let name = model.endpoints.get(*endpoint).map_or("", |endpoint| &*endpoint.name);
                    Some(format!("{name} is {}", if *is_up { "up again" } else { "down" }))
                }
                LogEvent::Host(host, HostNotice::Down, _) => Some(format!("{host} is down")),
                LogEvent::Host(host, HostNotice::Up, _) => Some(format!("{host} is up again")),
                _ => None,
            };
            if let Some(change) = change {
                (self.changes, self.last) = (self.changes + 1, change);
            }
        }
        self.next = kept.end;
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Attention, GAP};
    use crate::event::origin::Origin;
    use crate::event::reasons::RunEnd;
    use crate::event::{EndpointId, Event, Fact, Offset};
    use crate::model::Model;
    use crate::tui::notice::{NoticeProtocol, Notify};

    fn applied(model: &mut Model, fact: Fact) {
        let at = Offset(model.last.0 + 1);
        model.apply(&Event { at, origin: Origin::HERE, fact });
    }

    #[test]
    fn changes_are_reported_together_and_the_end_once() {
        let mut model = Model::default();
        for (id, name) in [(1, "a"), (2, "b")] {
            let endpoint = EndpointId(id);
            applied(&mut model, Fact::EndpointAnnounced { endpoint, name: name.into(), jobs: None });
        }
        let flip = |id, up| Fact::EndpointStateChanged { endpoint: EndpointId(id), up };
        let mut attention = Attention {
            notify: Notify::Desktop,
            protocol: NoticeProtocol::Osc9,
            next: 0,
            changes: 0,
            last: String::new(),
            given: None,
            has_reported_end: false,
        };
        let start = Instant::now();
        let mut notice = |model: &Model, after: Duration| attention.due_text(model, start + after);
        applied(&mut model, flip(1, true));
        assert_eq!(notice(&model, Duration::ZERO), None, "the first state is no change");
        applied(&mut model, flip(1, false));
        assert_eq!(notice(&model, Duration::ZERO).as_deref(), Some("a is down"));
        applied(&mut model, flip(1, true));
        applied(&mut model, flip(2, false));
        assert_eq!(notice(&model, GAP / 2), None, "too soon");
        assert_eq!(notice(&model, GAP).as_deref(), Some("b is down, and 1 change before it"));
        assert_eq!(notice(&model, GAP * 3), None, "nothing new");
        applied(&mut model, Fact::RunEnded { how: RunEnd::Finished });
        assert_eq!(notice(&model, GAP * 3).as_deref(), Some(": finished"));
        assert_eq!(notice(&model, GAP * 9), None);
    }
}
