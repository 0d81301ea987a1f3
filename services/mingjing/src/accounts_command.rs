//! `mingjing accounts`: the accounts of a running platform; signing in for a program's sake.
//!
//! The administrator's key comes from the environment, `MINGJING_ADMIN_KEY`, or a signed-in administrator's token, `MINGJING_TOKEN`.

use std::io::BufRead as _;

use anyhow::{Context as _, ensure};
use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::console::Console;
use crate::life_command::ApiArgs;

/// Accounts of a running platform.
#[derive(Debug, clap::Subcommand)]
pub enum AccountsCommand {
    /// Opens an account; prints its temporary password, once.
    Add(AddArgs),
    /// Gives an account other rights: all of them are said again.
    Change(AddArgs),
    /// Every account.
    List(ApiArgs),
    /// One account, with all that was done with it.
    Show(ShowArgs),
    /// Gives an account a temporary password, and ends its sessions and its lock-out.
    Password(ActArgs),
    /// Puts an account out of work; its sessions end at once.
    Disable(ActArgs),
    /// Lets it work again.
    Enable(ActArgs),
    /// Ends its sessions.
    EndSessions(ActArgs),
    /// Signs in, with the password from the first line of standard input; prints a token for MINGJING_TOKEN.
    Login(ShowArgs),
}

/// An account, and what it may.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// The account's name: small letters, digits, `.`, `_`, `-`.
    account: String,
    /// 人员编号.
    #[arg(long, value_name = "ID")]
    person: String,
    /// For people.
    #[arg(long, value_name = "NAME", default_value = "")]
    name: String,
    /// 角色: supervision, legal, establishment, government_services, information_disclosure, department_supervisor,
    /// department_handler, leadership, auditor, administrator. May be said again.
    #[arg(long, value_name = "ROLE", required = true)]
    role: Vec<String>,
    /// 机构代码. A department's people see its matters only.
    #[arg(long, value_name = "BODY", default_value = "")]
    body: String,
    /// 内设机构.
    #[arg(long, value_name = "OFFICE", default_value = "")]
    office: String,
    /// 行政区划代码: it sees the region and what lies in it; everything where none is said.
    #[arg(long, value_name = "CODE", default_value = "")]
    region: String,
    /// The first day on which it works.
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// The last one.
    #[arg(long, value_name = "DAY")]
    until: Option<NaiveDate>,
    /// 为什么: the document, the reason.
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    api: ApiArgs,
}

/// One account.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The account's name.
    account: String,
    #[command(flatten)]
    api: ApiArgs,
}

/// What is done with which account, and why.
#[derive(Debug, clap::Args)]
pub struct ActArgs {
    /// The account's name.
    account: String,
    /// 为什么: the document, the reason.
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    api: ApiArgs,
}

/// Runs the command.
pub async fn run(command: AccountsCommand) -> anyhow::Result<()> {
    match command {
        AccountsCommand::Add(args) => {
            let body = json!({ "account": args.account, "why": args.why, "rights": rights(&args) });
            let path = ["api", "v1", "accounts"];
            let answer = Console::new(args.api.url())?
                .send("POST", &path, &body)
                .await?;
            print(&args.api, &answer)
        }
        AccountsCommand::Change(args) => {
            let body = json!({ "why": args.why, "rights": rights(&args) });
            act(&args.api, &args.account, "change", &body).await
        }
        AccountsCommand::List(api) => {
            let console = Console::new(api.url())?;
            let answer = console.get(&["api", "v1", "accounts"], &[]).await?;
            if api.wants_json() {
                return print(&api, &answer);
            }
            for account in answer["accounts"].as_array().into_iter().flatten() {
                println!("{}", line(account));
            }
            Ok(())
        }
        AccountsCommand::Show(args) => {
            let console = Console::new(args.api.url())?;
            let path = ["api", "v1", "accounts", &args.account];
            let answer = console.get(&path, &[]).await?;
            println!("{}", serde_json::to_string_pretty(&answer)?);
            Ok(())
        }
        AccountsCommand::Password(args) => said(&args, "password").await,
        AccountsCommand::Disable(args) => said(&args, "disable").await,
        AccountsCommand::Enable(args) => said(&args, "enable").await,
        AccountsCommand::EndSessions(args) => said(&args, "end_sessions").await,
        AccountsCommand::Login(args) => login(&args).await,
    }
}

async fn said(args: &ActArgs, what: &str) -> anyhow::Result<()> {
    act(&args.api, &args.account, what, &json!({ "why": args.why })).await
}

async fn act(api: &ApiArgs, account: &str, what: &str, body: &Value) -> anyhow::Result<()> {
    let path = ["api", "v1", "accounts", account, what];
    let answer = Console::new(api.url())?.send("POST", &path, body).await?;
    print(api, &answer)
}

async fn login(args: &ShowArgs) -> anyhow::Result<()> {
    let mut password = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut password)
        .context("read the password from standard input")?;
    let password = password.trim_end_matches(['\r', '\n']);
    ensure!(
        !password.is_empty(),
        "write the password to standard input, as one line"
    );
    let body = json!({ "account": args.account, "password": password, "bearer": true });
    let console = Console::new(args.api.url())?;
    let answer = console
        .send("POST", &["api", "v1", "session"], &body)
        .await?;
    let token = answer["token"].as_str();
    println!("{}", token.context("the platform answers no token")?);
    Ok(())
}

fn rights(args: &AddArgs) -> Value {
    json!({
        "person": args.person, "name": args.name, "roles": args.role, "body": args.body,
        "office": args.office, "region": args.region, "valid_from": args.from, "valid_until": args.until,
    })
}

fn print(api: &ApiArgs, answer: &Value) -> anyhow::Result<()> {
    if api.wants_json() {
        println!("{}", serde_json::to_string_pretty(answer)?);
        return Ok(());
    }
    println!("{}", line(&answer["account"]));
    if let Some(password) = answer["password"].as_str() {
        println!("临时口令（只显示这一次，首次登录即须修改）：{password}");
    }
    Ok(())
}

fn line(account: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rights = &account["rights"];
    let roles: Vec<String> = rights["roles"]
        .as_array()
        .into_iter()
        .flatten()
        .map(text)
        .collect();
    let region = text(&rights["region"]);
    let state = match (
        account["disabled"].as_bool(),
        account["works_today"].as_bool(),
    ) {
        (Some(true), _) => "停用",
        (_, Some(false)) => "不在有效期内",
        _ => "可用",
    };
    format!(
        "{}：人员 {}，角色 {}，机构 {}，区划 {}，{state}",
        text(&account["account"]),
        text(&rights["person"]),
        roles.join("、"),
        match text(&rights["body"]) {
            body if body.is_empty() => "（未填）".to_owned(),
            body => body,
        },
        match region.is_empty() {
            true => "（全部）",
            false => region.as_str(),
        },
    )
}
