//! Postman collections.

use serde_json::{Value, json};

use super::{import_and_run, lines};
use crate::run::program::Folder;
use crate::run::requests::Recorder;

fn collection(base: &str) -> Value {
    let listed = |key: &str, value: &str| json!([{"key": key, "value": value, "type": "string"}]);
    let listed_key = |key: &str, place: &str| json!([{"key": "key", "value": key}, {"key": "value", "value": "canary-tenant"}, {"key": "in", "value": place}]);
    let raw = json!({"mode": "raw", "raw": "{\"n\": \"{{name}}\", \"k\": {\"x\": 1}}", "options": {"raw": {"language": "json"}}});
    let form = json!({"mode": "urlencoded", "urlencoded": [
        {"key": "a", "value": "{{name}}"}, {"key": "password", "value": "canary"}, {"key": "off", "value": "1", "disabled": true}]});
    json!({
        "info": {"name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "variable": [{"key": "base", "value": base.trim_end_matches('/')}, {"key": "name", "value": "ann"}, {"key": "token", "value": "canary"}],
        "auth": {"type": "bearer", "bearer": listed("token", "{{token}}")},
        "event": [{"listen": "prerequest", "script": {"exec": ["pm.x()"]}}],
        "item": [
            {"name": "orders", "item": [
                {"name": "get", "request": {"method": "GET", "header": [{"key": "X-A", "value": "{{mine}}"}, {"key": "X-B", "value": "1", "disabled": true}],
                    "url": {"raw": "{{base}}/orders/:id?page=2", "variable": [{"key": "id", "value": "7"}]}}},
                {"name": "get", "request": {"method": "POST", "url": "{{base}}/orders", "body": raw}},
            ]},
            {"name": "login", "request": {"method": "POST", "url": {"raw": "{{base}}/login"}, "body": form, "auth": {"type": "noauth"}}},
            {"name": "basic", "request": {"url": "{{base}}/basic", "auth": {"type": "basic", "basic": [{"key": "username", "value": "u"}, {"key": "password", "value": "canary"}]}}},
            {"name": "key", "request": {"url": "{{base}}/key", "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "X-Api-Key"}, {"key": "value", "value": "canary-key"}]}}},
            {"name": "odd key", "request": {"url": "{{base}}/odd", "auth": {"type": "apikey", "apikey": listed_key("X-Tenant", "header")}}},
            {"name": "query key", "request": {"url": "{{base}}/query?a=1", "auth": {"type": "apikey", "apikey": listed_key("tenant", "query")}}},
            {"name": "oauth token", "request": {"url": "{{base}}/token", "auth": {"type": "oauth2", "oauth2": listed("accessToken", "canary-oauth")}}},
            {"name": "aws", "request": {"url": "{{base}}/aws", "auth": {"type": "awsv4", "awsv4": listed("secretKey", "canary")}}},
            {"name": "guid", "request": {"url": "{{base}}/{{$guid}}"}},
            {"name": "oauth", "request": {"url": "{{base}}/oauth", "auth": {"type": "oauth2", "oauth2": []}}},
        ]
    })
}

#[test]
fn a_collection_becomes_a_plan_that_sends_its_requests() {
    let recorder = Recorder::start();
    let folder = Folder::new().with("c.json", &collection(&recorder.url()).to_string());
    let variables = [
        ("token", "t"),
        ("mine", "m"),
        ("PASSWORD", "p"),
        ("PASSWORD_2", "p"),
        ("X_API_KEY", "k"),
        ("X_TENANT", "x"),
        ("ACCESS_TOKEN", "o"),
    ];
    let requests = import_and_run(&folder, "c.json -o plan.toml", &recorder, &variables);
    assert_eq!(
        lines(&requests),
        [
            "GET /aws",
            "GET /basic",
            "GET /key",
            "GET /oauth",
            "GET /odd",
            "GET /orders/7?page=2",
            "GET /query?a=1&tenant=x",
            "GET /token",
            "POST /login",
            "POST /orders"
        ]
    );
    assert_eq!(requests[1].header("authorization"), Some("Basic dTpw"));
    assert_eq!((requests[2].header("x-api-key"), requests[2].header("authorization")), (Some("k"), None));
    assert_eq!((requests[4].header("x-tenant"), requests[7].header("authorization")), (Some("x"), Some("Bearer o")));
    let order = &requests[5];
    assert_eq!(
        (order.header("authorization"), order.header("x-a"), order.header("x-b")),
        (Some("Bearer t"), Some("m"), None)
    );
    assert_eq!((requests[8].text().as_str(), requests[8].header("authorization")), ("a=ann&password=p", None));
    assert_eq!(requests[9].text(), "{\"n\": \"ann\", \"k\": {\"x\": 1}}");
    assert_eq!(requests[9].header("content-type"), Some("application/json"));
}

#[test]
fn names_are_those_of_folders_and_requests() {
    let folder = Folder::new().with("c.json", &collection("http://127.0.0.1:1/").to_string());
    let ended = folder.inflight("import c.json").run().exits(0);
    for part in ["name = \"orders / get\"\n", "name = \"orders / get (2)\"\n", "name = \"login\"\n"] {
        assert!(ended.out().contains(part), "{part}: {}", ended.out());
    }
    assert!(!ended.out().contains("canary"), "{}", ended.out());
    for note in [
        "left out: guid: `{{$guid}}` has another value in each request\n",
        "note: oauth: credentials of the kind `oauth2` are left out\n",
        "note: aws: credentials of the kind `awsv4` are left out\n",
        "note: 1 script not run\n",
        "`mine`",
    ] {
        assert!(ended.err().contains(note), "{note}: {}", ended.err());
    }
}
