//! The binary `countersign`.

use std::process::ExitCode;

use clap::Parser as _;
use countersign_server::cli::{self, Cli};

/// A request makes some dozen small allocations; this allocator makes them for half the price.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("countersign: {error}");
            ExitCode::FAILURE
        }
    }
}
