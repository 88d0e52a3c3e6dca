//! The commands of `sotto`, one file each.

pub mod account;
pub mod api;
pub mod audit;
pub mod backup;
mod contents;
pub mod demo;
pub mod destination;
pub mod doctor;
pub mod keys;
pub mod mask;
mod place;
pub mod restore;
pub mod serve;
pub mod transcript;
