//! The commands of `sotto`, one file each.

pub mod account;
pub mod api;
pub mod demo;
pub mod mask;
pub mod serve;
mod settings;
pub mod transcript;
