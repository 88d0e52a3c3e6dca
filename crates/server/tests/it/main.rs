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
mod disk;
mod killed;
mod nonces;
mod restart;
mod retention;
mod upkeep;
mod workers;
mod world;
