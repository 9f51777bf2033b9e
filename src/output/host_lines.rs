//! Plain lines about hosts as a whole: down, up again, given up, and answers that count as refusals.
//!
//! Many hosts at once share a line, and a host that goes down again and again gets fewer and fewer. Start at
//! [`HostLines::lines`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::event_log::{LogEntry, LogEvent};
use crate::model::host::outage::HostNotice;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// What has been printed about hosts so far.
#[derive(Clone, Debug, Default)]
pub struct HostLines {
    outages: HashMap<Arc<str>, HostOutages>,
}

/// The outages of a host so far, and whether the last one was printed.
#[derive(Clone, Copy, Debug, Default)]
struct HostOutages {
    n: u64,
    is_printed: bool,
    /// Long waits that its server asked for.
    waits: u64,
}

impl HostLines {
    /// Number of hosts that get a line of their own at once.
    const AT_ONCE: usize = 3;
    /// Number of outages and of waits of a host that are all printed. After that, each doubling of the number is.
    const ALL_UNTIL: u64 = 3;
    /// Number of hosts whose outages are counted; the lines of others are always printed.
    const KEPT: usize = 4_096;

    /// The lines for new events; other events are skipped.
    pub fn lines(&mut self, new: &[&LogEntry]) -> Vec<String> {
        let notices = new.iter().filter_map(|item| match &item.event {
            LogEvent::Host(host, notice, why) => Some((host, *notice, why)),
            _ => None,
        });
        let printed: Vec<_> =
            notices.filter_map(|(host, notice, why)| Some((host, notice, self.line(host, notice, why)?))).collect();
        let mut lines = Vec::new();
        let mut shared: Vec<HostNotice> = Vec::new();
        for (_, notice, line) in &printed {
            if shared.contains(notice) {
                continue;
            }
            let alike = printed.iter().filter(|(_, other, _)| other == notice);
            // A host may have the same notice more than once.
            let n = alike.map(|(host, ..)| *host).collect::<HashSet<_>>().len();
            if n <= Self::AT_ONCE {
                lines.push(line.clone());
            } else {
                shared.push(*notice);
                lines.push(format!("{line}, and {} more hosts alike", units::count(n as u64 - 1)));
            }
        }
        lines
    }

    fn has_line(n: u64) -> bool {
        n <= Self::ALL_UNTIL || n.is_power_of_two()
    }

    /// The line for a notice, unless the host has had too many.
    fn line(&mut self, host: &Arc<str>, notice: HostNotice, why: &str) -> Option<String> {
        let is_kept = self.outages.len() < Self::KEPT || self.outages.contains_key(host);
        let mut forgotten = HostOutages { n: 0, is_printed: true, waits: 0 };
        let outages = if is_kept { self.outages.entry(Arc::clone(host)).or_default() } else { &mut forgotten };
        let mut again = String::new();
        match notice {
            HostNotice::Down => {
                outages.n += 1;
                outages.is_printed = Self::has_line(outages.n);
                if outages.n > 1 {
                    again = format!(" (outage {})", units::count(outages.n));
                }
            }
            HostNotice::Up => {}
            HostNotice::Waits => {
                outages.waits += 1;
                let line = || format!("{}: {}", sanitize(host), notice.sentence(&sanitize(why)));
                return Self::has_line(outages.waits).then(line);
            }
            HostNotice::GivenUp | HostNotice::Refuses(_) | HostNotice::NoLongerRefuses(_) | HostNotice::WaitCut => {
                outages.is_printed = true;
            }
        }
        let text = notice.sentence(&sanitize(why));
        let verb = match notice {
            HostNotice::Down | HostNotice::Up => " is",
            HostNotice::GivenUp
            | HostNotice::Refuses(_)
            | HostNotice::NoLongerRefuses(_)
            | HostNotice::Waits
            | HostNotice::WaitCut => ":",
        };
        outages.is_printed.then(|| format!("{}{verb} {text}{again}", sanitize(host)))
    }
}

#[cfg(test)]
mod tests {
    use super::HostLines;
    use crate::event::Offset;
    use crate::model::event_log::{LogEntry, LogEvent};
    use crate::model::host::outage::HostNotice;

    fn entry(host: &str, notice: HostNotice) -> LogEntry {
        LogEntry { at: Offset::ZERO, event: LogEvent::Host(host.into(), notice, "connection refused".into()) }
    }

    #[test]
    fn a_host_that_goes_down_again_and_again_gets_fewer_lines() {
        let mut lines = HostLines::default();
        let mut printed = Vec::new();
        for _ in 0..20 {
            printed.extend(lines.lines(&[&entry("a", HostNotice::Down)]));
            printed.extend(lines.lines(&[&entry("a", HostNotice::Up)]));
        }
        assert_eq!(printed.len(), 2 * 6, "outages 1, 2, 3, 4, 8 and 16: {printed:#?}");
        assert!(printed.contains(&"a is down: connection refused (outage 16)".to_owned()), "{printed:#?}");
    }

    #[test]
    fn many_hosts_at_once_share_a_line() {
        let entries: Vec<LogEntry> = (0..20).map(|i| entry(&format!("h{i}"), HostNotice::Down)).collect();
        let printed = HostLines::default().lines(&entries.iter().collect::<Vec<_>>());
        assert_eq!(printed, ["h0 is down: connection refused, and 19 more hosts alike"]);
        let printed = HostLines::default().lines(&entries.iter().take(2).collect::<Vec<_>>());
        assert_eq!(printed.len(), 2);
    }

    #[test]
    fn a_host_with_the_same_notice_again_and_again_is_not_many_hosts() {
        let entries: Vec<LogEntry> = (0..12).map(|_| entry("a", HostNotice::WaitCut)).collect();
        let printed = HostLines::default().lines(&entries.iter().collect::<Vec<_>>());
        assert!(printed.iter().all(|line| line == "a: connection refused"), "{printed:#?}");
    }
}
