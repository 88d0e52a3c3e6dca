//! Stories about rows that several nodes share: PostgreSQL and NATS.

mod at_rest;
mod clocks;
mod credentials;
mod held;
mod moving;
mod nodes;
mod overload;
mod refusals;
mod secured;
mod servers;
mod set_aside;
mod sign_in;
mod tables;
mod wire;
