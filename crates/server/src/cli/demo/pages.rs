//! The demo's own pages: where to begin, and the sample clinic.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::app::App;
use crate::error::{Error, Result};
use crate::identity::http::cookie;
use crate::identity::session;
use crate::ids::{AccountId, Secret, sha256};
use crate::router::Peer;
use crate::web::{self, Policy, with};

const START: &str = include_str!("start.html");
const STYLE: &str = include_str!("start.css");

/// One-click links: good while this process runs, from this machine.
#[derive(Clone)]
pub(super) struct Links(Arc<Vec<Link>>);

struct Link {
    role: &'static str,
    account: AccountId,
    hash: [u8; 32],
    url: String,
}

impl Links {
    pub(super) fn new(port: u16, staff: &[(&'static str, AccountId)]) -> Self {
        let link = |&(role, account): &(&'static str, AccountId)| {
            let secret = Secret::fresh();
            let url = format!("http://localhost:{port}/demo/enter/{}", secret.reveal());
            Link { role, account, hash: secret.hash(), url }
        };
        Self(Arc::new(staff.iter().map(link).collect()))
    }

    pub(super) fn of(&self, role: &str) -> &str {
        self.0.iter().find(|link| link.role == role).map_or("", |link| &link.url)
    }
}

#[derive(Clone)]
struct Demo {
    app: App,
    links: Links,
    page: Arc<str>,
}

/// The start page on the console's origin.
pub(super) fn start(app: &App, links: Links, clinic: &str) -> Router {
    let page = START
        .replace("{{agent}}", links.of("agent"))
        .replace("{{supervisor}}", links.of("supervisor"))
        .replace("{{administrator}}", links.of("administrator"))
        .replace("{{clinic}}", clinic)
        .replace("{{transcripts}}", &app.config.transcripts_dir.display().to_string());
    let demo = Demo { app: app.clone(), links, page: page.into() };
    let css = || async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) };
    Router::new()
        .route("/", get(show))
        .route("/demo/start.css", get(css))
        .route("/demo/enter/{secret}", get(enter))
        .with_state(demo)
}

async fn show(State(demo): State<Demo>, Extension(peer): Extension<Peer>) -> Result<Response> {
    if !peer.0.is_loopback() {
        return Err(Error::NotAllowed);
    }
    let page = Html(demo.page.to_string()).into_response();
    Ok(with(Policy::Demo { widget: None }, page))
}

async fn enter(
    State(demo): State<Demo>,
    Extension(peer): Extension<Peer>,
    Path(secret): Path<String>,
) -> Result<Response> {
    let hash = sha256(secret.as_bytes());
    let link = demo.links.0.iter().find(|link| link.hash == hash && peer.0.is_loopback());
    let account = link.ok_or(Error::NotFound)?.account;
    let secret = session::open(&demo.app, account).await?;
    let cookie = cookie(&demo.app, secret.reveal(), demo.app.config.sessions.seconds_max)?;
    let no_store = (header::CACHE_CONTROL, "no-store".parse().map_err(|_| Error::NotFound)?);
    Ok(([(header::SET_COOKIE, cookie), no_store], Redirect::to("/console/")).into_response())
}

/// The sample clinic's web site, an origin of its own.
pub(super) fn clinic(app: &App) -> Router {
    let page = |State(app): State<App>| async move {
        let widget = app.config.origins.widget.clone();
        let words = "The front ends were not built: run `make run`.\n";
        let answer = match web::text("clinic/index.html") {
            Some(page) => Html(page.replace("{{widget}}", &widget)).into_response(),
            None => (StatusCode::SERVICE_UNAVAILABLE, words).into_response(),
        };
        with(Policy::Demo { widget: Some(widget) }, answer)
    };
    let css = || async {
        let style = web::text("clinic/clinic.css").unwrap_or_default();
        ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], style)
    };
    Router::new().route("/", get(page)).route("/clinic.css", get(css)).with_state(app.clone())
}
