"""Filing at the counter: an officer of the one-stop unit writes the dossier of a person present, or of a letter."""
from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Organisation, User
from accounts.phones import clean_phone, phone_fault
from cases.access import COUNTER, holdings, may_see_field, roles_to_look, visible_cases
from cases.models import Case
from cases.procedures import definition_of
from cases.sections import APPLICANT
from workflows.definition import Procedure

ID_NO = re.compile(r"[0-9]{10}(-[0-9]{3})?|[0-9]{12}")  # of an organisation, of a person
RETURNED = "return_method"  # how the party had the last result returned
MOST_READ, MOST_SHOWN = 200, 10


def at_counter(user: User, now: dt.datetime) -> bool:
    """Whether the person serves at the counter today."""
    return any(held.role == COUNTER for held in holdings(user, now))


def account_of(text: str) -> User | None:
    """Return the open account of an applicant by the whole e-mail address or telephone; None: none or several."""
    people = User.objects.filter(is_active=True, is_officer=False)
    if "@" in text:
        return people.filter(email__iexact=text.strip()).first()
    if phone_fault(text) is not None or not text.strip():
        return None
    found = list(people.filter(phone=clean_phone(text))[:2])
    return found[0] if len(found) == 1 else None


def known_by(text: str, officer: User, now: dt.datetime) -> list[Case]:
    """Return the latest filed case of each party whose telephone or number of identity is written so in full."""
    said = text.strip()
    wanted = Q(dossier__contact_phone=clean_phone(said)) if phone_fault(said) is None else Q(pk__in=[])
    if ID_NO.fullmatch(said):
        wanted |= Q(dossier__applicant_id_no=said)
    if not said:
        return []
    filed = visible_cases(officer, now).filter(wanted, submitted_at__isnull=False).order_by("-submitted_at")
    found: dict[str, Case] = {}
    for case in filed.select_related("definition", "organisation", "applicant")[:MOST_READ]:
        found.setdefault(str(case.dossier.get("applicant_id_no") or case.applicant_name), case)
    return list(found.values())[:MOST_SHOWN]


def latest_of(person: User, organisation: Organisation | None, officer: User, now: dt.datetime) -> Case | None:
    """Return the case that the account, or its organisation, has filed last, as far as the officer may open it."""
    filed = visible_cases(officer, now).filter(submitted_at__isnull=False, organisation=organisation)
    mine = filed if organisation is not None else filed.filter(applicant=person)
    return mine.select_related("definition").order_by("-submitted_at").first()


def party_values(source: Case, definition: Procedure, officer: User, now: dt.datetime) -> dict[str, Any]:
    """Return what an earlier case says of its party, for a draft of a procedure: as far as the officer may see it."""
    roles, there = roles_to_look(source, officer, now), {f.name: f for f in definition_of(source.definition_id).fields}
    of_party = [f for f in definition.fields if f.name.startswith(APPLICANT) or f.name == RETURNED]
    kept = [f for f in of_party if f.computed is None and f.name in there]
    seen = [f for f in kept if may_see_field(f, roles) and may_see_field(there[f.name], roles)]
    return {f.name: source.dossier[f.name] for f in seen if source.dossier.get(f.name) is not None}


def last_procedure(officer: User) -> str:
    """Return the procedure that the officer has opened last for somebody; empty at the first time."""
    cases = Case.objects.filter(kind=Case.Kind.CASE, opened_by=officer).order_by("-created_at")
    return cases.values_list("procedure", flat=True).first() or ""


def drafts_of(officer: User) -> QuerySet[Case]:
    """Return the drafts that an officer has begun at the counter, the latest first."""
    cases = Case.objects.filter(kind=Case.Kind.CASE, submitted_at=None, closed=False)
    return cases.filter(opened_by=officer).order_by("-saved_at")
