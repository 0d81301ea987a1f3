//! Accounts: who somebody is, what they may do and of where; how an account came to stand so. Pure.
//!
//! An account is a journal of records, each of who, when, why and what; what it is follows from them in their order. Passwords and
//! sessions lie elsewhere: a record names the password that counts, so that a new one and a disabling at the same time both hold.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::time::DAY_MS;
use serde::{Deserialize, Serialize};

/// What somebody is to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 监察部门: watches, decides alerts and appeals, orders.
    Supervision,
    /// 法制部门.
    Legal,
    /// 机构编制部门.
    Establishment,
    /// 政务服务管理部门.
    GovernmentServices,
    /// 信息公开部门.
    InformationDisclosure,
    /// 部门监督员: a department's own supervisor.
    DepartmentSupervisor,
    /// 部门承办人.
    DepartmentHandler,
    /// 领导: reads, gives instructions.
    Leadership,
    /// 审计员: sees who did and who looked.
    Auditor,
    /// 系统管理员: accounts, sources; no alerts.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 10] = [
        Role::Supervision,
        Role::Legal,
        Role::Establishment,
        Role::GovernmentServices,
        Role::InformationDisclosure,
        Role::DepartmentSupervisor,
        Role::DepartmentHandler,
        Role::Leadership,
        Role::Auditor,
        Role::Administrator,
    ];

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Role::Supervision => "监察部门",
            Role::Legal => "法制部门",
            Role::Establishment => "机构编制部门",
            Role::GovernmentServices => "政务服务管理部门",
            Role::InformationDisclosure => "信息公开部门",
            Role::DepartmentSupervisor => "部门监督员",
            Role::DepartmentHandler => "部门承办人",
            Role::Leadership => "领导",
            Role::Auditor => "审计员",
            Role::Administrator => "系统管理员",
        }
    }

    /// Whether whoever has it sees one body's matters only.
    const fn is_department(self) -> bool {
        matches!(self, Role::DepartmentSupervisor | Role::DepartmentHandler)
    }
}

/// Roles that no one person has both of: who reviews is not who supervises, also where one bureau is both (domain study 11.4: two
/// offices and two persons); who is watched is not who watches; and who gives rights is neither who uses them nor who audits.
pub(crate) fn clash(roles: &BTreeSet<Role>) -> Option<(Role, Role)> {
    let reviewers = [
        Role::Legal,
        Role::Establishment,
        Role::GovernmentServices,
        Role::InformationDisclosure,
    ];
    let (supervisors, departments): (Vec<Role>, Vec<Role>) = Role::ALL
        .into_iter()
        .filter(|role| matches!(role, Role::Supervision) || role.is_department())
        .partition(|role| !role.is_department());
    let apart = |some: &[Role], others: &[Role]| {
        let one = some.iter().find(|role| roles.contains(*role))?;
        let other = others
            .iter()
            .find(|role| *role != one && roles.contains(*role))?;
        Some((*one, *other))
    };
    apart(&supervisors, &reviewers)
        .or_else(|| apart(&departments, &supervisors))
        .or_else(|| apart(&departments, &reviewers))
        .or_else(|| apart(&[Role::Administrator], &Role::ALL))
        .or_else(|| apart(&[Role::Auditor], &Role::ALL))
}

/// Who somebody is, and what they may do of where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    /// 人员编号: whom commands and reviews name.
    pub person: String,
    /// For people.
    #[serde(default)]
    pub name: String,
    /// What they are to the platform.
    pub roles: BTreeSet<Role>,
    /// 机构代码: where they work. A department's people see its matters only.
    #[serde(default)]
    pub body: String,
    /// 内设机构.
    #[serde(default)]
    pub office: String,
    /// 行政区划代码: they see it and what lies in it; empty: everywhere.
    #[serde(default)]
    pub region: String,
    /// The first day on which the account works.
    #[serde(default)]
    pub valid_from: Option<NaiveDate>,
    /// The last one.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

/// What is said of a person, a body or an office is no longer than this.
const CHARS_MAX: usize = 128;

