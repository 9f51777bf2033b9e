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

#[test]
fn descriptions_in_yaml_and_of_swagger_are_imported() {
    let yaml = r"
openapi: 3.1.0
servers:
  - url: http://a.b/v1
x-shared: &page { name: page, in: query, required: true, example: 2 }
paths:
  /pets/{id}:
    get:
      operationId: get {id}
      parameters:
        - *page
        - { name: id, in: path, required: true, schema: { $ref: '#/components/schemas/Id' } }
      responses:
        200: { description: ok }
    put:
      parameters:
        - $ref: '#/paths/~1pets~1%7Bid%7D/get/parameters/1'
      requestBody:
        content:
          application/json:
            schema:
              allOf:
                - { properties: { name: { example: Tom } } }
                - { properties: { age: { oneOf: [ { type: integer }, { const: 3 } ] } } }
components:
  schemas:
    Id: { type: integer, examples: [7] }
";
    let swagger = r"
swagger: '2.0'
host: a.b
basePath: /v2
schemes: [http]
consumes: [application/json]
securityDefinitions: { login: { type: basic }, key: { type: apiKey, in: query, name: k } }
security: [ { key: [] } ]
parameters:
  Id: { name: id, in: path, required: true, type: integer, x-example: 7 }
definitions:
  Pet: { properties: { name: { type: string, example: Tom } } }
paths:
  /pets/{id}:
    parameters: [ { $ref: '#/parameters/Id' } ]
    put:
      security: [ { login: [] } ]
      parameters: [ { name: pet, in: body, required: true, schema: { $ref: '#/definitions/Pet' } } ]
    get: { operationId: one }
  /form:
    post:
      security: []
      parameters:
        - { name: a, in: formData, required: true, type: string, default: x }
        - { name: b, in: formData, type: string }
  /lost/{x}:
    get: { parameters: [ { name: x, in: path, required: true, type: string } ] }
";
    let folder = Folder::new().with("new.yaml", yaml).with("old.yml", swagger);
    let ended = folder.inflight("import new.yaml").run().exits(0);
    for line in [
        "name = \"get {id}\"\nurl = \"http://a.b/v1/pets/7?page=2\"\n",
        "name = \"PUT /pets/{id}\"\nurl = \"http://a.b/v1/pets/7\"\n",
        "body = '{\"age\":3,\"name\":\"Tom\"}'\n",
    ] {
        assert!(ended.out().contains(line), "{line}: {}{}", ended.out(), ended.err());
    }
    let ended = folder.inflight("import old.yml").run().exits(0);
    for line in [
        "name = \"one\"\nurl = \"http://a.b/v2/pets/7?k=${KEY_KEY}\"\n",
        "auth = { basic = { user = \"${LOGIN_USER}\", password = \"${LOGIN_PASSWORD}\" } }\nbody = '{\"name\":\"Tom\"}'\n",
        "url = \"http://a.b/v2/form\"\nform = { a = \"x\" }\n",
        "# Left out: GET /lost/{x}: its parameter `x` has no example\n",
    ] {
        assert!(ended.out().contains(line), "{line}: {}{}", ended.out(), ended.err());
    }
}
