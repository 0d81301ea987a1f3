//! 程序 P1–P18: order, notice, hearing, review, what may not come after the end, when nothing may be executed.

mod closing;
mod course;

use super::Rule;
use closing::{P9, P10, P11, P12, P13, P14, P15, P16, P17, P18};
use course::{P1, P2, P3, P4, P5, P6, P7, P8};

/// Rules of this family.
pub(super) const RULES: &[Rule] = &[
    P1, P2, P3, P4, P5, P6, P7, P8, P9, P10, P11, P12, P13, P14, P15, P16, P17, P18,
];
