//! Signing in and out over HTTP, and tickets for sockets.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use protocol::http::{Me, SignIn, Ticket};
use std::sync::Arc;

use super::{Session, SignIns, session, ticket};
use crate::app::App;
use crate::error::{Error, Result};
use crate::rates::{Client, Rates};
use crate::wire::Json;

/// `POST /api/sign-in`.
pub async fn sign_in(
    State(app): State<App>,
    State(sign_ins): State<Arc<SignIns>>,
    State(rates): State<Arc<Rates>>,
    Extension(client): Extension<Client>,
    Json(tried): Json<SignIn>,
) -> Result<Response> {
    let (account, secret) = sign_ins.sign_in(&app, &rates, client, tried).await?;
    let cookie = cookie(&app, secret.reveal(), app.config.sessions.seconds_max)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(account.to_me())).into_response())
}

/// `POST /api/sign-out`.
pub async fn sign_out(
    State(app): State<App>,
    Extension(session): Extension<Session>,
) -> Result<Response> {
    session::end(&app, &session).await?;
    Ok(([(header::SET_COOKIE, cookie(&app, "", 0)?)], Json(())).into_response())
}

/// `GET /api/me`.
pub async fn me(Extension(session): Extension<Session>) -> Json<Me> {
    Json(session.account.to_me())
}

/// `POST /api/ticket`.
pub async fn issue_ticket(
    State(app): State<App>,
    Extension(session): Extension<Session>,
) -> Result<Json<Ticket>> {
    let ticket = ticket::issue(&app, &session).await?;
    Ok(Json(Ticket { ticket: ticket.reveal().to_owned(), seconds: ticket::SECONDS }))
}

/// The session of a request's cookie.
pub async fn session_of(app: &App, headers: &HeaderMap) -> Result<Session> {
    let secret = secret_of(app, headers).ok_or(Error::SignedOut)?;
    session::of_secret(app, secret).await
}

/// The cookie that carries a session's secret: for this host alone, unreadable to scripts.
pub fn cookie(app: &App, secret: &str, seconds: u32) -> Result<HeaderValue> {
    let secure = if is_https(app) { "; Secure" } else { "" };
    let text = format!(
        "{}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}",
        cookie_name(app)
    );
    let mut value = HeaderValue::try_from(text)
        .map_err(|error| Error::broken("a cookie is a header's value", error))?;
    value.set_sensitive(true);
    Ok(value)
}

fn secret_of<'h>(app: &App, headers: &'h HeaderMap) -> Option<&'h str> {
    let name = cookie_name(app);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, secret)| secret)
}

/// The prefix makes a browser refuse it from any other host or path.
fn cookie_name(app: &App) -> &'static str {
    if is_https(app) { "__Host-sotto" } else { "sotto" }
}

fn is_https(app: &App) -> bool {
    app.config.origins.console.starts_with("https://")
}
