//! Masking twice is masking once, whatever the text is made of.

use proptest::prelude::*;
use sensitive::Sensitive;

use crate::engine::{Before, Engine};
use crate::jsonl;
use crate::policy::{Mode, Policy, Writer};
use crate::rules::RULES;

thread_local!(static ENGINE: Engine = Engine::new());

/// Names as people write them: initials, apostrophes, hyphens, particles, titles.
const NAME: &str = "(|Dr\\. |Mrs |Psychologist |therapist |my name is |Hi, I'm |patient |Ana, |by )\
(Cassie|Maria|john|KEISHA|Will|Jean-Luc|Miklós|J\\.|Mary Ann)( |  |-|, )\
(|L\\. |X\\. |Q |de la |van der |O')(O'Brien|D'Angelo|Smith-Jones-Brown|rodriguez|Hajdu|Young|X'Brien|Cruz|Umkhayev|LEE)\
(|'s|,| Jr\\.| in Santa Clara| calling)";
/// What stands between values, and cues without a value.
const BETWEEN: &str = "( |, |\\. |\n|: |-|/|\\|| and | is | for |dob |ssn |medicare |card |mrn |[0-9]{1,4}|[a-z]{1,6}|XX|X-X|X{5}|é)";

/// The examples of all rules, brackets off.
fn example() -> impl Strategy<Value = String> {
    proptest::sample::select(
        RULES.iter().map(|r| r.example.replace(['[', ']'], "")).collect::<Vec<_>>(),
    )
}

fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![example(), NAME.prop_map(String::from), BETWEEN.prop_map(String::from)];
    proptest::collection::vec(part, 1..8).prop_map(|parts| parts.concat())
}

fn live(engine: &Engine, text: &str) -> String {
    let typed = Sensitive::new(text.to_owned());
    let masked = engine.mask(&Policy::default(), Mode::Live, &[], Writer::Visitor, None, &typed);
    masked.text.as_str().to_owned()
}

fn archived(engine: &Engine, text: &str) -> String {
    let row = [Before { number: 1, writer: Writer::Visitor, text }];
    engine.mask_stored(&Policy::default(), &row)[0].text.as_str().to_owned()
}

/// `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    asked.unwrap_or(2_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn masking_twice_is_masking_once(text in text()) {
        ENGINE.with(|engine| {
            let doors: [fn(&Engine, &str) -> String; 3] = [live, archived, jsonl::mask_plain];
            for mask in doors {
                let once = mask(engine, &text);
                prop_assert_eq!(mask(engine, &once), once);
            }
            Ok(())
        })?;
    }
}

#[test]
fn a_name_is_masked_whole() {
    ENGINE.with(|engine| {
        for (text, masked) in [
            (
                "How about Psychologist Cassie L. O'Brien?",
                "How about Psychologist XXXXXX X. X'XXXXX?",
            ),
            ("Dr. Maria Smith-Jones-Brown", "Dr. XXXXX XXXXX-XXXXX-XXXXX"),
        ] {
            assert_eq!(jsonl::mask_plain(engine, text), masked);
        }
    });
}

#[test]
fn what_a_mask_keeps_is_not_taken_for_a_value() {
    ENGINE.with(|engine| {
        for text in [
            "IBAN XXXXXXXXXXXXXXXXXX9117",
            "DOB: XXXX-XX-XX\nVisit Date: 2025-09-17",
            "NDC 0781-1506-10, for XXXXX XXXX, DOB XXX",
            "SSH to user@XXXX:XXX::X",
            "1EG4-TE5-MI73",
        ] {
            assert_eq!(jsonl::mask_plain(engine, text), text);
        }
    });
}

#[test]
fn a_date_after_a_number_that_was_masked_live_is_a_birth_date_in_the_archive() {
    ENGINE.with(|engine| {
        assert_eq!(archived(engine, "XXX-XX-8017|1997-10-14"), "XXX-XX-8017|XXXX-XX-XX");
    });
}
