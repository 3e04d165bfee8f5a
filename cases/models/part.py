from __future__ import annotations

from django.db import models

from cases.ids import uuid7
from cases.models.case import Case


class Part(models.Model):
    """A small machine inside a case: an opinion, a supplement round, a change, a duty."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parts")
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=60)  # shown in addresses, unique in the case: opinion-1
    attempt = models.PositiveSmallIntegerField(default=1)
    round = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=60, editable=False)
    return_state = models.CharField(max_length=60, blank=True, editable=False)
    clock = models.CharField(max_length=5, default="run")
    closed = models.BooleanField(default=False)
    ended = models.BooleanField(default=False)  # ended by `close` of the case: takes no further step
    stale = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    fields = models.JSONField(default=dict)
    papers = models.JSONField(default=dict)
    proposal = models.JSONField(null=True)
    clock_log = models.JSONField(default=list)  # of a kind with terms: [[ISO moment, clock]], as of a case

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="part_key")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.key}"
