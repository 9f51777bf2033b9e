//! The window's title and the progress bar of its tab, in every state of a run.

use inflight::tui::window_status::{TabProgress, title};

use crate::scenario::notation::scenario;

/// The title and the bar of a run.
fn status(run: &str) -> (String, String) {
    let model = scenario(run).fold();
    (title(&model), TabProgress::from_model(&model).to_string().replace(['\x1b', '\\'], ""))
}

/// Four jobs, two at once, of which one is done.
const RUN: &str = "0ms run limit 2 jobs 4 | 0ms start a#1 | 5ms answer a#1 200 | 5ms done a#1 | 6ms start a#2";

#[test]
fn title_and_bar_show_the_progress() {
    let after = |more: &str| status(&format!("{RUN}{more}"));
    let both = |title: &str, bar: &str| (title.to_owned(), bar.to_owned());
    assert_eq!(after(""), both("inflight 25 % 1/2", "]9;4;1;25"));
    assert_eq!(after(" | 7ms pause"), both("inflight 25 % paused", "]9;4;4;25"));
    assert_eq!(after(" | 7ms drain"), both("inflight 25 % draining", "]9;4;1;25"));
    let failed = " | 7ms break a#2 | 7ms fail a#2";
    assert_eq!(after(failed), both("inflight 50 % 0/2", "]9;4;2;50"));
    assert_eq!(after(&format!("{failed} | 8ms end")), both("inflight 50 % 1 failed", "]9;4;2;50"));
    assert_eq!(
        after(" | 7ms answer a#2 200 | 7ms done a#2 | 8ms end drained"),
        both("inflight 50 % stopped", "]9;4;0;")
    );
    let unknown = "0ms run limit 2 | 0ms start a#1";
    assert_eq!(status(unknown), both("inflight 0 1/2", "]9;4;3;"));
    assert_eq!(status(""), both("inflight", "]9;4;0;"));
}
