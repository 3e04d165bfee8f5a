"""A case on its way to being filed: first values, what is still missing and on which page, what the filer confirms."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from accounts.models import Organisation, User
from cases.access import COUNTER
from cases.models import Case
from cases.procedures import definition_by
from cases.sections import Section, sections_of
from cases.services import Possible, possibilities
from workflows.definition import Procedure
from workflows.errors import Reason

DRAFT_PATHS = ("dossier.", "attachments.")
BY_ORGANISATION = {"to_chuc": "to_chuc", "co_quan_nha_nuoc": "co_quan_nha_nuoc"}
COUNTER_WAYS = {"truc_tiep": "tai_quay", "buu_chinh": "buu_chinh"}  # channel -> filed_for


@dataclass(frozen=True, slots=True)
class Filing:
    """A draft as its pages need it."""

    case: Case
    definition: Procedure
    sections: tuple[Section, ...]
    step: Possible | None  # submit or file_at_counter, as the filer's role has it

    @property
    def at_counter(self) -> bool:
        """Whether an officer writes the draft for somebody else."""
        return self.step is not None and self.step.role == COUNTER

    @property
    def missing(self) -> tuple[Reason, ...]:
        """What is not there yet: fields and attachments."""
        reasons = self.step.reasons if self.step is not None else ()
        return tuple(r for r in reasons if r.path.startswith(DRAFT_PATHS) and r.code == "form_complete")

    @property
    def wrong(self) -> tuple[Reason, ...]:
        """What stands against filing although it is filled in; what cannot be judged yet is said by what is missing."""
        reasons = self.step.reasons if self.step is not None else ()
        return tuple(r for r in reasons if r not in self.missing and not self._waits(r))

    def _waits(self, reason: Reason) -> bool:
        return reason.code == "cannot_be_judged" and bool(self.missing)

    def missing_in(self, section: Section) -> tuple[Reason, ...]:
        return tuple(r for r in self.missing if r.path.startswith("dossier.") and section.holds(r.path))

    @property
    def missing_files(self) -> frozenset[str]:
        """The codes of required attachments that are not there."""
        return frozenset(r.path.removeprefix("attachments.") for r in self.missing if r.path.startswith("attachments."))

    def section(self, code: str) -> Section | None:
        return next((s for s in self.sections if s.code == code), None)

    def after(self, section: Section) -> Section | None:
        """Return the page that follows; None: the attachments are next."""
        index = self.sections.index(section)
        return self.sections[index + 1] if index + 1 < len(self.sections) else None

    def section_of(self, path: str) -> Section | None:
        return next((s for s in self.sections if s.holds(path)), None)


def filing_of(case: Case, filer: User, now: dt.datetime) -> Filing:
    """Return a draft with its pages and with what keeps it from being filed."""
    definition = definition_by(case.definition.hash)
    return Filing(case, definition, sections_of(definition, case.dossier), filing_step(case, filer, now))


def filing_step(case: Case, filer: User, now: dt.datetime) -> Possible | None:
    """Return the step by which this person files the draft: the one of the own role; None once it is filed."""
    if not is_draft(case):
        return None
    found = possibilities(case, filer, now, of=lambda part, _: part is None)
    steps = [p for p in found if p.step.kind == "transition"]
    return next((p for p in steps if case.state in p.step.sources and p.role), None)


def is_filed(case: Case) -> bool:
    """Whether somebody files such a case: an internal matter begins without it."""
    return definition_by(case.definition.hash).kind == "case"


def is_draft(case: Case) -> bool:
    """Whether the case is still being written; a row of a ledger is complete from the beginning."""
    return not case.in_ledger and bool(case.state == definition_by(case.definition.hash).machine.initial.code)


def first_values(
    definition: Procedure, filer: User | None, organisation: Organisation | None, *, channel: str = ""
) -> dict[str, Any]:
    """Return what the accounts already know, so that nobody types it again. `channel`: how it came to the counter."""
    values: dict[str, Any] = {"filed_for": COUNTER_WAYS.get(channel, "tu_nop"), "channel": channel or "truc_tuyen"}
    if filer is not None:
        values |= {"contact_name": filer.full_name, "contact_phone": filer.phone, "contact_email": filer.email}
    if organisation is not None:
        kind = BY_ORGANISATION.get(organisation.kind, "to_chuc")
        values |= {
            "applicant_kind": kind, "applicant_name": organisation.name, "applicant_address": organisation.address,
            "applicant_id_no": organisation.tax_code,
        }
    elif filer is not None:
        values |= {"applicant_kind": "ca_nhan", "applicant_name": filer.full_name}
    known = {f.name for f in definition.fields}
    return {name: value for name, value in values.items() if value and name in known}
