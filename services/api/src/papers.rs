//! `/api/v1/papers`: the register of papers 文书, and each as DOCX or PDF; `/api/v1/alerts/{alert_id}/papers`: which papers an alert may have, and to issue one.
//!
//! What may be issued follows from what happened (`mingjing_papers::say`), what it says from the record as it stands then; both and the number are kept
//! (`register`), and drawn anew when it is asked for. Asked for again, a paper is the same paper.

mod asked;
mod facts;
mod register;

use std::cmp::Reverse;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Here};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::life::Refusal;
use mingjing_papers::pdf::{DrawError, Fonts, NoFonts};
use mingjing_papers::{Kind, Occasion, Sheet, Site, Stamp, say};
use serde_json::{Value, json};
use tokio::sync::{Mutex, Semaphore};

use crate::dispositions::known_alert;
use crate::life::said::{SaidFields, read};
use crate::people::gate::Caller;
use crate::{ApiError, Operator, State};
pub(crate) use asked::attachment;
use asked::{Asked, Format, Wanted};
use register::{Issued, Paper, Register, paper_id};

/// So many are drawn at once: each takes a core for a moment.
const DRAWN_AT_ONCE: usize = 1;

/// What papers are made with.
pub struct Papers {
    site: Site,
    open: Box<dyn Fn() -> Result<Fonts, NoFonts> + Send + Sync>,
    fonts: OnceLock<Result<Arc<Fonts>, NoFonts>>,
    drawing: Semaphore,
    turn: Arc<Mutex<()>>,
}

impl Papers {
    /// Those of a site; the fonts are opened when the first PDF is drawn.
    pub fn new(
        site: Site,
        open: impl Fn() -> Result<Fonts, NoFonts> + Send + Sync + 'static,
    ) -> Self {
        Self {
            site,
            open: Box::new(open),
            fonts: OnceLock::new(),
            drawing: Semaphore::new(DRAWN_AT_ONCE),
            turn: Arc::default(),
        }
    }

    /// Who issues papers about a region.
    pub(crate) fn issuer(&self, region: &str) -> &str {
        &self.site.issuer(Some(region)).name
    }

    /// A sheet as PDF, drawn in its turn.
    pub(crate) async fn pdf(
        self: &Arc<Self>,
        sheet: Sheet,
        number: String,
        digest: String,
    ) -> Result<Vec<u8>, ApiError> {
        let papers = self.clone();
        let turn = self.drawing.acquire().await;
        let drawn = tokio::task::spawn_blocking(move || {
            let stamp = Stamp {
                number: &number,
                digest: &digest,
            };
            let fonts = papers.fonts().map_err(no_fonts)?;
            mingjing_papers::pdf::draw(&sheet, stamp, &fonts).map_err(undrawn)
        });
        let drawn = drawn
            .await
            .map_err(|error| ApiError::Failed(Box::new(error)))?;
        drop(turn);
        drawn
    }

    fn fonts(&self) -> Result<Arc<Fonts>, NoFonts> {
        let opened = self.fonts.get_or_init(|| (self.open)().map(Arc::new));
        opened.clone()
    }
}

/// The routes.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/papers", get(list))
        .route("/api/v1/papers/{file}", get(one))
        .route("/api/v1/alerts/{alert_id}/papers", get(offered).post(issue))
}

fn register(state: &State) -> Register {
    Register::new(state.definitions.shared_table(), state.papers.turn.clone())
}

/// Whether somebody sees a paper: as the alert that it is about was seen when it was issued.
fn in_sight(caller: &Caller, paper: &Paper) -> bool {
    let bodies: Vec<Option<&str>> = paper
        .bodies
        .iter()
        .map(|body| Some(body.as_str()))
        .collect();
    caller.sight().sees(paper.region.as_deref(), &bodies)
}

/// `GET /api/v1/papers`
async fn list(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let wanted = Wanted::of(query.as_deref())?;
    let mut found = register(&state).all().await?;
    found.retain(|issued| in_sight(&caller, &issued.paper) && wanted.concerns(&issued.paper));
    found.sort_by_cached_key(|issued| {
        (
            Reverse(issued.paper.at),
            issued.paper.series.clone(),
            Reverse(issued.n),
        )
    });
    let total = found.len();
    let start = match &wanted.cursor {
        Some(cursor) => {
            let at = found.iter().position(|issued| issued.id == *cursor);
            at.map(|at| at + 1)
                .ok_or_else(|| ApiError::bad("cursor", "请用上一页给出的 next，或者从第一页查起"))?
        }
        None => 0,
    };
    let page = &found[start..(start + wanted.limit).min(total)];
    let more = start + page.len() < total;
    let next = page.last().filter(|_| more).map(|issued| &issued.id);
    let kinds = state.papers.site.kinds().iter();
    let kinds: Vec<Value> = kinds
        .map(|kind| json!({ "code": kind.code, "title": kind.title }))
        .collect();
    Ok(Json(json!({
        "total": total,
        "next": next,
        "kinds": kinds,
        "papers": page.iter().map(|issued| told(&state, issued)).collect::<Vec<Value>>(),
    })))
}

