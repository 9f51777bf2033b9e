//! Plans and arguments that cannot be run, and runs that fail: the message helps, and the exit code differs.

use std::net::TcpListener;

use super::program::Folder;
use super::upstream;

#[test]
fn every_mistake_of_a_plan_is_reported_at_once_with_its_place_and_a_suggestion() {
    let folder = Folder::new().with(
        "shop.toml",
        "[limits]\nconcurency = 5\n\n[[endpoint]]\nurl = \"http://127.0.0.1:1/${NOPE}\"\ntimeout = 250\n\
         expct = { status = [200] }\n\n[[endpoint]]\nname = \"x\"\n",
    );
    let ended = folder.inflight("run shop.toml").run().exits(3);
    for expected in [
        "unknown key `concurency`",
        "shop.toml:2:1",
        "did you mean `concurrency`?",
        "`${NOPE}` in `url` is not set",
        "shop.toml:5:27",
        "`timeout` is a number without a unit",
        "shop.toml:6:11",
        "write `250ms` or `250s`",
        "unknown key `expct`",
        "shop.toml:7:1",
        "did you mean `expect`?",
        "shop.toml:9:",
        "url",
    ] {
        assert!(ended.err().contains(expected), "{expected}: {}", ended.err());
    }
    assert_eq!(ended.err().matches("error: ").count(), 5, "{}", ended.err());
    assert!(ended.stdout.is_empty());
}

#[test]
fn a_variable_that_is_missing_is_named_and_one_that_is_set_is_used() {
    let upstream = upstream();
    let plan = format!("[[endpoint]]\nurl = \"http://{}/json/orders/${{ORDER}}\"\n", upstream.local_addr());
    let folder = Folder::new().with("plan.toml", &plan);
    let ended = folder.inflight("run plan.toml").run().exits(3);
    assert!(ended.err().contains("`${ORDER}` in `url` is not set"), "{}", ended.err());
    assert!(ended.err().contains("plan.toml:2:"), "{}", ended.err());
    folder.inflight("run plan.toml").var("ORDER", "17").run().exits(0);
    assert_eq!(upstream.tally().paths["/json/orders/17"], 1);
}

#[test]
fn an_unreachable_host_has_its_own_exit_code() {
    let folder = Folder::new();
    // A port that was free a moment ago: connections to it are refused.
    let bound = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = bound.local_addr().unwrap().port();
    drop(bound);
    let ended = folder.inflight("run --tries 1 -n 3").arg(format!("http://127.0.0.1:{port}/")).run().exits(5);
    assert!(ended.out().contains("connection refused"), "{}", ended.out());
    let ended = folder.inflight("run --tries 1 http://nowhere.invalid/").run().exits(5);
    assert!(ended.out().contains("nowhere.invalid"), "{}", ended.out());
}

#[test]
fn failed_jobs_set_the_exit_code_unless_the_plan_tolerates_them() {
    let upstream = upstream();
    let address = upstream.local_addr();
    for (expect, code) in [
        ("", 1),
        ("[expect]\nfailed = \"< 2%\"", 0),
        ("[expect]\nfailed = \"< 1%\"", 1),
        ("[expect]\nfailed = \"< 2%\"\np95 = \"< 1ms\"", 1),
        ("[expect]\nfailed = \"< 2%\"\np95 = \"< 1m\"", 0),
    ] {
        let plan = format!(
            "{expect}\n[[endpoint]]\nurl = \"http://{address}/delay/10ms\"\nrepeat = 99\n\
             [[endpoint]]\nurl = \"http://{address}/status/500\"\n"
        );
        Folder::new().with("plan.toml", &plan).inflight("run plan.toml").run().exits(code);
    }
}

#[test]
fn an_empty_list_is_nothing_to_do() {
    let folder = Folder::new().with("empty.txt", "").with("comments.txt", "# nothing\n\n").with("rows.csv", "id\n");
    let folder = folder.with("rows.toml", "[[endpoint]]\nurl = \"http://127.0.0.1:1/{id}\"\nrows = \"rows.csv\"\n");
    for plan in ["empty.txt", "comments.txt", "rows.toml", "-"] {
        let ended = folder.inflight("run").arg(plan).run().exits(4);
        assert!(ended.err().contains("has no jobs"), "{}", ended.err());
    }
}

#[test]
fn wrong_arguments_are_answered_with_right_ones() {
    let folder = Folder::new();
    let ended = folder.inflight("").run().exits(2);
    assert!(ended.err().contains("Examples:") && ended.err().contains("inflight demo"), "{}", ended.err());
    for (arguments, expected) in [
        ("run --concurency 5 http://127.0.0.1:1/", "--concurrency"),
        ("run", "<PLAN|URL>"),
        ("upstrem", "upstream"),
        ("run -n 0 http://127.0.0.1:1/", "n"),
        ("run -c 0 http://127.0.0.1:1/", "0"),
        ("run --timeout 250 http://127.0.0.1:1/", "250ms"),
        ("run -H nonsense http://127.0.0.1:1/", "colon"),
        ("run a.toml b.toml", "one plan"),
    ] {
        let ended = folder.inflight(arguments).run();
        assert!(matches!(ended.code, 2 | 4), "{arguments}: {}", ended.code);
        assert!(ended.err().contains(expected), "{arguments}: {}", ended.err());
    }
    folder.inflight("run missing.toml").run().exits(3);
}
