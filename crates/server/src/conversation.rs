//! The heart: one conversation from waiting to shredded.
//!
//! [`state`] says what is legal and nothing else.

pub mod state;

pub use state::{Change, Conversation};
