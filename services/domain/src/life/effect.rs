//! What a published definition may become: a published version never changes, nothing but a calendar works backwards (design
//! decision 13), and a power that ends says what becomes of its running cases (domain study 11.5).

use chrono::NaiveDate;

use super::register::register_changes;
use super::{Content, Kind, Question, Refusal, Subject, Touch, alike};
use crate::definitions::{
    Body, DefinitionSet, Document, InspectionPlan, PowerItem, PowerStatus, RunningCases,
};

/// The day from which on publishing this today has effect, if it lawfully can be: that of its own where it says one, else today.
///
/// # Errors
/// Everything that speaks against it.
pub fn lawful(
    content: &Content,
    before: &DefinitionSet,
    today: NaiveDate,
) -> Result<NaiveDate, Vec<Refusal>> {
    let mut refused = Vec::new();
    let known = super::subject::subjects(before);
    let mut effects = Vec::new();
    for subject in &content.subjects {
        let versions: Vec<&Subject> = known
            .iter()
            .filter(|old| (old.kind, &old.id) == (subject.kind, &subject.id))
            .collect();
        if subject.kind.has_versions() {
            effects.extend(subject.effective_from);
            version(subject, &versions, content, before, today, &mut refused);
        } else if versions.is_empty() && subject.kind == Kind::Item {
            effects.extend(subject.effective_from);
            later_than_today(subject, today, &mut refused);
        } else {
            effects.push(today);
        }
    }
    for document in &content.set.items {
        item(document, content, before, today, &mut refused);
    }
    for document in &content.set.bodies {
        if let Some(old) = of(&before.bodies, |old| old.code == document.value.code) {
            body(&document.value, &old.value, today, &mut refused);
        }
    }
    for plan in content.set.inspection_plans.iter().map(|d| &d.value) {
        let old = of(&before.inspection_plans, |old| old.id == plan.id);
        inspection_plan(plan, old.map(|d| &d.value), today, &mut refused);
    }
    for calendar in content.set.calendars.iter().map(|d| &d.value) {
        let old = of(&before.calendars, |old| old.id == calendar.id);
        let gone = old.into_iter().flat_map(|old| &old.value.versions);
        for version in gone.filter(|version| !calendar.versions.contains(version)) {
            refused.push(Refusal::new(
                "published",
                "text",
                format!(
                    "日历 {} 的版本 {} 已经公布，草案中缺少或者改动了它",
                    calendar.id, version.version
                ),
                "保留已公布的各版本，把新的安排写成新的版本",
            ));
        }
    }
    match (refused.is_empty(), effects.into_iter().min()) {
        (true, Some(effect)) => Ok(effect),
        (true, None) => Ok(today),
        (false, _) => Err(refused),
    }
}

fn of<T>(documents: &[Document<T>], is: impl Fn(&T) -> bool) -> Option<&Document<T>> {
    documents.iter().find(|document| is(&document.value))
}

fn version(
    subject: &Subject,
    versions: &[&Subject],
    content: &Content,
    before: &DefinitionSet,
    today: NaiveDate,
    refused: &mut Vec<Refusal>,
) {
    if versions.iter().any(|old| old.version == subject.version) {
        let (message, remedy) = match same_document(subject, &content.set, before) {
            true => ("已经公布，内容与草案相同", "无需再次公布"),
            false => (
                "已经公布，公布后的版本不得改动",
                "请换一个新的 version，并写明新的 effective_from",
            ),
        };
        refused.push(Refusal::new(
            "published",
            "version",
            format!("{subject}{message}"),
            remedy,
        ));
        return;
    }
    let twin = versions
        .iter()
        .find(|old| old.effective_from == subject.effective_from);
    if let Some(twin) = twin {
        refused.push(Refusal::new(
            "same_day",
            "effective_from",
            format!("{subject}与{twin}同日生效，办件无从适用"),
            "请错开生效日期",
        ));
    }
    later_than_today(subject, today, refused);
}

