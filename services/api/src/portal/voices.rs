//! `POST /api/public/v1/complaints`: a complaint or a rating, and by its receipt number how it stands.
//!
//! Nobody is asked who they are. What is about a case of one's own needs the code of its slip, since whoever handles the case may know by
//! it who speaks; what is about no case is anonymous, and its sender asks by the receipt number. Of the answer only that it was given is
//! told: its text may name people.

use std::net::IpAddr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Here;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, HeaderName, USER_AGENT};
use mingjing_domain::voice::{Kind, State as Standing};
use serde::{Deserialize, Serialize};

use super::Device;
use super::progress::{self, no_match};
use super::words::Words;
use crate::people::gate::{Address, public_page};
use crate::voices::{About, Heard, Spoken, heard, take_in};
use crate::{ApiError, State};

/// Of what is said.
const TEXT_CHARS_MAX: usize = 1_000;
/// Of the key by which a page says again what it said.
const KEY_CHARS: std::ops::RangeInclusive<usize> = 16..=64;
/// What stands for a text where a rating has none.
const NO_TEXT: &str = "（未填写意见）";

type NoStore = [(HeaderName, &'static str); 1];

fn no_store() -> NoStore {
    [(CACHE_CONTROL, "no-store")]
}

/// What somebody says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    /// The client's own, new for each thing that is said.
    key: String,
    kind: String,
    #[serde(default)]
    topic: Option<String>,
    #[serde(default)]
    grade: Option<u8>,
    #[serde(default)]
    text: String,
    /// Of one's own case, with its code.
    #[serde(default)]
    case_no: Option<String>,
    #[serde(default)]
    code: Option<String>,
    /// Where it is about no case.
    #[serde(default)]
    item_code: Option<String>,
    /// Of one's own case: whether no answer is wanted.
    #[serde(default)]
    anonymous: bool,
}

/// What they are given for it.
#[derive(Debug, Serialize)]
pub(super) struct Receipt {
    receipt_no: String,
    at: String,
}

/// `POST /api/public/v1/complaints`
pub(super) async fn speak(
    Here(state): Here<State>,
    Address(from): Address,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(NoStore, Json<Receipt>), ApiError> {
    // No other site's page makes its readers complain here.
    public_page(&headers, &state.people)?;
    let said: Said = serde_json::from_slice(&body)
        .map_err(|_| ApiError::bad("body", "不是所要的 JSON，或者有多余的字段"))?;
    let kind = Kind::from_code(&said.kind)
        .ok_or_else(|| ApiError::bad("kind", "应为 complaint（投诉）或者 rating（评价）"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !KEY_CHARS.contains(&said.key.len()) || !said.key.chars().all(plain) {
        return Err(ApiError::bad("key", "应为 16 至 64 个字母、数字"));
    }
    let text = text_of(kind, &said.text)?;
    state.portal.says(from)?;
    let about = about(&state, &said, from).await?;
    let anonymous = said.anonymous || matches!(about, About::Body(..));
    let device = match kind {
        Kind::Rating => device(&state, from, &headers, &said.key).await?,
        Kind::Complaint => None,
    };
    let spoken = Spoken {
        kind,
        about,
        topic: said.topic,
        grade: said.grade,
        anonymous,
        device,
    };
    let taken = take_in(&state, spoken, (said.key, text), &body).await;
    let (receipt_no, at) = taken.map_err(|error| match error {
        // It would name the source.
        ApiError::NotFound { .. } => no_match(),
        other => other,
    })?;
    let receipt = Receipt {
        receipt_no,
        at: at.to_rfc3339(state.zone),
    };
    Ok((no_store(), Json(receipt)))
}

/// From which device a rating comes, as far as it is looked at.
async fn device(
    state: &State,
    from: IpAddr,
    headers: &HeaderMap,
    key: &str,
) -> Result<Option<Device>, ApiError> {
    let agent = headers
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    let now = (state.now)();
    let today = now.local_date(state.zone);
    let device = (from, agent.unwrap_or_default());
    state.portal.devices.rated(device, key, (today, now)).await
}

/// What is said, without characters that nobody types. Only a rating may go without words.
fn text_of(kind: Kind, text: &str) -> Result<String, ApiError> {
    let typed = |c: &char| !c.is_control() || *c == '\n';
    let text: String = text.chars().filter(typed).collect();
    let text = text.trim();
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(ApiError::bad("text", format!("最多 {TEXT_CHARS_MAX} 个字")));
    }
    match (text.is_empty(), kind) {
        (true, Kind::Complaint) => Err(ApiError::bad("text", "请写明要投诉的事情")),
        (true, Kind::Rating) => Ok(NO_TEXT.to_owned()),
        (false, _) => Ok(text.to_owned()),
    }
}

async fn about(state: &State, said: &Said, from: IpAddr) -> Result<About, ApiError> {
    let given = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim).unwrap_or_default();
        (!text.is_empty()).then(|| text.to_owned())
    };
    match (
        given(&said.case_no),
        given(&said.code),
        given(&said.item_code),
    ) {
        (Some(case_no), Some(code), None) => {
            let opened = progress::open(state, &case_no, &code, from).await?;
            let (source, case_no) = opened.ok_or_else(no_match)?;
            Ok(About::Case(source, case_no))
        }
        (None, None, Some(code)) => {
            let listing = state.portal.listing(state).await?;
            let shown = listing.item(&code).ok_or_else(|| ApiError::NotFound {
                what: "公开的权力事项".into(),
            })?;
            let item = shown.item;
            Ok(About::Body(
                item.executing_body.text.clone(),
                Some(item.code.text.clone()),
            ))
        }
        _ => Err(ApiError::bad(
            "case_no",
            "请填写办件编号和查询码，或者选择事项；两者只填一种",
        )),
    }
}

/// A receipt number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    receipt_no: String,
}

