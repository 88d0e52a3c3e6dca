//! Stories about a database that is a file: its disk, its log, its copies.

mod at_rest;
pub mod disk;
mod doctor;
mod left;
mod nonces;
mod upkeep;
