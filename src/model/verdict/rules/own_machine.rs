//! This machine lacks the resources for the load.

use crate::model::verdict::Finding;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::thresholds as t;

/// The limit was cut because of this machine, or attempts failed for lack of local resources.
pub fn own_machine(figures: &RunFigures<'_>) -> Option<Finding> {
    let evidence = &figures.model.evidence;
    let (cut, failed) = (evidence.machine, evidence.local);
    (cut.is_some() || failed >= t::LOCAL_LEAST).then_some(Finding::OwnMachine { cut, failed })
}
