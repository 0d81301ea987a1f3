//! Definitions with a life, asked of a running platform: `mingjing definitions draft`, `submit`, `review`, … and `mingjing register`,
//! `mingjing milestones`.
//!
//! The administrator's key comes from the environment, `MINGJING_ADMIN_KEY`; without one the platform takes changes from its own machine.

mod diff;
mod milestones;
mod register;
mod shadow;
mod tell;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::console::Console;

pub use diff::DiffArgs;
pub use milestones::MilestonesCommand;
pub use register::RegisterCommand;

pub use milestones::run as milestones;
pub use register::run as register;

/// Where the platform is, and how answers are printed.
#[derive(Debug, clap::Args)]
pub struct ApiArgs {
    /// The platform's API.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    api: String,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

impl ApiArgs {
    /// The platform's API.
    pub(crate) fn url(&self) -> &str {
        &self.api
    }

    /// Whether the answer is printed as JSON.
    pub(crate) fn wants_json(&self) -> bool {
        self.json
    }
}

/// Who says it, and why.
#[derive(Debug, clap::Args)]
pub struct SaidArgs {
    /// 由谁作出: person, person@body or person@body/office. Reviews need all three.
    #[arg(long, value_name = "PERSON@BODY/OFFICE")]
    who: String,
    /// 为什么: the document, the meeting, the reason.
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// Your own key for this act: sent twice under one key, it is done once.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

impl SaidArgs {
    pub(crate) fn body(&self, more: Value) -> Value {
        let (person, place) = self.who.split_once('@').unwrap_or((&self.who, ""));
        let (body, office) = place.split_once('/').unwrap_or((place, ""));
        let mut said = json!({
            "who": { "person": person, "body": body, "office": office },
            "why": self.why,
        });
        if let (Some(all), Value::Object(more)) = (said.as_object_mut(), more) {
            all.extend(self.key.iter().map(|key| ("key".to_owned(), json!(key))));
            all.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
        }
        said
    }
}

/// A conclusion.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Verdict {
    /// 同意.
    Agree,
    /// 不同意.
    Object,
}

impl Verdict {
    const fn code(self) -> &'static str {
        match self {
            Verdict::Agree => "agree",
            Verdict::Object => "object",
        }
    }
}

