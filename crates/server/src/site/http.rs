//! The settings over HTTP, and what the widget may know of them.

use axum::Extension;
use axum::extract::{Path, State};
use protocol::http::{ChangeSection, OpenDepartment, Section, WidgetConfig};

use super::Name;
use crate::app::App;
use crate::error::{Error, Result};
use crate::identity::Session;
use crate::wire::Json;

/// `GET /api/settings/{section}`.
pub async fn read(State(app): State<App>, Path(name): Path<String>) -> Result<Json<Section>> {
    let name = Name::parse(&name).ok_or(Error::NotFound)?;
    super::section(&app, name).await.map(Json)
}

/// `PUT /api/settings/{section}`.
pub async fn change(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(name): Path<String>,
    Json(change): Json<ChangeSection>,
) -> Result<Json<Section>> {
    let name = Name::parse(&name).ok_or(Error::NotFound)?;
    super::change(&app, session.account.id, name, change).await.map(Json)
}

/// `GET /api/widget/{site}`.
pub async fn widget(
    State(app): State<App>,
    Path(site): Path<String>,
) -> Result<Json<WidgetConfig>> {
    let sections = app.sections();
    if sections.site.id != site {
        return Err(Error::NotFound);
    }
    let departments = sections.departments.iter().map(|department| OpenDepartment {
        id: department.id.clone(),
        name: department.name.clone(),
        is_open: department.is_open,
    });
    Ok(Json(WidgetConfig {
        site,
        name: sections.site.name.clone(),
        languages: sections.site.languages.clone(),
        departments: departments.collect(),
        practice: true,
        accent: sections.site.accent.clone(),
        message_bytes_max: u32::try_from(app.config.limits.message_bytes).unwrap_or(u32::MAX),
    }))
}
