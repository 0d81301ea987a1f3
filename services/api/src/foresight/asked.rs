//! What is asked of foresight.

use mingjing_store::{CaseFilter, OPEN_MAX};

use crate::{ApiError, query};

/// Cases on a page where nothing is said.
const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 1000;

const PARAMETERS: &[&str] = &[
    "source",
    "case_no",
    "org_code",
    "region",
    "item_code",
    "cursor",
    "limit",
];

/// A question, but for who asks.
#[derive(Debug, PartialEq)]
pub(super) struct Asked {
    pub filter: CaseFilter,
    /// How many are before the page.
    pub from: usize,
    pub limit: u32,
}

impl Asked {
    /// Reads the query. What is empty was left out of a form.
    pub fn of(query: Option<&str>) -> Result<Self, ApiError> {
        let mut asked = Asked {
            filter: CaseFilter::default(),
            from: 0,
            limit: LIMIT_DEFAULT,
        };
        for (name, value) in query::pairs(query, PARAMETERS)? {
            if value.is_empty() {
                continue;
            }
            let filter = &mut asked.filter;
            match name.as_str() {
                "source" => filter.source = Some(value),
                "case_no" => filter.case_no = Some(value),
                "org_code" => filter.org_code = Some(value),
                "region" => filter.region_prefix = Some(query::region(&name, &value)?),
                "item_code" => filter.item_code = Some(value),
                "cursor" => {
                    let from = value.parse::<usize>().ok();
                    let from = from.filter(|from| *from <= OPEN_MAX as usize);
                    asked.from = from.ok_or_else(|| {
                        ApiError::bad("cursor", "请用上一页给出的 next，或者从第一页查起")
                    })?;
                }
                _ => {
                    let limit = value.parse::<u32>().ok();
                    let limit = limit.filter(|limit| (1..=LIMIT_MAX).contains(limit));
                    asked.limit = limit.ok_or_else(|| {
                        ApiError::bad("limit", format!("应为 1 至 {LIMIT_MAX} 的整数"))
                    })?;
                }
            }
        }
        if asked.filter.case_no.is_some() && asked.filter.source.is_none() {
            return Err(ApiError::bad(
                "source",
                "办件编号在来源系统之内才唯一，请一并给出 source",
            ));
        }
        Ok(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_and_what_cannot_be_meant_is_told_where() {
        let read = Asked::of(Some(
            "org_code=zjj&item_code=&region=5105&cursor=50&limit=7",
        ));
        let read = read.unwrap();
        assert_eq!(read.filter.org_code.as_deref(), Some("zjj"));
        assert_eq!(read.filter.region_prefix.as_deref(), Some("5105"));
        assert_eq!(read.filter.item_code, None);
        assert_eq!((read.from, read.limit), (50, 7));
        let nothing = Asked::of(None).unwrap();
        assert_eq!((nothing.from, nothing.limit), (0, LIMIT_DEFAULT));
        assert!(Asked::of(Some("source=s&case_no=c")).is_ok());
        for (query, field) in [
            ("case_no=c", "source"),
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("cursor=-1", "cursor"),
            ("cursor=2001", "cursor"),
            ("likelihood=1", "likelihood"),
        ] {
            let refused = Asked::of(Some(query)).unwrap_err();
            let ApiError::BadRequest { field: at, .. } = &refused else {
                panic!("{query}: {refused:?}");
            };
            assert_eq!(at, field, "{query}");
        }
    }
}
