//! Whether there is whom something is handed to, and whether they are within reach of who hands it over: what goes to a body or a person that
//! nobody knows is answered by nobody, and nobody orders about another region.

use mingjing_domain::alert::AlertRecord;
use mingjing_domain::disposition::Disposal;
use mingjing_domain::life::Refusal;
use mingjing_store::Sight;

use crate::names::NameTables;
use crate::{ApiError, State};

/// Why an order cannot go to whom it names; none where it can, and where nobody here could tell. `sight` is of whoever gives it. Papers go
/// where orders and entries of the ledger went, and so no further.
///
/// Whom an appeal is passed up to is not asked for: a superior body 上级机构 may be on no list of this site.
pub(super) async fn refused(
    state: &State,
    alert: &AlertRecord,
    disposal: &Disposal,
    sight: &Sight,
) -> Result<Option<Refusal>, ApiError> {
    let names = state.names.current();
    match disposal {
        Disposal::Order { to, .. } if !is_body(&names, alert, to) => Ok(Some(no_such_body(to))),
        Disposal::Order { to, .. } if !is_own(alert, to) && is_beyond(&names, sight, [to]) => {
            Ok(Some(beyond_region("机构", to)))
        }
        Disposal::PassOn { to, .. } if works_beyond(&names, sight, to) => {
            Ok(Some(beyond_region("人员", to)))
        }
        Disposal::PassOn { to, .. } if state.people.required() => {
            let known = names.officers.contains(to) || state.people.works(to).await?;
            Ok((!known).then(|| no_such_person(to)))
        }
        _ => Ok(None),
    }
}

/// A body of the register, or the one that the alert is about, which its source vouches for; any where the register knows none.
fn is_body(names: &NameTables, alert: &AlertRecord, to: &str) -> bool {
    names.orgs.is_empty() || names.orgs.contains_key(to) || is_own(alert, to)
}

fn is_own(alert: &AlertRecord, to: &str) -> bool {
    let own = [&alert.responsible_org, &alert.org_code];
    own.into_iter().any(|code| code.as_deref() == Some(to))
}

/// Whether bodies lie in regions, and none of them within the one that somebody sees.
fn is_beyond<'a>(
    names: &NameTables,
    sight: &Sight,
    bodies: impl IntoIterator<Item = &'a String>,
) -> bool {
    let Some(within) = &sight.region_prefix else {
        return false;
    };
    let mut regions = bodies
        .into_iter()
        .filter_map(|body| names.regions.get(body));
    let first = regions.next();
    first.is_some_and(|first| {
        let beyond = |region: &String| !region.starts_with(within.as_str());
        beyond(first) && regions.all(beyond)
    })
}

/// Whether somebody of the register works in no body of the region.
fn works_beyond(names: &NameTables, sight: &Sight, officer: &str) -> bool {
    let bodies = names.bodies_of.get(officer).into_iter().flatten();
    is_beyond(names, sight, bodies)
}

fn beyond_region(what: &str, to: &str) -> Refusal {
    Refusal::new(
        "beyond_region",
        "to",
        format!("{what}“{to}”不在您所管辖的行政区划之内，不能向其交办"),
        "请改为本行政区划（含下级）之内的机构或者人员；应由其他地区或者上级办理的，报上级监察机关交办",
    )
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

    #[test]
    fn whoever_is_of_another_region_is_beyond_reach() {
        let mut names = NameTables::default();
        for (body, region) in [
            ("qu-a", "510502"),
            ("town-a", "510502001"),
            ("qu-b", "510503"),
            ("city", "510500"),
        ] {
            names.regions.insert(body.into(), region.into());
        }
        let within = |prefix: &str| Sight {
            region_prefix: Some(prefix.into()),
            body: None,
        };
        for (prefix, wanted) in [
            ("510502", [false, false, true, true]),
            ("5105", [false; 4]),
            ("5106", [true; 4]),
        ] {
            let bodies = ["qu-a", "town-a", "qu-b", "city"].map(String::from);
            let beyond = bodies.map(|body| is_beyond(&names, &within(prefix), [&body]));
            assert_eq!(beyond, wanted, "{prefix}");
        }
        let nowhere = "elsewhere".to_owned();
        assert!(
            !is_beyond(&names, &within("5106"), [&nowhere]),
            "no region, no word"
        );
        assert!(!is_beyond(&names, &Sight::default(), [&nowhere]));
        // Somebody may work in two bodies.
        let both = ["qu-a", "qu-b"].map(String::from);
        names
            .bodies_of
            .insert("wang".into(), both.into_iter().collect());
        assert!(!works_beyond(&names, &within("510503"), "wang"));
        assert!(works_beyond(&names, &within("5106"), "wang"));
        assert!(
            !works_beyond(&names, &within("5106"), "li"),
            "not of the register"
        );
        let alert = about("qu-b");
        assert!(
            is_own(&alert, "qu-b"),
            "the alert's own may be ordered, wherever it is"
        );
    }
}
