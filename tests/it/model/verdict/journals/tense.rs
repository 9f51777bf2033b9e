//! The tense of findings.

use inflight::model::verdict::Finding;

use crate::model::verdict::journals::{JOURNALS, Journals, found};

#[test]
fn once_a_run_is_over_a_finding_is_in_the_past_tense() {
    const PRESENT: [&str; 13] = [
        " is ",
        " are ",
        " has ",
        " wait ",
        " waits ",
        " works ",
        " take ",
        " takes ",
        " answers nothing",
        " closes ",
        " starts ",
        " looks ",
        " cannot ",
    ];
    let mut wrong = Vec::new();
    for Journals { kind, has, .. } in &JOURNALS {
        let mut case = has();
        let last = case.0.iter().map(|(at, _)| *at).max().unwrap_or(0);
        case.step(last, "end");
        for Finding { sentence, .. } in found(case).into_iter().filter(|finding| finding.kind == *kind) {
            let parts = [sentence.number, sentence.place, sentence.brief.number, sentence.brief.place];
            let parts = parts.map(|part| format!(" {part} "));
            if PRESENT.iter().any(|word| parts.iter().any(|part| part.contains(word))) {
                wrong.push(format!("{kind}: {parts:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
