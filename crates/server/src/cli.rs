//! The commands of `sotto`, one file each.

pub mod mask;
pub mod transcript;
