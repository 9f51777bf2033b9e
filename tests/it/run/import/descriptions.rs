//! OpenAPI descriptions.

use serde_json::{Value, json};

use super::{import_and_run, lines};
use crate::run::program::Folder;
use crate::run::requests::Recorder;

fn description(base: &str) -> Value {
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}, "example": 7});
    let tag = json!({"name": "tag", "in": "query", "required": true, "schema": {"$ref": "#/components/schemas/Tag"}});
    json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": format!("{base}{{version}}/"), "variables": {"version": {"default": "v1"}}}],
        "security": [{"key": []}],
        "components": {
            "schemas": {"Tag": {"type": "string", "enum": ["a b", "c"]}, "Pet": {"required": ["name"], "properties": {"name": {"example": "Tom"}, "age": {"type": "integer"}}}},
            "parameters": {"Id": id},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "login": {"type": "http", "scheme": "bearer"}}
        },
        "paths": {
            "/pets": {
                "get": {"parameters": [tag, {"name": "page", "in": "query", "schema": {"default": 3}}], "security": [{}]},
                "post": {"requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}, "security": [{"login": []}]}
            },
            "/pets/{id}": {"parameters": [{"$ref": "#/components/parameters/Id"}], "get": {"operationId": "one"}},
            "/owners/{name}": {"get": {"parameters": [{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}]}},
            "/upload": {"put": {"requestBody": {"required": true, "content": {"image/png": {}}}}}
        }
    })
}

#[test]
fn operations_with_examples_become_a_plan() {
    let recorder = Recorder::start();
    let folder = Folder::new().with("openapi.json", &description(&recorder.url()).to_string());
    let variables = [("LOGIN_TOKEN", "t"), ("KEY_KEY", "k")];
    let requests = import_and_run(&folder, "openapi.json -o plan.toml", &recorder, &variables);
    assert_eq!(lines(&requests), ["GET /v1/pets/7", "GET /v1/pets?tag=a%20b", "POST /v1/pets"]);
    assert_eq!((requests[0].header("x-key"), requests[1].header("x-key")), (Some("k"), None));
    assert_eq!(
        (requests[2].text().as_str(), requests[2].header("authorization")),
        ("{\"name\":\"Tom\"}", Some("Bearer t"))
    );
}

#[test]
fn operations_without_examples_are_named() {
    let folder = Folder::new().with("openapi.json", &description("http://127.0.0.1:1/").to_string());
    let ended = folder.inflight("import openapi.json").run().exits(0);
    for left_out in
        ["GET /owners/{name}: its parameter `name` has no example", "PUT /upload: it has no example of its body"]
    {
        assert!(ended.err().contains(&format!("left out: {left_out}\n")), "{}", ended.err());
        assert!(ended.out().contains(&format!("# Left out: {left_out}\n")), "{}", ended.out());
    }
}
