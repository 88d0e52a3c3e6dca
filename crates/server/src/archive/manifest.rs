//! What was delivered, signed: hashes of the files, the rules that masked them,
//! and the audit chain's head.
//!
//! The file is `{"manifest":…,"public_key":…,"signature":…}` in canonical JSON.
//! The signature is Ed25519 (RFC 8032) over the canonical bytes of the value of
//! `manifest` alone. Keys, hashes and signatures are lower-case hex.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use data_encoding::HEXLOWER;
use destinations::Document;
use serde::{Deserialize, Serialize};

use super::canonical;
use super::editions::Editions;
use super::transcript::{At, Masking, Transcript};

/// Of the manifest below; also what keeps its signature apart from any other
/// that the same key may make.
pub const SCHEMA: &str = "sotto.manifest/1";

/// The audit chain's newest entry when the manifest was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seq: u64,
    pub hash: [u8; 32],
}

/// What is signed.
#[derive(Debug, Serialize)]
pub struct Manifest {
    schema: &'static str,
    reference: String,
    part: u32,
    created_at: At,
    files: Vec<File>,
    masking: Masking,
    audit_head: AuditHead,
    key_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    follows: Option<String>,
}

/// A file beside the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// In the manifest's own folder.
    pub name: String,
    pub media_type: String,
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// False: the place may lack it, since its settings leave it out.
    #[serde(default = "yes", skip_serializing_if = "is_so")]
    pub is_everywhere: bool,
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_so(it: &bool) -> bool {
    *it
}

#[derive(Debug, Serialize)]
struct AuditHead {
    seq: u64,
    hash: String,
}

/// The manifest's file.
#[derive(Debug, Serialize)]
struct Signed<'a> {
    manifest: &'a Manifest,
    public_key: String,
    signature: String,
}

impl Manifest {
    /// Over the documents of one part.
    pub(crate) fn over(
        transcript: &Transcript,
        documents: &[Document],
        signer: &Signer,
        head: &Head,
        created_at: At,
        editions: &Editions,
    ) -> Self {
        let files = documents.iter().map(|document| File {
            name: document.name.file().to_owned(),
            media_type: document.media_type.to_owned(),
            sha256: HEXLOWER.encode(&document.sha256()),
            size: document.bytes.len() as u64,
            is_everywhere: editions.are_everywhere(document.name.file()),
        });
        Self {
            schema: SCHEMA,
            reference: transcript.reference.clone(),
            part: transcript.part,
            created_at,
            files: files.collect(),
            masking: transcript.masking.clone(),
            audit_head: AuditHead { seq: head.seq, hash: HEXLOWER.encode(&head.hash) },
            key_id: signer.public_key().id(),
            follows: transcript.follows.map(|hash| HEXLOWER.encode(&hash)),
        }
    }
}

/// Signs manifests.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// From the 32 bytes of an Ed25519 private key.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(seed).expect("any 32 bytes are a seed"))
    }

    /// What a clinic pins.
    pub fn public_key(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(bytes)
    }

    /// The manifest's file.
    pub(crate) fn sign(&self, manifest: &Manifest) -> Vec<u8> {
        let signature = self.0.sign(&canonical::bytes(manifest));
        canonical::bytes(&Signed {
            manifest,
            public_key: self.public_key().to_string(),
            signature: HEXLOWER.encode(signature.as_ref()),
        })
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.public_key().id())
    }
}

/// An Ed25519 public key; shown as 64 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// From 64 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The first eight bytes of the key's SHA-256, in hex: a name, not a proof.
    pub fn id(&self) -> String {
        HEXLOWER.encode(&digest::digest(&digest::SHA256, &self.0).as_ref()[..8])
    }

    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}
