from __future__ import annotations

from django.db import models

from cases.models.case import Case


class Event(models.Model):
    """One step of a case, final. `body` (canonical bytes) is the evidence, the columns are for finding it."""

    pk = models.CompositePrimaryKey("case_id", "seq")
    # The primary key begins with the case: an index of its own would be a second one of the same order.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    body = models.BinaryField()
    hash = models.CharField(max_length=64)  # SHA-256(0x00 || body), hex: the `prev` of the next event
    kind = models.CharField(max_length=12)  # transition, act, system
    name = models.CharField(max_length=80)
    part_key = models.CharField(max_length=60, blank=True)
    procedure = models.CharField(max_length=60)
    actor = models.CharField(max_length=40)  # user id, or "system"
    acting_for = models.CharField(max_length=40, blank=True)
    unit_code = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-at"], name="event_at"),
            models.Index(fields=["actor", "-at"], name="event_actor"),
            models.Index(fields=["acting_for", "-at"], name="event_acting_for"),
            models.Index(fields=["procedure", "name", "-at"], name="event_step"),
            models.Index(fields=["procedure", "-at"], name="event_procedure"),
            models.Index(fields=["unit_code", "-at"], name="event_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq} {self.name}"


class EventValues(models.Model):
    """The values behind the salted commitments of an event; may be dropped without touching the event."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()
    values = models.JSONField()  # name -> {"salt": hex, "value": …}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="values_of_event")]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq}"
