//! Which roles may ask for what, by what it is about.

use crate::people::account::Role;
use crate::people::account::Role::{
    Administrator, Auditor, DepartmentHandler, DepartmentSupervisor, Establishment,
    GovernmentServices, InformationDisclosure, Leadership, Legal, Supervision,
};

pub(super) const ANYBODY: &[Role] = &Role::ALL;

pub(super) const NOBODY: &[Role] = &[];

/// Who works with alerts and cases.
pub(super) const CASES: &[Role] = &[
    Supervision,
    Legal,
    GovernmentServices,
    Leadership,
    DepartmentSupervisor,
    DepartmentHandler,
];

/// Who decides alerts.
pub(super) const SUPERVISION: &[Role] = &[Supervision];

/// Who reads the register of papers.
pub(super) const PAPERS: &[Role] = &[
    Supervision,
    Legal,
    GovernmentServices,
    Leadership,
    Auditor,
    DepartmentSupervisor,
    DepartmentHandler,
];

/// Who answers for a department.
pub(super) const DEPARTMENT: &[Role] = &[DepartmentSupervisor, DepartmentHandler];

/// Who drafts and reviews definitions.
pub(super) const REVIEWERS: &[Role] = &[Supervision, Legal, Establishment, GovernmentServices];

/// Who reads how complete sources are.
pub(super) const SOURCES: &[Role] = &[
    Supervision,
    Administrator,
    Leadership,
    DepartmentSupervisor,
    DepartmentHandler,
];

/// Who reads how rules fare.
pub(super) const QUALITY: &[Role] = &[Supervision, Legal, Leadership, Auditor];

/// Who keeps and reads registers of persons.
pub(super) const REGISTER: &[Role] = &[Establishment, Supervision, Legal];

/// Who reads what is counted: each of what they see.
pub(super) const STATISTICS: &[Role] = &[
    Supervision,
    Legal,
    GovernmentServices,
    Leadership,
    Auditor,
    DepartmentSupervisor,
    DepartmentHandler,
];

/// Who sees to how far bodies have come.
pub(super) const MILESTONES: &[Role] = &[Supervision, Establishment, GovernmentServices];

pub(super) const ACCOUNTS: &[Role] = &[Administrator];

/// Who keeps the keys of sources, and sees to what could not be delivered.
pub(super) const UPKEEP: &[Role] = &[Administrator];

/// Who reads what accounts there are.
pub(super) const ACCOUNT_READERS: &[Role] = &[Administrator, Auditor];

/// Who sees to it that the log is what was published of it.
pub(super) const LOG: &[Role] = &[Auditor, Administrator];

/// Who reads drafts.
pub(super) const DRAFTS: &[Role] = &[
    Supervision,
    Legal,
    Establishment,
    GovernmentServices,
    InformationDisclosure,
    Leadership,
];

/// Who takes complaints and ratings in, hands them on and reviews them.
pub(super) const VOICES: &[Role] = &[Supervision, GovernmentServices];

/// Who decides whether a complaint is accepted, and calls back.
pub(super) const VOICES_TAKEN: &[Role] = &[Supervision, GovernmentServices, DepartmentSupervisor];

/// Who answers complaints.
pub(super) const VOICES_ANSWERED: &[Role] =
    &[GovernmentServices, DepartmentSupervisor, DepartmentHandler];

/// Who reads what samples came to.
pub(super) const SAMPLES: &[Role] = &[Supervision, Legal, Leadership];

/// Who reads the ledger; leads in it are for fewer (`Caller::sees_clue_about`).
pub(super) const LEDGER: &[Role] = &[
    Supervision,
    Legal,
    Leadership,
    Auditor,
    DepartmentSupervisor,
];

/// Who enters what was done, or is to be; of which kind is told by `Caller::enters`.
pub(super) const LEDGER_ENTERED: &[Role] = &[Supervision, Legal, Leadership];

/// Who enters its result (`Caller::works`).
pub(super) const LEDGER_WORKED: &[Role] = &[Supervision, Legal];

/// Who reads score sheets: each of what they see. Sheets of officers are for fewer (`Caller::sees_officers_of`).
pub(super) const SCORES: &[Role] = &[
    Supervision,
    Legal,
    GovernmentServices,
    Leadership,
    Auditor,
    DepartmentSupervisor,
    DepartmentHandler,
];

/// Who decides an appeal against a mark; never who gave it.
pub(super) const SCORES_DECIDED: &[Role] = &[Supervision, Legal];

/// Who says something about an incident: who supervises, and who answers for a department of it.
pub(super) const INCIDENT_STATED: &[Role] = &[Supervision, Legal, DepartmentSupervisor];
