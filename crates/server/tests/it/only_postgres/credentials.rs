//! Who signs for whom at a NATS server of one story: an operator, an account, a user.
//! As in NATS's own tools: JWT, version 2, signed by ed25519 keys.

use nkeys::KeyPair;
use serde_json::{Value, json};

pub struct Signers {
    operator: KeyPair,
    account: KeyPair,
    user: KeyPair,
}

impl Signers {
    pub fn new() -> Self {
        let (operator, account) = (KeyPair::new_operator(), KeyPair::new_account());
        Self { operator, account, user: KeyPair::new_user() }
    }

    /// Lines of the server's configuration.
    pub fn settings(&self) -> String {
        let operator = signed(&self.operator, &self.operator, &json!({"type": "operator"}));
        let limits = json!({"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1,
            "wildcards": true, "conn": -1, "leaf": -1});
        let claims = json!({"type": "account", "limits": limits});
        let account = signed(&self.operator, &self.account, &claims);
        format!(
            "operator: {operator}\nresolver: MEMORY\nresolver_preload: {{ {}: {account} }}\n",
            self.account.public_key()
        )
    }

    /// A `.creds` file of the user.
    pub fn credentials(&self) -> String {
        let claims = json!({"type": "user", "subs": -1, "data": -1, "payload": -1});
        let user = signed(&self.account, &self.user, &claims);
        let seed = self.user.seed().expect("a pair has one");
        format!(
            "-----BEGIN NATS USER JWT-----\n{user}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        )
    }
}

fn signed(by: &KeyPair, whom: &KeyPair, claims: &Value) -> String {
    let mut claims = claims.clone();
    claims["version"] = json!(2);
    let body = json!({"jti": "one", "iat": 1, "iss": by.public_key(), "sub": whom.public_key(),
        "name": "sotto", "nats": claims});
    let head = json!({"typ": "JWT", "alg": "ed25519-nkey"});
    let packed = |part: &Value| base64url(part.to_string().as_bytes());
    let text = format!("{}.{}", packed(&head), packed(&body));
    let signature = by.sign(text.as_bytes()).expect("a pair signs");
    format!("{text}.{}", base64url(&signature))
}

/// RFC 4648, section 5, without padding.
fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = (0..3).fold(0_u32, |number, at| {
            (number << 8) | u32::from(three.get(at).copied().unwrap_or(0))
        });
        for at in 0..=three.len() {
            let six = (number >> (18 - 6 * at)) & 63;
            text.push(char::from(ALPHABET[six as usize]));
        }
    }
    text
}
