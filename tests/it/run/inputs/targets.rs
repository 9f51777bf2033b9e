//! Targets on the command line, from outside.

use crate::run::program::Folder;
use crate::run::upstream;

#[test]
fn a_local_address_needs_no_scheme() {
    let (upstream, folder) = (upstream(), Folder::new());
    let address = upstream.local_addr();
    let port = address.port();
    for target in
        [format!("{address}/status/200"), format!("localhost:{port}/status/200"), format!(":{port}/status/200")]
    {
        let summary = folder.inflight("run --json -n 3").arg(&target).run().exits(0).summary();
        assert_eq!(summary["jobs"]["done"], 3, "{target}");
    }
    let folder = folder.with("urls.txt", &format!("{address}/status/200\nlocalhost:{port}/status/204\n"));
    let summary = folder.inflight("run --json urls.txt").run().exits(0).summary();
    assert_eq!(summary["jobs"]["done"], 2);
    assert_eq!(upstream.stop().requests, 11);
}

#[test]
fn a_bare_domain_is_a_url_unless_a_file_has_that_name() {
    let folder = Folder::new();
    let check = folder.inflight("check example.org").run().exits(0);
    assert!(check.out().contains("https://example.org"), "{}", check.out());

    let folder = folder.with("example.org", "http://127.0.0.1/from-a-file\n");
    let check = folder.inflight("check example.org").run().exits(0);
    assert!(check.out().contains("`example.org`, a line each"), "{}", check.out());
    assert_eq!(check.err(), "note: `example.org` is a file here; for the URL, write `https://example.org`\n");
    let check = folder.inflight("check https://example.org").run().exits(0);
    assert_eq!(check.err(), "");

    let missing = folder.inflight("check urls.txt").run().exits(3);
    assert!(missing.err().contains("there is no such file"), "{}", missing.err());
}

#[test]
fn statuses_are_noted_alike_everywhere() {
    let plan = "[[endpoint]]\nurl = \"http://127.0.0.1:1/\"\nexpect = { status = [999, \"200..=299\", \"3xx\"] }\n\
                throttled = [429, \"500-503\"]\nretry = { on = [\"520..=530\"] }\n";
    let folder = Folder::new().with("plan.toml", plan);
    let check = folder.inflight("check --retry-on 4xx,599-601 plan.toml").run().exits(0);
    for (key, value) in [
        ("expect.status", "200 to 399, 999"),
        ("throttled", "429, 500..=503"),
        ("retry.on", "400..=499, 520..=530, 599..=601"),
    ] {
        let line = check.out().lines().find(|line| line.contains(key)).unwrap();
        assert!(line.contains(value), "{line}");
    }
    let wrong = folder.inflight("check --throttled 700..600 plan.toml").run().exits(2);
    assert!(wrong.err().contains("an empty range"), "{}", wrong.err());
}
