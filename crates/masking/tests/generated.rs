//! Values and harmless numbers by the thousand, made by a counter and no chance.

use masking::Engine;

/// A linear congruential generator: the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

fn with_luhn(body: &str) -> String {
    (b'0'..=b'9')
        .map(|last| format!("{body}{}", last as char))
        .find(|number| {
            number
                .bytes()
                .rev()
                .enumerate()
                .map(|(at, d)| {
                    let d = u32::from(d - b'0') * (1 + (at as u32 & 1));
                    d / 10 + d % 10
                })
                .sum::<u32>()
                .is_multiple_of(10)
        })
        .expect("one of ten last digits holds")
}

fn found(engine: &Engine, sentence: &str, value: &str) -> bool {
    let start = sentence.find(value).expect("the sentence holds the value");
    engine.find(sentence).iter().any(|span| span.start <= start && span.end >= start + value.len())
}

#[test]
fn no_well_formed_card_is_missed() {
    let (engine, mut numbers) = (Engine::new(), Numbers(1));
    for round in 0..34_000 {
        let prefix = ["4", "51", "55", "2221", "6011", "65", "34", "37", "3528"][round % 9];
        let length = if prefix.starts_with("34") || prefix == "37" { 15 } else { 16 };
        let body = format!("{prefix}{}", numbers.digits(length - 1 - prefix.len()));
        let plain = with_luhn(&body);
        let separator = ["", " ", "-", "."][round % 4];
        let value: Vec<String> =
            plain.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
        let value = value.join(separator);
        let sentence = [
            format!("pay with {value} please"),
            value.clone(),
            format!("my card is {value}, thanks"),
        ][round % 3]
            .clone();
        assert!(found(&engine, &sentence, &value), "{sentence}");
    }
}

#[test]
fn no_well_formed_social_security_number_is_missed() {
    let (engine, mut numbers) = (Engine::new(), Numbers(2));
    for round in 0..33_000 {
        let area = loop {
            let area = 1 + numbers.below(899);
            if area != 666 {
                break area;
            }
        };
        let (group, serial) = (1 + numbers.below(99), 1 + numbers.below(9999));
        let separator = ["-", " ", ""][round % 3];
        let value = format!("{area:03}{separator}{group:02}{separator}{serial:04}");
        let sentence = [
            format!("my ssn is {value} ok"),
            format!("social security number: {value}"),
            format!("ssn {value}"),
        ][round % 3]
            .clone();
        assert!(found(&engine, &sentence, &value), "{sentence}");
    }
}

#[test]
fn no_well_formed_medicare_identifier_is_missed() {
    let (engine, mut numbers) = (Engine::new(), Numbers(3));
    let letters = b"ACDEFGHJKMNPQRTUVWXY";
    for round in 0..33_000 {
        let value: String = "CAXNAXNAANN"
            .chars()
            .enumerate()
            .map(|(at, class)| match class {
                'C' => char::from(b'1' + numbers.below(9) as u8),
                'N' => char::from(b'0' + numbers.below(10) as u8),
                'X' if at % 2 == 0 && numbers.below(2) == 0 => {
                    char::from(b'0' + numbers.below(10) as u8)
                }
                _ => letters[numbers.below(letters.len() as u64) as usize] as char,
            })
            .collect();
        let value = if round % 2 == 0 {
            value
        } else {
            format!("{}-{}-{}", &value[..4], &value[4..7], &value[7..])
        };
        let sentence = format!("my medicare number is {value} thanks");
        assert!(found(&engine, &sentence, &value), "{sentence}");
    }
}

#[test]
fn no_dose_lab_or_code_is_masked() {
    let (engine, mut numbers) = (Engine::new(), Numbers(4));
    for round in 0..10_000 {
        let mut n = |below: u64| numbers.below(below);
        let sentence = match round % 10 {
            0 => format!("i take {} mg of metformin twice a day", 5 * (1 + n(200))),
            1 => format!("bp was {}/{} this morning", 90 + n(110), 50 + n(60)),
            2 => format!("my a1c is {}.{} and glucose {} mg/dL", 4 + n(9), n(10), 60 + n(300)),
            3 => format!("diagnosis E{}.{} and procedure {}", 10 + n(80), n(10), 99_201 + n(200)),
            4 => format!("NDC {:05}-{:04}-{:02}", n(100_000), n(10_000), n(100)),
            5 => format!("LOINC {}-{}", 1000 + n(60_000), n(10)),
            6 => format!("come at {}:{:02} pm, room {}", 1 + n(12), n(60), n(900)),
            7 => format!("platelets {},000 and potassium {}.{}", 100 + n(300), 3 + n(3), n(10)),
            8 => format!(
                "order number {} total ${}.{:02}",
                10_000_000 + n(89_999_999),
                n(900),
                n(100)
            ),
            _ => format!(
                "temp {}.{}, pulse {}, oxygen {}%",
                96 + n(8),
                n(10),
                50 + n(90),
                85 + n(15)
            ),
        };
        assert_eq!(engine.find(&sentence), [], "{sentence}");
    }
}
