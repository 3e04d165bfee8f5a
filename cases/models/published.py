from __future__ import annotations

from django.conf import settings
from django.db import models


class Published(models.Model):
    """A resolved definition, final: canonical JSON, its hash, and from when to when it is the law."""

    procedure = models.CharField(max_length=60)
    folder = models.CharField(max_length=20)  # v1, v2 …: one folder is one legal version
    version = models.CharField(max_length=60)  # name of the legal version: nd313_2025
    hash = models.CharField(max_length=64, unique=True)
    body = models.BinaryField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True)  # a later publication of the same folder

    class Meta:
        indexes = [models.Index(fields=["procedure", "effective_from"], name="published_in_force")]

    def __str__(self) -> str:
        return f"{self.procedure} {self.folder} {self.hash[:12]}"


class PublishedTemplate(models.Model):
    """The .docx of one paper of a published definition."""

    published = models.ForeignKey(Published, on_delete=models.PROTECT, related_name="templates")
    paper = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["published", "paper"], name="template_of_paper")]

    def __str__(self) -> str:
        return f"{self.published} {self.paper}"
