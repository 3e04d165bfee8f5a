from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models

from accounts.models.periods import DatedQuerySet, holds_on, period_check
from accounts.models.units import OrgUnit, unit_on


class RoleHeldQuerySet(DatedQuerySet):
    def in_force(self, day: dt.date) -> Self:
        """Roles held on the day by people whose account is open, in units that exist that day.

        A unit counts by its code: a new name keeps the people's roles, a closed unit ends them.
        """
        open_units = OrgUnit.objects.codes_in_force(day)
        return self.filter(holds_on(day), user__is_active=True, unit__code__in=open_units)

    def of(self, user: models.Model, day: dt.date) -> Self:
        return self.in_force(day).filter(user=user)

    def with_role(self, role: str, day: dt.date) -> Self:
        return self.in_force(day).filter(role=role)


class RoleHeld(models.Model):
    """A person holds a role in a unit for a period."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=40)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="roles")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = RoleHeldQuerySet.as_manager()

    class Meta:
        ordering = ["valid_from", "pk"]
        indexes = [
            models.Index(fields=["role", "unit"], name="role_unit"),
            models.Index(fields=["user", "role"], name="role_user"),
        ]
        constraints = [period_check("role_period")]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"

    def unit_on(self, day: dt.date) -> OrgUnit:
        """The unit under the name that it has on the day."""
        return unit_on(self.unit.code, day) or self.unit


class AbsenceQuerySet(DatedQuerySet):
    def away_on(self, day: dt.date) -> Self:
        return self.in_force(day).select_related("user", "substitute")


class Absence(models.Model):
    """A person is away; a substitute may hold the tasks meanwhile. It gives no right to sign: that needs a mandate."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences")
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="substitutions"
    )
    reason = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from", "pk"]
        constraints = [
            period_check("absence_period"),
            models.CheckConstraint(
                condition=models.Q(substitute=None) | ~models.Q(substitute=models.F("user")), name="absence_substitute"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.valid_from} – {self.valid_to}"