/// What is done with one draft.
#[derive(Debug, clap::Subcommand)]
pub enum LifeCommand {
    /// 起草: begins a draft of a file that holds one or more documents of one kind; prints its id.
    Draft {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        said: SaidArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 修改: another text; all reviews are made anew.
    Revise {
        /// The draft's id.
        draft: String,
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        said: SaidArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 送审: sends it to the reviewers that its kind needs, each with a due date.
    Submit {
        /// The draft's id.
        draft: String,
        #[command(flatten)]
        said: SaidArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 审核: concludes in a role.
    Review {
        /// The draft's id.
        draft: String,
        /// affairs (政务服务管理), staffing (机构编制), legal (法制) or supervision (监察).
        #[arg(long)]
        role: String,
        /// The conclusion.
        #[arg(long, value_enum)]
        verdict: Verdict,
        /// 意见; needed to object.
        #[arg(long, value_name = "TEXT")]
        opinion: Option<String>,
        /// An answer to a question of the draft, like `alike:A:B=依据不同……`; whoever leads answers all.
        #[arg(long, value_name = "QUESTION=TEXT")]
        answer: Vec<String>,
        #[command(flatten)]
        said: SaidArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 批准: the government's conclusion, where the kind needs one.
    Approve {
        /// The draft's id.
        draft: String,
        /// The conclusion.
        #[arg(long, value_enum, default_value = "agree")]
        verdict: Verdict,
        /// 意见; needed to object.
        #[arg(long, value_name = "TEXT")]
        opinion: Option<String>,
        #[command(flatten)]
        said: SaidArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 公布: puts it in force, from its effective date on.
    Publish {
        /// The draft's id.
        draft: String,
        #[command(flatten)]
        said: SaidArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 登记公示: where the public can read it.
    Notice {
        /// The draft's id.
        draft: String,
        /// An address, a gazette.
        #[arg(long, value_name = "TEXT")]
        place: String,
        /// Since when.
        #[arg(long, value_name = "DATE")]
        on: NaiveDate,
        #[command(flatten)]
        said: SaidArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 废止: ends a published version that nothing needs any more.
    Retire {
        /// The draft's id.
        draft: String,
        /// The first day without it.
        #[arg(long, value_name = "DATE")]
        from: NaiveDate,
        #[command(flatten)]
        said: SaidArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 撤回: gives a draft up before it is published.
    Withdraw {
        /// The draft's id.
        draft: String,
        #[command(flatten)]
        said: SaidArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 影子运行: what a draft would allege beside what is in force; with --who and --why puts it there, or ends it with --stop. It alerts
    /// nobody.
    Shadow {
        /// The draft's id.
        draft: String,
        /// Cases that began at this instant or later, RFC 3339 or a date; from now on where nothing is said.
        #[arg(
            long,
            value_name = "INSTANT",
            requires = "who",
            conflicts_with = "stop"
        )]
        since: Option<String>,
        /// Ends it.
        #[arg(long, requires = "who")]
        stop: bool,
        /// What was found by an earlier text: the beginning of its SHA-256.
        #[arg(long, value_name = "SHA256", conflicts_with = "who")]
        text: Option<String>,
        /// Example cases of each kind of difference at each control point.
        #[arg(long, value_name = "N", default_value_t = 3)]
        examples: u32,
        /// 由谁作出: person@body/office.
        #[arg(long, value_name = "PERSON@BODY/OFFICE", requires = "why")]
        who: Option<String>,
        /// 为什么: the document, the meeting, the reason.
        #[arg(long, value_name = "TEXT", requires = "who")]
        why: Option<String>,
        /// Your own key for this act: sent twice under one key, it is done once.
        #[arg(long, value_name = "KEY", requires = "who")]
        key: Option<String>,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Drafts in shadow, a line each.
    Shadows {
        #[command(flatten)]
        api: ApiArgs,
    },
    /// One draft: where it stands, what it changes, who is awaited until when.
    Show {
        /// The draft's id.
        draft: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Every version and every record of one definition: who, when, why.
    History {
        /// The definition, like `flowchart/construction-permit`.
        definition: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Drafts, newest first; with --published what is in force.
    List {
        /// Only of this kind.
        #[arg(long)]
        kind: Option<String>,
        /// Only in this state.
        #[arg(long)]
        state: Option<String>,
        /// Only those whose review is overdue.
        #[arg(long)]
        overdue: bool,
        /// What is in force, instead of drafts.
        #[arg(long, conflicts_with_all = ["state", "overdue"])]
        published: bool,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 公示记录: what was published when, where the public can read it, and what took its place.
    Publications {
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Folders that were installed without reviews: by whom, when, why, and what they changed.
    Installations {
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 责任清单 of what is in force.
    Responsibilities {
        /// Only of this body.
        #[arg(long)]
        body: Option<String>,
        /// Only of this item.
        #[arg(long)]
        item: Option<String>,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 从未办理: items of the list that had no case in a window.
    Unused {
        /// The first day; a year ago where nothing is said.
        #[arg(long, value_name = "DATE")]
        from: Option<NaiveDate>,
        /// The last day; today where nothing is said.
        #[arg(long, value_name = "DATE")]
        to: Option<NaiveDate>,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// What differs, in words: between two folders of definitions, or between two versions of a running platform.
    Diff(DiffArgs),
}

/// Runs the command.
pub async fn run(command: &LifeCommand) -> anyhow::Result<()> {
    match command {
        LifeCommand::Draft { file, said, api } => {
            let body = said.body(json!({ "text": text(file)? }));
            changed(api, "POST", &["drafts"], &body).await
        }
        LifeCommand::Revise {
            draft,
            file,
            said,
            api,
        } => act(api, draft, "revise", said, json!({ "text": text(file)? })).await,
        LifeCommand::Submit { draft, said, api } => {
            act(api, draft, "submit", said, json!({})).await
        }
        LifeCommand::Review {
            draft,
            role,
            verdict,
            opinion,
            answer,
            said,
            api,
        } => {
            let review = json!({
                "role": role,
                "verdict": verdict.code(),
                "opinion": opinion,
                "answers": answers(answer)?,
            });
            act(api, draft, "review", said, review).await
        }
        LifeCommand::Approve {
            draft,
            verdict,
            opinion,
            said,
            api,
        } => {
            let approval = json!({ "verdict": verdict.code(), "opinion": opinion });
            act(api, draft, "approve", said, approval).await
        }
        LifeCommand::Publish { draft, said, api } => {
            act(api, draft, "publish", said, json!({})).await
        }
        LifeCommand::Notice {
            draft,
            place,
            on,
            said,
            api,
        } => {
            act(
                api,
                draft,
                "notice",
                said,
                json!({ "place": place, "on": on }),
            )
            .await
        }
        LifeCommand::Retire {
            draft,
            from,
            said,
            api,
        } => act(api, draft, "retire", said, json!({ "from": from })).await,
        LifeCommand::Withdraw { draft, said, api } => {
            act(api, draft, "withdraw", said, json!({})).await
        }
        LifeCommand::Shadow {
            draft,
            since,
            stop,
            who: Some(who),
            why: Some(why),
            key,
            api,
            ..
        } => {
            let said = SaidArgs {
                who: who.clone(),
                why: why.clone(),
                key: key.clone(),
            };
            match stop {
                true => act(api, draft, "end_shadow", &said, json!({})).await,
                false => act(api, draft, "shadow", &said, json!({ "since": since })).await,
            }
        }
        LifeCommand::Shadow {
            draft,
            text,
            examples,
            api,
            ..
        } => {
            let examples = examples.to_string();
            let mut query = vec![("limit", examples.as_str())];
            query.extend(text.as_deref().map(|text| ("text", text)));
            asked(api, &["drafts", draft, "shadow"], &query, shadow::one).await
        }
        LifeCommand::Shadows { api } => {
            asked(api, &["definitions", "shadows"], &[], shadow::all).await
        }
        LifeCommand::Show { draft, api } => asked(api, &["drafts", draft], &[], tell::draft).await,
        LifeCommand::History { definition, api } => {
            let (kind, id) = definition.split_once('/').with_context(|| {
                format!("{definition}: write kind and id, like flowchart/construction-permit")
            })?;
            asked(api, &["definitions", kind, id], &[], tell::history).await
        }
        LifeCommand::List {
            kind,
            state,
            overdue,
            published,
            api,
        } => {
            let mut query = Vec::new();
            query.extend(kind.as_deref().map(|kind| ("kind", kind)));
            query.extend(state.as_deref().map(|state| ("state", state)));
            query.extend(overdue.then_some(("overdue", "true")));
            match published {
                true => asked(api, &["definitions"], &query, tell::in_force).await,
                false => asked(api, &["drafts"], &query, tell::drafts).await,
            }
        }
        LifeCommand::Publications { api } => {
            asked(api, &["publications"], &[], tell::publications).await
        }
        LifeCommand::Installations { api } => {
            asked(api, &["installations"], &[], tell::installations).await
        }
        LifeCommand::Responsibilities { body, item, api } => {
            let mut query = Vec::new();
            query.extend(body.as_deref().map(|body| ("body", body)));
            query.extend(item.as_deref().map(|item| ("item", item)));
            asked(api, &["responsibilities"], &query, tell::responsibilities).await
        }
        LifeCommand::Unused { from, to, api } => {
            let (from, to) = (from.map(|d| d.to_string()), to.map(|d| d.to_string()));
            let mut query = Vec::new();
            query.extend(from.as_deref().map(|from| ("from", from)));
            query.extend(to.as_deref().map(|to| ("to", to)));
            asked(api, &["definitions", "unused"], &query, tell::unused).await
        }
        LifeCommand::Diff(args) => diff::run(args).await,
    }
}

async fn act(
    api: &ApiArgs,
    draft: &str,
    act: &str,
    said: &SaidArgs,
    more: Value,
) -> anyhow::Result<()> {
    changed(api, "POST", &["drafts", draft, act], &said.body(more)).await
}

/// Sends a change and prints the draft that it leads to.
async fn changed(api: &ApiArgs, method: &str, path: &[&str], body: &Value) -> anyhow::Result<()> {
    let answer = send(api, method, path, body).await?;
    print(api, &answer, tell::draft)
}

async fn send(api: &ApiArgs, method: &str, path: &[&str], body: &Value) -> anyhow::Result<Value> {
    let console = Console::new(&api.api)?;
    console.send(method, &whole(path), body).await
}

async fn asked(
    api: &ApiArgs,
    path: &[&str],
    query: &[(&str, &str)],
    told: fn(&Value) -> String,
) -> anyhow::Result<()> {
    let console = Console::new(&api.api)?;
    let answer = console.get(&whole(path), query).await?;
    print(api, &answer, told)
}

/// A path below the API's.
fn whole<'p>(path: &[&'p str]) -> Vec<&'p str> {
    ["api", "v1"]
        .into_iter()
        .chain(path.iter().copied())
        .collect()
}

fn print(api: &ApiArgs, answer: &Value, told: fn(&Value) -> String) -> anyhow::Result<()> {
    match api.json {
        true => println!("{}", serde_json::to_string_pretty(answer)?),
        false => print!("{}", told(answer)),
    }
    Ok(())
}

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file)
        .with_context(|| format!("cannot read {} as UTF-8 text", file.display()))
}

fn answers(given: &[String]) -> anyhow::Result<Value> {
    let mut answers = serde_json::Map::new();
    for answer in given {
        let (question, text) = answer
            .split_once('=')
            .with_context(|| format!("--answer {answer}: write QUESTION=TEXT"))?;
        answers.insert(question.to_owned(), json!(text));
    }
    match answers.is_empty() {
        true => Ok(Value::Null),
        false => Ok(Value::Object(answers)),
    }
}