fn same_document(subject: &Subject, new: &DefinitionSet, before: &DefinitionSet) -> bool {
    fn same<T: PartialEq>(
        new: &[Document<T>],
        old: &[Document<T>],
        is: impl Fn(&T) -> bool,
    ) -> bool {
        let one = of(new, &is).map(|d| &d.value);
        one.is_some() && one == of(old, &is).map(|d| &d.value)
    }
    let (id, version) = (
        subject.id.as_str(),
        subject.version.as_deref().unwrap_or_default(),
    );
    match subject.kind {
        Kind::Flowchart => same(&new.flowcharts, &before.flowcharts, |f| {
            f.id.text == id && f.version == version
        }),
        Kind::Discretion => same(&new.discretions, &before.discretions, |d| {
            d.id.text == id && d.version == version
        }),
        Kind::Fees => same(&new.fees, &before.fees, |f| {
            f.id.text == id && f.version == version
        }),
        Kind::RuleSettings => same(&new.rule_settings, &before.rule_settings, |s| {
            s.id.text == id && s.version == version
        }),
        Kind::ScoreModel => same(&new.score_models, &before.score_models, |m| {
            m.id.text == id && m.version == version
        }),
        _ => false,
    }
}

/// Cases that were accepted keep what was in force then; so nothing new begins on a day that has begun.
fn later_than_today(subject: &Subject, today: NaiveDate, refused: &mut Vec<Refusal>) {
    if let Some(from) = subject.effective_from.filter(|from| *from <= today) {
        refused.push(Refusal::new(
            "retroactive",
            "effective_from",
            format!(
                "{subject}自 {from} 起生效，不晚于公布之日 {today}：除工作日历外，定义不得溯及既往"
            ),
            "请把 effective_from 改为公布次日或者更晚",
        ));
    }
}

fn item(
    document: &Document<PowerItem>,
    content: &Content,
    before: &DefinitionSet,
    today: NaiveDate,
    refused: &mut Vec<Refusal>,
) {
    let item = &document.value;
    let ended = item.status != PowerStatus::Active;
    let old = of(&before.items, |old| old.code == item.code).map(|d| &d.value);
    if let Some(old) = old {
        if old.effective_to.is_some_and(|to| to < today) {
            refused.push(Refusal::new(
                "ended",
                "code",
                format!(
                    "事项 {} 已于 {} 终止，不得改动或者恢复",
                    item.code,
                    day(old.effective_to)
                ),
                "确需重新设立的，请以新的编码起草，平台会提示是否变相设立",
            ));
            return;
        }
        for (field, what, same) in [
            ("power_type", "权力类型", old.power_type == item.power_type),
            ("level", "行使层级", old.level == item.level),
            ("region", "行政区划", old.region == item.region),
            (
                "executing_body",
                "行使主体",
                old.executing_body == item.executing_body,
            ),
            ("flowchart", "流程图", old.flowchart == item.flowchart),
            (
                "effective_from",
                "生效日期",
                old.effective_from == item.effective_from,
            ),
        ] {
            if !same {
                refused.push(Refusal::new(
                    "published",
                    field,
                    format!("事项 {} 的{what}会改变在办件的判断，公布后不得改动", item.code),
                    "流程改变的，请公布该流程图的新版本；主体、层级或者类别改变的，请以新事项承接并终止本事项",
                ));
            }
        }
    }
    let moved = old.is_none_or(|old| old.effective_to != item.effective_to);
    if let Some(to) = item.effective_to.filter(|to| moved && *to < today) {
        refused.push(Refusal::new(
            "retroactive",
            "effective_to",
            format!("事项 {} 的终止日期 {to} 早于公布之日 {today}", item.code),
            "终止日期最早为公布当日",
        ));
    }
    let ends_now = ended && old.is_none_or(|old| old.status != item.status);
    if ends_now {
        ending(item, content, before, refused);
    }
}

