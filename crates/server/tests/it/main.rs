//! Stories at the boundary of the heart, on a real database and real keys.

#![allow(clippy::unwrap_used)]

mod addenda;
mod archive;
mod canary;
mod claims;
mod conversation;
mod daily;
mod delays;
mod delivery;
mod destinations;
mod doors;
mod engine;
mod killed;
mod leaving;
mod limits;
mod lists;
mod masking;
mod model;
mod network;
mod only_postgres;
mod only_sqlite;
mod outage;
mod past;
mod presence;
mod promptness;
mod reading;
#[allow(dead_code, reason = "the destinations' own suite uses the rest")]
#[path = "../../../destinations/tests/real/mod.rs"]
mod real;
mod redacted_answers;
mod restart;
mod retention;
mod rights;
mod sealing;
mod served;
mod settings;
mod sign_in;
mod sockets;
mod standing;
mod to_the_end;
mod workers;
mod world;
