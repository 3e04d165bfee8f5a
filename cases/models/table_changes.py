from __future__ import annotations

from django.conf import settings
from django.db import models


class TableChange(models.Model):
    """A row of a declared table that one administrator proposes and another decides.

    `ends`: the row of this key that is in force ends with `valid_to`; else the row is written from `valid_from` on.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", "Chờ người thứ hai"
        ACCEPTED = "accepted", "Đã duyệt"
        DECLINED = "declined", "Không duyệt"
        TAKEN_BACK = "taken_back", "Người đề nghị rút lại"

    table = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    ends = models.BooleanField(default=False)
    columns = models.JSONField(default=dict)  # as TableRow keeps them
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    src = models.CharField(max_length=300)
    confirmed = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table"], name="one_change_waits", condition=models.Q(outcome="waiting"))
        ]

    def __str__(self) -> str:
        return f"{self.table}: {self.key} {self.outcome}"
