//! The section `bulletins`: which bulletins are drafted by themselves.

use mingjing_domain::bulletin::{Kind, PLAN_DAY_MAX, Plan};
use mingjing_domain::period::PeriodKind;
use mingjing_domain::time::TimeOfDay;
use toml::{Table, Value};

use super::Reader;

const PLANS: &str = "bulletins.plans";
const KNOWN: &[&str] = &["kind", "every", "regions", "day", "at", "to", "copies"];
const EVERY: &[(&str, PeriodKind)] = &[
    ("month", PeriodKind::Month),
    ("quarter", PeriodKind::Quarter),
    ("half", PeriodKind::Half),
    ("year", PeriodKind::Year),
];
/// The fifth working day, when what was entered late has come in.
const DAY: u32 = 5;
const AT: TimeOfDay = TimeOfDay::at(9, 0);
/// 主送 and 抄送 are no longer, as by hand.
const TO_CHARS_MAX: usize = 120;

impl Reader {
    pub(super) fn plans(&mut self) -> Option<Vec<Plan>> {
        let tables = self.tables(PLANS, KNOWN)?;
        let before = self.problems.len();
        let plans: Vec<Plan> = tables
            .iter()
            .filter_map(|(code, fields)| self.plan(code, fields))
            .collect();
        (self.problems.len() == before).then_some(plans)
    }

    fn plan(&mut self, code: &str, fields: &Table) -> Option<Plan> {
        let kind = match self.field(PLANS, code, fields, "kind").as_deref() {
            None | Some("bulletin") => Some(Kind::Bulletin),
            Some("report") => Some(Kind::Report),
            Some(_) => None,
        };
        if kind.is_none() {
            self.wrong(
                code,
                "kind",
                "应为 bulletin（通报）或者 report（运行情况报告）",
            );
        }
        let every = self.field(PLANS, code, fields, "every");
        let every = EVERY
            .iter()
            .find(|(name, _)| Some(*name) == every.as_deref());
        if every.is_none() {
            self.wrong(
                code,
                "every",
                "应为 month（月）、quarter（季）、half（半年）或者 year（年）",
            );
        }
        let regions = self.field(PLANS, code, fields, "regions");
        let regions: Vec<String> = regions
            .iter()
            .flat_map(|regions| regions.split(','))
            .map(|region| region.trim().to_owned())
            .filter(|region| !region.is_empty())
            .collect();
        if regions.is_empty() || !regions.iter().all(|region| is_region(region)) {
            let wanted = "应为行政区划代码（2、4、6、9 或者 12 位），多个以逗号隔开";
            self.wrong(code, "regions", wanted);
        }
        let day = match fields.get("day") {
            None => Some(DAY),
            Some(Value::Integer(day)) => u32::try_from(*day).ok(),
            Some(_) => None,
        };
        let day = day.filter(|day| (1..=PLAN_DAY_MAX).contains(day));
        if day.is_none() {
            let wanted = format!("应为期间结束后的第几个工作日，1 至 {PLAN_DAY_MAX}");
            self.wrong(code, "day", &wanted);
        }
        let at = match self.field(PLANS, code, fields, "at") {
            None => Some(AT),
            Some(text) => text.parse().ok(),
        };
        if at.is_none() {
            self.wrong(code, "at", "应为时刻，如 \"9:00\"");
        }
        let mut text = |name: &str| {
            let text = self.field(PLANS, code, fields, name).unwrap_or_default();
            if text.chars().count() > TO_CHARS_MAX {
                self.wrong(code, name, &format!("最多 {TO_CHARS_MAX} 个字符"));
            }
            text
        };
        let (to, copies) = (text("to"), text("copies"));
        Some(Plan {
            kind: kind?,
            every: every?.1,
            regions,
            day: day?,
            at: at?,
            to,
            copies,
        })
    }

    fn wrong(&mut self, code: &str, field: &str, wanted: &str) {
        let (_, place) = self.value(PLANS);
        self.problems
            .push(format!("{place}: `{PLANS}.{code}.{field}` {wanted}"));
    }
}

fn is_region(text: &str) -> bool {
    matches!(text.len(), 2 | 4 | 6 | 9 | 12) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::*;

    fn read(text: &str) -> Result<Settings, super::super::Refused> {
        Settings::from_texts(Some(("site.toml", text)), &[])
    }

    #[test]
    fn a_site_that_plans_nothing_drafts_nothing_by_itself() {
        assert!(Settings::from_texts(None, &[]).unwrap().plans.is_empty());
    }

    #[test]
    fn plans_are_read_and_what_is_not_said_is_the_usual() {
        let plans = read(
            "[bulletins.plans.monthly]\nevery = \"month\"\nregions = \"510500, 510502\"\n\
             [bulletins.plans.report]\nkind = \"report\"\nevery = \"half\"\nregions = \"510500\"\nday = 10\nat = \"14:30\"\n\
             to = \"泸州市人民政府\"\ncopies = \"市委办公室\"\n",
        );
        let plans = plans.unwrap().plans;
        assert_eq!(plans[0].regions, ["510500", "510502"]);
        assert_eq!(
            (plans[0].kind, plans[0].day, plans[0].at),
            (Kind::Bulletin, DAY, AT)
        );
        assert_eq!(
            plans[1],
            Plan {
                kind: Kind::Report,
                every: PeriodKind::Half,
                regions: vec!["510500".into()],
                day: 10,
                at: TimeOfDay::at(14, 30),
                to: "泸州市人民政府".into(),
                copies: "市委办公室".into(),
            }
        );
        let set = [(
            "MINGJING__BULLETINS__PLANS".to_owned(),
            "{monthly = {every = \"month\", regions = \"510500\"}}".to_owned(),
        )];
        assert_eq!(Settings::from_texts(None, &set).unwrap().plans.len(), 1);
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_its_place_and_what_to_write() {
        let refused = read(
            "[bulletins.plans.a]\nkind = \"correction\"\nevery = \"week\"\nregions = \"泸州\"\nday = 21\nat = \"25:00\"\nwhen = 1\n",
        );
        let text = refused.unwrap_err().to_string();
        for part in [
            "site.toml: `bulletins.plans.a.kind` 应为",
            "`bulletins.plans.a.every` 应为",
            "`bulletins.plans.a.regions` 应为",
            "`bulletins.plans.a.day` 应为",
            "`bulletins.plans.a.at` 应为",
            "`bulletins.plans.a.when` 没有这一项",
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }
}
