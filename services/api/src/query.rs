//! Query strings of endpoints that take a few plain parameters.

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;

use crate::ApiError;
use crate::people::account::subtree;

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

/// 行政区划 with all that lies in it, as the codes within begin: 510500 and 5105 alike are the city with its counties. Lists are narrowed by it as
/// what an account sees is.
pub(crate) fn region(name: &str, code: &str) -> Result<String, ApiError> {
    let prefix = subtree(code).map(str::to_owned);
    prefix.ok_or_else(|| {
        ApiError::bad(
            name,
            "应为 2、4、6、9 或者 12 位行政区划代码，含其下级，如 510500",
        )
    })
}

/// `true` or `false`.
pub(crate) fn flag(name: &str, value: &str) -> Result<bool, ApiError> {
    match value {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ApiError::bad(name, "write true or false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_asked_for_with_all_that_lies_in_it() {
        for (code, prefix) in [
            ("510500", "5105"),
            ("5105", "5105"),
            ("510502", "510502"),
            ("510502000", "510502"),
            ("510502001000", "510502001"),
            ("51", "51"),
        ] {
            assert_eq!(region("region", code).unwrap(), prefix, "{code}");
        }
        for wrong in ["", "510", "5105021", "泸州", "000000", "51050x"] {
            let refused = region("region", wrong);
            assert!(
                matches!(&refused, Err(ApiError::BadRequest { field, .. }) if field == "region"),
                "{wrong}"
            );
        }
    }
}
