//! An address that takes documents by HTTPS POST and signs for them.
//!
//! Requests and receipts are signed as Standard Webhooks say
//! (standardwebhooks.com, version 1): over `id.timestamp.body`, by HMAC-SHA256
//! with the shared secret, or, for receipts, by the receiver's Ed25519 key. A
//! receipt counts only with a signature and with our hash in it; a bare "200 OK"
//! is *accepted* and no more. What was sent cannot be read again.

mod signature;

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use http::header::CONTENT_TYPE;
use http::{Method, Request, Uri};
use http_body_util::Full;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::document::sha256;
use crate::outbound::http::{Web, connection, date, web_address};
use crate::probe::{self, Probed};
use crate::settings::settings;
use crate::{Allowed, Checked, Document, Error, Level, Name, Receipt, Secret, Step};
use signature::{Keys, Signed};

/// Of the id; the whole hash would do no better.
const ID_BYTES: usize = 16;

settings! {
    /// HTTPS receiver. A program of your own that takes each document by POST.
    pub struct Config {
        /// Address. Of the receiver, with `https://`.
        pub url: String,
        /// Signing secret. Shared with the receiver; starts with `whsec_`.
        pub secret: Secret,
        /// Receiver's public key. Starts with `whpk_`. If it is set, receipts must be
        /// signed with its private half; unset, with the signing secret.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub receipt_key: Option<String>,
        /// Certificate authority. In PEM, if the server's certificate comes from an
        /// authority of your own; then no other is believed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ca_pem: Option<String>,
    }
}

/// What is sent.
#[derive(Serialize)]
struct Put<'a> {
    r#type: &'static str,
    data: PutDocument<'a>,
}

#[derive(Serialize)]
struct PutDocument<'a> {
    name: &'a str,
    media_type: &'static str,
    /// Lower-case hex.
    sha256: String,
    /// Base64.
    content: String,
}

/// What comes back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    r#type: Type,
    data: StoredDocument,
}

/// Another type than ours, so that an echo of our own request is no receipt.
#[derive(Deserialize)]
enum Type {
    #[serde(rename = "document.stored")]
    DocumentStored,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredDocument {
    name: String,
    sha256: String,
    stored_at: Timestamp,
    #[serde(default)]
    version: Option<String>,
}

/// A receiver.
#[derive(Debug)]
pub struct Webhook {
    uri: Uri,
    keys: Keys,
    web: Web,
}

impl Webhook {
    pub fn open(config: &Config, allowed: &Allowed) -> Result<Self, Error> {
        let uri = web_address(&config.url, "url")?;
        let keys = Keys::new(config.secret.for_use("secret")?, config.receipt_key.as_deref())?;
        let web = Web::new(allowed, "url", config.ca_pem.as_deref())?;
        Ok(Self { uri, keys, web })
    }

    pub async fn put(&self, document: &Document) -> Result<Receipt, Error> {
        self.send(document).await.map(|(receipt, _)| receipt)
    }

    pub async fn read(&self, _: &Name) -> Result<Vec<u8>, Error> {
        Err(Error::NotReadable)
    }

    pub async fn list(&self, _: &str) -> Result<Vec<Name>, Error> {
        Err(Error::NotReadable)
    }

    /// The probe stays with the receiver, who can tell it by its name.
    pub async fn check(&self) -> Result<Checked, Error> {
        let probe = probe::document()?;
        let begun = probe::begin();
        let (receipt, connection) = self.send(&probe).await?;
        if self.put(&probe).await? != receipt {
            return Err(Error::Later { code: "probe_differs" });
        }
        match self.put(&probe::other(&probe)).await {
            Err(Error::Exists) => {}
            Ok(_) => return Err(Error::Refused { setting: "url", mend: "overwrites" }),
            Err(other) => return Err(other),
        }
        let level = receipt.level;
        let [read_back, list, delete] = ["read_back", "list", "delete"].map(Step::not_here);
        let mut place = probe::says_nothing();
        place.push(match level {
            Level::Accepted => Step::not_here("signature"),
            _ => Step::done("signature", self.keys.receipts_are_by()),
        });
        Ok(Probed { level, connection, read_back, list, delete }.checked(begun, place))
    }

