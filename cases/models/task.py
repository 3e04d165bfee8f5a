from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.case import Case
from cases.models.part import Part


class Task(models.Model):
    """Work that waits for a role: what the queue shows. Closed and opened by cases.services with each step."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    part = models.ForeignKey(Part, null=True, on_delete=models.PROTECT, related_name="tasks")
    state = models.CharField(max_length=60)  # the state in which the work waits; of an act that is due, its name
    role = models.CharField(max_length=40)
    unit_code = models.CharField(max_length=60, blank=True)  # blank: whoever holds the role
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="tasks")
    urgent = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        # Equality on the first two columns, then the order of the queue: a page reads as many rows as it shows.
        indexes = [
            models.Index(
                fields=["role", "urgent", "due_at", "id"],
                name="task_open_role",
                condition=models.Q(done_at=None, assignee=None),
            ),
            models.Index(
                fields=["assignee", "urgent", "due_at", "id"], name="task_open_mine", condition=models.Q(done_at=None)
            ),
            models.Index(fields=["case"], name="task_open_case", condition=models.Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.case_id} {self.state}"
