from __future__ import annotations

from django.db import models


class TableRow(models.Model):
    """One row of an effective-dated table, registry or the office configuration. Rows end, they do not vanish."""

    table = models.CharField(max_length=60)  # office, fees, donors, consultees, sectors, admin_units, retention_rules …
    key = models.CharField(max_length=120)
    columns = models.JSONField(default=dict)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    src = models.CharField(max_length=300)
    confirmed = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["table", "key", "valid_from"], name="row_in_force")]
        constraints = [models.UniqueConstraint(fields=["table", "key", "valid_from"], name="row_from")]

    def __str__(self) -> str:
        return f"{self.table}: {self.key}"
