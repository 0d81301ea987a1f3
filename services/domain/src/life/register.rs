//! The register never forgets: what somebody was, and until when, stays written, for cases of that time are judged by it.

use chrono::NaiveDate;

use super::Refusal;
use crate::definitions::{Body, Certificate, Officer, StandIn};

/// What a new text of a body does to what its register says of days that are over.
pub fn register_changes(old: &Body, new: &Body, today: NaiveDate) -> Vec<Refusal> {
    let mut refused = Vec::new();
    let mut refuse = |field: &'static str, message: String, remedy: &str| {
        refused.push(Refusal::new("history", field, message, remedy));
    };
    if let Some(from) = old
        .register_from
        .filter(|_| new.register_from != old.register_from)
    {
        refuse(
            "register_from",
            format!("机构 {} 的名册自 {from} 起完整，此日期不得改动", old.code),
            "请保留原来的 register_from",
        );
    } else if let Some(from) = new.register_from.filter(|_| old.register_from.is_none())
        && from <= today
    {
        refuse(
            "register_from",
            format!(
                "机构 {} 的名册自 {from} 起完整，会使已经办理的环节重新判断",
                new.code
            ),
            "register_from 最早为次日",
        );
    }
    let entries = |body: &Body| -> Vec<(String, Officer)> {
        let offices = body.offices.iter();
        offices
            .flat_map(|office| {
                let of = |officer: &Officer| (office.code.text.clone(), officer.clone());
                office.officers.iter().map(of).collect::<Vec<_>>()
            })
            .collect()
    };
    let after = entries(new);
    for (office, officer) in entries(old) {
        // Somebody who stands there twice is known by when that began.
        let same = |(there, other): &&(String, Officer)| {
            *there == office && other.id == officer.id && other.from == officer.from
        };
        let who = format!("{} 的 {}（{}）", office, officer.id, since(officer.from));
        let Some((_, now)) = after.iter().find(same) else {
            refuse(
                "offices",
                format!("{who}不见了：名册只增不减"),
                "人员离岗的，请保留原条目并写明 until；变动岗位或内设机构的，另立新条目",
            );
            continue;
        };
        if let Some(message) = rewritten(&officer, now, today) {
            refuse(
                "offices",
                format!("{who}{message}"),
                "已经过去的日子不得改写：请写明原条目的 until，并自次日起另立新条目",
            );
        }
    }
    for post in &old.posts {
        let kept = new.posts.iter().find(|other| other.code == post.code);
        if kept.is_none_or(|kept| kept.steps != post.steps || kept.rank != post.rank) {
            refuse(
                "posts",
                format!("岗位 {} 的环节或者级别被改动", post.code),
                "岗位的职责改变的，请另立新的岗位代码，并使人员自某日起任新岗位",
            );
        }
    }
    refused
}

fn since(from: Option<NaiveDate>) -> String {
    from.map_or_else(|| "任职日期不详".into(), |from| format!("{from} 起"))
}

/// What of days that are over is told otherwise; none where nothing is.
fn rewritten(old: &Officer, new: &Officer, today: NaiveDate) -> Option<&'static str> {
    if old.post != new.post || old.posts != new.posts || old.rank != new.rank {
        return Some("的岗位或者级别被改动");
    }
    if !may_end(old.until, new.until, today) {
        return Some("的离岗日期早于今日，或者已经过去的离岗日期被改动");
    }
    let certificates: Vec<Certificate> = new.all_certificates().collect();
    for certificate in old.all_certificates() {
        let kept = certificates.iter().find(|c| c.no == certificate.no);
        let same = kept.is_some_and(|kept| {
            kept.fields == certificate.fields
                && kept.from == certificate.from
                && may_end(certificate.until, kept.until, today)
        });
        if !same {
            return Some("的执法证件不见了或者被改动");
        }
    }
    let kept = |stand: &StandIn| {
        new.stands_in.iter().any(|other| {
            (&other.post, other.from, &other.basis) == (&stand.post, stand.from, &stand.basis)
                && may_end(Some(stand.until), Some(other.until), today)
        })
    };
    let began = |stand: &&StandIn| stand.from <= today;
    match old.stands_in.iter().filter(began).all(kept) {
        true => None,
        false => Some("的代岗记录不见了或者被改动"),
    }
}

/// Whether an end may be moved so: neither what is over may, nor may it be moved into what is over.
fn may_end(old: Option<NaiveDate>, new: Option<NaiveDate>, today: NaiveDate) -> bool {
    old == new || (old.is_none_or(|old| old >= today) && new.is_none_or(|new| new >= today))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::Content;

    const OLD: &str = "kind: body
code: b
name: 住建局
region: '510500'
register_from: 2026-01-01
posts: [{code: p, steps: [accept]}]
offices:
  - code: o
    name: 窗口
    officers:
      - {id: a, post: p, from: 2026-01-01, cert_no: C1, cert_from: 2026-01-01, cert_until: 2026-12-31}
      - {id: gone, post: p, from: 2026-01-01, until: 2026-03-31}
";

    fn refused(change: &[(&str, &str)]) -> Vec<&'static str> {
        let mut text = OLD.to_owned();
        for (from, to) in change {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        let read = |text: &str| {
            let set = Content::read("a.yaml", text).expect("it reads").set;
            set.bodies.into_iter().next().expect("a body").value
        };
        let today = NaiveDate::from_ymd_opt(2026, 7, 1).expect("a date");
        let refused = register_changes(&read(OLD), &read(&text), today);
        refused.into_iter().map(|refusal| refusal.field).collect()
    }

    #[test]
    fn people_come_and_go_from_today_on() {
        assert_eq!(refused(&[]), [""; 0]);
        assert_eq!(
            refused(&[(
                "from: 2026-01-01, cert_no",
                "from: 2026-01-01, until: 2026-07-01, cert_no"
            )]),
            [""; 0]
        );
        assert_eq!(
            refused(&[("cert_until: 2026-12-31", "cert_until: 2027-12-31")]),
            [""; 0]
        );
        let more = (
            "      - {id: gone",
            "      - {id: new, post: p, from: 2026-07-01}\n      - {id: gone",
        );
        assert_eq!(refused(&[more]), [""; 0]);
    }

    #[test]
    fn what_was_stays_written() {
        for change in [
            (
                "      - {id: gone, post: p, from: 2026-01-01, until: 2026-03-31}\n",
                "",
            ),
            ("until: 2026-03-31", "until: 2026-09-30"),
            (
                "from: 2026-01-01, cert_no",
                "from: 2026-01-01, until: 2026-06-30, cert_no",
            ),
            ("from: 2026-01-01, cert_no", "from: 2025-01-01, cert_no"),
            ("cert_no: C1", "cert_no: C2"),
            ("cert_until: 2026-12-31", "cert_until: 2026-06-30"),
        ] {
            assert_eq!(refused(&[change]), ["offices"], "{change:?}");
        }
        assert_eq!(
            refused(&[("steps: [accept]", "steps: [accept, decide]")]),
            ["posts"]
        );
        assert_eq!(
            refused(&[("register_from: 2026-01-01", "register_from: 2026-08-01")]),
            ["register_from"]
        );
    }
}
