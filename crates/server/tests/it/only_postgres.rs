//! Stories about rows that several nodes share: PostgreSQL and NATS.

mod at_rest;
mod nodes;
mod refusals;
mod servers;
mod tables;
mod wire;
