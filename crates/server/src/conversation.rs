//! The heart: one conversation from waiting to shredded.
//!
//! [`state`] says what is legal and nothing else; [`store`] writes what a change
//! brings, all in one unit of work.

pub mod state;
pub mod store;

pub use state::{Change, Conversation};
