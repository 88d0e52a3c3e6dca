//! Sotto's server. ARCHITECTURE.md tells which module may know which.

pub mod bus;
pub mod clock;
pub mod db;
pub mod error;
pub mod events;
pub mod ids;
pub mod keys;
