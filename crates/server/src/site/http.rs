//! The settings over HTTP, and what the widget may know of them.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::{Path, State};
use masking::{Action, Mode, Policy, Writer};
use protocol::Mask;
use protocol::http::{
    ChangeSection, MaskingRule, MaskingTable, OpenDepartment, Section, TriedMasking, TryMasking,
    WidgetConfig,
};

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
    super::change(&app, Some(session.account.id), name, change).await.map(Json)
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
    let policies = app.policies();
    let departments = sections.departments.iter().map(|department| OpenDepartment {
        id: department.id.clone(),
        name: department.name.clone(),
        is_open: department.is_open,
        masking: changed(policies.of_department(&department.id)),
    });
    Ok(Json(WidgetConfig {
        site,
        name: sections.site.name.clone(),
        languages: sections.site.languages.clone(),
        departments: departments.collect(),
        practice: !sections.mode.is_phi,
        accent: sections.site.accent.clone(),
        message_bytes_max: u32::try_from(app.config.limits.message_bytes).unwrap_or(u32::MAX),
    }))
}

/// What a policy does with a visitor's values where the default does something else.
/// Own rules stay here: a browser's patterns may take the square of what they read.
fn changed(policy: &Policy) -> BTreeMap<String, String> {
    let default = Policy::default();
    let of = |rule: &str, policy: &Policy| policy.action(rule, Writer::Visitor);
    let rules = masking::rules().into_iter().map(|(rule, _, _)| rule);
    let changed = rules.filter(|rule| of(rule, policy) != of(rule, &default));
    changed.map(|rule| (rule.to_owned(), action_name(of(rule, policy)).to_owned())).collect()
}

fn action_name(action: Option<Action>) -> &'static str {
    match action {
        Some(Action::Mask) => "mask",
        Some(Action::ArchiveOnly) => "archive_only",
        Some(Action::WarnBeforeSending) => "warn_before_sending",
        Some(Action::Off) | None => "off",
    }
}

/// `GET /api/masking/rules`.
pub async fn masking_rules() -> Json<MaskingTable> {
    let table = Policy::default();
    let rule = |(rule, _, version): (&'static str, &'static str, u32)| {
        let action = action_name(table.action(rule, Writer::Visitor));
        MaskingRule { rule: rule.to_owned(), version, action: action.to_owned() }
    };
    let checks = masking::checks().into_iter().map(str::to_owned).collect();
    Json(MaskingTable { rules: masking::rules().into_iter().map(rule).collect(), checks })
}

/// `POST /api/masking/try`.
pub async fn try_masking(
    State(app): State<App>,
    Json(asked): Json<TryMasking>,
) -> Result<Json<TriedMasking>> {
    if asked.sample.len() > app.config.limits.message_bytes {
        return Err(Error::TooLarge);
    }
    let writer = match asked.writer.as_str() {
        "visitor" => Writer::Visitor,
        "agent" => Writer::Agent,
        "automatic" => Writer::Automatic,
        _ => return Err(Error::Invalid { field: "writer", why: "is visitor, agent or automatic" }),
    };
    let policies = match asked.value {
        Some(value) => super::policies_of(&app, value)?.into(),
        None => app.policies(),
    };
    let mode = if asked.archive { Mode::Archive } else { Mode::Live };
    let policy = policies.of_department(&asked.department);
    let tried = app.engine.dry_run(policy, mode, writer, &asked.sample);
    let mask =
        |tried: masking::Tried| Mask { start: tried.start, end: tried.end, rule: tried.rule };
    Ok(Json(TriedMasking { text: tried.text, masks: tried.masks.into_iter().map(mask).collect() }))
}
