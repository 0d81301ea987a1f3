//! 发文字号: how the numbers of a kind of papers are written. They run from 1 each year (GB/T 9704-2012, 7.2.5: the year in four digits within 〔〕,
//! no 第 before the number and no zeros).

/// Characters of a pattern, and of the 机关代字 that goes into it.
const CHARS_MAX: usize = 40;

/// A pattern like `{mark}督〔{year}〕{n}号`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What stands before the year, with `{mark}` where 机关代字 goes.
    before: String,
    /// What stands between year and number: `〕` and perhaps more.
    between: String,
    /// What stands after the number.
    after: String,
}

/// Numbers that run on one another: all papers that would be numbered alike but for the number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    before: String,
    after: String,
}

/// Where 机关代字 stands in a pattern.
const MARK: &str = "{mark}";
const YEAR: &str = "{year}";
const N: &str = "{n}";

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it and what to write instead, in Chinese.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().count() > CHARS_MAX {
            return Err(format!("文号格式最长 {CHARS_MAX} 个字符"));
        }
        if text
            .chars()
            .any(|c| c.is_control() || matches!(c, '/' | '*'))
        {
            return Err("文号格式中不能有换行、控制字符、斜杠和星号".into());
        }
        let once = |part: &str| text.matches(part).count() == 1;
        let (true, true) = (once(YEAR), once(N)) else {
            return Err(
                "文号格式须有且只有一个 {year}（年份）和一个 {n}（序号），如 {mark}督〔{year}〕{n}号"
                    .into(),
            );
        };
        let (before, rest) = text.split_once(YEAR).unwrap_or_default();
        let Some((between, after)) = rest.split_once(N) else {
            return Err("序号 {n} 应在年份 {year} 之后，如 {mark}督〔{year}〕{n}号".into());
        };
        if !before.ends_with('〔') || !between.starts_with('〕') {
            return Err(
                "年份须以六角括号括起（GB/T 9704-2012 第7.2.5条），写作 〔{year}〕，不用 [ ]、( )、【 】"
                    .into(),
            );
        }
        if between.ends_with('第') || between.ends_with('0') {
            return Err(
                "序号前不加“第”字，不编虚位（GB/T 9704-2012 第7.2.5条），如 〔{year}〕{n}号".into(),
            );
        }
        if between.chars().any(char::is_numeric) || after.starts_with(char::is_numeric) {
            return Err("序号 {n} 前后不能紧接数字，否则号码会混淆".into());
        }
        if before.matches(MARK).count() > 1
            || before.replace(MARK, "").trim_matches('〔').is_empty() && !before.contains(MARK)
        {
            return Err("年份之前应写机关代字，或者写一个 {mark}，由地区的设置代入，如 {mark}督〔{year}〕{n}号".into());
        }
        let fixed = [
            before.replace(MARK, ""),
            between.to_owned(),
            after.to_owned(),
        ];
        if fixed.iter().any(|part| part.contains(['{', '}'])) {
            return Err("文号格式中可用的只有 {mark}（机关代字，年份之前）、{year}、{n}".into());
        }
        Ok(Self {
            before: before.to_owned(),
            between: between.to_owned(),
            after: after.to_owned(),
        })
    }

    /// Whether 机关代字 goes into it.
    pub fn has_mark(&self) -> bool {
        self.before.contains(MARK)
    }

    /// The numbers of a year under a 机关代字.
    pub fn series(&self, mark: &str, year: i32) -> Series {
        Series {
            before: format!(
                "{}{year:04}{}",
                self.before.replace(MARK, mark),
                self.between
            ),
            after: self.after.clone(),
        }
    }
}

/// What is wrong with a 机关代字, in Chinese; none where nothing is.
pub fn bad_mark(mark: &str) -> Option<String> {
    let fits = |c: char| !c.is_control() && !c.is_numeric() && !"{}〔〕/*[]()【】（）".contains(c);
    match mark.chars().count() {
        1..=CHARS_MAX if mark.chars().all(fits) && mark.trim() == mark => None,
        _ => Some(format!(
            "机关代字为 1 至 {CHARS_MAX} 个字，不含数字、括号、斜杠、星号和首尾空格，如 泸司监"
        )),
    }
}

impl Series {
    /// The number that is the `n`-th of them, from 1.
    pub fn number(&self, n: u64) -> String {
        format!("{}{n}{}", self.before, self.after)
    }

    /// As it is kept: every number with `*` in its place.
    pub fn text(&self) -> String {
        format!("{}*{}", self.before, self.after)
    }

    /// What was kept by [`Series::text`].
    pub fn from_text(text: &str) -> Option<Self> {
        // Neither pattern nor 机关代字 has an asterisk.
        let (before, after) = text.split_once('*')?;
        Some(Self {
            before: before.to_owned(),
            after: after.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_standard_has_them_and_run_by_year_and_mark() {
        let pattern = Pattern::parse("{mark}督〔{year}〕{n}号").unwrap();
        assert!(pattern.has_mark());
        let series = pattern.series("泸司", 2026);
        assert_eq!(series.number(3), "泸司督〔2026〕3号");
        assert_ne!(series, pattern.series("泸司", 2027));
        assert_ne!(series, pattern.series("江司", 2026));
        assert_eq!(Series::from_text(&series.text()), Some(series));
        let fixed = Pattern::parse("川监督〔{year}〕{n}号").unwrap();
        assert!(!fixed.has_mark());
        assert_eq!(fixed.series("不用", 2027).number(12), "川监督〔2027〕12号");
        let two = Pattern::parse("川监〔{year}〕督字{n}号")
            .unwrap()
            .series("", 2026);
        assert_eq!(two.number(1), "川监〔2026〕督字1号");
        assert_eq!(Series::from_text(&two.text()), Some(two));
    }

    #[test]
    fn a_pattern_that_cannot_be_meant_is_refused_with_what_to_write() {
        for (pattern, part) in [
            ("", "{year}"),
            ("督〔{year}〕", "{n}"),
            ("督〔{year}〕{n}号{n}", "{n}"),
            ("督{n}〔{year}〕号", "之后"),
            ("督[{year}]{n}号", "六角括号"),
            ("督（{year}）{n}号", "六角括号"),
            ("督{year}{n}号", "六角括号"),
            ("督〔{year}〕第{n}号", "第"),
            ("督〔{year}〕0{n}号", "虚位"),
            ("督〔{year}〕{n}1号", "数字"),
            ("督〔{year}〕2-{n}号", "数字"),
            ("〔{year}〕{n}号", "机关代字"),
            ("{mark}{mark}〔{year}〕{n}号", "机关代字"),
            ("督〔{year}〕{n}号{mark}", "可用的只有"),
            ("督{unit}〔{year}〕{n}号", "可用的只有"),
            ("督\n〔{year}〕{n}号", "换行"),
            ("督〔{year}〕*{n}号", "星号"),
        ] {
            let refused = Pattern::parse(pattern).unwrap_err();
            assert!(refused.contains(part), "{pattern}: {refused}");
        }
        assert!(Pattern::parse(&format!("{}〔{{year}}〕{{n}}号", "长".repeat(40))).is_err());
    }

    #[test]
    fn a_mark_makes_no_number_ambiguous() {
        assert_eq!(bad_mark("泸司监"), None);
        for bad in ["", "监2", "监〔", " 监", "监/督", "监*", "{n}"] {
            assert!(bad_mark(bad).is_some(), "{bad}");
        }
    }
}
