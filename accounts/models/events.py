from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from accounts.models.people import User


class EventIsFinal(Exception):
    """Somebody tried to change or delete what has happened."""


class AccountEventQuerySet(models.QuerySet["AccountEvent"]):
    """Events are added and read, nothing else."""

    def about(self, user: User) -> models.QuerySet[AccountEvent]:
        return self.filter(whom=user).select_related("who")

    def update(self, **kwargs: Any) -> NoReturn:
        raise EventIsFinal

    def delete(self) -> NoReturn:
        raise EventIsFinal

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> NoReturn:
        raise EventIsFinal


class AccountEvent(models.Model):
    """An administrative act: who did what to whom, when. `details` holds codes, days and ids, no personal value."""

    who = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=40)
    whom = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    details = models.JSONField(default=dict)
    at = models.DateTimeField()

    objects = AccountEventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["whom", "-id"], name="account_event_whom")]

    def __str__(self) -> str:
        return f"{self.at:%d/%m/%Y %H:%M} {self.what}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise EventIsFinal
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise EventIsFinal
