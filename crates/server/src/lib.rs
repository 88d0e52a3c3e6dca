//! Sotto's server. ARCHITECTURE.md tells which module may know which.

pub mod app;
pub mod archive;
pub mod audit;
pub mod bus;
pub mod cli;
pub mod clock;
pub mod config;
pub mod conversation;
pub mod db;
pub mod error;
pub mod events;
pub mod facts;
pub mod identity;
pub mod ids;
pub mod jobs;
pub mod keys;
pub mod reactions;
pub mod retention;
pub mod site;
pub mod wire;
pub mod workers;
