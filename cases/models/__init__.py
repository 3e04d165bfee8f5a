from __future__ import annotations

from cases.models.blob import Blob
from cases.models.calendar import CalendarDay
from cases.models.case import Case
from cases.models.dossier import Attachment
from cases.models.event import Event, EventValues
from cases.models.heartbeat import Heartbeat
from cases.models.idempotency import Counter, IdempotencyKey, RefusedAttempt
from cases.models.links import LinkedCase
from cases.models.outbox import OutboxEntry
from cases.models.part import Part
from cases.models.published import Published, PublishedTemplate
from cases.models.registries import EntryPicture, RegistryEntry, TableRow
from cases.models.table_changes import TableChange
from cases.models.task import Task
from cases.models.views_log import ViewLog

__all__ = [
    "Attachment",
    "Blob",
    "CalendarDay",
    "Case",
    "Counter",
    "EntryPicture",
    "Event",
    "EventValues",
    "Heartbeat",
    "IdempotencyKey",
    "LinkedCase",
    "OutboxEntry",
    "Part",
    "Published",
    "PublishedTemplate",
    "RefusedAttempt",
    "RegistryEntry",
    "TableChange",
    "TableRow",
    "Task",
    "ViewLog",
]
