//! Destinations, deliveries and past conversations over HTTP.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use protocol::destination::{
    Archive, Challenge, Destinations, Evidence, FindTranscripts, FoundTranscripts, OfferReader,
    OpenTranscript, OpenedTranscript, Posture, ProveReader, Readers, RemoveReader, Replay,
    Replayed, TestDestination,
};
use protocol::http::Deliveries;

use super::{backlog, connection, posture, readers, reading, replay};
use crate::app::App;
use crate::error::Result;
use crate::identity::Session;
use crate::rates::Rates;
use crate::wire::Json;

/// Each may take a minute and opens connections to where it is told.
const TESTS_PER_MINUTE: u32 = 10;

/// `GET /api/deliveries`.
pub async fn deliveries(State(app): State<App>) -> Result<Json<Deliveries>> {
    backlog::deliveries(&app).await.map(Json)
}

/// `POST /api/deliveries/replay`.
pub async fn replay(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Json(asked): Json<Replay>,
) -> Result<Json<Replayed>> {
    let by = Some(session.account.id);
    let conversations = replay::asked(&app, by, asked.reference).await?;
    Ok(Json(Replayed { conversations }))
}

/// `GET /api/destinations`.
pub async fn destinations(State(app): State<App>) -> Result<Json<Destinations>> {
    connection::all(&app).await.map(Json)
}

/// `POST /api/destinations/test`.
pub async fn test(
    State(app): State<App>,
    State(rates): State<Arc<Rates>>,
    Extension(session): Extension<Session>,
    Json(asked): Json<TestDestination>,
) -> Result<Json<Evidence>> {
    let who = session.account.id;
    rates.count("destination test", who.to_bytes(), TESTS_PER_MINUTE, app.clock.now())?;
    connection::test(&app, Some(who), asked).await.map(Json)
}

/// `GET /api/sealing`.
pub async fn sealing(State(app): State<App>) -> Result<Json<Readers>> {
    readers::all(&app).await.map(Json)
}

/// `POST /api/sealing/offer`.
pub async fn offer(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Json(offered): Json<OfferReader>,
) -> Result<Json<Challenge>> {
    readers::offer(&app, Some(session.account.id), offered).await.map(Json)
}

/// `POST /api/sealing/prove`.
pub async fn prove(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Json(given): Json<ProveReader>,
) -> Result<Json<Readers>> {
    readers::prove(&app, Some(session.account.id), given).await.map(Json)
}

/// `POST /api/sealing/remove`.
pub async fn remove(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Json(asked): Json<RemoveReader>,
) -> Result<Json<Readers>> {
    readers::remove(&app, Some(session.account.id), asked.public_key).await.map(Json)
}

/// `GET /api/posture`.
pub async fn posture(State(app): State<App>) -> Result<Json<Posture>> {
    posture::lines(&app).await.map(|lines| Json(Posture { lines }))
}

/// `GET /api/archive`.
pub async fn archive(
    State(app): State<App>,
    Extension(session): Extension<Session>,
) -> Result<Json<Archive>> {
    reading::archive(&app, &session.account).await.map(Json)
}

/// `POST /api/archive/find`.
pub async fn find(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Json(asked): Json<FindTranscripts>,
) -> Result<Json<FoundTranscripts>> {
    reading::find(&app, &session.account, asked).await.map(Json)
}

/// `POST /api/archive/open`.
pub async fn open(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Json(asked): Json<OpenTranscript>,
) -> Result<Json<OpenedTranscript>> {
    reading::open(&app, &session.account, asked).await.map(Json)
}
