"""Who follows a case: cases linked with it, and cases whose dossier names an entry that it makes in a registry.

When its entries change, the automatic steps of those cases are looked at, after the commit (language §8): a sending
decision that is revoked stops the passport asked for on it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Q

from cases.effects import Effect
from cases.models import Case
from cases.registries import references
from cases.services.advance import run_autos_after
from cases.services.events import locked_case


def follow(effect: Effect) -> None:
    """Handler: take the automatic steps that have become possible in the cases that follow; again does no harm."""
    for case_id in _following(effect):
        with transaction.atomic(durable=True):
            locked_case(case_id)
            run_autos_after(case_id, effect.now)


def _following(effect: Effect) -> list[uuid.UUID]:
    linked = Q(linked_from__case=effect.case_id) | Q(links__other=effect.case_id)
    found = Case.objects.filter(linked | _referring(effect.payload["keys"]), closed=False)
    return list(found.order_by("pk").values_list("pk", flat=True).distinct())


def _referring(keys: Mapping[str, Sequence[str]]) -> Q:
    found = Q(pk__in=[])
    for one in references():
        if one.registry in keys:
            found |= Q(procedure=one.procedure, **{f"dossier__{one.field}__in": list(keys[one.registry])})
    return found
