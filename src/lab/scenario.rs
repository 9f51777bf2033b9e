//! The scenarios there are, and all that is said of each: one table, from which list, screen and lanes are made.
//!
//! What a scenario does is in its file under `programs`. Start at [`Scenario`] and [`About`].

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use crate::lab::lesson::Lesson;
use crate::lab::programs::{convoy, flood, forgotten, offload, race, rotten, sleep, swallowed, unbounded};
use crate::lab::workload::{Order, Workload};
use crate::model::race::RaceMeasure;

/// A mistake, and the right way beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// A blocking client inside asynchronous tasks.
    Race,
    /// A task that puts its thread to sleep.
    Sleep,
    /// Futures that nobody awaits.
    ForgottenAwait,
    /// The first error throws the rest away.
    RottenTask,
    /// Tasks that nobody waits for.
    Swallowed,
    /// No limit, and an upstream that has one.
    Flood,
    /// Everything at once, whatever it holds.
    Unbounded,
    /// A call that cannot be made asynchronous.
    Offload,
    /// A lock held across an await.
    Convoy,
}

/// All about one scenario.
pub struct About {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it shows, as a sentence without a period.
    pub sentence: &'static str,
    /// What its result is measured by.
    pub measure: RaceMeasure,
    /// How it runs unless said otherwise.
    pub usual: Usual,
    /// What the delay is.
    pub delay_is: &'static str,
    /// The path and query of a request.
    pub path: fn(u64, &Order) -> String,
    /// The wrong way first, the right way second, then others to compare with.
    pub ways: &'static [Way],
    /// What is to be learned.
    pub lesson: &'static Lesson,
}

/// How a scenario runs unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usual {
    /// Requests of each lane.
    pub requests: u64,
    /// The length of time it turns on.
    pub delay: Duration,
    /// The limit of the lanes that have one.
    pub limit: u32,
}

/// One way of doing it.
#[derive(Debug)]
pub struct Way {
    /// In a few words.
    pub caption: &'static str,
    /// Whether it is a right one.
    pub is_right: bool,
    /// What bounds it.
    pub cap: Cap,
    /// What it does.
    pub program: Program,
}

/// What bounds how many requests are in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cap {
    /// Nothing.
    None,
    /// The limit that was asked for.
    Limit,
    /// A limit that is found out while it runs.
    Found,
}

/// What a lane does.
#[derive(Clone, Copy, Debug)]
pub enum Program {
    /// Its own.
    Own(fn(Workload) -> Running),
    /// The pool that runs every plan.
    Pool,
}

/// A program under way. It belongs to its thread.
pub type Running = Pin<Box<dyn Future<Output = ()>>>;

impl Scenario {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 9] = [
        Self::Race,
        Self::Sleep,
        Self::ForgottenAwait,
        Self::RottenTask,
        Self::Swallowed,
        Self::Flood,
        Self::Unbounded,
        Self::Offload,
        Self::Convoy,
    ];

    /// All about it.
    pub fn about(self) -> &'static About {
        match self {
            Self::Race => &race::ABOUT,
            Self::Sleep => &sleep::ABOUT,
            Self::ForgottenAwait => &forgotten::ABOUT,
            Self::RottenTask => &rotten::ABOUT,
            Self::Swallowed => &swallowed::ABOUT,
            Self::Flood => &flood::ABOUT,
            Self::Unbounded => &unbounded::ABOUT,
            Self::Offload => &offload::ABOUT,
            Self::Convoy => &convoy::ABOUT,
        }
    }

    /// The one of that name.
    ///
    /// # Errors
    /// No scenario is called so; the one that looks most like it, if any does.
    pub fn named(name: &str) -> Result<Self, Option<&'static str>> {
        if let Some(found) = Self::ALL.into_iter().find(|scenario| scenario.about().name == name) {
            return Ok(found);
        }
        let alike = |scenario: &Self| strsim::normalized_damerau_levenshtein(scenario.about().name, name);
        let near = Self::ALL.into_iter().max_by(|a, b| alike(a).total_cmp(&alike(b)));
        Err(near.filter(|near| alike(near) >= 0.5).map(|near| near.about().name))
    }

    /// The next one, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        let here = Self::ALL.iter().position(|scenario| *scenario == self).unwrap_or(0);
        Self::ALL[(here + 1) % Self::ALL.len()]
    }
}

/// Every scenario on a line, with how it runs unless said otherwise.
pub fn list() -> String {
    let width = Scenario::ALL.iter().map(|scenario| scenario.about().name.len()).max().unwrap_or(0);
    let line = |scenario: &Scenario| {
        let About { name, sentence, usual, delay_is, .. } = scenario.about();
        let usual = format!("{} requests, {delay_is} {}", usual.requests, humantime::format_duration(usual.delay));
        format!("  {name:<width$}  {sentence}\n  {:<width$}  {usual}\n", "")
    };
    Scenario::ALL.iter().map(line).collect()
}

impl fmt::Debug for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("About").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Scenario, list};

    #[test]
    fn every_scenario_has_a_wrong_way_a_right_way_and_a_lesson() {
        let names: BTreeSet<_> = Scenario::ALL.iter().map(|scenario| scenario.about().name).collect();
        assert_eq!(names.len(), Scenario::ALL.len());
        for scenario in Scenario::ALL {
            let about = scenario.about();
            assert!((2..=4).contains(&about.ways.len()), "{}", about.name);
            assert!(!about.ways[0].is_right && about.ways[1].is_right, "{}", about.name);
            assert_eq!(Scenario::named(about.name), Ok(scenario));
            assert!(list().contains(about.name) && list().contains(about.sentence));
            assert!(about.ways.iter().all(|way| way.caption.len() <= 30), "{}", about.name);
            let lesson = about.lesson;
            for text in [lesson.rule, lesson.elsewhere, lesson.rust.wrong, lesson.rust.right, lesson.python.wrong] {
                assert!(text.len() > 10, "{}: {text}", about.name);
            }
        }
    }

    #[test]
    fn a_name_that_is_nearly_right_is_asked_after() {
        assert_eq!(Scenario::named("slep"), Err(Some("sleep")));
        assert_eq!(Scenario::named("xyz"), Err(None));
    }

    #[test]
    fn one_follows_the_other() {
        let mut scenario = Scenario::Race;
        for _ in Scenario::ALL {
            scenario = scenario.next();
        }
        assert_eq!(scenario, Scenario::Race);
    }
}
