//! Checking where a report goes agrees with opening it there. Unix only, because it needs modes and links.

#![cfg(unix)]

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::SystemTime;

use inflight::output::destination::check_report;
use inflight::output::report::{Report, ReportHeading};

#[test]
fn a_check_agrees_with_beginning_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("closed")).unwrap();
    for name in ["old.json", "closed/old.json"] {
        fs::write(at(name), "old").unwrap();
    }
    symlink(at("closed/old.json"), at("link.json")).unwrap();
    // The superuser may write here too; then both must succeed.
    fs::set_permissions(at("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    for name in ["old.json", "new.json", "new.json/", "new.json/.", "old.json/", "closed", "closed/old.json"] {
        let path = at(name);
        let checked = check_report(&path).map_err(|error| error.kind());
        let begun = Report::begin(&path, ReportHeading::new("a", SystemTime::now())).map(drop);
        assert_eq!(checked, begun.map_err(|error| error.kind()), "{name}");
    }
    assert_eq!(check_report(&at("link.json")).is_ok(), check_report(&at("closed/old.json")).is_ok());
    assert_eq!(check_report(&at("new.json/")).unwrap_err().kind(), ErrorKind::IsADirectory);
    fs::set_permissions(at("closed"), fs::Permissions::from_mode(0o755)).unwrap();
}
