//! Stories at the boundary of the heart, on a real database and real keys.

#![allow(clippy::unwrap_used)]

mod addenda;
mod archive;
mod at_rest;
mod canary;
mod conversation;
mod daily;
mod delays;
mod delivery;
mod destinations;
mod disk;
mod doors;
mod killed;
mod limits;
mod lists;
mod masking;
mod model;
mod nonces;
mod outage;
mod past;
mod presence;
mod promptness;
mod reading;
mod restart;
mod retention;
mod rights;
mod sealing;
mod served;
mod settings;
mod sign_in;
mod sockets;
mod standing;
mod upkeep;
mod workers;
mod world;
