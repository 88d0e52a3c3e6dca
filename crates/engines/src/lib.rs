//! Real PostgreSQL and NATS servers for tests and load runs: each on a loopback
//! port and in a folder of its own, ended with the process that started it,
//! however that one ends.
//!
//! Not for the product, which starts no server. Calls wait; from async code
//! they belong on a thread that may.

mod child;
mod nats;
mod postgres;

pub use child::free_port;
pub use nats::Nats;
pub use postgres::{Postgres, is_there as postgres_is_there};
