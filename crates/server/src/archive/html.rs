//! A transcript as a page that stands alone: readable in any browser, in ten
//! years, offline.
//!
//! No script, no picture, no font, nothing fetched; its content security policy
//! allows one style sheet by its hash. Everything that a person typed goes in as
//! text. It shows what the JSON holds; where the two differ the JSON is meant.

mod events;
mod markup;
mod words;

use std::sync::LazyLock;

use aws_lc_rs::digest;
use data_encoding::BASE64;

use super::transcript::{At, Participant, Said, Transcript};
use markup::Page;
use words::Speech;

const STYLE: &str = include_str!("html/style.css");

/// What the policy (CSP level 3, 2.3.1) allows our style sheet by.
static STYLE_HASH: LazyLock<String> =
    LazyLock::new(|| BASE64.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()).as_ref()));

/// The whole page, UTF-8.
pub fn page(transcript: &Transcript) -> String {
    let mut page = Page::default();
    let speech = Speech::of(&transcript.language);
    head(&mut page, speech, transcript);
    page.tags("<main>\n");
    top(&mut page, speech, transcript);
    page.tags("<section aria-labelledby=\"events\">\n<h2 id=\"events\">")
        .text(speech.say("What was said", "Lo que se dijo"))
        .tags("</h2>\n");
    events::write(&mut page, speech, transcript);
    page.tags("</section>\n");
    foot(&mut page, speech, transcript);
    page.tags("</main>\n</body>\n</html>\n");
    page.finish()
}

fn head(page: &mut Page, speech: Speech, transcript: &Transcript) {
    page.tags("<!doctype html>\n<html lang=\"").text(speech.tag()).tags("\">\n<head>\n");
    page.tags("<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"");
    page.tags("default-src 'none'; style-src 'sha256-").text(&STYLE_HASH);
    page.tags("'; base-uri 'none'; form-action 'none'\">\n");
    page.tags("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.tags("<meta name=\"referrer\" content=\"no-referrer\">\n");
    page.tags("<meta name=\"robots\" content=\"noindex\">\n<title>");
    page.text(title(speech, transcript)).tags(" ").text(&transcript.reference);
    page.tags("</title>\n<style>").tags(STYLE).tags("</style>\n</head>\n<body>\n");
}

fn title(speech: Speech, transcript: &Transcript) -> &'static str {
    if transcript.part == 0 {
        speech.say("Conversation", "Conversación")
    } else {
        speech.say("Addendum to conversation", "Anexo a la conversación")
    }
}

fn top(page: &mut Page, speech: Speech, transcript: &Transcript) {
    page.tags("<header>\n<p class=\"site\">").text(&transcript.site.name).tags("</p>\n<h1>");
    page.text(title(speech, transcript)).tags(" <span>").text(&transcript.reference);
    if transcript.part > 0 {
        page.text(speech.say(", part ", ", parte ")).text(&transcript.part.to_string());
    }
    page.tags("</span></h1>\n<dl>\n");
    row(page, speech.say("Department", "Departamento"), |page| {
        page.text(&transcript.department.name);
    });
    row(page, speech.say("Started", "Inicio"), |page| moment(page, speech, transcript.started_at));
    row(page, speech.say("Ended", "Fin"), |page| moment(page, speech, transcript.ended_at));
    row(page, speech.say("Lasted", "Duración"), |page| {
        page.text(&Speech::duration(transcript.started_at, transcript.ended_at));
    });
    row(page, speech.say("How it ended", "Cómo terminó"), |page| {
        page.text(speech.ending(transcript.ending));
    });
    if let Some(disposition) = &transcript.disposition {
        row(page, speech.say("Outcome", "Resultado"), |page| {
            page.text(&disposition.name);
        });
    }
    participants(page, speech, &transcript.participants);
    page.tags("</dl>\n");
    if transcript.practice {
        page.tags("<p class=\"practice\">").text(speech.say(
            "This was a test in practice mode. Visitors were asked not to enter health information.",
            "Fue una prueba en modo de práctica. Se pidió a los visitantes que no dieran datos de salud.",
        ));
        page.tags("</p>\n");
    }
    page.tags("</header>\n");
}

