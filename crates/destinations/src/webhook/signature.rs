//! Signatures of Standard Webhooks, version 1: `v1` by HMAC-SHA256, `v1a` by Ed25519.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use data_encoding::BASE64;
use http::HeaderMap;

use crate::Error;

/// Shorter secrets than the standard asks for are refused.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

const PUBLIC_KEY_BYTES: usize = 32;

#[derive(Debug)]
pub(super) struct Keys {
    secret: hmac::Key,
    /// Ed25519.
    receipt: Option<Vec<u8>>,
}

/// Whether an answer is signed at all; a wrong signature is an error.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Signed {
    No,
    Yes,
}

impl Keys {
    /// `whsec_` and base64; `whpk_` and base64.
    pub(super) fn new(secret: &str, receipt: Option<&str>) -> Result<Self, Error> {
        let refused = |setting, mend| Error::Refused { setting, mend };
        let bytes = decode(secret, "whsec_").filter(|it| SECRET_BYTES.contains(&it.len()));
        let bytes = bytes.ok_or(refused("secret", "not_a_signing_secret"))?;
        let receipt = receipt.map(|key| {
            let key = decode(key, "whpk_").filter(|it| it.len() == PUBLIC_KEY_BYTES);
            key.ok_or(refused("receipt_key", "not_a_receipt_key"))
        });
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        Ok(Self { secret, receipt: receipt.transpose()? })
    }

    /// For people: what receipts are signed with.
    pub(super) fn receipts_are_by(&self) -> &'static str {
        if self.receipt.is_some() { "ed25519" } else { "hmac_sha256" }
    }

    /// For the header `webhook-signature`.
    pub(super) fn sign(&self, id: &str, at: &str, body: &[u8]) -> String {
        let tag = hmac::sign(&self.secret, &signed(id, at, body));
        format!("v1,{}", BASE64.encode(tag.as_ref()))
    }

    /// Whether the answer to `id` is signed by whom we expect. Of several
    /// signatures, as while a key is renewed, one must fit.
    pub(super) fn check(
        &self,
        id: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Signed, Error> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let setting = if self.receipt.is_some() { "receipt_key" } else { "secret" };
        let wrong = Error::Refused { setting, mend: "receipt_signature_wrong" };
        let Some(signatures) = text("webhook-signature") else {
            return if self.receipt.is_some() { Err(wrong) } else { Ok(Signed::No) };
        };
        let at = text("webhook-timestamp").ok_or(wrong)?;
        if text("webhook-id") != Some(id) {
            return Err(wrong);
        }
        let message = signed(id, at, body);
        let fits = signatures.split(' ').any(|signature| self.fits(signature, &message));
        if fits { Ok(Signed::Yes) } else { Err(wrong) }
    }

    fn fits(&self, signature: &str, message: &[u8]) -> bool {
        let Some((version, signature)) = signature.split_once(',') else {
            return false;
        };
        let Ok(signature) = BASE64.decode(signature.as_bytes()) else {
            return false;
        };
        match (version, &self.receipt) {
            ("v1a", Some(key)) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, &signature).is_ok()
            }
            ("v1", None) => hmac::verify(&self.secret, message, &signature).is_ok(),
            _ => false,
        }
    }
}

fn decode(text: &str, start: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.trim().strip_prefix(start)?.as_bytes()).ok()
}

fn signed(id: &str, at: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", at.as_bytes(), b".", body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// By Python's hmac module.
    const KNOWN: &str = "v1,cgmqLDrEeC+IKtRAS12sgGE7zvGvB/o+3ZV5tuoBwk0=";

    fn headers(id: &str, signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", id.parse().expect("text"));
        headers.insert("webhook-timestamp", "1795507200".parse().expect("text"));
        headers.insert("webhook-signature", signature.parse().expect("text"));
        headers
    }

    #[test]
    fn a_signature_is_the_one_that_others_make() {
        let keys = Keys::new(SECRET, None).expect("in order");
        assert_eq!(keys.sign("doc_0123", "1795507200", br#"{"test":1}"#), KNOWN);
    }

    #[test]
    fn only_the_right_signature_over_the_right_words_counts() {
        let keys = Keys::new(SECRET, None).expect("in order");
        let body = br#"{"test":1}"#;
        let wrong = Err(Error::Refused { setting: "secret", mend: "receipt_signature_wrong" });
        assert_eq!(keys.check("doc_0123", &headers("doc_0123", KNOWN), body), Ok(Signed::Yes));
        let two = format!("v1,AAAA {KNOWN}");
        assert_eq!(keys.check("doc_0123", &headers("doc_0123", &two), body), Ok(Signed::Yes));
        assert_eq!(keys.check("doc_0123", &HeaderMap::new(), body), Ok(Signed::No));
        assert_eq!(keys.check("doc_0123", &headers("doc_0123", KNOWN), b"{}"), wrong);
        assert_eq!(keys.check("doc_9", &headers("doc_0123", KNOWN), body), wrong);
        assert_eq!(keys.check("doc_0123", &headers("doc_0123", "v1,AAAA"), body), wrong);
        let public = format!("whpk_{}", BASE64.encode(&[7; 32]));
        let strict = Keys::new(SECRET, Some(&public)).expect("in order");
        let wrong = Err(Error::Refused { setting: "receipt_key", mend: "receipt_signature_wrong" });
        assert_eq!(strict.check("doc_0123", &headers("doc_0123", KNOWN), body), wrong);
        assert_eq!(strict.check("doc_0123", &HeaderMap::new(), body), wrong);
    }

    #[test]
    fn keys_in_another_form_are_refused_by_name() {
        let named = |secret: &str, key| match Keys::new(secret, key) {
            Err(Error::Refused { setting, .. }) => setting,
            other => panic!("taken: {other:?}"),
        };
        assert_eq!(named("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", None), "secret");
        assert_eq!(named("whsec_AAAA", None), "secret");
        assert_eq!(named(SECRET, Some("whpk_AAAA")), "receipt_key");
    }
}
