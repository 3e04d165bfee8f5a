from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """The last sign of life of a worker or relay: what doctor asks, on whatever machine."""

    carrier = models.CharField(max_length=120, unique=True)  # worker@machine:process
    started_at = models.DateTimeField()
    at = models.DateTimeField()
    build = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.carrier