fn told(state: &State, issued: &Issued) -> Value {
    let Issued {
        id, paper, number, ..
    } = issued;
    json!({
        "id": id,
        "number": number,
        "kind": paper.kind,
        "title": paper.title,
        "occasion": paper.occasion,
        "on": paper.on,
        "issued_at": paper.at.to_rfc3339(state.zone),
        "issued_by": { "person": paper.by.person, "body": paper.by.body, "office": paper.by.office },
        "issuer": paper.issuer,
        "to": paper.to,
        "to_name": paper.to_name,
        "alert_id": paper.alert,
        "source": paper.source,
        "case_no": paper.case_no,
        "region": paper.region,
        "sha256": paper.sha256,
        "docx": format!("/api/v1/papers/{id}.docx"),
        "pdf": format!("/api/v1/papers/{id}.pdf"),
    })
}

/// `GET /api/v1/papers/{id}.docx`, `.pdf`; without an ending its entry in the register and what it says.
async fn one(
    Here(state): Here<State>,
    caller: Caller,
    Path(file): Path<String>,
) -> Result<Response, ApiError> {
    let (id, format) = Format::of(&file)?;
    let register = register(&state);
    let issued = register.one(id).await?;
    let issued = issued.filter(|issued| in_sight(&caller, &issued.paper));
    let issued = issued.ok_or_else(|| ApiError::NotFound {
        what: format!("文书 {id}"),
    })?;
    let sheet = register.sheet(&issued.paper).await?;
    if format == Format::Json {
        let mut whole = told(&state, &issued);
        whole["content"] = json!(sheet);
        return Ok(Json(whole).into_response());
    }
    let papers = state.papers.clone();
    let (number, digest) = (issued.number.clone(), issued.paper.sha256.clone());
    let turn = state.papers.drawing.acquire().await;
    let drawn = tokio::task::spawn_blocking(move || {
        let stamp = Stamp {
            number: &number,
            digest: &digest,
        };
        match format {
            Format::Pdf => {
                let fonts = papers.fonts().map_err(no_fonts)?;
                mingjing_papers::pdf::draw(&sheet, stamp, &fonts).map_err(undrawn)
            }
            _ => mingjing_papers::docx::write(&sheet, stamp)
                .map_err(|error| ApiError::Failed(Box::new(error))),
        }
    });
    let drawn = drawn
        .await
        .map_err(|error| ApiError::Failed(Box::new(error)))??;
    drop(turn);
    let name = format!(
        "{}（{}）.{}",
        issued.paper.title,
        issued.number,
        format.ending()
    );
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            asked::attachment(&name, &format!("paper-{}.{}", issued.id, format.ending())),
        ),
    ];
    Ok((headers, drawn).into_response())
}

fn no_fonts(NoFonts { files }: NoFonts) -> ApiError {
    refused(
        "no_fonts",
        format!("本机没有含中文字形的字体（查看了 {files} 个字体文件），不能生成 PDF"),
        "请安装 fonts-noto-cjk，或者在设置 papers.fonts 写明中文字体的文件或文件夹，然后重新启动；DOCX 不受影响",
    )
}

fn undrawn(error: DrawError) -> ApiError {
    match error {
        DrawError::Missing(missing) => refused(
            "missing_glyphs",
            format!(
                "所装字体没有以下字的字形：{}",
                missing
                    .iter()
                    .map(|c| format!("{c}（U+{:04X}）", u32::from(*c)))
                    .collect::<Vec<_>>()
                    .join("、")
            ),
            "请安装含这些字的字体，并在设置 papers.fonts 写明；DOCX 不受影响",
        ),
        error @ DrawError::Layout(_) => ApiError::Failed(Box::new(error)),
    }
}

fn refused(reason: &'static str, message: String, remedy: &str) -> ApiError {
    ApiError::Refused(vec![Refusal::new(reason, "", message, remedy)])
}

/// Something that may be issued, with what it rests on.
struct Offer<'s> {
    kind: &'s Kind,
    basis: String,
    /// The entry of the ledger, where it rests on one.
    recommended: Option<facts::Recommended>,
}

