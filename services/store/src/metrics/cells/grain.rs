//! 粒度: cells are added up by region alone, by region and body, and by all that they know, so that a question does not read sums told apart
//! by what it does not ask about.

use super::super::{Asked, Dimension, Filter, Over};
use super::pieces::PieceId;
use crate::query::Sight;

/// By what cells are told apart, beside steps and time; the coarsest first. What a grain does not tell apart is empty in its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grain {
    /// Region.
    Regions,
    /// Region and body.
    Bodies,
    /// Region, body, kind of power and kind of case.
    All,
}

impl Grain {
    /// The coarsest one that tells apart what a question about a population tells apart and is narrowed by: the columns of
    /// `compose::conditions` and `compose::key_of`. What no cells tell apart is asked of rows.
    pub(super) fn of(over: Over, asked: &Asked) -> Self {
        let Sight {
            region_prefix: _,
            body,
        } = &asked.sight;
        let Filter {
            region_prefix: _,
            org,
            item_code,
            power_type,
            case_kind,
            channel,
            key,
        } = &asked.filter;
        let all = [item_code, power_type, case_kind, channel];
        let narrowed = match (
            all.iter().any(|of| of.is_some()),
            org.is_some() || body.is_some(),
        ) {
            (true, _) => Grain::All,
            (false, true) => Grain::Bodies,
            (false, false) => Grain::Regions,
        };
        let key = key.as_ref().map(|(by, _)| *by);
        let told = asked.by.into_iter().chain(key);
        told.filter(|by| over.dimensions().contains(by))
            .map(Self::telling)
            .fold(narrowed, Self::max)
    }

    /// The coarsest one that tells a dimension apart.
    const fn telling(by: Dimension) -> Self {
        match by {
            Dimension::Region | Dimension::Month | Dimension::Step => Grain::Regions,
            Dimension::Org => Grain::Bodies,
            Dimension::PowerType
            | Dimension::CaseKind
            | Dimension::Office
            | Dimension::Handler
            | Dimension::Item
            | Dimension::Channel
            | Dimension::Level
            | Dimension::Rule => Grain::All,
        }
    }

    /// What tells the name of a piece at this grain from its name at the finest.
    pub(super) const fn mark(self) -> PieceId {
        match self {
            Grain::Regions => 0x7265_6769_6f6e_735f,
            Grain::Bodies => 0x626f_6469_6573_5f5f,
            Grain::All => 0,
        }
    }
}

/// How much of time a cell adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    Day,
    Month,
}

impl Span {
    pub(super) const ALL: [Self; 2] = [Span::Day, Span::Month];

    /// What tells the name of a piece that is added up so from that of the same by day.
    pub(super) const fn mark(self) -> PieceId {
        match self {
            Span::Day => 0,
            Span::Month => 0x6d6f_6e74_685f_6279,
        }
    }
}

/// The name of a piece in cells of a grain and span; of such a one that of the piece.
pub(super) const fn name(piece: PieceId, grain: Grain, span: Span) -> PieceId {
    piece ^ grain.mark() ^ span.mark()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mingjing_domain::Timestamp;

    use super::super::super::{Known, compose};
    use super::super::pieces::{COUNTED, Plan};
    use super::*;

    const GRAINS: [Grain; 3] = [Grain::Regions, Grain::Bodies, Grain::All];

    #[test]
    fn a_piece_has_a_name_of_its_own_at_every_grain_and_span_that_leads_back() {
        let mut names = BTreeSet::new();
        for (id, _) in Plan::get().pieces() {
            for (grain, span) in GRAINS.iter().flat_map(|g| Span::ALL.map(|span| (*g, span))) {
                assert!(names.insert(name(id, grain, span)), "{id}");
                assert_eq!(name(name(id, grain, span), grain, span), id);
            }
            assert_eq!(name(id, Grain::All, Span::Day), id);
        }
    }

    fn asked(by: Option<Dimension>, filter: Filter, sight: Sight) -> Asked {
        Asked {
            period: "2026-10".parse().unwrap(),
            zone: chrono_tz::Asia::Shanghai,
            now: Timestamp::from_millis(0),
            by,
            metrics: Vec::new(),
            filter,
            sight,
            compare: false,
            min_base: 0,
            limit: 10,
            known: Known::default(),
        }
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    /// None, each alone, and some together.
    fn filters() -> Vec<Filter> {
        let none = Filter::default;
        let mut all = vec![
            none(),
            Filter {
                region_prefix: text("5105"),
                ..none()
            },
            Filter {
                org: text("o1"),
                ..none()
            },
            Filter {
                item_code: text("i1"),
                ..none()
            },
            Filter {
                power_type: text("penalty"),
                ..none()
            },
            Filter {
                case_kind: text("promise"),
                ..none()
            },
            Filter {
                channel: text("online"),
                ..none()
            },
            Filter {
                region_prefix: text("5105"),
                org: text("o1"),
                ..none()
            },
            Filter {
                org: text("o1"),
                case_kind: text("promise"),
                ..none()
            },
        ];
        all.extend(Dimension::ALL.map(|by| Filter {
            key: Some((by, String::new())),
            ..none()
        }));
        all
    }

    fn sights() -> Vec<Sight> {
        let seen = |region_prefix, body| Sight {
            region_prefix,
            body,
        };
        vec![
            seen(None, None),
            seen(text("5105"), None),
            seen(None, text("o1")),
            seen(text("5105"), text("o1")),
        ]
    }

    /// The coarsest grain whose cells have all columns that are named.
    fn having(said: &str) -> Grain {
        let named = |column: &str| {
            let mut words = said.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.any(|word| word == column)
        };
        let columns = [
            "power_type",
            "case_kind",
            "office",
            "handler",
            "item",
            "channel",
        ];
        match (columns.iter().any(|column| named(column)), named("org")) {
            (true, _) => Grain::All,
            (false, true) => Grain::Bodies,
            (false, false) => Grain::Regions,
        }
    }

    #[test]
    fn a_question_reads_the_coarsest_grain_that_has_its_columns() {
        let mut found = BTreeSet::new();
        for over in COUNTED {
            let by = Dimension::ALL.into_iter();
            let by = by.filter(|by| over.dimensions().contains(by));
            for by in by.map(Some).chain([None]) {
                for filter in filters() {
                    for sight in sights() {
                        let asked = asked(by, filter.clone(), sight);
                        let key = by.map(|by| compose::key_of(by, &asked));
                        let mut said = compose::conditions(&asked, over);
                        said.extend(key);
                        let grain = Grain::of(over, &asked);
                        assert_eq!(grain, having(&said.join(" ")), "{said:?}");
                        found.insert(grain);
                    }
                }
            }
        }
        assert!(found.into_iter().eq(GRAINS));
    }

    #[test]
    fn what_dashboards_ask_reads_as_little_as_there_is() {
        let by = |by| asked(by, Filter::default(), Sight::default());
        for (by, wanted) in [
            (by(None), Grain::Regions),
            (by(Some(Dimension::Region)), Grain::Regions),
            (by(Some(Dimension::Month)), Grain::Regions),
            (by(Some(Dimension::Step)), Grain::Regions),
            (by(Some(Dimension::Org)), Grain::Bodies),
            (by(Some(Dimension::PowerType)), Grain::All),
            (by(Some(Dimension::CaseKind)), Grain::All),
        ] {
            assert_eq!(Grain::of(Over::Steps, &by), wanted, "{:?}", by.by);
        }
    }
}
