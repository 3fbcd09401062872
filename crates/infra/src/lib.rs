//! The only crate that touches the outside: database, vault, bus, network, mail, clock,
//! chance.

pub mod bus;
pub mod chance;
pub mod clock;
pub mod db;
pub mod fetch;
pub mod folder;
pub mod mail;
pub mod vault;
