//! The details of a verdict, for any run.

use inflight::model::verdict::findings;
use inflight::model::verdict::sentences::finding_sentence;
use inflight::model::verdict::working::working;
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
        prop_assert_eq!(finding_sentence(&model, None).is_none(), findings(&model).is_empty());
    }
}
