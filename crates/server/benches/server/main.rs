//! The server as a whole: what it does in a second, and in a second of its own processor time,
//! beside what this machine can do at most, measured in the same run.
//!
//! `make bench` runs it; `cargo bench -p countersign -- sessions post` runs what the words name.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on should stop")]
#![expect(clippy::disallowed_methods, reason = "a measurement asks the machine's own clock")]
#![expect(clippy::cast_precision_loss, reason = "figures are rounded anyway")]
#![expect(clippy::print_stdout, reason = "figures are what this is for")]

mod client;
mod limits;
mod notifications;
mod postgres;
mod process;
mod report;
mod tasks;

use report::Report;

fn main() {
    let asked: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let report = Report::new(&asked);
    runtime.block_on(async {
        limits::measure(&report).await;
        tasks::at_rest(&report).await;
        tasks::sessions(&report).await;
        tasks::checks(&report).await;
        tasks::cold_checks(&report).await;
        tasks::bound_checks(&report).await;
        tasks::posts(&report).await;
        tasks::fan_out(&report).await;
        tasks::idle_sockets(&report).await;
        notifications::sends(&report).await;
        notifications::lists(&report).await;
        notifications::broadcast(&report).await;
        notifications::push(&report).await;
        notifications::feed(&report).await;
    });
}
