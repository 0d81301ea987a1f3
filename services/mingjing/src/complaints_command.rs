//! `mingjing complaints`: list the complaints and ratings of a running platform, take one in, and work one.
//!
//! Who asks is told by the environment, as for `dispose`: `MINGJING_TOKEN`, else `MINGJING_ADMIN_KEY`.

use serde_json::{Value, json};

use crate::asking::{case, code, keyed};
use crate::console::Console;
use crate::life_command::{ApiArgs, SaidArgs};

/// What is asked.
#[derive(Debug, clap::Subcommand)]
pub enum ComplaintsCommand {
    /// Those that there are, the last first.
    List(ListArgs),
    /// 登记: take one in; --why is what was said.
    Register(RegisterArgs),
    /// 办理: work one.
    Act(ActArgs),
}

/// Which are listed.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Complaints or ratings alone.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Only those of which something is still owed.
    #[arg(long)]
    open: bool,
    /// Of this body.
    #[arg(long, value_name = "BODY")]
    body: Option<String>,
    #[command(flatten)]
    api: ApiArgs,
}

/// What is taken in.
#[derive(Debug, clap::Args)]
pub struct RegisterArgs {
    /// Complaint or rating.
    #[arg(value_enum)]
    kind: Kind,
    /// The case that it is about, with its source: SOURCE/CASE.
    #[arg(
        long,
        value_name = "SOURCE/CASE",
        conflicts_with = "body",
        required_unless_present = "body"
    )]
    case: Option<String>,
    /// The body that it is about, where it is about no case.
    #[arg(long, value_name = "BODY")]
    body: Option<String>,
    /// 投诉类别, like `slow`; of a complaint.
    #[arg(long)]
    topic: Option<String>,
    /// 满意度, 1 to 5; of a rating.
    #[arg(long)]
    grade: Option<u8>,
    /// By which way it came, like `hotline`.
    #[arg(long)]
    channel: Option<String>,
    /// Its number there.
    #[arg(long)]
    reference: Option<String>,
    /// Nobody is there to be answered.
    #[arg(long)]
    anonymous: bool,
    #[command(flatten)]
    said: SaidArgs,
    #[command(flatten)]
    api: ApiArgs,
}

/// What is done about which.
#[derive(Debug, clap::Args)]
pub struct ActArgs {
    /// Its receipt number, or the event's id that a source gave it.
    receipt: String,
    /// What is done.
    #[arg(value_enum)]
    act: Act,
    /// The body that it is handed to.
    #[arg(long, value_name = "BODY")]
    to: Option<String>,
    /// What a review comes to: stands, mistaken, malicious.
    #[arg(long)]
    outcome: Option<String>,
    #[command(flatten)]
    said: SaidArgs,
    #[command(flatten)]
    api: ApiArgs,
}

/// Complaint or rating.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Kind {
    /// 投诉.
    Complaint,
    /// 评价.
    Rating,
}

/// An act.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Act {
    /// 受理.
    Accept,
    /// 不予受理.
    Refuse,
    /// 转办.
    Transfer,
    /// 答复.
    Answer,
    /// 回访.
    CallBack,
    /// 整改.
    Rectify,
    /// 复核.
    Review,
    /// 撤回.
    Withdraw,
}

const PATH: [&str; 3] = ["api", "v1", "complaints"];

/// Runs the command.
pub async fn run(command: ComplaintsCommand) -> anyhow::Result<()> {
    match command {
        ComplaintsCommand::List(args) => list(&args).await,
        ComplaintsCommand::Register(args) => register(&args).await,
        ComplaintsCommand::Act(args) => act(&args).await,
    }
}

async fn list(args: &ListArgs) -> anyhow::Result<()> {
    let console = Console::new(args.api.url())?;
    let kind = args.kind.map(code);
    let mut query: Vec<(&str, &str)> = vec![("limit", "200")];
    query.extend(kind.as_deref().map(|kind| ("kind", kind)));
    query.extend(args.body.as_deref().map(|body| ("org_code", body)));
    if args.open {
        query.push(("open", "true"));
    }
    let mut cursor: Option<String> = None;
    loop {
        let mut asked = query.clone();
        asked.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = console.get(&PATH, &asked).await?;
        for one in page["complaints"].as_array().into_iter().flatten() {
            match args.api.wants_json() {
                true => println!("{one}"),
                false => println!("{}", line(one)),
            }
        }
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return Ok(()),
        }
    }
}

fn line(one: &Value) -> String {
    let text = |name: &str| one[name].as_str().unwrap_or("—");
    let about = one["topic_zh"]
        .as_str()
        .or_else(|| one["grade_zh"].as_str());
    let owed = one["terms"].as_array().into_iter().flatten();
    let owed = owed.filter(|term| term["done_at"].is_null());
    let due = owed.filter_map(|term| term["due_at"].as_str()).min();
    format!(
        "{}  {}  {}  {}  {}  {}",
        text("receipt_no"),
        text("state_zh"),
        about.unwrap_or("—"),
        text("responsible_org"),
        due.map_or("—", |due| due.get(..10).unwrap_or(due)),
        text("text"),
    )
}

async fn register(args: &RegisterArgs) -> anyhow::Result<()> {
    let mut more = json!({
        "kind": code(args.kind),
        "org_code": args.body, "topic": args.topic, "grade": args.grade,
        "channel": args.channel, "reference": args.reference,
    });
    if let Some(written) = &args.case {
        let (source, case_no) = case(written)?;
        more["source"] = json!(source);
        more["case_no"] = json!(case_no);
    }
    if args.anonymous {
        more["anonymous"] = json!(true);
    }
    let body = keyed(args.said.body(more), "register");
    let console = Console::new(args.api.url())?;
    told(&args.api, &console.send("POST", &PATH, &body).await?)
}

async fn act(args: &ActArgs) -> anyhow::Result<()> {
    let console = Console::new(args.api.url())?;
    let found = console
        .get(&PATH, &[("receipt_no", args.receipt.as_str())])
        .await?;
    let found = found["complaints"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let [one] = found else {
        anyhow::bail!("{} 有 {} 件，应为 1 件", args.receipt, found.len());
    };
    let part = |name: &str| one[name].as_str().unwrap_or_default();
    let act = code(args.act);
    let (source, case_no, event_id) = (part("source"), part("case_no"), part("event_id"));
    let path = [PATH[0], PATH[1], PATH[2], source, case_no, event_id, &act];
    let more = json!({ "to": args.to, "outcome": args.outcome });
    let body = keyed(args.said.body(more), &format!("{} {act}", args.receipt));
    told(&args.api, &console.send("POST", &path, &body).await?)
}

fn told(api: &ApiArgs, answer: &Value) -> anyhow::Result<()> {
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    match api.wants_json() {
        true => println!("{}", serde_json::to_string_pretty(answer)?),
        false => println!("{} {}", text("message_zh"), text("receipt_no")),
    }
    Ok(())
}
