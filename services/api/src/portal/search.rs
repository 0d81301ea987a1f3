//! Finding an item by the words that people use. Pure.
//!
//! What is asked may be a whole sentence («我要办施工许可证»): words that say nothing of the matter are left out, and of the rest the pairs of
//! characters count that an item has too, those of its name more than others. Each word between blanks has to be found.

use mingjing_domain::definitions::{Body, PowerItem, PowerType};

/// What people say around what they mean; the longer ones first.
const FILLERS: &[&str] = &[
    "在哪里办",
    "在哪里",
    "在哪办",
    "怎么办",
    "请问",
    "我要",
    "我想",
    "想要",
    "需要",
    "怎么",
    "怎样",
    "如何",
    "办理",
    "申请",
    "哪里",
    "什么",
    "手续",
    "一个",
];

/// What an item is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Searched {
    name: String,
    rest: String,
}

impl Searched {
    pub(super) fn of(item: &PowerItem, body: Option<&Body>) -> Self {
        let materials = item.materials.iter().map(|material| material.name.as_str());
        let body = body.map(|body| body.name.as_str());
        let english = item.name_en.as_deref();
        let kind = [item.power_type.name_zh(), plain_words(item.power_type)];
        let parts = [item.code.text.as_str()]
            .into_iter()
            .chain(body)
            .chain(english)
            .chain(kind);
        let parts: Vec<&str> = parts.chain(materials).collect();
        Self {
            name: plain(&item.name),
            rest: plain(&parts.join(" ")),
        }
    }

    /// How well it answers what is asked; none where it does not. A greater one goes first.
    pub(super) fn score(&self, asked: &Asked) -> Option<u32> {
        asked.words.iter().map(|word| self.word(word)).sum()
    }

    fn word(&self, word: &str) -> Option<u32> {
        let length = word.chars().count() as u32;
        if self.name.contains(word) {
            return Some(100 + 10 * length);
        }
        if self.rest.contains(word) {
            return Some(40 + 4 * length);
        }
        let chars: Vec<char> = word.chars().collect();
        let pairs: Vec<String> = chars.windows(2).map(|pair| pair.iter().collect()).collect();
        let of_name = pairs
            .iter()
            .filter(|pair| self.name.contains(*pair))
            .count();
        let of_rest = pairs
            .iter()
            .filter(|pair| !self.name.contains(*pair) && self.rest.contains(*pair))
            .count();
        let enough = !pairs.is_empty() && 2 * (of_name + of_rest) >= pairs.len();
        enough.then(|| 3 * of_name as u32 + of_rest as u32)
    }
}

/// What is asked, word by word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    words: Vec<String>,
}

impl Asked {
    pub(super) fn read(text: &str) -> Self {
        let whole = plain(text);
        let mut meant = whole.clone();
        for filler in FILLERS {
            meant = meant.replace(filler, " ");
        }
        // Who asks for nothing but such words means them.
        let said = if meant.trim().is_empty() {
            whole
        } else {
            meant
        };
        Self {
            words: said.split_whitespace().map(str::to_owned).collect(),
        }
    }
}

/// Letters and digits in one width and small, everything else a blank.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '！'..='～' => char::from_u32(c as u32 - '！' as u32 + '!' as u32).unwrap_or(c),
        other => other,
    };
    let chars = text.chars().map(narrow);
    chars
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect()
}

/// How people call what a category is about.
const fn plain_words(power_type: PowerType) -> &'static str {
    match power_type {
        PowerType::Licence => "审批 办证 证照 执照 许可证",
        PowerType::Penalty => "处罚 罚款 违法",
        PowerType::Coercion => "查封 扣押 冻结 强制执行",
        PowerType::Levy => "征收 收费 缴费 交费",
        PowerType::Payment => "补贴 补助 救助 低保 发放",
        PowerType::Inspection => "检查 抽查",
        PowerType::Confirmation => "认定 登记 鉴定",
        PowerType::Reward => "奖励 表彰 奖金",
        PowerType::Ruling => "裁决 纠纷 争议",
        PowerType::Other => "备案 其他",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn searched(name: &str, rest: &str) -> Searched {
        Searched {
            name: plain(name),
            rest: plain(rest),
        }
    }

    #[test]
    fn a_sentence_finds_what_it_is_about_before_what_only_has_some_of_its_words() {
        let permit = searched(
            "建筑工程施工许可证核发",
            "510500-XK-0101 住房和城乡建设局 审批 办证",
        );
        let food = searched(
            "食品经营许可",
            "510500-XK-0201 市场监督管理局 审批 办证 许可证",
        );
        let fine = searched(
            "对食品生产经营违法行为的处罚",
            "510500-CF-0201 市场监督管理局 罚款",
        );
        let all = [&permit, &food, &fine];
        let best = |text: &str| {
            let asked = Asked::read(text);
            let scores = all.map(|item| item.score(&asked));
            let (place, _) = scores
                .iter()
                .enumerate()
                .filter(|(_, s)| s.is_some())
                .max_by_key(|(_, s)| **s)?;
            Some(place)
        };
        for (text, place) in [
            ("我要办施工许可证", Some(0)),
            ("施工", Some(0)),
            ("５１０５００-xk-０２０１", Some(1)),
            ("怎么申请食品经营许可？", Some(1)),
            ("食品 罚款", Some(2)),
            ("结婚登记", None),
            ("施工 罚款", None),
        ] {
            assert_eq!(best(text), place, "{text}");
        }
    }

    #[test]
    fn nothing_asked_finds_everything_and_fillers_alone_are_words() {
        let permit = searched("行政许可申请受理", "");
        assert_eq!(permit.score(&Asked::read("  ")), Some(0));
        assert!(permit.score(&Asked::read("申请")).is_some());
        assert_eq!(permit.score(&Asked::read("手续")), None);
        assert_eq!(permit.score(&Asked::read("<script>")), None);
    }
}
