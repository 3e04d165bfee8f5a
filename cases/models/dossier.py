from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.ids import uuid7
from cases.models.blob import Blob
from cases.models.case import Case
from cases.models.part import Part


class Attachment(models.Model):
    """A file of a case: a component of the dossier, an answer to a step, a scan beside a paper."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    part = models.ForeignKey(Part, null=True, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(max_length=60)  # attachment code of the procedure, or ask:<name>
    name = models.CharField(max_length=255)  # file name as the person gave it, NFC, without path
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    shown = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")  # copy without EXIF
    sensitive = models.BooleanField(default=False)
    original_received = models.BooleanField(default=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "kind"], name="attachment_kind")]

    def __str__(self) -> str:
        return self.name
