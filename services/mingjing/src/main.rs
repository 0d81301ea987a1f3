//! `mingjing` 明镜: runtime supervision of administrative power, in one binary.

mod accounts_command;
mod administrator;
mod alerts_command;
mod allocator;
mod archive_group;
mod asking;
mod assets;
mod backtest_command;
mod backtests;
mod bench_command;
mod bulletin_command;
mod calendar_command;
mod clickhouse;
mod clickhouse_args;
mod clickhouse_command;
mod clock_ahead;
mod complaints_command;
mod console;
mod deadline_command;
mod definitions_command;
mod demo;
mod dispose_command;
mod evidence_command;
mod evidence_key;
mod exchange_folder;
mod explain_command;
mod export_command;
mod folders;
mod import_command;
mod incidents_command;
mod inspect_command;
mod inspections;
mod interchange_command;
mod life_command;
mod log_command;
mod log_port;
mod log_verifier;
mod notifications;
mod notifications_command;
mod paper_fonts;
mod platform;
mod poll_command;
mod preset_command;
mod progress;
mod provider_http;
mod replay_command;
mod role_command;
mod rules_command;
mod samples_command;
mod settings;
mod shadows;
mod snapshots;
mod source_command;
mod source_keys;
mod telemetry;
mod treasury_command;
mod up_command;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use role_command::Role;

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

