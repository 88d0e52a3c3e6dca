//! The front ends, from inside the binary, with the headers of their origin.
//!
//! Nothing here is written by a person: the pages are the same for everyone, and
//! words come later, over the sockets.

mod files;
mod headers;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::app::App;
use crate::error::Error;

pub use files::text;
pub use headers::{Policy, finish, with};

/// The console's pages; every address of its own leads to the one page.
pub fn console() -> Router {
    let page = |path: Option<Path<String>>, request: Request| async move {
        let path = path.map(|Path(path)| path).unwrap_or_default();
        let name = format!("console/{path}");
        let is_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
        let name = if is_file { name } else { "console/index.html".to_owned() };
        with(Policy::Console, files::answer(&name, request.headers()))
    };
    Router::new()
        .route("/console/", get(page))
        .route("/console/{*path}", get(page))
        .route("/console", get(|| async { Redirect::permanent("/console/") }))
}

/// The widget: the loader for the clinic's page, the frame for its iframe.
pub fn widget(app: &App) -> Router {
    let page = |State(app): State<App>, path: Option<Path<String>>, request: Request| async move {
        let path = path.map(|Path(path)| path).unwrap_or_default();
        let is_loader = path == "loader.js";
        let name = if path.is_empty() { "index.html" } else { &path };
        let answer = files::answer(&format!("widget/{name}"), request.headers());
        let policy = if is_loader {
            Policy::Loader
        } else {
            Policy::Frame { pages: app.sections().site.pages.join(" ") }
        };
        with(policy, answer)
    };
    Router::new()
        .route("/widget/", get(page))
        .route("/widget/{*path}", get(page))
        .with_state(app.clone())
}

/// For whatever no table names.
pub async fn not_found() -> Response {
    Error::NotFound.into_response()
}
