//! `mingjing bench …`: how fast, always as a ratio to a limit that is measured in the same run.

mod alerts;
mod archive;
mod backlog;
mod backtest;
mod corpus;
mod drain;
mod end_to_end;
mod engine;
mod measured;
mod probe;
mod site;
mod statistics;
mod stopwatch;
mod timers;

/// What is measured.
#[derive(Debug, clap::Subcommand)]
pub enum BenchCommand {
    /// Bytes to facts on one core, against a typed borrowed parse of the same bytes.
    Engine(engine::EngineArgs),
    /// A backlog judged and its facts durable, against reading the same log and against the engine alone.
    Drain(drain::DrainArgs),
    /// A running platform from the sender's request to the answer, the live stream and ClickHouse.
    EndToEnd(end_to_end::EndToEndArgs),
    /// Many limits falling due in the same second, against only publishing what follows.
    Timers(timers::TimersArgs),
    /// A log into ClickHouse, against the server's own copying of the same rows.
    Archive(archive::ArchiveArgs),
    /// Lists of alerts as the console asks for them, against reading the same rows by their keys.
    Alerts(alerts::AlertsArgs),
    /// Draft definitions over the past in ClickHouse, against only reading it.
    Backtest(backtest::BacktestBenchArgs),
    /// Dashboards of statistics out of cells, against the same questions of rows.
    Statistics(statistics::StatisticsArgs),
}

/// Runs the command.
pub fn run(command: BenchCommand) -> anyhow::Result<()> {
    match command {
        BenchCommand::Engine(args) => engine::run(&args),
        BenchCommand::Drain(args) => crate::on_runtime(drain::run(args)),
        BenchCommand::EndToEnd(args) => crate::on_runtime(end_to_end::run(args)),
        BenchCommand::Timers(args) => crate::on_runtime(timers::run(args)),
        BenchCommand::Archive(args) => crate::on_runtime(archive::run(args)),
        BenchCommand::Alerts(args) => crate::on_runtime(alerts::run(args)),
        BenchCommand::Backtest(args) => crate::on_runtime(backtest::run(args)),
        BenchCommand::Statistics(args) => crate::on_runtime(statistics::run(args)),
    }
}
