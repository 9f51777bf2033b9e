//! Tests of the bundled examples: each runs offline, and explains the change to real servers.

use std::fs;
use std::path::Path;

use inflight::plan::Plan;
use inflight::upstream::table::parse;
use url::Position;

use crate::plan::Drawn;

#[test]
fn every_example_is_a_plan_that_runs_offline() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for (name, n_jobs, n_endpoints) in
        [("report-120", 120, 120), ("domains-1000", 1000, 1000), ("collect-12", 3000, 12), ("flood-50", 1500, 1)]
    {
        let path = examples.join(name).with_extension("toml");
        let plan = Plan::read(&path, &|_| None).map_err(|error| error.render(false, 100)).unwrap();
        let drawn = Drawn::from_plan(&plan);
        assert_eq!((drawn.jobs.len(), drawn.endpoints.len(), drawn.bad.len()), (n_jobs, n_endpoints, 0), "{name}");
        assert!(plan.practice.is_some(), "{name} has an upstream");
        assert!(drawn.jobs.iter().all(|job| job.url.host_str().unwrap().ends_with(".practice")), "{name}");
        let rules = plan.practice.iter().flat_map(|practice| practice.hosts.iter().map(|(_, path)| path.as_str()));
        let requested = drawn.jobs.iter().map(|job| &job.url[Position::BeforePath..]);
        for path in rules.chain(requested) {
            assert!(parse(path).is_ok(), "{name}: the upstream knows {path}");
        }
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("# For real servers:").count(), 1, "{name} explains the change to real servers");
    }
}
