//! What a warm request asks the allocator for, on either wire, watched and not.

use inflight::plan::http_client::HttpClient;

use crate::held::Held;
use crate::practice::Upstream;
use crate::run::Batch;
use crate::{allocations, alone};

/// Long enough for every ring of the model to be full.
const SHORT: u64 = 4_000;
const LONG: u64 = 12_000;

/// Allocations of each further request, in thousandths.
fn per_request(run: impl Fn(u64)) -> i64 {
    let [short, long] = [SHORT, LONG].map(|requests| {
        let before = allocations();
        run(requests);
        i64::try_from(allocations() - before).unwrap()
    });
    (long - short) * 1_000 / i64::try_from(LONG - SHORT).unwrap()
}

#[test]
fn a_warm_request_asks_for_memory_as_often_as_its_wire_must() {
    let _alone = alone();
    let upstream = Upstream::start().unwrap();
    for (via, most) in [(HttpClient::Direct, 13_500), (HttpClient::Reqwest, 70_500)] {
        let upstream = &upstream;
        let [watched, unwatched] = [true, false].map(|is_watched| {
            per_request(|requests| {
                let batch = Batch { upstream, via, requests };
                if is_watched { batch.run(|_| {}) } else { batch.run_unwatched() }
            })
        });
        println!("{via:?}: {watched} thousandths watched, {unwatched} unwatched");
        assert!(watched <= most, "{via:?}: {watched} of {most} thousandths");
        assert!(watched <= unwatched + 100, "{via:?}: to watch asks for none: {watched}, unwatched {unwatched}");
    }
}

#[test]
fn what_is_finished_leaves_nothing_behind() {
    let _alone = alone();
    let upstream = Upstream::start().unwrap();
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        let held = Held::over(SHORT..LONG);
        let seeing = held.clone();
        let batch = Batch { upstream: &upstream, via, requests: LONG };
        batch.run(move |model| seeing.see(model.totals.settled()));
        println!("{via:?}: {held}");
        // Each of four thousand further requests would have left eight bytes.
        assert!(held.growth() < 32_000, "{via:?}: {held}");
    }
}
