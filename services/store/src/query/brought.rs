//! 逐级升级: orders by before whom they were brought, as the alerts about them tell it in their evidence.

use std::fmt;

use mingjing_domain::disposition::Instance;

/// Before whom an unanswered order was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// Who.
    pub instance: Instance,
    /// Whose: of a department's supervisor the body that owes the answer, of all others their region. None: wherever that is.
    pub of: Option<String>,
}

/// `leadership@510500`: as the condition compares it.
impl fmt::Display for Brought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.instance.code())?;
        match &self.of {
            Some(of) => write!(f, "@{of}"),
            None => Ok(()),
        }
    }
}

/// On `alerts` as SQL. Evidence is most of what lies in the table: it is read of alerts about orders alone, which are few; and within a
/// query of its own, since lists select another column by that name.
pub(super) const CONDITION: &str = "alert_id IN (SELECT alert_id FROM alerts FINAL \
     WHERE alert_id IN (SELECT alert_id FROM alerts WHERE control_point = {order_point:String}) \
     AND arrayExists(told -> hasAny([JSONExtractString(told, 'instance'), \
     concat(JSONExtractString(told, 'instance'), '@', \
     if(JSONExtractString(told, 'instance') = 'department_supervisor', CAST(ifNull(responsible_org, ''), 'String'), JSONExtractString(told, 'region')))], \
     {brought:Array(String)}), \
     arrayFlatten(arrayMap(rung -> JSONExtractArrayRaw(rung, 'before'), \
     arrayFilter(rung -> JSONExtractBool(rung, 'reached'), \
     arrayFlatten(arrayMap(entry -> JSONExtractArrayRaw(entry, 'rungs'), JSONExtractArrayRaw(evidence))))))))";
