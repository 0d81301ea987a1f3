//! 客观原因的种类: the closed list of what an objective cause may be (domain study 11.13 asks for one, with evidence; no regulation that was
//! read has a list of its own). Each says where its notion comes from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 客观原因的种类: why nobody is to blame. A case that fits none has no objective cause.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ObjectiveCause {
    /// 不可抗力: what cannot be foreseen, avoided or overcome (民法典 art. 180).
    ForceMajeure,
    /// 自然灾害等突发事件: a disaster, an accident or an epidemic that had to be answered at once (突发事件应对法 art. 2).
    NaturalDisaster,
    /// 网络、系统故障: of a system that a public notice says was down (domain study 11.2: a feed that is down is nobody's red card).
    SystemFailure,
    /// 申请人原因: the applicant's own doing (domain study 7, 18, after the 客观原因 of Jiangsu transport).
    Applicant,
    /// 其他单位原因: another body's decision or delay that had to be waited for (our own; 行政许可法 art. 45 leaves such waiting out of a limit).
    OtherBody,
}

impl ObjectiveCause {
    /// All of them.
    pub const ALL: [ObjectiveCause; 5] = [
        ObjectiveCause::ForceMajeure,
        ObjectiveCause::NaturalDisaster,
        ObjectiveCause::SystemFailure,
        ObjectiveCause::Applicant,
        ObjectiveCause::OtherBody,
    ];

    /// The code used in records.
    pub const fn code(self) -> &'static str {
        match self {
            ObjectiveCause::ForceMajeure => "force_majeure",
            ObjectiveCause::NaturalDisaster => "natural_disaster",
            ObjectiveCause::SystemFailure => "system_failure",
            ObjectiveCause::Applicant => "applicant",
            ObjectiveCause::OtherBody => "other_body",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            ObjectiveCause::ForceMajeure => "不可抗力",
            ObjectiveCause::NaturalDisaster => "自然灾害等突发事件",
            ObjectiveCause::SystemFailure => "网络、系统故障",
            ObjectiveCause::Applicant => "申请人原因",
            ObjectiveCause::OtherBody => "其他单位原因",
        }
    }

    /// What usually proves it.
    pub const fn proof_zh(self) -> &'static str {
        match self {
            ObjectiveCause::ForceMajeure => "不可抗力的证明",
            ObjectiveCause::NaturalDisaster => "政府或者主管部门的公告、通知",
            ObjectiveCause::SystemFailure => "故障或者停机的公告",
            ObjectiveCause::Applicant => "申请人的书面材料或者送达记录",
            ObjectiveCause::OtherBody => "其他单位的来文或者往来函件",
        }
    }

    /// The cause with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disposition::{Conclusion, Decision, Disposal};

    #[test]
    fn every_cause_is_written_as_its_code() {
        for cause in ObjectiveCause::ALL {
            let written = serde_json::to_value(cause).unwrap();
            assert_eq!(written, cause.code());
            assert_eq!(ObjectiveCause::from_code(cause.code()), Some(cause));
        }
        assert_eq!(ObjectiveCause::from_code("busy"), None);
    }

    #[test]
    fn what_was_said_before_there_were_causes_reads_and_is_written_as_before() {
        for act in ["dismiss", "withdraw"] {
            let old = format!(r#"{{"do":"{act}","conclusion":"objective"}}"#);
            let read: Disposal = serde_json::from_str(&old).unwrap();
            assert_eq!(read.conclusion(), Some(Conclusion::Objective));
            assert_eq!(serde_json::to_string(&read).unwrap(), old);
        }
        let old = concat!(
            r#"{"verdict":"dismissed","conclusion":"objective","by":{"person":"li","body":"510500-sfj","office":"执法监督科","#,
            r#""at":"2026-07-10T09:00:00.000+08:00","reason":"核实","command":"c"},"on_appeal":false,"was_pending":false,"#,
            r#""basis":{"alleged":true,"doubted":false,"level":"red","due_at":null,"breached_at":null},"issued_at":null,"answer_due_at":null}"#,
        );
        let read: Decision = serde_json::from_str(old).unwrap();
        assert_eq!((read.cause, read.evidence.len()), (None, 0));
        let (said, again): (serde_json::Value, serde_json::Value) = (
            serde_json::from_str(old).unwrap(),
            serde_json::to_value(&read).unwrap(),
        );
        let fields = |of: &serde_json::Value| -> Vec<String> {
            of.as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(fields(&again), fields(&said));
    }

    #[test]
    fn a_cause_and_its_evidence_are_kept_and_another_cause_is_refused() {
        let written =
            r#"{"do":"withdraw","conclusion":"objective","cause":"other_body","evidence":["0f"]}"#;
        let read: Disposal = serde_json::from_str(written).unwrap();
        assert!(
            matches!(&read, Disposal::Withdraw { cause: Some(ObjectiveCause::OtherBody), evidence, .. } if evidence == &["0f"])
        );
        assert_eq!(serde_json::to_string(&read).unwrap(), written);
        let other = written.replace("other_body", "busy");
        assert!(serde_json::from_str::<Disposal>(&other).is_err());
    }
}
