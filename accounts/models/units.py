from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.models.periods import DatedQuerySet, period_check


class UnitQuerySet(DatedQuerySet):
    def of_code(self, code: str, day: dt.date) -> Self:
        """The row of a unit as it is called on that day; empty when the unit is closed."""
        return self.in_force(day).filter(code=code)

    def codes_in_force(self, day: dt.date) -> models.QuerySet[OrgUnit, str]:
        return self.in_force(day).values_list("code", flat=True)


class OrgUnit(models.Model):
    """A unit of the administration; a new name is a new row of the same code, never a rewritten one."""

    code = models.CharField(max_length=60)
    name = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=30)  # province, department, office, division, one_stop, commune, party, outside
    symbol = models.CharField(max_length=30, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="unit_code_from"),
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to=None), name="unit_code_open"),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="unit_not_own_parent"),
            period_check("unit_period"),
        ]

    def __str__(self) -> str:
        return self.name


def unit_on(code: str, day: dt.date) -> OrgUnit | None:
    """Return the unit of that code as it is on the day, or None when it is closed or unknown."""
    return OrgUnit.objects.of_code(code, day).order_by("-valid_from").first()


def unit_path(unit: OrgUnit, day: dt.date) -> tuple[OrgUnit, ...]:
    """Return the unit and those above it as they are on the day, the province last."""
    path: list[OrgUnit] = []
    here: OrgUnit | None = unit
    while here is not None and here.code not in {u.code for u in path}:
        path.append(unit_on(here.code, day) or here)
        here = path[-1].parent
    return tuple(path)