/// What an item that ends owes to its running cases and to its receiver.
fn ending(item: &PowerItem, content: &Content, before: &DefinitionSet, refused: &mut Vec<Refusal>) {
    let mut refuse = |reason, field, message: String, remedy: &str| {
        refused.push(Refusal::new(reason, field, message, remedy));
    };
    let texts = content.set.files.iter().map(|file| file.text.as_str());
    if !texts
        .into_iter()
        .any(|text| text.contains("running_cases:"))
    {
        refuse(
            "incomplete",
            "running_cases",
            format!("事项 {} 终止，没有写明在办件如何处理", item.code),
            "请写明 running_cases: finish（办结为止）、terminate（终止办理）或者 hand_over（移交承接机关）",
        );
    }
    let Some(to) = &item.transferred_to else {
        if item.status == PowerStatus::Transferred {
            refuse(
                "incomplete",
                "transferred_to",
                format!("事项 {} 下放或者划转，没有写明承接的事项", item.code),
                "请写明 transferred_to: 承接事项的编码",
            );
        } else if item.running_cases == RunningCases::HandOver {
            refuse(
                "incomplete",
                "transferred_to",
                format!("事项 {} 的在办件须移交，没有写明承接的事项", item.code),
                "请写明 transferred_to，或者改为 finish、terminate",
            );
        }
        return;
    };
    let receiver = of(&content.set.items, |i| i.code == *to);
    let receiver = receiver.or_else(|| of(&before.items, |i| i.code == *to));
    let Some(receiver) = receiver.map(|d| &d.value) else {
        refuse(
            "no_receiver",
            "transferred_to",
            format!("承接的事项 {to} 不在清单内"),
            "承接事项须在移交之日已经生效：请先公布它，或者放在同一份草案里",
        );
        return;
    };
    let Some(next) = item.effective_to.and_then(|end| end.succ_opt()) else {
        return;
    };
    let gone = receiver.effective_to.is_some_and(|to| to < next);
    if receiver.effective_from > next || gone {
        refuse(
            "no_receiver",
            "transferred_to",
            format!(
                "事项 {} 于 {} 终止，承接的事项 {to} 自 {} 起生效{}，{next} 没有机关行使这项权力",
                item.code,
                day(item.effective_to),
                receiver.effective_from,
                receiver
                    .effective_to
                    .map(|d| format!("至 {d}"))
                    .unwrap_or_default(),
            ),
            "请使承接事项最迟在终止的次日生效",
        );
    }
}

