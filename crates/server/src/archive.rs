//! A conversation as a document that lasts: transcript, page, manifest, proof.
//!
//! [`render`] and what it uses are pure: plain values in, bytes out. [`deliver`],
//! [`backlog`] and [`shred`] are the doors to rows and destinations.

mod adopt;
pub mod backlog;
mod build;
pub mod canonical;
mod catalogue;
pub mod connection;
pub mod deliver;
pub mod editions;
pub mod fate;
mod freeze;
pub mod html;
pub mod http;
pub mod manifest;
pub mod pdf;
pub mod posture;
pub mod readers;
pub mod reading;
mod receipts;
pub mod replay;
pub mod shred;
pub mod text;
pub mod transcript;
pub mod verify;

use destinations::{Document, Error, Name};

use editions::Editions;
use manifest::{Head, Manifest, Signer};
use transcript::{At, Transcript};

/// The documents of one part, in the order in which they are to be put: the
/// manifest comes last, so where it is, the rest is.
///
/// The same transcript, head, time and signer give the same bytes; a second
/// try has other ones, so what was rendered first is kept until it is delivered.
///
/// Fails with [`Error::BadName`] when the reference cannot be part of a name.
pub fn render(
    transcript: &Transcript,
    signer: &Signer,
    head: &Head,
    created_at: At,
    editions: &Editions,
) -> Result<Vec<Document>, Error> {
    let stem = stem(transcript)?;
    let mut plain = vec![document(&stem, "json", canonical::bytes(transcript))?];
    for rendering in editions::RENDERINGS.iter().filter(|it| editions.wants(it)) {
        plain.push(document(&stem, rendering.ending, (rendering.render)(transcript))?);
    }
    let mut documents = editions.of(plain)?;
    let manifest = Manifest::over(transcript, &documents, signer, head, created_at, editions);
    documents.push(document(&stem, "manifest.json", signer.sign(&manifest))?);
    Ok(documents)
}

/// `2026/11/K7QX-4MPD/K7QX-4MPD-part0`: nothing but the reference and the month
/// in which the conversation started, UTC.
fn stem(transcript: &Transcript) -> Result<String, Error> {
    let reference = &transcript.reference;
    if reference.contains('/') {
        return Err(Error::BadName);
    }
    let month = transcript.started_at.month();
    Ok(format!("{month}/{reference}/{reference}-part{}", transcript.part))
}

fn document(stem: &str, ending: &str, bytes: Vec<u8>) -> Result<Document, Error> {
    Ok(named(Name::new(format!("{stem}.{ending}"))?, bytes))
}

/// A document, with the media type that its name says.
fn named(name: Name, bytes: Vec<u8>) -> Document {
    let media_type = editions::media_type(name.file());
    Document { name, media_type, bytes: bytes.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use transcript::sample;

    #[test]
    fn rendering_twice_gives_the_same_bytes_under_names_of_reference_and_month() {
        let signer = Signer::from_seed(&[7; 32]);
        let head = Head { seq: 41, hash: [9; 32] };
        let transcript = sample::conversation();
        let once = render(&transcript, &signer, &head, At(1), &Editions::plain())
            .expect("a good reference");
        let again = render(&transcript, &signer, &head, At(1), &Editions::plain())
            .expect("a good reference");
        assert_eq!(once, again);
        let names: Vec<_> = once.iter().map(|document| document.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "2026/11/K7QX-4MPD/K7QX-4MPD-part0.json",
                "2026/11/K7QX-4MPD/K7QX-4MPD-part0.html",
                "2026/11/K7QX-4MPD/K7QX-4MPD-part0.manifest.json",
            ]
        );
    }

    #[test]
    fn a_reference_that_would_climb_is_refused() {
        let signer = Signer::from_seed(&[7; 32]);
        let head = Head { seq: 0, hash: [0; 32] };
        for reference in ["../x", "a/b", "", ".x"] {
            let transcript =
                Transcript { reference: reference.to_owned(), ..sample::conversation() };
            assert_eq!(
                render(&transcript, &signer, &head, At(1), &Editions::plain()).map(|_| ()),
                Err(Error::BadName),
                "{reference}"
            );
        }
    }
}
