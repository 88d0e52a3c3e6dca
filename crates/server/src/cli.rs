//! The commands of `sotto`, one file each.

pub mod audit;
pub mod backup;
mod contents;
pub mod keys;
pub mod mask;
mod place;
pub mod restore;
pub mod transcript;
