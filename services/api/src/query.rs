//! Query strings of endpoints that take a few plain parameters.

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;

use crate::ApiError;

/// The parameters, each given once; unknown ones are refused with those there are.
pub(crate) fn pairs(
    query: Option<&str>,
    known: &[&str],
) -> Result<BTreeMap<String, String>, ApiError> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query.unwrap_or_default())
        .map_err(|error| ApiError::bad("query", error.to_string()))?;
    let mut found = BTreeMap::new();
    for (field, value) in pairs {
        if !known.contains(&field.as_str()) {
            let known = known.join("、");
            return Err(ApiError::bad(
                &field,
                format!("没有这个参数；可用的是 {known}"),
            ));
        }
        if found.insert(field.clone(), value).is_some() {
            return Err(ApiError::bad(&field, "只能给一次"));
        }
    }
    Ok(found)
}

/// An instant, RFC 3339.
pub(crate) fn instant(name: &str, value: &str) -> Result<Timestamp, ApiError> {
    // A plus sign in a query means a space where it is not encoded.
    let value = value.replace(' ', "+");
    Timestamp::parse(&value).map_err(|e| ApiError::bad(name, e.to_string()))
}

/// `true` or `false`.
pub(crate) fn flag(name: &str, value: &str) -> Result<bool, ApiError> {
    match value {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ApiError::bad(name, "write true or false")),
    }
}
