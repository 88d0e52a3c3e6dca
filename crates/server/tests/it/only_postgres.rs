//! Stories about rows that several nodes share: PostgreSQL and NATS.

mod held;
mod nodes;
mod refusals;
mod servers;
mod tables;
mod wire;
