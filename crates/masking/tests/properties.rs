//! What holds for any text: no panic, whole characters, masked once is masked.

use masking::{Before, Engine, Mode, OwnRule, Policy, Writer, jsonl};
use proptest::prelude::*;
use sensitive::Sensitive;

thread_local!(static ENGINE: Engine = Engine::new());

/// Pieces of values, cues and disguises, with anything between.
const PIECES: &str = "(\\PC|[0-9]{1,5}|[A-Za-z]{1,8}|[@.:/#%&;+()-]| |\n|４|٤|é|ß|\u{200b}|&#52;|%34|&nbsp;|<b>|\
ssn |card |cvv |mrn |dob |born |routing |password |address is |my name is |Dr\\. |Mary |Smith |Apt |Street |PO Box |\
one |twenty |nineteen |may |march |at |dot |com|www\\.|http://|::|fe80|GB29|1EG4|BB13|X){0,40}";

fn mask(policy: &Policy, mode: Mode, before: &[Before<'_>], text: &str) -> masking::Masked {
    ENGINE.with(|engine| {
        let text = Sensitive::new(text.to_owned());
        engine.mask(policy, mode, before, Writer::Visitor, None, &text)
    })
}

/// `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    asked.unwrap_or(200)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn values_are_whole_characters_in_order_and_apart(text in PIECES) {
        ENGINE.with(|engine| {
            let mut end = 0;
            for span in engine.find(&text) {
                assert!(span.start >= end && span.end > span.start && span.end <= text.len());
                assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
                end = span.end;
            }
        });
    }

    #[test]
    fn masking_twice_is_masking_once_and_keeps_the_length(text in PIECES) {
        for mode in [Mode::Live, Mode::Archive] {
            let once = mask(&Policy::default(), mode, &[], &text).text;
            assert_eq!(once.as_str().chars().count(), text.chars().count());
            let twice = mask(&Policy::default(), mode, &[], once.as_str()).text;
            assert_eq!(twice.as_str(), once.as_str());
        }
    }

    #[test]
    fn findings_and_amendments_lie_in_their_texts(first in PIECES, second in PIECES) {
        let before = [Before { number: 1, writer: Writer::Visitor, text: &first }];
        let masked = mask(&Policy::default(), Mode::Live, &before, &second);
        let points = second.chars().count() as u32;
        assert!(masked.findings.iter().all(|f| f.start < f.end && f.end <= points));
        for amendment in masked.amendments {
            assert_eq!(amendment.number, 1);
            assert_eq!(amendment.text.as_str().chars().count(), first.chars().count());
        }
    }

    #[test]
    fn what_is_masked_is_a_letter_or_digit_and_nothing_else_changes(text in PIECES) {
        let masked = mask(&Policy::default(), Mode::Archive, &[], &text).text;
        for (typed, shown) in text.chars().zip(masked.as_str().chars()) {
            assert!(typed == shown || typed.is_alphanumeric() && shown == 'X');
        }
    }

    #[test]
    fn lines_of_any_text_come_back(text in PIECES) {
        ENGINE.with(|engine| {
            let row = serde_json::json!({"id": 1, "text": text}).to_string();
            let out = jsonl::mask_lines(engine, Mode::Archive, &[], &row).expect("a good row");
            let out: serde_json::Value = serde_json::from_str(&out).expect("a row of JSON");
            assert_eq!(out["masked"].as_str().map(|t| t.chars().count()), Some(text.chars().count()));
        });
    }

    #[test]
    fn a_rule_of_the_clinics_own_cuts_no_character(text in PIECES, pattern in "[a-z0-9.*+?\\[\\]()|\\\\]{1,12}") {
        if let Ok(rule) = OwnRule::new(&pattern, &[]) {
            for range in rule.dry_run(&text) {
                assert!(text.get(range).is_some());
            }
        }
    }
}

#[test]
fn a_dry_run_says_which_rule_masks_what() {
    let mut policy = Policy::default();
    let patient =
        OwnRule::new("P-[0-9]{5}", &["patient"]).and_then(|rule| rule.named("patient_no"));
    assert!(policy.add_own(patient.expect("a good rule")));
    let sample = "patient P-12345, card 4111 1111 1111 1111";
    let tried = ENGINE.with(|e| {
        e.dry_run(&policy, Mode::Live, Writer::Visitor, &Sensitive::new(sample.to_owned()))
    });
    assert_eq!(tried.text, "patient X-XXXXX, card XXXX XXXX XXXX 1111");
    let masks: Vec<(&str, u32, u32)> =
        tried.masks.iter().map(|m| (m.rule.as_str(), m.start, m.end)).collect();
    assert_eq!(masks, [("patient_no", 8, 15), ("card", 22, 41)]);
}

#[test]
fn a_policy_holds_no_more_than_64_rules_of_the_clinics_own() {
    let mut policy = Policy::default();
    let rule = OwnRule::new("Z[0-9]{6}", &[]).expect("a good pattern");
    let added = (0..70).filter(|_| policy.add_own(rule.clone())).count();
    assert_eq!(added, 64);
}
