//! The API's description (OpenAPI 3.1), made from the table and the protocol's types.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Needs, On, Route, routes};

/// `GET /api/openapi.json`.
pub(super) async fn answer() -> Response {
    axum::Json(openapi()).into_response()
}

/// The whole description.
pub fn openapi() -> Value {
    let schemas: BTreeMap<String, Value> =
        protocol::schemas().into_iter().map(|(name, schema)| (name, json!(schema))).collect();
    let mut paths: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
    for route in routes() {
        let method = route.method.as_str().to_ascii_lowercase();
        paths.entry(route.path).or_default().insert(method, operation(&route));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sotto",
            "version": protocol::VERSION.to_string(),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-sotto" },
            },
        },
    })
}

fn operation(route: &Route) -> Value {
    let origin = match route.on {
        On::Console => "console",
        On::Widget => "widget",
    };
    let schema = |name: &str| {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        json!({ "application/json": { "schema": schema } })
    };
    let (needs, security) = match route.needs {
        Needs::Nothing => ("nothing".to_owned(), json!([])),
        Needs::FirstFrame => ("a first frame within 5 seconds".to_owned(), json!([])),
        Needs::Right(right) => (format!("the right {right:?}"), json!([{ "session": [] }])),
    };
    let is_socket = route.needs == Needs::FirstFrame;
    let ok = match route.gives {
        Some(name) if !is_socket => json!({ "description": "Done", "content": schema(name) }),
        _ => json!({ "description": "Done" }),
    };
    let problem = json!({
        "description": "Problem details (RFC 9457)",
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" },
        } },
    });
    let mut described = json!({
        "summary": route.says,
        "description": format!("On the {origin}'s origin. Needs {needs}."),
        "security": security,
        "responses": { if is_socket { "101" } else { "200" }: ok, "default": problem },
    });
    if let (Some(name), false) = (route.takes, is_socket) {
        described["requestBody"] = json!({ "required": true, "content": schema(name) });
    }
    let names: Vec<Value> = parameters(route.path)
        .map(|name| {
            let schema = json!({ "type": "string" });
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect();
    if !names.is_empty() {
        described["parameters"] = json!(names);
    }
    described
}

fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}
