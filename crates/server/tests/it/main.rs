//! Stories at the boundary of the heart, on a real database and real keys.

mod canary;
mod conversation;
mod delays;
mod restart;
mod world;
