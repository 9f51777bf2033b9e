//! The list of scenarios, and how to find one by name.
//!
//! The file of a scenario under `programs` defines what it does. Start at [`Scenario`].

use crate::lab::programs::{convoy, flood, forgotten, offload, race, rotten, sleep, swallowed, unbounded};
use crate::lab::spec::ScenarioSpec;

/// A mistake, and the right way to do the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// A blocking client in async tasks.
    Race,
    /// A task that puts its thread to sleep.
    Sleep,
    /// Futures that are never awaited.
    ForgottenAwait,
    /// The first error discards all other results.
    RottenTask,
    /// Tasks whose errors are never read.
    Swallowed,
    /// No limit, against a server that has one.
    Flood,
    /// Unbounded tasks, each with its own connection and body.
    Unbounded,
    /// A blocking call that has no async version.
    Offload,
    /// A lock held across an await.
    Convoy,
}

impl Scenario {
    /// All scenarios, in the order of the list.
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

    /// Its definition.
    pub fn spec(self) -> &'static ScenarioSpec {
        match self {
            Self::Race => &race::SPEC,
            Self::Sleep => &sleep::SPEC,
            Self::ForgottenAwait => &forgotten::SPEC,
            Self::RottenTask => &rotten::SPEC,
            Self::Swallowed => &swallowed::SPEC,
            Self::Flood => &flood::SPEC,
            Self::Unbounded => &unbounded::SPEC,
            Self::Offload => &offload::SPEC,
            Self::Convoy => &convoy::SPEC,
        }
    }

    /// The scenario with this name.
    ///
    /// # Errors
    /// No scenario has this name. The error holds the most similar name, if one is similar at all.
    pub fn named(name: &str) -> Result<Self, Option<&'static str>> {
        if let Some(found) = Self::ALL.into_iter().find(|scenario| scenario.spec().name == name) {
            return Ok(found);
        }
        let similarity = |scenario: &Self| strsim::normalized_damerau_levenshtein(scenario.spec().name, name);
        let nearest = Self::ALL.into_iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
        Err(nearest.filter(|nearest| similarity(nearest) >= 0.5).map(|nearest| nearest.spec().name))
    }

    /// The next scenario; after the last comes the first.
    #[must_use]
    pub fn next(self) -> Self {
        let here = Self::ALL.iter().position(|scenario| *scenario == self).unwrap_or(0);
        Self::ALL[(here + 1) % Self::ALL.len()]
    }
}

/// A text with two lines for each scenario: what it shows, and its defaults.
pub fn list() -> String {
    let width = Scenario::ALL.iter().map(|scenario| scenario.spec().name.len()).max().unwrap_or(0);
    let entry = |scenario: &Scenario| {
        let ScenarioSpec { name, sentence, defaults, delay_label, .. } = scenario.spec();
        let delay = humantime::format_duration(defaults.delay);
        let defaults = format!("{} requests, {delay_label} {delay}", defaults.requests);
        format!("  {name:<width$}  {sentence}\n  {:<width$}  {defaults}\n", "")
    };
    Scenario::ALL.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Scenario, list};

    #[test]
    fn every_scenario_has_a_wrong_approach_a_right_one_and_a_lesson() {
        let names: BTreeSet<_> = Scenario::ALL.iter().map(|scenario| scenario.spec().name).collect();
        assert_eq!(names.len(), Scenario::ALL.len());
        for scenario in Scenario::ALL {
            let spec = scenario.spec();
            assert!((2..=4).contains(&spec.approaches.len()), "{}", spec.name);
            assert!(!spec.approaches[0].is_right && spec.approaches[1].is_right, "{}", spec.name);
            assert_eq!(Scenario::named(spec.name), Ok(scenario));
            assert!(list().contains(spec.name) && list().contains(spec.sentence));
            assert!(spec.approaches.iter().all(|approach| approach.caption.len() <= 30), "{}", spec.name);
            let lesson = spec.lesson;
            for text in [lesson.rule, lesson.elsewhere, lesson.rust.wrong, lesson.rust.right, lesson.python.wrong] {
                assert!(text.len() > 10, "{}: {text}", spec.name);
            }
        }
    }

    #[test]
    fn an_unknown_name_gets_a_suggestion_when_one_is_similar() {
        assert_eq!(Scenario::named("slep"), Err(Some("sleep")));
        assert_eq!(Scenario::named("xyz"), Err(None));
    }

    #[test]
    fn the_next_scenario_after_the_last_is_the_first() {
        let mut scenario = Scenario::Race;
        for _ in Scenario::ALL {
            scenario = scenario.next();
        }
        assert_eq!(scenario, Scenario::Race);
    }
}
