use proptest::prelude::*;
use protocol::Mask;
use protocol::event::{Person, Sender};

use super::*;
use crate::archive::transcript::{Event, Target, TargetKind, What, Words, sample};

/// Every text that a person can have typed or chosen, set to one text.
fn filled_with(text: &str) -> Transcript {
    let mut transcript = sample::conversation();
    let person = || Person { id: text.to_owned(), name: text.to_owned() };
    let whole = u32::try_from(text.chars().count()).expect("short");
    let typed = || Said {
        text: Words::new(sample::Plain(text.to_owned())),
        masks: vec![Mask { start: 0, end: whole, rule: text.to_owned() }],
    };
    transcript.site.name = text.to_owned();
    transcript.department.name = text.to_owned();
    transcript.language = text.to_owned();
    transcript.masking.policy = text.to_owned();
    transcript.masking.rules.insert(text.to_owned(), 1);
    transcript.participants = vec![
        Participant::Visitor { name: Some(typed()) },
        Participant::Agent { person: person(), joined_at: At(0) },
    ];
    let answer = crate::archive::transcript::Answer { field: text.to_owned(), said: typed() };
    let happened = [
        What::Started { department: text.to_owned(), answers: vec![answer] },
        What::Message {
            from: Sender::Agent { person: person() },
            said: typed(),
            revision: 0,
            corrected: true,
        },
        What::Note { by: person(), said: typed() },
        What::Transferred { by: person(), department: text.to_owned(), agent: None },
        What::Closed { disposition: Some(text.to_owned()) },
        What::Rated { score: 1, comment: Some(typed()) },
        What::Amended {
            target: 1,
            field: Some(text.to_owned()),
            revision: 1,
            corrected: false,
            now: Some(typed()),
            of: Target { kind: TargetKind::Answer, at: At(0) },
        },
    ];
    transcript.events = happened
        .into_iter()
        .map(|what| Event { number: 1, at: At(0), staff_only: false, what })
        .collect();
    transcript
}

/// The page's tags, attributes and all, without what stands between them.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default()).collect()
}

#[test]
fn the_policy_allows_the_style_sheet_by_its_hash_and_nothing_else() {
    let page = page(&sample::conversation());
    let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next());
    let hash = digest::digest(&digest::SHA256, style.expect("a style sheet").as_bytes());
    let source = format!("'sha256-{}'", BASE64.encode(hash.as_ref()));
    assert!(page.contains(&format!("default-src 'none'; style-src {source}; base-uri 'none'")));
    for fetched in ["src=", "href=", "url(", "@import", "<script", "<img", "<link", "style=\""] {
        assert!(!page.contains(fetched), "{fetched}");
    }
}

#[test]
fn a_masked_stretch_is_a_chip_that_says_what_it_hides() {
    let page = page(&sample::conversation());
    assert!(page.contains(
        "My card is <span class=\"chip\">XXXX XXXX XXXX 1111 <i>(card number, hidden)</i></span>, can"
    ));
}

#[test]
fn a_mask_that_does_not_fit_hides_nothing_of_the_text() {
    let mut transcript = sample::conversation();
    let mask = |start, end| Mask { start, end, rule: "card".to_owned() };
    let masks = vec![mask(3, 2), mask(0, 99), mask(1, 2), mask(0, 2), mask(u32::MAX, u32::MAX)];
    let typed = Said { masks, ..sample::plain("añb") };
    transcript.participants = vec![Participant::Visitor { name: Some(typed) }];
    let page = page(&transcript);
    assert!(page.contains("a<span class=\"chip\">ñ <i>(card number, hidden)</i></span>b"));
}

#[test]
fn spanish_is_spanish_with_times_in_utc() {
    let page = page(&Transcript { language: "es".to_owned(), ..sample::conversation() });
    assert!(page.contains("<html lang=\"es\">"));
    assert!(page.contains("24 de noviembre de 2026, 09:30:00 UTC"), "{page}");
    for english in ["Department", "Ended", "hidden", "joined", "Note,"] {
        assert!(!page.contains(english), "{english}");
    }
}

#[test]
fn an_addendum_names_what_it_changes_by_what_it_is() {
    let mut transcript = sample::addendum([0; 32]);
    let mut named = |language: &str, named: TargetKind, answer: Option<&str>| {
        transcript.language = language.to_owned();
        let What::Amended { of, field, .. } = &mut transcript.events[0].what else {
            panic!("the sample's addendum changes something")
        };
        *of = Target { kind: named, ..*of };
        *field = answer.map(str::to_owned);
        page(&transcript)
    };
    for (language, kind, answer, expected) in [
        ("en", TargetKind::Message, None, "<b>Message of 24 November 2026, 09:31:35 UTC</b>"),
        ("es", TargetKind::Note, None, "<b>Nota del 24 de noviembre de 2026, 09:31:35 UTC</b>"),
        ("en", TargetKind::Comment, None, "<b>Comment on the rating of 24 November 2026"),
        ("en", TargetKind::Answer, Some("question"), "<b>Question</b>"),
    ] {
        let page = named(language, kind, answer);
        assert!(page.contains(expected), "{expected} in {page}");
    }
}

#[test]
fn known_attacks_stay_text() {
    let expected = tags(&page(&filled_with("plain"))).len();
    for attack in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</style><script>alert(1)</script>",
        "</title><svg/onload=alert(1)>",
        "<!--",
        "]]>",
        "&lt;script&gt;",
        "\u{0}<\u{0}script>",
        "\u{202e}evil",
    ] {
        let page = page(&filled_with(attack));
        assert_eq!(tags(&page).len(), expected, "{attack}");
        assert!(!page.to_lowercase().contains("<script"), "{attack}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_a_tag_or_an_attribute(text in "([<>\"'&/=! -]|script|onload|\\PC){1,24}") {
        let (plain, filled) = (page(&filled_with("plain")), page(&filled_with(&text)));
        let lang = |tag: &&str| !tag.starts_with("html ");
        let expected: Vec<_> = tags(&plain).into_iter().filter(lang).collect();
        let found: Vec<_> = tags(&filled).into_iter().filter(lang).collect();
        // Tags hold no text of anyone's, so they are the same whatever was typed.
        prop_assert_eq!(found, expected);
    }
}
