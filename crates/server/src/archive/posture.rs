//! What is as it should be, and what is not: one line for each finding, with its mend.

use protocol::destination::{Backlog, PostureLine};

use super::{backlog, readers, reading};
use crate::app::App;
use crate::config::destination::NamedDestination;
use crate::error::Result;
use crate::site::lacks;

/// A required destination that lacks something for so long is told as wrong.
const BACKLOG_MILLISECONDS_MAX: i64 = 60 * 60 * 1000;

/// Every line, in the order in which they are to be read.
pub async fn lines(app: &App) -> Result<Vec<PostureLine>> {
    let mut lines = vec![key_place(app), mode(app), origins(app)];
    let backlogs = backlog::backlogs(app).await?;
    let sections = app.sections();
    if sections.destinations.is_empty() {
        let mend = "Set one: `sotto destination add`, or in the console.";
        lines.push(wrong("destination_missing", "", "there is no destination", mend));
    }
    for (named, backlog) in sections.destinations.iter().zip(&backlogs) {
        lines.extend(of_destination(app, named, backlog));
    }
    lines.extend(sealing(app).await?);
    lines.push(within_reach(app).await?);
    Ok(lines)
}

fn line(code: &str, subject: &str, outcome: &str, found: &str, mend: &str) -> PostureLine {
    PostureLine {
        code: code.to_owned(),
        subject: subject.to_owned(),
        outcome: outcome.to_owned(),
        is_required: false,
        found: found.to_owned(),
        figure: None,
        mend: mend.to_owned(),
    }
}

pub(crate) fn good(code: &str, subject: &str, found: &str) -> PostureLine {
    line(code, subject, "good", found, "")
}

/// It works, and could be better.
pub(crate) fn note(code: &str, subject: &str, found: &str, mend: &str) -> PostureLine {
    line(code, subject, "note", found, mend)
}

pub(crate) fn wrong(code: &str, subject: &str, found: &str, mend: &str) -> PostureLine {
    line(code, subject, "wrong", found, mend)
}

fn key_place(app: &App) -> PostureLine {
    let config = &app.config;
    match lacks::is_one_volume(&config.data_dir, &config.key_dir) {
        false => good("keys_apart", "", "keys and data are on different volumes"),
        true => line(
            "keys_apart",
            "",
            "note",
            "keys and data share a volume: whoever takes the disk, or a snapshot of it, has both",
            "Put key_dir on another volume. A snapshot that holds keys undoes the hard shred.",
        ),
    }
}

fn mode(app: &App) -> PostureLine {
    match app.sections().mode.is_phi {
        true => good("mode", "", "PHI mode is on"),
        false => line(
            "mode",
            "",
            "note",
            "practice mode: visitors are asked not to enter health information",
            "Switch PHI mode on once nothing below is wrong.",
        ),
    }
}

fn origins(app: &App) -> PostureLine {
    let origins = &app.config.origins;
    let all = [&origins.console, &origins.widget, &origins.files];
    let is_safe = |origin: &&String| origin.starts_with("https://") || origin.contains("localhost");
    match all.iter().all(is_safe) {
        true => good("origins", "", "origins are https, or on this machine"),
        false => wrong("origins", "", "an origin is http://", "Serve all three origins by https."),
    }
}

fn of_destination(app: &App, named: &NamedDestination, backlog: &Backlog) -> Vec<PostureLine> {
    let (name, is_phi) = (named.name.as_str(), app.sections().mode.is_phi);
    let mut lines = Vec::new();
    for (code, mend) in lacks::of(named, &app.config, app.clock.now()) {
        let outcome = if is_phi { "wrong" } else { "note" };
        let found = match code {
            "no_agreement" => "no agreement with its keeper is recorded",
            "agreement_ended" => "the agreement with its keeper has ended",
            _ => "readable transcripts share a volume with data or keys",
        };
        lines.push(PostureLine { is_required: true, ..line(code, name, outcome, found, mend) });
    }
    let placed = app.destinations();
    let placed = placed.iter().find(|placed| placed.name == name);
    if let Some(Err(error)) = placed.map(|placed| placed.to.as_ref()) {
        lines.push(wrong("destination_closed", name, &error.to_string(), error.mend()));
    }
    if backlog.is_paused && backlog.is_required {
        let mend = "Resume it. Until then no key of what waits is destroyed.";
        lines.push(line("destination_paused", name, "note", "it is paused", mend));
    }
    if backlog.stuck > 0 {
        let found = format!("{} conversations are tried no more", backlog.stuck);
        let mend = backlog.mend.as_deref().unwrap_or("Mend the destination, then replay them.");
        lines.push(wrong("deliveries_stuck", name, &found, mend));
    }
    lines.push(waiting(app, name, backlog));
    lines
}

fn waiting(app: &App, name: &str, backlog: &Backlog) -> PostureLine {
    let age = backlog.oldest_at.map_or(0, |at| app.clock.now().0 - at);
    let found = match backlog.waiting {
        0 => "nothing waits".to_owned(),
        many => format!("{many} wait, the oldest for {} minutes", age / 60_000),
    };
    if backlog.is_required && !backlog.is_paused && age > BACKLOG_MILLISECONDS_MAX {
        let mend = backlog.mend.as_deref().unwrap_or("See whether the destination answers.");
        return wrong("backlog", name, &found, mend);
    }
    good("backlog", name, &found)
}

/// Sealed destinations need keys; keys that are offered and never proved are told.
async fn sealing(app: &App) -> Result<Vec<PostureLine>> {
    let readers = readers::all(app).await?;
    let mut lines = Vec::new();
    let is_wanted = app.destinations().iter().any(|placed| placed.terms.is_sealed);
    if is_wanted && !readers.is_ready {
        let mend = "Offer and prove two keys. Until then sealed destinations get nothing.";
        lines.push(wrong("readers", "", "fewer than two keys are proved", mend));
    }
    for reader in readers.readers.iter().filter(|reader| reader.proved_at.is_none()) {
        let mend = "Open its test document and enter the code, or remove it.";
        lines.push(line(
            "reader_unproved",
            &reader.label,
            "note",
            "nobody opened its test yet",
            mend,
        ));
    }
    Ok(lines)
}

async fn within_reach(app: &App) -> Result<PostureLine> {
    let many = reading::within_reach(app).await?;
    let found = format!("this install can read {many} past conversations");
    let line = match many {
        0 => good("within_reach", "", &found),
        _ => line(
            "within_reach",
            "",
            "note",
            &found,
            "Give delivery a credential that may only write, or seal what is delivered.",
        ),
    };
    Ok(PostureLine { figure: Some(many), ..line })
}
