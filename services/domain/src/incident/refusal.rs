//! Why something about an incident cannot be done as it stands.

/// Which rule it comes up against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is concluded.
    Closed,
    /// It is open already.
    Opened,
    /// It would hold more than [`super::MEMBERS_MAX`].
    TooMany,
    /// One of the alerts does not lie in it.
    NotIn,
    /// An act upon all is under way.
    UnderWay,
    /// None is.
    NothingUnderWay,
    /// The act is each alert's own matter.
    NotForMany,
    /// No member lies within reach of who asks.
    NobodyInReach,
}

impl Refused {
    /// All of them.
    pub const ALL: [Refused; 8] = [
        Refused::Closed,
        Refused::Opened,
        Refused::TooMany,
        Refused::NotIn,
        Refused::UnderWay,
        Refused::NothingUnderWay,
        Refused::NotForMany,
        Refused::NobodyInReach,
    ];

    /// The code used in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Refused::Closed => "incident_closed",
            Refused::Opened => "incident_opened",
            Refused::TooMany => "too_many_alerts",
            Refused::NotIn => "not_in_incident",
            Refused::UnderWay => "act_under_way",
            Refused::NothingUnderWay => "no_act_under_way",
            Refused::NotForMany => "not_for_many",
            Refused::NobodyInReach => "nobody_in_reach",
        }
    }

    /// What stands against it, Chinese.
    pub const fn message_zh(self) -> &'static str {
        match self {
            Refused::Closed => "该同因事件已经作出结论",
            Refused::Opened => "该同因事件已经立项",
            Refused::TooMany => "一个同因事件最多并入 5000 条预警",
            Refused::NotIn => "所列预警不都在该同因事件之内",
            Refused::UnderWay => "该同因事件的上一项统一处置尚未办完",
            Refused::NothingUnderWay => "该同因事件没有正在办理的统一处置",
            Refused::NotForMany => "该操作须逐条办理，不能统一处置",
            Refused::NobodyInReach => "该同因事件没有您管辖范围内的预警",
        }
    }

    /// What to do instead, Chinese.
    pub const fn remedy_zh(self) -> &'static str {
        match self {
            Refused::Closed => "请另立同因事件，或者在各条预警上处置",
            Refused::Opened => "请刷新后查看",
            Refused::TooMany => "请按时段或者机构分立同因事件",
            Refused::NotIn => "请刷新成员后再选",
            Refused::UnderWay => "请由提出的人员继续办完，或者中止后再办",
            Refused::NothingUnderWay => "请刷新后查看办理进度",
            Refused::NotForMany => "请在各条预警上办理",
            Refused::NobodyInReach => "请由管辖这些预警的人员办理",
        }
    }
}
