//! Who a member of staff is, and how they prove it.
//!
//! A sign-in is a row: a hash of a secret that only the browser holds, with the
//! account's role and departments read anew each time it is used.

pub mod account;
pub mod http;
pub mod password;
pub mod right;
pub mod session;
pub mod sign_in;
pub mod throttle;
pub mod ticket;

pub use account::Account;
pub use right::Right;
pub use session::Session;
pub use sign_in::SignIns;
