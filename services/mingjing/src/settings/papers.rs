//! The section `papers`: who issues papers, which, under which numbers, in which fonts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mingjing_papers::{Given, GivenKind, GivenRegion, Site};
use toml::{Table, Value};

use super::Reader;

/// Papers of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct Papers {
    /// Bodies, kinds, numbers.
    pub site: Site,
    /// Files and folders of fonts; none: where Debian puts them.
    pub fonts: Vec<PathBuf>,
}

const REGIONS: &str = "papers.regions";
const KINDS: &str = "papers.kinds";

impl Reader {
    pub(super) fn papers(&mut self) -> Option<Papers> {
        let body = self.text("papers.body");
        let mark = self.text("papers.mark");
        let fonts = self.text("papers.fonts");
        let regions = self.tables(REGIONS, &["body", "mark"]);
        let kinds = self.tables(KINDS, &["title", "number", "serves", "issued"]);
        let given = Given {
            body: body?,
            mark: mark?,
            regions: self.regions(regions?),
            kinds: self.kinds(kinds?),
        };
        let site = match Site::new(&given) {
            Ok(site) => site,
            Err(refused) => {
                for bad in refused {
                    let section = bad.at.split('.').next().unwrap_or_default();
                    let (_, place) = self.value(&format!("papers.{section}"));
                    self.problems
                        .push(format!("{place}: `papers.{}`：{}", bad.at, bad.why));
                }
                return None;
            }
        };
        let fonts = fonts?;
        let paths = fonts.split(',').map(str::trim);
        let paths = paths.filter(|path| !path.is_empty()).map(PathBuf::from);
        Some(Papers {
            site,
            fonts: paths.collect(),
        })
    }

    /// A table of tables with known keys; in the environment an inline table of TOML.
    pub(super) fn tables(&mut self, key: &str, known: &[&str]) -> Option<BTreeMap<String, Table>> {
        let (value, place) = self.value(key);
        let table = match value {
            Value::Table(table) => Some(table),
            Value::String(text) if text.trim().is_empty() => Some(Table::new()),
            Value::String(text) => {
                let read = format!("value = {text}").parse::<Table>().ok();
                match read.and_then(|mut read| read.remove("value")) {
                    Some(Value::Table(table)) => Some(table),
                    _ => None,
                }
            }
            _ => None,
        };
        let Some(table) = table else {
            self.refuse(key, &place, "tables by code, like [papers.kinds.order]; an inline table of TOML in the environment");
            return None;
        };
        let mut tables = BTreeMap::new();
        for (code, value) in table {
            let Value::Table(fields) = value else {
                self.problems.push(format!(
                    "{place}: `{key}.{code}` 应为一张表，可用的项是 {}",
                    known.join("、")
                ));
                continue;
            };
            for field in fields
                .keys()
                .filter(|field| !known.contains(&field.as_str()))
            {
                self.problems.push(format!(
                    "{place}: `{key}.{code}.{field}` 没有这一项；可用的是 {}",
                    known.join("、")
                ));
            }
            tables.insert(code, fields);
        }
        Some(tables)
    }

    pub(super) fn field(
        &mut self,
        section: &str,
        code: &str,
        fields: &Table,
        name: &str,
    ) -> Option<String> {
        match fields.get(name)? {
            Value::String(text) => Some(text.clone()),
            _ => {
                let (_, place) = self.value(section);
                self.problems.push(format!(
                    "{place}: `{section}.{code}.{name}` 应为引号内的文字"
                ));
                None
            }
        }
    }

    fn regions(&mut self, tables: BTreeMap<String, Table>) -> BTreeMap<String, GivenRegion> {
        let mut regions = BTreeMap::new();
        for (code, fields) in tables {
            let region = GivenRegion {
                body: self
                    .field(REGIONS, &code, &fields, "body")
                    .unwrap_or_default(),
                mark: self
                    .field(REGIONS, &code, &fields, "mark")
                    .unwrap_or_default(),
            };
            regions.insert(code, region);
        }
        regions
    }

    fn kinds(&mut self, tables: BTreeMap<String, Table>) -> BTreeMap<String, GivenKind> {
        let mut kinds = BTreeMap::new();
        for (code, fields) in tables {
            let issued = match fields.get("issued") {
                None => None,
                Some(Value::Boolean(issued)) => Some(*issued),
                Some(_) => {
                    let (_, place) = self.value(KINDS);
                    self.problems.push(format!(
                        "{place}: `{KINDS}.{code}.issued` 应为 true 或者 false"
                    ));
                    None
                }
            };
            let kind = GivenKind {
                title: self.field(KINDS, &code, &fields, "title"),
                number: self.field(KINDS, &code, &fields, "number"),
                serves: self.field(KINDS, &code, &fields, "serves"),
                issued,
            };
            kinds.insert(code, kind);
        }
        kinds
    }
}

#[cfg(test)]
mod tests {
    use super::super::Settings;

    fn read(text: &str) -> Result<Settings, super::super::Refused> {
        Settings::from_texts(Some(("site.toml", text)), &[])
    }

    #[test]
    fn a_site_that_sets_nothing_issues_every_kind() {
        let papers = Settings::from_texts(None, &[]).unwrap().papers;
        assert_eq!(papers.site.kinds().len(), 7);
        assert!(papers.fonts.is_empty());
    }

    #[test]
    fn bodies_by_region_and_kinds_by_code_are_read() {
        let papers = read(
            "[papers]\nbody = \"泸州市司法局\"\nmark = \"泸司监\"\nfonts = \"/a, /b.ttf\"\n\
             [papers.regions.510502]\nbody = \"江阳区司法局\"\nmark = \"江司监\"\n\
             [papers.kinds.order]\ntitle = \"行政执法监督通知书\"\nnumber = \"{mark}通〔{year}〕{n}号\"\n\
             [papers.kinds.decision]\nissued = false\n",
        );
        let papers = papers.unwrap().papers;
        assert_eq!(papers.site.issuer(Some("510502")).mark, "江司监");
        assert_eq!(
            papers.site.kind("order").unwrap().title,
            "行政执法监督通知书"
        );
        assert!(papers.site.kind("decision").is_none());
        assert_eq!(papers.fonts.len(), 2);
        let set = [(
            "MINGJING__PAPERS__KINDS".to_owned(),
            "{order = {title = \"督办函\"}}".to_owned(),
        )];
        let papers = Settings::from_texts(None, &set).unwrap().papers;
        assert_eq!(papers.site.kind("order").unwrap().title, "督办函");
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_its_place_and_what_to_write() {
        let refused = read(
            "[papers]\nmark = \"监2\"\n[papers.regions.510502]\nbody = \"江阳区司法局\"\nname = \"x\"\n\
             [papers.kinds]\nnotice = \"告知\"\n[papers.kinds.order]\nnumber = \"督[{year}]{n}号\"\ntitle = 3\n",
        );
        let text = refused.unwrap_err().to_string();
        for part in [
            "site.toml: `papers.mark`",
            "site.toml: `papers.regions.510502.mark`",
            "`papers.regions.510502.name` 没有这一项",
            "`papers.kinds.notice` 应为一张表",
            "site.toml: `papers.kinds.order.number`：年份须以六角括号",
            "`papers.kinds.order.title` 应为引号内的文字",
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }
}
