//! `/api/v1/cases/{source}/{case_no}/query-code`: the code of an acceptance slip, for who prints it once more at a window.

use axum::Json;
use axum::extract::{Path, State as Here};
use axum::http::header::{CACHE_CONTROL, HeaderName};
use serde_json::{Value, json};

use crate::cases::in_sight;
use crate::people::gate::Caller;
use crate::{ApiError, State};

/// Of a case that is known, and that whoever asks sees.
pub(crate) async fn one(
    Here(state): Here<State>,
    caller: Caller,
    Path((source, case_no)): Path<(String, String)>,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), ApiError> {
    let found = state.store.case(&source, &case_no).await?;
    let found = found.filter(|found| in_sight(&caller.sight(), found));
    if found.is_none() {
        return Err(ApiError::NotFound {
            what: format!("办件 {source}/{case_no}"),
        });
    }
    let code = state.portal.query_keys().code(&source, &case_no);
    let code = code.ok_or_else(|| ApiError::NotFound {
        what: "查询码，本站尚未启用（portal.query_keys）".into(),
    })?;
    let told = json!({ "source": source, "case_no": case_no, "code": code });
    Ok(([(CACHE_CONTROL, "no-store")], Json(told)))
}
