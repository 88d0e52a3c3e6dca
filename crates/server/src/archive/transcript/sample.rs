//! A plainly fictional conversation with one of each thing that can happen, for
//! tests and for looking at the page.

use super::*;

pub(crate) struct Plain(pub(crate) String);

impl Shown for Plain {
    fn into_shown(self) -> String {
        self.0
    }
}

pub(crate) fn plain(text: &str) -> Said {
    Said { text: Words::new(Plain(text.to_owned())), masks: Vec::new() }
}

fn named(id: &str, name: &str) -> Named {
    Named { id: id.to_owned(), name: name.to_owned() }
}

fn person(id: &str, name: &str) -> Person {
    Person { id: id.to_owned(), name: name.to_owned() }
}

fn message(from: Sender, said: Said) -> What {
    What::Message { from, said, revision: 0, corrected: false }
}

fn said_at(seconds: i64) -> Target {
    Target { kind: TargetKind::Message, at: At(START + seconds * 1000) }
}

fn amended(target: u64, of: Target, now: Option<Said>) -> What {
    What::Amended { target, field: None, revision: 1, corrected: false, now, of }
}

const START: i64 = 1_795_512_600_000;

fn happened() -> Vec<(i64, What)> {
    let ana = || person("a1", "Ana Ruiz");
    let by_ana = || Sender::Agent { person: ana() };
    let hidden = Said {
        masks: vec![Mask { start: 11, end: 30, rule: "card".to_owned() }],
        ..plain("My card is XXXX XXXX XXXX 1111, can you charge it?")
    };
    let answers = vec![
        Answer { field: "name".to_owned(), said: plain("Sam") },
        Answer { field: "question".to_owned(), said: plain("Is the clinic open on Friday?") },
    ];
    vec![
        (0, What::Started { department: "front".to_owned(), answers }),
        (1, message(Sender::Automatic, plain("Welcome. Someone will be with you soon."))),
        (40, What::Assigned { agent: ana() }),
        (52, What::Accepted { agent: ana() }),
        (70, message(by_ana(), plain("Hello Sam, I'm Ana. Yes, we open at 9 on Friday."))),
        (95, message(Sender::Visitor, plain("Great.\nMay I also pay my last bill here?"))),
        (110, message(Sender::Visitor, hidden)),
        (111, amended(7, said_at(110), None)),
        (150, What::Note { by: ana(), said: plain("Bill is paid already; told billing.") }),
        (180, message(by_ana(), plain("It is paid already, so there is nothing to do."))),
        (200, What::Transferred { by: ana(), department: "billing".to_owned(), agent: None }),
        (240, What::Returned { why: Returned::NotAccepted }),
        (300, What::Warned { closes_at: At(START + 900_000) }),
        (420, What::Ended { ending: Ending::ByVisitor }),
        (430, What::Reopened { by: ana() }),
        (440, What::Ended { ending: Ending::ByAgent }),
        (480, What::Closed { disposition: Some("answered".to_owned()) }),
        (86_400, What::Rated { score: 5, comment: Some(plain("Quick and kind.")) }),
    ]
}

pub(crate) fn conversation() -> Transcript {
    let events = happened().into_iter().zip(1..).map(|((seconds, what), number)| Event {
        number,
        at: At(START + seconds * 1000),
        staff_only: matches!(what, What::Note { .. } | What::Closed { .. }),
        what,
    });
    Transcript {
        version: VERSION,
        reference: "K7QX-4MPD".to_owned(),
        part: 0,
        follows: None,
        site: named("main", "Riverside Sample Clinic"),
        department: named("front", "Front desk"),
        language: "en".to_owned(),
        practice: true,
        started_at: At(START),
        ended_at: At(START + 440_000),
        ending: Ending::ByAgent,
        disposition: Some(named("answered", "Answered")),
        participants: vec![
            Participant::Visitor { name: Some(plain("Sam")) },
            Participant::Agent { person: person("a1", "Ana Ruiz"), joined_at: At(START + 52_000) },
        ],
        masking: Masking {
            policy: "archive".to_owned(),
            policy_version: 3,
            rules: [("card".to_owned(), 1), ("email".to_owned(), 1), ("ssn".to_owned(), 2)].into(),
        },
        events: events.collect(),
    }
}

/// What came a day later, following a part's manifest.
pub(crate) fn addendum(follows: [u8; 32]) -> Transcript {
    let now = Some(plain("[removed at the visitor's wish]"));
    let what = amended(6, said_at(95), now);
    let event = Event { number: 19, at: At(START + 90_000_000), staff_only: false, what };
    Transcript { part: 1, follows: Some(follows), events: vec![event], ..conversation() }
}
