//! Stories about a database that is a file: its disk, its log, its copies.

pub mod disk;
mod left;
mod nonces;
mod upkeep;