fn day(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

fn body(new: &Body, old: &Body, today: NaiveDate, refused: &mut Vec<Refusal>) {
    if let Some(until) = new
        .until
        .filter(|until| new.until != old.until && *until < today)
    {
        refused.push(Refusal::new(
            "retroactive",
            "until",
            format!("机构 {} 的撤销日期 {until} 早于公布之日 {today}", new.code),
            "撤销日期最早为公布当日",
        ));
    }
    refused.extend(register_changes(old, new, today));
}

/// A plan written after the inspection would make it a planned one.
fn inspection_plan(
    plan: &InspectionPlan,
    old: Option<&InspectionPlan>,
    today: NaiveDate,
    refused: &mut Vec<Refusal>,
) {
    let retroactive = match old {
        None => plan.from < today,
        Some(old) => {
            let same = InspectionPlan {
                name: plan.name.clone(),
                until: plan.until,
                ..old.clone()
            };
            *plan != same || (plan.until != old.until && plan.until < today)
        }
    };
    if retroactive {
        refused.push(Refusal::new(
            "retroactive",
            "from",
            format!("检查计划 {} 会改变已经进行的检查是否有计划", plan.id),
            "已公布的计划只能改名称和截止日期；新增的对象请另立计划，起始日期不早于公布之日",
        ));
    }
}

/// What of its kind a draft touches.
pub fn touch(content: &Content, before: &DefinitionSet) -> Touch {
    let points = content
        .set
        .flowcharts
        .iter()
        .map(|d| &d.value)
        .any(|chart| {
            let versions = before.flowcharts.iter().map(|d| &d.value);
            let old = versions
                .filter(|old| old.id == chart.id)
                .max_by_key(|old| old.effective_from);
            let risks = |steps: &[crate::definitions::Step]| -> Vec<_> {
                let steps = steps.iter().filter(|step| !step.risk_points.is_empty());
                steps
                    .map(|step| (step.code.clone(), step.risk_points.clone()))
                    .collect()
            };
            match old {
                None => !chart.control_points.is_empty() || !risks(&chart.steps).is_empty(),
                Some(old) => {
                    chart.control_points != old.control_points
                        || risks(&chart.steps) != risks(&old.steps)
                }
            }
        });
    let items = &content.set.items;
    let only_responsibilities = !items.is_empty()
        && items.iter().map(|d| &d.value).all(|item| {
            let old = of(&before.items, |old| old.code == item.code);
            old.is_some_and(|old| {
                let mut as_before = item.clone();
                as_before
                    .responsibilities
                    .clone_from(&old.value.responsibilities);
                as_before == old.value
            })
        });
    let bodies = &content.set.bodies;
    let only_register = !bodies.is_empty()
        && bodies.iter().map(|d| &d.value).all(|body| {
            let old = of(&before.bodies, |old| old.code == body.code);
            old.is_some_and(|old| {
                let mut as_before = old.value.clone();
                as_before.posts.clone_from(&body.posts);
                as_before.offices.clone_from(&body.offices);
                as_before.register_from = body.register_from;
                *body == as_before
            })
        });
    Touch {
        points,
        only_responsibilities,
        only_register,
    }
}

/// What the reviewers of a draft have to answer.
pub fn questions(content: &Content, before: &DefinitionSet) -> Vec<Question> {
    let mut questions = alike::questions(&content.set, before);
    for points in content.set.general_points.iter().map(|d| &d.value) {
        if before
            .general_points
            .iter()
            .any(|old| old.value.id == points.id)
        {
            questions.push(Question {
                id: format!("open-cases:{}", points.id),
                text: format!(
                    "通用监察点 {} 没有生效日期，公布后所有未了结的办件都按它重新判断。对在办件有何影响、是否妥当？",
                    points.id
                ),
            });
        }
    }
    questions
}

/// Whether nothing needs a published draft from `from` on.
///
/// # Errors
/// What still needs it.
pub fn retirement(
    subjects: &[Subject],
    in_force: &DefinitionSet,
    from: NaiveDate,
) -> Result<(), Refusal> {
    let ended = |to: Option<NaiveDate>| to.is_some_and(|to| to < from);
    let still_named = |names: &dyn Fn(&PowerItem) -> bool| {
        let items = in_force.items.iter().map(|d| &d.value);
        items
            .filter(|item| names(item) && !ended(item.effective_to))
            .map(|item| item.code.text.clone())
            .collect::<Vec<String>>()
    };
    let known = super::subject::subjects(in_force);
    for subject in subjects {
        let superseded = known.iter().any(|other| {
            (other.kind, &other.id) == (subject.kind, &subject.id)
                && other.effective_from > subject.effective_from
                && other.effective_from <= Some(from)
        });
        let id = subject.id.as_str();
        let named = |field: Option<&str>| field == Some(id);
        let needed = match subject.kind {
            _ if subject.kind.has_versions() && superseded => vec![],
            Kind::Flowchart => still_named(&|item| item.flowchart.text == id),
            Kind::Discretion => still_named(&|item| named(item.discretion.as_deref())),
            Kind::Fees => still_named(&|item| named(item.fees.as_deref())),
            Kind::Item => still_named(&|item| item.code.text == id),
            Kind::Body => {
                let over = of(&in_force.bodies, |body| body.code.text == id);
                match over.is_none_or(|body| ended(body.value.until)) {
                    true => vec![],
                    false => vec![format!("机构 {id} 自身")],
                }
            }
            Kind::InspectionPlan => {
                let over = of(&in_force.inspection_plans, |plan| plan.id.text == id);
                match over.is_none_or(|plan| plan.value.until < from) {
                    true => vec![],
                    false => vec![format!("检查计划 {id} 自身")],
                }
            }
            Kind::RuleSettings
            | Kind::ScoreModel
            | Kind::GeneralPoints
            | Kind::Calendar
            | Kind::Source => {
                vec![format!("{}没有终止日期", subject.kind.name_zh())]
            }
        };
        if !needed.is_empty() {
            return Err(Refusal::new(
                "needed",
                "from",
                format!("{subject}在 {from} 仍有适用：{}", needed.join("、")),
                "请先公布接替的版本，或者使适用它的事项、机构、计划在该日之前终止",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
