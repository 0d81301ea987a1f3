//! What may be done where a draft stands, and what record that makes.

use chrono::NaiveDate;

use super::refusal::wrong_state;
use super::{Command, Life, Refusal, State};
use crate::calendar::WorkCalendar;
use crate::life::{Act, Actor, Days, Role, Subject, Verdict};

impl Life {
    /// What doing this leads to, on `today`. Reads nothing but its arguments.
    ///
    /// # Errors
    /// [`Refusal`]: nothing is to be written then.
    pub fn decide(
        &self,
        command: Command,
        who: &Actor,
        today: NaiveDate,
        days: Days,
        calendar: &WorkCalendar,
    ) -> Result<Act, Refusal> {
        let due = |stage: &[Role]| calendar.add_working_days(today, days.of(stage).into());
        match (&self.state, command) {
            (
                State::Drafting | State::InReview { .. } | State::Returned { .. } | State::Approved,
                Command::Revise { subjects, text },
            ) => {
                self.same_subjects(&subjects)?;
                if text == self.text {
                    return Err(Refusal::new(
                        "unchanged",
                        "text",
                        "文本与现有草案相同",
                        "无需修改，请直接送审",
                    ));
                }
                Ok(Act::Revised { subjects, text })
            }
            (
                State::Drafting,
                Command::Submit {
                    plan,
                    questions,
                    changes,
                },
            ) => Ok(Act::Submitted {
                due: plan.first().map(|stage| due(stage)),
                plan,
                questions,
                changes,
            }),
            (
                State::InReview { stage, .. },
                Command::Review {
                    role,
                    verdict,
                    opinion,
                    answers,
                },
            ) => {
                self.may_review(*stage, role, who, verdict, &opinion, &answers)?;
                let completes = verdict == Verdict::Agree && self.awaited() == [role];
                let next = self.plan.get(stage + 1).filter(|_| completes);
                Ok(Act::Reviewed {
                    role,
                    verdict,
                    opinion,
                    answers,
                    next_due: next.map(|stage| due(stage)),
                })
            }
            (State::Approved, Command::Publish { effective_from }) => {
                Ok(Act::PublicationDecided { effective_from })
            }
            (State::Publishing { .. }, Command::Confirm { set, version }) => {
                Ok(Act::Published { set, version })
            }
            (State::Published { .. } | State::Retired { .. }, Command::Notice { place, on }) => {
                if on > today {
                    return Err(Refusal::new(
                        "not_yet",
                        "on",
                        format!("公示日期 {on} 尚未到来"),
                        "公示之后再登记",
                    ));
                }
                Ok(Act::Noticed { place, on })
            }
            (State::Published { effective_from, .. }, Command::Retire { from }) => {
                if from <= today || from <= *effective_from {
                    let after = today.max(*effective_from);
                    return Err(Refusal::new(
                        "retroactive",
                        "from",
                        format!("废止不得溯及既往：{from} 不晚于 {after}"),
                        format!("请把废止日期定在 {after} 之后"),
                    ));
                }
                Ok(Act::Retired { from })
            }
            (
                State::Drafting | State::InReview { .. } | State::Returned { .. } | State::Approved,
                Command::Withdraw,
            ) => Ok(Act::Withdrawn),
            (
                State::Drafting | State::InReview { .. } | State::Returned { .. } | State::Approved,
                Command::BeginShadow { since },
            ) => match &self.shadow {
                Some(shadow) if shadow.since == since => Err(Refusal::new(
                    "unchanged",
                    "since",
                    "草案已经自这一时点起影子运行",
                    "无需再设；要换起点请另给 since",
                )),
                _ => Ok(Act::ShadowBegun { since }),
            },
            (
                State::Drafting | State::InReview { .. } | State::Returned { .. } | State::Approved,
                Command::EndShadow,
            ) => match self.shadow {
                Some(_) => Ok(Act::ShadowEnded),
                None => Err(Refusal::new(
                    "not_in_shadow",
                    "",
                    "草案没有在影子运行",
                    "无需结束",
                )),
            },
            (state, command) => Err(wrong_state(state, &command)),
        }
    }

    /// Documents may be added to a draft or taken out of it; what it is about does not change.
    fn same_subjects(&self, subjects: &[Subject]) -> Result<(), Refusal> {
        let about = |subject: &Subject| (subject.kind, subject.id.clone());
        let kept = subjects
            .iter()
            .any(|new| self.subjects.iter().any(|old| about(old) == about(new)));
        match kept {
            true => Ok(()),
            false => Err(Refusal::new(
                "other_subject",
                "text",
                format!("修改后的文本不再是{}", list(&self.subjects)),
                "另起一份草案，原草案可以撤回",
            )),
        }
    }
}

fn list(subjects: &[Subject]) -> String {
    let told: Vec<String> = subjects.iter().map(ToString::to_string).collect();
    told.join("、")
}
