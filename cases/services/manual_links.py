"""Links that a person makes by naming another case in the dossier: a complaint about a case, once it is filed."""
from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from cases.access import visible_cases
from cases.effects import Effect
from cases.errors import DeliveryImpossible
from cases.models import Case, LinkedCase
from cases.procedures import definition_by
from cases.services.advance import run_autos_after
from cases.services.events import Happening, append_alone, locked_case
from workflows.definition import Link

LINKED, BY_HAND = "link", "manual"


def link_named_cases(*, case: Case, actor: User, now: dt.datetime) -> list[LinkedCase]:
    """Link a filed case with the cases that its dossier names, where their procedure foresees it; once each.

    Only cases that the person may see are linked: a code typed at random tells nothing and ties nothing.
    """
    fields = [f for f in definition_by(case.definition.hash).fields if f.type == "ref(case)"]
    codes = {str(case.dossier[f.name]).strip().upper() for f in fields if f.name in case.dossier}
    named = visible_cases(actor, now).filter(Q(case_code__in=codes) | Q(submission_code__in=codes)).exclude(pk=case.pk)
    found = [(source, _foreseen(source, case.procedure)) for source in named.select_related("definition")]
    return [_linked(source, case, link, now) for source, link in found if link is not None]


def link_named(effect: Effect) -> None:
    """Handler: link what the filed case names, seen with the eyes of who filed it."""
    case = Case.objects.select_related("definition").filter(pk=effect.case_id).first() if effect.case_id else None
    filer = User.objects.filter(pk=effect.payload["by"]).first()
    if case is None or filer is None:
        raise DeliveryImpossible("case_missing")
    link_named_cases(case=case, actor=filer, now=effect.now)


def _foreseen(source: Case, procedure: str) -> Link | None:
    links = definition_by(source.definition.hash).links
    return next((link for link in links if link.on == BY_HAND and link.procedure == procedure), None)


@transaction.atomic
def _linked(source: Case, case: Case, link: Link, now: dt.datetime) -> LinkedCase:
    locked = locked_case(source.pk)
    there = LinkedCase.objects.filter(case=locked, other=case, kind=link.kind).first()
    if there is not None:
        return there
    made = LinkedCase.objects.create(
        kind=link.kind, case=locked, other=case, procedure=case.procedure, status=LinkedCase.Status.LINKED,
        created_at=now,
    )
    append_alone(locked, Happening(kind="system", name=LINKED, facts={"link": link.kind, "case": str(case.pk)}), now)
    run_autos_after(locked.pk, now)
    return made
