//! Hidden hosts in the live loop, and settings that keys have changed.

use std::sync::Arc;

use crate::app::live::script::{ScriptStep, gone, key};
use crate::app::live::tests::TestSession;
use crate::event::waits::WaitTimes;
use crate::event::{Attempt, EndpointId, Fact, HostId, JobId};

#[test]
fn hidden_hosts_stay_hidden_and_a_copy_with_the_real_ones_says_so() {
    let (endpoint, host) = (EndpointId(0), HostId(0));
    let target: Arc<str> = "GET https://secret.example/x".into();
    let started = Fact::AttemptStarted {
        attempt: Attempt { job: JobId(1), n: 1 },
        endpoint,
        host,
        row: 0,
        slot: 0,
        target: Arc::clone(&target),
        waited: WaitTimes::NONE,
        until: None,
        page: None,
        due: None,
    };
    let facts = [
        Fact::EndpointAnnounced { endpoint, name: target, jobs: None },
        Fact::HostAnnounced { host, name: "https://secret.example:443".into(), limit: None },
        started,
    ];
    let mut steps: Vec<_> = facts.into_iter().map(|fact| (100, ScriptStep::Run(fact))).collect();
    steps.extend([
        (500, key('P')),
        (600, key('7')),
        (1_000, key('y')),
        (1_500, key('P')),
        (1_520, key('1')),
        (2_000, gone()),
    ]);
    let played = TestSession::new().play(steps);
    let has_name = |from: u64, to: u64| {
        let mut frames = played.frames.iter().filter(|(at, _)| (from..to).contains(at));
        frames.any(|(_, frame)| frame.contains("GET https"))
    };
    let shown = [has_name(0, 500), has_name(560, 1_500), has_name(1_560, 2_000)];
    assert_eq!(shown, [true, false, true], "{:?}", played.frames);
    assert!(played.shows("host 1").0 >= 500 && played.shows("copied as curl with the real").0 >= 1_000);
}

#[test]
fn a_changed_setting_leaves_what_keys_have_changed() {
    let played = TestSession::new().play(vec![
        (100, key('P')),
        (200, key(',')),
        (300, key('j')),
        (400, key('l')),
        (900, gone()),
    ]);
    let last = &played.frames.last().unwrap().1;
    assert!(last.contains("1 changed") && last.lines().any(|line| line.contains("privacy  on")), "{last}");
}
