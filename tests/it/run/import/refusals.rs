//! Files that cannot be imported, and what `run` says about files that can.

use std::io::Write;

use crate::run::program::Folder;

#[test]
fn a_file_that_cannot_be_imported_is_an_error_with_a_remedy() {
    let index = "<sitemapindex><sitemap><loc>https://a.b/1.xml</loc></sitemap></sitemapindex>";
    for (name, text, code, message) in [
        ("load.js", "import http from 'k6/http';\n", 3, "`load.js` is a k6 script, which cannot be imported"),
        ("a.txt", "hello\n", 3, "`a.txt` is in no format that can be imported"),
        ("openapi.yaml", "openapi: 3.0.0\npaths: {}\n", 4, "there is no request to import"),
        ("broken.yaml", "openapi: 3.0.0\npaths: [\n", 3, "cannot read the description: it is not valid YAML (line "),
        ("old.json", "{\"swagger\": \"1.2\", \"paths\": {}}", 3, "only OpenAPI 3 and Swagger 2 can be imported"),
        ("index.xml", index, 3, "this is an index of 1 sitemap"),
        ("a.xml", "<urlset><url>", 4, "there is no request to import"),
        ("b.xml", "<urlset><url></loc>", 3, "cannot read the sitemap: line 1: "),
        ("a.har", "{\"log\": {\"entries\": []}}", 4, "there is no request to import"),
        ("b.har", "{\"log\": {\"entries\": [{}]}}", 4, "there is no request to import: entry 1: missing key `request`"),
        ("d.har", "{\"log\": {\"entries\": {}}}", 3, "a value has another type than the format says (line 1, column"),
        ("c.json", "{\"info\": {\"_postman_id\": \"1\"}, \"item\": {}}", 3, "it has no list `item`"),
        ("cut.xml", "<urlset><url><loc>", 4, "the sitemap ends too early"),
        ("c.har", "{\"log\": {\"entries\": [", 3, "cannot read the HAR file: it ends too early"),
        ("a.sh", "curl 'https://a.b/\n", 3, "a quote is not closed: '"),
        ("missing.har", "", 3, "cannot read `missing.har`: no such file or folder"),
    ] {
        let folder = Folder::new();
        let folder = if name == "missing.har" { folder } else { folder.with(name, text) };
        let ended = folder.inflight("import").arg(name).args(["-o", "new.toml"]).run().exits(code);
        assert!(ended.err().contains(message), "{name}: {}", ended.err());
        assert!(!folder.path("new.toml").exists(), "{name}");
    }
}

#[test]
fn run_names_the_command_that_imports_a_file() {
    for (name, text, command) in [
        ("a.har", "{\"log\": {\"entries\": []}}", "inflight import a.har -o plan.toml"),
        ("a.xml", "<urlset></urlset>", "inflight import a.xml -o urls.txt"),
        ("a.sh", "curl https://a.b/\n", "inflight import a.sh -o plan.toml"),
        ("a.json", "{\"openapi\": \"3.0.0\"}", "inflight import a.json -o plan.toml"),
    ] {
        let ended = Folder::new().with(name, text).inflight("run").arg(name).run().exits(3);
        assert!(ended.err().replace("\n      ", "").contains(command), "{}", ended.err());
    }
}

#[test]
fn standard_input_is_imported() {
    let folder = Folder::new();
    let mut running = folder.inflight("import - --as urls").with_input().start();
    running.input().write_all(b"curl https://a.b/x\ncurl -X DELETE https://a.b/y -H 'a: b'\n").unwrap();
    let ended = running.wait().exits(0);
    assert_eq!(ended.out(), "https://a.b/x\nDELETE https://a.b/y\n");
    assert_eq!(ended.err(), "note: the headers and settings of 1 request are not in the list\n");
}

#[test]
fn an_unknown_format_is_wrong_usage() {
    let ended = Folder::new().inflight("import a.har --from xls").run().exits(2);
    assert!(ended.err().contains("write one of har, postman, openapi, sitemap, curl"), "{}", ended.err());
}

#[test]
fn an_output_that_exists_is_replaced_only_on_request() {
    let folder =
        Folder::new().with("a.sh", "curl https://a.b/x\n").with("plan.toml", "# mine\n").with("empty.toml", "");
    let ended = folder.inflight("import a.sh -o plan.toml").run().exits(74);
    assert!(ended.err().contains("`plan.toml` exists already, and would be replaced"), "{}", ended.err());
    assert!(ended.err().contains("add `--force` to replace it"), "{}", ended.err());
    assert_eq!(folder.bytes("plan.toml"), b"# mine\n");
    folder.inflight("import a.sh -o empty.toml").run().exits(0);
    folder.inflight("import missing.sh --force -o plan.toml").run().exits(3);
    assert_eq!(folder.bytes("plan.toml"), b"# mine\n");
    folder.inflight("import a.sh --force -o plan.toml").run().exits(0);
    assert!(folder.bytes("plan.toml").ends_with(b"url = \"https://a.b/x\"\n"));
    assert_eq!(folder.names(), ["a.sh", "empty.toml", "plan.toml"]);
    for output in ["-", "/dev/stdout"] {
        let ended = folder.inflight("import a.sh --as urls -o").arg(output).run().exits(0);
        assert_eq!(ended.out(), "https://a.b/x\n", "{output}");
    }
}
