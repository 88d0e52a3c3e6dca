//! Real servers for destinations; the server's stories deliver to them too.

pub mod azurite;
pub mod database;
pub mod front;
pub mod moto;
pub mod receiver;
pub mod s3rver;
pub mod servers;
pub mod ssh;

/// What an operator opens for servers on this machine.
pub fn loopback() -> destinations::Allowed {
    destinations::Allowed::new(&["127.0.0.0/8", "::1"]).expect("ranges")
}
