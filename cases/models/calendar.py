from __future__ import annotations

from django.db import models


class CalendarDay(models.Model):
    """One decided day: off on a weekday, or a make-up (working) Saturday; official rows win over the library."""

    class Kind(models.TextChoices):
        OFF = "off", "Nghỉ"
        MAKE_UP = "make_up", "Làm bù"

    class Status(models.TextChoices):
        ANNOUNCED = "announced", "Dự kiến"
        CONFIRMED = "confirmed", "Đã có quyết định"
        WITHDRAWN = "withdrawn", "Đã bỏ"  # the row stays, the day is an ordinary one again

    date = models.DateField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CONFIRMED)
    name = models.CharField(max_length=200, blank=True)
    source_document = models.CharField(max_length=300)
    decided_on = models.DateField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.get_kind_display()}"