fn participants(page: &mut Page, speech: Speech, participants: &[Participant]) {
    for participant in participants {
        match participant {
            Participant::Visitor { name } => {
                row(page, speech.say("Visitor", "Visitante"), |page| match name {
                    Some(name) => said(page, speech, name),
                    None => {
                        page.text(speech.say("gave no name", "no dio su nombre"));
                    }
                });
            }
            Participant::Agent { person, joined_at } => {
                row(page, speech.say("Agent", "Agente"), |page| {
                    page.text(&person.name).text(speech.say(", since ", ", desde "));
                    time(page, *joined_at);
                });
            }
        }
    }
}

fn row(page: &mut Page, name: &str, write: impl FnOnce(&mut Page)) {
    page.tags("<dt>").text(name).tags("</dt><dd>");
    write(page);
    page.tags("</dd>\n");
}

fn foot(page: &mut Page, speech: Speech, transcript: &Transcript) {
    let masking = &transcript.masking;
    page.tags("<footer>\n<p>").text(speech.say(
        "All times are in Coordinated Universal Time (UTC).",
        "Todas las horas son en tiempo universal coordinado (UTC).",
    ));
    page.tags("</p>\n<p>").text(speech.say(
        "Sensitive values were hidden before this was stored, by policy ",
        "Los datos sensibles se ocultaron antes de guardarse, según la política ",
    ));
    page.text(&masking.policy).text(speech.say(", version ", ", versión "));
    page.text(&masking.policy_version.to_string());
    let rules: Vec<_> =
        masking.rules.iter().map(|(rule, version)| format!("{rule} {version}")).collect();
    if !rules.is_empty() {
        page.text(speech.say(" (rules: ", " (reglas: ")).text(&rules.join(", ")).text(")");
    }
    page.text(".").tags("</p>\n<p>").text(speech.say(
        "The signed manifest beside this file proves that nothing was changed. Check it with ",
        "El manifiesto firmado junto a este archivo prueba que nada cambió. Compruébelo con ",
    ));
    page.tags("<code>sotto transcript verify</code>.</p>\n</footer>\n");
}

/// Day and time, with the zone.
fn moment(page: &mut Page, speech: Speech, at: At) {
    page.tags("<time datetime=\"").text(&at.to_string()).tags("\">");
    page.text(&speech.day(at)).text(", ").text(&Speech::time(at)).tags("</time>");
}

/// The time of a day that is named nearby.
fn time(page: &mut Page, at: At) {
    page.tags("<time datetime=\"").text(&at.to_string()).tags("\">");
    page.text(&Speech::time(at)).tags("</time>");
}

/// Text with its hidden stretches as chips. Masks that do not fit the text
/// (out of order, past its end) show as plain text: what is shown is never less.
fn said(page: &mut Page, speech: Speech, said: &Said) {
    let letters: Vec<char> = said.text.as_str().chars().collect();
    let between = |from: usize, to: usize| letters[from..to].iter().collect::<String>();
    let mut done = 0;
    for mask in &said.masks {
        let (Ok(start), Ok(end)) = (usize::try_from(mask.start), usize::try_from(mask.end)) else {
            continue;
        };
        if start < done || start >= end || end > letters.len() {
            continue;
        }
        page.text(&between(done, start)).tags("<span class=\"chip\">").text(&between(start, end));
        page.tags(" <i>(").text(speech.hidden(&mask.rule)).text(speech.say(", hidden", ", oculto"));
        page.tags(")</i></span>");
        done = end;
    }
    page.text(&between(done, letters.len()));
}

#[cfg(test)]
mod tests;
