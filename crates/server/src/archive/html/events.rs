//! The numbered events as a list under their days.

use protocol::event::Sender;

use super::markup::Page;
use super::words::Speech;
use super::{said, time};
use crate::archive::transcript::{At, Event, Said, Target, TargetKind, Transcript, What};

pub(super) fn write(page: &mut Page, speech: Speech, transcript: &Transcript) {
    let mut day = String::new();
    for event in &transcript.events {
        let today = speech.day(event.at);
        if today != day {
            page.tags(if day.is_empty() { "<h3>" } else { "</ol>\n<h3>" });
            page.text(&today).tags("</h3>\n<ol>\n");
            day = today;
        }
        one(page, speech, transcript, event);
    }
    if !day.is_empty() {
        page.tags("</ol>\n");
    }
}

fn one(page: &mut Page, speech: Speech, transcript: &Transcript, event: &Event) {
    match &event.what {
        What::Message { from, said, corrected, .. } => {
            message(page, speech, event.at, from, said, *corrected);
        }
        What::Note { by, said } => {
            page.tags("<li class=\"note\">");
            let label = speech.say("Note, only staff see this", "Nota, solo la ve el personal");
            who(page, event.at, &by.name, label);
            words(page, speech, said);
        }
        What::Started { answers, .. } => {
            page.tags("<li class=\"visitor\">");
            let label = speech.say("asked", "preguntó");
            who(page, event.at, speech.say("Visitor", "Visitante"), label);
            for answer in answers {
                let field = speech.field(&answer.field).unwrap_or(&answer.field);
                page.tags("<p class=\"mark\">").text(field).tags("</p>");
                words(page, speech, &answer.said);
            }
        }
        What::Rated { score, comment: Some(comment) } => {
            page.tags("<li class=\"visitor\">");
            let label = format!("{} {score}/5", speech.say("rated", "valoró con"));
            who(page, event.at, speech.say("Visitor", "Visitante"), &label);
            words(page, speech, comment);
        }
        What::Amended { of, field, now: Some(now), .. } => {
            page.tags(match of.kind {
                TargetKind::Note => "<li class=\"note\">",
                _ => "<li class=\"visitor\">",
            });
            let name = changed(speech, *of, field.as_deref());
            who(page, event.at, &name, speech.say("now reads", "ahora dice"));
            words(page, speech, now);
        }
        _ => {
            page.tags("<li class=\"quiet\">");
            quiet(page, speech, transcript, event);
            page.text(" · ");
            time(page, event.at);
        }
    }
    page.tags("</li>\n");
}

fn message(page: &mut Page, speech: Speech, at: At, from: &Sender, said: &Said, corrected: bool) {
    let mark = if corrected { speech.say("corrected", "corregido") } else { "" };
    let (class, name, label) = match from {
        Sender::Visitor => ("<li class=\"visitor\">", speech.say("Visitor", "Visitante"), mark),
        Sender::Agent { person } => ("<li class=\"agent\">", person.name.as_str(), mark),
        Sender::Automatic => {
            ("<li class=\"agent\">", speech.say("Automatic message", "Mensaje automático"), mark)
        }
    };
    page.tags(class);
    who(page, at, name, label);
    words(page, speech, said);
}

/// `Message of 24 November 2026, 09:31:10 UTC`, `Question`: a page shows no numbers.
fn changed(speech: Speech, of: Target, field: Option<&str>) -> String {
    let kind = match of.kind {
        TargetKind::Message => speech.say("Message of", "Mensaje del"),
        TargetKind::Note => speech.say("Note of", "Nota del"),
        TargetKind::Comment => {
            speech.say("Comment on the rating of", "Comentario a la valoración del")
        }
        TargetKind::Answer => {
            let answer = speech.say("Answer", "Respuesta");
            return field.map_or(answer, |it| speech.field(it).unwrap_or(it)).to_owned();
        }
    };
    format!("{kind} {}, {}", speech.day(of.at), Speech::time(of.at))
}

/// `Ana Ruiz, corrected · 09:31:10 UTC`.
fn who(page: &mut Page, at: At, name: &str, label: &str) {
    page.tags("<p class=\"who\"><b>").text(name).tags("</b>");
    if !label.is_empty() {
        page.text(", ").text(label);
    }
    page.text(" · ");
    time(page, at);
    page.tags("</p>");
}

fn words(page: &mut Page, speech: Speech, text: &Said) {
    page.tags("<p class=\"said\" dir=\"auto\">");
    said(page, speech, text);
    page.tags("</p>");
}

/// One line for what nobody typed.
fn quiet(page: &mut Page, speech: Speech, transcript: &Transcript, event: &Event) {
    match &event.what {
        What::Assigned { agent } => {
            page.text(speech.say("Offered to ", "Ofrecida a ")).text(&agent.name);
        }
        What::Accepted { agent } => {
            page.text(&agent.name).text(speech.say(" joined", " se unió"));
        }
        What::Returned { why } => {
            page.text(speech.returned(*why));
        }
        What::Transferred { by, department, agent } => {
            page.text(&by.name).text(speech.say(" transferred it to ", " la transfirió a "));
            page.text(agent.as_ref().map_or(department, |agent| &agent.name));
        }
        What::Warned { closes_at } => {
            page.text(speech.say(
                "Silence: both were told that it ends at ",
                "Silencio: se avisó a ambos de que termina a las ",
            ));
            time(page, *closes_at);
        }
        What::Ended { ending } => {
            page.text(speech.ending(*ending));
        }
        What::Closed { disposition } => {
            page.text(speech.say("Closed", "Cerrada"));
            if let Some(code) = disposition {
                let named = transcript.disposition.as_ref().filter(|named| named.id == *code);
                page.text(": ").text(named.map_or(code, |named| &named.name));
            }
        }
        What::Reopened { by } => {
            page.text(&by.name).text(speech.say(" reopened it", " la reabrió"));
        }
        What::Rated { score, .. } => {
            page.text(speech.say("Rated ", "Valorada con "));
            page.text(&format!("{score}/5"));
        }
        What::Amended { of, field, revision, .. } => {
            page.text(&changed(speech, *of, field.as_deref()));
            page.text(speech.say(" was changed (revision ", " cambió (revisión "));
            page.text(&revision.to_string()).text(")");
        }
        What::Message { .. } | What::Note { .. } | What::Started { .. } => {}
    }
}
