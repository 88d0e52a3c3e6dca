//! The commands of `sotto`, one file each.

pub mod transcript;
