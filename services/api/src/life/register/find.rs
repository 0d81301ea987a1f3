//! Officers looked for in every register: by a part of what is known of them, or by how their certificates stand.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use mingjing_domain::definitions::{Body, CertificateStanding, Office, Officer};
use serde_json::{Value, json};

use super::{in_post, shown};
use crate::ApiError;

/// So many are shown of those that were found.
const SHOWN_MAX: usize = 200;

/// What is looked for.
pub(super) struct Wanted {
    /// A part of an officer's number, post, office, certificate or field, in lower case; empty: all.
    text: String,
    /// In post on the day, and a certificate of theirs stands so.
    certificates: Option<CertificateStanding>,
}

impl Wanted {
    /// None where nobody is looked for.
    pub(super) fn of(asked: &BTreeMap<String, String>) -> Result<Option<Self>, ApiError> {
        let text = asked.get("q").map_or("", |text| text.trim()).to_lowercase();
        let certificates = asked
            .get("certificates")
            .map(|code| {
                let mut all = CertificateStanding::ALL.into_iter();
                all.find(|standing| standing.code() == code).ok_or_else(|| {
                    let known = CertificateStanding::ALL.map(CertificateStanding::code);
                    ApiError::bad("certificates", format!("可用的是 {}", known.join("、")))
                })
            })
            .transpose()?;
        let wanted = Self { text, certificates };
        Ok((!wanted.text.is_empty() || wanted.certificates.is_some()).then_some(wanted))
    }

    /// How many were found, and the first of them with body and office.
    pub(super) fn among(&self, bodies: &[&Body], on: NaiveDate) -> (usize, Vec<Value>) {
        let mut found = 0;
        let mut told = Vec::new();
        for body in bodies {
            for office in &body.offices {
                for officer in &office.officers {
                    if !self.finds(body, office, officer, on) {
                        continue;
                    }
                    found += 1;
                    if told.len() < SHOWN_MAX {
                        told.push(json!({
                            "body": body.code.text,
                            "body_name": body.name,
                            "office": office.code.text,
                            "office_name": office.name,
                            "officer": shown(officer, on),
                        }));
                    }
                }
            }
        }
        (found, told)
    }

    fn finds(&self, body: &Body, office: &Office, officer: &Officer, on: NaiveDate) -> bool {
        self.certificates
            .is_none_or(|wanted| in_post(officer, on) && stands(officer, wanted, on))
            && (self.text.is_empty() || self.is_told_by(body, office, officer))
    }

    fn is_told_by(&self, body: &Body, office: &Office, officer: &Officer) -> bool {
        let has = |text: &str| text.to_lowercase().contains(&self.text);
        let post_name = |code: &str| {
            let post = body.posts.iter().find(|post| post.code.text == code);
            post.and_then(|post| post.name.as_deref())
        };
        has(&officer.id.text)
            || has(&office.name)
            || has(&office.code.text)
            || officer
                .all_posts()
                .any(|post| has(&post.text) || post_name(&post.text).is_some_and(has))
            || officer.all_certificates().any(|certificate| {
                has(&certificate.no.text) || certificate.fields.iter().any(|field| has(field))
            })
    }
}

/// Whether a certificate of theirs stands so on the day.
pub(super) fn stands(officer: &Officer, wanted: CertificateStanding, on: NaiveDate) -> bool {
    let mut certificates = officer.certificates_on(on).into_iter();
    certificates.any(|(_, standing)| standing == wanted)
}
