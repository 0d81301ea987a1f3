//! The catalogue as a page of Markdown, for people who have no terminal at hand.

use std::fmt::Write;

use super::rule::{Basis, Rule};
use super::{FAMILIES, LOCAL_PREFIX, needs};

/// `schemas/rules.md`: a table by family, then each rule in full with a link to its scripts.
pub fn page() -> String {
    let mut text = String::from(
        "# 规则目录 Rules\n\n\
         由 `mingjing rules` 的同一份目录生成，请勿手改（`UPDATE_SCHEMAS=1` 运行测试即重写）。\
         Generated from the catalogue in the program; do not edit.\n\n",
    );
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "默认等级可按地区、类别、事项和生效日期设置（`kind: rule_settings`）；地方自定规则以 `{LOCAL_PREFIX}` 开头。\n\
         标“条文待核”的依据尚未核对原文，不写入预警；标“地方规定”的是规则的出处，本地有相应文件的，\
         写入监察点（巡检规则写入规则设置）的 `legal_basis` 后预警才引用；标“平台自定”的没有外部出处，括号内为设计依据的章节。\
         写有“启用条件”的规则，条件不具备时不作判断。\n"
    );
    for family in FAMILIES.iter().filter(|f| !f.rules.is_empty()) {
        let _ = writeln!(
            text,
            "## {} {}\n\n| 编号 | 名称 | Name | 层次 | 性质 | 默认等级 | 依据 |\n|---|---|---|---|---|---|---|",
            family.name, family.name_en
        );
        for rule in family.rules {
            let _ = writeln!(
                text,
                "| [{id}](#{anchor}) | {} | {} | {} | {} | {} | {} |",
                rule.name,
                rule.name_en,
                rule.tier.name_zh(),
                rule.finding.name_zh(),
                rule.level.name_zh(),
                bases(rule, "；"),
                id = rule.id,
                anchor = rule.id.to_lowercase(),
            );
        }
        text.push('\n');
    }
    for rule in FAMILIES.iter().flat_map(|f| f.rules) {
        in_full(&mut text, rule);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn in_full(text: &mut String, rule: &Rule) {
    let _ = writeln!(
        text,
        "<a id=\"{}\"></a>\n\n### {} {} {}\n\n{}\n",
        rule.id.to_lowercase(),
        rule.id,
        rule.name,
        rule.name_en,
        rule.checks
    );
    let _ = writeln!(
        text,
        "- 层次：{}；性质：{}；默认等级：{}",
        rule.tier.name_zh(),
        rule.finding.name_zh(),
        rule.level.name_zh()
    );
    if let Some(what) = needs(rule.id) {
        let _ = writeln!(text, "- 启用条件：{what}");
    }
    if !rule.legal_basis.is_empty() {
        let _ = writeln!(text, "- 依据：{}", bases(rule, "；"));
    }
    for parameter in rule.parameters {
        let _ = writeln!(
            text,
            "- 参数 `{}`：{}，默认 `{}`（{}；来源：{}）",
            parameter.name, parameter.meaning, parameter.default, parameter.unit, parameter.source
        );
    }
    let _ = writeln!(text, "- 证据：{}", rule.evidence.join("、"));
    let _ = writeln!(text, "- 处理：{}", rule.remedy);
    for exception in rule.exceptions {
        let _ = writeln!(text, "- 例外：{}（{}）", exception.text, exception.source);
    }
    let _ = writeln!(
        text,
        "- 用例：[tests/rules/{id}.md](../tests/rules/{id}.md)",
        id = rule.id
    );
    text.push('\n');
}

fn bases(rule: &Rule, between: &str) -> String {
    let one = |basis: &Basis| {
        let types: Vec<&str> = basis.power_types.iter().map(|t| t.name_zh()).collect();
        let whose = if types.is_empty() {
            String::new()
        } else {
            format!("（{}）", types.join("、"))
        };
        format!("{}{whose}{}", basis.article, basis.mark())
    };
    let all: Vec<String> = rule.legal_basis.iter().map(one).collect();
    all.join(between)
}
