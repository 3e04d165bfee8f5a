from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.ids import uuid7
from cases.models.blob import Blob
from cases.models.case import Case


class TableRow(models.Model):
    """One row of an effective-dated table, registry or the office configuration. Rows end, they do not vanish.

    Of a table that a procedure declares `columns` also keep `if` and `order` (cases.tables).
    """

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


class RegistryEntry(models.Model):
    """What one case contributes to a registry that is read from cases: kept with the case, found by its key.

    Written by cases.services.registering alone, in the transaction of the step; it can be made anew at any time.
    """

    registry = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()  # several entries of a case keep their order
    columns = models.JSONField(default=dict)  # facts form: days are day numbers
    valid_from = models.DateField(null=True)  # null: it counts since ever, for ever
    valid_to = models.DateField(null=True)
    seq = models.PositiveIntegerField()  # the event of the case after which it is so

    class Meta:
        indexes = [models.Index(fields=["registry", "key"], name="entry_key")]

    def __str__(self) -> str:
        return f"{self.registry}: {self.case_id} {self.position}"


class EntryPicture(models.Model):
    """A picture of an entry of a registry: the specimen of a seal or a signature. Set aside, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    registry = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    name = models.CharField(max_length=255)  # what it shows: the file name as the person gave it
    shown = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")  # the copy without EXIF
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["registry", "key"], name="picture_of_entry")]

    def __str__(self) -> str:
        return f"{self.registry}: {self.name}"
