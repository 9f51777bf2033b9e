//! A host that asked for a long wait: what the verdict says of it is what happens.

use inflight::event::Fact;
use inflight::event::outcome::JobEnd;
use inflight::model::verdict::findings;

use crate::pool::rig::{Cue, End, Rig, endpoint, ends, ok};
use crate::scenario::fold;

/// The moment after this text, in seconds: `02:05` is 125.
#[track_caller]
fn clock(sentence: &str, before: &str) -> u64 {
    let (_, rest) = sentence.split_once(before).unwrap_or_else(|| panic!("no `{before}` in `{sentence}`"));
    let digits = rest.split(|c: char| !c.is_ascii_digit() && c != ':').next().unwrap();
    digits.split(':').fold(0, |seconds, part| 60 * seconds + part.parse::<u64>().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_host_that_asked_for_a_long_wait_is_left_alone_until_the_moment_shown_and_its_jobs_end_then() {
    for (asked, longest) in [("125", "10m"), ("3600", "3m")] {
        let plan = format!(
            "[retry]\nlongest_wait = \"{longest}\"\n[limits]\nconcurrency = 10\nadaptive = \"when refused\"\n{}",
            endpoint("a.test", 200)
        );
        let script = move |cue: Cue<'_>| match cue.at.0 {
            1_000_000..100_000_000 => ends(100, End::Throttled(asked)),
            _ => ok(100),
        };
        let run = Rig::new(&plan, script).run().await;
        // The sentence of a user who looks after twenty seconds.
        let before = run.events.iter().take_while(|event| event.at.0 < 20_000_000);
        let found = findings(&fold(before), None);
        let sentence = found.iter().find(|finding| finding.kind == "long-wait").unwrap().sentence.to_string();
        let (at, is_promised) = (run.arrivals_at("a.test"), found[0].kind == "long-wait");
        assert!(is_promised, "{found:?}");
        let opens = clock(&sentence, "nothing starts there before ") * 1_000_000;
        assert!(!at.iter().any(|at| (2_000_000..opens).contains(&at.0)), "{sentence}: {at:?}");
        let ends = run.events.iter().filter_map(|event| match &event.fact {
            Fact::JobSettled { end, .. } if event.at.0 > 2_000_000 => Some((event.at, *end == JobEnd::Done)),
            _ => None,
        });
        let ends: Vec<_> = ends.collect();
        let all_are = |done: bool, from: u64, to: u64| {
            ends.iter().all(|(at, is_done)| *is_done == done && (from..to).contains(&at.0))
        };
        if asked == "125" {
            assert!(sentence.ends_with("its jobs wait, and lose no try"), "{sentence}");
            assert!(all_are(true, opens, opens + 20_000_000), "{sentence}: {ends:?}");
        } else {
            let fails_at = clock(&sentence, "its jobs fail at ") * 1_000_000;
            assert!(all_are(false, fails_at, fails_at + 1_500_000), "{sentence}: {ends:?}");
            let then = findings(&fold(&run.events), None)[0].sentence.to_string();
            assert!(then.starts_with("Given up at ") && then.contains("`retry.longest_wait`"), "{then}");
        }
        assert!(ends.len() > 50, "{}", ends.len());
    }
}
