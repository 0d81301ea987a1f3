//! How the alert about an unanswered order (T15) is named: after the alert that the order is about.

/// The control point of alerts about unanswered orders. No definition can name it, since names hold no slash.
pub const ORDER_POINT: &str = "disposition/T15";

/// The step of the alert about an order: which alert the order is about, by its control point, the kind of its subject, its step and
/// visit. The visit of the alert about an order is which order it is.
pub fn order_step(control_point: &str, subject_kind: &str, step: &str, visit: u16) -> String {
    let mut text = control_point.to_owned();
    if subject_kind != "case" {
        text += &format!("/{subject_kind}");
    }
    if !step.is_empty() {
        text += &format!("@{step}");
    }
    if visit != 1 {
        text += &format!("×{visit}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_alerts_never_have_one_name() {
        let all = [
            order_step("late", "case", "", 1),
            order_step("late", "case", "review", 1),
            order_step("late", "case", "review", 2),
            order_step("inspection/Q2", "org", "2026-02", 1),
            order_step("inspection/Q2", "item", "2026-02", 1),
            order_step("inspection/Q2", "case", "2026-02", 1),
        ];
        assert_eq!(
            all,
            [
                "late",
                "late@review",
                "late@review×2",
                "inspection/Q2/org@2026-02",
                "inspection/Q2/item@2026-02",
                "inspection/Q2@2026-02",
            ]
        );
    }
}
