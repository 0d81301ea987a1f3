//! The records of `mj.facts` as the archive reads them.

pub use mingjing_wire::facts::{FactPosition, FactRecord};
