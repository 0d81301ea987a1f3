//! Who may conclude in which role, and what a conclusion has to say.

use std::collections::BTreeMap;

use super::{Life, Refusal};
use crate::life::{Actor, Role, Verdict};

impl Life {
    /// Whether this conclusion may be given now, by this person.
    pub(super) fn may_review(
        &self,
        stage: usize,
        role: Role,
        who: &Actor,
        verdict: Verdict,
        opinion: &str,
        answers: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let awaited = self.awaited();
        if !awaited.contains(&role) {
            let names: Vec<String> = awaited.iter().map(ToString::to_string).collect();
            let message = match self.given.iter().any(|given| given.role == role) {
                true => format!("{role} 已经出具过意见"),
                false => format!("现阶段不由 {role} 审核"),
            };
            let remedy = format!("现在等待的是：{}", names.join("、"));
            return Err(Refusal::new("not_your_turn", "role", message, remedy));
        }
        if who.body.is_empty() || who.office.is_empty() {
            return Err(Refusal::new(
                "incomplete",
                "who",
                "审核意见须写明机构与内设机构",
                "请在 who 中补上 body 与 office",
            ));
        }
        if self
            .authors
            .iter()
            .any(|author| author.person == who.person)
        {
            return Err(Refusal::new(
                "same_person",
                "who.person",
                format!("{} 是起草人，不得审核自己起草的内容", who.person),
                "请由另一人审核",
            ));
        }
        for given in &self.given {
            if given.who.person == who.person {
                return Err(Refusal::new(
                    "same_person",
                    "who.person",
                    format!(
                        "{} 已经以{}的身份出具过意见",
                        who.person,
                        given.role.name_zh()
                    ),
                    "同一人不得兼任两个角色，请由另一人审核",
                ));
            }
            if given.who.body == who.body && given.who.office == who.office {
                return Err(Refusal::new(
                    "same_office",
                    "who.office",
                    format!(
                        "{} 的 {} 已经以{}的身份出具过意见",
                        who.body,
                        who.office,
                        given.role.name_zh()
                    ),
                    "同一机关兼有两个角色时，须由两个内设机构、两名人员分别审核",
                ));
            }
        }
        if verdict == Verdict::Object && opinion.trim().is_empty() {
            return Err(Refusal::new(
                "incomplete",
                "opinion",
                "不同意须写明意见",
                "请在 opinion 中写明何处不妥、应如何修改",
            ));
        }
        let leads = stage == 0 && self.plan.first().and_then(|stage| stage.first()) == Some(&role);
        if leads && verdict == Verdict::Agree {
            let open: Vec<&str> = self
                .questions
                .iter()
                .filter(|q| answers.get(&q.id).is_none_or(|a| a.trim().is_empty()))
                .map(|q| q.id.as_str())
                .collect();
            if !open.is_empty() {
                return Err(Refusal::new(
                    "unanswered",
                    "answers",
                    format!("尚有必答的问题未答：{}", open.join("、")),
                    "请在 answers 中逐一作答；问题全文见草案的 questions",
                ));
            }
        }
        let unknown = answers
            .keys()
            .find(|id| !self.questions.iter().any(|q| q.id == **id));
        match unknown {
            Some(id) => Err(Refusal::new(
                "unknown_question",
                "answers",
                format!("草案没有问题 {id}"),
                "问题的编号见草案的 questions",
            )),
            None => Ok(()),
        }
    }
}
