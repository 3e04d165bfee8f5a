from __future__ import annotations

from django.db import models

from cases.models.case import Case


class LinkedCase(models.Model):
    """Two independent matters that belong together; `other` is empty while the link is pending."""

    class Status(models.TextChoices):
        PENDING = "pending", "Chờ liên kết"
        LINKED = "linked", "Đã liên kết"

    kind = models.CharField(max_length=60)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="linked_from")
    procedure = models.CharField(max_length=60)
    carries = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
