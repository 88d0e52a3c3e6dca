//! Which documents a part has, and which of them a destination gets.
//!
//! The JSON is the transcript; the others are renderings of it. A new rendering is
//! one line in the list below. What is to be sealed is sealed before the part is
//! kept, since sealing twice gives different bytes.

use destinations::{Document, Readers};
use protocol::destination::Terms;

use super::transcript::Transcript;
use super::{html, pdf, text};
use crate::app::Placed;

/// What a sealed document's name ends with.
pub const SEALED: &str = ".age";
const MANIFEST: &str = ".manifest.json";
const JSON: &str = ".json";

/// A rendering beside the JSON.
pub(super) struct Rendering {
    /// As in the settings.
    pub format: &'static str,
    pub ending: &'static str,
    pub media_type: &'static str,
    pub render: fn(&Transcript) -> Vec<u8>,
}

pub(super) const RENDERINGS: [Rendering; 3] = [
    Rendering {
        format: "html",
        ending: "html",
        media_type: "text/html; charset=utf-8",
        render: |transcript| html::page(transcript).into_bytes(),
    },
    Rendering {
        format: "text",
        ending: "txt",
        media_type: "text/plain; charset=utf-8",
        render: |transcript| text::text(transcript).into_bytes(),
    },
    Rendering { format: "pdf", ending: "pdf", media_type: "application/pdf", render: pdf::file },
];

/// What all destinations together want of a part.
#[derive(Debug, Clone)]
pub struct Editions {
    terms: Vec<Terms>,
    /// Unset where nothing is sealed.
    readers: Option<Readers>,
}

impl Editions {
    /// Readable, with a page.
    #[cfg(test)]
    pub fn plain() -> Self {
        Self { terms: vec![Terms::default()], readers: None }
    }

    /// `readers` are the clinic's proved keys. Without them a sealed destination gets
    /// nothing: it waits, and nothing goes there in the clear.
    pub fn wanted(destinations: &[Placed], readers: Option<Readers>) -> Self {
        let terms: Vec<_> = destinations.iter().map(|placed| placed.terms.clone()).collect();
        let readers = readers.filter(|_| terms.iter().any(|it| it.is_sealed));
        Self { terms, readers }
    }

    pub(super) fn wants(&self, rendering: &Rendering) -> bool {
        self.terms.iter().any(|it| it.formats.iter().any(|format| format == rendering.format))
    }

    /// Whether every destination is to have a file: then none may miss it.
    pub(super) fn are_everywhere(&self, file: &str) -> bool {
        self.terms.iter().all(|terms| is_wanted(terms, file))
    }

    /// The documents as they will lie there: readable, sealed, or both.
    pub(super) fn of(&self, plain: Vec<Document>) -> Result<Vec<Document>, destinations::Error> {
        let mut all = Vec::new();
        if let Some(readers) = &self.readers {
            for document in &plain {
                all.push(readers.seal(document)?);
            }
        }
        let is_plain = self.terms.iter().any(|it| !it.is_sealed);
        Ok(if is_plain { plain.into_iter().chain(all).collect() } else { all })
    }
}

/// Of a part's documents those that a destination is to have, the manifest last;
/// `None` if the transcript itself is not there in the form that it may have.
pub fn of_destination<'a>(terms: &Terms, documents: &'a [Document]) -> Option<Vec<&'a Document>> {
    let wanted: Vec<_> =
        documents.iter().filter(|document| is_wanted(terms, document.name.file())).collect();
    let is_there = wanted.iter().any(|document| !is_manifest(document.name.file()));
    is_there.then_some(wanted)
}

fn is_wanted(terms: &Terms, file: &str) -> bool {
    let (plain, is_sealed) = match file.strip_suffix(SEALED) {
        Some(plain) => (plain, true),
        None => (file, false),
    };
    let is_format = |it: &Rendering| {
        plain.ends_with(&format!(".{}", it.ending)) && terms.formats.iter().any(|f| f == it.format)
    };
    is_manifest(file)
        || (is_sealed == terms.is_sealed
            && (plain.ends_with(JSON) || RENDERINGS.iter().any(is_format)))
}

/// Whether it is the transcript's JSON, sealed or not.
pub(super) fn is_transcript(file: &str) -> bool {
    file.strip_suffix(SEALED).unwrap_or(file).ends_with(JSON) && !is_manifest(file)
}

fn is_manifest(file: &str) -> bool {
    file.ends_with(MANIFEST)
}

/// The media type that a document's name says.
pub(super) fn media_type(file: &str) -> &'static str {
    if file.ends_with(SEALED) {
        return "application/octet-stream";
    }
    let known = RENDERINGS.iter().find(|it| file.ends_with(&format!(".{}", it.ending)));
    known.map_or("application/json", |it| it.media_type)
}
