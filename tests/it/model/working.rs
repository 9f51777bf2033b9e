//! The details of a verdict, for any run.

use inflight::model::verdict::headline::main_sentence;
use inflight::model::verdict::working::working;
use inflight::model::verdict::{Gravity, findings};
use proptest::prelude::*;

use crate::scenario::fold;
use crate::scenario::playback::run;
use crate::scenario::strategies::any_events;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_run_has_a_working(events in prop_oneof![any_events(80), run()]) {
        let model = fold(&events);
        prop_assert!(!working(&model, None, model.last).is_empty());
        let (sentence, gravity) = main_sentence(&model, None, model.last);
        prop_assert!(!sentence.number.is_empty());
        let found = findings(&model, None);
        prop_assert_eq!(found.first().map_or(Gravity::Good, |finding| finding.gravity), if found.is_empty() { Gravity::Good } else { gravity });
    }
}
