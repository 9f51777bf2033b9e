//! The rows of the findings: what a watched program does wrong, the worst first.
//!
//! A row's number is the rank of its kind among all kinds. Start at [`FindingRows`].

use std::ops::Range;

use crate::event::Offset;
use crate::model::Model;
use crate::model::program_facts;
use crate::model::verdict::explanation::Press;
use crate::model::verdict::{Finding, findings, kinds, rank};
use crate::tui::rows::filter::Term;
use crate::tui::rows::listing::{DrillDown, Listing};
use crate::tui::rows::sort_key::SortKey;
use crate::tui::views::View;

/// The rows of the findings.
#[derive(Debug)]
pub struct FindingRows;

impl Listing for FindingRows {
    fn noun(&self) -> &'static str {
        "finding"
    }

    fn range(&self, _model: &Model) -> Range<usize> {
        0..kinds().count()
    }

    fn collect(&self, model: &Model, _column: usize, _is_filtered: bool, rows: &mut Vec<usize>) {
        rows.extend(findings(model, None).iter().filter_map(|finding| rank(finding.kind)));
        rows.dedup();
    }

    fn columns(&self) -> &'static [&'static str] {
        &["importance"]
    }

    fn sort_key(&self, _model: &Model, row: usize, _column: usize, _now: Offset) -> SortKey {
        SortKey::Least(row as u64)
    }

    fn matches(&self, model: &Model, row: usize, _now: Offset, term: &Term) -> bool {
        let Some(finding) = nth(model, row) else { return false };
        match term {
            Term::Word(word) => {
                let place = place_of(&finding);
                word.is_in(&finding.sentence.to_string()) || place.is_some_and(|place| word.is_in(&place))
            }
            Term::State(word) => word.is_in(finding.kind),
            Term::Status(_)
            | Term::Length(_)
            | Term::Failures(_)
            | Term::Host(_)
            | Term::Endpoint(_)
            | Term::Cause(_) => false,
        }
    }

    fn drill_down(&self, model: &Model, row: usize) -> Option<DrillDown> {
        let finding = nth(model, row)?;
        // A path may contain spaces, which would separate two terms.
        let events = place_of(&finding).map(|place| DrillDown::Events(format!("\"{place}\"")));
        let view = match finding.explanation.press {
            Some(Press::Failures) => View::Failures,
            Some(Press::Hosts) => View::Hosts,
            Some(Press::InFlight) if model.ended.is_none() => View::InFlight,
            Some(Press::InFlight | Press::HalveLimit | Press::DoubleLimit | Press::Adapt) | None => View::Waterfall,
        };
        events.or(Some(DrillDown::Other(view)))
    }

    fn has_detail(&self) -> bool {
        true
    }
}

/// The finding of a row, if it is still one.
pub fn nth(model: &Model, row: usize) -> Option<Finding> {
    findings(model, None).into_iter().find(|finding| rank(finding.kind) == Some(row))
}

/// The file and the number of the line that is to blame.
pub fn place_of(finding: &Finding) -> Option<String> {
    finding.sentence.code.as_ref().map(program_facts::place_of)
}
