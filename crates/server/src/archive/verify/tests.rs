use proptest::prelude::*;

use super::*;
use crate::archive::editions::Editions;
use crate::archive::manifest::{Head, Signer};
use crate::archive::render;
use crate::archive::transcript::{At, Transcript, sample};

const HEAD: Head = Head { seq: 41, hash: [9; 32] };
const REFERENCE: &str = "K7QX-4MPD";

fn signer() -> Signer {
    Signer::from_seed(&[7; 32])
}

fn put(into: &mut Files, transcript: &Transcript, signer: &Signer) -> [u8; 32] {
    let documents =
        render(transcript, signer, &HEAD, At(1), &Editions::plain()).expect("a good reference");
    let manifest = documents.last().expect("three documents").sha256();
    for document in documents {
        into.insert(document.name.file().to_owned(), document.bytes.to_vec());
    }
    manifest
}

/// Part 0 and one addendum.
fn delivered() -> Files {
    let mut files = Files::new();
    let first = put(&mut files, &sample::conversation(), &signer());
    put(&mut files, &sample::addendum(first), &signer());
    files
}

fn found(files: &Files) -> Vec<(String, Wrong)> {
    let verdict = reference(REFERENCE, files, &[signer().public_key()]);
    verdict.findings.into_iter().map(|finding| (finding.file, finding.wrong)).collect()
}

#[test]
fn what_was_delivered_is_good_with_the_pinned_key_and_loud_without() {
    let pinned = reference(REFERENCE, &delivered(), &[signer().public_key()]);
    assert!(pinned.is_good() && pinned.parts == 2 && pinned.not_pinned.is_empty(), "{pinned:?}");
    let believed = reference(REFERENCE, &delivered(), &[]);
    assert!(believed.is_good());
    assert_eq!(believed.not_pinned, [signer().public_key()]);
}

#[test]
fn a_forger_with_a_key_of_their_own_is_caught_by_the_pinned_one() {
    let mut files = Files::new();
    put(&mut files, &sample::conversation(), &Signer::from_seed(&[8; 32]));
    let verdict = reference(REFERENCE, &files, &[signer().public_key()]);
    assert!(!verdict.is_good());
    let manifest = format!("{REFERENCE}-part0.manifest.json");
    assert!(verdict.findings.contains(&Finding { file: manifest, wrong: Wrong::OtherKey }));
}

#[test]
fn a_missing_file_is_named_whichever_it_is() {
    for gone in delivered().keys() {
        let mut files = delivered();
        files.remove(gone);
        assert_eq!(found(&files), [(gone.clone(), Wrong::Missing)]);
    }
}

#[test]
fn a_file_that_nobody_signed_is_named() {
    let mut files = delivered();
    files.insert(format!("{REFERENCE}-part0.pdf"), b"invented".to_vec());
    assert_eq!(found(&files), [(format!("{REFERENCE}-part0.pdf"), Wrong::Unsigned)]);
}

#[test]
fn an_addendum_to_another_transcript_is_out_of_line() {
    let mut files = Files::new();
    put(&mut files, &sample::conversation(), &signer());
    put(&mut files, &sample::addendum([1; 32]), &signer());
    assert_eq!(found(&files), [(format!("{REFERENCE}-part1.manifest.json"), Wrong::OutOfLine)]);
}

#[test]
fn a_good_part_under_another_reference_is_not_believed() {
    let moved: Files = delivered()
        .into_iter()
        .map(|(name, bytes)| (name.replace(REFERENCE, "AAAA-BBBB"), bytes))
        .collect();
    let verdict = reference("AAAA-BBBB", &moved, &[signer().public_key()]);
    assert!(!verdict.is_good());
    assert_eq!(verdict.parts, 0);
}

#[test]
fn an_invented_part_number_does_not_make_us_search_for_ever() {
    let mut files = delivered();
    files.insert(format!("{REFERENCE}-part4000000000.manifest.json"), Vec::new());
    assert!(!reference(REFERENCE, &files, &[]).is_good());
}

#[test]
fn nothing_is_not_good() {
    assert!(!reference(REFERENCE, &Files::new(), &[]).is_good());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn one_flipped_bit_in_any_file_is_found_and_the_file_named(
        which in 0usize..6,
        place in any::<prop::sample::Index>(),
        bit in 0u8..8,
        is_pinned in any::<bool>(),
    ) {
        let mut files = delivered();
        let name = files.keys().nth(which).expect("six files").clone();
        let bytes = files.get_mut(&name).expect("it is there");
        let at = place.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let pinned = [signer().public_key()];
        let verdict = reference(REFERENCE, &files, if is_pinned { &pinned } else { &[] });
        let named: Vec<_> = verdict.findings.iter().map(|finding| &finding.file).collect();
        prop_assert_eq!(named, [&name]);
    }
}
