//! `POST /v1/query-codes`: the codes 查询码 that a source prints on acceptance slips of its own cases.
//!
//! A code follows from source and case number alone, so that it can be asked for before the acceptance is reported, and again whenever
//! a slip is printed once more. Nothing is written.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};
use serde::{Deserialize, Serialize};

use crate::access::Speaker;
use crate::admin;
use crate::error::ApiError;
use crate::intake::Intake;

/// Codes in one request: a day's slips of a busy window.
const CASES_MAX: usize = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    case_nos: Vec<String>,
}

/// In the order asked for.
#[derive(Serialize)]
pub(crate) struct Codes {
    codes: Vec<Code>,
}

#[derive(Serialize)]
struct Code {
    case_no: String,
    /// 查询码, as it is printed.
    code: String,
}

/// The codes of cases of the source whose key came along.
pub(crate) async fn post(
    State(intake): State<Arc<Intake>>,
    Speaker(speaker): Speaker,
    request: Request,
) -> Result<Json<Codes>, ApiError> {
    let _working = intake.admission.begin()?;
    let Asked { case_nos } = admin::read(&intake, request).await?;
    if case_nos.len() > CASES_MAX {
        let detail = Words::new(
            format!("{} case numbers; at most {CASES_MAX}", case_nos.len()),
            format!("{} 个办件编号；一次最多 {CASES_MAX} 个", case_nos.len()),
        );
        return Err(Refusal::new(ReasonCode::TooLarge, detail).into());
    }
    let keys = &intake.config.query_keys;
    let coded = case_nos.into_iter().map(|case_no| {
        let code = keys.code(&speaker.id, &case_no)?;
        Some(Code { case_no, code })
    });
    let codes: Option<Vec<Code>> = coded.collect();
    let codes = codes.ok_or_else(not_offered)?;
    Ok(Json(Codes { codes }))
}

fn not_offered() -> ApiError {
    let detail = Words::new("this site has no codes", "本站未启用查询码");
    Refusal::new(ReasonCode::NotAllowed, detail)
        .help(
            "the platform's operator sets portal.query_keys",
            "请平台运维人员设置 portal.query_keys",
        )
        .into()
}
