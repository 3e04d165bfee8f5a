from __future__ import annotations

from django.db import models

from cases.models.case import Case


class ViewLog(models.Model):
    """Who looked at a sensitive field or file, and why; chained per case, without lock or version."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="views")
    person = models.CharField(max_length=40)
    what = models.CharField(max_length=200)
    purpose = models.CharField(max_length=500)
    at = models.DateTimeField()
    prev = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        # Two looks at the same moment cannot both follow the same one: the chain has no branch that could be cut off.
        constraints = [models.UniqueConstraint(fields=["case", "prev"], name="view_after_view")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.what}"
