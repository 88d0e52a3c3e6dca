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
pub mod live;
pub mod rates;
pub mod reactions;
pub mod retention;
pub mod router;
pub mod serve;
pub mod site;
pub mod web;
pub mod wire;
pub mod workers;
