//! Some alerts by their ids, of which there may be thousands.

/// Ids in one statement at most: those of four incidents that are as large as any may be.
pub const IDS_MAX: usize = 20_000;
/// ClickHouse reads so much of a statement where it is told so; of its own accord 256 KiB, which 7,000 ids fill.
pub(super) const STATEMENT_BYTES_MAX: &str = "2097152";
/// Hexadecimal digits of an id.
const ID_DIGITS: usize = 32;

/// Alerts by their ids. Only what can be an id is kept, so that they may stand in a statement's text: as a parameter they would make an
/// address that no server takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Among {
    ids: Vec<String>,
    inside: bool,
}

impl Among {
    /// These. None where there are more than [`IDS_MAX`].
    pub fn these<'a>(ids: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        Self::of(ids, true)
    }

    /// All but these. None where there are more than [`IDS_MAX`].
    pub fn others<'a>(ids: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        Self::of(ids, false)
    }

    fn of<'a>(ids: impl IntoIterator<Item = &'a str>, inside: bool) -> Option<Self> {
        let is_id = |id: &&str| {
            let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            id.len() == ID_DIGITS && id.bytes().all(digit)
        };
        let ids: Vec<String> = ids.into_iter().filter(is_id).map(str::to_owned).collect();
        (ids.len() <= IDS_MAX).then_some(Self { ids, inside })
    }

    /// As SQL.
    pub(super) fn condition(&self) -> String {
        match (self.ids.is_empty(), self.inside) {
            (true, true) => "false".to_owned(),
            (true, false) => "true".to_owned(),
            (false, inside) => {
                let not = if inside { "" } else { "NOT " };
                format!("alert_id {not}IN ('{}')", self.ids.join("','"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_ids_comes_into_a_statement() {
        let id = "0f".repeat(16);
        let among = Among::these([id.as_str(), "') OR 1=1 --", "", "0F"]).unwrap();
        assert_eq!(among.condition(), format!("alert_id IN ('{id}')"));
        let others = Among::others([id.as_str()]).unwrap();
        assert_eq!(others.condition(), format!("alert_id NOT IN ('{id}')"));
        assert_eq!(Among::these([]).unwrap().condition(), "false");
        assert_eq!(Among::others([]).unwrap().condition(), "true");
        let many = vec![id.as_str(); IDS_MAX + 1];
        assert_eq!(Among::these(many.iter().copied()), None);
        let most = Among::these(many[1..].iter().copied()).unwrap();
        let limit = STATEMENT_BYTES_MAX.parse::<usize>().unwrap();
        assert!(most.condition().len() + 65_536 < limit);
    }
}
