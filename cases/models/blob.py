from __future__ import annotations

from django.db import models


class Blob(models.Model):
    """Bytes by content: papers in the database until the worker moves them to the store, uploads in the store."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    body = models.BinaryField(null=True)  # null: the bytes lie in the content-addressed folder
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256
