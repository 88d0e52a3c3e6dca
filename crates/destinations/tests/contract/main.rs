//! Every destination on the network against a real server of its kind, which the
//! tests install (pinned, below the target folder), start on a free port, and stop.
//!
//! `promises` is what each of them must hold; `front` stands between and lets
//! connections fail in ways that a server alone would not.

mod azure;
mod broken;
mod front;
mod gcs;
mod postgres;
mod promises;
mod s3;
mod sealing;
mod servers;
mod sftp;
mod webhook;
