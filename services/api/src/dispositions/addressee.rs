//! Whether there is whom something is handed to: what goes to a body or a person that nobody knows is answered by nobody.

use mingjing_domain::alert::AlertRecord;
use mingjing_domain::disposition::Disposal;
use mingjing_domain::life::Refusal;

use crate::names::NameTables;
use crate::{ApiError, State};

/// Why an order cannot go to whom it names; none where it can, and where nobody here could tell.
///
/// Whom an appeal is passed up to is not asked for: a superior body 上级机构 may be on no list of this site.
pub(super) async fn unknown(
    state: &State,
    alert: &AlertRecord,
    disposal: &Disposal,
) -> Result<Option<Refusal>, ApiError> {
    let names = state.names.current();
    match disposal {
        Disposal::Order { to, .. } if !is_body(&names, alert, to) => Ok(Some(no_such_body(to))),
        Disposal::PassOn { to, .. } if state.people.required() => {
            let known = names.officers.contains(to) || state.people.works(to).await?;
            Ok((!known).then(|| no_such_person(to)))
        }
        _ => Ok(None),
    }
}

/// A body of the register, or the one that the alert is about, which its source vouches for; any where the register knows none.
fn is_body(names: &NameTables, alert: &AlertRecord, to: &str) -> bool {
    let own = [&alert.responsible_org, &alert.org_code];
    names.orgs.is_empty()
        || names.orgs.contains_key(to)
        || own.into_iter().any(|code| code.as_deref() == Some(to))
}

fn no_such_body(to: &str) -> Refusal {
    Refusal::new(
        "no_such_body",
        "to",
        format!("机构登记中没有代码为“{to}”的机构，督办无法送达"),
        "请核对机构代码，填写责任机构或者权力清单所列的机构；新设机构请先登记并公布",
    )
}

fn no_such_person(to: &str) -> Refusal {
    Refusal::new(
        "no_such_person",
        "to",
        format!("没有编号为“{to}”的在用账号，人员登记中也没有该编号，转办无人承办"),
        "请核对承办人的人员编号；尚未开立账号的，请管理员先行开立",
    )
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;
    use mingjing_domain::alert::{Level, Status};

    use super::*;

    fn about(body: &str) -> AlertRecord {
        AlertRecord {
            alert_id: "a".into(),
            subject_kind: "case".into(),
            source: "office".into(),
            case_no: "1".into(),
            item_code: None,
            org_code: Some(body.into()),
            region_code: None,
            responsible_org: None,
            responsible_office: None,
            responsible_actor: None,
            control_point: "late".into(),
            rule: "T2".into(),
            step: String::new(),
            visit: 1,
            level: Level::Red,
            status: Status::Issued,
            due_at: None,
            breached_at: None,
            raised_at: Timestamp::from_millis(0),
            issued_at: None,
            completed_at: None,
            ended_at: None,
            ended_reason: None,
            withdrawn_at: None,
            withdrawn_reason: None,
            statutory: None,
            legal_basis: None,
            limit: None,
            answer_due_at: None,
            definitions_version: "d".into(),
            calendar_version: "c".into(),
            engine_version: "6".into(),
            message: String::new(),
            evidence: Vec::new(),
            disposition: None,
        }
    }

    #[test]
    fn an_order_goes_to_a_body_of_the_register_or_to_the_alerts_own() {
        let alert = about("town");
        let nobody = NameTables::default();
        assert!(is_body(&nobody, &alert, "anybody"), "no register, no word");
        let mut names = NameTables::default();
        names.orgs.insert("zjj".into(), "住建局".into());
        assert!(is_body(&names, &alert, "zjj"));
        assert!(is_body(&names, &alert, "town"));
        assert!(!is_body(&names, &alert, "zjj "));
        assert!(!is_body(&names, &alert, "jzj"));
    }
}
