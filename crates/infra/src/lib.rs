//! The only crate that touches the outside: database, vault, bus, clock, chance.