/// How what was said stands: codes with words, and days.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    receipt_no: String,
    kind: &'static str,
    state: Words,
    said_at: String,
    accepted_at: Option<String>,
    answered_at: Option<String>,
    rectified_at: Option<String>,
}

/// `POST /api/public/v1/complaints/status`
pub(super) async fn status(
    Here(state): Here<State>,
    Address(from): Address,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(NoStore, Json<Told>), ApiError> {
    public_page(&headers, &state.people)?;
    let asked: Asked = serde_json::from_slice(&body)
        .map_err(|_| ApiError::bad("body", "应为 {\"receipt_no\":\"…\"}"))?;
    let receipt_no = asked.receipt_no.trim().to_uppercase();
    let shaped = receipt_no.len() <= 32
        && receipt_no
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-');
    if receipt_no.is_empty() || !shaped {
        return Err(ApiError::bad("receipt_no", "请填写登记时给出的受理号"));
    }
    let tried = state.portal.guess(&receipt_no, from).await?;
    let turn = state.portal.turn().await?;
    let found = heard(&state, &receipt_no).await;
    drop(turn);
    state
        .portal
        .guessed(tried, !matches!(found, Ok(None)))
        .await;
    let found = found?.ok_or_else(|| ApiError::NotFound {
        what: "该受理号；刚刚登记的，请一分钟后再查".into(),
    })?;
    let at = |instant: mingjing_domain::Timestamp| instant.to_rfc3339(state.zone);
    let Heard {
        receipt_no,
        kind,
        state: standing,
        said_at,
        accepted_at,
        answered_at,
        rectified_at,
    } = found;
    let told = Told {
        receipt_no,
        kind: kind.code(),
        state: words_of(standing),
        said_at: at(said_at),
        accepted_at: accepted_at.map(at),
        answered_at: answered_at.map(at),
        rectified_at: rectified_at.map(at),
    };
    Ok((no_store(), Json(told)))
}

const fn words_of(standing: Standing) -> Words {
    let (zh, en) = match standing {
        Standing::Received => ("已登记，等待受理", "Registered; to be accepted"),
        Standing::Accepted => ("已受理，正在办理", "Accepted and being looked into"),
        Standing::Answered => ("已答复", "Answered"),
        Standing::Refused => ("不予受理", "Not accepted"),
        Standing::Withdrawn => ("已撤回", "Withdrawn"),
        // Whoever gives many is not told how many are too many.
        Standing::Recorded | Standing::ToReview => {
            ("评价已记录，感谢您的评价", "Recorded; thank you")
        }
        Standing::ToRectify => (
            "差评已转承办机构核实整改",
            "To be looked into and put right",
        ),
        Standing::Rectified => ("已整改", "Put right"),
        Standing::SetAside => ("经复核不计入", "Set aside after review"),
    };
    let shown = match standing {
        Standing::ToReview => Standing::Recorded,
        standing => standing,
    };
    Words {
        code: shown.code(),
        zh,
        en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_needs_words_and_a_rating_does_not() {
        assert!(text_of(Kind::Complaint, " \n\t").is_err());
        assert_eq!(text_of(Kind::Rating, "").unwrap(), NO_TEXT);
        assert_eq!(
            text_of(Kind::Complaint, " 拖\u{0}了\n很久 ").unwrap(),
            "拖了\n很久"
        );
        let long = "长".repeat(TEXT_CHARS_MAX + 1);
        assert!(text_of(Kind::Rating, &long).is_err());
        assert!(text_of(Kind::Rating, &long["长".len()..]).is_ok());
    }
}
