//! What travels between browser and server, and nothing of how it is handled.
//!
//! Verbs come in with [`sensitive::Sensitive`] text and can only be read; frames
//! go out with [`Text`], which only masked or unsealed words become. The
//! TypeScript types are generated from these.
//!
//! Times are milliseconds since the Unix epoch, UTC. `number` counts what the
//! reader may see: for a visitor it leaves no hole where staff wrote notes.
//! The server refuses fields that it does not know; a client skips frames and
//! events of a kind that it does not know, but keeps their number.

pub mod agent;
pub mod destination;
pub mod event;
pub mod http;
mod problem;
mod schema;
mod text;
pub mod visitor;

pub use problem::{Code, Problem};
pub use schema::schemas;
pub use text::{Mask, Text};

/// The protocol's version; the first frame of either side names it.
pub const VERSION: u32 = 1;
