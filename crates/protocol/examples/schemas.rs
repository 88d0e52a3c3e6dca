//! Prints the protocol's types as an OpenAPI document without paths.
#![allow(clippy::print_stdout)]

fn main() {
    let schemas: serde_json::Map<_, _> = protocol::schemas()
        .into_iter()
        .map(|(name, schema)| (name, serde_json::to_value(schema).expect("a schema is JSON")))
        .collect();
    let document = serde_json::json!({
        "openapi": "3.1.0",
        "info": { "title": "Sotto", "version": protocol::VERSION.to_string() },
        "paths": {},
        "components": { "schemas": schemas },
    });
    println!("{document:#}");
}
