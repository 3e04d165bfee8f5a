from __future__ import annotations

from django.db import models


class OutboxEntry(models.Model):
    """A promise made in a step's transaction, kept after it: a notice, a timer, a link, a PDF copy.

    The row is the truth; worker and Celery are carriers. `attempts` is the fence: only the claimant that
    still holds the number may close the row.
    """

    key = models.CharField(max_length=200, unique=True)  # case:seq:effect:n – the effect happens once
    kind = models.CharField(max_length=40)
    case_id = models.UUIDField(null=True)
    seq = models.PositiveIntegerField(default=0)
    payload = models.JSONField(default=dict)  # ids and strings only, no personal data
    due = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due"], name="outbox_due", condition=models.Q(done_at=None, dead_at=None)),
            models.Index(fields=["dead_at"], name="outbox_dead", condition=models.Q(dead_at__isnull=False)),
            models.Index(fields=["case_id"], name="outbox_case", condition=models.Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return self.key
