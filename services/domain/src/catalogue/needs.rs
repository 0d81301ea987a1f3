//! What some rules are silent without: a place has to say, register or import something before they can speak.
//!
//! A rule of the stream speaks where a control point of the flowchart or of the general points names it; that is true of all of
//! them and not listed here.

const REGISTER: &str = "行使主体登记人员名册并写明齐备之日（register_from）";
const BASE: &str = "核对定义时指定上级目录（definitions check --base）";

/// By rule, what it needs: Chinese, without a full stop.
const NEEDS: &[(&str, &str)] = &[
    (
        "P16",
        "以规则设置逐项写明数量有限的事项（该事项的 rule_settings 中 rule: P16、off: false）",
    ),
    (
        "A4",
        "判断资格的，须由行使主体登记人员名册并写明齐备之日（register_from）；只判断人数的不需要",
    ),
    ("A5", REGISTER),
    (
        "A7",
        "按名册核对批准人级别的，须由行使主体登记人员名册并写明齐备之日（register_from）；没有名册的按报送的级别判断",
    ),
    (
        "A8",
        "行使主体登记人员名册并写明齐备之日（register_from），且名册中有岗位对应该环节",
    ),
    ("A11", "行使主体登记检查计划（inspection_plan）"),
    (
        "C3",
        "投诉报送内容的类别（attributes.complaint_kind）；未报类别的只提请核实是否同类",
    ),
    ("D1", "事项写明适用的裁量基准（discretion）"),
    ("D2", "事项写明适用的裁量基准（discretion）"),
    ("D6", "事项写明适用的收费标准（fees）"),
    (
        "D5",
        "各次处罚报送当事人、行为日期（act_at）；两个机关就同一地点的行为处罚的，报送违法行为地（attributes.act_place）",
    ),
    (
        "D8",
        "按月导入国库入库数据（mingjing treasury）；没有导入的月份不比对",
    ),
    (
        "Q7",
        "来源声明报送节奏（rhythm_minutes）；没有声明的和历史数据导入不判断",
    ),
    (
        "Q14",
        "来源按日申报产生的事件数（cn.mingjing.source.totals.v1）；没有申报的日子不比对",
    ),
    (
        "F1",
        "责任清单的职责写明触发情形、应为的行为和期限（expectation）",
    ),
    (
        "Q11",
        "有代理人的报送代理人（attributes.agent），绿色通道等公开提速的报送 attributes.green_channel",
    ),
    (
        "F6",
        "复议、诉讼审结后以 review_result 报送结果；诉讼的另报 attributes.forum 为 court，其余按复议计",
    ),
    (
        "F7",
        "移送时报送受移送机关的代码（attributes.receiver）；受移送机关另立办件的，报送原办件编号（parent_case_no）或者同一当事人",
    ),
    (
        "F8",
        "以规则设置对已取消的事项写明承担事后监管的事项（where: {item: …}，rule: F8，with: {items: …}）",
    ),
    ("G1", BASE),
    ("G2", BASE),
    ("G3", BASE),
    ("G4", BASE),
    ("G5", BASE),
];

/// What a rule is silent without; none where it needs nothing but events.
pub fn needs(rule: &str) -> Option<&'static str> {
    let found = NEEDS.iter().find(|(id, _)| *id == rule);
    found.map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::super::{Tier, rule};
    use super::*;

    #[test]
    fn only_rules_of_the_catalogue_need_something_and_each_says_it_once() {
        for (at, (id, what)) in NEEDS.iter().enumerate() {
            assert!(rule(id).is_some(), "{id} is no rule");
            assert!(!what.ends_with('。') && !what.is_empty(), "{id}: {what}");
            assert!(NEEDS[..at].iter().all(|(other, _)| other != id), "{id}");
        }
    }

    #[test]
    fn what_is_compared_with_an_import_says_what_to_import() {
        for rule in super::super::rules().filter(|rule| rule.tier == Tier::Import) {
            assert!(needs(rule.id).is_some(), "{} needs an import", rule.id);
        }
    }
}
