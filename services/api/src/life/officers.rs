//! Definitions of bodies for those who may not read the register: without the officers.
//!
//! A body's document holds what is published of it (name, offices, address, telephone, posts) and, beneath its offices, who works there:
//! numbers, posts held and certificates of persons. Departments, the disclosure of information and leaders need the first and have no
//! business with the second, so it is left out rather than the document closed: 信息公开 still compares what a body promises, and what a
//! department's items refer to can still be looked up. Those who may read `/api/v1/register` ([`Caller::reads_register`]) are given the
//! whole text, which they draft from, and each such answer is an entry of the audit trail ([`Officers::Shown`]).
//!
//! What people wrote themselves (why, opinions) is handed out as it is.

use axum::Extension;
use mingjing_domain::life::{Act, Kind, Life, without_officers};
use mingjing_wire::datum::Datum;

use crate::people::gate::{Caller, Officers};
use crate::{ApiError, Denied};

/// The field of a body's offices that holds persons, wherever it stands.
const FIELD: &str = "officers";

/// Told above a text that lacks them.
const LEFT_OUT: &str = "# 人员（编号、岗位、执法证）未列出：由监察、法制、机构编制部门在名册中查看。本文不能用来起草。\n";

/// What of definitions of this kind the caller is given.
pub(super) fn for_caller(caller: &Caller, kind: Kind) -> Officers {
    match (kind, caller.reads_register()) {
        (Kind::Body, true) => Officers::Shown,
        (Kind::Body, false) => Officers::LeftOut,
        _ => Officers::None,
    }
}

/// What an answer carries for the gate.
pub(super) fn marked(officers: Officers) -> Extension<Officers> {
    Extension(officers)
}

/// Who may not read the officers of a body cannot write its document, which has to name them all; and why it is refused would name them.
///
/// # Errors
/// [`Denied::NotYours`].
pub(super) fn works_on(caller: &Caller, kind: Kind) -> Result<(), ApiError> {
    match for_caller(caller, kind) {
        Officers::LeftOut => Err(ApiError::Access(Denied::NotYours)),
        Officers::Shown | Officers::None => Ok(()),
    }
}

/// The text of one or more definitions as the caller is given it. Written anew where something is left out: comments may name persons, too.
///
/// # Errors
/// [`ApiError::Failed`] for a text that cannot be read: nothing of it is given then.
pub(super) fn text(officers: Officers, text: &str) -> Result<String, ApiError> {
    if officers != Officers::LeftOut {
        return Ok(text.to_owned());
    }
    let failed = |why: String| ApiError::Failed(why.into());
    let mut shown = LEFT_OUT.to_owned();
    for (n, document) in split(text).enumerate() {
        let datum = Datum::from_yaml(&document).map_err(|error| failed(error.to_string()))?;
        let yaml = without(datum).to_yaml();
        if n > 0 {
            shown.push_str("---\n");
        }
        shown.push_str(&yaml.map_err(|error| failed(error.to_string()))?);
        if !shown.ends_with('\n') {
            shown.push('\n');
        }
    }
    Ok(shown)
}

fn split(text: &str) -> impl Iterator<Item = String> {
    let mut documents = vec![String::new()];
    for line in text.lines() {
        match documents.last_mut() {
            Some(_) if line.trim_end() == "---" => documents.push(String::new()),
            Some(document) => {
                document.push_str(line);
                document.push('\n');
            }
            None => {}
        }
    }
    let says = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    documents
        .into_iter()
        .filter(move |document| document.lines().any(says))
}

fn without(datum: Datum) -> Datum {
    match datum {
        Datum::Map(entries) => Datum::Map(
            entries
                .into_iter()
                .filter(|(field, _)| field != FIELD)
                .map(|(field, value)| (field, without(value)))
                .collect(),
        ),
        Datum::List(items) => Datum::List(items.into_iter().map(without).collect()),
        scalar => scalar,
    }
}

/// A draft as the caller is told of it.
pub(super) fn life(officers: Officers, life: &Life) -> Life {
    let mut life = life.clone();
    if officers != Officers::LeftOut {
        return life;
    }
    life.changes = without_officers(&life.changes);
    for record in &mut life.records {
        if let Act::Submitted { changes, .. } = &mut record.act {
            *changes = without_officers(changes);
        }
    }
    life
}

/// Changes of many definitions in words, each line with what it is about before it, as folders are told; and whether they name officers.
pub(super) fn of_folder(caller: &Caller, changes: &[String]) -> (Vec<String>, Officers) {
    let of_body = |change: &&String| change.starts_with(Kind::Body.name_zh());
    let (bodies, others): (Vec<&String>, Vec<&String>) = changes.iter().partition(of_body);
    let bodies: Vec<String> = bodies.into_iter().cloned().collect();
    let public = without_officers(&bodies);
    match (public == bodies, caller.reads_register()) {
        (true, _) => (changes.to_vec(), Officers::None),
        (false, true) => (changes.to_vec(), Officers::Shown),
        (false, false) => {
            let others = others.into_iter().cloned();
            (others.chain(public).collect(), Officers::LeftOut)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "# 张三 调来\nkind: body\ncode: zjj\nname: 住建局\nregion: '510500'\naddress: 江阳区\n\
posts: [{code: reviewer, name: 审查岗, steps: [review]}]\noffices:\n  - code: window\n    name: 窗口\n    phone: 0830-1234567\n\
    officers:\n      - {id: o-77, post: reviewer, cert_no: 川泸E01-0001} # 张三\n";

    #[test]
    fn a_body_is_read_without_its_officers_and_with_all_that_is_public_of_it() {
        let two = format!("{BODY}---\n# 李四\n---\n{}", BODY.replace("zjj", "swj"));
        let shown = text(Officers::LeftOut, &two).unwrap();
        for person in ["o-77", "E01", "张三", "李四", "officers"] {
            assert!(!shown.contains(person), "{person}: {shown}");
        }
        for public in [
            "住建局",
            "江阳区",
            "审查岗",
            "窗口",
            "0830-1234567",
            "code: swj",
        ] {
            assert!(shown.contains(public), "{public}: {shown}");
        }
        assert_eq!(shown.matches("---").count(), 1);
        assert_eq!(text(Officers::Shown, BODY).unwrap(), BODY);
        assert!(text(Officers::LeftOut, "a: [").is_err());
    }

    #[test]
    fn what_a_folder_changed_in_bodies_names_no_officer_and_other_lines_stay() {
        let said = [
            "流程图“许可”（c，版本 2）：监察点“人员不足”的级别由黄牌改为红牌",
            "行使主体“住建局”（zjj）：内设机构“窗口”新增人员“o-77”",
            "行使主体“住建局”（zjj）：地址由“甲”改为“乙”",
        ];
        let said = said.map(str::to_owned);
        let told = of_folder(&Caller::Anybody, &said);
        assert_eq!(told, (said.to_vec(), Officers::Shown));
        let public = [said[0].clone(), said[2].clone()];
        let told = of_folder(&Caller::Anybody, &public);
        assert_eq!(told, (public.to_vec(), Officers::None));
        let told = without_officers(&said[1..]);
        assert_eq!(told.len(), 2);
        assert!(!told.join("").contains("o-77"), "{told:?}");
    }
}