impl Rights {
    /// What is wrong with them: the field, and why.
    pub(crate) fn problem(&self) -> Option<(&'static str, String)> {
        let texts = [
            ("person", &self.person),
            ("name", &self.name),
            ("body", &self.body),
            ("office", &self.office),
        ];
        if let Some((field, _)) = texts.iter().find(|(_, t)| t.chars().count() > CHARS_MAX) {
            return Some((*field, format!("最多 {CHARS_MAX} 个字符")));
        }
        if self.person.trim().is_empty() || self.person == "mingjing" {
            return Some(("person", "请写明人员编号；mingjing 是平台自身".into()));
        }
        if self.roles.is_empty() {
            return Some(("roles", "请至少给一个角色".into()));
        }
        if let Some((one, other)) = clash(&self.roles) {
            let (one, other) = (one.name_zh(), other.name_zh());
            return Some((
                "roles",
                format!("{one}与{other}不得由同一人兼任，请分设两个人员"),
            ));
        }
        if self.roles.iter().any(|role| role.is_department()) && self.body.trim().is_empty() {
            return Some((
                "body",
                "部门监督员、部门承办人须写明机构代码：只看本机构的事项".into(),
            ));
        }
        if !self.region.is_empty() && subtree(&self.region).is_none() {
            return Some((
                "region",
                "应为 2、4、6、9 或 12 位数字的行政区划代码，如 510502".into(),
            ));
        }
        match (self.valid_from, self.valid_until) {
            (Some(from), Some(until)) if until < from => {
                Some(("valid_until", "止期早于起期".into()))
            }
            _ => None,
        }
    }

    /// Whether the account works on this day.
    pub(crate) fn hold_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day)
            && self.valid_until.is_none_or(|until| day <= until)
    }

    /// What the codes of the regions begin with that they see; none: all.
    pub(crate) fn region_prefix(&self) -> Option<&str> {
        subtree(&self.region)
    }

    /// The one body whose matters they see; none: all of their region.
    pub(crate) fn only_body(&self) -> Option<&str> {
        let department = self.roles.iter().any(|role| role.is_department());
        department.then_some(self.body.as_str())
    }

    /// Whether they see everything there is.
    pub(crate) fn whole(&self) -> bool {
        self.region.is_empty() && self.only_body().is_none()
    }
}

/// With what the codes begin of a region and of all that lies in it (GB/T 2260: province, city, county of two digits each, then town and
/// village of three): 510500 → 5105. None for what is no such code.
pub(crate) fn subtree(code: &str) -> Option<&str> {
    const ENDS: [usize; 5] = [2, 4, 6, 9, 12];
    if !ENDS.contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut end = code.len();
    for (at, next) in ENDS.iter().zip(&ENDS[1..]).rev() {
        if *next == end && code[*at..end].bytes().all(|b| b == b'0') {
            end = *at;
        }
    }
    Some(&code[..end]).filter(|prefix| prefix.bytes().any(|b| b != b'0'))
}

/// What was done with an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub(crate) enum Act {
    /// It was opened.
    Opened { rights: Rights },
    /// Somebody else's rights, or other ones.
    Changed { rights: Rights },
    /// It does not work any more.
    Disabled,
    /// It works again.
    Enabled,
    /// This password counts from now on; a temporary one opens nothing but its own change.
    PasswordSet { password: String, temporary: bool },
    /// Whoever had signed in has to do so again.
    SessionsEnded,
}

/// One record of an account's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// When.
    pub at: Timestamp,
    /// The account of whoever did it; `administrator_key` where it was done by the key.
    pub by: String,
    /// Why.
    pub why: String,
    /// What.
    #[serde(flatten)]
    pub act: Act,
}

/// An account as its records make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What is typed to sign in.
    pub id: String,
    /// Who it is, and what they may.
    pub rights: Rights,
    /// Whether it was put out of work.
    pub disabled: bool,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// Sessions of another number have ended.
    pub(crate) generation: u32,
    /// The password that counts.
    pub(crate) password: Option<String>,
    /// When it was set.
    pub(crate) password_at: Option<Timestamp>,
    /// Whether that has to be changed first.
    pub(crate) temporary: bool,
}

impl Account {
    /// What its records make of it; none where they do not begin with its opening.
    pub(crate) fn of(id: &str, records: &[Record]) -> Option<Self> {
        let (first, rest) = records.split_first()?;
        let Act::Opened { rights } = &first.act else {
            return None;
        };
        let mut account = Self {
            id: id.to_owned(),
            rights: rights.clone(),
            disabled: false,
            changed_at: first.at,
            generation: 0,
            password: None,
            password_at: None,
            temporary: false,
        };
        for record in rest {
            account.apply(record);
        }
        Some(account)
    }

    fn apply(&mut self, record: &Record) {
        self.changed_at = record.at;
        match &record.act {
            Act::Opened { rights } | Act::Changed { rights } => self.rights = rights.clone(),
            Act::Disabled => {
                self.disabled = true;
                self.generation += 1;
            }
            Act::Enabled => self.disabled = false,
            Act::PasswordSet {
                password,
                temporary,
            } => {
                self.password = Some(password.clone());
                self.password_at = Some(record.at);
                self.temporary = *temporary;
                self.generation += 1;
            }
            Act::SessionsEnded => self.generation += 1,
        }
    }

