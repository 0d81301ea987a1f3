//! What the record of an alert tells people: scripts compare it apart from the rows, since the slow evaluator writes no records.

use mingjing_domain::alert::AlertRecord;

use super::show::Row;

/// What a script says of the words of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Which alert; only its name counts.
    pub alert: Row,
    /// What it tells.
    pub words: ToldWords,
}

/// The part of a record that is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToldWords {
    /// The message has this text in it.
    Says(String),
    /// The basis is this one; none where it is empty.
    Cites(Option<String>),
}

impl Told {
    /// What does not hold of these records.
    pub fn fails(&self, records: &[AlertRecord]) -> Option<String> {
        let named = |record: &&AlertRecord| Row::from(*record).names_the_same_alert(&self.alert);
        let Some(record) = records.iter().find(named) else {
            let Row {
                case_no,
                control_point,
                ..
            } = &self.alert;
            return Some(format!("there is no alert {case_no}/{control_point}"));
        };
        match &self.words {
            ToldWords::Says(text) if !record.message.contains(text) => {
                Some(format!("not {text:?} but {:?}", record.message))
            }
            ToldWords::Cites(basis) if record.legal_basis != *basis => Some(format!(
                "it cites not {basis:?} but {:?}",
                record.legal_basis
            )),
            _ => None,
        }
    }
}
