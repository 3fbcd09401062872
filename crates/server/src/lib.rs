//! The roof: configuration, start and stop, the router, the embedded pages, the commands.

pub mod assets;
pub mod boot;
pub mod cli;
pub mod config;
pub mod contract;
pub mod demo;
pub mod doctor;
pub mod health;
pub mod listen;
pub mod places;
pub mod router;
