//! The commands.

mod bootstrap;
mod demo;
mod doctor;
mod explain;
mod serve;

use std::io::Write as _;

use clap::{Parser, Subcommand};

use crate::boot::BootFault;

/// Verified identity behind every embedded widget.
///
/// Countersign answers one question for the widgets you embed: why can't Alice pretend to be
/// Bob? Begin with `bootstrap`, then `serve`.
#[derive(Parser, Debug)]
#[command(name = "countersign", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Makes an organization, its owner and a widget, and shows their secrets once.
    #[command(after_help = bootstrap::EXAMPLES)]
    Bootstrap(bootstrap::Bootstrap),
    /// Serves the widget, the API and the dashboard.
    #[command(after_help = serve::EXAMPLES)]
    Serve(crate::config::Serve),
    /// Serves a finished demo: an invented product with two customers, the widget, the dashboard.
    Demo(demo::Demo),
    /// Looks at an installation and at a page as a stranger would, and says what is wrong.
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(doctor::Doctor),
    /// Says what a widget would make of a proof and how to mend it, without a server.
    #[command(after_help = explain::EXAMPLES)]
    Explain(explain::Explain),
    /// Prints the OpenAPI document.
    Openapi,
}

/// Runs a command to its end.
pub fn run(cli: Cli) -> Result<(), BootFault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| BootFault::System("the process cannot start its threads", error))?;
    runtime.block_on(async {
        match cli.command {
            Command::Bootstrap(asked) => bootstrap::run(asked).await,
            Command::Serve(config) => serve::run(config).await,
            Command::Demo(asked) => demo::run(asked).await,
            Command::Doctor(asked) => doctor::run(asked).await,
            Command::Explain(asked) => explain::run(&asked),
            Command::Openapi => {
                print(&crate::contract::text(&crate::router::document()));
                Ok(())
            }
        }
    })
}

/// What a command is for goes to standard output, everything else to standard error.
///
/// A reader that has seen enough, such as `head`, is no failure.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if let Err(error) = written
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        eprintln!("countersign: the output cannot be written: {error}");
        std::process::exit(1);
    }
}