/// What may be issued about an alert, in the order of its course.
async fn offers<'s>(
    state: &'s State,
    caller: &Caller,
    alert: &AlertRecord,
) -> Result<Vec<Offer<'s>>, ApiError> {
    let happened = say::happened(alert, (state.now)());
    let recommended = facts::recommended(state, caller, alert).await?;
    let mut offers = Vec::new();
    for kind in state.papers.site.kinds() {
        if kind.serves == Occasion::Recommended {
            offers.extend(recommended.iter().map(|entry| Offer {
                kind,
                basis: entry.id.clone(),
                recommended: Some(entry.clone()),
            }));
        }
        let of_kind = happened
            .iter()
            .filter(|(occasion, _)| *occasion == kind.serves);
        offers.extend(of_kind.map(|(_, basis)| Offer {
            kind,
            basis: basis.clone(),
            recommended: None,
        }));
    }
    Ok(offers)
}

/// `GET /api/v1/alerts/{alert_id}/papers`: what may be issued about it, and what was.
async fn offered(
    Here(state): Here<State>,
    caller: Caller,
    Path(alert_id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let alert = known_alert(&state, &alert_id, &caller.sight()).await?;
    let mut issued = register(&state).all().await?;
    issued.retain(|one| one.paper.alert == alert_id && in_sight(&caller, &one.paper));
    issued.sort_by_key(|one| (one.paper.at, one.n));
    let offers = offers(&state, &caller, &alert).await?;
    let offers = offers.into_iter().map(|offer| {
        let id = paper_id(&alert_id, &offer.kind.code, &offer.basis);
        json!({
            "kind": offer.kind.code,
            "title": offer.kind.title,
            "occasion": offer.kind.serves.code(),
            "occasion_zh": offer.kind.serves.name_zh(),
            "basis": offer.basis,
            "paper": issued.iter().find(|one| one.id == id).map(|one| &one.id),
        })
    });
    Ok(Json(json!({
        "offers": offers.collect::<Vec<Value>>(),
        "papers": issued.iter().map(|one| told(&state, one)).collect::<Vec<Value>>(),
    })))
}

/// `POST /api/v1/alerts/{alert_id}/papers`
async fn issue(
    Here(state): Here<State>,
    Path(alert_id): Path<String>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, asked): (SaidFields, Asked) = read(&body)?;
    let asked = asked.checked()?;
    let kind = state.papers.site.kind(&asked.kind).ok_or_else(|| {
        let kinds = state.papers.site.kinds().iter();
        let known: Vec<String> = kinds
            .map(|k| format!("{}（{}）", k.code, k.title))
            .collect();
        ApiError::bad("kind", format!("可用的是 {}", known.join("、")))
    })?;
    let why = format!("出具{}", kind.title);
    let said = fields.or_why(&why).by(&caller)?.said("paper")?;
    let alert = known_alert(&state, &alert_id, &caller.sight()).await?;
    let register = register(&state);
    if let Some(basis) = &asked.basis {
        // What was issued stays what it is, whatever became of the alert.
        let known = register
            .one(&paper_id(&alert_id, &kind.code, basis))
            .await?;
        if let Some(known) = known.filter(|known| in_sight(&caller, &known.paper)) {
            return Ok(Json(told(&state, &known)));
        }
    }
    let offers = offers(&state, &caller, &alert).await?;
    let mut offers = offers.into_iter().filter(|offer| {
        offer.kind.code == kind.code
            && asked
                .basis
                .as_ref()
                .is_none_or(|basis| *basis == offer.basis)
    });
    let Some(offer) = offers.next() else {
        return Err(refused(
            "no_occasion",
            format!(
                "该预警目前没有出具{}的情形（{}）",
                kind.title,
                kind.serves.name_zh()
            ),
            "请按预警的办理情况选择文书；可出具的见 GET /api/v1/alerts/{alert_id}/papers",
        ));
    };
    if offers.next().is_some() {
        return Err(ApiError::bad(
            "basis",
            format!(
                "该预警有多项可出具{}的事项，请写明 basis（见可出具的文书）",
                kind.title
            ),
        ));
    }
    let id = paper_id(&alert_id, &kind.code, &offer.basis);
    if let Some(known) = register.one(&id).await? {
        return Ok(Json(told(&state, &known)));
    }
    let (paper, sheet) = facts::composed(&state, &alert, &offer, said.who).await?;
    let issued = register.issue(&id, paper, &sheet).await?;
    Ok(Json(told(&state, &issued)))
}
