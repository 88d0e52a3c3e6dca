//! Starting a conversation over HTTP; everything after that goes over the socket.

use axum::extract::State;
use protocol::http::{Start, Started};

use crate::app::App;
use crate::error::Result;
use crate::wire::Json;

/// `POST /api/visitor/start`.
pub async fn start(State(app): State<App>, Json(asked): Json<Start>) -> Result<Json<Started>> {
    let started = super::start(&app, asked).await?;
    let token = started.token.reveal().to_owned();
    Ok(Json(Started { token, reference: started.reference }))
}
