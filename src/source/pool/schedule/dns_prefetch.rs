//! Finds the hosts that come next, so that their names can be looked up before a job takes a slot.
//!
//! Pure. It looks only at the next few turns and at rows that were already read.
//! Start at [`Schedule::upcoming_hosts`].

use std::sync::Arc;

use crate::source::pool::schedule::Schedule;
use crate::source::pool::schedule::gate::GateState;
use crate::source::pool::schedule::lanes::rotation::LaneTurn;

/// How many turns to look ahead, and how many rows of each source of many hosts. This is more than twice the
/// number of parallel look-ups, so that the resolver always has a name to look up.
pub const AHEAD: usize = 64;

impl Schedule {
    /// Hosts whose jobs start soon and that were not returned before. A host may occur twice.
    pub fn upcoming_hosts(&mut self) -> Vec<Arc<str>> {
        let mut hosts = Vec::new();
        while self.gate.state() == GateState::Open
            && let Some(turn) = self.lanes.peek_turn(AHEAD)
        {
            match turn {
                LaneTurn::Lane(lane, _) => hosts.extend(self.lanes.take_name(lane)),
                LaneTurn::Mixed(source) => {
                    for url in self.sources.look_ahead(source, AHEAD) {
                        let name = url.host_key();
                        match self.lanes.find(&name) {
                            Some(lane) => hosts.extend(self.lanes.take_name(lane)),
                            None => hosts.push(Arc::from(&*name)),
                        }
                    }
                }
            }
        }
        hosts
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::fs;
    use std::path::Path;
    use std::thread;

    use super::AHEAD;
    use crate::plan::Plan;
    use crate::plan::cursor::Cursor;
    use crate::plan::reader::threads::ReaderActivity;
    use crate::source::pool::schedule::gate::GateState;
    use crate::source::pool::schedule::{Dispatch, Schedule};

    #[track_caller]
    fn schedule(endpoints: &str) -> Schedule {
        schedule_of_files(endpoints).0
    }

    #[track_caller]
    fn schedule_of_files(endpoints: &str) -> (Schedule, ReaderActivity) {
        let text = format!("[limits]\nconcurrency = 5000\nadaptive = \"off\"\n{endpoints}");
        let plan = Plan::from_toml(&text, "plan.toml", Path::new("."), &|_| None).unwrap();
        let cursor = Cursor::open(&plan, None).unwrap();
        let reading = cursor.activity();
        (Schedule::new(cursor, &plan.limits, None), reading)
    }

    /// Starts a job, and returns the hosts that this makes known.
    #[track_caller]
    fn start(schedule: &mut Schedule) -> Vec<String> {
        assert!(matches!(schedule.decide(), Dispatch::Start(_)));
        upcoming(schedule)
    }

    fn upcoming(schedule: &mut Schedule) -> Vec<String> {
        schedule.upcoming_hosts().iter().map(ToString::to_string).collect()
    }

    fn hosts(from: usize, to: usize) -> Vec<String> {
        (from..to).map(|n| format!("http://h{n}.test")).collect()
    }

    #[test]
    fn a_source_of_many_hosts_is_read_no_further_ahead_than_a_few_rows() {
        let mut schedule = schedule("[[endpoint]]\nurl = \"http://h{n}.test/\"\neach = { n = \"0..=999\" }\n");
        assert_eq!(upcoming(&mut schedule), hosts(0, AHEAD));
        assert_eq!(upcoming(&mut schedule), hosts(0, 0), "nothing has started");
        for n in 0..1_000 {
            let next = AHEAD + n;
            assert_eq!(start(&mut schedule), hosts(next.min(1_000), (next + 1).min(1_000)));
        }
        assert!(schedule.sources().is_drawn());
    }

    #[test]
    fn of_endpoints_with_a_host_each_the_next_few_are_returned() {
        let mut endpoints = String::new();
        for n in 0..200 {
            let _ = writeln!(endpoints, "[[endpoint]]\nurl = \"http://h{n}.test/\"\nrepeat = 2");
        }
        let mut schedule = schedule(&endpoints);
        assert_eq!(upcoming(&mut schedule), hosts(0, AHEAD));
        for n in 0..200 {
            let next = AHEAD + n;
            assert_eq!(start(&mut schedule), hosts(next.min(200), (next + 1).min(200)));
        }
        for _ in 0..200 {
            assert_eq!(start(&mut schedule), hosts(0, 0), "each was returned before");
        }
    }

    #[test]
    fn a_host_is_returned_once_however_many_jobs_it_has() {
        for (path, times) in [("x", "repeat = 500"), ("{n}", "each = { n = \"1..=500\" }")] {
            let mut schedule = schedule(&format!("[[endpoint]]\nurl = \"http://h0.test/{path}\"\n{times}\n"));
            assert_eq!(upcoming(&mut schedule), hosts(0, 1));
            assert!((0..500).all(|_| start(&mut schedule).is_empty()));
        }
    }

    #[test]
    fn of_many_sources_together_only_a_few_rows_are_read() {
        let mut endpoints = String::new();
        for source in 0..60 {
            let _ = writeln!(
                endpoints,
                "[[endpoint]]\nurl = \"http://h{{n}}-{source}.test/\"\neach = {{ n = \"0..=79\" }}"
            );
        }
        let mut schedule = schedule(&endpoints);
        assert_eq!(upcoming(&mut schedule).len(), 4 * AHEAD);
        (0..60 * 80).for_each(|_| drop(start(&mut schedule)));
        assert!(schedule.sources().is_drawn());
    }

    #[test]
    fn a_list_that_grows_is_read_no_further_than_it_was_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hosts.csv");
        fs::write(&path, "n\n0\n1\n2\n").unwrap();
        let rows = format!("[[endpoint]]\nurl = \"http://h{{n}}.test/\"\nrows = \"{}\"\n", path.display());
        let (mut schedule, reading) = schedule_of_files(&rows);
        fs::write(&path, "n\n0\n1\n2\n3\n4\n").unwrap();
        while reading.is_reading() {
            thread::yield_now();
        }
        assert_eq!(upcoming(&mut schedule), hosts(0, 3));
        assert!((0..3).all(|_| start(&mut schedule).is_empty()));
        assert!(schedule.sources().is_drawn());
    }

    #[test]
    fn while_nothing_starts_no_host_is_returned() {
        let mut schedule = schedule("[[endpoint]]\nurl = \"http://h{n}.test/\"\neach = { n = \"0..=9\" }\n");
        schedule.gate.set_state(GateState::Paused);
        assert_eq!(upcoming(&mut schedule), hosts(0, 0));
        schedule.gate.set_state(GateState::Open);
        assert_eq!(upcoming(&mut schedule), hosts(0, 10));
        schedule.close();
        assert_eq!(upcoming(&mut schedule), hosts(0, 0));
    }
}
