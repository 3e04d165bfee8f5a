from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.case import Case


class IdempotencyKey(models.Model):
    """The first answer to a key, given again to a repetition; kept 30 days."""

    person = models.CharField(max_length=40)
    operation = models.CharField(max_length=200)
    key = models.CharField(max_length=100)
    payload_hash = models.CharField(max_length=64)
    answer = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "operation", "key"], name="key_once")]

    def __str__(self) -> str:
        return self.key


class RefusedAttempt(models.Model):
    """What a signed-in person tried and was refused, with every reason."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="refusals")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    part_key = models.CharField(max_length=60, blank=True)
    reasons = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"


class Counter(models.Model):
    """A running number taken under its row lock: case codes of a day."""

    name = models.CharField(max_length=100, unique=True)
    value = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
