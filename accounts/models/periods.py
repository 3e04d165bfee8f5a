"""Periods: a row holds from its first day to its last, both included; no last day means until further notice."""
from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import F, Q


def holds_on(day: dt.date, *, prefix: str = "") -> Q:
    """Return the condition that a row's period covers the local day; `prefix` reaches through a relation."""
    begun = Q(**{f"{prefix}valid_from__lte": day})
    open_ended = Q(**{f"{prefix}valid_to": None})
    return begun & (open_ended | Q(**{f"{prefix}valid_to__gte": day}))


def period_check(name: str) -> models.CheckConstraint:
    """Return the constraint that a period does not end before it begins."""
    return models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name=name)


class DatedQuerySet(models.QuerySet[Any]):
    """Rows with valid_from and valid_to."""

    def in_force(self, day: dt.date) -> Self:
        return self.filter(holds_on(day))

    def overlapping(self, first: dt.date, last: dt.date | None) -> Self:
        """Rows that share at least one day with the period."""
        begun = Q() if last is None else Q(valid_from__lte=last)
        return self.filter(begun & (Q(valid_to=None) | Q(valid_to__gte=first)))
