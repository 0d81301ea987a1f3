//! 行政区划: which codes a code stands for, and which there are.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Name;

/// 行政区划名录: every region within an area, as GB/T 2260 or the civil affairs department lists them.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Regions {
    /// Its id.
    pub id: Name,
    /// Its version.
    pub version: String,
    /// 名称.
    #[serde(default)]
    pub name: Option<String>,
    /// The area that it lists whole: a code of it that is not listed is none. Elsewhere it says nothing.
    pub within: Name,
    /// The regions.
    pub regions: Vec<Region>,
}

/// One region.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// 代码: six digits.
    pub code: Name,
    /// 名称.
    pub name: String,
}

impl Regions {
    /// Whether a code is none of the area's: it lies in it, and its first six digits are not listed.
    pub fn misses(&self, code: &str) -> bool {
        let county = code.get(..6).unwrap_or(code);
        covers(&self.within, code) && !self.regions.iter().any(|r| *r.code == *county)
    }
}

/// Whether a region lies in an area: a code covers those that begin with it up to its trailing pairs of zeros (GB/T 2260: two
/// digits a level), so that `510500` covers `510502`, and `500000` (重庆) does not cover `510000`.
pub fn covers(area: &str, region: &str) -> bool {
    region.starts_with(head(area))
}

/// A code without its trailing pairs of zeros.
pub fn head(code: &str) -> &str {
    let mut code = code;
    while code.len() > 2 && code.ends_with("00") && code.len().is_multiple_of(2) {
        code = &code[..code.len() - 2];
    }
    code
}

/// The region above one: the city of a county, the province of a city. None above a province, and of what is no code.
pub fn above(code: &str) -> Option<String> {
    let code = code.get(..6).unwrap_or(code);
    let head = head(code);
    let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    (is_code && head.len() > 2).then(|| format!("{:0<6}", &head[..head.len() - 2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_pairs_of_zeros_are_left_off() {
        assert!(covers("510500", "510502") && covers("510000", "510502"));
        assert!(!covers("500000", "510000") && !covers("510502", "510500"));
        assert!(covers("510500", "510500") && covers("510502", "510502001"));
    }

    #[test]
    fn a_city_is_above_its_county_and_nothing_above_a_province() {
        let all = ["510502", "510502001", "510500", "510000", "cn"].map(above);
        let wanted = [Some("510500"), Some("510500"), Some("510000"), None, None];
        assert_eq!(all, wanted.map(|code| code.map(str::to_owned)));
    }
}
