//! The heart: one conversation from waiting to shredded.
//!
//! [`state`] says what is legal and nothing else; [`store`] writes what a change
//! brings, all in one unit of work.

pub mod accept;
pub mod access;
pub(crate) mod capacity;
pub mod catch_up;
pub mod change;
pub mod close;
pub mod correct;
pub mod http;
pub(crate) mod keyring;
pub mod lists;
pub mod look;
pub mod note;
pub mod post_message;
pub mod presence;
pub mod rate;
pub mod read;
pub mod redact;
pub mod seen;
pub mod start;
pub mod state;
pub mod store;
pub mod view;

pub use accept::accept;
pub use access::admit_visitor;
pub use change::delay_over;
pub use change::{assign, end, keep_open, reopen, transfer};
pub use close::close;
pub use correct::correct;
pub(crate) use keyring::key_of;
pub use lists::{colleagues, rows};
pub use look::{look_ends, look_opens};
pub use note::note;
pub use post_message::{Posted, Poster, post_message};
pub use presence::{Who, came, end_other_leases, leave, renew_lease, went};
pub use rate::rate;
pub use read::{events_after, shown_after};
pub use redact::{Stretch, redact};
pub use seen::{agent_saw, visitor_saw, visitor_seen};
pub(crate) use start::masks;
pub use start::{Started, start};
pub use state::{Change, Conversation};
pub use view::view;