    /// Whether the password has counted for so many days, each of 24 hours. An account without one has none to change.
    pub(crate) fn password_aged(&self, days: u32, now: Timestamp) -> bool {
        let due = |at: Timestamp| at.plus_millis(i64::from(days) * DAY_MS);
        self.password_at.is_some_and(|at| due(at) <= now)
    }

    /// Whether it works on this day.
    pub(crate) fn works_on(&self, day: NaiveDate) -> bool {
        !self.disabled && self.rights.hold_on(day)
    }
}

/// Whether a text can be an account's name: it becomes part of keys.
pub(crate) fn is_name(text: &str) -> bool {
    (2..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(roles: &[Role]) -> Rights {
        Rights {
            person: "p-1".into(),
            name: String::new(),
            roles: roles.iter().copied().collect(),
            body: "zjj".into(),
            office: String::new(),
            region: "510502".into(),
            valid_from: None,
            valid_until: None,
        }
    }

    #[test]
    fn a_region_is_seen_with_what_lies_in_it() {
        for (code, prefix) in [
            ("51", Some("51")),
            ("510000", Some("51")),
            ("510500", Some("5105")),
            ("510502", Some("510502")),
            ("510502000000", Some("510502")),
            ("510502001000", Some("510502001")),
            ("510500000", Some("5105")),
            ("110000", Some("11")),
            ("500000", Some("50")),
            ("000000", None),
            ("5105020", None),
            ("5105O2", None),
            ("", None),
        ] {
            assert_eq!(subtree(code), prefix, "{code}");
        }
    }

    #[test]
    fn what_has_to_be_two_persons_is_refused_to_one() {
        use Role::{
            Administrator, Auditor, DepartmentHandler, DepartmentSupervisor, Leadership, Legal,
            Supervision,
        };
        for good in [
            &[Supervision, Leadership][..],
            &[DepartmentSupervisor, DepartmentHandler],
            &[Administrator],
        ] {
            assert_eq!(rights(good).problem(), None, "{good:?}");
        }
        for bad in [
            &[Supervision, Legal][..],
            &[DepartmentHandler, Supervision],
            &[DepartmentSupervisor, Legal],
            &[Administrator, Auditor],
            &[Auditor, Leadership],
            &[],
        ] {
            let problem = rights(bad).problem();
            assert_eq!(problem.map(|(field, _)| field), Some("roles"), "{bad:?}");
        }
    }

    #[test]
    fn a_departments_people_need_a_body_and_never_see_everything() {
        let mut handler = rights(&[Role::DepartmentHandler]);
        handler.region.clear();
        assert!(!handler.whole());
        assert_eq!(handler.only_body(), Some("zjj"));
        handler.body.clear();
        assert_eq!(handler.problem().map(|(field, _)| field), Some("body"));
        let mut office = rights(&[Role::Supervision]);
        assert!(!office.whole());
        office.region.clear();
        assert!(office.whole());
    }

    #[test]
    fn an_account_is_what_its_records_make_of_it() {
        let record = |at: i64, act| Record {
            at: Timestamp::from_millis(at),
            by: "key".into(),
            why: "w".into(),
            act,
        };
        let set = |password: &str| Act::PasswordSet {
            password: password.into(),
            temporary: true,
        };
        let opened = Act::Opened {
            rights: rights(&[Role::Legal]),
        };
        let mut records = vec![record(1, opened), record(2, set("a")), record(3, set("b"))];
        let account = Account::of("li", &records).unwrap();
        assert_eq!(account.password.as_deref(), Some("b"));
        assert_eq!((account.generation, account.temporary), (2, true));
        // The days count from the password that counts.
        let aged = |ms| account.password_aged(90, Timestamp::from_millis(ms));
        assert!(!aged(2 + 90 * DAY_MS) && aged(3 + 90 * DAY_MS));
        let without = Account::of("li", &records[..1]).unwrap();
        assert!(!without.password_aged(1, Timestamp::from_millis(9 * DAY_MS)));
        let day = NaiveDate::from_ymd_opt(2026, 11, 28).unwrap();
        assert!(account.works_on(day));
        records.push(record(4, Act::Disabled));
        let disabled = Account::of("li", &records).unwrap();
        assert!(!disabled.works_on(day));
        assert_eq!(disabled.generation, 3);
        assert_eq!(Account::of("li", &records[1..]), None);
    }

    #[test]
    fn an_account_works_from_its_first_to_its_last_day() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 11, d).unwrap();
        let mut rights = rights(&[Role::Legal]);
        rights.valid_from = Some(day(2));
        rights.valid_until = Some(day(3));
        let held: Vec<bool> = (1..=4).map(|d| rights.hold_on(day(d))).collect();
        assert_eq!(held, [false, true, true, false]);
    }
}
