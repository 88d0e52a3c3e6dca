//! Every destination on the network against a real server of its kind, which the
//! tests install (pinned, below the target folder), start on a free port, and stop.
//!
//! `promises` is what each of them must hold; `real::front` stands between and lets
//! connections fail in ways that a server alone would not.

mod azure;
mod broken;
mod gcs;
mod postgres;
mod promises;
#[path = "../real/mod.rs"]
mod real;
mod s3;
mod sealing;
mod sftp;
mod webhook;
