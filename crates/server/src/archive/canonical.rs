//! Canonical JSON: one value, one sequence of bytes, so that it can be signed.
//!
//! The JSON Canonicalization Scheme, RFC 8785, for what we write: objects sorted
//! by their names' UTF-16 code units (3.2.3), strings with the shortest escapes
//! (3.2.2.2), no space between anything. Numbers are whole and at most 2^53 - 1
//! in size, where the RFC's number format is plain decimal; others are refused.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

/// The largest whole number that every reader of JSON holds exactly (RFC 7493, 2.2).
const WHOLE_MAX: u64 = (1 << 53) - 1;

/// It holds a fraction, or a whole number beyond 2^53 - 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a number that has no canonical form here")]
pub struct NotCanonical;

/// Of our own types, which hold strings and small whole numbers only.
pub(crate) fn bytes(ours: &impl Serialize) -> Vec<u8> {
    let value = serde_json::to_value(ours).expect("our types have string keys");
    encode(&value).expect("our types hold no fractions and no huge numbers")
}

/// Of any JSON value.
pub fn encode(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut out = String::new();
    write(value, &mut out)?;
    Ok(out.into_bytes())
}

fn write(value: &Value, out: &mut String) -> Result<(), NotCanonical> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            let size = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64());
            if size.is_none_or(|size| size > WHOLE_MAX) {
                return Err(NotCanonical);
            }
            out.push_str(&number.to_string());
        }
        Value::String(text) => string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            out.push('{');
            for (index, (name, member)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                string(name, out);
                out.push(':');
                write(member, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => {
                write!(out, "\\u{:04x}", u32::from(control)).expect("a String takes all");
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn text_of(value: &Value) -> String {
        String::from_utf8(encode(value).expect("whole numbers")).expect("JSON is UTF-8")
    }

    #[test]
    fn names_are_sorted_by_utf_16_code_units() {
        // The order of RFC 8785, 3.2.3: the smile's surrogates come before U+FB33.
        let value = json!({
            "\u{20ac}": 5, "\r": 1, "\u{fb33}": 7, "1": 2, "\u{1f600}": 6, "\u{80}": 3, "\u{f6}": 4
        });
        assert_eq!(
            text_of(&value),
            "{\"\\r\":1,\"1\":2,\"\u{80}\":3,\"\u{f6}\":4,\"\u{20ac}\":5,\"\u{1f600}\":6,\"\u{fb33}\":7}"
        );
    }

    #[test]
    fn strings_have_the_shortest_escapes() {
        let value = json!("\u{20ac}$\u{f}\nA'\u{42}\"\\/\u{7f}\u{2028}\u{8}\u{c}\t\r");
        assert_eq!(
            text_of(&value),
            "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\/\u{7f}\u{2028}\\b\\f\\t\\r\""
        );
    }

    #[test]
    fn numbers_are_whole_and_exact_everywhere() {
        let most = 9_007_199_254_740_991_i64;
        assert_eq!(text_of(&json!([0, -1, most, -most])), format!("[0,-1,{most},-{most}]"));
        for bad in [json!(most + 1), json!(-most - 1), json!(u64::MAX), json!(0.5), json!(1.0)] {
            assert_eq!(encode(&bad), Err(NotCanonical), "{bad}");
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reading_and_writing_again_changes_nothing(value in any_value()) {
            let once = encode(&value).expect("whole numbers");
            let read: Value = serde_json::from_slice(&once).expect("it is JSON");
            prop_assert_eq!(&read, &value);
            prop_assert_eq!(encode(&read).expect("whole numbers"), once);
        }
    }
}
