//! What is asked: papers to list, one in a format, one to issue.

use chrono::Datelike as _;
use serde::Deserialize;

use super::register::Paper;
use crate::ApiError;
use crate::query::pairs;

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 200;
/// Of a decision's command, an entry's id.
const BASIS_CHARS_MAX: usize = 200;

/// Which papers are listed.
#[derive(Debug)]
pub(super) struct Wanted {
    kind: Option<String>,
    year: Option<i32>,
    to: Option<String>,
    alert: Option<String>,
    pub(super) cursor: Option<String>,
    pub(super) limit: usize,
}

impl Wanted {
    pub(super) fn of(query: Option<&str>) -> Result<Self, ApiError> {
        const KNOWN: &[&str] = &["kind", "year", "org_code", "alert_id", "cursor", "limit"];
        let mut asked = pairs(query, KNOWN)?;
        asked.retain(|_, value| !value.is_empty());
        let year = asked.remove("year").map(|text| {
            let year = text.parse::<i32>().ok();
            let year = year.filter(|year| (2000..=9999).contains(year));
            year.ok_or_else(|| ApiError::bad("year", "应为四位年份，如 2026"))
        });
        let limit = asked.remove("limit").map(|text| {
            let limit = text.parse::<usize>().ok();
            let limit = limit.filter(|limit| (1..=LIMIT_MAX).contains(limit));
            limit.ok_or_else(|| ApiError::bad("limit", format!("应为 1 至 {LIMIT_MAX}")))
        });
        Ok(Self {
            kind: asked.remove("kind"),
            year: year.transpose()?,
            to: asked.remove("org_code"),
            alert: asked.remove("alert_id"),
            cursor: asked.remove("cursor"),
            limit: limit.transpose()?.unwrap_or(LIMIT_DEFAULT),
        })
    }

    pub(super) fn concerns(&self, paper: &Paper) -> bool {
        self.kind.as_ref().is_none_or(|kind| *kind == paper.kind)
            && self.year.is_none_or(|year| year == paper.on.year())
            && self.to.as_ref().is_none_or(|to| *to == paper.to)
            && self
                .alert
                .as_ref()
                .is_none_or(|alert| *alert == paper.alert)
    }
}

/// One to issue.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    pub(super) kind: String,
    #[serde(default)]
    pub(super) basis: Option<String>,
}

impl Asked {
    /// What it asks for, within bounds.
    pub(super) fn checked(self) -> Result<Self, ApiError> {
        let long = |text: &String| text.chars().count() > BASIS_CHARS_MAX;
        match self.basis.as_ref().is_some_and(long) {
            true => Err(ApiError::bad(
                "basis",
                format!("最多 {BASIS_CHARS_MAX} 个字符"),
            )),
            false => Ok(self),
        }
    }
}

/// As what a paper is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Docx,
    Pdf,
}

impl Format {
    /// The id and the format of a file's name.
    pub(super) fn of(file: &str) -> Result<(&str, Self), ApiError> {
        match file.split_once('.') {
            None => Ok((file, Format::Json)),
            Some((id, "docx")) => Ok((id, Format::Docx)),
            Some((id, "pdf")) => Ok((id, Format::Pdf)),
            Some((_, other)) => Err(ApiError::bad(
                "file",
                format!("没有格式 {other}；可用的是 docx、pdf，不写则为 JSON"),
            )),
        }
    }

    pub(super) fn ending(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Docx => "docx",
            Format::Pdf => "pdf",
        }
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Docx => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            }
            Format::Pdf => "application/pdf",
        }
    }
}

/// A file to be kept under a name (RFC 6266); `plain` for who cannot read that.
pub(crate) fn attachment(name: &str, plain: &str) -> String {
    let mut encoded = String::with_capacity(name.len() * 3);
    for c in name.chars() {
        // What folders of any system cannot have in a name.
        let c = match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            c if c.is_control() => '_',
            c => c,
        };
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                    encoded.push(char::from(byte));
                }
                byte => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_in_chinese_and_no_name_breaks_the_header() {
        let header = attachment("督办（1）\"\r\n/x.pdf", "paper-1.pdf");
        assert_eq!(
            header,
            "attachment; filename=\"paper-1.pdf\"; filename*=UTF-8''%E7%9D%A3%E5%8A%9E%EF%BC%881%EF%BC%89____x.pdf"
        );
    }

    #[test]
    fn a_paper_is_asked_for_by_its_ending() {
        assert_eq!(Format::of("ab.pdf").unwrap(), ("ab", Format::Pdf));
        assert_eq!(Format::of("ab.docx").unwrap(), ("ab", Format::Docx));
        assert_eq!(Format::of("ab").unwrap(), ("ab", Format::Json));
        assert!(Format::of("ab.exe").is_err());
    }

    #[test]
    fn what_is_listed_is_asked_for_by_known_words() {
        assert!(Wanted::of(Some("kind=order&year=2026&limit=10")).is_ok());
        for wrong in ["year=26", "limit=0", "sort=x"] {
            assert!(Wanted::of(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
