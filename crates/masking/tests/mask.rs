//! The engine as the server uses it.

use masking::{Before, Engine, Mode, Policy, Writer, jsonl};
use sensitive::Sensitive;

fn live(engine: &Engine, before: &[Before<'_>], text: &str) -> masking::Masked {
    engine.mask(
        &Policy::default(),
        Mode::Live,
        before,
        Writer::Visitor,
        None,
        &Sensitive::new(text.to_owned()),
    )
}

#[test]
fn a_card_and_a_social_security_number_become_xs_before_they_are_stored() {
    let engine = Engine::new();
    let masked = live(&engine, &[], "my card 4111 1111 1111 1111, ssn 123-45-6789");
    assert_eq!(masked.text.as_str(), "my card XXXX XXXX XXXX 1111, ssn XXX-XX-6789");
    assert_eq!(
        masked.findings.iter().map(|f| (f.kind, f.start, f.end)).collect::<Vec<_>>(),
        [("CARD", 8, 27), ("SSN", 33, 44)]
    );
}

#[test]
fn an_address_of_mail_stays_live_and_is_masked_in_the_archive() {
    let engine = Engine::new();
    assert_eq!(live(&engine, &[], "jane@example.com").text.as_str(), "jane@example.com");
    let rows = [Before { number: 1, writer: Writer::Visitor, text: "jane@example.com" }];
    assert_eq!(engine.mask_stored(&Policy::default(), &rows)[0].text.as_str(), "XXXX@XXXXXXX.XXX");
}

#[test]
fn a_card_split_over_two_messages_amends_the_first() {
    let engine = Engine::new();
    let before = [Before { number: 7, writer: Writer::Visitor, text: "4111 1111" }];
    let masked = live(&engine, &before, "1111 1111");
    assert_eq!(masked.text.as_str(), "XXXX XXXX");
    assert_eq!(masked.amendments[0].number, 7);
    assert_eq!(masked.amendments[0].text.as_str(), "XXXX XXXX");
}

#[test]
fn a_value_that_the_clinic_allows_stays() {
    let engine = Engine::new();
    let mut policy = Policy::default();
    policy.allow("415-555-0132");
    let rows = [Before { number: 1, writer: Writer::Agent, text: "call us at (415) 555-0132" }];
    assert_eq!(engine.mask_stored(&policy, &rows)[0].text.as_str(), rows[0].text);
}

#[test]
fn a_pre_chat_answer_is_exempt_from_its_own_rule() {
    let engine = Engine::new();
    let name = Sensitive::new("Keisha Rodriguez".to_owned());
    let answer =
        engine.mask(&Policy::default(), Mode::Archive, &[], Writer::Visitor, Some("name"), &name);
    assert_eq!(answer.text.as_str(), "Keisha Rodriguez");
}

#[test]
fn the_default_table_masks_what_steals_money_or_identity_at_once() {
    let policy = Policy::default();
    for (rule, _, _) in masking::rules() {
        let at_once = [
            "card",
            "cvv",
            "ssn",
            "itin",
            "bank_account",
            "routing",
            "iban",
            "password",
            "passport",
            "driver_license",
        ]
        .contains(&rule);
        let wanted = if at_once { masking::Action::Mask } else { masking::Action::ArchiveOnly };
        assert_eq!(policy.action(rule, Writer::Visitor), Some(wanted), "{rule}");
    }
}

#[test]
fn lines_keep_their_ids_and_offsets_count_code_points() {
    let engine = Engine::new();
    let out = jsonl::mask_lines(
        &engine,
        Mode::Archive,
        &["ssn"],
        "{\"id\":\"é\",\"text\":\"é ssn 123-45-6789\"}\n",
    )
    .expect("a good row");
    assert_eq!(
        out,
        "{\"id\":\"é\",\"masked\":\"é ssn XXX-XX-6789\",\"spans\":[{\"start\":6,\"end\":17,\"type\":\"SSN\"}]}\n"
    );
}

#[test]
fn a_rule_that_waits_for_the_archive_hides_no_value_from_one_that_does_not() {
    let engine = Engine::new();
    let masked = live(&engine, &[], "1 Main Street Apt 123-45-6789");
    assert!(masked.text.as_str().ends_with("XXX-XX-6789"), "{}", masked.text.as_str());
}

#[test]
fn a_rule_of_the_clinics_own_masks_live() {
    let mut policy = Policy::default();
    policy.add_own(masking::OwnRule::new("[A-Z]{2}[0-9]{4}", &["file"]).expect("a good pattern"));
    let text = Sensitive::new("my file is AB1234".to_owned());
    let masked = Engine::new().mask(&policy, Mode::Live, &[], Writer::Visitor, None, &text);
    assert_eq!(masked.text.as_str(), "my file is XXXXXX");
    assert_eq!(masked.findings[0].rule, "own");
}

#[test]
fn clinical_talk_stays() {
    let engine = Engine::new();
    for text in [
        "bp was 154/80 this morning",
        "I take Eliquis 5mg at 8:30",
        "NDC 00378-1805-10",
        "A1c 5.4, glucose 131 mg/dL",
        "CPT 99396-25 with Z00.00",
        "order 4111-2222-33 shipped",
    ] {
        assert_eq!(jsonl::mask_plain(&engine, text), text);
    }
}

#[test]
fn talk_of_a_clinic_without_values_stays_word_for_word() {
    let engine = Engine::new();
    for line in include_str!("harmless.txt").lines() {
        assert_eq!(jsonl::mask_plain(&engine, line), line);
    }
}