/// Runtime supervision and e-monitoring of administrative power. 行政权力运行电子监察。
#[derive(Debug, Parser)]
#[command(name = "mingjing", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Definitions: power list, flowcharts, control points, calendars.
    #[command(subcommand)]
    Definitions(definitions_command::DefinitionsCommand),
    /// The register: bodies, offices, posts and officers, of a running platform.
    #[command(subcommand)]
    Register(life_command::RegisterCommand),
    /// How far each body has come, of a running platform.
    #[command(subcommand)]
    Milestones(life_command::MilestonesCommand),
    /// Accounts of a running platform: who may sign in, as what, of where.
    #[command(subcommand)]
    Accounts(accounts_command::AccountsCommand),
    /// Work calendars: days off and make-up working days.
    #[command(subcommand)]
    Calendar(calendar_command::CalendarCommand),
    /// The catalogue of rules: what each checks, its level, its legal basis.
    Rules(rules_command::RulesArgs),
    /// The due instant of a limit and its day-by-day account.
    Deadline(deadline_command::DeadlineArgs),
    /// Judge a log offline.
    Replay(replay_command::ReplayArgs),
    /// Send a log to a running platform, as a declared source.
    Import(import_command::ImportArgs),
    /// The kinds of exchange tables that are known.
    Preset(preset_command::PresetArgs),
    /// Poll a department's PostgreSQL or MySQL front-end database.
    Poll(poll_command::PollArgs),
    /// Why a case stands as it does, asked of a running platform.
    Explain(explain_command::ExplainArgs),
    /// The signed evidence of one alert; verifying such a file.
    Evidence(evidence_command::EvidenceArgs),
    /// 处置: work an alert of a running platform: confirm, dismiss, appeal, order, answer.
    Dispose(dispose_command::DisposeArgs),
    /// 人工预警: raise an alert of a running platform by hand.
    #[command(subcommand)]
    Alerts(alerts_command::AlertsCommand),
    /// 同因事件: alerts of one cause, merged, worked by one act, concluded.
    #[command(subcommand)]
    Incidents(incidents_command::IncidentsCommand),
    /// 抽查: draw a random sample of closed cases, check it, close it.
    #[command(subcommand)]
    Samples(samples_command::SamplesCommand),
    /// 投诉与评价: list them, take one in, work one.
    #[command(subcommand)]
    Complaints(complaints_command::ComplaintsCommand),
    /// 通报: a period's bulletin, drafted by a running platform, as PDF, DOCX and XLSX.
    #[command(subcommand)]
    Bulletin(bulletin_command::BulletinCommand),
    /// What draft definitions would have made of the past.
    Backtest(backtest_command::BacktestArgs),
    /// Write cases for process-mining tools: XES, OCEL 2.0 or CSV.
    Export(export_command::ExportArgs),
    /// How complete sources are; sending what they have made (对账).
    #[command(subcommand)]
    Source(source_command::SourceCommand),
    /// 日志校验: whether the log is what was published of it.
    #[command(subcommand)]
    Log(log_command::LogCommand),
    /// Run everything on this machine.
    Up(up_command::UpArgs),
    /// Take departments' events: one process of a cluster.
    Intake(role_command::RoleArgs),
    /// Judge: one process of a cluster; the processes share the partitions.
    Supervise(role_command::RoleArgs),
    /// Write ClickHouse: one process of a cluster; the processes share the partitions.
    Archive(role_command::RoleArgs),
    /// Serve the console's API: one process of a cluster.
    Api(role_command::RoleArgs),
    /// Periodic inspections by the calendar: one process of a cluster; or, with --rule, one by hand.
    Inspect(inspect_command::InspectArgs),
    /// Tell people and programs what becomes of alerts: one process of a cluster; more stand by.
    Notify(role_command::RoleArgs),
    /// 通知: check their configuration; what could not be delivered, and sending it again.
    #[command(subcommand)]
    Notifications(notifications_command::NotificationsCommand),
    /// Import the treasury's monthly totals of fines, to compare with what cases say was paid.
    Treasury(treasury_command::TreasuryArgs),
    /// Measure speed and memory, as ratios.
    #[command(subcommand)]
    Bench(bench_command::BenchCommand),
    /// Serve ClickHouse's HTTP interface from the embedded engine.
    Clickhouse(clickhouse_command::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Definitions(command) => definitions_command::run(&command),
        Command::Register(command) => on_runtime(life_command::register(command)),
        Command::Milestones(command) => on_runtime(life_command::milestones(command)),
        Command::Accounts(command) => on_runtime(accounts_command::run(command)),
        Command::Calendar(command) => calendar_command::run(&command),
        Command::Rules(args) => rules_command::run(&args),
        Command::Deadline(args) => deadline_command::run(&args),
        Command::Replay(args) => replay_command::run(&args),
        Command::Import(args) => on_runtime(import_command::run(args)),
        Command::Preset(args) => preset_command::run(&args),
        Command::Poll(args) => on_runtime(poll_command::run(args)),
        Command::Explain(args) => on_runtime(explain_command::run(args)),
        Command::Evidence(args) => on_runtime(evidence_command::run(args)),
        Command::Dispose(args) => on_runtime(dispose_command::run(&args)),
        Command::Alerts(command) => on_runtime(alerts_command::run(command)),
        Command::Incidents(command) => on_runtime(incidents_command::run(command)),
        Command::Samples(command) => on_runtime(samples_command::run(command)),
        Command::Complaints(command) => on_runtime(complaints_command::run(command)),
        Command::Bulletin(command) => on_runtime(bulletin_command::run(command)),
        Command::Backtest(args) => on_runtime(backtest_command::run(args)),
        Command::Export(args) => on_runtime(export_command::run(args)),
        Command::Source(command) => on_runtime(source_command::run(command)),
        Command::Log(command) => on_runtime(log_command::run(command)),
        Command::Up(args) => on_runtime(up_command::run(args)),
        Command::Intake(args) => on_runtime(role_command::run(Role::Intake, args)),
        Command::Supervise(args) => on_runtime(role_command::run(Role::Supervise, args)),
        Command::Archive(args) => on_runtime(role_command::run(Role::Archive, args)),
        Command::Api(args) => on_runtime(role_command::run(Role::Api, args)),
        Command::Inspect(args) => on_runtime(inspect_command::run(args)),
        Command::Notify(args) => on_runtime(role_command::run(Role::Notify, args)),
        Command::Notifications(command) => on_runtime(notifications_command::run(command)),
        Command::Treasury(args) => on_runtime(treasury_command::run(args)),
        Command::Bench(command) => bench_command::run(command),
        Command::Clickhouse(args) => on_runtime(clickhouse_command::run(args)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mingjing: {error:#}");
            if error.is::<deadline_command::BadInput>() {
                ExitCode::from(2)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

fn on_runtime<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
