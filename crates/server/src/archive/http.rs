//! How far the delivery of transcripts is, over HTTP.

use axum::extract::State;
use protocol::http::Deliveries;

use super::backlog;
use crate::app::App;
use crate::error::Result;
use crate::wire::Json;

/// `GET /api/deliveries`.
pub async fn deliveries(State(app): State<App>) -> Result<Json<Deliveries>> {
    backlog::deliveries(&app).await.map(Json)
}