    /// The receipt, and how the receiver was reached.
    async fn send(&self, document: &Document) -> Result<(Receipt, Step), Error> {
        let ours = document.sha256();
        let id = id(&document.name, &ours);
        let answer = self.web.send(self.request(document, &ours, &id)?).await?;
        let connection = connection(answer.extensions());
        let (parts, body) = answer.into_parts();
        if !parts.status.is_success() {
            return Err(explain(parts.status.as_u16()));
        }
        let receipt = |level, at_ms, version| Receipt {
            level,
            object: document.name.as_str().to_owned(),
            sha256: ours,
            at_ms,
            version,
        };
        match self.keys.check(&id, &parts.headers, &body)? {
            Signed::No => {
                let at = date(&parts.headers, "date").map_or(0, Timestamp::as_millisecond);
                Ok((receipt(Level::Accepted, at, None), connection))
            }
            Signed::Yes => {
                let strange = |_| Error::Refused { setting: "url", mend: "not_a_receipt" };
                let Stored { r#type: Type::DocumentStored, data } =
                    serde_json::from_slice(&body).map_err(strange)?;
                let is_ours =
                    data.name == document.name.as_str() && data.sha256 == HEXLOWER.encode(&ours);
                if !is_ours {
                    return Err(Error::Later { code: "stored_other_bytes" });
                }
                let at_ms = data.stored_at.as_millisecond();
                Ok((receipt(Level::StoredHash, at_ms, data.version), connection))
            }
        }
    }

    fn request(
        &self,
        document: &Document,
        ours: &[u8; 32],
        id: &str,
    ) -> Result<Request<Full<Bytes>>, Error> {
        let data = PutDocument {
            name: document.name.as_str(),
            media_type: document.media_type,
            sha256: HEXLOWER.encode(ours),
            content: BASE64.encode(&document.bytes),
        };
        let put = Put { r#type: "document.put", data };
        let broken = Error::Later { code: "bad_request" };
        let body = serde_json::to_vec(&put).map_err(|_| broken)?;
        // A receiver refuses what is old; ours is the only clock to say when this is.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| broken)?.as_secs();
        let at = now.to_string();
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.uri.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", &at)
            .header("webhook-signature", self.keys.sign(id, &at, &body));
        request.body(Full::new(body.into())).map_err(|_| broken)
    }
}

/// The same for every try of a document, so that a receiver can tell a repetition.
fn id(name: &Name, ours: &[u8; 32]) -> String {
    let both = [name.as_str().as_bytes(), &[0], ours].concat();
    format!("doc_{}", HEXLOWER.encode(&sha256(&both)[..ID_BYTES]))
}

fn explain(status: u16) -> Error {
    let refused = |setting, mend| Error::Refused { setting, mend };
    match status {
        300..=399 => refused("url", "redirects"),
        401 | 403 => refused("secret", "signature_refused"),
        404 | 410 => refused("url", "no_receiver"),
        409 => Error::Exists,
        413 => Error::TooLarge,
        507 => Error::Full,
        408 | 425 | 429 | 500..=599 => Error::Later { code: "busy" },
        _ => refused("url", "receiver_refuses"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_for_the_same_document_only() {
        let name = |text: &str| Name::new(text).expect("a good name");
        let one = id(&name("a"), &[1; 32]);
        assert_eq!(one, id(&name("a"), &[1; 32]));
        assert_eq!(one.len(), 4 + 32);
        assert_ne!(one, id(&name("b"), &[1; 32]));
        assert_ne!(one, id(&name("a"), &[2; 32]));
    }
}
