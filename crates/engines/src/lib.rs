//! Real servers for tests and load runs, PostgreSQL, NATS, HAProxy and nginx: each on
//! a loopback port and in a folder of its own, ended with the process that started
//! it, however that one ends. And a gate, which is a network that fails.
//!
//! Not for the product, which starts no server. Calls wait; from async code
//! they belong on a thread that may.

mod authority;
mod child;
mod front;
mod gate;
mod nats;
mod postgres;

pub use authority::{Authority, Identity};
pub use child::{Frozen, free_port};
pub use front::{Front, Kind as FrontKind, VISITORS_ADDRESS};
pub use gate::Gate;
pub use nats::Nats;
pub use postgres::{Postgres, is_there as postgres_is_there};
