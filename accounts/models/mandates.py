from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.models.periods import DatedQuerySet, period_check
from accounts.models.roles import RoleHeld


class MandateQuerySet(DatedQuerySet):
    def in_force(self, day: dt.date) -> Self:
        """Mandates that hold on the day: within the term, not revoked, both accounts open, grantor still in office.

        The office is the appointment under which the mandate was given; who leaves it and comes back gives a new one.
        """
        office = RoleHeld.objects.in_force(day).filter(
            user=OuterRef("grantor"), role=OuterRef("role"), valid_from__lte=OuterRef("valid_from")
        )
        kept = self.filter(valid_from__lte=day, valid_to__gte=day, grantee__is_active=True)
        return kept.filter(Q(revoked_on=None) | Q(revoked_on__gt=day)).filter(Exists(office))


class Mandate(models.Model):
    """`grantee` acts for `grantor` within scope and period, on a legal basis; ends with the grantor's office."""

    class Form(models.TextChoices):
        KT = "kt", "KT."
        TL = "tl", "TL."
        TUQ = "tuq", "TUQ."
        Q = "q", "Q."

    grantor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mandates_given")
    grantee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mandates_held")
    role = models.CharField(max_length=40)
    form = models.CharField(max_length=10, choices=Form.choices, default=Form.TUQ)
    procedures = models.JSONField(default=list, blank=True)  # codes; empty = every procedure
    acts = models.JSONField(default=list, blank=True)  # names of steps or papers; empty = everything of the role
    document_no = models.CharField(max_length=60)
    document_date = models.DateField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    revoked_on = models.DateField(null=True, blank=True)  # the first day on which it no longer holds

    objects = MandateQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from", "pk"]
        constraints = [
            period_check("mandate_period"),
            models.CheckConstraint(condition=~Q(grantee=F("grantor")), name="mandate_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.document_no}: {self.grantor} → {self.grantee}"

    def covers(self, procedure: str, act: str) -> bool:
        """Whether the scope holds this step or paper of this procedure."""
        return (not self.procedures or procedure in self.procedures) and (not self.acts or act in self.acts)
