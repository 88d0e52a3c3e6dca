//! Which origin a request is for: its Host decides, and a foreign one gets nothing.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower::{Service, ServiceExt};

use super::{Doors, On, of};
use crate::error::Error;
use crate::{values, web};

/// Shorter than a front's patience with a check.
const READY: Duration = Duration::from_millis(800);

/// Everything that a node answers. Cheap to clone.
#[derive(Clone)]
pub struct Hosts {
    by_host: Arc<HashMap<String, Router>>,
    is_https: bool,
    /// For load balancers, which know no name of ours, and for browsers' habits.
    any: Router,
}

impl Hosts {
    /// The three origins. `more` are pages beside them, by origin.
    pub fn new(doors: &Doors, more: Vec<(String, Router)>) -> Self {
        let origins = &doors.app.config.origins;
        let mut by_host = HashMap::new();
        by_host.insert(host(&origins.console), of(doors, On::Console));
        by_host.insert(host(&origins.widget), of(doors, On::Widget));
        by_host.insert(host(&origins.files), Router::new());
        for (origin, pages) in more {
            let known = by_host.remove(&host(&origin)).unwrap_or_default();
            by_host.insert(host(&origin), known.merge(pages));
        }
        let any = Router::new()
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(ready))
            // Browsers ask for it on every page; ours name their own picture or have none.
            .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
            .with_state(doors.clone());
        let by_host =
            by_host.into_iter().map(|(host, router)| (host, router.fallback(web::not_found)));
        let is_https = origins.console.starts_with("https://");
        Self { by_host: Arc::new(by_host.collect()), is_https, any }
    }

    /// The answer to one request.
    pub async fn answer(
        &self,
        request: Request<Body>,
    ) -> std::result::Result<Response, Infallible> {
        let mut answer = self.found(request).await?;
        web::finish(&mut answer, self.is_https);
        Ok(answer)
    }

    async fn found(&self, request: Request<Body>) -> std::result::Result<Response, Infallible> {
        let path = request.uri().path();
        if matches!(path, "/healthz" | "/readyz" | "/favicon.ico") {
            return self.any.clone().oneshot(request).await;
        }
        let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let found = named.and_then(|host| self.by_host.get(&host.to_ascii_lowercase()));
        match found {
            Some(router) => router.clone().call(request).await,
            None => Ok(unknown_host()),
        }
    }
}

/// `https://chat.example` is asked for as `chat.example`.
fn host(origin: &str) -> String {
    origin.split_once("://").map_or(origin, |(_, host)| host).to_ascii_lowercase()
}

fn unknown_host() -> Response {
    let words =
        "This Sotto does not answer to that name. Compare `origins` in its settings file.\n";
    (StatusCode::MISDIRECTED_REQUEST, words).into_response()
}

/// Whether the database answers, its clock is this node's, today's key is there, and the
/// node means to stay.
async fn ready(State(Doors { app, live, .. }): State<Doors>) -> Response {
    if live.is_leaving() {
        return (StatusCode::SERVICE_UNAVAILABLE, "leaving\n").into_response();
    }
    let day = app.clock.now().day();
    let asked = async {
        app.db.read(|tx| tx.count("select count(*) from node", values![])).await?;
        app.clock_must_be_right().await?;
        app.keys.ready(&app.db, &day).await
    };
    // A database that is silent answers no more than one that is gone.
    let later = Err(Error::Later { retry_after: 1 });
    match tokio::time::timeout(READY, asked).await.unwrap_or(later) {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
        }
    }
}
