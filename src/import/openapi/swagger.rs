//! Swagger 2 descriptions, changed to what OpenAPI 3 has.
//!
//! References to `#/definitions` stay, because the definitions do. Start at [`upgrade`].

use serde_json::{Map, Value, json};

use crate::import::openapi::{METHODS, resolve};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Changes servers, credentials, parameters and bodies.
pub(super) fn upgrade(old: &Value) -> Value {
    let mut new = old.clone();
    new["servers"] = json!([{"url": server(old)}]);
    let schemes = old["securityDefinitions"].as_object().cloned().unwrap_or_default();
    let upgraded = schemes.into_iter().map(|(name, scheme)| match scheme["type"].as_str() {
        Some("basic") => (name, json!({"type": "http", "scheme": "basic"})),
        _ => (name, scheme),
    });
    new["components"] = json!({"securitySchemes": upgraded.collect::<Map<_, _>>()});
    for (path, item) in old["paths"].as_object().into_iter().flatten() {
        let item = resolve(old, item);
        let Some(target) = new["paths"].get_mut(path).filter(|_| item.is_object()) else { continue };
        target.clone_from(item);
        for (method, own) in METHODS.iter().filter_map(|method| Some((method, item.get(method)?))) {
            if let Some(operation) = target[method].as_object_mut() {
                let (parameters, body) = parameters(old, item, own);
                operation.insert("parameters".to_owned(), parameters.into());
                operation.extend(body.map(|body| ("requestBody".to_owned(), body)));
            }
        }
        if let Some(target) = target.as_object_mut() {
            target.remove("parameters");
        }
    }
    new
}

/// The URL before the path. Without a host, it is where the description comes from.
fn server(old: &Value) -> String {
    let base = old["basePath"].as_str().unwrap_or_default();
    let Some(host) = old["host"].as_str() else { return base.to_owned() };
    let schemes: Vec<&str> = old["schemes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let scheme = if schemes.is_empty() || schemes.contains(&"https") { "https" } else { schemes[0] };
    format!("{scheme}://{host}{base}")
}

/// The parameters of an operation, and its body, which is one or some of them.
fn parameters(old: &Value, item: &Value, own: &Value) -> (Vec<Value>, Option<Value>) {
    let listed = |from: &Value| -> Vec<Value> {
        let listed = from["parameters"].as_array().into_iter().flatten();
        listed.map(|parameter| resolve(old, parameter).clone()).collect()
    };
    let mut all = listed(own);
    for shared in listed(item) {
        if !all.iter().any(|own| own["name"] == shared["name"] && own["in"] == shared["in"]) {
            all.push(shared);
        }
    }
    let consumes = if own["consumes"].is_array() { &own["consumes"] } else { &old["consumes"] };
    let (mut kept, mut body, mut fields, mut required) = (Vec::new(), None, Map::new(), Vec::new());
    for parameter in all {
        match parameter["in"].as_str() {
            Some("body") => {
                let kind = consumes[0].as_str().unwrap_or(JSON);
                let media = json!({kind: {"schema": parameter["schema"], "example": parameter["x-example"]}});
                body = Some(json!({"required": parameter["required"], "content": media}));
            }
            Some("formData") => {
                let name = parameter["name"].as_str().unwrap_or_default().to_owned();
                if parameter["required"] == true {
                    required.push(name.clone());
                }
                fields.insert(name, as_schema(&parameter));
            }
            _ => kept.push(json!({
                "name": parameter["name"], "in": parameter["in"], "required": parameter["required"],
                "example": parameter["x-example"], "schema": as_schema(&parameter),
            })),
        }
    }
    if !fields.is_empty() {
        let schema = json!({"properties": fields, "required": required});
        body = Some(json!({"required": !required.is_empty(), "content": {FORM: {"schema": schema}}}));
    }
    (kept, body)
}

/// A parameter as the schema of its value.
fn as_schema(parameter: &Value) -> Value {
    let mut schema = parameter.clone();
    if let Some(fields) = schema.as_object_mut() {
        // This says whether the parameter is needed, not which of its properties are.
        fields.remove("required");
        if let Some(example) = fields.remove("x-example") {
            fields.insert("example".to_owned(), example);
        }
    }
    schema
}
